"""Sends what waits in the outbox: one worker a conversation, so that its order is kept, however long one message takes.

What the platform asks us to wait is waited; what is in doubt is sent again only if it carries 112 or a counsellor's
words; what is given up is buried without its content, and the counsellor is told.
"""

from __future__ import annotations

import asyncio
import random
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import asdict, replace
from typing import Any

import aiohttp
import structlog

from connectors.messaging import FAILURES, Capabilities, Channel, Option, Outbound, SendFailed
from connectors.shaping import Phrases, shape
from gateway.channels.limits import Limits
from gateway.channels.offered import first_number
from gateway.keyring import KeyGone
from gateway.live import Live
from gateway.metrics import Metrics
from gateway.storage.addresses import Address, Addresses
from gateway.storage.failures import STORE_FAILURES
from gateway.storage.outbox import OutboxRows, Row
from gateway.storage.records import Conversation, Gone
from gateway.storage.store import Store
from gateway.veil import Veil
from gateway.views import message_of
from gateway.words import Words

LONGEST_BACKOFF = 300.0
MISCONFIGURED_SECONDS = 30.0
LONGEST_NAP = 5.0  # what is waited for is looked at again so often: it may have been recalled
MOST_REPEATS = 4  # of what is in doubt and urgent
MOST_ATTEMPTS = 200
GONE = ("visitor_gone", "blocked")
log = structlog.get_logger()


def phrases(words: Words) -> Phrases:
    """Give the words that shaping adds."""
    return Phrases(
        preview=words.sentence("preview"),
        more=words.sentence("preview_more"),
        choose=words.sentence("app_choose"),
        list_label=words.sentence("app_choose_list"),
        open_now=words.sentence("app_open_now"),
        closed_now=words.sentence("app_closed_now"),
        unchecked=words.sentence("app_unchecked"),
    )


def backoff(attempts: int, chance: Callable[[], float] = random.random) -> float:
    """Give how long to wait before trying again, in seconds: doubled each time, from half to one and a half of it."""
    return float(min(LONGEST_BACKOFF, 2.0 ** min(attempts, 20)) * (0.5 + chance()))


def as_outbound(ready: dict[str, Any], to: str) -> Outbound:
    """Give what is kept in a row as a message to somebody."""
    options = tuple(Option(**option) for option in ready["options"])
    return Outbound(**{**ready, "to": to, "options": options})


