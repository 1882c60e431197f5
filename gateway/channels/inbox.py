"""What comes in: stored once and acknowledged by whoever calls `accept`, worked on by one worker a channel.

Each person's things are worked on in order, and nobody's wait for all of somebody else's. A crash between storing and
working repeats nothing and loses nothing: what is worked on leaves the inbox in the transaction of the work.

A person may write 300 messages at once and one a second after that; what goes beyond is counted (`too_many`) and not
stored. An act (radera, stopp), a deletion and whatever a platform tells of are always taken.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import os
from collections.abc import Callable

import structlog
from sqlalchemy.exc import DataError, IntegrityError

from connectors.messaging import Channel, Inbound
from gateway.channels.commands import command_of
from gateway.channels.reception import SAID, Reception
from gateway.metrics import Metrics
from gateway.rates import Buckets
from gateway.storage.arrivals import Arrival, Arrivals
from gateway.storage.failures import STORE_FAILURES
from gateway.storage.outbox import OutboxRows
from gateway.storage.records import Gone

PER_PERSON = (300.0, 1.0)  # messages at once, and a second
MOST_TRIES = 3
A_ROUND = 10  # of one person before it is the others' turn
LOOKED_AT = 1000  # of what waits: more than a few who write all they may
LONGEST_PAUSE = 20.0
log = structlog.get_logger()


def is_kept(inbound: Inbound) -> bool:
    """Tell whether there is anything to do about it: of marks on our messages only those that did not arrive."""
    return inbound.kind != "unknown" and (inbound.kind != "status" or inbound.status == "failed")


def by_person(waiting: list[Arrival]) -> list[list[Arrival]]:
    """Give what waits as one list a person, in order; one id in common is enough to be the same."""
    lists: list[list[Arrival]] = []
    of: dict[str, list[Arrival]] = {}
    for arrival in waiting:
        who = arrival.inbound.who if arrival.inbound is not None else ()
        theirs = next((of[id] for id in who if id in of), None)
        if theirs is None:
            lists.append(theirs := [])
        theirs.append(arrival)
        of |= dict.fromkeys(who, theirs)
    return lists


class Inbox:
    """One for all channels."""

    def __init__(
        self,
        arrivals: Arrivals,
        reception: Reception,
        outbox: OutboxRows,
        metrics: Metrics,
        clock: Callable[[], float],
    ) -> None:
        self._arrivals = arrivals
        self._reception = reception
        self._outbox = outbox
        self._metrics = metrics
        self._buckets = Buckets(*PER_PERSON, clock)
        self._key = os.urandom(32)
        self._wake: dict[str, asyncio.Event] = {}
        self._tasks: list[asyncio.Task[None]] = []

    async def accept(self, channel: str, inbounds: list[Inbound]) -> None:
        """Store what has not come before; then it may be acknowledged. Raises what the store raises."""
        for inbound in inbounds:
            self._count(channel, inbound.status if inbound.kind == "status" else inbound.kind)
        taken: list[str] = []
        kept = [inbound for inbound in inbounds if is_kept(inbound) and self._may_come(channel, inbound, taken)]
        try:
            new = await self._arrivals.accept(channel, kept)
        except BaseException:  # they come again, perhaps many times while the store is down, and then they may
            for name in taken:
                self._buckets.give_back(name)
            raise
        finally:  # also of what fails: it may have been stored after all, and its repeat would wake nobody
            if channel in self._wake:
                self._wake[channel].set()
        if repeated := len(kept) - new:
            self._count(channel, "repeated", repeated)

    def _may_come(self, channel: str, inbound: Inbound, taken: list[str]) -> bool:
        if inbound.kind not in SAID or not inbound.who or command_of(inbound.text) is not None:
            return True
        name = hmac.new(self._key, f"{channel}\0{inbound.who[0]}".encode(), hashlib.sha256).hexdigest()
        if self._buckets.take(name):
            taken.append(name)
            return True
        self._count(channel, "too_many")
        return False

    def _count(self, channel: str, kind: str, number: int = 1) -> None:
        self._metrics.inbound.labels(channel=channel, kind=kind).inc(number)

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
                while waiting := await self._arrivals.waiting(channel.name, LOOKED_AT):
                    for theirs in by_person(waiting):
                        await self._some(channel, theirs[:A_ROUND])
                    pause = 0.5
            except Exception as failure:  # a worker that ends would leave everybody on this channel in silence
                event = "store_failed" if isinstance(failure, STORE_FAILURES) else "inbox_failed"
                log.error(event, kind=type(failure).__name__)
                self._wake[channel.name].set()
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)

    async def _some(self, channel: Channel, theirs: list[Arrival]) -> None:
        """Work on a person's things until one fails: what they sent after it comes after it."""
        for arrival in theirs:
            if not await self._one(channel, arrival):
                return

    async def _one(self, channel: Channel, arrival: Arrival) -> bool:
        """Work on one; False where it is to be tried again."""
        try:
            await self._reception.take(channel, arrival)
            return True
        except (IntegrityError, DataError) as failure:  # the store is there, and refuses this very thing
            defect: Exception = failure
        except STORE_FAILURES:
            raise
        except Exception as failure:  # of ours: one message must not stop all that come after it
            defect = failure
        if not isinstance(defect, Gone):  # that is a conversation erased at this very moment: the next try begins anew
            log.error("arrival_failed", channel=channel.name, kind=type(defect).__name__)
        await self._arrivals.tried(arrival.id)
        if arrival.tries + 1 < MOST_TRIES:
            return False
        await self._outbox.bury(channel.name, "in", "visitor", "defect", type(defect).__name__, MOST_TRIES)
        await self._reception.apologise(channel, arrival)
        return True
