"""What was masked, kept in memory for a few minutes so that the visitor may choose to show it. Never stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

SHOW, HIDE = "show:hidden", "hide:hidden"
KEPT_SECONDS = 600.0
MOST_KEPT = 5  # of one conversation


@dataclass(frozen=True)
class Kept:
    """`message`: the id of the one it stands in; `asked`: the seq of the line that asks whether to show it."""

    at: float
    text: str
    message: str
    asked: int


class Hidden:
    """The latest masked words of each conversation, in their order."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._kept: dict[str, list[Kept]] = {}

    def keep(self, conversation: str, text: str, message: str = "", asked: int = 0) -> None:
        self.forget_old()
        kept = self._kept.setdefault(conversation, [])
        kept.append(Kept(self._clock(), text, message, asked))
        del kept[:-MOST_KEPT]

    def take(self, conversation: str, asked: int | None = None) -> Kept | None:
        """Give and forget what a line asked of; of an unknown one the latest, and the others are forgotten with it."""
        self.forget_old()
        kept = self._kept.pop(conversation, [])
        if asked is None:
            return kept[-1] if kept else None
        self._left(conversation, [one for one in kept if one.asked != asked])
        return next((one for one in kept if one.asked == asked), None)

    def forget(self, conversation: str, message: str | None = None) -> None:
        """Forget what was in a message; None: in any."""
        kept = self._kept.pop(conversation, [])
        self._left(conversation, [one for one in kept if message not in (None, one.message)])

    def forget_old(self) -> None:
        before = self._clock() - KEPT_SECONDS
        for conversation, kept in list(self._kept.items()):
            del self._kept[conversation]
            self._left(conversation, [one for one in kept if one.at >= before])

    def _left(self, conversation: str, kept: list[Kept]) -> None:
        if kept:
            self._kept[conversation] = kept
