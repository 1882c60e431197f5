"""A visitor goes on in the web chat, by a link that opens their conversation once; where it came from is forgotten."""

from __future__ import annotations

from collections.abc import Callable

from connectors.messaging import Channel
from gateway.channels.people import BEFORE
from gateway.delivery import say_as_system
from gateway.handoff import State
from gateway.storage.addresses import Addresses
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

    async def to_web(self, link: str) -> tuple[Conversation, str]:
        """Use a link; give the conversation and its new token. Raises Gone where the link does not count any more.

        What the platform lets us delete in the visitor's app is deleted there, and nothing is said in it.
        """
        id = await self._addresses.of_link(link)
        conversation = await self._store.get(id)
        channel, address = self._channel(conversation.channel), await self._addresses.of(id)
        farewell = None
        if channel is not None and address is not None and channel.capabilities.deletes_own:
            theirs = [line.words["removal"] for line in await self._store.lines(id) if line.words.get("removal")]
            farewell = Farewell(address.to, "", await self._outbox.sent_ids(id), theirs)
        async with self._store.change(id) as change:
            if change.conversation.state is State.CLOSED:
                raise Gone
            token = await self._addresses.move_to_web(change, link)
            change.conversation.understood.pop(BEFORE, None)  # of where it came from nothing stays
            if farewell is not None and channel is not None:
                await self._farewells.add(change.connection, channel.name, farewell)
            name = "link_arrived" if farewell is None else "link_arrived_deleted"
            await say_as_system(change, name, self._words.sentence(name))
        await self._addresses.forget_key(id)
        self._bid_farewell()
        return await self._store.get(id), token
