"""The engine without its wire: contract, contexts that travel, nothing kept, nothing bypassed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.context import MAX_BYTES, VERSION, context_of, memory_of

METADATA = {"mode": "talk", "now": "2026-11-24T10:00:00+01:00", "hours_open": True, "channel": "web"}
KEYS = {"replies", "context", "understood", "signals"}
UNDERSTOOD = {"topic", "confidence", "ranking", "risks", "risk_words", "lang", "ask_back", "route"}


async def test_turn_has_the_shape_of_the_contract(engine: Any) -> None:
    answer = await engine.turn("är jag anonym här?", None, METADATA)
    assert set(answer) == KEYS
    assert set(answer["understood"]) == UNDERSTOOD
    assert answer["understood"]["topic"] == "anonymity"
    assert {key for reply in answer["replies"] for key in reply} == {"text", "choices", "contacts", "checked"}
    assert len(json.dumps(answer["context"])) < MAX_BYTES


async def test_listen_understands_and_stays_quiet(engine: Any) -> None:
    context = {"v": VERSION, "memory": {"misses": 1}}
    answer = await engine.turn("vad kostar det", context, {**METADATA, "mode": "listen"})
    assert (answer["replies"], answer["signals"], answer["context"]) == ([], [], context)
    assert answer["understood"]["topic"] == "cost"


async def test_context_carries_the_question_that_was_asked(engine: Any) -> None:
    asked = await engine.turn("jag vill prata med en människa", None, METADATA)
    yes = await engine.turn("ja", asked["context"], METADATA)
    assert [(one["name"], one["args"]) for one in yes["signals"]] == [("share", {"answer": "yes"})]
    alone = await engine.turn("ja", None, METADATA)
    assert alone["signals"] == []


UNKNOWN = [None, 7, "x", {}, {"v": 99, "memory": {"pending": "share"}}, {"v": 1, "memory": 3}]


@pytest.mark.parametrize("context", UNKNOWN)
async def test_unknown_context_starts_fresh(engine: Any, context: Any) -> None:
    answer = await engine.turn("nej", context, METADATA)
    assert answer["signals"] == []
    assert answer["replies"] != []


async def test_nothing_is_kept_between_turns(engine: Any) -> None:
    await engine.turn("jag heter canary och bor här", None, METADATA)
    assert list(await engine._turns.keys()) == []


SLASHES = ["/restart", "/greet", " / hej", "//talk_to_human", '/CANARY{"a":1}', "/", "   ", "", "\u200b/x"]


@pytest.mark.parametrize("text", SLASHES)
async def test_leading_slash_is_never_a_command(engine: Any, text: str, capfd: pytest.CaptureFixture[str]) -> None:
    answer = await engine.turn(text, None, METADATA)
    assert answer["replies"] != []
    assert answer["understood"]["confidence"] < 1.0
    printed = capfd.readouterr()
    assert "CANARY" not in printed.out + printed.err


async def test_choice_is_taken_as_its_topic(engine: Any) -> None:
    answer = await engine.turn("Är jag anonym?", None, {**METADATA, "choice": "topic:anonymity"})
    assert (answer["understood"]["topic"], answer["understood"]["confidence"]) == ("anonymity", 1.0)
    forged = await engine.turn("xyz", None, {**METADATA, "choice": "topic:no_such_topic"})
    assert forged["understood"]["confidence"] < 1.0


async def test_every_topic_answers_as_a_choice(engine: Any) -> None:
    from content.registry import load_content

    content = load_content()
    for topic in content.topics:
        answer = await engine.turn(topic, None, {**METADATA, "choice": f"topic:{topic}"})
        assert answer["replies"], topic
        assert answer["understood"]["route"] == content.topics[topic].route, topic


async def test_danger_names_112_first_whatever_the_topic(engine: Any) -> None:
    for text in ("han har låst in mig och slår mig nu, vad kostar det", "jag har tagit tabletter, hej"):
        answer = await engine.turn(text, None, METADATA)
        assert answer["understood"]["route"] == "emergency"
        assert "112" in answer["replies"][0]["text"].split(".")[0]


def test_context_too_large_is_let_go() -> None:
    assert context_of({"x": "å" * MAX_BYTES}) == {"v": VERSION, "memory": {}}
    assert memory_of(context_of({"misses": 2})) == {"misses": 2}
