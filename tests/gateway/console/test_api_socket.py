"""The console's socket: what is pushed, to whom, and when it ends."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestClient

from gateway.app import Gateway
from gateway.console.board import Whole
from gateway.handoff import Event, State
from gateway.storage.records import Conversation, Gone
from tests.conftest import Clock, base_of
from tests.connectors.test_webchat import bring, key_of
from tests.console_client import ConsoleClient, add_counsellor
from tests.engine_double import EngineDouble
from tests.gateway.console.test_api import CONVERSATION, waiting
from tests.system import Visitor


async def talking(visitor: Visitor, gateway: Gateway, engine: EngineDouble, holder: ConsoleClient) -> str:
    """Bring the visitor to a counsellor whose console is open, and read until the console knows."""
    await holder.watch()
    key = await waiting(visitor, gateway, engine)
    assert (await holder.claim(key))[0] == 200
    async with asyncio.timeout(5):
        while not (await holder.until("queue"))["mine"]:
            pass
    return key


async def nothing_more(console: ConsoleClient, *kinds: str) -> None:
    """Read for a moment; none of these may come."""
    with pytest.raises((TimeoutError, aiohttp.WSMessageTypeError)):
        while True:
            frame = await asyncio.wait_for(console.socket.receive_json(), 0.4)
            assert frame["type"] not in kinds


async def test_a_change_pushes_the_queue(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble, alva: ConsoleClient
) -> None:
    await alva.watch()
    key = await waiting(visitor, gateway, engine_double)
    frame = await alva.until("queue", taken=[], mine=[])
    while not frame["waiting"]:
        frame = await alva.until("queue")
    assert [card["id"] for card in frame["waiting"]] == [key]
    assert frame == {"type": "queue", **(await alva.get("queue"))[1]}


async def test_the_holder_gets_messages_typing_and_the_conversation_and_nobody_else(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble, alva: ConsoleClient, bo: ConsoleClient
) -> None:
    await bo.watch()
    key = await talking(visitor, gateway, engine_double, alva)
    await visitor.send({"type": "typing"})
    assert await alva.until("typing") == {"type": "typing", "conversation": key}
    accepted = next(frame for frame in await visitor.say("till dig") if frame["type"] == "accepted")
    pushed = await alva.until("message", conversation=key)
    while pushed["message"]["sender"] != "visitor":
        pushed = await alva.until("message", conversation=key)
    assert (pushed["message"]["text"], pushed["message"]["seq"]) == ("till dig", accepted["seq"])
    conversations = [frame["conversation"] for frame in alva.pushed if frame["type"] == "conversation"]
    assert set(conversations[-1]) == CONVERSATION - {"messages"}
    await nothing_more(bo, "message", "typing", "conversation", "gone")


async def test_what_was_said_before_the_console_knew_of_the_claim_reaches_it(
    visitor: Visitor,
    gateway: Gateway,
    engine_double: EngineDouble,
    alva: ConsoleClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The claim is answered, then the visitor writes, and only then does the console's socket hear of the claim."""
    await alva.watch()
    key = await waiting(visitor, gateway, engine_double)
    gate, read = asyncio.Event(), gateway.board.whole

    async def later() -> Whole:
        await gate.wait()
        return await read()

    monkeypatch.setattr(gateway.console._overview, "_read", later)
    assert (await alva.claim(key))[0] == 200
    await visitor.say("hallå?")
    gate.set()
    texts = []
    while "hallå?" not in texts:
        texts.append((await alva.until("message", conversation=key))["message"]["text"])
    assert texts.count("hallå?") == 1


async def test_what_is_not_shared_is_not_pushed(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble, alva: ConsoleClient
) -> None:
    await talking(visitor, gateway, engine_double, alva)
    await visitor.say("till dig")
    await alva.until("message")
    while alva.pushed[-1].get("message", {}).get("text") != "till dig":
        await alva.until("message")
    visitors = [frame["message"] for frame in alva.pushed if frame["type"] == "message"]
    assert [one["text"] for one in visitors if one["sender"] == "visitor"] == ["till dig"]


