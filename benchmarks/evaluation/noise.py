"""Kinds of noise, each put on clean lines by rule, so that what each kind costs can be told apart."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

_MARKS = str.maketrans("åäöÅÄÖ", "aaoAAO")
_DIGRAPHS = str.maketrans({"å": "aa", "ä": "ae", "ö": "oe"})


def _slips(text: str, source: random.Random) -> str:
    """One typing slip in every fourth word of four letters or more: a letter left out, doubled or swapped."""

    def slip(word: str) -> str:
        if len(word) < 4 or source.random() > 0.25:
            return word
        at = source.randrange(1, len(word) - 1)
        kind = source.randrange(3)
        if kind == 0:
            return word[:at] + word[at + 1 :]
        if kind == 1:
            return word[:at] + word[at] + word[at:]
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]

    return " ".join(slip(word) for word in text.split())


def _split(text: str, source: random.Random) -> str:
    """Särskrivning: every third word of eight letters or more is cut in two."""

    def cut(word: str) -> str:
        at = source.randrange(3, len(word) - 3) if len(word) >= 8 and source.random() < 0.34 else 0
        return f"{word[:at]} {word[at:]}" if at else word

    return " ".join(cut(word) for word in text.split())


def _joined(text: str, source: random.Random) -> str:
    """Every sixth space is left out."""
    return "".join("" if sign == " " and source.random() < 1 / 6 else sign for sign in text)


KINDS: dict[str, Callable[[str, random.Random], str]] = {
    "no å ä ö": lambda text, source: text.translate(_MARKS),
    "aa, ae, oe for å, ä, ö": lambda text, source: text.casefold().translate(_DIGRAPHS),
    "no marks, all small": lambda text, source: re.sub(r"[^\w\s]", "", text).casefold(),
    "ALL CAPITALS": lambda text, source: text.upper(),
    "typing slips": _slips,
    "words cut in two": _split,
    "spaces left out": _joined,
}
