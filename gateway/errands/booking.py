"""Booking a time: for whom, when, and what one is told. The visitor holds nothing but six words.

Under 15 nobody books by themselves (socialtjänstlagen 21:2): a counsellor answers a message instead.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from gateway.booking.problems import AlreadyBooked, NoMailbox, NothingBooked, TakenTime, TooLate
from gateway.booking.rules import Time
from gateway.booking.times import Times
from gateway.errands.letter import paused
from gateway.errands.six_words import SixWords
from gateway.errands.stage import TITLES, Note, Stage
from gateway.rates import Rates, TooMany
from gateway.storage.records import Conversation, Line
from gateway.words import Words

AUDIENCES = ("exploited", "minors", "buyers", "others")
FOR_WHOM = tuple(f"time:for:{audience}" for audience in AUDIENCES)
AGES = ("time:age:15", "time:age:under")
HAS = ("time:move", "time:cancel")
ON = ("letter:answer", "topic:talk_to_human", "mailbox:delete")
PAGE = 5


class BookingErrand:
    """Steps are choices `time:…`; what was chosen before stands in the errand."""

    def __init__(
        self, stage: Stage, times: Times, six_words: SixWords, words: Words, rates: Rates, clock: Callable[[], float]
    ) -> None:
        self._stage = stage
        self._times = times
        self._six_words = six_words
        self._words = words
        self._rates = rates
        self._clock = clock

    async def turn(self, id: str, line: Line, choice: str) -> None:
        """Carry out one choice."""
        conversation = await self._stage.get(id)
        errand = paused(dict(conversation.errand or {}))
        _, step, *rest = choice.split(":")
        match step, rest:
            case "start", []:
                notes = await self._start(conversation, errand)
            case "for", [audience] if audience in AUDIENCES:
                errand["audience"] = audience
                notes = await self._ask_age_or_offer(conversation, errand)
            case "age", [age]:
                errand["of_age"] = age == "15"
                notes = await self._ask_age_or_offer(conversation, errand)
            case "more", []:
                errand["pages"] = errand.get("pages", 1) + 1
                notes = await self._offer(errand)
            case "again", []:
                notes = await self._offer(errand)
            case "pick", [time]:
                notes = await self._confirm(errand, time)
            case "take", [time]:
                notes = self._gate(conversation, errand) or await self._take(id, errand, time)
            case "move", []:
                errand["pages"] = 1
                notes = await self._ask_age_or_offer(conversation, errand)
            case "cancel", []:
                notes = [Note("time_cancel_ask", choices=("time:cancel:yes", "time:keep"))]
            case "keep", []:
                notes = [Note("time_kept")]
            case "cancel", ["yes"]:
                notes = await self._cancel(errand)
            case _:
                notes = await self._start(conversation, errand)
        await self._stage.settle(id, line, notes, errand)

    async def booked(self, mailbox: str, alone: bool = True) -> list[Note]:
        """Give what an opened mailbox says of its booked time; where that stands `alone` it shows the ways on."""
        time = await self._times.booked(mailbox)
        return [] if time is None else [_veiled(self._told("time_has", time, (*HAS, *ON) if alone else HAS))]

    async def _start(self, conversation: Conversation, errand: dict[str, Any]) -> list[Note]:
        for name in ("audience", "of_age", "pages"):
            errand.pop(name, None)
        if errand.get("mailbox") and (has := await self.booked(errand["mailbox"])):
            return has
        return [self._for_whom(errand)]

    def _for_whom(self, errand: dict[str, Any]) -> Note:
        return Note("time_for_whom_again" if errand.get("mailbox") else "time_for_whom", choices=FOR_WHOM)

    async def _ask_age_or_offer(self, conversation: Conversation, errand: dict[str, Any]) -> list[Note]:
        return self._gate(conversation, errand) or await self._offer(errand)

    def _gate(self, conversation: Conversation, errand: dict[str, Any]) -> list[Note]:
        """Give what must be known before a time is booked, or why it is not; nothing where all is well."""
        if "audience" not in errand:
            return [self._for_whom(errand)]
        young = errand["audience"] == "minors" or "minor" in conversation.understood.get("risks", [])
        if young and "of_age" not in errand:
            return [Note("time_age", choices=AGES)]
        if not errand.get("of_age", True):
            return [Note("time_with_counsellor", choices=("letter:write", "topic:talk_to_human"))]
        return []

    async def _offer(self, errand: dict[str, Any]) -> list[Note]:
        most = PAGE * errand.get("pages", 1)
        found = await self._times.offered(errand.get("audience", "others"), self._clock(), most + 1)
        page = found[most - PAGE : most]
        if not page:
            return [Note("time_none", choices=("letter:write", "topic:talk_to_human"))]
        choices = tuple(f"time:pick:{time.id}" for time in page)
        titles = tuple(self._named(time) for time in page)
        if len(found) > most:
            choices, titles = (*choices, "time:more"), (*titles, self._words.sentence(TITLES["time:more"]))
        return [Note("time_offered", choices=choices, titles=titles)]

    async def _confirm(self, errand: dict[str, Any], id: str) -> list[Note]:
        """Tell all of a time before it is booked, so that nobody has to give it back."""
        time = next((one for one in await self._all_offered(errand) if one.id == id), None)
        if time is None:
            return [Note("time_taken"), *await self._offer(errand)]
        titles = (self._words.sentence("time_take"), self._words.sentence("time_other"))
        told = self._told("time_confirm", time, (f"time:take:{id}", "time:again"))
        return [_veiled(replace(told, titles=titles))]

    async def _all_offered(self, errand: dict[str, Any]) -> list[Time]:
        return await self._times.offered(errand.get("audience", "others"), self._clock(), 200)

    async def _take(self, id: str, errand: dict[str, Any], time_id: str) -> list[Note]:
        if await self._times.booked(errand.get("mailbox") or "") is None:  # else it is moved
            try:
                self._rates.booking(id)
            except TooMany:
                return [Note("time_wait", choices=("letter:write",))]
        words = await self._six_words.begun(id, errand)
        try:
            try:
                time = await self._book_or_move(errand["mailbox"], time_id)
            except NoMailbox:  # deleted elsewhere, or expired
                words = await self._six_words.anew(id, errand)
                time = await self._book_or_move(errand["mailbox"], time_id)
        except (TakenTime, AlreadyBooked):
            return [Note("time_taken"), *await self._offer(errand)]
        except TooLate:
            return [Note("time_too_late", choices=("topic:talk_to_human",))]
        except NothingBooked:  # cancelled elsewhere in the same moment
            return [Note("time_gone", choices=("time:start",))]
        booked = self._booked(time, "time_words_same" if words is None else "time_words_new")
        if words is None:
            return [booked]
        errand["left"] = True
        errand.pop("fresh", None)
        return [booked, self._six_words.given(id, words)]

    def _booked(self, time: Time, words: str) -> Note:
        """Say it in short, so that the words stand right below: how to get there has just been told."""
        told = self._words.sentence("time_booked", what=self._named(time), minutes=_minutes(time))
        return _veiled(Note("time_booked", f"{told} {self._words.sentence(words)}"))

    async def _book_or_move(self, mailbox: str, time_id: str) -> Time:
        held = await self._times.booked(mailbox)
        if held is None or held.id == time_id:  # the same one again: a turn that is taken up after a crash
            return await self._times.book(time_id, mailbox)
        return await self._times.move(mailbox, time_id)

    async def _cancel(self, errand: dict[str, Any]) -> list[Note]:
        try:
            await self._times.cancel(errand.get("mailbox") or "")
        except (NothingBooked, NoMailbox):
            return [Note("time_gone", choices=("time:start",))]
        except TooLate:
            return [Note("time_too_late", choices=("topic:talk_to_human",))]
        return [Note("time_cancelled", choices=("time:start", "letter:write"))]

    def _named(self, time: Time) -> str:
        kind = self._words.sentence(f"time_kind_{time.kind}")
        return self._words.sentence("time_named", what=kind, when=self._words.moment(time.starts_at))

    def _told(self, name: str, time: Time, choices: tuple[str, ...]) -> Note:
        """Give a note about one time: when, how long, where, and how to get there, as far as the content still says."""
        booking = self._words.content.booking
        place = booking.places.get(time.place or "")
        way = place.way if place is not None else booking.ways.get(time.kind)
        parts = [self._words.sentence(name, what=self._named(time), minutes=_minutes(time))]
        if way is not None:
            where = (place.name, place.entrance) if place is not None else ()
            parts.append(" ".join([*(f"{part}." for part in where if part), way.text]))
        contacts, checked = (way.contacts, way.checked) if way is not None else ((), True)
        return Note(name, "\n\n".join(parts), choices, contacts=contacts, checked=checked)


def _minutes(time: Time) -> str:
    return f"{round((time.ends_at - time.starts_at) / 60)}"


def _veiled(note: Note) -> Note:
    """Give a note as one that only the visitor sees: a booking is nobody else's to know."""
    return replace(note, name="words_were_here", text="", veiled=note.text)
