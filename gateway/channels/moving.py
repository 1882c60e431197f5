"""A visitor goes on in the web chat, by a link that opens their conversation once; where it came from is forgotten."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from connectors.messaging import Channel
from gateway.channels.people import BEFORE
from gateway.delivery import say_as_system
from gateway.handoff import State
from gateway.storage.addresses import Addresses, token_for
from gateway.storage.farewells import Farewell, Farewells
from gateway.storage.outbox import OutboxRows
from gateway.storage.records import Conversation, Gone
from gateway.storage.store import Store
from gateway.words import Words


class Moving:
    """Takes conversations over to the web chat."""

    def __init__(
        self,
        store: Store,
        addresses: Addresses,
        outbox: OutboxRows,
        farewells: Farewells,
        words: Words,
        channel: Callable[[str], Channel | None],
        bid_farewell: Callable[[], None],
    ) -> None:
        self._store = store
        self._addresses = addresses
        self._outbox = outbox
        self._farewells = farewells
        self._words = words
        self._channel = channel
        self._bid_farewell = bid_farewell

    async def to_web(self, link: str, id: str = "") -> tuple[Conversation, str]:
        """Use a link; give the conversation and its new token. Raises Gone where the link does not count any more.

        A link used twice with the same `id` is one use whose answer was lost on the way: it gives the same token.
        What the platform lets us delete in the visitor's app is deleted there, and nothing is said in it.
        """
        token = token_for(link, id)
        with contextlib.suppress(Gone):
            await self._move(link, token)
        conversation = await self._store.by_token(token)
        await self._addresses.forget_key(conversation.id)
        self._bid_farewell()
        return conversation, token

    async def _move(self, link: str, token: str) -> None:
        id = await self._addresses.of_link(link)
        conversation = await self._store.get(id)
        channel, address = self._channel(conversation.channel), await self._addresses.of(id)
        farewell = None
        if channel is not None and address is not None and channel.capabilities.deletes_own:
            theirs = [line.words["removal"] for line in await self._store.lines(id) if line.words.get("removal")]
            farewell = Farewell(address.to, "", theirs=theirs)
        async with self._store.change(id) as change:
            if change.conversation.state is State.CLOSED:
                raise Gone
            if farewell is not None:
                farewell.ours, _ = await self._outbox.out_there(change)
            await self._addresses.move_to_web(change, link, token)
            change.conversation.understood.pop(BEFORE, None)  # of where it came from nothing stays
            if farewell is not None and channel is not None:
                await self._farewells.add(change.connection, channel.name, farewell)
            name = _arrived(channel if farewell is not None else None)
            await say_as_system(change, name, self._words.sentence(name))


def _arrived(channel: Channel | None) -> str:
    """Name the sentence that says what is deleted where they come from, and not more."""
    if channel is None:
        return "link_arrived"
    return "link_arrived_deleted" if channel.capabilities.deletes_theirs else "link_arrived_ours"