class Outbox:
    """`channel` gives a connector by name, None where the channel is off; `gone(id)`: the visitor cannot be reached."""

    def __init__(
        self,
        rows: OutboxRows,
        addresses: Addresses,
        store: Store,
        channel: Callable[[str], Channel | None],
        words: Words,
        veil: Veil,
        live: Live,
        limits: Limits,
        metrics: Metrics,
        clock: Callable[[], float],
        gone: Callable[[str], Awaitable[None]],
    ) -> None:
        self._rows = rows
        self._addresses = addresses
        self._store = store
        self._channel = channel
        self._words = words
        self._veil = veil
        self._live = live
        self._limits = limits
        self._metrics = metrics
        self._clock = clock
        self._gone = gone
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._http: aiohttp.ClientSession | None = None

    def open(self, http: aiohttp.ClientSession) -> None:
        """Begin to send."""
        self._http = http
        for id in list(self._again):
            self.kick(id)

    def kick(self, id: str) -> None:
        """Something of this conversation waits."""
        self._again.add(id)
        if id not in self._tasks and self._http is not None:
            self._tasks[id] = asyncio.create_task(self._run(id, self._http))

    async def resume(self) -> None:
        """Take up what waited before a restart; what was on its way is in doubt."""
        for result, number in (await self._rows.take_up()).items():
            self._metrics.outbound.labels(channel="", result=result).inc(number)
        for id in await self._rows.with_waiting():
            self.kick(id)

    async def stop(self, seconds: float) -> None:
        """Let what is on its way arrive, at most so long."""
        self._http = None
        if self._tasks:
            await asyncio.wait(self._tasks.values(), timeout=seconds)
        for task in list(self._tasks.values()):
            task.cancel()

    async def _run(self, id: str, http: aiohttp.ClientSession) -> None:
        pause = 0.5
        try:
            while id in self._again:
                self._again.discard(id)
                try:
                    while self._http is not None and await self._next(id, http):
                        pause = 0.5
                except (Gone, KeyGone):
                    pass
                except STORE_FAILURES as failure:
                    log.error("store_failed", kind=type(failure).__name__)
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, 20.0)
                    self._again.add(id)
        finally:
            del self._tasks[id]

    async def _next(self, id: str, http: aiohttp.ClientSession) -> bool:
        """Do what comes next for a conversation; False where nothing can be done."""
        row = await self._rows.next(id)
        if row is None:
            return False
        conversation = await self._store.get(id)
        channel = self._channel(conversation.channel)
        address = await self._addresses.of(id)
        if channel is None:
            return False  # switched off meanwhile: it goes with its conversation
        if address is None:
            await self._rows.drop(id)
            return False
        wait = row.due_at - self._clock()
        if wait > 0:
            await asyncio.sleep(min(wait, LONGEST_NAP))
        elif row.ready is None:
            await self._rows.shaped(row, await self._shape(conversation, row.seq, channel.capabilities))
        elif address.stopped:
            await self._give_up(row, channel.name, "blocked", "stopped")
        elif self._too_late(conversation, row, channel.capabilities):
            await self._give_up(row, channel.name, "window_closed", "known")
        else:
            await self._send(row, row.ready, channel, address, http)
        return True

    async def _shape(
        self, conversation: Conversation, seq: int, can: Capabilities
    ) -> list[tuple[dict[str, Any], bool]]:
        lines = await self._store.lines(conversation.id)
        line = next((one for one in self._veil.lift(conversation.id, lines) if one.seq == seq), None)
        if line is None:
            return []
        parts = shape(message_of(line, self._words), can, phrases(self._words), first_number(lines, seq))
        keyed = [replace(part, key=secrets.token_hex(16)) for part in parts]
        # what carries a key that the platform knows can be repeated without harm, as if it were urgent
        return [(asdict(part), can.keys or "112" in part.text) for part in keyed]

    def _too_late(self, conversation: Conversation, row: Row, can: Capabilities) -> bool:
        window = can.human_window if row.sender == "counsellor" else can.window
        return window is not None and self._clock() - conversation.visitor_at > window

    async def _send(
        self, row: Row, ready: dict[str, Any], channel: Channel, address: Address, http: aiohttp.ClientSession
    ) -> None:
        await self._limits.turn(channel.name, channel.capabilities, row.conversation)
        if not await self._rows.begin(row):
            return  # recalled while it waited for its turn
        try:
            id = await channel.send(http, as_outbound(ready, address.to))
        except SendFailed as failure:
            await self._failed(row, channel, failure)
        except Exception as defect:  # of a connector: it must not stop what comes after
            log.error("send_failed", channel=channel.name, kind=type(defect).__name__)
            await self._give_up(row, channel.name, "refused", type(defect).__name__)
        else:
            await self._rows.sent(row, channel.name, id)
            self._count(channel, "sent")
            if row.sender == "counsellor":
                self._tell(row.conversation)

    async def _failed(self, row: Row, channel: Channel, failure: SendFailed) -> None:
        attempts = row.attempts + 1
        log.warning("not_sent", channel=channel.name, failure=failure.name, code=failure.code, attempts=attempts)
        if failure.name == "in_doubt" and not (row.urgent and attempts < MOST_REPEATS):
            await self._rows.doubt(row)
            self._count(channel, "doubt")
        elif (FAILURES[failure.name].retry or failure.name == "in_doubt") and attempts < MOST_ATTEMPTS:
            wait = backoff(attempts) if failure.retry_after is None else failure.retry_after + random.random()  # noqa: S311
            if failure.name == "misconfigured":
                wait = max(wait, MISCONFIGURED_SECONDS)
            if failure.whole:
                self._limits.pause(channel.name, wait)
            await self._rows.later(row, self._clock() + wait, failure.name)
            self._count(channel, "repeated" if failure.name == "in_doubt" else "later")
        else:
            await self._give_up(row, channel.name, failure.name, failure.code)
        if failure.name in GONE:
            await self._gone(row.conversation)
        self._tell(row.conversation)

    async def _give_up(self, row: Row, channel: str, failure: str, code: str) -> None:
        await self._rows.failed(row, channel, failure, code)
        self._metrics.outbound.labels(channel=channel, result="failed").inc()
        self._tell(row.conversation)

    def _count(self, channel: Channel, result: str) -> None:
        self._metrics.outbound.labels(channel=channel.name, result=result).inc()

    def _tell(self, conversation: str) -> None:
        """A counsellor who has it open sees what became of it."""
        self._live.tell_consoles("changed", conversation)


def addressed(parts: list[Outbound], to: str) -> list[Outbound]:
    """Give shaped messages their address."""
    return [replace(part, to=to) for part in parts]
