"""Whole conversations through the real engine and gateway, as written in *.yml beside this file.

A turn: `say`, `choose` (a payload) or `press` (the title of a button that was offered); then any of `topic`, `route`,
`handoff`, `risks` (all of them are among those heard), `first` (the first sentence holds this), `says` (each stands in
the replies), `never` (none does), `contacts` (each is shown), `not_shown` (none of these contacts is), `choices` (each
payload is offered), `state`, `silent` (nothing is said). Held in every turn of every conversation, besides: no text of
the bot's comes twice in the same words, no reply has more than three buttons, no turn asks more than one question, and
an emergency is answered with 112 in the first sentence.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.system import System, Visitor

HERE = Path(__file__).parent
CONVERSATIONS = sorted(HERE.glob("*.yml"))
MOST_CHOICES, MOST_QUESTIONS = 3, 1


@pytest.mark.system
@pytest.mark.parametrize("path", CONVERSATIONS, ids=lambda path: path.stem)
async def test_conversation(path: Path, system: System, closed_base: str) -> None:
    conversation = yaml.safe_load(path.read_text(encoding="utf-8"))
    said: list[str] = []
    titles: dict[str, str] = {}
    async with Visitor(system.base if conversation["hours"] == "open" else closed_base) as visitor:
        greeting = await visitor.until("message")  # so that it proves nothing of the first turn
        for number, turn in enumerate(conversation["turns"], 1):
            titles |= _titles(greeting if number == 1 else visitor.frames)
            frames = await _take(visitor, turn, titles)
            wrong = _differences(turn, frames) + _always(frames, said)
            assert not wrong, f"{path.stem}, turn {number} ({_of(turn)}): {wrong}"


async def _take(visitor: Visitor, turn: dict[str, Any], titles: dict[str, str]) -> list[dict[str, Any]]:
    if "say" in turn:
        return await visitor.say(turn["say"])
    return await visitor.choose(turn["choose"] if "choose" in turn else titles[turn["press"]])


def _of(turn: dict[str, Any]) -> str:
    return str(turn.get("say") or turn.get("choose") or turn.get("press"))


def _titles(frames: list[dict[str, Any]]) -> dict[str, str]:
    choices = [choice for frame in frames if frame["type"] == "message" for choice in frame["choices"]]
    return {choice["title"]: choice["payload"] for choice in choices}


def test_conversations_are_enough() -> None:
    assert len(CONVERSATIONS) >= 80


def _always(frames: list[dict[str, Any]], said: list[str]) -> list[str]:
    """What holds in every turn; `said` keeps the bot's words of the conversation."""
    messages = [frame for frame in frames if frame["type"] == "message" and frame["sender"] == "bot"]
    texts = [message["text"] for message in messages if message.get("lang") is None]
    wrong = [f"said before in the same words: {text}" for text in texts if text in said]
    said += texts
    asked = sum(text.count("?") for text in texts)
    if asked > MOST_QUESTIONS:
        wrong.append(f"{asked} questions: {texts}")
    wrong += [f"{len(one['choices'])} buttons: {one['text']}" for one in messages if len(one["choices"]) > MOST_CHOICES]
    if frames[-1].get("route") == "emergency" and messages and "112" not in messages[0]["text"].split(".")[0]:
        wrong.append(f"no 112 first: {messages[0]['text']}")
    return wrong


def _differences(turn: dict[str, Any], frames: list[dict[str, Any]]) -> list[str]:
    messages = [frame for frame in frames if frame["type"] == "message" and frame["sender"] != "visitor"]
    answered = frames[-1]
    cards = [contact for message in messages for contact in message["contacts"]]
    text = " ".join([*(message["text"] for message in messages), *(f"{one['name']} {one['phone']}" for one in cards)])
    first = messages[0]["text"].split(".")[0] if messages else ""
    contacts = {contact["id"] for contact in cards}
    offered = {choice["payload"] for message in messages for choice in message["choices"]}
    states = [frame["state"] for frame in frames if frame["type"] == "state"]
    wrong = [
        f"{key} is {answered.get(key)}, not {turn[key]}"
        for key in ("topic", "route", "handoff")
        if key in turn and answered.get(key) != turn[key]
    ]
    wrong += [f"risk {risk} not heard" for risk in turn.get("risks", []) if risk not in answered["risks"]]
    wrong += [f"'{word}' is not said in: {text}" for word in turn.get("says", []) if word.lower() not in text.lower()]
    wrong += [f"'{word}' is said in: {text}" for word in turn.get("never", []) if word.lower() in text.lower()]
    wrong += [f"{one} is not shown: {sorted(contacts)}" for one in turn.get("contacts", []) if one not in contacts]
    wrong += [f"{one} is shown" for one in turn.get("not_shown", []) if one in contacts]
    wrong += [f"{one} is not offered: {sorted(offered)}" for one in turn.get("choices", []) if one not in offered]
    if "first" in turn and turn["first"] not in first:
        wrong.append(f"the first sentence is '{first}'")
    if "state" in turn and (not states or states[-1] != turn["state"]):
        wrong.append(f"states were {states}")
    if bool(messages) == bool(turn.get("silent")):
        wrong.append("nothing was said" if turn.get("silent") is None else f"was said: {text}")
    return wrong
