"""Tells everybody who waits which place they have now, when the queue has moved: at most once a second."""

from __future__ import annotations

import asyncio

import structlog

from connectors.contract import Nudge, Standing
from gateway.handoff import State
from gateway.live import Live
from gateway.storage.failures import STORE_FAILURES
from gateway.storage.store import Store
from gateway.waiting import UsualWait

PAUSE_SECONDS = 1.0
log = structlog.get_logger()


class Places:
    """`moved` may be called as often as the queue moves."""

    def __init__(self, store: Store, live: Live, usual_wait: UsualWait) -> None:
        self._store = store
        self._live = live
        self._usual_wait = usual_wait
        self._again = False
        self._task: asyncio.Task[None] | None = None

    def moved(self) -> None:
        """Somebody joined the queue, left it, was taken, or has another place in it."""
        self._again = True
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while self._again:
            self._again = False
            try:
                await self._tell()
            except STORE_FAILURES as failure:
                log.error("places_failed", kind=type(failure).__name__)
            await asyncio.sleep(PAUSE_SECONDS)

    async def _tell(self) -> None:
        minutes = await self._usual_wait.minutes()
        for place, conversation in enumerate(await self._store.in_states(State.WAITING), 1):
            self._live.nudge(conversation.id, Nudge("standing", standing=Standing("waiting", place, minutes)))

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