async def test_a_counsellors_typing_reaches_the_visitor(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble, alva: ConsoleClient
) -> None:
    key = await talking(visitor, gateway, engine_double, alva)
    assert await alva.post(f"conversations/{key}/typing") == (200, {})
    assert (await visitor.until("typing", sender="counsellor"))[-1] == {"type": "typing", "sender": "counsellor"}


@pytest.mark.parametrize("reason", ["erased", "left", "closed", "released"])
async def test_gone_tells_the_holder_why(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble, alva: ConsoleClient, reason: str
) -> None:
    key = await talking(visitor, gateway, engine_double, alva)
    if reason == "erased":
        await visitor.send({"type": "erase"})
    elif reason == "left":
        await visitor.send({"type": "bye", "quick": False})
    elif reason == "closed":
        await alva.post(f"conversations/{key}/close")
    else:
        await visitor.choose("human:no")
    frame = await alva.until("gone", 3)
    assert frame == {"type": "gone", "conversation": key, "reason": reason}


async def test_gone_is_told_when_a_held_conversation_expires(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble, alva: ConsoleClient, clock: Clock
) -> None:
    key = await talking(visitor, gateway, engine_double, alva)
    await visitor.send({"type": "bye", "quick": True})
    assert (await alva.until("gone", 3))["reason"] == "left"
    clock.pass_seconds(601)
    await gateway.sweeper.sweep()
    assert (await alva.until("gone", 3))["conversation"] == key


async def test_the_socket_is_refused_to_strangers(client: TestClient, gateway: Gateway, alva: ConsoleClient) -> None:
    url = f"{alva.base.replace('http', 'ws', 1)}/console/ws"
    await add_counsellor(gateway, "Cilla", must_change=True)
    async with ConsoleClient(base_of(client)) as cilla, ConsoleClient(base_of(client)) as stranger:
        await cilla.login("Cilla")
        for who, headers in ((stranger, {}), (cilla, {}), (alva, {"Origin": "https://evil.example"})):
            with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
                await who.http.ws_connect(url, headers=headers)
            assert refusal.value.status == 403
    async with alva.http.ws_connect(url, headers={"Origin": alva.base}) as socket:
        assert (await socket.receive_json(timeout=3))["type"] == "queue"


@pytest.mark.parametrize("end", ["disabled", "logout"])
async def test_a_session_that_is_over_gets_no_more_words(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble, alva: ConsoleClient, end: str
) -> None:
    await talking(visitor, gateway, engine_double, alva)
    if end == "disabled":
        await gateway.staff.set(alva.id, disabled=True)
    else:
        await alva.post("logout")
    await visitor.say("är du kvar?")
    with pytest.raises((TimeoutError, aiohttp.WSMessageTypeError)):
        while (await asyncio.wait_for(alva.socket.receive_json(), 2)).get("message", {}).get("text") != "är du kvar?":
            pass
    assert gateway.live.present() == 0


async def test_the_socket_outlives_a_conversation_erased_while_it_is_read(
    visitor: Visitor, gateway: Gateway, alva: ConsoleClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await alva.watch()
    get, read = gateway.store.get, asyncio.Event()

    async def erased_between(id: str) -> Conversation:
        if read.is_set():
            return await get(id)
        read.set()
        raise Gone

    key = await key_of(gateway, visitor)
    monkeypatch.setattr(gateway.store, "get", erased_between)
    await bring(gateway, visitor, Event.HANDOFF_REQUESTED, Event.CLAIMED, actor=alva.id)
    await asyncio.wait_for(read.wait(), 3)
    await bring(gateway, visitor, Event.RELEASED_TO_BOT, Event.HANDOFF_REQUESTED)
    frame: dict[str, Any] = await alva.until("queue", 3)
    while [card["id"] for card in frame["waiting"]] != [key]:
        frame = await alva.until("queue", 3)
    assert (await get(key)).state is State.WAITING


async def test_schedule_is_open_only_in_hours_and_with_a_console(
    gateway: Gateway, alva: ConsoleClient, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway.availability, "_hours", "schedule")
    assert gateway.availability.can_come() is False
    await alva.watch()
    assert (gateway.availability.can_come(), gateway.live.present()) == (True, 1)
    await alva.watch()  # a second tab is no second counsellor
    assert gateway.live.present() == 1
    clock.pass_seconds(7 * 3600)
    assert gateway.availability.can_come() is False
