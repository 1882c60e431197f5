"""What only the visitor may see, and only for a while: six words, a reply, what was typed to open a mailbox.

It is kept in memory, never stored. A line of the conversation holds a reference (`veil`) and a text for
everybody else; `lift` puts the words in where they are still there. A restart loses them, and the text says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from gateway.storage.records import Line

KEPT_SECONDS = 3600.0


class Veil:
    """Words by conversation and reference."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._kept: dict[str, dict[str, tuple[float, str]]] = {}

    def keep(self, conversation: str, reference: str, words: str) -> None:
        self._forget_old()
        self._kept.setdefault(conversation, {})[reference] = (self._clock(), words)

    def get(self, conversation: str, reference: str) -> str | None:
        """Give what is kept; None where it is not there any more."""
        self._forget_old()
        found = self._kept.get(conversation, {}).get(reference)
        return found[1] if found else None

    def take(self, conversation: str, reference: str) -> str | None:
        """Give and forget; None where it is not there any more."""
        found = self.get(conversation, reference)
        self._kept.get(conversation, {}).pop(reference, None)
        return found

    def forget(self, conversation: str) -> None:
        self._kept.pop(conversation, None)

    def forget_with(self, conversation: str, part: str) -> None:
        """Forget what has a text in it."""
        kept = self._kept.get(conversation, {})
        self._kept[conversation] = {reference: one for reference, one in kept.items() if part not in one[1]}

    def lift(self, conversation: str, lines: Iterable[Line]) -> list[Line]:
        """Give the lines as their visitor may see them."""
        self._forget_old()
        kept = self._kept.get(conversation, {})
        return [
            replace(line, words={**line.words, "text": kept[line.words["veil"]][1]})
            if line.words.get("veil") in kept
            else line
            for line in lines
        ]

    def _forget_old(self) -> None:
        before = self._clock() - KEPT_SECONDS
        for conversation, kept in list(self._kept.items()):
            fresh = {reference: one for reference, one in kept.items() if one[0] >= before}
            if fresh:
                self._kept[conversation] = fresh
            else:
                del self._kept[conversation]
