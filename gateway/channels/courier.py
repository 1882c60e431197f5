"""Hands one message over to a platform and writes down what became of it: sent, again later, in doubt, or given up.

What is in doubt is sent again only if it carries 112 or a counsellor's words, and not for ever; what is given up is
buried without its content, and the counsellor is told.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import aiohttp
import structlog

from connectors.messaging import FAILURES, Channel, FailureName, Option, Outbound, SendFailed
from gateway.channels.greeting import GREETED
from gateway.channels.limits import Limits
from gateway.delivery import ANSWERED_BY_BOT
from gateway.live import Live
from gateway.metrics import Metrics
from gateway.storage.failures import STORE_FAILURES
from gateway.storage.farewells import Farewell
from gateway.storage.outbox import MOST_DOUBTS, OutboxRows, Row
from gateway.storage.store import Store

LONGEST_BACKOFF = 300.0
MISCONFIGURED_SECONDS = 30.0
PATIENCE = 5  # attempts; who asks for a short wait each time would else have used them all within minutes
MOST_ATTEMPTS = 200
LONGEST_PAUSE = 20.0
GONE = ("visitor_gone", "blocked")
T = TypeVar("T")
log = structlog.get_logger()


def backoff(attempts: int, chance: Callable[[], float] = random.random) -> float:
    """Give how long to wait before trying again, in seconds: doubled each time, from half to one and a half of it."""
    return float(min(LONGEST_BACKOFF, 2.0 ** min(attempts, 20)) * (0.5 + chance()))


def waits(attempts: int, failure: SendFailed) -> float:
    """Give how long to wait after a failure: what was asked for, and in the long run no less than our own pace."""
    asked, wait = failure.retry_after, backoff(attempts)
    if asked is not None:
        wait = max(asked + random.random(), wait if attempts > PATIENCE else 0.0)  # noqa: S311
    return max(wait, MISCONFIGURED_SECONDS) if failure.name == "misconfigured" else wait


def as_outbound(ready: dict[str, Any], to: str) -> Outbound:
    """Give what is kept in a row as a message to somebody."""
    options = tuple(Option(**option) for option in ready["options"])
    return Outbound(**{**ready, "to": to, "options": options})


@dataclass(frozen=True)
class After:
    """What is done with the person. `gone(id)`: they cannot be reached; `bid(channel, farewell)`: something is to be
    deleted there, or said that belongs to no conversation.
    """

    gone: Callable[[str], Awaitable[None]]
    bid: Callable[[str, Farewell], Awaitable[None]]


class Courier:
    """One for all channels."""

    def __init__(
        self,
        rows: OutboxRows,
        store: Store,
        live: Live,
        limits: Limits,
        metrics: Metrics,
        clock: Callable[[], float],
        after: After,
    ) -> None:
        self._rows = rows
        self._store = store
        self._live = live
        self._limits = limits
        self._metrics = metrics
        self._clock = clock
        self._after = after

    async def hand_over(self, row: Row, channel: Channel, to: str, http: aiohttp.ClientSession) -> None:
        """Send it, unless it has been recalled. Raises Gone where the conversation goes meanwhile."""
        if row.ready is None or not await self._rows.begin(row):
            return
        try:
            id = await channel.send(http, as_outbound(row.ready, to))
        except SendFailed as failure:
            await self._failed(row, channel, to, failure)
        except Exception as defect:  # of a connector: it must not stop what comes after
            log.error("send_failed", channel=channel.name, kind=type(defect).__name__)
            await self.give_up(row, channel.name, to, "refused", type(defect).__name__)
        else:
            await self._sent(row, channel, to, id)

    async def _sent(self, row: Row, channel: Channel, to: str, id: str) -> None:
        self.count(channel.name, "sent")
        if await self._surely(lambda: self._rows.sent(row, channel.name, id)):
            self._tell(row.conversation)
        elif channel.capabilities.deletes_own:  # erased while this was on its way: it goes there too
            await self._surely(lambda: self._after.bid(channel.name, Farewell(to, "", ours=[id])))

    async def _failed(self, row: Row, channel: Channel, to: str, failure: SendFailed) -> None:
        attempts, doubtful = row.attempts + 1, failure.name == "in_doubt"
        log.warning("not_sent", channel=channel.name, failure=failure.name, code=failure.code, attempts=attempts)
        repeats = row.urgent and row.doubts + 1 < MOST_DOUBTS if doubtful else FAILURES[failure.name].retry
        if doubtful and not repeats:
            await self._surely(lambda: self._rows.doubt(row))
            self.count(channel.name, "doubt")
        elif repeats and attempts < MOST_ATTEMPTS:
            wait = waits(attempts, failure)
            if failure.whole:
                self._limits.pause(channel.name, wait)
            again = await self._surely(lambda: self._later(row, self._clock() + wait, failure.name))
            self.count(channel.name, "recalled" if not again else "repeated" if doubtful else "later")
        else:
            await self.give_up(row, channel.name, to, failure.name, failure.code)
        self._tell(row.conversation)

    async def _later(self, row: Row, due_at: float, failure: str) -> bool:
        async with self._store.change(row.conversation) as change:
            return await self._rows.later(change, row, due_at, failure)

    async def give_up(self, row: Row, channel: str, to: str, failure: FailureName, code: str) -> None:
        """It will not go out. Raises Gone where the conversation goes with it."""
        first = await self._surely(lambda: self._rows.failed(row, channel, failure, code))
        self.count(channel, "failed")
        if first is None:
            return  # whatever it was, they have left this place, and are not to hear of it here
        self._tell(row.conversation)
        if failure in GONE and code != "stopped":
            await self._surely(lambda: self._after.gone(row.conversation))
        elif failure == "refused" and first and await self._surely(lambda: self._is_owed(row)):
            await self._surely(lambda: self._after.bid(channel, Farewell(to, "fallback")))
        elif failure == "too_late":
            await self._surely(lambda: self._greet_again(row.conversation))

    async def _is_owed(self, row: Row) -> bool:
        """Tell whether they would be left without a word: what the bot said is not sent, or the last that was said to
        them; and no counsellor is there. Raises Gone.
        """
        conversation = await self._store.get(row.conversation)
        last = row.sender == "bot" or (row.sender == "system" and row.seq == conversation.last_seq)
        return last and conversation.state in ANSWERED_BY_BOT

    async def _greet_again(self, id: str) -> None:
        """The first word may be what was not sent: who writes again hears it before the next answer."""
        async with self._store.change(id) as change:
            change.conversation.understood.pop(GREETED, None)

    async def _surely(self, write: Callable[[], Awaitable[T]]) -> T:
        """What became of a message that has been handed over is written down, however long the store is down: else it
        would be taken for one of which nobody knows.
        """
        pause = 0.5
        while True:
            try:
                return await write()
            except STORE_FAILURES as failure:
                log.error("store_failed", kind=type(failure).__name__)
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)

    def count(self, channel: str, result: str, number: int = 1) -> None:
        self._metrics.outbound.labels(channel=channel, result=result).inc(number)

    def _tell(self, conversation: str) -> None:
        """A counsellor who has it open sees what became of it."""
        self._live.tell_consoles("delivery", conversation)
