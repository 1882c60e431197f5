"""The visitor protocol (docs/protocol.md, section 1) over real sockets, against a gateway with a double of the engine."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from gateway.app import Gateway
from gateway.handoff import Event
from tests.conftest import Clock, base_of
from tests.console_client import ConsoleClient
from tests.engine_double import EngineDouble
from tests.system import Visitor

ID = "00000000-0000-4000-8000-000000000001"
START = {"type": "start", "token": None, "after": 0}
EXPLAINED = {"topic": "anonymity", "confidence": 0.9, "risks": [], "route": "answer", "handoff": "none"}


async def refused(visitor: Visitor, frame: dict[str, Any] | str | bytes) -> dict[str, Any]:
    """Send a frame that is not taken; give the error without its words, which are looked at once here."""
    match frame:
        case bytes():
            await visitor._socket.send_bytes(frame)
        case str():
            await visitor._socket.send_str(frame)
        case dict():
            await visitor.send(frame)
    error = (await visitor.until("error"))[-1]
    assert len(error.pop("text").split()) > 4  # it says what to do
    return error


async def key_of(gateway: Gateway, visitor: Visitor) -> str:
    return (await gateway.store.by_token(visitor.token or "")).id


async def bring(gateway: Gateway, visitor: Visitor, *events: Event, actor: int | None = None) -> str:
    key = await key_of(gateway, visitor)
    async with gateway.store.change(key) as change:
        for event in events:
            await change.step(event, actor)
    return key


def said(frames: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(frame["sender"], frame["text"]) for frame in frames if frame["type"] == "message"]


async def test_start_greets_with_choices_and_state(visitor: Visitor, gateway: Gateway) -> None:
    started, message, state = visitor.frames
    assert started == {"type": "started", "token": visitor.token, "state": "bot"}
    assert (message["seq"], message["sender"], message["text"]) == (1, "bot", gateway.words.sentence("greeting"))
    offered = [choice["payload"] for choice in message["choices"]]
    assert offered == ["topic:support_exploited_adult", "topic:minor_support", "topic:stop_buying"]
    assert (message["contacts"], message["checked"], message["at"]) == ([], True, "2026-11-24T09:00:00+00:00")
    assert state == {"type": "state", "state": "bot", "position": None, "wait_minutes": None}


async def test_say_is_accepted_then_answered_in_order_with_what_was_understood(visitor: Visitor) -> None:
    frames = await visitor.say("vad sparar ni?")
    assert [frame["type"] for frame in frames if frame["type"] != "typing"] == ["accepted", "message", "answered"]
    accepted, answered = frames[0], frames[-1]
    assert (accepted, answered["id"]) == ({"type": "accepted", "id": accepted["id"], "seq": 2}, accepted["id"])
    assert said(frames) == [("bot", "Svar på: vad sparar ni?")]
    assert {name: answered[name] for name in answered.keys() - {"type", "id"}} == EXPLAINED


async def test_answered_tells_nothing_of_what_was_understood_without_the_setting(
    visitor: Visitor, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway.intake, "_explain", False)
    frames = await visitor.say("hej")
    assert frames[-1] == {"type": "answered", "id": frames[0]["id"]}


async def test_resume_replays_in_order_and_none_twice(visitor: Visitor) -> None:
    for text in ("ett", "två"):
        await visitor.say(text)
    visitor.seq = 0
    await visitor.drop()
    await visitor.connect()
    replay = [frame for frame in await visitor.until("state") if frame["type"] == "message"]
    assert [(frame["seq"], frame["sender"]) for frame in replay] == [
        (1, "bot"), (2, "visitor"), (3, "bot"), (4, "visitor"), (5, "bot"),
    ]  # fmt: skip
    assert [len(frame["id"]) for frame in replay if frame["sender"] == "visitor"] == [36, 36]
    visitor.seq = 4
    await visitor.connect()
    assert [frame["seq"] for frame in await visitor.until("state") if frame["type"] == "message"] == [5]


async def test_reconnect_while_the_engine_answers_gives_the_answer_once(
    visitor: Visitor, engine_double: EngineDouble
) -> None:
    engine_double.gate = asyncio.Event()
    await visitor.send({"type": "say", "id": ID, "text": "hej"})
    await visitor.until("typing", sender="bot")
    await visitor.drop()
    await visitor.connect()
    engine_double.gate.set()
    frames = await visitor.until("answered", id=ID)
    assert said(frames) == [("visitor", "hej"), ("bot", "Svar på: hej")]
    assert len(engine_double.calls) == 1


async def test_a_repeated_id_is_accepted_with_its_first_seq_and_answered_again(
    visitor: Visitor, engine_double: EngineDouble
) -> None:
    for _ in range(2):
        await visitor.send({"type": "say", "id": ID, "text": "hej"})
        await visitor.until("answered", id=ID)
    assert [frame["seq"] for frame in visitor.frames if frame["type"] == "accepted"] == [2, 2]
    assert (said(visitor.frames)[1:], len(engine_double.calls)) == ([("bot", "Svar på: hej")], 1)


async def test_a_repeated_choice_is_accepted_though_it_is_not_offered_any_more(
    visitor: Visitor, gateway: Gateway
) -> None:
    await bring(gateway, visitor, Event.HANDOFF_REQUESTED)
    for _ in range(2):
        await visitor.send({"type": "choose", "id": ID, "payload": "queue:leave"})
        frames = await visitor.until("answered", 3, id=ID)
        assert [frame["type"] for frame in frames].count("error") == 0


async def test_in_human_answered_does_not_wait_for_the_engine(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble, alva: ConsoleClient
) -> None:
    await bring(gateway, visitor, Event.HANDOFF_REQUESTED, Event.CLAIMED, actor=alva.id)
    engine_double.gate = asyncio.Event()
    await visitor.send({"type": "say", "id": ID, "text": "hej"})
    assert said(await visitor.until("answered", 1.5, id=ID)) == []


@pytest.mark.parametrize(
    "bad",
    [
        "", "{", "null", "[]", '"start"', "{}", "[" * 100_000, '{"type":1}', '{"type":"nope"}', '{"type":"answered"}',
        json.dumps(START), '{"type":"say"}', '{"type":"say","id":"hej","text":"hej"}', '{"type":"say","id":7,"text":"hej"}',
        '{"type":"bye","quick":"yes"}', '{"type":"bye","quick":null}', b"\x00\x01", json.dumps(START).encode(),
    ],
)  # fmt: skip
async def test_a_bad_frame_is_refused_and_the_socket_lives_on(visitor: Visitor, bad: str | bytes) -> None:
    assert await refused(visitor, bad) == {"type": "error", "code": "bad_frame"}
    assert said(await visitor.say("hej")) == [("bot", "Svar på: hej")]


@pytest.mark.parametrize("text", [None, 7, "", " \n", "\x00", ["hej"]])
async def test_a_bad_text_is_refused_with_its_id(visitor: Visitor, text: Any) -> None:
    for kind, field in (("say", "text"), ("choose", "payload")):
        error = await refused(visitor, {"type": kind, "id": ID, field: text})
        assert error == {"type": "error", "code": "bad_frame", "id": ID}


async def test_words_of_any_kind_are_stored_as_they_are(visitor: Visitor, engine_double: EngineDouble) -> None:
    for text in ("/restart", "/greet{}", "<b>hej</b>", "'; DROP TABLE messages; --", "👩‍👩‍👧 åäö", "x" * 2000):
        assert said(await visitor.say(text)) == [("bot", f"Svar på: {text}")]
    assert said(await visitor.say("halv \ud800 \x00tecken")) == [("bot", "Svar på: halv ? tecken")]
    assert {call["metadata"]["mode"] for call in engine_double.calls} == {"talk"}


@pytest.mark.parametrize("length", [2001, 200_000])
async def test_too_long_is_refused_and_not_stored(visitor: Visitor, gateway: Gateway, length: int) -> None:
    error = await refused(visitor, {"type": "say", "id": ID, "text": "x" * length})
    assert error == {"type": "error", "code": "too_long", "id": ID}
    assert len(await gateway.store.lines(await key_of(gateway, visitor))) == 1


async def test_too_fast_is_refused_and_taken_later_with_the_same_id(visitor: Visitor, clock: Clock) -> None:
    for _ in range(30):
        await visitor.send({"type": "typing"})
    error = await refused(visitor, {"type": "say", "id": ID, "text": "hej"})
    assert error == {"type": "error", "code": "too_fast", "id": ID}
    clock.pass_seconds(1)
    await visitor.send({"type": "say", "id": ID, "text": "hej"})
    assert said(await visitor.until("answered", id=ID)) == [("bot", "Svar på: hej")]
    assert (await refused(visitor, {"type": "typing"}))["code"] == "too_fast"


@pytest.mark.parametrize("payload", ["topic:cost", "share:yes", "human:no", "queue:leave", "show:hidden", "/restart"])
async def test_a_choice_that_was_never_offered_is_refused(visitor: Visitor, payload: str) -> None:
    error = await refused(visitor, {"type": "choose", "id": ID, "payload": payload})
    assert error == {"type": "error", "code": "bad_frame", "id": ID}
    assert said(await visitor.say("hej")) == [("bot", "Svar på: hej")]


async def test_a_choice_counts_in_the_conversation_it_was_offered_in_only(
    visitor: Visitor, client: TestClient, engine_double: EngineDouble
) -> None:
    engine_double.choices = [{"title": "Kostnad", "payload": "topic:cost"}]
    async with Visitor(base_of(client)) as other:
        await other.say("topic:cost")
        error = await refused(visitor, {"type": "choose", "id": ID, "payload": "topic:cost"})
        assert error == {"type": "error", "code": "bad_frame", "id": ID}
        assert said(await other.choose("topic:cost")) == [("bot", "Svar på: Kostnad")]
    assert [call["metadata"]["choice"] for call in engine_double.calls] == [None, "topic:cost"]
