"""Whose conversation it is: finds the talk of whoever has written, and what else is still kept of theirs."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.handoff import State
from gateway.storage.addresses import Addresses
from gateway.storage.records import Conversation, Gone
from gateway.storage.store import Store

BEFORE = "before"  # in what is known of a conversation: the closed ones of the same person, while they are kept


def of_each_kind(who: tuple[str, ...]) -> tuple[str, ...]:
    """Give the first id of each kind: of somebody who was renamed those that they have now."""
    firsts: dict[str, str] = {}
    for id in who:
        firsts.setdefault(id.partition(":")[0], id)
    return tuple(firsts.values())


@dataclass(frozen=True)
class Theirs:
    """`talk`: the conversation that goes on, None where there is none. `rest`: closed ones, and one begun apart."""

    talk: str | None
    rest: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        return (self.talk, *self.rest) if self.talk is not None else self.rest


class People:
    """Finds by any of a person's ids; the most lasting one decides."""

    def __init__(self, addresses: Addresses, store: Store) -> None:
        self._addresses = addresses
        self._store = store

    async def theirs(self, channel: str, who: tuple[str, ...]) -> Theirs:
        """Give what is kept of this person; what has lost its key is removed."""
        found: dict[str, bool] = {}
        for id in await self._addresses.conversations_of(channel, who):
            conversation = await self._get(id)
            if conversation is None or await self._is_anothers(id, who):
                continue
            found[id] = conversation.state is State.CLOSED
            for before in conversation.understood.get(BEFORE, ()):
                if await self._get(before) is not None:
                    found.setdefault(before, True)
        talk = next((id for id, closed in found.items() if not closed), None)
        return Theirs(talk, tuple(id for id in found if id != talk))

    async def all_of(self, channel: str, who: tuple[str, ...]) -> Theirs:
        """Give what is kept of this person, wherever it is: looks into the address of each closed conversation."""
        theirs = await self.theirs(channel, who)
        closed = await self._addresses.closed_of(channel, who)
        return Theirs(theirs.talk, tuple(dict.fromkeys((*theirs.rest, *closed))))

    async def _get(self, id: str) -> Conversation | None:
        try:
            return await self._store.get(id)
        except Gone:
            await self._store.erase(id)  # its key is gone; the rows follow
            return None

    async def _is_anothers(self, id: str, who: tuple[str, ...]) -> bool:
        """Two whose lasting ids are of one kind and differ are two people, though a number was first one's, then the
        other's.
        """
        address = await self._addresses.of(id)
        if address is None or address.to in who:
            return False
        return address.to.partition(":")[0] == who[0].partition(":")[0]
