"""What was masked, kept in memory for a few minutes so that the visitor may choose to show it. Never stored."""

from __future__ import annotations

from collections.abc import Callable

SHOW, HIDE = "show:hidden", "hide:hidden"
KEPT_SECONDS = 600.0


class Hidden:
    """The latest masked words of each conversation."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._kept: dict[str, tuple[float, str, str]] = {}

    def keep(self, conversation: str, text: str, message: str = "") -> None:
        """`message`: the id of the one they stand in."""
        self.forget_old()
        self._kept[conversation] = (self._clock(), text, message)

    def message_of(self, conversation: str) -> str:
        """Give the id of the message that they stand in; empty where nothing is kept."""
        kept = self._kept.get(conversation)
        return kept[2] if kept else ""

    def take(self, conversation: str) -> str | None:
        """Give and forget; None where it is not there any more."""
        self.forget_old()
        kept = self._kept.pop(conversation, None)
        return kept[1] if kept else None

    def forget_old(self) -> None:
        before = self._clock() - KEPT_SECONDS
        for conversation in [one for one, (at, *_) in self._kept.items() if at < before]:
            del self._kept[conversation]
