"""What was hidden in a visitor's words, and who may see it after all: what is asked, what is said, what a counsellor reads."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.app import Gateway
from gateway.handoff import Event
from tests.connectors.test_webchat import bring, key_of, said
from tests.console_client import ConsoleClient
from tests.engine_double import EngineDouble
from tests.gateway.console.test_api import waiting
from tests.system import Visitor

STREET = "Storgatan 5"
DANGER = f"han slår mig nu, jag är på {STREET}"
CALM = f"jag bor på {STREET}"


def asked(frames: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, str]]]]:
    return [(frame["text"], frame["choices"]) for frame in frames if frame.get("sender") == "system"]


def choices(gateway: Gateway, **more: str) -> list[dict[str, str]]:
    sentence = gateway.words.sentence
    show = {"title": sentence("show_hidden"), "payload": "show:hidden", **more}
    return [show, {"title": sentence("hide_hidden"), "payload": "hide:hidden"}]


async def test_with_the_bot_nothing_is_kept_and_nothing_asked(visitor: Visitor, gateway: Gateway) -> None:
    frames = await visitor.say(CALM)
    assert asked(frames) == [(gateway.words.sentence("masked_bot", what="en adress"), [])]
    assert gateway.intake._disclosure._hidden.take(await key_of(gateway, visitor)) is None


async def test_danger_heard_in_the_very_message_asks_first_for_the_address_and_loudest(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble
) -> None:
    engine_double.summon("emergency")
    frames = await visitor.say(DANGER)
    sentence = gateway.words.sentence("masked_danger_address")
    assert asked(frames) == [(sentence, choices(gateway, weight="large"))]
    assert (said(frames)[0], sentence.startswith("Ring 112")) == (("system", sentence), True)
    assert STREET not in json.dumps(engine_double.calls)


async def test_danger_where_nobody_can_come_keeps_nothing_and_names_112(
    visitor: Visitor, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway.availability, "_hours", "closed")
    frames = await visitor.say(DANGER)
    assert asked(frames)[0] == (gateway.words.sentence("masked_danger_alone", what="en adress"), [])
    assert said(frames)[0][1].startswith("Ring 112")
    assert gateway.intake._disclosure._hidden.take(await key_of(gateway, visitor)) is None


async def test_an_address_after_danger_where_nobody_can_come_is_answered_with_112_first(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who has said that they are locked in, and then where, must not think that somebody has seen it."""
    monkeypatch.setattr(gateway.availability, "_hours", "closed")
    engine_double.summon("emergency")
    await visitor.say("han har låst in mig")
    engine_double.calm()
    frames = await visitor.say(CALM)
    assert asked(frames)[0] == (gateway.words.sentence("masked_danger_alone", what="en adress"), [])


@pytest.mark.parametrize(
    ("route", "text", "name", "more"),
    [
        ("human_now", CALM, "masked", {}),
        ("emergency", CALM, "masked_danger_address", {"weight": "large"}),
        ("human_now", DANGER, "masked_danger_address", {"weight": "large"}),
        ("emergency", "ring mig på 070-123 45 67", "masked_danger", {}),
        ("human_now", f"070-123 45 67, {CALM}", "masked", {}),
        ("emergency", f"070-123 45 67, {CALM}", "masked_danger_address_more", {"weight": "large"}),
    ],
)
async def test_while_waiting_it_is_asked_by_what_is_hidden_and_how_bad_it_is(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble, route: str, text: str, name: str,
    more: dict[str, str],
) -> None:  # fmt: skip
    await waiting(visitor, gateway, engine_double, route)
    frames = await visitor.say(text)
    kinds = {"070": "ett telefonnummer", STREET: "en adress"}
    what = " och ".join(name for kind, name in kinds.items() if kind in text)
    assert asked(frames)[0] == (gateway.words.sentence(name, what=what), choices(gateway, **more))


