"""What comes in: stored once and acknowledged by whoever calls `accept`, worked on by one worker a channel, in order.

A crash between the two repeats nothing and loses nothing: what is worked on leaves the inbox in the transaction of the
work.
"""

from __future__ import annotations

import asyncio

import structlog

from connectors.messaging import Channel, Inbound
from gateway.channels.reception import Reception
from gateway.metrics import Metrics
from gateway.storage.arrivals import Arrival, Arrivals
from gateway.storage.failures import STORE_FAILURES
from gateway.storage.outbox import OutboxRows
from gateway.storage.records import Gone

MOST_TRIES = 3
LONGEST_PAUSE = 20.0
log = structlog.get_logger()


def is_kept(inbound: Inbound) -> bool:
    """Tell whether there is anything to do about it: of marks on our messages only those that did not arrive."""
    return inbound.kind != "unknown" and (inbound.kind != "status" or inbound.status == "failed")


class Inbox:
    """One for all channels."""

    def __init__(self, arrivals: Arrivals, reception: Reception, outbox: OutboxRows, metrics: Metrics) -> None:
        self._arrivals = arrivals
        self._reception = reception
        self._outbox = outbox
        self._metrics = metrics
        self._wake: dict[str, asyncio.Event] = {}
        self._tasks: list[asyncio.Task[None]] = []

    async def accept(self, channel: str, inbounds: list[Inbound]) -> None:
        """Store what has not come before; then it may be acknowledged. Raises what the store raises."""
        for inbound in inbounds:
            kind = inbound.status if inbound.kind == "status" else inbound.kind
            self._metrics.inbound.labels(channel=channel, kind=kind).inc()
        kept = [inbound for inbound in inbounds if is_kept(inbound)]
        new = await self._arrivals.accept(channel, kept)
        if repeated := len(kept) - new:
            self._metrics.inbound.labels(channel=channel, kind="repeated").inc(repeated)
        if new and channel in self._wake:
            self._wake[channel].set()

    def start(self, channels: list[Channel]) -> None:
        """Begin to work, with what a restart has left first."""
        for channel in channels:
            self._wake[channel.name] = asyncio.Event()
            self._wake[channel.name].set()
            self._tasks.append(asyncio.create_task(self._work(channel)))

    async def stop(self) -> None:
        """Stop between two of them; what waits is taken up at the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()

    async def _work(self, channel: Channel) -> None:
        pause = 0.5
        while True:
            await self._wake[channel.name].wait()
            self._wake[channel.name].clear()
            try:
                while waiting := await self._arrivals.waiting(channel.name):
                    for arrival in waiting:
                        await self._one(channel, arrival)
                    pause = 0.5
            except STORE_FAILURES as failure:
                log.error("store_failed", kind=type(failure).__name__)
                self._wake[channel.name].set()
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)

    async def _one(self, channel: Channel, arrival: Arrival) -> None:
        try:
            await self._reception.take(channel, arrival)
        except STORE_FAILURES:
            raise
        except Gone:
            pass  # erased or expired at this very moment: the next try begins anew
        except Exception as defect:  # of ours: one message must not stop all that come after it
            log.error("arrival_failed", channel=channel.name, kind=type(defect).__name__)
            await self._arrivals.tried(arrival.id)
            if arrival.tries + 1 >= MOST_TRIES:
                await self._outbox.bury(channel.name, "in", "visitor", "defect", type(defect).__name__, MOST_TRIES)
                await self._reception.apologise(channel, arrival)
