"""Turns: what is accepted is answered, in one turn where it can be, and never with silence."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from gateway.app import Gateway
from gateway.handoff import Event, State
from gateway.storage.records import Line
from gateway.turns import first_group
from tests.conftest import Clock, settings_for
from tests.connectors.test_webchat import ID, bring, key_of, said
from tests.console_client import ConsoleClient
from tests.engine_double import EngineDouble
from tests.schema import give_schema
from tests.system import Visitor

DANGER = "hjälp, han har låst in mig"
SUMMONS = ["share:yes", "share:no", "human:no"]


@pytest_asyncio.fixture
async def gateway(
    tmp_path: Path, clock: Clock, engine_double: EngineDouble, read_once: None, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Gateway]:
    """As everywhere, but it waits a second for a locked database and half a second for the engine."""
    monkeypatch.setattr("gateway.storage.database.BUSY_SECONDS", 1)
    made = Gateway(settings_for(tmp_path, engine_seconds="0.5"), engine_double.url, clock)
    await give_schema(made.settings.database)
    yield made


def line(seq: int, **words: str) -> Line:
    return Line(seq, "visitor", 0.0, f"id-{seq}", False, {"text": str(seq), **words})


@pytest.mark.parametrize(
    ("choices", "group"),
    [("", []), ("-", [1]), ("---", [1, 2, 3]), ("c--", [1]), ("-c-", [1]), ("--cc", [1, 2]), ("cc", [1])],
)
def test_first_group_is_one_choice_or_the_words_before_it(choices: str, group: list[int]) -> None:
    lines = [line(seq, **({"choice": "x"} if one == "c" else {})) for seq, one in enumerate(choices, 1)]
    assert [one.seq for one in first_group(lines)] == group


async def held_up(visitor: Visitor, engine: EngineDouble, *frames: dict[str, str]) -> list[dict[str, Any]]:
    """Send frames while the engine is busy with the first; give what came until all of them are answered."""
    engine.gate = asyncio.Event()
    ids = [str(uuid.uuid4()) for _ in frames]
    start = len(visitor.frames)
    for number, frame in enumerate(frames):
        await visitor.send({**frame, "id": ids[number]})
        await visitor.until("accepted", id=ids[number])
        if number == 0:
            await visitor.until("typing", sender="bot")
    engine.gate.set()
    while not any(frame["type"] == "answered" and frame["id"] == ids[-1] for frame in visitor.frames):
        await visitor.receive(5)
    assert [frame["id"] for frame in visitor.frames[start:] if frame["type"] == "answered"] == ids
    return visitor.frames[start:]


async def test_fragments_join_one_turn_and_every_id_is_answered(visitor: Visitor, engine_double: EngineDouble) -> None:
    words = [{"type": "say", "text": text} for text in ("ett", "två", "tre")]
    frames = await held_up(visitor, engine_double, *words)
    assert [call["text"] for call in engine_double.calls] == ["ett", "två\ntre"]
    assert said(frames) == [("bot", "Svar på: ett"), ("bot", "Svar på: två\ntre")]


async def test_a_choice_is_a_turn_of_its_own(visitor: Visitor, engine_double: EngineDouble) -> None:
    choice = {"type": "choose", "payload": "topic:minor_support"}
    words = [{"type": "say", "text": text} for text in ("ett", "två", "tre")]
    await held_up(visitor, engine_double, words[0], words[1], choice, words[2])
    asked = [(call["text"], call["metadata"]["choice"]) for call in engine_double.calls]
    assert asked == [("ett", None), ("två", None), ("Jag är under 18", "topic:minor_support"), ("tre", None)]


async def test_context_goes_from_turn_to_turn(visitor: Visitor, engine_double: EngineDouble) -> None:
    for text in ("ett", "två", "tre"):
        await visitor.say(text)
    assert [call["context"] for call in engine_double.calls] == [None, {"v": 1, "turns": 1}, {"v": 1, "turns": 2}]


async def test_a_reply_that_comes_after_a_claim_becomes_a_draft(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble, alva: ConsoleClient
) -> None:
    engine_double.gate = asyncio.Event()
    await visitor.send({"type": "say", "id": ID, "text": "hej"})
    await visitor.until("typing", sender="bot")
    key = await bring(gateway, visitor, Event.HANDOFF_REQUESTED)
    await gateway.desk.claim(key, alva.id)
    engine_double.gate.set()
    frames = await visitor.until("answered", id=ID)
    assert said(frames) == [("system", gateway.words.sentence("counsellor_here"))]
    assert [draft["text"] for draft in await gateway.store.drafts(key)] == ["Svar på: hej"]


def dead_end(gateway: Gateway, engine: EngineDouble, mode: str) -> None:
    engine.mode = mode
    if mode == "gone":
        gateway.engine._url = "http://127.0.0.1:9/"


MODES = ["slow", "dead", "empty", "garbage", "gone"]


@pytest.mark.parametrize("mode", MODES)
async def test_without_the_engine_112_comes_first_and_a_human_is_called(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble, mode: str
) -> None:
    dead_end(gateway, engine_double, mode)
    frames = await visitor.say("hej")
    first, summons = (frame for frame in frames if frame["type"] == "message")
    assert (first["text"], first["text"][:8]) == (gateway.words.sentence("fallback_human"), "Ring 112")
    assert [card["id"] for card in first["contacts"]] == list(gateway.words.reachable())
    assert [choice["payload"] for choice in summons["choices"]] == SUMMONS
    assert (frames[-1]["route"], frames[-1]["handoff"]) == ("human_now", "queued")
    assert [frame["state"] for frame in frames if frame["type"] == "state"] == ["waiting"]
    engine_double.mode = "well"


@pytest.mark.parametrize("mode", MODES)
async def test_without_the_engine_and_out_of_hours_the_numbers_that_work_are_given(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    monkeypatch.setattr(gateway.availability, "_hours", "closed")
    dead_end(gateway, engine_double, mode)
    frames = await visitor.say("hej")
    [only] = (frame for frame in frames if frame["type"] == "message")
    assert (only["text"], only["text"][:8]) == (gateway.words.sentence("fallback"), "Ring 112")
    cards = [(card["open_now"], bool(card["phone"])) for card in only["contacts"]]
    assert (cards, only["contacts"][-1]["phone"]) == ([(True, True)] * 3, "112")
    assert (frames[-1]["handoff"], (await gateway.store.get(await key_of(gateway, visitor))).state) == ("none", "bot")


async def test_danger_is_heard_with_the_engine_dead(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble
) -> None:
    engine_double.mode = "dead"
    frames = await visitor.say(DANGER)
    assert (said(frames)[0][1][:8], frames[-1]["risks"], frames[-1]["route"]) == (
        "Ring 112",
        ["acute_danger"],
        "emergency",
    )
    held = await gateway.store.get(await key_of(gateway, visitor))
    assert (held.state, held.priority, held.share) == (State.WAITING, 0, "emergency")


async def test_danger_that_the_engine_does_not_hear_gets_112_first_and_a_human(
    visitor: Visitor, gateway: Gateway
) -> None:
    frames = await visitor.say(DANGER)
    assert said(frames)[0] == ("bot", gateway.words.sentence("danger_first"))
    assert (frames[-1]["route"], frames[-1]["handoff"]) == ("emergency", "queued")


async def test_after_an_explicit_no_a_dead_engine_calls_nobody(visitor: Visitor, engine_double: EngineDouble) -> None:
    engine_double.summon()
    await visitor.say("hej")
    await visitor.choose("human:no")
    engine_double.mode = "dead"
    frames = await visitor.say("en sak till")
    assert (said(frames)[0][1][:8], frames[-1]["handoff"] == "queued") == ("Ring 112", False)


SPOILED: dict[str, Any] = {
    "a list": lambda answer: [],
    "nothing": lambda answer: None,
    "an empty object": lambda answer: {},
    "no replies": lambda answer: {**answer, "replies": None},
    "replies no list": lambda answer: {**answer, "replies": "hej"},
    "text no text": lambda answer: {**answer, "replies": [{"text": 5}]},
    "blank text": lambda answer: {**answer, "replies": [{"text": " \n"}]},
    "no words but an offer": lambda answer: {**answer, "replies": [], "signals": [{"name": "offer_human", "args": {}}]},
    "unknown contact": lambda answer: {**answer, "replies": [{"text": "hej", "contacts": ["no_such"]}]},
    "contacts no list": lambda answer: {**answer, "replies": [{"text": "hej", "contacts": 5}]},
    "choice without payload": lambda answer: {**answer, "replies": [{"text": "hej", "choices": [{"title": "x"}]}]},
    "choices no list": lambda answer: {**answer, "replies": [{"text": "hej", "choices": 5}]},
    "nothing understood": lambda answer: {**answer, "understood": None},
    "a topic alone": lambda answer: {**answer, "understood": {"topic": "cost"}},
    "unknown route": lambda answer: {**answer, "understood": {**answer["understood"], "route": "banana"}},
    "unknown risk": lambda answer: {**answer, "understood": {**answer["understood"], "risks": ["banana"]}},
    "risks no list": lambda answer: {**answer, "understood": {**answer["understood"], "risks": None}},
    "no signals": lambda answer: {**answer, "signals": None},
    "a signal that is none": lambda answer: {**answer, "signals": [5]},
    "hand-off nowhere": lambda answer: {**answer, "signals": [{"name": "handoff", "args": {"route": "banana"}}]},
}


@pytest.mark.parametrize("spoiled", list(SPOILED))
async def test_an_answer_that_is_no_answer_falls_back_and_leaves_nothing_broken(
    visitor: Visitor, engine_double: EngineDouble, spoiled: str
) -> None:
    engine_double.spoil = SPOILED[spoiled]
    await visitor.send({"type": "say", "id": ID, "text": "hej"})
    assert said(await visitor.until("answered", 3, id=ID))[0][1][:8] == "Ring 112"
    engine_double.spoil = lambda answer: answer
    visitor.seq = 0
    await visitor.connect()
    assert said(await visitor.say("igen"))[-1] == ("bot", "Svar på: igen")