@pytest.mark.parametrize(
    ("route", "claimed", "name"),
    [
        ("human_now", False, "hidden_shown_waiting"),
        ("human_now", True, "hidden_shown"),
        ("emergency", False, "hidden_shown_waiting_danger"),
        ("emergency", True, "hidden_shown_danger"),
    ],
)
async def test_what_is_shown_can_be_read_by_the_counsellor_and_the_visitor_hears_what_is_true(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble, alva: ConsoleClient, route: str, claimed: bool,
    name: str,
) -> None:  # fmt: skip
    key = await waiting(visitor, gateway, engine_double, route)
    if claimed:
        await alva.claim(key)
    await visitor.say(CALM)
    frames = await visitor.choose("show:hidden")
    assert said(frames)[-1] == ("system", gateway.words.sentence(name))
    _, conversation = await alva.claim(key)
    texts = [one["text"] for one in conversation["messages"] if one["sender"] == "visitor"]
    assert (CALM in texts, conversation["share"]) == (True, "emergency" if route == "emergency" else "asked")


async def test_a_hidden_address_that_stays_hidden_reaches_nobody(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble, alva: ConsoleClient
) -> None:
    key = await waiting(visitor, gateway, engine_double, "emergency")
    await visitor.say(DANGER)
    frames = await visitor.choose("hide:hidden")
    assert said(frames)[-1] == ("system", gateway.words.sentence("hidden_kept"))
    frames = await visitor.choose("show:hidden")
    assert said(frames)[-1] == ("system", gateway.words.sentence("hidden_gone"))
    _, conversation = await alva.claim(key)
    assert (STREET in json.dumps(conversation, ensure_ascii=False), conversation["alarm"]) == (False, None)


async def test_showing_to_nobody_stores_nothing(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble
) -> None:
    key = await waiting(visitor, gateway, engine_double)
    await visitor.say(CALM)
    await visitor.choose("queue:leave")
    frames = await visitor.choose("show:hidden")
    assert said(frames)[-1] == ("system", gateway.words.sentence("hidden_nobody"))
    assert [line for line in await gateway.store.lines(key) if STREET in line.words["text"]] == []


async def test_an_address_shown_in_danger_is_an_alarm_for_the_holder_at_once(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble, alva: ConsoleClient
) -> None:
    await alva.watch()
    key = await waiting(visitor, gateway, engine_double, "emergency")
    _, conversation = await alva.claim(key)
    assert conversation["alarm"] is None
    while not (await alva.until("queue"))["mine"]:
        pass
    await visitor.say(DANGER)
    await visitor.choose("show:hidden")
    frame = await alva.until("conversation")
    while frame["conversation"]["alarm"] is None:
        frame = await alva.until("conversation")
    [line] = [line for line in await gateway.store.lines(key) if "shown" in line.words]
    assert line.words == {"text": DANGER, "shown": ["address"]}
    assert frame["conversation"]["alarm"] == {"text": DANGER, "at": "2026-11-24T09:00:00+00:00"}


async def test_an_address_shown_before_danger_is_an_alarm_when_danger_comes(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble, alva: ConsoleClient
) -> None:
    key = await waiting(visitor, gateway, engine_double)
    await alva.claim(key)
    await visitor.say(CALM)
    await visitor.choose("show:hidden")
    assert (await alva.get(f"conversations/{key}"))[1]["alarm"] is None
    await visitor.say("nu slår han mig, hjälp, han slår mig nu")
    assert (await alva.get(f"conversations/{key}"))[1]["alarm"]["text"] == CALM


async def test_what_was_shown_to_one_counsellor_is_not_shown_to_the_next_talk(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble, alva: ConsoleClient, bo: ConsoleClient
) -> None:
    key = await waiting(visitor, gateway, engine_double)
    await alva.claim(key)
    await visitor.say(CALM)
    await visitor.choose("show:hidden")
    await alva.post(f"conversations/{key}/release")
    await bring(gateway, visitor, Event.HANDOFF_REQUESTED)
    _, conversation = await bo.claim(key)
    assert STREET not in json.dumps(conversation, ensure_ascii=False)
