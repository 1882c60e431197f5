"""What goes away and what moves on by itself, with a clock that is told the time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from gateway.app import Gateway
from gateway.handoff import Event, State
from gateway.storage.change import Change
from gateway.storage.records import Gone
from tests.conftest import Clock
from tests.connectors.test_webchat import bring, key_of, said
from tests.console_client import ConsoleClient
from tests.system import Visitor

MINUTE, HOUR = 60.0, 3600.0


async def eventually(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(3):
        while not true():
            await asyncio.sleep(0.01)


async def sweep_after(gateway: Gateway, clock: Clock, seconds: float) -> None:
    clock.pass_seconds(seconds)
    await gateway.sweeper.sweep()


async def state_of(gateway: Gateway, key: str) -> State:
    try:
        return (await gateway.store.get(key)).state
    except Gone:
        assert key not in await gateway.store.ids()
        assert key not in gateway.keyring.ids()
        return State.GONE


async def gone(gateway: Gateway, visitor: Visitor) -> str:
    """Let the connection of a visitor who waits go; give the conversation."""
    await visitor.until("state", state="waiting")  # what is still on its way would count as a sign of life
    return await left(gateway, visitor)


async def left(gateway: Gateway, visitor: Visitor) -> str:
    key = await key_of(gateway, visitor)
    await visitor.drop()
    await eventually(lambda: key in gateway.live._left)
    return key


async def held(gateway: Gateway, visitor: Visitor, counsellor: ConsoleClient) -> str:
    """Let a counsellor with an open console claim the visitor's conversation."""
    await counsellor.watch()
    key = await bring(gateway, visitor, Event.HANDOFF_REQUESTED)
    assert (await counsellor.claim(key))[0] == 200
    return key


async def lost(gateway: Gateway, clock: Clock, counsellor: ConsoleClient, seconds: float = 61) -> None:
    """Let a counsellor's console go, and sweep when that is noticed."""
    await counsellor.socket.close()
    await eventually(lambda: gateway.live.present() == 0)
    await sweep_after(gateway, clock, seconds)


def in_between(gateway: Gateway, monkeypatch: pytest.MonkeyPatch, happens: Callable[[], Awaitable[object]]) -> None:
    """Let something happen after the sweep has looked and before its first change."""
    change = gateway.store.change

    @asynccontextmanager
    async def change_late(id: str) -> AsyncIterator[Change]:
        monkeypatch.setattr(gateway.store, "change", change)
        await happens()
        async with change(id) as changed:
            yield changed

    monkeypatch.setattr(gateway.store, "change", change_late)


async def test_a_bot_conversation_is_erased_an_hour_after_the_last_word(
    visitor: Visitor, gateway: Gateway, clock: Clock
) -> None:
    key = await key_of(gateway, visitor)
    clock.pass_seconds(50 * MINUTE)
    await visitor.say("hej")
    await left(gateway, visitor)
    await sweep_after(gateway, clock, 60 * MINUTE)
    assert await state_of(gateway, key) is State.BOT
    await sweep_after(gateway, clock, 1)
    assert await state_of(gateway, key) is State.GONE


async def test_a_counselled_conversation_is_erased_a_day_after_closing(
    visitor: Visitor, gateway: Gateway, clock: Clock, alva: ConsoleClient
) -> None:
    key = await held(gateway, visitor, alva)
    clock.pass_seconds(2 * HOUR)
    assert (await alva.login("Alva"))[0] == 200
    assert await alva.post(f"conversations/{key}/close") == (200, {})
    await sweep_after(gateway, clock, 24 * HOUR)
    assert await state_of(gateway, key) is State.CLOSED
    await sweep_after(gateway, clock, 1)
    assert await state_of(gateway, key) is State.GONE


async def test_a_conversation_with_a_counsellor_closes_after_twelve_silent_hours(
    visitor: Visitor, gateway: Gateway, clock: Clock, alva: ConsoleClient
) -> None:
    key = await held(gateway, visitor, alva)
    await sweep_after(gateway, clock, 12 * HOUR - 5 * MINUTE)  # told that it closes soon
    await sweep_after(gateway, clock, 5 * MINUTE)
    assert await state_of(gateway, key) is State.HUMAN
    await sweep_after(gateway, clock, 1)
    assert await state_of(gateway, key) is State.CLOSED
    frames = await visitor.until("state", state="closed")
    assert said(frames)[-1] == ("system", gateway.words.sentence("closed_expired"))
    assert (await gateway.store.get(key)).holder is None  # her own session has ended too, after twelve hours


