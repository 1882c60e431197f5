"""Brings to a gateway that may be killed at any moment what people send, as each platform does, and keeps what it knows.

A platform repeats what was not acknowledged with 2xx, and now and then what was; Signal's container repeats nothing.
"""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field
from random import Random
from typing import Any

import aiohttp

from connectors.messaging import Request
from tests.channels.platforms import Platforms
from tests.providers.whatsapp import APP_SECRET
from tests.providers.whatsapp_phones import escaped, signed

NEVER = float("inf")
PAUSE = {"telegram": 0.6, "whatsapp": 0.4, "messenger": 0.4, "sms": 0.8}  # before the first repeat; it grows
LONGEST_PAUSE = 4.0
REPEATED = 0.08  # of what was acknowledged
DEAD = (aiohttp.ClientError, OSError, TimeoutError)


@dataclass
class Thing:
    """One thing a person has sent. `id`: the platform's; `refers`: that of what it edits or takes back.

    It came in at some moment from `first`, when it was first brought, to `acknowledged`, when that was first told.
    """

    person: str
    channel: str
    kind: str  # text | number | press | picture | edit | unsend | erase | stop | gone | link
    id: str
    request: Request
    mark: str = ""
    refers: str = ""
    first: float = NEVER
    acknowledged: float = NEVER
    brought: int = 0
    turned_away: int = 0  # told that it could not be stored, or not told anything
    pushed: list[float] = field(default_factory=list)


def together(platforms: Platforms, channel: str, requests: list[Request]) -> Request:
    """Give several requests as the one that a platform may make of them."""
    if channel == "messenger":
        joined: Request = platforms["messenger"].together(*requests)
        return joined
    bodies = [json.loads(request.body) for request in requests]
    if channel == "signal":
        return Request("GET", {}, {}, json.dumps(bodies, ensure_ascii=False).encode())
    entries = [entry for body in bodies for entry in body["entry"]]
    return signed(escaped({"object": bodies[0]["object"], "entry": entries}), APP_SECRET)


BATCHES = ("whatsapp", "messenger", "signal")


class Couriers:
    """`taken` holds how long each acknowledgement took, by channel; `refused` other answers by status."""

    def __init__(self, platforms: Platforms, base: str, source: Random) -> None:
        self._platforms = platforms
        self._base = base
        self._random = source
        self._tasks: set[asyncio.Task[Any]] = set()
        self.taken: dict[str, list[float]] = {}
        self.refused: dict[int, int] = {}
        self.repeats = 0
        self.hurry = False  # towards the end: nothing is repeated any more that was acknowledged

    def send(self, channel: str, request: Request, things: list[Thing]) -> asyncio.Task[None]:
        """Begin to bring something; done when it is acknowledged, or lost by the platform."""
        return self._start(self._bring(channel, request, things))

    def _start(self, work: Any) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def settle(self) -> None:
        """Wait until everything is brought."""
        self.hurry = True
        while self._tasks:
            await asyncio.gather(*self._tasks)

    async def _bring(self, channel: str, request: Request, things: list[Thing]) -> None:
        pause = PAUSE.get(channel, 0.0)
        while not await self._once(channel, request, things):
            if channel == "signal":
                return
            await asyncio.sleep(pause * (0.5 + self._random.random()))
            pause = min(2 * pause, LONGEST_PAUSE)
        if channel != "signal" and not self.hurry and self._random.random() < REPEATED:
            self._start(self._again(channel, request, things))

    async def _again(self, channel: str, request: Request, things: list[Thing]) -> None:
        await asyncio.sleep(self._random.random() * 4)
        self.repeats += 1
        await self._once(channel, request, things)

    async def _once(self, channel: str, request: Request, things: list[Thing]) -> bool:
        began = time.monotonic()
        for thing in things:
            thing.first = min(thing.first, began)
            thing.brought += 1
            thing.pushed.append(began)
        try:
            status = await self._platforms.send(channel, self._base, request)
        except DEAD:
            status = 0
        now = time.monotonic()
        if not 200 <= status < 300:
            self.refused[status] = self.refused.get(status, 0) + 1
            for thing in things:
                thing.turned_away += 1
            return False
        if channel != "signal":
            self.taken.setdefault(channel, []).append(now - began)
        for thing in things:
            thing.acknowledged = min(thing.acknowledged, now)
        return True
