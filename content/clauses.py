"""The words of a message, each with what it begins: a clause, a sentence. What they mean is for others to say."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from typing import NamedTuple

from content.secret_words import fold

WORD = re.compile(r"[^\W\d_]+")
_DRAWN_OUT = re.compile(r"(.)\1{2,}")
_CLAUSE = re.compile(r"[,.:;()!?\n–—]|\s-\s")
_SENTENCE = re.compile(r"[.:!?\n]")


class Word(NamedTuple):
    """A word in small letters, and without marks; whether it has a capital, and begins a clause or a sentence."""

    lower: str
    bare: str
    capital: bool
    clause: bool
    sentence: bool


class Message:
    """The words of a message; `calm`: they have small letters, but for the first of a sentence and a name or so."""

    def __init__(self, text: str) -> None:
        self.words = list(_words(text))
        inside = [word.capital for word in self.words if not word.sentence]
        self.calm = 3 * (sum(inside) - 1) <= len(inside)

    def before(self, at: int, between: Collection[str] = ()) -> tuple[str, str]:
        """Give the last word before one in its clause, and the last two; up to two that are `between` are passed."""
        words = self.words
        for _ in range(2):
            if at and not words[at].clause and words[at - 1].lower in between:
                at -= 1
        if not at or words[at].clause:
            return "", ""
        one = words[at - 1].lower
        return one, f"{words[at - 2].lower} {one}" if at > 1 and not words[at - 1].clause else ""

    def after(self, at: int) -> str:
        """Give the word at `at` if it goes on with a clause."""
        return self.words[at].lower if at < len(self.words) and not self.words[at].clause else ""


def _words(text: str) -> Iterator[Word]:
    text = _DRAWN_OUT.sub(r"\1", unicodedata.normalize("NFC", text))
    end = 0
    for match in WORD.finditer(text):
        gap, raw = text[end : match.start()], match[0]
        lower = raw.casefold()
        clause, sentence = (not end or cut.search(gap) is not None for cut in (_CLAUSE, _SENTENCE))
        yield Word(lower, fold(lower), raw[0].isupper(), clause, sentence)
        end = match.end()
