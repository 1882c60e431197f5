"""Lets the database's transactions begin one by one, in the order that an interleaving says.

Whoever wants a transaction (or the engine's answer) waits here; the world looks at the database, and lets the
next one in. So an interleaving is a list of numbers, happens again exactly, and can be shrunk.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from typing import Any
from unittest import mock

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

# Who is doing it, for the printed interleaving; a turn started by an event carries that event's name.
doing: ContextVar[str] = ContextVar("doing", default="?")
_inside: ContextVar[bool] = ContextVar("inside", default=False)


class AtOnce(ThreadPoolExecutor):
    """Runs what is handed over at once: no second thread whose pace nobody decides."""

    def submit(self, function: Any, /, *given: Any, **named: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(function(*given, **named))
        except BaseException as problem:
            done.set_exception(problem)
        return done


class Turnstile:
    """`free` lets everybody through: real concurrency, whose order the database decides."""

    def __init__(self, free: bool) -> None:
        self.free = free
        self.crash = False  # the next transaction dies in front of its commit
        self.waiting: list[tuple[str, asyncio.Future[None]]] = []
        self._running = 0
        self._left = asyncio.Event()

    async def enter(self, what: str) -> None:
        """Wait to be let in."""
        if not self.free:
            ticket: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self.waiting.append((f"{doing.get()}: {what}", ticket))
            await ticket

    def let_in(self, number: int) -> str:
        """Let one in, those who have waited longest first; give what it was."""
        what, ticket = self.waiting.pop(number % len(self.waiting))
        ticket.set_result(None)
        return what

    def forget(self) -> None:
        """Forget those who were cancelled."""
        self.waiting = [(what, ticket) for what, ticket in self.waiting if not ticket.done()]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        self._running += 1
        mark = _inside.set(True)
        try:
            yield
        finally:
            _inside.reset(mark)
            self._running -= 1
            self._left.set()

    async def still(self) -> None:
        """Wait until everybody waits here, or for something that only an event brings."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(0)
            if self._running:
                self._left.clear()
                await self._left.wait()
            elif not loop._ready:  # type: ignore[attr-defined]  # nothing else tells that a loop has nothing to do
                return


class PacedEngine:
    """A real SQLAlchemy engine with the turnstile in front of every transaction."""

    def __init__(self, engine: AsyncEngine, turnstile: Turnstile, writes: bool = False) -> None:
        self._engine = engine
        self._turnstile = turnstile
        self._writes = writes

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def execution_options(self, **options: Any) -> PacedEngine:
        return PacedEngine(self._engine.execution_options(**options), self._turnstile, "writes" in options)

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[AsyncConnection]:
        if _inside.get():  # a read within a change: waiting here would hold up everybody
            async with self._engine.connect() as connection:
                yield connection
            return
        await self._turnstile.enter("reads")
        async with self._turnstile.running(), self._engine.connect() as connection:
            yield connection

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        await self._turnstile.enter("changes")
        async with self._turnstile.running(), self._engine.begin() as connection:
            yield connection
            if self._turnstile.crash:
                raise asyncio.CancelledError


class _InPlace:
    """Stands in for the queue of aiosqlite's worker thread: what is put is done at once."""

    def put_nowait(self, item: tuple[asyncio.Future[Any] | None, Callable[[], Any]]) -> None:
        future, function = item
        try:
            result = function()
        except BaseException as problem:
            if future is not None:
                future.set_exception(problem)
        else:
            if future is not None:
                future.set_result(result)


class _NoThread:
    def __init__(self, **named: Any) -> None:
        self.daemon = True

    def start(self) -> None:
        """There is nothing to start."""


@contextmanager
def sqlite_in_place() -> Iterator[None]:
    """Let connections to SQLite made meanwhile run on the loop's own thread: at the turnstile only one runs anyway."""
    with mock.patch("aiosqlite.core.SimpleQueue", _InPlace), mock.patch("aiosqlite.core.Thread", _NoThread):
        yield
