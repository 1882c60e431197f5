"""Nobody is left without a word: the end of the counsellors' hours, and what goes away in silence."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gateway.app import Gateway
from gateway.handoff import Event, State
from gateway.storage.records import Gone
from tests.conftest import Clock
from tests.connectors.test_webchat import bring, key_of
from tests.console_client import ConsoleClient
from tests.gateway.test_sweeper import HOUR, MINUTE, held, left, state_of, sweep_after
from tests.system import Visitor

STOCKHOLM = ZoneInfo("Europe/Stockholm")
DAY = "2026-11-24"  # a Tuesday; counsellors' hours end at 16.30


class Day:
    """The clock of a day with counsellors' hours as in content: 08.00 to 16.30."""

    def __init__(self, gateway: Gateway, clock: Clock, visitor: Visitor) -> None:
        self._gateway = gateway
        self._clock = clock
        self._visitor = visitor

    def at(self, moment: str) -> None:
        """Move the clock: `16:20`, or with a date before it."""
        day, _, time = moment.rpartition(" ")
        self._clock.now = datetime.fromisoformat(f"{day or DAY}T{time}").replace(tzinfo=STOCKHOLM).timestamp()

    async def queue(self, moment: str, *more: Event, priority: int = 1) -> str:
        """Let the visitor, who has just spoken, join the queue then; give the conversation."""
        self.at(moment)
        key = await bring(self._gateway, self._visitor, Event.HANDOFF_REQUESTED, *more)
        async with self._gateway.store.change(key) as change:
            change.conversation.visitor_at, change.conversation.priority = change.now, priority
        return key

    async def sweep(self, moment: str) -> None:
        self.at(moment)
        await self._gateway.sweeper.sweep()


