"""An emergency nobody takes: everybody is called again every two minutes, the visitor is told once what to do now."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.app import Gateway
from gateway.words import Words
from tests.conftest import Clock
from tests.connectors.test_webchat import said
from tests.console_client import ConsoleClient
from tests.engine_double import EngineDouble
from tests.gateway.console.test_api import waiting
from tests.gateway.test_sweeper import sweep_after
from tests.system import Visitor

TOLD = ("unclaimed", "unclaimed_nobody")


def told(frames: list[dict[str, Any]], words: Words) -> list[str]:
    return [
        name for name in TOLD for sender, text in said(frames) if (sender, text) == ("system", words.sentence(name))
    ]


async def swept(gateway: Gateway, clock: Clock, console: ConsoleClient, seconds: float) -> list[dict[str, Any]]:
    """Let time pass and sweep; give the alarms up to a mark that is sent after them."""
    await sweep_after(gateway, clock, seconds)
    before = len(console.pushed)
    gateway.live.tell_consoles("alarm:mark", "0" * 32)
    await console.until("alarm", reason="mark")
    return [frame for frame in console.pushed[before:-1] if frame["type"] == "alarm"]


async def test_an_emergency_calls_everybody_again_every_two_minutes_until_it_is_taken(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble, clock: Clock, alva: ConsoleClient,
    bo: ConsoleClient,
) -> None:  # fmt: skip
    for console in (alva, bo):
        await console.watch()
    await bo.post("presence", {"away": True})
    key = await waiting(visitor, gateway, engine_double, "emergency")
    pseudonym = (await alva.get("queue"))[1]["waiting"][0]["pseudonym"]
    alarm = {"type": "alarm", "reason": "unclaimed", "id": key, "pseudonym": pseudonym}
    assert await swept(gateway, clock, alva, 119) == []
    assert await swept(gateway, clock, alva, 1) == [{**alarm, "seconds": 120}]
    assert await swept(gateway, clock, alva, 119) == []
    assert await swept(gateway, clock, alva, 1) == [{**alarm, "seconds": 240}]
    assert await bo.until("alarm", reason="unclaimed") == {**alarm, "seconds": 120}
    assert await bo.until("alarm", reason="unclaimed") == {**alarm, "seconds": 240}
    await bo.claim(key)
    assert await swept(gateway, clock, alva, 120) == []


async def test_the_visitor_is_told_once_112_first_and_who_answers_now(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble, clock: Clock, alva: ConsoleClient
) -> None:
    engine_double.risks = ["suicide"]
    await alva.watch()
    await alva.post("presence", {"away": True})  # away, and called all the same
    await waiting(visitor, gateway, engine_double, "emergency")
    await sweep_after(gateway, clock, 120)
    frames = await visitor.until("message", sender="system", text=gateway.words.sentence("unclaimed"))
    assert frames[-1]["text"].startswith("Ring 112")
    assert [card["id"] for card in frames[-1]["contacts"]] == list(gateway.words.reachable("suicidal"))
    assert {card["open_now"] for card in frames[-1]["contacts"]} == {True}
    await sweep_after(gateway, clock, 120)
    assert told(await visitor.say("är ni där?"), gateway.words) == []


async def test_the_visitor_is_not_told_that_somebody_was_called_where_nobody_is_logged_in(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble, clock: Clock
) -> None:
    await waiting(visitor, gateway, engine_double, "emergency")
    await sweep_after(gateway, clock, 120)
    frames = await visitor.until("message", sender="system", text=gateway.words.sentence("unclaimed_nobody"))
    assert frames[-1]["text"].startswith("Ring 112")


@pytest.mark.parametrize("route", ["human_now", "offer_human"])
async def test_a_milder_wait_alarms_nobody_until_a_counsellor_corrects_it(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble, clock: Clock, alva: ConsoleClient, route: str
) -> None:
    await alva.watch()
    key = await waiting(visitor, gateway, engine_double, route)
    assert await swept(gateway, clock, alva, 600) == []
    assert (await alva.post(f"conversations/{key}/correct", {"route": "emergency"}))[0] == 200
    assert [one["seconds"] for one in await swept(gateway, clock, alva, 1)] == [601]


async def test_a_quick_exit_still_calls_the_counsellors_and_says_nothing_to_the_empty_room(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble, clock: Clock, alva: ConsoleClient
) -> None:
    await alva.watch()
    key = await waiting(visitor, gateway, engine_double, "emergency")
    await visitor.send({"type": "bye", "quick": True})
    await visitor.until("state", state="closed")
    before = len(await gateway.store.lines(key))
    assert [one["id"] for one in await swept(gateway, clock, alva, 120)] == [key]
    assert len(await gateway.store.lines(key)) == before


async def test_when_it_was_called_is_stored_so_that_a_restart_does_not_begin_again(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble, clock: Clock
) -> None:
    key = await waiting(visitor, gateway, engine_double, "emergency")
    await sweep_after(gateway, clock, 130)
    assert (await gateway.store.get(key)).alarmed_at == clock()


async def test_danger_heard_by_a_counsellor_is_an_emergency_again_when_the_counsellor_is_lost(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble, clock: Clock, alva: ConsoleClient
) -> None:
    key = await waiting(visitor, gateway, engine_double)
    await visitor.choose("share:yes")
    await alva.claim(key)
    await visitor.say("han slår mig nu, jag kommer inte ut härifrån")
    await gateway.desk.lost(key, lambda counsellor: counsellor == alva.id)
    assert (await gateway.store.get(key)).priority == 0
