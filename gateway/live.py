"""Who is connected now, and waking them. The only state in memory: open connections, which a restart loses anyway."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from connectors.contract import Nudge

T = TypeVar("T")


class Live:
    """Visitors' listeners by conversation (the newest wins), and counsellors' consoles."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._started = clock()
        self._visitors: dict[str, asyncio.Queue[Nudge]] = {}
        self._left: dict[str, float] = {}
        self._consoles: dict[asyncio.Queue[tuple[str, str]], int] = {}
        self._console_left: dict[int, float] = {}

    # -- visitors

    @asynccontextmanager
    async def listen(self, key: str) -> AsyncIterator[AsyncIterator[Nudge]]:
        """Listen for one conversation; ends with `replaced` when a newer listener comes."""
        queue: asyncio.Queue[Nudge] = asyncio.Queue()
        older = self._visitors.get(key)
        if older is not None:
            older.put_nowait(Nudge("replaced"))
        self._visitors[key] = queue
        self._left.pop(key, None)
        try:
            yield _drain(queue)
        finally:
            if self._visitors.get(key) is queue:
                del self._visitors[key]
                self._left[key] = self._clock()

    def nudge(self, key: str, nudge: Nudge) -> None:
        """Wake the conversation's listener, if there is one."""
        queue = self._visitors.get(key)
        if queue is not None:
            queue.put_nowait(nudge)

    def counsellor_types(self, key: str) -> None:
        self.nudge(key, Nudge("typing", sender="counsellor"))

    def seen(self, key: str) -> None:
        """Note a sign of life from a client without a socket."""
        if key not in self._visitors:
            self._left[key] = self._clock()

    def away_seconds(self, key: str) -> float:
        """Tell how long the visitor has had no connection; 0 while connected."""
        return 0.0 if key in self._visitors else self._clock() - self._left.get(key, self._started)

    def gone(self, key: str, why: str, text: str | None = None) -> None:
        """The conversation is no more: tell its visitor (with last words, if any) and the consoles."""
        self.nudge(key, Nudge("gone", text=text))
        self._left.pop(key, None)
        self.tell_consoles(f"gone:{why}", key)

    # -- counsellors

    @asynccontextmanager
    async def console(self, counsellor: int) -> AsyncIterator[AsyncIterator[tuple[str, str]]]:
        """Listen as a console: gives (what, conversation id); what: changed | typing | gone:<reason>."""
        queue: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
        self._consoles[queue] = counsellor
        try:
            yield _drain(queue)
        finally:
            del self._consoles[queue]
            self._console_left[counsellor] = self._clock()

    def tell_consoles(self, what: str, conversation: str) -> None:
        for queue in self._consoles:
            queue.put_nowait((what, conversation))

    def present(self) -> int:
        """How many counsellors have a console open."""
        return len(set(self._consoles.values()))

    def console_away_seconds(self, counsellor: int) -> float:
        """Tell how long a counsellor has had no console; 0 while connected."""
        if counsellor in self._consoles.values():
            return 0.0
        return self._clock() - self._console_left.get(counsellor, self._started)


async def _drain(queue: asyncio.Queue[T]) -> AsyncIterator[T]:
    while True:
        yield await queue.get()
