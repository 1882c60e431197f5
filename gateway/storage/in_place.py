"""SQLite on the loop's own thread, with a fair queue of writers.

SQLite answers from memory in microseconds. Handing each of a statement's five calls to aiosqlite's thread and back
costs a hundred times that; and writers that find the database locked sleep and try again, the unlucky ones for
seconds. With a full house both made a counsellor wait for a visitor's words (benchmarks/load.py).
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any

import aiosqlite
from sqlalchemy import URL

IMMEDIATE = "BEGIN IMMEDIATE"
ENDS = frozenset({"commit", "rollback", "close"})


class _InPlace(aiosqlite.Connection):
    """What may wait for another process or for the disk stays on aiosqlite's thread; the rest is done at once.

    `writers` lets one connection of this process begin to write at a time, in the order in which they came.
    """

    def __init__(self, connector: Callable[[], sqlite3.Connection], writers: asyncio.Lock) -> None:
        super().__init__(connector, iter_chunk_size=64)
        self._writers = writers
        self._writes = False
        self._thread.daemon = True  # as SQLAlchemy does: a forgotten connection must not keep the process alive

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if args and args[0] == IMMEDIATE:
            return await self._begin(fn, *args, **kwargs)
        if fn.__name__ not in ENDS:
            return fn(*args, **kwargs)
        try:
            syncs = self._writes and fn.__name__ == "commit"
            return await self._on_thread(fn) if syncs else fn()
        finally:
            self._let_next()

    async def _begin(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        await self._writers.acquire()
        self._writes = True
        try:
            return await self._on_thread(fn, *args, **kwargs)
        except sqlite3.Error:
            self._let_next()
            raise

    def _let_next(self) -> None:
        if self._writes:
            self._writes = False
            self._writers.release()

    async def _on_thread(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Wait for the thread even when cancelled: the connection is never used by both threads at once."""
        call = asyncio.ensure_future(super()._execute(fn, *args, **kwargs))  # type: ignore[no-untyped-call]
        try:
            return await asyncio.shield(call)
        except asyncio.CancelledError:
            await asyncio.wait({call})
            raise


def in_place(url: URL, busy_seconds: float) -> Callable[[], Awaitable[aiosqlite.Connection]]:
    """Give what opens connections to one database for SQLAlchemy (its `async_creator`)."""
    writers = asyncio.Lock()

    def connect() -> sqlite3.Connection:
        # Two threads, but one after the other: each call is awaited before the next is made.
        return sqlite3.connect(url.database or ":memory:", timeout=busy_seconds, check_same_thread=False)

    async def opened() -> aiosqlite.Connection:
        return await _InPlace(connect, writers)

    return opened
