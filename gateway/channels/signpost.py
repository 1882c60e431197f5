"""Where nobody talks on a channel, only points the way: 112, who can be reached, the web chat.

Nothing is stored: not what was written, not by whom. What a restart loses is lost; whoever writes again is answered.
So it answers too where nothing can be stored.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import os
from collections.abc import Callable
from datetime import UTC, datetime

import aiohttp
import structlog

from connectors.contract import Message
from connectors.messaging import FAILURES, Channel, Inbound, Outbound, SendFailed
from connectors.shaping import shape
from gateway.channels.courier import waits
from gateway.channels.limits import Limits
from gateway.channels.outbox import MACHINE_SECONDS, addressed, phrases
from gateway.metrics import Metrics
from gateway.rates import Buckets
from gateway.words import Words

ANSWERED = ("text", "choice", "edit", "media", "start")
PER_PERSON = (2.0, 1 / 300)  # answers at once, and a second: each says the same, and an SMS costs money
STORE_DOWN = (1.0, 1 / 300)  # the same of those that say that nothing can be stored
MOST_KNOWN = 20_000
TRIES = 4
log = structlog.get_logger()


class Signpost:
    """Answers with the same few lines, `text` and the numbers. People are known as keyed hashes in memory, for the sake
    of the bucket only.
    """

    def __init__(
        self,
        words: Words,
        limits: Limits,
        metrics: Metrics,
        clock: Callable[[], float],
        text: Callable[[], str],
        per_person: tuple[float, float] = PER_PERSON,
    ) -> None:
        self._words = words
        self._limits = limits
        self._metrics = metrics
        self._clock = clock
        self._text = text
        self._key = os.urandom(32)
        self._answers = Buckets(*per_person, clock)
        self._known: dict[str, None] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def take(self, channel: Channel, inbounds: list[Inbound], http: aiohttp.ClientSession) -> None:
        """Answer in the background whoever has written; each message once, though it comes again."""
        for inbound in inbounds:
            if inbound.kind not in ANSWERED or not inbound.who or self._is_known(channel.name, inbound.id):
                continue
            if not self._answers.take(self._hash(channel.name, inbound.who[0])):
                continue
            task = asyncio.create_task(self._answer(channel, inbound.who[0], http))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def stop(self, seconds: float) -> None:
        """Let answers that are on their way arrive, at most so long."""
        tasks = list(self._tasks)
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _hash(self, *parts: str) -> str:
        return hmac.new(self._key, "\0".join(parts).encode(), hashlib.sha256).hexdigest()

    def _is_known(self, channel: str, id: str) -> bool:
        hash = self._hash(channel, id)
        if hash in self._known:
            return True
        self._known[hash] = None
        if len(self._known) > MOST_KNOWN:
            del self._known[next(iter(self._known))]
        return False

    def _message(self) -> Message:
        at = datetime.fromtimestamp(self._clock(), UTC).isoformat(timespec="seconds")
        return Message(0, "system", self._text(), at, contacts=self._words.cards(self._words.reachable()))

    async def _answer(self, channel: Channel, to: str, http: aiohttp.ClientSession) -> None:
        parts = addressed(shape(self._message(), channel.capabilities, phrases(self._words)), to)
        ends_at = self._clock() + MACHINE_SECONDS
        for part in parts:
            result = await self._send(channel, part, http, ends_at)
            self._metrics.outbound.labels(channel=channel.name, result=result).inc()
            if result != "sent":
                return

    async def _send(self, channel: Channel, part: Outbound, http: aiohttp.ClientSession, ends_at: float) -> str:
        """Send one message; give what became of it. What the platform asks for is waited, or it is left at that."""
        for attempt in range(1, TRIES + 1):
            await self._limits.turn(channel.name, channel.capabilities)
            if self._clock() > ends_at:
                break
            try:
                await channel.send(http, part)
                return "sent"
            except SendFailed as failure:
                log.warning("not_sent", channel=channel.name, failure=failure.name, code=failure.code)
                wait = waits(attempt, failure)
                if failure.whole:
                    self._limits.pause(channel.name, wait)
                if failure.name == "in_doubt":
                    return "doubt"
                if not FAILURES[failure.name].retry or attempt == TRIES or self._clock() + wait > ends_at:
                    break
                await asyncio.sleep(wait)
            except Exception as defect:  # of a connector
                log.error("send_failed", channel=channel.name, kind=type(defect).__name__)
                break
        return "failed"
