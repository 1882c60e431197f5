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


@pytest.mark.parametrize(("name", "first", "resolved"), [("clean", 0.80, 0.88), ("noisy", 0.85, 0.92)])
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


async def test_near_misses_raise_few_alarms(engine: Any) -> None:
    found = await _understood(engine, "near_misses")
    alarms = [line["text"] for line, got in found if got["route"] == "emergency"]
    assert len(alarms) / len(found) <= 0.10, alarms
