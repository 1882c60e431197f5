"""One worker per conversation: messages of one person never race, and what was accepted is answered.

Lines that arrive while a turn runs join the next; each of their ids is answered. What a crash left
unanswered is taken up at start. While the store is down the visitor hears so and the worker tries again.
"""

from __future__ import annotations

import asyncio

import structlog

from connectors.contract import Nudge
from gateway.live import Live
from gateway.router import Router
from gateway.storage.failures import STORE_FAILURES
from gateway.storage.records import Gone, Line
from gateway.storage.store import Store
from gateway.words import Words

LONGEST_PAUSE = 20.0
log = structlog.get_logger()


def first_group(lines: list[Line]) -> list[Line]:
    """Give what one turn answers: a single choice or six words, or what is said up to the next of those."""
    group: list[Line] = []
    for line in lines:
        if "choice" in line.words or "opens" in line.words:
            return group or [line]
        group.append(line)
    return group


class Turns:
    """Runs turns in the background; `stop` lets those under way finish."""

    def __init__(self, store: Store, router: Router, live: Live, words: Words) -> None:
        self._store = store
        self._router = router
        self._live = live
        self._words = words
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()

    def kick(self, id: str) -> None:
        """There may be something to answer."""
        self._again.add(id)
        if id not in self._tasks:
            self._tasks[id] = asyncio.create_task(self._run(id))

    async def resume(self) -> None:
        """Take up what was accepted and not answered before a restart."""
        for id in await self._store.with_unanswered():
            self.kick(id)

    async def stop(self, seconds: float) -> None:
        """Wait for the turns under way, at most so long."""
        if self._tasks:
            await asyncio.wait(self._tasks.values(), timeout=seconds)
        for task in list(self._tasks.values()):
            task.cancel()

    async def _run(self, id: str) -> None:
        pause = 0.5
        try:
            while id in self._again:
                self._again.discard(id)
                try:
                    while lines := first_group(await self._store.unanswered(id)):
                        self._live.nudge(id, Nudge("typing", sender="bot"))
                        await self._one(id, lines)
                    pause = 0.5
                except Gone:
                    self._again.discard(id)
                except STORE_FAILURES as failure:
                    log.error("store_failed", kind=type(failure).__name__)
                    self._live.nudge(id, Nudge("unavailable", text=self._words.interrupted()))
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, LONGEST_PAUSE)
                    self._again.add(id)
        finally:
            del self._tasks[id]

    async def _one(self, id: str, lines: list[Line]) -> None:
        try:
            await self._router.turn(id, lines)
        except (Gone, *STORE_FAILURES):
            raise
        except Exception as failure:  # a defect of ours must not become a visitor's silence
            log.error("turn_failed", kind=type(failure).__name__)
            await self._router.fall_back(id, lines)
