"""Swedish as English, word for word: what the English encoder reads. Not a translation, and never shown to anybody.

Swedish and English share word order, so a gloss is nearly a sentence. Tables: content/gloss/words.tsv (commonest
first) and phrases.tsv. Order: phrase, word, word without å ä ö, inflection, compound, one typing error, as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from bot.components.normalise import MAX_CHARACTERS, fold, named, squeezed
from bot.components.phrases import Phrases

_TOKEN = re.compile(r"\w+|[?!]")
LONGEST_WORD = 40
SHORTEST_PART = 3
SHORTEST_MENDED = 5
# Endings that a form may have beyond what the table lists, longest first: definite, plural, genitive, past.
_ENDINGS = (
    "arnas", "ernas", "ornas", "arna", "erna", "orna", "ades", "ande", "ens", "ets", "ade", "are", "ast",
    "ar", "er", "or", "en", "et", "na", "de", "te", "as", "s", "a", "t", "n",
)  # fmt: skip


def read_table(path: Path) -> dict[str, str]:
    """Read `form<TAB>gloss` lines; the first of a form holds."""
    found: dict[str, str] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        form, tab, gloss = line.partition("\t")
        if tab and form and not form.startswith("#"):
            found.setdefault(form.strip(), gloss.strip())
    return found


class Gloss:
    """Glosses texts; pure and quick (some microseconds a word)."""

    def __init__(self, words: dict[str, str], phrases: dict[str, str]) -> None:
        self._words = words
        self._folded: dict[str, str] = {}
        for form, gloss in words.items():  # commonest first: "far" typed for "får" is more often that
            self._folded.setdefault(fold(form), gloss)
        self._phrases = Phrases({tuple(_TOKEN.findall(fold(phrase))): gloss for phrase, gloss in phrases.items()})
        self._word = lru_cache(maxsize=20_000)(self._of_word)

    @classmethod
    def load(cls, folder: Path) -> Gloss:
        """Read words.tsv and phrases.tsv."""
        return cls(read_table(folder / "words.tsv"), read_table(folder / "phrases.tsv"))

    def __call__(self, text: str) -> str:
        """Give the English gloss of a Swedish text, of its first characters where it is long."""
        text = named(text[:MAX_CHARACTERS])[:MAX_CHARACTERS]
        tokens = _TOKEN.findall(squeezed(text))
        # somebody who types no å ä ö at all means the commonest word that folds to what is there
        bare = len(tokens) > 3 and not any(ring in text.casefold() for ring in "åäö")
        return " ".join(self._phrases.read([fold(token) for token in tokens], lambda at: self._word(tokens[at], bare)))

    def _of_word(self, token: str, bare: bool) -> str:
        key = fold(token)
        if bare and key in self._folded:
            return self._folded[key]
        found = self._words.get(token) or self._folded.get(key)
        if found is not None or len(token) > LONGEST_WORD:
            return found or token
        return self._inflected(key) or self._compound(key) or self._mended(key) or token

    def _inflected(self, key: str) -> str | None:
        for ending in _ENDINGS:
            stem = key.removesuffix(ending)
            if stem != key and len(stem) >= SHORTEST_PART:
                for form in (stem, f"{stem}a", f"{stem}e"):
                    if form in self._folded:
                        return self._folded[form]
        return None

    def _compound(self, key: str) -> str | None:
        """Split in two known parts, the last as long as can be; the first may have a joining s or lack a vowel."""
        for cut in range(SHORTEST_PART, len(key) - SHORTEST_PART + 1):
            first, last = key[:cut], key[cut:]
            end = self._folded.get(last) or (self._inflected(last) if len(last) > 4 else None)
            for start in (first, first.removesuffix("s"), f"{first}a", f"{first}e") if end else ():
                if start in self._folded:
                    return f"{self._folded[start]} {end}"
        return None

    def _mended(self, key: str) -> str | None:
        """Give the gloss of the commonest word one typing error away."""
        if len(key) < SHORTEST_MENDED:
            return None
        near = [word for word in _one_error(key) if word in self._folded]
        ranks = self._ranks()
        return self._folded[min(near, key=ranks.__getitem__)] if near else None

    @lru_cache(maxsize=1)  # noqa: B019 - one gloss lives as long as the process
    def _ranks(self) -> dict[str, int]:
        return {word: rank for rank, word in enumerate(self._folded)}


def _one_error(word: str) -> Iterator[str]:
    """Give every string that one deletion, swap, replacement or insertion makes (Norvig 2007)."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    for i in range(len(word) + 1):
        head, tail = word[:i], word[i:]
        if tail:
            yield head + tail[1:]
            yield from (head + letter + tail[1:] for letter in letters)
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        yield from (head + letter + tail for letter in letters)
