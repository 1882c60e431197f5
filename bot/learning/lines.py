"""The training lines as plain data, for what learns or measures beside Rasa."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

RISKS = Path(__file__).parent / "risks"
TOPICS = Path(__file__).parent.parent.parent / "data/nlu"


def topic_lines(folder: Path = TOPICS) -> Iterator[tuple[str, str]]:
    """Give (text, topic) of every example."""
    for path in sorted(folder.rglob("*.yml")):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            for line in entry["examples"].splitlines():
                if line.strip():
                    yield line.strip()[2:], entry["intent"]


def labelled_lines(folder: Path = RISKS) -> list[dict[str, Any]]:
    """Read the lines labelled with risks: `text` and `risks`."""
    files = sorted(folder.glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
