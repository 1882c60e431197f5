"""What goes wrong at the platforms, drawn call by call; and what of ours reached whose phone, when and in what mood."""

from __future__ import annotations

import time
from collections import Counter
from contextvars import ContextVar
from random import Random
from typing import Any

# How often, of a thousand calls. What is spoiled has arrived, and we are not told so.
MOODS = {"ok": 912, "slow": 30, "429": 14, "500": 14, "503": 14, "drop": 10, "garbage": 5, "hang": 1}
SPOILED = ("drop", "garbage", "hang")
# Each request has a connection, and so a task, of its own: what is drawn for it is found again when it is carried out.
_mood: ContextVar[str] = ContextVar("mood", default="ok")


class Weather:
    """Stands in for a provider's `moods`; `calm` ends it. `worse`: how much more often something goes wrong."""

    def __init__(self, source: Random, worse: float = 1.0) -> None:
        self._random = source
        self._weights = [weight if mood in ("ok", "hang") else worse * weight for mood, weight in MOODS.items()]
        self.calm = False
        self.drawn: Counter[str] = Counter()

    def __bool__(self) -> bool:
        return True

    def popleft(self) -> str:
        mood = "ok" if self.calm else self._random.choices(list(MOODS), self._weights)[0]
        self.drawn[mood] += 1
        _mood.set(mood)
        return mood


class Arrived(list[Any]):
    """Stands in for a provider's `sent`; `marks` has moment and mood of each."""

    def __init__(self) -> None:
        super().__init__()
        self.marks: list[tuple[float, str]] = []

    def append(self, sent: Any) -> None:
        super().append(sent)
        self.marks.append((time.monotonic(), _mood.get()))
