"""Sends what waits in the outbox: one worker a conversation, so that its order is kept, however long one message takes.

Decides whether a message may go out now, later or not any more; `courier` hands it over. What the platform asks us to
wait is waited. What a machine said a quarter of an hour ago is not sent any more (docs/decisions/0014-outbox.md).
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import aiohttp
import structlog

from connectors.messaging import Capabilities, Channel, Outbound
from connectors.shaping import Phrases, shape
from gateway.channels.courier import Courier
from gateway.channels.limits import Limits
from gateway.channels.offered import first_number
from gateway.handoff import State
from gateway.keyring import KeyGone
from gateway.storage.addresses import Addresses
from gateway.storage.failures import STORE_FAILURES
from gateway.storage.outbox import OutboxRows, Row
from gateway.storage.records import Conversation, Gone
from gateway.storage.store import Store
from gateway.veil import Veil
from gateway.views import message_of
from gateway.words import Words

LONGEST_NAP = 5.0  # what is waited for is looked at again so often: it may have been recalled
MACHINE_SECONDS = 900.0  # what no counsellor has said comes within so long, or not at all
URGENT = "112"
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
        opens=words.sentence("app_opens"),
        unchecked=words.sentence("app_unchecked"),
    )


class Outbox:
    """`channel` gives a connector by name, None where the channel is off."""

    def __init__(
        self,
        rows: OutboxRows,
        addresses: Addresses,
        store: Store,
        channel: Callable[[str], Channel | None],
        words: Words,
        veil: Veil,
        limits: Limits,
        clock: Callable[[], float],
        courier: Courier,
    ) -> None:
        self._rows = rows
        self._addresses = addresses
        self._store = store
        self._channel = channel
        self._words = words
        self._veil = veil
        self._limits = limits
        self._clock = clock
        self._courier = courier
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._http: aiohttp.ClientSession | None = None
        self._stopping = asyncio.Event()

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
        for (channel, result), number in (await self._rows.take_up()).items():
            self._courier.count(channel, result, number)
        for id in await self._rows.with_waiting():
            self.kick(id)

    async def stop(self, seconds: float) -> None:
        """Hand nothing over any more, and let what is on its way arrive, at most so long."""
        self._http = None
        self._stopping.set()
        tasks = list(self._tasks.values())
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, id: str, http: aiohttp.ClientSession) -> None:
        pause = 0.5
        try:
            while id in self._again and not self._stopping.is_set():
                self._again.discard(id)
                try:
                    while not self._stopping.is_set() and await self._next(id, http):
                        pause = 0.5
                except (Gone, KeyGone):
                    pass
                except Exception as failure:  # also a defect: else what waits would wait for the person's next word
                    event = "store_failed" if isinstance(failure, STORE_FAILURES) else "outbox_failed"
                    log.error(event, kind=type(failure).__name__)
                    self._again.add(id)
                    await self._nap(pause)
                    pause = min(pause * 2, 20.0)
        finally:
            del self._tasks[id]

    async def _next(self, id: str, http: aiohttp.ClientSession, turn: bool = False) -> bool:
        """Do what comes next for a conversation; False where nothing can be done. `turn`: it has been waited for."""
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
        if row.sender == "bot" and conversation.state is State.HUMAN:
            await self._recall(id)
        elif address.stopped:
            await self._courier.give_up(row, channel.name, address.to, "blocked", "stopped")
        elif self._is_old(row):
            await self._courier.give_up(row, channel.name, address.to, "too_late", "waited")
        elif self._is_shut(conversation, row, channel.capabilities):
            await self._courier.give_up(row, channel.name, address.to, "window_closed", "known")
        elif row.attempts and (wait := row.due_at - self._clock()) > 0:  # never tried: due, also of a clock set back
            await self._nap(min(wait, LONGEST_NAP))
        elif row.ready is None:
            await self._shape(conversation, row, channel, address.to)
        elif turn:
            await self._courier.hand_over(row, channel, address.to, http)
        elif await self._turn(channel, id):
            return await self._next(id, http, turn=True)  # it may have grown old meanwhile, or the number another's
        return True

    async def _recall(self, id: str) -> None:
        async with self._store.change(id) as change:
            if change.conversation.state is State.HUMAN:
                await change.recall()

    async def _shape(self, conversation: Conversation, row: Row, channel: Channel, to: str) -> None:
        try:
            parts = await self._parts(conversation, row.seq, channel.capabilities)
        except (Gone, KeyGone, *STORE_FAILURES):
            raise
        except Exception as defect:  # of ours: it must not stop what comes after
            log.error("shaping_failed", channel=channel.name, kind=type(defect).__name__)
            await self._courier.give_up(row, channel.name, to, "refused", type(defect).__name__)
        else:
            await self._rows.shaped(row, parts)

    async def _parts(
        self, conversation: Conversation, seq: int, can: Capabilities
    ) -> list[tuple[dict[str, Any], bool]]:
        lines = await self._store.lines(conversation.id)
        line = next((one for one in self._veil.lift(conversation.id, lines) if one.seq == seq), None)
        if line is None:
            return []
        message = message_of(line, self._words)
        if line.sender != "counsellor":
            message = replace(message, text=self._words.content.in_apps.said(message.text))
        parts = shape(message, can, phrases(self._words), first_number(lines, seq, can))
        keyed = [replace(part, key=secrets.token_hex(16)) for part in parts]
        # what carries a key that the platform knows can be repeated without harm, as if it were urgent
        return [(asdict(part), can.keys or URGENT in part.text) for part in keyed]

    def _is_old(self, row: Row) -> bool:
        """Tell whether it would come out of nowhere, in a phone that somebody else may hold by now."""
        since = row.due_at if row.said_at is None else row.said_at
        return row.sender != "counsellor" and self._clock() - since > MACHINE_SECONDS

    def _is_shut(self, conversation: Conversation, row: Row, can: Capabilities) -> bool:
        window = can.human_window if row.sender == "counsellor" else can.window
        return window is not None and self._clock() - conversation.visitor_at > window

    async def _nap(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()

    async def _turn(self, channel: Channel, id: str) -> bool:
        """Wait until it may go out; False where we stop first."""
        turn = asyncio.ensure_future(self._limits.turn(channel.name, channel.capabilities, id))
        stop = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait({turn, stop}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stop.cancel()
            turn.cancel()
        return not self._stopping.is_set()


def addressed(parts: list[Outbound], to: str) -> list[Outbound]:
    """Give shaped messages their address."""
    return [replace(part, to=to) for part in parts]
