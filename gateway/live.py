"""Who is connected now, and waking them. The only state in memory: open connections, which a restart loses anyway."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from connectors.contract import Nudge

T = TypeVar("T")


class _Once(asyncio.Queue[T]):
    """What waits already as the last word about its subject is not added again: it will be read as it is then."""

    def __init__(self, subject: Callable[[T], str]) -> None:
        super().__init__()
        self._subject = subject

    def put_nowait(self, item: T) -> None:
        waiting: deque[T] = self._queue  # type: ignore[attr-defined]  # what asyncio.Queue lets its subclasses see
        about = self._subject(item)
        if next((one for one in reversed(waiting) if self._subject(one) == about), None) != item:
            super().put_nowait(item)


class Live:
    """Visitors' listeners by conversation (the newest wins), and counsellors' consoles."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._started = clock()
        self._visitors: dict[str, asyncio.Queue[Nudge]] = {}
        self._left: dict[str, float] = {}
        self._consoles: dict[asyncio.Queue[tuple[str, str]], int] = {}
        self._console_left: dict[int, float] = {}
        self._away: dict[int, bool] = {}
        self.typing_out: Callable[[str], None] = lambda key: None
        self.changes = 0  # how often the consoles were told something

    # -- visitors

    @asynccontextmanager
    async def listen(self, key: str) -> AsyncIterator[AsyncIterator[Nudge]]:
        """Listen for one conversation; ends with `replaced` when a newer listener comes."""
        queue: asyncio.Queue[Nudge] = _Once(lambda nudge: "")
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
        """Tell the visitor's page, or whoever can show it where they write from (`typing_out`)."""
        if key in self._visitors:
            self.nudge(key, Nudge("typing", sender="counsellor"))
        else:
            self.typing_out(key)

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
    async def console(self, counsellor: int, away: bool = False) -> AsyncIterator[AsyncIterator[tuple[str, str]]]:
        """Listen as a console: gives (what, id of a conversation or a mailbox).

        What: changed | own (changed, and one's own now) | delivery (of what went out: the queue is the same) | typing |
        left | gone:<reason> | alarm:<reason> | alarm:<reason>:<seconds it has waited>.
        `away` is what the database says; once known here it is changed by `set_away` alone, so that a console which
        opens at that very moment brings nothing old.
        """
        queue: asyncio.Queue[tuple[str, str]] = _Once(lambda event: event[1])
        self._away.setdefault(counsellor, away)
        self.tell_consoles("changed", "")  # colleagues see who is there
        self._consoles[queue] = counsellor
        try:
            yield _drain(queue)
        finally:
            del self._consoles[queue]
            self._console_left[counsellor] = self._clock()
            self.tell_consoles("changed", "")

    def tell_consoles(self, what: str, conversation: str, holder: int | None = None) -> None:
        """Tell all consoles; those of the conversation's `holder`, where one is given, hear `own` instead."""
        self.changes += 1
        for queue, counsellor in self._consoles.items():
            queue.put_nowait(("own" if counsellor == holder else what, conversation))

    def set_away(self, counsellor: int, away: bool) -> None:
        """Note that a counsellor is away, or back; it is in the database already."""
        self._away[counsellor] = away
        self.tell_consoles("changed", "")

    def logged_in(self) -> set[int]:
        """Who has a console open; several of one counsellor count once."""
        return set(self._consoles.values())

    def online(self) -> set[int]:
        """Who has a console open and is not away."""
        return {counsellor for counsellor in self.logged_in() if not self._away.get(counsellor)}

    def present(self) -> int:
        """How many counsellors are online."""
        return len(self.online())

    def console_away_seconds(self, counsellor: int) -> float:
        """Tell how long a counsellor has had no console; 0 while connected."""
        return self._clock() - self.console_left_at(counsellor)

    def console_left_at(self, counsellor: int) -> float:
        """Tell when a counsellor's last console closed; now while one is open."""
        if counsellor in self.logged_in():
            return self._clock()
        return self._console_left.get(counsellor, self._started)


async def _drain(queue: asyncio.Queue[T]) -> AsyncIterator[T]:
    while True:
        yield await queue.get()