@pytest.fixture
def day(gateway: Gateway, clock: Clock, visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> Day:
    monkeypatch.setattr(gateway.availability, "_hours", "schedule")
    return Day(gateway, clock, visitor)


async def lines(gateway: Gateway, key: str) -> list[str]:
    """What the system has said in a conversation, by the sentences' names (or as it stands)."""
    names = {text: name for name, text in gateway.content.sentences.items()}
    names[gateway.words.sentence("closing_soon", clock="16.30")] = "closing_soon"
    found = [line.words["text"] for line in await gateway.store.lines(key) if line.sender == "system"]
    return [names.get(text, text) for text in found]


async def last(gateway: Gateway, key: str) -> dict[str, Any]:
    return (await gateway.store.lines(key))[-1].words


# -- the counsellors' hours end


async def test_who_waits_is_told_once_ten_minutes_before_closing(
    visitor: Visitor, gateway: Gateway, clock: Clock, day: Day
) -> None:
    key = await day.queue("16:15")
    await day.sweep("16:19:59")
    assert await lines(gateway, key) == []
    await day.sweep("16:20")
    assert await lines(gateway, key) == ["closing_soon"]
    words = await last(gateway, key)
    assert words["choices"] == [
        {"title": "Lämna ett meddelande", "payload": "letter:write"},
        {"title": gateway.words.sentence("leave_queue"), "payload": "queue:leave"},
    ]
    assert words["contacts"] == list(gateway.words.reachable())
    assert "slutar klockan 16.30." in words["text"]
    for moment in ("16:20:15", "16:29:59"):
        await day.sweep(moment)
    assert (await lines(gateway, key), await state_of(gateway, key)) == (["closing_soon"], State.WAITING)


async def test_a_word_after_the_warning_does_not_bring_it_again(visitor: Visitor, gateway: Gateway, day: Day) -> None:
    key = await day.queue("16:15")
    await day.sweep("16:20")
    await visitor.say("jag väntar")
    await day.sweep("16:25")
    assert await lines(gateway, key) == ["closing_soon"]


async def test_who_comes_in_the_last_minutes_is_told_at_once(visitor: Visitor, gateway: Gateway, day: Day) -> None:
    key = await day.queue("16:28")
    await day.sweep("16:28:15")
    assert await lines(gateway, key) == ["closing_soon"]


async def test_at_closing_who_waits_hears_that_nobody_comes_and_what_is_open(
    visitor: Visitor, gateway: Gateway, day: Day
) -> None:
    key = await day.queue("16:15")
    await day.sweep("16:20")
    await day.sweep("16:30")
    assert (await state_of(gateway, key), await lines(gateway, key)) == (State.BOT, ["closing_soon", "wait_expired"])
    frames = await visitor.until("state", state="bot")
    told = [frame for frame in frames if frame["type"] == "message"][-1]
    assert [choice["payload"] for choice in told["choices"]] == ["letter:write"]  # no human comes before tomorrow
    assert [card["id"] for card in told["contacts"]] == ["umea_socialjour", "kvinnofridslinjen", "sos_112"]
    assert {card["open_now"] for card in told["contacts"]} == {True}


async def test_closing_early_by_an_exception_is_told_by_its_own_clock(
    visitor: Visitor, gateway: Gateway, day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    schedule = gateway.availability._schedule
    today = datetime.fromisoformat(DAY).date()
    monkeypatch.setattr(
        gateway.availability, "_schedule", type(schedule)(schedule.weekly, "closed", {today: ((480, 720),)})
    )
    key = await day.queue("11:45")
    await day.sweep("11:50")
    assert await lines(gateway, key) == [gateway.words.sentence("closing_soon", clock="12.00")]
    await day.sweep("12:00")
    assert await state_of(gateway, key) is State.BOT


async def test_a_held_conversation_goes_on_after_closing(gateway: Gateway, alva: ConsoleClient, day: Day) -> None:
    async with gateway.live.console(alva.id):
        key = await day.queue("16:00", Event.CLAIMED)
        async with gateway.store.change(key) as change:
            change.conversation.holder = alva.id
        for moment in ("16:20", "16:30", "17:30"):
            await day.sweep(moment)
        assert (await state_of(gateway, key), await lines(gateway, key)) == (State.HUMAN, [])


@pytest.mark.parametrize(
    ("events", "priority"), [((), 0), ((Event.CLAIMED, Event.COUNSELLOR_LOST), 1)], ids=["danger", "lost"]
)
async def test_who_is_in_danger_or_lost_a_counsellor_waits_on_while_somebody_is_there(
    gateway: Gateway, day: Day, events: tuple[Event, ...], priority: int
) -> None:
    key = await day.queue("16:25", *events, priority=priority)
    async with gateway.live.console(1):
        await day.sweep("16:31")
        assert await state_of(gateway, key) is State.WAITING
        gateway.live.set_away(1, True)
        await day.sweep("16:32")
        assert await state_of(gateway, key) is State.BOT


async def test_danger_hears_at_closing_that_112_always_answers(visitor: Visitor, gateway: Gateway, day: Day) -> None:
    key = await day.queue("16:15", priority=0)
    async with gateway.store.change(key) as change:
        change.conversation.understood = {"risks": ["suicide"]}
    await day.sweep("16:20")
    assert (await last(gateway, key))["contacts"] == ["mind_sjalvmordslinjen", "nationella_stodlinjen", "sos_112"]
    await day.sweep("16:30")
    assert await lines(gateway, key) == ["closing_soon", "unclaimed_nobody", "closed_now_danger"]
    assert (await last(gateway, key))["contacts"] == ["mind_sjalvmordslinjen", "nationella_stodlinjen", "sos_112"]


async def test_what_a_quick_exit_left_waiting_is_neither_told_nor_moved(
    visitor: Visitor, gateway: Gateway, day: Day
) -> None:
    key = await day.queue("16:25")
    await visitor.send({"type": "bye", "quick": True})
    await visitor.until("state", state="closed")
    await day.sweep("16:31")
    assert (await state_of(gateway, key), await lines(gateway, key)) == (State.WAITING, [])
    await day.sweep("16:36")
    assert await state_of(gateway, key) is State.GONE


async def test_without_hours_that_end_nobody_is_told(visitor: Visitor, gateway: Gateway, clock: Clock) -> None:
    key = await bring(gateway, visitor, Event.HANDOFF_REQUESTED)  # VARSAM_HOURS=open
    async with gateway.store.change(key) as change:
        change.conversation.waiting_at = clock() + 6.5 * HOUR
    await sweep_after(gateway, clock, 6.5 * HOUR - 60)
    await sweep_after(gateway, clock, 120)
    assert (await state_of(gateway, key), await lines(gateway, key)) == (State.WAITING, [])


@pytest.mark.parametrize(
    ("date", "closes"),
    [
        ("2027-03-26", None),
        ("2027-03-28", None),
        ("2027-03-30", "16:30"),
        ("2026-12-23", "16:30"),
        ("2026-12-24", None),
    ],
)
async def test_closes_at_follows_holidays(gateway: Gateway, day: Day, date: str, closes: str | None) -> None:
    day.at(f"{date} 10:00")
    at = datetime.fromisoformat(f"{date}T{closes}").replace(tzinfo=STOCKHOLM).timestamp() if closes else None
    assert (gateway.availability.closes_at(), gateway.availability.is_over()) == (at, closes is None)


# -- silence


async def test_a_visitor_who_is_here_is_told_once_before_a_bot_conversation_is_erased(
    visitor: Visitor, gateway: Gateway, clock: Clock
) -> None:
    key = await key_of(gateway, visitor)
    await sweep_after(gateway, clock, 55 * MINUTE - 1)
    assert await lines(gateway, key) == []
    await sweep_after(gateway, clock, 1)
    await sweep_after(gateway, clock, 15)
    assert await lines(gateway, key) == ["erased_soon"]
    await visitor.until("message", text=gateway.words.sentence("erased_soon"))
    await sweep_after(gateway, clock, 5 * MINUTE - 15)
    assert await state_of(gateway, key) is State.BOT
    await sweep_after(gateway, clock, 1)
    assert await state_of(gateway, key) is State.GONE
    assert (await visitor.until("state"))[-1]["state"] == "closed"


async def test_a_word_resets_the_warning(visitor: Visitor, gateway: Gateway, clock: Clock) -> None:
    key = await key_of(gateway, visitor)
    await sweep_after(gateway, clock, 56 * MINUTE)
    await visitor.say("jag är kvar")
    await sweep_after(gateway, clock, 54 * MINUTE)
    assert (await state_of(gateway, key), await lines(gateway, key)) == (State.BOT, ["erased_soon"])
    await sweep_after(gateway, clock, MINUTE)
    assert await lines(gateway, key) == ["erased_soon"] * 2
    await sweep_after(gateway, clock, 5 * MINUTE + 1)
    assert await state_of(gateway, key) is State.GONE


async def test_a_visitor_who_could_not_be_told_in_time_still_gets_five_minutes(
    visitor: Visitor, gateway: Gateway, clock: Clock
) -> None:
    key = await key_of(gateway, visitor)
    await sweep_after(gateway, clock, 3 * HOUR)  # nobody swept for so long
    assert (await state_of(gateway, key), await lines(gateway, key)) == (State.BOT, ["erased_soon"])
    await sweep_after(gateway, clock, 5 * MINUTE - 1)
    assert await state_of(gateway, key) is State.BOT
    await sweep_after(gateway, clock, 1)
    assert await state_of(gateway, key) is State.GONE


async def test_who_is_not_here_is_not_told(visitor: Visitor, gateway: Gateway, clock: Clock) -> None:
    key = await left(gateway, visitor)
    await sweep_after(gateway, clock, 56 * MINUTE)
    assert await lines(gateway, key) == []
    await sweep_after(gateway, clock, 4 * MINUTE + 1)
    assert await state_of(gateway, key) is State.GONE


async def test_who_was_told_and_left_is_not_waited_for(visitor: Visitor, gateway: Gateway, clock: Clock) -> None:
    key = await key_of(gateway, visitor)
    await sweep_after(gateway, clock, 59 * MINUTE)
    assert await lines(gateway, key) == ["erased_soon"]
    await left(gateway, visitor)
    await sweep_after(gateway, clock, 61)
    assert await state_of(gateway, key) is State.GONE


async def test_a_word_that_comes_while_it_is_being_erased_keeps_the_conversation(
    visitor: Visitor, gateway: Gateway, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = await key_of(gateway, visitor)
    await sweep_after(gateway, clock, 55 * MINUTE)
    clock.pass_seconds(5 * MINUTE + 1)
    get = gateway.store.get

    async def get_and_hear(id: str) -> Any:
        read = await get(id)
        monkeypatch.setattr(gateway.store, "get", get)
        await visitor.say("vänta, jag är kvar")
        return read

    monkeypatch.setattr(gateway.store, "get", get_and_hear)
    await gateway.sweeper.sweep()
    assert await state_of(gateway, key) is State.BOT
    assert (await visitor.say("hör du mig?"))[-1]["type"] == "answered"


async def test_what_was_told_of_the_queue_is_not_taken_for_a_warning_of_silence(
    visitor: Visitor, gateway: Gateway, clock: Clock, day: Day
) -> None:
    key = await day.queue("16:15")
    async with gateway.store.change(key) as change:
        change.conversation.visitor_at = clock() - 50 * MINUTE
    await day.sweep("16:20")
    await day.sweep("16:30")
    assert await lines(gateway, key) == ["closing_soon", "wait_expired"]
    await day.sweep("16:30:15")
    assert (await state_of(gateway, key), (await lines(gateway, key))[-1]) == (State.BOT, "erased_soon")


async def test_a_silent_conversation_with_a_counsellor_is_told_before_it_closes(
    visitor: Visitor, gateway: Gateway, clock: Clock, alva: ConsoleClient
) -> None:
    key = await held(gateway, visitor, alva)
    await sweep_after(gateway, clock, 12 * HOUR - 5 * MINUTE - 1)
    assert await lines(gateway, key) == ["counsellor_here"]
    await sweep_after(gateway, clock, 1)
    await sweep_after(gateway, clock, 15)
    assert await lines(gateway, key) == ["counsellor_here", "silent_soon"]
    await sweep_after(gateway, clock, 5 * MINUTE - 14)
    assert (await state_of(gateway, key), (await lines(gateway, key))[-1]) == (State.CLOSED, "closed_expired")


async def test_a_word_keeps_a_silent_conversation_with_a_counsellor_open(
    visitor: Visitor, gateway: Gateway, clock: Clock, alva: ConsoleClient
) -> None:
    key = await held(gateway, visitor, alva)
    async with gateway.live.console(alva.id):  # her session is over after so long, and this is not about that
        await sweep_after(gateway, clock, 12 * HOUR - 5 * MINUTE)
        await visitor.say("jag är kvar")
        await sweep_after(gateway, clock, 6 * MINUTE)
    assert (await state_of(gateway, key), (await lines(gateway, key)).count("silent_soon")) == (State.HUMAN, 1)


async def test_warning_what_has_just_been_erased_is_no_error(
    visitor: Visitor, gateway: Gateway, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = await key_of(gateway, visitor)
    quiet_bots = gateway.store.quiet_bots

    async def and_erase(before: float) -> list[str]:
        found = await quiet_bots(before)
        await gateway.store.erase(key)
        return found

    monkeypatch.setattr(gateway.store, "quiet_bots", and_erase)
    await sweep_after(gateway, clock, 56 * MINUTE)
    with pytest.raises(Gone):
        await gateway.store.get(key)