async def test_a_wait_that_is_too_long_ends_with_what_is_open_now(
    visitor: Visitor, gateway: Gateway, clock: Clock
) -> None:
    key = await bring(gateway, visitor, Event.HANDOFF_REQUESTED)
    await sweep_after(gateway, clock, 30 * MINUTE)
    assert await state_of(gateway, key) is State.WAITING
    await sweep_after(gateway, clock, 1)
    frames = await visitor.until("state", state="bot")
    [told] = (frame for frame in frames if frame["type"] == "message")
    assert (told["sender"], told["text"]) == ("system", gateway.words.sentence("wait_expired"))
    assert [card["id"] for card in told["contacts"]] == list(gateway.words.reachable())
    assert ([card["open_now"] for card in told["contacts"]], told["contacts"][-1]["phone"]) == ([True] * 3, "112")


async def test_a_waiting_visitor_who_is_gone_leaves_the_queue(visitor: Visitor, gateway: Gateway, clock: Clock) -> None:
    key = await bring(gateway, visitor, Event.HANDOFF_REQUESTED)
    await sweep_after(gateway, clock, 20 * MINUTE)  # still there
    assert await state_of(gateway, key) is State.WAITING
    await gone(gateway, visitor)
    await sweep_after(gateway, clock, 5 * MINUTE)
    assert await state_of(gateway, key) is State.WAITING
    await sweep_after(gateway, clock, 1)
    assert await state_of(gateway, key) is State.BOT
    await visitor.connect()  # and must not think that they still wait
    told = (await visitor.until("message", sender="system"))[-1]
    assert told["text"] == gateway.words.sentence("wait_left")
    assert [choice["payload"] for choice in told["choices"]] == ["topic:talk_to_human", "letter:write"]


async def test_a_wait_in_danger_that_is_too_long_ends_with_112_first(
    visitor: Visitor, gateway: Gateway, clock: Clock
) -> None:
    key = await bring(gateway, visitor, Event.HANDOFF_REQUESTED)
    async with gateway.store.change(key) as change:
        change.conversation.share = "emergency"
    await sweep_after(gateway, clock, 30 * MINUTE + 1)
    told = (await visitor.until("message", sender="system"))[-1]
    assert (told["text"].split(".")[0], told["choices"][0]["payload"]) == (
        "Ring 112 om det är fara nu", "topic:talk_to_human",
    )  # fmt: skip


async def test_a_visitor_who_comes_back_in_time_keeps_the_place(
    visitor: Visitor, gateway: Gateway, clock: Clock
) -> None:
    key = await bring(gateway, visitor, Event.HANDOFF_REQUESTED)
    await gone(gateway, visitor)
    clock.pass_seconds(4 * MINUTE)
    await visitor.connect()
    await sweep_after(gateway, clock, 4 * MINUTE)
    assert await state_of(gateway, key) is State.WAITING


