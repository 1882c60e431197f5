"""The queue, read once for all consoles: after a change at once, then at most so often while changes go on.

Reading and opening two hundred conversations for each of twenty consoles at each line somebody writes made a
counsellor wait seconds for a visitor's words (benchmarks/load.py).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
PAUSE_SECONDS = 0.5


@dataclass(frozen=True)
class _Reading(Generic[T]):
    change: int  # the last change that is surely in it
    value: T


class Overview(Generic[T]):
    """Shares the readings of `read`; `changes` counts what has been told to the consoles."""

    def __init__(
        self, read: Callable[[], Awaitable[T]], changes: Callable[[], int], pause: float = PAUSE_SECONDS
    ) -> None:
        self._read = read
        self._changes = changes
        self._pause = pause
        self._latest: _Reading[T] | None = None
        self._reading: asyncio.Task[None] | None = None
        self._next_at = 0.0

    async def fresh(self) -> T:
        """Give a reading that holds everything that changed before this call. Raises what the store raises."""
        wanted = self._changes()
        while self._latest is None or self._latest.change < wanted:
            if self._reading is None:
                self._reading = asyncio.create_task(self._read_again())
            await asyncio.shield(self._reading)
        return self._latest.value

    async def _read_again(self) -> None:
        try:
            loop = asyncio.get_running_loop()
            await asyncio.sleep(max(0.0, self._next_at - loop.time()))
            change = self._changes()
            self._next_at = loop.time() + self._pause
            self._latest = _Reading(change, await self._read())
        finally:
            self._reading = None
