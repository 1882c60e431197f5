"""A floor under the understanding, on lines that were never trained on. The figures are in docs/understanding.md."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

HELD_OUT = Path(__file__).parent.parent / "understanding/held_out"
LISTEN = {"mode": "listen", "now": "2026-11-24T10:00:00+01:00", "hours_open": True, "channel": "web"}


async def _understood(engine: Any, name: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    lines = [json.loads(line) for line in (HELD_OUT / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
    return [(line, (await engine.turn(line["text"], None, LISTEN))["understood"]) for line in lines]


@pytest.mark.parametrize(
    ("name", "first", "resolved"),
    [("clean", 0.88, 0.94), ("noisy", 0.90, 0.95), ("hard_clean", 0.84, 0.92), ("fresh_other", 0.60, 0.75)],
)
async def test_topics_stay_above_the_floor(engine: Any, name: str, first: float, resolved: float) -> None:
    found = await _understood(engine, name)
    right = [line["topic"] == got["topic"] for line, got in found]
    settled = [line["topic"] in (got["ask_back"] or [got["topic"]]) for line, got in found]
    assert sum(right) / len(right) >= first
    assert sum(settled) / len(settled) >= resolved


@pytest.mark.parametrize("name", ["clean", "noisy"])
async def test_emergencies_are_heard(engine: Any, name: str) -> None:
    """By topic or by risk: what is an emergency by its label is routed as one."""
    emergencies = [
        got["route"]
        for line, got in await _understood(engine, name)
        if line["topic"] in ("acute_danger", "suicidal") or {"acute_danger", "suicide"} & set(line["risks"])
    ]
    assert len(emergencies) >= 6
    assert emergencies.count("emergency") / len(emergencies) >= 0.80


@pytest.mark.parametrize(("name", "least"), [("clean", 0.90), ("noisy", 0.90), ("fresh_other", 0.65)])
async def test_risks_are_heard(engine: Any, name: str, least: float) -> None:
    found = await _understood(engine, name)
    heard = sum(risk in got["risks"] for line, got in found for risk in line["risks"])
    assert heard / sum(len(line["risks"]) for line, _ in found) >= least


async def test_every_language_is_known_by_its_messages(engine: Any) -> None:
    found = await _understood(engine, "fresh_other")
    assert [(line["lang"], got["lang"], line["text"]) for line, got in found if line["lang"] != got["lang"]] == []


async def test_near_misses_raise_few_alarms(engine: Any) -> None:
    found = await _understood(engine, "near_misses")
    alarms = [line["text"] for line, got in found if got["route"] == "emergency"]
    assert len(alarms) / len(found) <= 0.10, alarms
