"""What is done with one thing that came through a platform: whose it is, what it asks for, and storing it for its turn.

Finds or begins the conversation; hears the words that mean an act (`content/sayings.yml`: radera, stopp, webb); turns
a number into the choice it means; honours what was edited or taken back; says kindly what is not kept.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from connectors.lengths import split
from connectors.messaging import Channel, Inbound
from connectors.shaping import referred
from gateway.channels.commands import command_of
from gateway.channels.greeting import Greeting
from gateway.channels.offered import pressed, typed
from gateway.delivery import say_as_system
from gateway.errands.six_words import has_words
from gateway.handoff import Event, State
from gateway.live import Live
from gateway.metrics import Metrics
from gateway.storage.addresses import Addresses
from gateway.storage.arrivals import Arrival, Arrivals
from gateway.storage.change import Change
from gateway.storage.farewells import Farewell, Farewells
from gateway.storage.outbox import OutboxRows
from gateway.storage.records import Gone, Line
from gateway.storage.store import Store
from gateway.taking import Taking
from gateway.turns import Turns
from gateway.veil import Veil
from gateway.words import Words

MOST_PIECES = 8
PIECE = 2000  # characters; what one line of a conversation holds
ID = 40
QUIET_SECONDS = 60.0  # an album is ten pictures: what is not kept is said once
MEDIA = {"picture": "picture", "voice": "voice", "sticker": "sticker", "location": "location"}


class Reception:
    """One for all channels. `leave(id, why)` tells consoles and forgets what is in memory of a conversation."""

    def __init__(
        self,
        arrivals: Arrivals,
        addresses: Addresses,
        outbox: OutboxRows,
        farewells: Farewells,
        store: Store,
        taking: Taking,
        turns: Turns,
        greeting: Greeting,
        words: Words,
        veil: Veil,
        live: Live,
        metrics: Metrics,
        leave: Callable[[str, str], None],
        bid_farewell: Callable[[], None],
        link: Callable[[str], str],
    ) -> None:
        self._arrivals = arrivals
        self._addresses = addresses
        self._outbox = outbox
        self._farewells = farewells
        self._store = store
        self._taking = taking
        self._turns = turns
        self._greeting = greeting
        self._words = words
        self._veil = veil
        self._live = live
        self._metrics = metrics
        self._leave = leave
        self._bid_farewell = bid_farewell
        self._link = link

    async def take(self, channel: Channel, arrival: Arrival) -> None:
        """Do what it asks for, once. Raises what the store raises, and Gone where the conversation has just gone."""
        inbound = arrival.inbound
        if inbound is None:
            await self._arrivals.drop(arrival.id)
            return
        match inbound.kind:
            case "status":
                await self._not_arrived(channel, arrival, inbound)
            case "gone":
                await self._gone(channel, arrival, inbound)
            case "renamed":
                await self._renamed(channel, arrival, inbound)
            case "delete":
                await self._taken_back(channel, arrival, inbound)
            case "text" | "choice" | "edit" | "media" | "start" if inbound.who:
                await self._said(channel, arrival, inbound)
            case _:
                await self._arrivals.drop(arrival.id)

    async def apologise(self, channel: Channel, arrival: Arrival) -> None:
        """Working on it fails each time: say so, rather than nothing."""
        inbound = arrival.inbound
        async with self._farewells.transaction() as connection:
            if inbound is not None and inbound.who:
                await self._farewells.add(connection, channel.name, Farewell(inbound.who[0], "fallback"))
            await self._arrivals.done(connection, arrival.id)
        self._bid_farewell()

    # -- words, choices, and what is not kept

    async def _said(self, channel: Channel, arrival: Arrival, inbound: Inbound) -> None:
        id = await self._open(channel, inbound)
        command = command_of(inbound.text) if inbound.kind in ("text", "edit") else None
        if command in ("erase", "stop"):
            await self._end(channel, arrival, inbound, id, command)
            return
        first = inbound.refers if inbound.kind == "edit" else inbound.id
        if await self._arrivals.is_known(self._back_receipt(channel, first)):
            await self._arrivals.drop(arrival.id)  # came late: it has been taken back
            return
        new = id is None
        if inbound.kind == "edit":
            await self._blank_in_closed(channel, inbound.who, self._client_id(channel, first), "edited_mark")
        id = id or await self._begin(channel)
        lines = [] if new else await self._store.lines(id)
        client_id = self._client_id(channel, first)
        self._taking.hold(id, client_id, inbound.text)
        async with self._store.change(id) as change:
            if change.conversation.state is State.CLOSED:
                raise Gone  # a counsellor closed it at this very moment, and nobody would answer: a new one begins
            if new:
                await self._addresses.keep(change, channel.name, inbound.who)
            else:
                await self._addresses.renew(change, channel.name, inbound.who)
            await self._arrivals.done(change.connection, arrival.id)
            if inbound.kind == "edit":
                await self._arrivals.has_come(
                    change.connection, self._arrivals.receipt(channel.name, inbound.refers), change.now
                )
                if await self._is_the_same(change, client_id, lines, inbound.text):
                    return
            elif await change.seq_of(client_id) is not None:
                return  # its edit was quicker
            if inbound.kind == "start":
                await self._greeting.say(change)
            elif command == "link":
                await self._send_link(change, client_id, inbound)
            else:
                await self._store_said(change, client_id, inbound, lines)
        self._turns.kick(id)

    async def _open(self, channel: Channel, inbound: Inbound) -> str | None:
        """Give the person's conversation; None where there is none, or it is closed."""
        id = await self._addresses.conversation_of(channel.name, inbound.who)
        if id is None:
            return None
        try:
            closed = (await self._store.get(id)).state is State.CLOSED
        except Gone:
            await self._store.erase(id)  # its key is gone; the rows follow
            return None
        return None if closed else id

    async def _begin(self, channel: Channel) -> str:
        conversation, _ = await self._store.begin(channel.name)
        self._metrics.started.labels(channel=channel.name).inc()
        return conversation.id

    def _client_id(self, channel: Channel, id: str) -> str:
        return self._arrivals.receipt(channel.name, id)[:ID]

    async def _store_said(self, change: Change, id: str, inbound: Inbound, lines: list[Line]) -> None:
        more = {"removal": inbound.removal} if inbound.removal else {}
        offer = pressed(referred(inbound.choice), lines) if inbound.choice else None
        offer = offer or typed(inbound.text, lines)
        if offer is not None:
            await self._taking.choice(change, id, offer.choice.payload, offer.choice.title, **more)
        elif inbound.kind == "choice" and not inbound.text.strip():
            await self._taking.mark(change, id, self._words.sentence("media_mark"), **more)
            await self._say(change, "error_wrong_choice")
        elif inbound.text.strip():
            pieces = split(inbound.text, "characters", PIECE, PIECE)[:MOST_PIECES]
            for place, piece in enumerate(pieces):
                await self._taking.text(change, f"{id}-{place}" if place else id, piece, **(more if not place else {}))
        else:
            await self._taking.mark(change, id, self._words.sentence("media_mark"), **more)
        if inbound.media:
            await self._say_not_kept(change, inbound.media, lines)

    async def _say_not_kept(self, change: Change, media: str, lines: list[Line]) -> None:
        if self._greeting.is_due(change.conversation):
            await self._greeting.say(change)
        name = f"media_{MEDIA.get(media, 'other')}"
        text = self._words.sentence(name)
        if not any(line.words["text"] == text and change.now - line.at < QUIET_SECONDS for line in lines[-20:]):
            await self._say(change, name)

    async def _say(self, change: Change, name: str, **values: str) -> None:
        await say_as_system(change, name, self._words.sentence(name, **values))

    async def _send_link(self, change: Change, id: str, inbound: Inbound) -> None:
        """Give a one-time link. It is not kept with what was said: it opens the conversation to whoever has it."""
        if self._greeting.is_due(change.conversation):
            await self._greeting.say(change)
        token = await self._addresses.make_link(change)
        await self._taking.mark(change, id, inbound.text[:PIECE], removal=inbound.removal)
        self._veil.keep(change.conversation.id, id, self._words.sentence("link_here", link=self._link(token)))
        await say_as_system(change, "link_here", self._words.sentence("link_mark"), veil=id)

    # -- what was edited or taken back

    async def _is_the_same(self, change: Change, id: str, lines: list[Line], text: str) -> bool:
        """Blank the line that was edited, so that the new words can take its id; True where nothing has changed."""
        line = next((line for line in lines if line.client_id == id), None)
        if line is None:
            return False
        if line.words["text"] == text:
            return True
        await change.blank(line.seq, self._words.sentence("edited_mark"))
        return False

    async def _taken_back(self, channel: Channel, arrival: Arrival, inbound: Inbound) -> None:
        """Blank what was taken back; what has not come yet is not to be taken when it does."""
        receipt, back = (
            self._arrivals.receipt(channel.name, inbound.refers),
            self._back_receipt(channel, inbound.refers),
        )
        conversation = await self._addresses.conversation_of(channel.name, inbound.who) if inbound.who else None
        if conversation is None:
            async with self._farewells.transaction() as connection:
                for one in (receipt, back):
                    await self._arrivals.has_come(connection, one, arrival.at)
                await self._arrivals.done(connection, arrival.id)
            return
        async with self._store.change(conversation) as change:
            for one in (receipt, back):
                await self._arrivals.has_come(change.connection, one, change.now)
            await self._arrivals.done(change.connection, arrival.id)
            await self._blank(change, receipt[:ID], "unsent_mark")
        await self._blank_in_closed(channel, inbound.who, receipt[:ID], "unsent_mark")

    async def _blank(self, change: Change, id: str, mark: str) -> None:
        for place in range(MOST_PIECES):
            seq = await change.seq_of(f"{id}-{place}" if place else id)
            if seq is not None:
                await change.blank(seq, self._words.sentence(mark))

    async def _blank_in_closed(self, channel: Channel, who: tuple[str, ...], id: str, mark: str) -> None:
        """The same of what was said before a counsellor closed the talk."""
        for closed in await self._addresses.closed_of(channel.name, who):
            async with self._store.change(closed) as change:
                await self._blank(change, id, mark)

    def _back_receipt(self, channel: Channel, id: str) -> str:
        return self._arrivals.receipt(channel.name, f"taken back\0{id}")

    # -- the end

    async def _end(
        self, channel: Channel, arrival: Arrival, inbound: Inbound, id: str | None, command: Literal["erase", "stop"]
    ) -> None:
        """Erase, or send nothing more; then say truthfully what was done."""
        farewell = Farewell(inbound.who[0], "stopped" if command == "stop" else "erased")
        closed = await self._addresses.closed_of(channel.name, inbound.who)
        id = id or (closed.pop(0) if closed else None)
        for older in closed:
            await self._end_closed(channel, older, farewell.to, command)
        if id is None:
            async with self._farewells.transaction() as connection:
                await self._farewells.add(connection, channel.name, farewell)
                await self._arrivals.done(connection, arrival.id)
            self._bid_farewell()
            return
        if command == "erase":
            lines = await self._store.lines(id)
            theirs = [line.words["removal"] for line in lines if line.words.get("removal")]
            farewell.theirs = [*theirs, *([inbound.removal] if inbound.removal else [])]
            farewell.ours = await self._outbox.sent_ids(id)
        async with self._store.change(id) as change:
            farewell.letter = has_words(change.conversation.errand or {})
            await self._farewells.add(change.connection, channel.name, farewell)
            await self._arrivals.done(change.connection, arrival.id)
            if stays := command == "stop" and change.conversation.state in (State.HUMAN, State.CLOSED):
                await self._addresses.stop(change)
                await change.step(Event.VISITOR_GONE)
            else:
                await change.step(Event.ERASED)
        if stays:
            self._live.tell_consoles("left", id)
        else:
            self._leave(id, "erased" if command == "erase" else "left")
        self._bid_farewell()

    async def _end_closed(self, channel: Channel, id: str, to: str, command: Literal["erase", "stop"]) -> None:
        """A counsellor closed it before the one that goes on now: it is the same person's, and ends with it."""
        lines = await self._store.lines(id)
        theirs = [line.words["removal"] for line in lines if line.words.get("removal")]
        farewell = Farewell(to, "", await self._outbox.sent_ids(id), theirs)
        async with self._store.change(id) as change:
            if command == "stop":
                await self._addresses.stop(change)
                return
            await self._farewells.add(change.connection, channel.name, farewell)
            await change.step(Event.ERASED)
        self._leave(id, "erased")

    async def _gone(self, channel: Channel, arrival: Arrival, inbound: Inbound) -> None:
        """The visitor has blocked us: as if they had left, and without a word."""
        id = await self._open(channel, inbound) if inbound.who else None
        if id is not None:
            await self.cannot_be_reached(id)
        await self._arrivals.drop(arrival.id)

    async def cannot_be_reached(self, id: str) -> None:
        """Nothing arrives any more: a counsellor who talks with them is told; else it goes away."""
        async with self._store.change(id) as change:
            await self._addresses.stop(change)
            if stays := change.conversation.state in (State.HUMAN, State.CLOSED):
                await change.step(Event.VISITOR_GONE)
            else:
                await change.step(Event.ERASED)
        if stays:
            self._live.tell_consoles("left", id)
        else:
            self._leave(id, "left")

    async def _renamed(self, channel: Channel, arrival: Arrival, inbound: Inbound) -> None:
        """Somebody has another number now: the talk goes on, and answers go there."""
        id = await self._open(channel, inbound)
        if id is None:
            await self._arrivals.drop(arrival.id)
            return
        async with self._store.change(id) as change:
            await self._addresses.keep(change, channel.name, inbound.who)
            await self._arrivals.done(change.connection, arrival.id)

    async def _not_arrived(self, channel: Channel, arrival: Arrival, inbound: Inbound) -> None:
        """The platform says of a message that it took that it has not arrived after all."""
        failure = inbound.failure or "refused"
        id = await self._outbox.failed_there(channel.name, inbound.refers, failure, inbound.code)
        if id is not None:
            self._metrics.outbound.labels(channel=channel.name, result="failed").inc()
            self._live.tell_consoles("changed", id)
        await self._arrivals.drop(arrival.id)
