"""How a visitor leaves: erases all, wants no more messages, or cannot be reached any more."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from connectors.messaging import Channel, Inbound
from gateway.channels.people import Theirs
from gateway.errands.six_words import has_words
from gateway.handoff import Event, State
from gateway.live import Live
from gateway.storage.addresses import Addresses
from gateway.storage.arrivals import Arrival, Arrivals
from gateway.storage.change import Change
from gateway.storage.farewells import Farewell, Farewells
from gateway.storage.outbox import OutboxRows
from gateway.storage.records import Gone
from gateway.storage.store import Store


class Leaving:
    """`leave(id, why)` tells consoles and forgets what is in memory of a conversation."""

    def __init__(
        self,
        arrivals: Arrivals,
        addresses: Addresses,
        outbox: OutboxRows,
        farewells: Farewells,
        store: Store,
        live: Live,
        leave: Callable[[str, str], None],
        bid_farewell: Callable[[], None],
    ) -> None:
        self._arrivals = arrivals
        self._addresses = addresses
        self._outbox = outbox
        self._farewells = farewells
        self._store = store
        self._live = live
        self._leave = leave
        self._bid_farewell = bid_farewell

    async def erase(self, channel: Channel, arrival: Arrival, inbound: Inbound, theirs: Theirs) -> None:
        """Erase all that is kept of somebody, closed conversations too; then say truthfully what was done."""
        farewell = Farewell(inbound.who[0], "erased")
        for id in reversed(theirs.rest):
            await self._erase_older(farewell, id)
        if theirs.all and inbound.removal:  # else of what stands in the chat nothing is known, and all of it stays
            farewell.theirs.append(inbound.removal)
        await self._finish(channel, arrival, inbound, farewell, theirs.talk, self._erased)
        if theirs.talk is not None:
            self._leave(theirs.talk, "erased")

    async def stop(self, channel: Channel, arrival: Arrival, inbound: Inbound, theirs: Theirs) -> None:
        """Send nothing more; where a counsellor holds the conversation it stays theirs, and they are told."""
        for id in theirs.rest:
            await self.cannot_be_reached(id)
        farewell = Farewell(inbound.who[0], "stopped")
        stays = await self._finish(channel, arrival, inbound, farewell, theirs.talk, self._stopped)
        if theirs.talk is not None:
            self._tell(theirs.talk, stays)

    async def cannot_be_reached(self, id: str) -> None:
        """Nothing arrives any more: a counsellor who talks with them is told; else it goes away."""
        try:
            async with self._store.change(id) as change:
                stays = await self._stopped(change)
        except Gone:
            return
        self._tell(id, stays)

    async def _erase_older(self, farewell: Farewell, id: str) -> None:
        try:
            async with self._store.change(id) as change:
                await self._erased(change, farewell)
        except Gone:
            return
        self._leave(id, "erased")

    async def _finish(
        self,
        channel: Channel,
        arrival: Arrival,
        inbound: Inbound,
        farewell: Farewell,
        talk: str | None,
        end: Callable[[Change, Farewell], Awaitable[bool]],
    ) -> bool:
        """Commit the end, the farewell and the arrival together; give what `end` gives."""
        receipts = [self._arrivals.receipt(channel.name, inbound.refers)] if inbound.kind == "edit" else []
        if talk is None:
            async with self._farewells.transaction() as connection:
                await self._farewells.add(connection, channel.name, farewell)
                await self._arrivals.close(connection, arrival, receipts)
            self._bid_farewell()
            return False
        async with self._store.change(talk) as change:
            stays = await end(change, farewell)
            await self._farewells.add(change.connection, channel.name, farewell)
            await self._arrivals.close(change.connection, arrival, receipts)
        self._bid_farewell()
        return stays

    async def _erased(self, change: Change, farewell: Farewell) -> bool:
        """Erase, and add to the farewell what the platform is to delete of it, as far as it is known."""
        ours, doubtful = await self._outbox.out_there(change)
        lines = await self._store.lines(change.conversation.id)
        removals = dict.fromkeys(line.words["removal"] for line in lines if line.words.get("removal"))
        farewell.ours += ours
        farewell.theirs = [*removals, *farewell.theirs]
        farewell.kept += doubtful
        farewell.letter |= has_words(change.conversation.errand or {})
        await change.step(Event.ERASED)
        return False

    async def _stopped(self, change: Change, farewell: Farewell | None = None) -> bool:
        """Stop what goes out; True where the conversation stays."""
        await self._addresses.stop(change)
        if change.conversation.state in (State.HUMAN, State.CLOSED):
            await change.step(Event.VISITOR_GONE)
            return True
        await change.step(Event.ERASED)
        return False

    def _tell(self, id: str, stays: bool) -> None:
        if stays:
            self._live.tell_consoles("left", id)
        else:
            self._leave(id, "left")
