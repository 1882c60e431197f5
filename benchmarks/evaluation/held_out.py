"""The held-out lines: by other hands than the training data, never looked at while rules and examples are made."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent.parent.parent / "tests/understanding/held_out"
# Which files make up each column of the table.
SETS = {
    "clean": ("clean", "hard_clean", "fresh_clean", "last_clean"),
    "noisy": ("noisy", "hard_noisy", "fresh_noisy", "last_noisy"),
    "near misses": ("near_misses", "hard_near", "fresh_near", "last_near"),
    "other languages": ("other", "fresh_other", "last_other"),
}


@dataclass(frozen=True)
class Line:
    """One labelled line."""

    text: str
    topic: str
    risks: frozenset[str]
    lang: str = "sv"


def read(name: str) -> list[Line]:
    """Read one file's lines; none where there is no such file."""
    path = FOLDER / f"{name}.jsonl"
    entries = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []
    return [Line(one["text"], one["topic"], frozenset(one["risks"]), one.get("lang", "sv")) for one in entries]


def lines_of(column: str) -> list[Line]:
    """Give the lines of one column."""
    return [line for name in SETS[column] for line in read(name)]
