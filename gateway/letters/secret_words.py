"""The six words: drawing them, and recognising them in what somebody typed, mistakes and all, but never in talk.

The list is content (content/secret_words.yml); folded, its words are at least two typing errors apart, so one error
in a word never leads to another word, and none begins another, so that words run together still come apart. Nothing
is kept or derived here (`keys` does that).
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Sequence

from content.secret_words import fold

COUNT = 6
MOST_ERRORS = 2  # words with one typing error each; the other four must be exact
SHORTEST_MENDED = 4  # a shorter word is one error away from too many ordinary ones
LONGEST_TEXT = 300
_LETTERS = re.compile(r"[^\W\d_]+")

# What people write before the words, folded. Left out only where something must be left out to come to six.
_OPENERS = """
    hej har ar mina min mitt de det den som du gav mig jag fick sex ord ordet orden hemliga kod koden
    losenord losenordet brevlada brevladan till for kommer
"""
# The words that hold ordinary Swedish sentences together, folded. One of them among the six: it is talk.
_TALK = """
    alla allt an ar at att av aven bara blev bli blir borde da de dem den denna det detta dig din dina ditt du efter
    eller en ett fick for fran ga gar gor gora ha hade han har hej hela henne hennes hon honom hur i igen in inte ja jag
    kan kanske kom kommer kunde maste med men mig min mina mitt mot mycket nagon nar nej nog nu och om oss pa sa sin
    sina sitt ska skulle sin som till under upp ut vad var vara varit vem vi vid vill ville visst
"""
OPENERS, TALK = frozenset(_OPENERS.split()), frozenset(_TALK.split())


class SecretWords:
    """Draws and recognises. `words` is the list as people read it; in folded form every word is another."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = tuple(words)
        self._by_fold = {fold(word): word for word in words}
        self._by_length: dict[int, list[str]] = {}
        for folded in self._by_fold:
            self._by_length.setdefault(len(folded), []).append(folded)

    def draw(self) -> tuple[str, ...]:
        """Give six new words from the system's own randomness."""
        return tuple(secrets.choice(self._words) for _ in range(COUNT))

    def recognise(self, text: str) -> tuple[str, ...] | None:
        """Give the six words in order, as they stand in the list, if the text is exactly that; else None.

        Case, å ä ö typed as a a o, separators, numbering, a short opener ("mina ord är:"), one typing error in at
        most two of the words, and spaces lost or added where nothing else is wrong are forgiven.
        """
        typed = self._typed(text)
        exact = self._exact(typed)
        if len(typed) != COUNT or exact < COUNT - MOST_ERRORS:
            return self._run_together(text)
        if exact < COUNT - 1 and self._is_talk(typed):
            return None
        words = [self._mended(one) for one in typed]
        return None if None in words else tuple(word for word in words if word is not None)

    def looks_like(self, text: str) -> bool:
        """Tell whether this is an attempt at six words, good or failed: neither to be stored nor answered as talk.

        Five to seven words, most of them on the list and nearly all at least close to it, else none that only talk has.
        A row of everyday nouns is taken for an attempt too: hear danger in the text before asking here.
        """
        if self.recognise(text) is not None:
            return True
        typed = self._typed(text)
        exact = self._exact(typed)
        if not COUNT - 1 <= len(typed) <= COUNT + 1 or exact < COUNT - MOST_ERRORS - 1:
            return False
        far = sum(not self._near(one) for one in typed)
        if far and self._is_talk(typed):
            return False
        return far <= (MOST_ERRORS if len(typed) == COUNT else 1) and exact >= COUNT - MOST_ERRORS - (far == 0)

    def _run_together(self, text: str) -> tuple[str, ...] | None:
        """Give the six words of a text in which only the spaces are wrong."""
        typed = _letters_of(text)
        openers = next((at for at, one in enumerate(typed) if one not in OPENERS), 0)
        for start in range(openers + 1):
            words = self._parted("".join(typed[start:]))
            if words is not None and len(words) == COUNT:
                return tuple(self._by_fold[word] for word in words)
        return None

    def _parted(self, letters: str) -> list[str] | None:
        """Part letters into words of the list; there is at most one way, since none begins another."""
        words: list[str] = []
        while letters:
            word = next((letters[:n] for n in self._by_length if letters[:n] in self._by_fold), None)
            if word is None or len(words) == COUNT:
                return None
            words.append(word)
            letters = letters[len(word) :]
        return words

    def _typed(self, text: str) -> list[str]:
        """Give the words of the text, folded, without an opener."""
        typed = _letters_of(text)
        while len(typed) >= COUNT and typed[0] in OPENERS and (len(typed) > COUNT or typed[0] not in self._by_fold):
            del typed[0]
        return typed

    def _exact(self, typed: Iterable[str]) -> int:
        return sum(one in self._by_fold for one in typed)

    def _is_talk(self, typed: Iterable[str]) -> bool:
        return any(one in TALK and one not in self._by_fold for one in typed)

    def _mended(self, typed: str) -> str | None:
        """Give the list's word for what was typed; None where no word, or more than one, is an error away."""
        if typed in self._by_fold:
            return self._by_fold[typed]
        near = self._near(typed) if len(typed) >= SHORTEST_MENDED else []
        return self._by_fold[near[0]] if len(near) == 1 else None

    def _near(self, typed: str) -> list[str]:
        """Give the list's words, folded, that are at most one error away."""
        if typed in self._by_fold:
            return [typed]
        lengths = (len(typed) - 1, len(typed), len(typed) + 1)
        return [word for length in lengths for word in self._by_length.get(length, ()) if one_error_apart(typed, word)]


def _letters_of(text: str) -> list[str]:
    """Give what was typed, word by word, folded; nothing where the text is too long to be six words."""
    return _LETTERS.findall(fold(text)) if len(text) <= LONGEST_TEXT else []


def one_error_apart(one: str, other: str) -> bool:
    """Tell whether a single letter lost, added, mistaken or swapped with its neighbour makes one of the other.

    That is a Damerau-Levenshtein distance (optimal string alignment) of exactly 1.
    """
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    a, b = one[start:], other[start:]
    if len(a) == len(b):
        return a[1:] == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])
    return a[1:] == b or a == b[1:]
