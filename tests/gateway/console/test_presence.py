"""Online, away, full: what counsellors say of themselves, what their conversations weigh, and who sees it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from gateway.app import Gateway
from gateway.handoff import Event
from tests.conftest import base_of
from tests.connectors.test_webchat import said
from tests.console_client import ConsoleClient
from tests.engine_double import EngineDouble
from tests.gateway.console.test_api import waiting
from tests.gateway.test_sweeper import eventually
from tests.system import Visitor

STANDING = ("presence", "load", "colleagues")


async def in_queue(gateway: Gateway, route: str = "human_now") -> str:
    """Put a conversation in the queue; give its id."""
    begun, _ = await gateway.store.begin("web")
    async with gateway.store.change(begun.id) as change:
        await change.step(Event.HANDOFF_REQUESTED)
        change.conversation.priority = gateway.content.taxonomy.routes.index(route)
    return begun.id


async def hold(gateway: Gateway, counsellor: ConsoleClient, *routes: str) -> None:
    """Let a counsellor take one conversation of each route."""
    for route in routes:
        assert (await counsellor.claim(await in_queue(gateway, route)))[0] == 200


async def standing(counsellor: ConsoleClient) -> dict[str, Any]:
    _, queue = await counsellor.get("queue")
    return {name: queue[name] for name in STANDING}


async def test_queue_tells_presence_load_and_colleagues_who_are_there(
    gateway: Gateway, alva: ConsoleClient, bo: ConsoleClient
) -> None:
    assert await standing(alva) == {"presence": "online", "load": {"now": 0, "most": 4}, "colleagues": []}
    await bo.watch()
    await hold(gateway, bo, "human_now")
    assert (await standing(alva))["colleagues"] == [{"name": "Bo", "presence": "online"}]
    assert await standing(bo) == {"presence": "online", "load": {"now": 1, "most": 4}, "colleagues": []}


async def test_presence_is_stored_answered_and_pushed(gateway: Gateway, alva: ConsoleClient, bo: ConsoleClient) -> None:
    await alva.watch()
    await bo.watch()
    await alva.until("queue", colleagues=[{"name": "Bo", "presence": "online"}])
    assert await bo.post("presence", {"away": True}) == (200, {"presence": "away"})
    await alva.until("queue", colleagues=[{"name": "Bo", "presence": "away"}])
    counsellor = await gateway.staff.by_id(bo.id)
    assert counsellor is not None
    assert (counsellor.away, (await standing(bo))["presence"]) == (True, "away")
    assert await bo.post("presence", {"away": False}) == (200, {"presence": "online"})
    await alva.until("queue", colleagues=[{"name": "Bo", "presence": "online"}])


async def test_a_colleague_who_closes_the_console_is_no_longer_listed(alva: ConsoleClient, bo: ConsoleClient) -> None:
    await alva.watch()
    await bo.watch()
    await alva.until("queue", colleagues=[{"name": "Bo", "presence": "online"}])
    await bo.socket.close()
    await alva.until("queue", colleagues=[])


@pytest.mark.parametrize("body", [{}, {"away": "yes"}, {"away": 1}, {"away": None}, []])
async def test_presence_refuses_what_is_neither_true_nor_false(alva: ConsoleClient, body: object) -> None:
    status, answer = await alva.post("presence", body)
    assert (status, answer["error"]) == (400, "bad_request")


async def test_who_is_away_is_not_counted_and_still_holds(
    gateway: Gateway, alva: ConsoleClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway.availability, "_hours", "schedule")
    await alva.watch()
    await hold(gateway, alva, "human_now")
    assert (gateway.availability.can_come(), gateway.live.present()) == (True, 1)
    await alva.post("presence", {"away": True})
    assert (gateway.availability.can_come(), gateway.live.present()) == (False, 0)
    assert (len((await alva.get("queue"))[1]["mine"]), gateway.live.console_away_seconds(alva.id)) == (1, 0)
    await alva.post("presence", {"away": False})
    assert gateway.availability.can_come() is True


async def test_away_is_remembered_by_the_database_when_a_console_opens(gateway: Gateway, alva: ConsoleClient) -> None:
    await gateway.staff.set(alva.id, away=True)  # as before a restart
    await alva.watch()
    assert (gateway.live.logged_in(), gateway.live.online()) == ({alva.id}, set())


async def test_a_console_that_opens_with_old_news_does_not_undo_away(gateway: Gateway) -> None:
    gateway.live.set_away(1, True)
    async with gateway.live.console(1, away=False):
        assert gateway.live.online() == set()


async def test_a_counsellor_with_two_consoles_counts_once(
    gateway: Gateway, client: TestClient, alva: ConsoleClient
) -> None:
    await alva.watch()
    async with ConsoleClient(base_of(client)) as phone:
        await phone.login("Alva")
        await phone.watch()
        assert (gateway.live.present(), (await standing(phone))["colleagues"]) == (1, [])
        await phone.post("presence", {"away": True})
        await alva.until("queue", presence="away")
    await eventually(lambda: len(gateway.live._consoles) == 1)
    assert (gateway.live.logged_in(), gateway.live.present()) == ({alva.id}, 0)


@pytest.mark.parametrize(
    ("held", "now", "presence", "status"),
    [
        (["human_now"] * 3, 3, "online", 200),
        (["human_now"] * 4, 4, "full", 409),
        (["emergency"], 3, "online", 200),
        (["emergency", "human_now"], 4, "full", 409),
        (["emergency", "emergency"], 6, "full", 409),
        (["offer_human"] * 4, 4, "full", 409),
    ],
)
async def test_claim_stops_at_the_cap_and_red_weighs_more(
    gateway: Gateway, alva: ConsoleClient, held: list[str], now: int, presence: str, status: int
) -> None:
    await hold(gateway, alva, *held)
    assert await standing(alva) == {"presence": presence, "load": {"now": now, "most": 4}, "colleagues": []}
    answered, body = await alva.claim(await in_queue(gateway))
    assert (answered, body.get("error")) == (status, "full" if status == 409 else None)
    assert body.get("text", "").startswith("Du har så många samtal") is (status == 409)


async def test_an_emergency_may_always_be_taken_and_what_is_taken_is_taken(
    gateway: Gateway, alva: ConsoleClient, bo: ConsoleClient
) -> None:
    await hold(gateway, alva, *["human_now"] * 4)
    await hold(gateway, alva, "emergency", "emergency")
    theirs = await in_queue(gateway)
    await bo.claim(theirs)
    status, body = await alva.claim(theirs)
    assert (status, body["error"]) == (409, "taken")


async def test_a_closed_conversation_makes_room(gateway: Gateway, alva: ConsoleClient) -> None:
    await hold(gateway, alva, *["human_now"] * 4)
    first = (await alva.get("queue"))[1]["mine"][0]["id"]
    assert (await alva.claim(first))[0] == 200  # one's own again, though full
    await alva.post(f"conversations/{first}/close")
    await hold(gateway, alva, "human_now")


async def told_busy(gateway: Gateway, visitor: Visitor, engine: EngineDouble, route: str = "human_now") -> bool:
    await waiting(visitor, gateway, engine, route)
    return ("system", gateway.words.sentence("all_busy")) in said(visitor.frames)


async def test_a_visitor_hears_that_everybody_is_busy(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble, alva: ConsoleClient, bo: ConsoleClient
) -> None:
    await alva.watch()
    await bo.watch()
    await hold(gateway, alva, *["human_now"] * 4)
    await bo.post("presence", {"away": True})  # has room, and takes nobody
    assert await told_busy(gateway, visitor, engine_double)


@pytest.mark.parametrize("why", ["a colleague has room", "nobody is logged in", "it is an emergency"])
async def test_a_visitor_hears_nothing_of_the_kind_where_it_is_not_so(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble, alva: ConsoleClient, bo: ConsoleClient, why: str
) -> None:
    await hold(gateway, alva, *["human_now"] * 4)
    if why != "nobody is logged in":
        await alva.watch()
    if why == "a colleague has room":
        await bo.watch()
    route = "emergency" if why == "it is an emergency" else "human_now"
    assert not await told_busy(gateway, visitor, engine_double, route)


async def test_everybody_busy_is_said_once(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble, alva: ConsoleClient
) -> None:
    await alva.watch()
    await hold(gateway, alva, *["human_now"] * 4)
    assert await told_busy(gateway, visitor, engine_double)
    await waiting(visitor, gateway, engine_double)
    assert said(visitor.frames).count(("system", gateway.words.sentence("all_busy"))) == 1


async def test_claims_of_one_counsellor_at_once_stay_below_the_cap(gateway: Gateway, alva: ConsoleClient) -> None:
    ids = [await in_queue(gateway) for _ in range(8)]
    answers = await asyncio.gather(*(alva.claim(id) for id in ids))
    assert sorted(status for status, _ in answers) == [200] * 4 + [409] * 4
    assert {body["error"] for status, body in answers if status == 409} == {"full"}