async def test_a_visitor_who_comes_back_while_the_sweep_looks_keeps_the_place(
    visitor: Visitor, gateway: Gateway, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = await bring(gateway, visitor, Event.HANDOFF_REQUESTED)
    await gone(gateway, visitor)
    in_between(gateway, monkeypatch, visitor.connect)
    await sweep_after(gateway, clock, 5 * MINUTE + 1)
    assert await state_of(gateway, key) is State.WAITING


async def test_a_visitor_claimed_while_the_sweep_looks_is_not_told_that_nobody_comes(
    visitor: Visitor, gateway: Gateway, clock: Clock, alva: ConsoleClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await alva.watch()
    key = await bring(gateway, visitor, Event.HANDOFF_REQUESTED)
    await gone(gateway, visitor)
    in_between(gateway, monkeypatch, lambda: alva.claim(key))
    await sweep_after(gateway, clock, 5 * MINUTE + 1)
    said = [line.words["text"] for line in await gateway.store.lines(key) if line.sender == "system"]
    assert said == [gateway.words.sentence("counsellor_here")]


async def test_a_visitor_who_joins_the_queue_anew_while_the_sweep_looks_waits_on(
    visitor: Visitor, gateway: Gateway, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = await bring(gateway, visitor, Event.HANDOFF_REQUESTED)

    async def joins_anew() -> None:
        await bring(gateway, visitor, Event.CANCELLED_BY_VISITOR, Event.HANDOFF_REQUESTED)

    in_between(gateway, monkeypatch, joins_anew)
    await sweep_after(gateway, clock, 30 * MINUTE + 1)
    assert await state_of(gateway, key) is State.WAITING


async def test_a_counsellor_who_is_back_while_the_sweep_looks_keeps_the_conversation(
    visitor: Visitor, gateway: Gateway, clock: Clock, alva: ConsoleClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = await held(gateway, visitor, alva)
    in_between(gateway, monkeypatch, alva.watch)
    await lost(gateway, clock, alva)
    assert await state_of(gateway, key) is State.HUMAN


async def test_a_colleague_it_was_handed_to_while_the_sweep_looks_keeps_the_conversation(
    visitor: Visitor,
    gateway: Gateway,
    clock: Clock,
    alva: ConsoleClient,
    bo: ConsoleClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    key = await held(gateway, visitor, alva)
    await alva.socket.close()
    await eventually(lambda: gateway.live.present() == 0)
    await bo.watch()
    in_between(gateway, monkeypatch, lambda: gateway.desk.transfer(key, alva.id, bo.id))
    await sweep_after(gateway, clock, 61)
    assert ((await gateway.store.get(key)).state, (await gateway.store.get(key)).holder) == (State.HUMAN, bo.id)


async def test_a_lost_counsellor_puts_the_visitor_back_in_the_queue_and_says_so(
    visitor: Visitor, gateway: Gateway, clock: Clock, alva: ConsoleClient, bo: ConsoleClient
) -> None:
    key = await held(gateway, visitor, alva)
    await lost(gateway, clock, alva, 60)
    assert await state_of(gateway, key) is State.HUMAN
    await sweep_after(gateway, clock, 1)
    await visitor.until("message", sender="system", text=gateway.words.sentence("counsellor_lost"))
    assert (await visitor.until("state"))[-1]["state"] == "waiting"
    assert (await alva.say(key, "hej"))[0] == 409
    assert (await bo.claim(key))[0] == 200


async def test_a_lost_counsellor_leaves_the_visitor_at_the_front(
    visitor: Visitor, gateway: Gateway, clock: Clock, alva: ConsoleClient
) -> None:
    earlier, _ = await gateway.store.begin("web")
    async with gateway.store.change(earlier.id) as change:
        await change.step(Event.HANDOFF_REQUESTED)
        change.conversation.waiting_at = clock() - 5 * MINUTE
    gateway.live._visitors[earlier.id] = asyncio.Queue()  # a visitor who stays
    key = await held(gateway, visitor, alva)
    await lost(gateway, clock, alva)
    assert [one.id for one in await gateway.store.in_states(State.WAITING)] == [key, earlier.id]


async def test_a_lost_counsellor_gives_the_visitor_a_whole_new_wait(
    visitor: Visitor, gateway: Gateway, clock: Clock, alva: ConsoleClient
) -> None:
    key = await held(gateway, visitor, alva)
    clock.pass_seconds(40 * MINUTE)
    await lost(gateway, clock, alva)
    assert await state_of(gateway, key) is State.WAITING
    await sweep_after(gateway, clock, 15)
    assert await state_of(gateway, key) is State.WAITING


async def test_a_counsellor_who_is_back_in_time_keeps_the_conversation(
    visitor: Visitor, gateway: Gateway, clock: Clock, alva: ConsoleClient
) -> None:
    key = await held(gateway, visitor, alva)
    await lost(gateway, clock, alva, 50)
    await alva.watch()
    await sweep_after(gateway, clock, 50)
    assert await state_of(gateway, key) is State.HUMAN


async def test_a_quick_exit_leaves_ten_minutes_to_the_holder(
    visitor: Visitor, gateway: Gateway, clock: Clock, alva: ConsoleClient
) -> None:
    key = await held(gateway, visitor, alva)
    await visitor.send({"type": "bye", "quick": True})
    assert (await alva.until("gone", conversation=key))["reason"] == "left"
    await sweep_after(gateway, clock, 10 * MINUTE)
    assert await state_of(gateway, key) is State.HUMAN
    await sweep_after(gateway, clock, 1)
    assert await state_of(gateway, key) is State.GONE


@pytest.mark.parametrize(("minutes", "state"), [(4, State.WAITING), (9, State.WAITING), (11, State.GONE)])
async def test_a_quick_exit_leaves_a_waiting_conversation_in_the_queue_for_ten_minutes(
    visitor: Visitor, gateway: Gateway, clock: Clock, minutes: int, state: State
) -> None:
    key = await bring(gateway, visitor, Event.HANDOFF_REQUESTED)
    await visitor.send({"type": "bye", "quick": True})
    await visitor.until("state", state="closed")
    await eventually(lambda: key in gateway.live._left)
    await sweep_after(gateway, clock, minutes * MINUTE)
    assert await state_of(gateway, key) is state


async def test_sweep_tells_the_operator_how_many_wait_and_work(
    visitor: Visitor, gateway: Gateway, alva: ConsoleClient
) -> None:
    await bring(gateway, visitor, Event.HANDOFF_REQUESTED)
    await alva.watch()
    await gateway.sweeper.sweep()
    value = gateway.metrics.registry.get_sample_value
    assert (value("varsam_waiting"), value("varsam_counsellors_present")) == (1.0, 1.0)
