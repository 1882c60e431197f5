"""The training data against the taxonomy, by Rasa's own validator and by counting."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import yaml

from bot.learning.lines import examples
from content.registry import load_content

ROOT = Path(__file__).parent.parent.parent
LEAST = 40


def _examples() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in examples():
        found.setdefault(one.topic, []).append(one.text)
    return found


def test_rasa_data_validate_has_no_warning() -> None:
    done = subprocess.run(
        [
            sys.executable, "-m", "rasa", "data", "validate", "--fail-on-warnings",
            "--config", "bot/config.yml", "--domain", "bot/domain", "--data", "data",
        ],
        cwd=ROOT, capture_output=True, text=True, check=False,
        env={"RASA_TELEMETRY_ENABLED": "false", "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]


def test_every_topic_has_enough_different_examples() -> None:
    examples = _examples()
    assert set(examples) == set(load_content().topics)
    few = {topic: len({line.casefold() for line in lines}) for topic, lines in examples.items()}
    assert {topic: number for topic, number in few.items() if number < LEAST} == {}


def test_no_example_stands_under_two_topics() -> None:
    seen: dict[str, str] = {}
    twice = [
        (line, topic, seen[line.casefold()])
        for topic, lines in _examples().items()
        for line in lines
        if seen.setdefault(line.casefold(), topic) != topic
    ]
    assert twice == []


def test_domain_has_the_topics_as_intents() -> None:
    intents = yaml.safe_load((ROOT / "bot/domain/intents.yml").read_text(encoding="utf-8"))["intents"]
    rules = yaml.safe_load((ROOT / "data/rules/topics.yml").read_text(encoding="utf-8"))["rules"]
    topics = list(load_content().taxonomy.topics)
    assert intents == topics
    assert [rule["steps"][0]["intent"] for rule in rules] == topics
