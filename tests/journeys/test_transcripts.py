"""Whole conversations through the real engine and gateway, as written in transcripts/*.yml.

A turn: `say` or `choose` (a payload); then any of `topic`, `route`, `handoff`, `risks` (all of them are
among those heard), `first` (the first sentence holds this), `says` (each stands in the replies), `never`
(none does), `contacts` (each is shown), `choices` (each payload is offered), `state`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.system import System, Visitor

HERE = Path(__file__).parent / "transcripts"
TRANSCRIPTS = sorted(HERE.glob("*.yml"))


@pytest.mark.system
@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
async def test_transcript(path: Path, system: System, closed_base: str) -> None:
    transcript = yaml.safe_load(path.read_text(encoding="utf-8"))
    async with Visitor(system.base if transcript["hours"] == "open" else closed_base) as visitor:
        await visitor.until("message")  # the greeting, so that it proves nothing of the first turn
        for number, turn in enumerate(transcript["turns"], 1):
            frames = await (visitor.say(turn["say"]) if "say" in turn else visitor.choose(turn["choose"]))
            wrong = _differences(turn, frames)
            assert not wrong, f"{path.stem}, turn {number} ({turn.get('say', turn.get('choose'))}): {wrong}"


def test_transcripts_are_enough() -> None:
    assert len(TRANSCRIPTS) >= 12


def _differences(turn: dict[str, Any], frames: list[dict[str, Any]]) -> list[str]:
    messages = [frame for frame in frames if frame["type"] == "message" and frame["sender"] != "visitor"]
    answered = frames[-1]
    text = " ".join(message["text"] for message in messages)
    first = messages[0]["text"].split(".")[0] if messages else ""
    contacts = {contact["id"] for message in messages for contact in message["contacts"]}
    offered = {choice["payload"] for message in messages for choice in message["choices"]}
    states = [frame["state"] for frame in frames if frame["type"] == "state"]
    wrong = [
        f"{key} is {answered[key]}, not {turn[key]}"
        for key in ("topic", "route", "handoff")
        if key in turn and answered.get(key) != turn[key]
    ]
    wrong += [f"risk {risk} not heard" for risk in turn.get("risks", []) if risk not in answered["risks"]]
    wrong += [f"'{word}' is not said in: {text}" for word in turn.get("says", []) if word.lower() not in text.lower()]
    wrong += [f"'{word}' is said in: {text}" for word in turn.get("never", []) if word.lower() in text.lower()]
    wrong += [f"{one} is not shown: {sorted(contacts)}" for one in turn.get("contacts", []) if one not in contacts]
    wrong += [f"{one} is not offered: {sorted(offered)}" for one in turn.get("choices", []) if one not in offered]
    if "first" in turn and turn["first"] not in first:
        wrong.append(f"the first sentence is '{first}'")
    if "state" in turn and (not states or states[-1] != turn["state"]):
        wrong.append(f"states were {states}")
    if not messages and not turn.get("silent"):
        wrong.append("nothing was said")
    return wrong
