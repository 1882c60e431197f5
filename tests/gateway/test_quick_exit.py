"""The quick exit: nothing of the conversation can be opened from the device again; it stays ten minutes for a counsellor."""

from __future__ import annotations

import asyncio
import uuid
from datetime import UTC, datetime

import aiohttp
import pytest

from gateway.app import Gateway
from gateway.handoff import Event, State
from tests.conftest import Clock
from tests.connectors.test_webchat import key_of
from tests.console_client import ConsoleClient
from tests.engine_double import EngineDouble
from tests.gateway.console.test_api import waiting
from tests.gateway.test_sweeper import MINUTE, state_of, sweep_after
from tests.system import Visitor


async def leave(visitor: Visitor) -> None:
    await visitor.send({"type": "bye", "quick": True})
    await visitor.until("state", state="closed")


async def test_a_waiting_conversation_can_be_claimed_for_ten_minutes_and_tells_that_the_visitor_left(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble, clock: Clock, alva: ConsoleClient
) -> None:
    await alva.watch()
    key = await waiting(visitor, gateway, engine_double, "emergency")
    assert (await alva.get("queue"))[1]["waiting"][0]["left_until"] is None
    await leave(visitor)
    until = datetime.fromtimestamp(clock() + 10 * MINUTE, UTC).isoformat()
    assert [card["left_until"] for card in (await alva.get("queue"))[1]["waiting"]] == [until]
    await sweep_after(gateway, clock, 9 * MINUTE)
    status, conversation = await alva.claim(key)
    assert (status, conversation["left_until"], conversation["shared"]) == (200, until, True)
    await sweep_after(gateway, clock, 1 * MINUTE)
    assert await state_of(gateway, key) is State.HUMAN
    await sweep_after(gateway, clock, 1)
    assert await state_of(gateway, key) is State.GONE


@pytest.mark.parametrize("held", [False, True])
async def test_the_token_opens_nothing_any_more(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble, alva: ConsoleClient, held: bool
) -> None:
    key = await waiting(visitor, gateway, engine_double)
    if held:
        await alva.claim(key)
    await leave(visitor)
    url, bearer = f"{alva.base}/api/chat", {"Authorization": f"Bearer {visitor.token}"}
    say = {"type": "say", "id": str(uuid.uuid4()), "text": "hej"}
    async with aiohttp.ClientSession() as http:
        async with http.get(f"{url}?after=0", headers=bearer) as answer:
            frames = (await answer.json())["frames"]
        async with http.post(url, json={"frames": [say]}, headers=bearer) as answer:
            frames += (await answer.json())["frames"]
        async with http.ws_connect(f"{alva.base.replace('http', 'ws', 1)}/ws/chat") as socket:
            await socket.send_json({"type": "start", "token": visitor.token, "after": 0})
            frames.append(await socket.receive_json(timeout=3))
    assert [(frame["type"], frame["code"]) for frame in frames] == [("error", "unknown_token")] * 3


async def test_a_word_that_is_still_on_its_way_is_not_taken(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble
) -> None:
    key = await waiting(visitor, gateway, engine_double)
    await leave(visitor)
    before = [line.seq for line in await gateway.store.lines(key)]
    with pytest.raises(Exception, match="unknown_token"):
        await gateway.intake.say(key, str(uuid.uuid4()), "hej")
    assert [line.seq for line in await gateway.store.lines(key)] == before


async def test_what_was_hidden_is_forgotten_at_once(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble
) -> None:
    key = await waiting(visitor, gateway, engine_double)
    await visitor.say("jag bor på Storgatan 5")
    await leave(visitor)
    assert gateway.intake._disclosure._hidden.take(key) is None


@pytest.mark.parametrize("end", ["close", "release", "requeue"])
async def test_whatever_the_holder_does_it_is_erased_after_ten_minutes(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble, clock: Clock, alva: ConsoleClient, end: str
) -> None:
    key = await waiting(visitor, gateway, engine_double)
    await alva.claim(key)
    await leave(visitor)
    assert (await alva.post(f"conversations/{key}/{end}"))[0] == 200
    await sweep_after(gateway, clock, 10 * MINUTE + 1)
    assert await state_of(gateway, key) is State.GONE


async def test_with_the_bot_it_is_erased_at_once(visitor: Visitor, gateway: Gateway) -> None:
    key = await key_of(gateway, visitor)
    await leave(visitor)
    assert await state_of(gateway, key) is State.GONE


async def test_whoever_leaves_the_queue_and_then_the_page_leaves_nothing(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble
) -> None:
    """The leaving decides on what is there when its turn to write comes, not on what it saw before."""
    key = await waiting(visitor, gateway, engine_double)
    async with gateway.store.change(key) as change:
        bye = asyncio.create_task(gateway.intake.bye(key, quick=True))
        await asyncio.wait([bye], timeout=0.3)  # it stands behind this change; 0.3 s for it to read ahead, if it does
        await change.step(Event.CANCELLED_BY_VISITOR)
    await bye
    assert await state_of(gateway, key) is State.GONE
