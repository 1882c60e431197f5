"""How a text for a visitor must sound, by measure: wording.yml read, and what a text does against it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from content.files import File, entries
from content.forms import any_of
from content.registry import HERE

_WORD = re.compile(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*|\d+")
_SENTENCE_END = re.compile(r"(?<=[.?!])\s+|\s*[|\n]\s*")
LONG_WORD = 6  # letters; a word of more counts as long in LIX


@dataclass(frozen=True)
class Never:
    """Words that no text holds, what is wrong with them, and the topics where they mean something else."""

    pattern: re.Pattern[str]
    instead: str
    unless: frozenset[str]


@dataclass(frozen=True)
class Wording:
    """The rules of wording.yml."""

    limits: Mapping[str, int]
    never: tuple[Never, ...]

    def complaints(self, text: str, topic: str | None = None) -> Iterator[str]:
        """Say what is wrong with a text: forbidden words, sentences that are too long."""
        for one in self.never:
            found = None if topic in one.unless else one.pattern.search(text)
            if found:
                yield f"'{found.group()}' is {one.instead}"
        for sentence in sentences(text):
            count = len(words(sentence))
            if count > self.limits["sentence_words"]:
                yield f"a sentence of {count} words ('{' '.join(sentence.split()[:4])} …'): cut it in two"


def words(text: str) -> list[str]:
    """Give the words of a text; a number is one."""
    return _WORD.findall(text)


def sentences(text: str) -> list[str]:
    """Give the sentences of a text."""
    return [one for one in _SENTENCE_END.split(text) if words(one)]


def lix(text: str) -> float:
    """Give the readability index of Björnsson (1968): words a sentence, and the percentage of words over six letters.

    Under 25 reads as for children, under 30 as very easy, 40 as a newspaper. 0 for a text without words.
    """
    found = words(text)
    if not found:
        return 0.0
    return len(found) / len(sentences(text)) + 100 * sum(len(word) > LONG_WORD for word in found) / len(found)


def load_wording(root: Path = HERE) -> Wording:
    """Read wording.yml below `root`. Raises ContentError where a limit is no number or a rule has no words."""
    file = File(root / "wording.yml", root)
    limits = dict(entries(file.section("limits", dict)))
    for name, value in limits.items():
        if not isinstance(value, int):
            raise file.wrong(file.data, f"'{name}' must be a whole number. Mend 'limits'.")
    never = []
    for entry in file.section("never", list):
        forms = [str(word) for word in entry.get("words") or ()]
        if not forms:
            raise file.wrong(entry, "'words' is missing or empty. Write it.")
        unless = frozenset(str(topic) for topic in entry.get("unless") or ())
        never.append(Never(any_of(forms), file.text(entry, "instead"), unless))
    return Wording(limits, tuple(never))
