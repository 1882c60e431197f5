"""The training lines as plain data, for what learns or measures beside Rasa."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

RISKS = Path(__file__).parent / "risks"
TOPICS = Path(__file__).parent.parent.parent / "data/nlu"


@dataclass(frozen=True)
class Example:
    """One example of a topic. `risks`: those it raises; None where nobody has said."""

    text: str
    topic: str
    risks: tuple[str, ...] | None


def examples(folder: Path = TOPICS) -> Iterator[Example]:
    """Give every example below `folder`; its block's `metadata` says which risks it raises."""
    for path in sorted(folder.rglob("*.yml")):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            risks = entry.get("metadata", {}).get("risks")
            for line in entry["examples"].splitlines():
                if line.strip():
                    yield Example(line.strip()[2:], entry["intent"], None if risks is None else tuple(risks))


def labelled_lines(folder: Path = RISKS) -> list[dict[str, Any]]:
    """Read the lines without a topic that are labelled with risks: `text` and `risks`."""
    files = sorted(folder.glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
