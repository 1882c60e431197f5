"""Phrases of a table among the words of a text: what both glosses (Swedish, other languages) read a text by."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

LONGEST_PHRASE = 5  # words


class Phrases:
    """Phrases as words in the spelling that a table's words share, and what each means."""

    def __init__(self, meanings: Mapping[tuple[str, ...], str]) -> None:
        self._meanings = meanings
        self._starts = {words[0] for words in meanings}

    def read(self, words: Sequence[str], word: Callable[[int], str]) -> Iterator[str]:
        """Give what the longest phrase at each place means, and `word(place)` where none begins."""
        at = 0
        while at < len(words):
            length = self._longest(words, at)
            yield self._meanings[tuple(words[at : at + length])] if length else word(at)
            at += length or 1

    def _longest(self, words: Sequence[str], at: int) -> int:
        """Give the length of the longest phrase that begins here; 0 where none does."""
        if words[at] not in self._starts:
            return 0
        lengths = range(min(LONGEST_PHRASE, len(words) - at), 1, -1)
        return next((length for length in lengths if tuple(words[at : at + length]) in self._meanings), 0)
