"""What is done with one thing that came through a platform: whose it is, what it asks for, and storing it for its turn.

Finds or begins the conversation; hears the words that mean an act (`commands`); turns a number into the choice it
means; honours what was edited or taken back. It says nothing itself but a link that was asked for.
"""

from __future__ import annotations

from collections.abc import Callable

from connectors.messaging import Channel, Inbound
from connectors.shaping import referred
from gateway.channels.aside import OWES, START
from gateway.channels.commands import command_of
from gateway.channels.greeting import Greeting
from gateway.channels.leaving import Leaving
from gateway.channels.offered import pressed, typed
from gateway.channels.people import BEFORE, People, Theirs, of_each_kind
from gateway.channels.standing import MARK, PIECE, Standing, blank, cut, find, is_too_long, kept_with, part_of
from gateway.delivery import say_as_system
from gateway.handoff import State
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

SAID = ("text", "choice", "edit", "media", "start")  # what a person does, and is answered
ID = 40
MEDIA = frozenset({"picture", "voice", "sticker", "location", "unreadable"})  # the rest is `other`


class Reception:
    """One for all channels."""

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
        people: People,
        leaving: Leaving,
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
        self._people = people
        self._leaving = leaving
        self._bid_farewell = bid_farewell
        self._link = link

    async def take(self, channel: Channel, arrival: Arrival) -> None:
        """Do what it asks for, once. Raises what the store raises, and Gone where the conversation has just gone."""
        inbound = arrival.inbound
        if inbound is None:
            await self._outbox.bury(channel.name, "in", "visitor", "unreadable", "key", arrival.tries)
            await self._arrivals.drop(arrival.id)
            return
        match inbound.kind:
            case "status":
                await self._not_arrived(channel, arrival, inbound)
            case "gone" if inbound.who:
                await self._gone(channel, arrival, inbound)
            case "renamed" if inbound.who:
                await self._renamed(channel, arrival, inbound)
            case "delete":
                await self._taken_back(channel, arrival, inbound)
            case "edit" if inbound.who:
                await self._edited(channel, arrival, inbound)
            case "text" | "choice" | "media" | "start" if inbound.who and not await self._is_overtaken(
                channel, inbound
            ):
                await self._said(channel, arrival, inbound, await self._people.theirs(channel.name, inbound.who))
            case _:
                await self._arrivals.drop(arrival.id)

    async def apologise(self, channel: Channel, arrival: Arrival) -> None:
        """Working on it fails each time: say so, rather than nothing, to whoever has said something."""
        inbound = arrival.inbound
        async with self._farewells.transaction() as connection:
            if inbound is not None and inbound.who and inbound.kind in SAID:
                await self._farewells.add(connection, channel.name, Farewell(inbound.who[0], "fallback"))
            await self._arrivals.close(connection, arrival)
        self._bid_farewell()

    async def cannot_be_reached(self, id: str) -> None:
        """Nothing arrives any more."""
        await self._leaving.cannot_be_reached(id)

    def _line_id(self, channel: Channel, id: str) -> str:
        """Give the id of a message's first line: a hash of the platform's."""
        return self._arrivals.receipt(channel.name, id)[:ID]

    # -- words, choices, and what is not kept

    async def _said(
        self, channel: Channel, arrival: Arrival, inbound: Inbound, theirs: Theirs, was: Standing | None = None
    ) -> None:
        """Store what was said; `was`: what it is said instead of."""
        command = command_of(inbound.text) if inbound.kind in ("text", "edit") else None
        if command in ("erase", "stop"):
            leave = self._leaving.erase if command == "erase" else self._leaving.stop
            await leave(channel, arrival, inbound, await self._people.all_of(channel.name, inbound.who))
            return
        id = theirs.talk or await self._begin(channel)
        lines = await self._store.lines(id) if theirs.talk is not None else []
        instead = inbound.kind == "edit"
        line_id = was.id if was is not None else self._line_id(channel, inbound.refers if instead else inbound.id)
        self._taking.hold(id, line_id, inbound.text)
        async with self._store.change(id) as change:
            if change.conversation.state is State.CLOSED:
                raise Gone  # a counsellor closed it at this very moment, and nobody would answer: a new one begins
            if theirs.talk is not None:
                await self._addresses.renew(change, channel.name, inbound.who)
            else:
                change.conversation.understood[BEFORE] = list(theirs.rest)
                await self._addresses.take_over(change, theirs.rest)
                await self._addresses.keep(change, channel.name, inbound.who)
            receipts = [self._arrivals.receipt(channel.name, inbound.refers)] if instead else []
            receipts += [self._edited_receipt(channel, line_id)] if instead and was is None else []
            await self._arrivals.close(change.connection, arrival, receipts)
            if was is not None:
                await blank(change, was, lines, self._words.sentence("edited_mark"), marks=False)
            if command == "link":
                await self._send_link(change, line_id, inbound)
            else:
                await self._store_said(channel, change, line_id, inbound, lines, was)
        self._turns.kick(id)

    async def _begin(self, channel: Channel) -> str:
        conversation, _ = await self._store.begin(channel.name)
        self._metrics.started.labels(channel=channel.name).inc()
        return conversation.id

    async def _store_said(
        self, channel: Channel, change: Change, id: str, inbound: Inbound, lines: list[Line], was: Standing | None
    ) -> None:
        """Store a choice or words as lines that ask for an answer, and a mark of what came along."""
        more: dict[str, object] = {"removal": inbound.removal} if inbound.removal else {}
        if inbound.kind == "edit":
            more |= kept_with(was, self._line_id(channel, inbound.id), inbound.at)
        text, before = inbound.text.strip(), lines
        if was is not None:  # a number means what it meant when it was written
            before = [line for line in lines if line.seq < was.lines[0].seq]
        offer = pressed(referred(inbound.choice), inbound.text, before) if inbound.choice else None
        offer = offer or typed(inbound.text, before, channel.capabilities)
        owed = self._owed(inbound, was)
        if offer is not None:
            choice = offer.choice
            await self._taking.choice(change, id, choice.payload, choice.title, offer.seq, typed=text, **more)
        elif text:
            for place, piece in enumerate(cut(text)):
                await self._taking.text(change, part_of(id, place), piece, **({} if place else more))
            owed = owed or ("app_too_long" if is_too_long(text) else None)
        if owed is not None:
            mark = self._words.sentence("app_start_mark" if owed == START else "media_mark")
            kept = {} if text or offer is not None else more
            await self._taking.mark(change, f"{id}-{MARK}", mark, answered=False, **{OWES: owed}, **kept)

    def _owed(self, inbound: Inbound, was: Standing | None) -> str | None:
        """Give the sentence that is owed for what is not kept."""
        if inbound.kind == "start":
            return START
        if was is not None:
            return None  # it was said when the message came
        if inbound.media:
            return f"media_{inbound.media if inbound.media in MEDIA else 'other'}"
        return None if inbound.text.strip() else "error_wrong_choice" if inbound.kind == "choice" else "media_other"

    async def _send_link(self, change: Change, id: str, inbound: Inbound) -> None:
        """Give a one-time link. It is not kept with what was said: it opens the conversation to whoever has it."""
        if self._greeting.is_due(change.conversation):
            await self._greeting.say(change)
        token = await self._addresses.make_link(change)
        await self._taking.mark(change, id, inbound.text[:PIECE], answered=True, removal=inbound.removal)
        self._veil.keep(change.conversation.id, id, self._words.sentence("link_here", link=self._link(token)))
        await say_as_system(change, "link_here", self._words.sentence("link_mark"), veil=id)

    # -- what was edited or taken back

    async def _find(self, theirs: Theirs, id: str) -> tuple[str, list[Line], Standing] | None:
        """Give conversation, its lines, and the message that has this id."""
        for conversation in theirs.all:
            lines = await self._store.lines(conversation)
            standing = find(lines, id)
            if standing is not None:
                return conversation, lines, standing
        return None

    async def _edited(self, channel: Channel, arrival: Arrival, inbound: Inbound) -> None:
        """Say the new words instead of the old. One that was taken back stays so, whatever comes late.

        New words of a closed conversation, or of one that is gone, begin a new one: somebody says them now.
        """
        id = self._line_id(channel, inbound.refers)
        theirs = await self._people.all_of(channel.name, inbound.who)
        found = await self._find(theirs, id)
        if found is None:
            async with self._farewells.transaction() as connection:
                if gone := await self._arrivals.is_known(connection, self._taken_back_receipt(channel, id)):
                    await self._arrivals.close(connection, arrival)
            if not gone:
                await self._said(channel, arrival, inbound, theirs)
            return
        conversation, lines, standing = found
        older = None not in (inbound.at, standing.since) and (inbound.at or 0) < (standing.since or 0)
        if older or standing.says(inbound.text):
            await self._arrivals.drop(arrival.id)
            return
        self._taking.forget(conversation, standing.id)
        if conversation == theirs.talk:
            await self._said(channel, arrival, inbound, theirs, standing)
            return
        async with self._store.change(conversation) as change:
            await blank(change, standing, lines, self._words.sentence("unsent_mark"), marks=False)
        await self._said(channel, arrival, inbound, theirs)

    async def _taken_back(self, channel: Channel, arrival: Arrival, inbound: Inbound) -> None:
        """Blank what was taken back; what has not come yet is not to be taken when it does.

        What the engine has gathered of the conversation goes with it. Topic, risks and route stay: they say how urgent
        it is, and danger that was heard is not unheard. So do the bot's answers, and a letter that was left.
        """
        id = self._line_id(channel, inbound.refers)
        receipts = [self._arrivals.receipt(channel.name, inbound.refers), self._taken_back_receipt(channel, id)]
        theirs = await self._people.all_of(channel.name, inbound.who) if inbound.who else Theirs(None, ())
        found = await self._find(theirs, id)
        if found is None:
            async with self._farewells.transaction() as connection:
                await self._arrivals.close(connection, arrival, receipts)
            return
        conversation, lines, standing = found
        receipts += [self._taken_back_receipt(channel, one) for one in (standing.id, *standing.also)]
        self._taking.forget(conversation, standing.id)
        async with self._store.change(conversation) as change:
            await self._arrivals.close(change.connection, arrival, receipts)
            await blank(change, standing, lines, self._words.sentence("unsent_mark"), marks=True)
            change.conversation.context = None

    async def _is_overtaken(self, channel: Channel, inbound: Inbound) -> bool:
        """Tell whether an edit or a deletion was quicker than its message, which had come already and waited."""
        id = self._line_id(channel, inbound.id)
        return await self._arrivals.have_come(self._taken_back_receipt(channel, id), self._edited_receipt(channel, id))

    def _taken_back_receipt(self, channel: Channel, id: str) -> str:
        return self._arrivals.receipt(channel.name, f"taken back\0{id}")

    def _edited_receipt(self, channel: Channel, id: str) -> str:
        return self._arrivals.receipt(channel.name, f"edited\0{id}")

    # -- what a platform tells of a person, or of a message of ours

    async def _gone(self, channel: Channel, arrival: Arrival, inbound: Inbound) -> None:
        """The visitor has blocked us: as if they had left, and without a word."""
        for id in (await self._people.all_of(channel.name, inbound.who)).all:
            await self.cannot_be_reached(id)
        await self._arrivals.drop(arrival.id)

    async def _renamed(self, channel: Channel, arrival: Arrival, inbound: Inbound) -> None:
        """Somebody has another number now: the talk goes on, and answers go there. Whoever writes from the old one is a
        stranger: they may have the card, or the phone, of somebody who has left them.
        """
        theirs = await self._people.theirs(channel.name, inbound.who)
        if theirs.talk is None:
            await self._arrivals.drop(arrival.id)
            return
        async with self._store.change(theirs.talk) as change:
            await self._addresses.forget_ids(change)
            await self._addresses.keep(change, channel.name, of_each_kind(inbound.who))
            await self._arrivals.close(change.connection, arrival)

    async def _not_arrived(self, channel: Channel, arrival: Arrival, inbound: Inbound) -> None:
        """The platform says of a message that it took that it has not arrived after all.

        Where it says to whom, only a message to that very person is meant.
        """
        failure = inbound.failure or "refused"
        among = (await self._people.theirs(channel.name, inbound.who)).all if inbound.who else None
        id = await self._outbox.failed_there(channel.name, inbound.refers, failure, inbound.code, among)
        if id is not None:
            self._metrics.outbound.labels(channel=channel.name, result="failed").inc()
            self._live.tell_consoles("delivery", id)
        await self._arrivals.drop(arrival.id)
