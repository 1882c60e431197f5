"""The real list against real sentences: every example and every held-out line that understanding is made and tested with."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path

import pytest
import yaml

from content.model import Content
from content.secret_words import fold
from gateway.letters.secret_words import SecretWords

ROOT = Path(__file__).parents[3]
ALPHABET = "abcdefghijklmnopqrstuvwxyzåäö"


@pytest.fixture(scope="module")
def words(content: Content) -> SecretWords:
    return SecretWords(content.secret_words)


@pytest.fixture(scope="module")
def said() -> set[str]:
    """What people write: some thousand lines."""
    lines: set[str] = set()
    for path in (ROOT / "data" / "nlu").rglob("*.yml"):
        for one in yaml.safe_load(path.read_text(encoding="utf-8")).get("nlu", []):
            lines |= set(re.findall(r"^- (.+)$", one.get("examples", ""), re.M))
    for path in (ROOT / "tests" / "understanding" / "held_out").glob("*.jsonl"):
        lines |= {json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines() if line}
    return lines


def test_no_line_that_people_write_is_taken_for_six_words(words: SecretWords, said: set[str]) -> None:
    assert len(said) > 3000
    assert [line for line in said if words.recognise(line) is not None] == []
    assert [line for line in said if words.looks_like(line)] == []


def test_no_six_words_in_a_row_of_what_people_write_are_taken_for_a_key(words: SecretWords, said: set[str]) -> None:
    rows = {" ".join(parts[at : at + 6]) for parts in map(str.split, said) for at in range(len(parts) - 5)}
    assert len(rows) > 5000
    assert [row for row in rows if words.recognise(row) is not None or words.looks_like(row)] == []


def slipped(word: str, chance: random.Random) -> str:
    """Give a word with one letter lost, added, mistaken or swapped."""
    at = chance.randrange(len(word) - 1)
    return chance.choice([
        word[:at] + word[at + 1 :],
        word[:at] + chance.choice(ALPHABET) + word[at:],
        word[:at] + chance.choice(ALPHABET) + word[at + 1 :],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    ])  # fmt: skip


def test_slips_never_open_another_mailbox_and_most_are_forgiven(words: SecretWords) -> None:
    chance, mended = random.Random(7), 0
    for _ in range(400):
        drawn = words.draw()
        typed = list(drawn)
        for at in chance.sample(range(6), 2):
            typed[at] = slipped(typed[at], chance)
        found = words.recognise(" ".join(typed))
        assert found in (drawn, None)
        assert words.looks_like(" ".join(typed)) is True
        mended += found is not None
    assert mended > 320


def test_every_word_of_the_list_is_recognised_with_and_without_its_marks(words: SecretWords, content: Content) -> None:
    listed = content.secret_words
    for at in range(0, len(listed) - 6, 6):
        six = tuple(listed[at : at + 6])
        for typed in (" ".join(six), fold(" ".join(six)), "".join(six), ", ".join(six).upper()):
            assert words.recognise(typed) == six
