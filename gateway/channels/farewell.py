"""Deletes in the visitor's app what the platform lets us delete there, and then says truthfully what could not be.

The conversation is gone by then; where it was is known for some minutes more, and only for this.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import aiohttp
import structlog

from connectors.contract import Message
from connectors.messaging import FAILURES, Capabilities, Channel, SendFailed
from connectors.shaping import shape
from gateway.channels.limits import Limits
from gateway.channels.outbox import addressed, backoff, phrases
from gateway.metrics import Metrics
from gateway.storage.failures import STORE_FAILURES
from gateway.storage.farewells import Farewell, Farewells, Row
from gateway.words import Words

KEEP_EVERY = 20  # deletions between two notes of how far it has come
log = structlog.get_logger()


def last_words(farewell: Farewell, can: Capabilities) -> tuple[str, ...]:
    """Give the names of the sentences that say what was done, and not more than was done."""
    if farewell.says != "erased":
        return (farewell.says,) if farewell.says else ()
    if farewell.kept:
        said = "farewell_some"
    elif not farewell.deleted:
        said = "farewell_phone"
    else:
        said = "farewell_all" if can.deletes_theirs else "farewell_ours"
    return (said, "farewell_letter") if farewell.letter else (said,)


class FarewellBidder:
    """One worker for all of them."""

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

    def kick(self) -> None:
        """There is a new one."""
        self._wake.set()

    async def run(self, http: aiohttp.ClientSession) -> None:
        """Work until cancelled."""
        await self._farewells.take_up()
        while True:
            self._wake.clear()
            wait = 300.0
            try:
                rows = await self._farewells.waiting()
                due = [row for row in rows if row.due_at <= self._clock()]
                await asyncio.gather(*(self._one(row, http) for row in due))
                if rows:
                    wait = 0.2 if due else 2.0
            except STORE_FAILURES as failure:
                log.error("store_failed", kind=type(failure).__name__)
                wait = 2.0
            try:
                async with asyncio.timeout(wait):
                    await self._wake.wait()
            except TimeoutError:
                pass

    async def _one(self, row: Row, http: aiohttp.ClientSession) -> None:
        channel = self._channel(row.channel)
        if channel is None or self._clock() > row.ends_at:
            await self._farewells.done(row.id)
            return
        try:
            await self._delete(row, channel, http)
            names = last_words(row.farewell, channel.capabilities)
            await self._farewells.begin(row)
            await self._say(names, row, channel, http)
        except SendFailed as failure:
            log.warning("farewell_failed", channel=channel.name, failure=failure.name, code=failure.code)
            if FAILURES[failure.name].retry:
                wait = backoff(row.attempts + 1) if failure.retry_after is None else failure.retry_after
                await self._farewells.later(row, self._clock() + wait)
                return
        await self._farewells.done(row.id)

    async def _delete(self, row: Row, channel: Channel, http: aiohttp.ClientSession) -> None:
        """Delete what is left to delete. Raises SendFailed where it must be gone on with later."""
        farewell, can = row.farewell, channel.capabilities
        for ids, seconds in ((farewell.ours, can.deletes_own), (farewell.theirs, can.deletes_theirs)):
            while ids and seconds > 0:
                await self._limits.turn(channel.name, can)
                try:
                    await channel.delete(http, farewell.to, ids[0])
                    farewell.deleted += 1
                except SendFailed as failure:
                    if FAILURES[failure.name].retry:
                        await self._farewells.keep(row)
                        raise
                    farewell.kept += 1
                ids.pop(0)
                if len(ids) % KEEP_EVERY == 0:
                    await self._farewells.keep(row)

    async def _say(self, names: tuple[str, ...], row: Row, channel: Channel, http: aiohttp.ClientSession) -> None:
        if not names:
            return
        contacts = self._words.cards(self._words.reachable()) if names == ("fallback",) else ()
        text = " ".join(map(self._words.sentence, names))
        at = datetime.fromtimestamp(self._clock(), UTC).isoformat(timespec="seconds")
        message = Message(0, "system", text, at, contacts=contacts)
        for part in addressed(shape(message, channel.capabilities, phrases(self._words)), row.farewell.to):
            await self._limits.turn(channel.name, channel.capabilities)
            await channel.send(http, part)
            self._metrics.outbound.labels(channel=channel.name, result="sent").inc()
