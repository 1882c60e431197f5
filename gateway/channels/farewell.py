"""Deletes in the visitor's app what the platform lets us delete there, and then says truthfully what could not be.

The conversation is gone by then; where it was is known for some minutes more, and only for this.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import UTC, datetime

import aiohttp
import structlog

from connectors.contract import Message
from connectors.messaging import FAILURES, Capabilities, Channel, SendFailed
from connectors.shaping import shape
from gateway.channels.courier import waits
from gateway.channels.limits import Limits
from gateway.channels.outbox import addressed, phrases
from gateway.metrics import Metrics
from gateway.storage.failures import STORE_FAILURES
from gateway.storage.farewells import Farewell, Farewells, Row
from gateway.words import Words

KEEP_EVERY = 20  # deletions between two notes of how far it has come
MOST_REPEATS = 3  # of what is in doubt and names 112
log = structlog.get_logger()


def last_words(farewell: Farewell, can: Capabilities) -> tuple[str, ...]:
    """Give the names of the sentences that say what was done, and not more than was done."""
    if farewell.says != "erased":
        return (farewell.says,) if farewell.says else ()
    if not can.deletes_own or not (farewell.kept or farewell.deleted):
        said = "farewell_phone"
    elif farewell.kept:
        said = "farewell_some"
    else:
        said = "farewell_all" if can.deletes_theirs else "farewell_ours"
    return (said, "farewell_letter") if farewell.letter else (said,)


class FarewellBidder:
    """A task each, so that nobody waits for another's."""

    def __init__(
        self,
        farewells: Farewells,
        channel: Callable[[str], Channel | None],
        words: Words,
        limits: Limits,
        metrics: Metrics,
        clock: Callable[[], float],
    ) -> None:
        self._farewells = farewells
        self._channel = channel
        self._words = words
        self._limits = limits
        self._metrics = metrics
        self._clock = clock
        self._wake = asyncio.Event()
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def kick(self) -> None:
        """There is a new one."""
        self._wake.set()

    async def run(self, http: aiohttp.ClientSession) -> None:
        """Work until cancelled; then `stop`."""
        taken_up = False
        while True:
            self._wake.clear()
            try:
                if not taken_up:
                    await self._farewells.take_up()
                    taken_up = True
                wait = self._begin(await self._farewells.waiting(), http)
            except Exception as failure:  # whatever it is: who comes after is to hear their last words
                log.error("farewells_failed", kind=type(failure).__name__)
                wait = 2.0
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._wake.wait()

    def _begin(self, rows: list[Row], http: aiohttp.ClientSession) -> float:
        """Begin those that are due; give how long until the next one is."""
        left = [row for row in rows if row.id not in self._tasks]
        for row in left:
            if not row.attempts or row.due_at <= self._clock():  # never tried: due, also of a clock set back
                task = asyncio.create_task(self._one(row, http))
                self._tasks[row.id] = task
                task.add_done_callback(lambda _, id=row.id: self._ended(id))  # type: ignore[misc]
        later = [row.due_at - self._clock() for row in left if row.id not in self._tasks]
        return min([max(0.05, min(later)), 300.0]) if later else 300.0

    def _ended(self, id: str) -> None:
        del self._tasks[id]
        self._wake.set()

    async def stop(self, seconds: float) -> None:
        """Let those under way come to an end, at most so long; the rest is gone on with at the next start."""
        tasks = list(self._tasks.values())
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _one(self, row: Row, http: aiohttp.ClientSession) -> None:
        try:
            if await self._is_over(row, http):
                await self._farewells.done(row.id)
        except STORE_FAILURES as failure:
            log.error("store_failed", kind=type(failure).__name__)
            await asyncio.sleep(2.0)
        except Exception as defect:  # of ours or of a connector: this one ends, and the others go on
            log.error("farewell_broke", channel=row.channel, kind=type(defect).__name__)
            self._count(row, "failed")
            await self._farewells.done(row.id)

    async def _is_over(self, row: Row, http: aiohttp.ClientSession) -> bool:
        """Do what is left; tell whether there is nothing to be done later."""
        channel = self._channel(row.channel)
        if channel is None or self._clock() > row.ends_at:
            self._count(row, "failed")
            return True
        try:
            await self._delete(row, channel, http)
            await self._say(row, channel, http)
        except SendFailed as failure:
            log.warning("farewell_failed", channel=channel.name, failure=failure.name, code=failure.code)
            wait = waits(row.attempts + 1, failure)
            if failure.whole:
                self._limits.pause(channel.name, wait)
            if FAILURES[failure.name].retry or self._may_repeat(row, failure):
                await self._farewells.later(row, self._clock() + wait)
                return False
            self._count(row, "doubt" if failure.name == "in_doubt" else "failed")
        return True

    def _may_repeat(self, row: Row, failure: SendFailed) -> bool:
        """Tell whether what may have arrived is said or done again: a deletion is harmless, and so is 112."""
        unsaid = bool(row.farewell.ours or row.farewell.theirs) or row.farewell.says == "fallback"
        return failure.name == "in_doubt" and unsaid and row.attempts < MOST_REPEATS

    async def _delete(self, row: Row, channel: Channel, http: aiohttp.ClientSession) -> None:
        """Delete what is left to delete. Raises SendFailed where it must be gone on with later."""
        farewell, can = row.farewell, channel.capabilities
        if not can.deletes_own:
            farewell.ours.clear()
        if not can.deletes_theirs:
            farewell.theirs.clear()
        for ids in (farewell.ours, farewell.theirs):
            while ids:
                await self._turn(row, channel)
                try:
                    await channel.delete(http, farewell.to, ids[0])
                    farewell.deleted += 1
                except SendFailed as failure:
                    if FAILURES[failure.name].retry or self._may_repeat(row, failure):
                        raise
                    farewell.kept += 1
                ids.pop(0)
                if len(ids) % KEEP_EVERY == 0:
                    await self._farewells.keep(row)

    async def _say(self, row: Row, channel: Channel, http: aiohttp.ClientSession) -> None:
        """Say the last words; what of them has gone out before is not said again."""
        names = last_words(row.farewell, channel.capabilities)
        if not names:
            return
        contacts = self._words.cards(self._words.reachable()) if names == ("fallback",) else ()
        text = " ".join(map(self._words.sentence, names))
        at = datetime.fromtimestamp(self._clock(), UTC).isoformat(timespec="seconds")
        message = Message(0, "system", text, at, contacts=contacts)
        parts = addressed(shape(message, channel.capabilities, phrases(self._words)), row.farewell.to)
        for part in parts[row.farewell.said :]:
            await self._turn(row, channel)
            await self._farewells.begin(row)
            await channel.send(http, part)
            row.farewell.said += 1
            self._count(row, "sent")
            await self._farewells.keep(row)

    async def _turn(self, row: Row, channel: Channel) -> None:
        """Wait until it may go out. Raises SendFailed where its time is over by then."""
        await self._limits.turn(channel.name, channel.capabilities)
        if self._clock() > row.ends_at:
            raise SendFailed("too_late", code="waited")

    def _count(self, row: Row, result: str) -> None:
        if row.farewell.says:
            self._metrics.outbound.labels(channel=row.channel, result=result).inc()
