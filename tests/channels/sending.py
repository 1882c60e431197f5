"""A talk through one platform, as tests of what goes out need it: quick to fail, quick to try again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select

from connectors.messaging import Outbound
from gateway.app import Gateway
from gateway.handoff import Event
from gateway.storage.schema import dead_letters, outbox
from tests.channels.platforms import Platforms
from tests.conftest import Clock, base_of

RESULTS = ("sent", "later", "repeated", "doubt", "failed", "recalled")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whoever waits looks up often; a call that hangs is given up soon; the pace of platforms is not kept to."""
    monkeypatch.setattr("connectors.wire.SECONDS", 0.3)
    monkeypatch.setattr("gateway.channels.outbox.LONGEST_NAP", 0.01)
    monkeypatch.setattr("gateway.channels.limits.Limits.turn", _at_once)
    return


async def _at_once(self: object, channel: str, can: object, chat: str | None = None) -> None:
    return None


class Gate:
    """Nobody's turn comes until it opens; `waiting`: how many have asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._opened, self.waiting = asyncio.Event(), 0
        monkeypatch.setattr("gateway.channels.limits.Limits.turn", self._turn)

    async def _turn(self, channel: str, can: object, chat: str | None = None) -> None:
        self.waiting += 1
        await self._opened.wait()

    def open(self) -> None:
        self._opened.set()


class Held:
    """A send that hangs, of what has `only` in it, until it ends so: well, or with a failure."""

    def __init__(self, sending: Sending, monkeypatch: pytest.MonkeyPatch, only: str) -> None:
        channel = sending.gateway.messaging.full(sending.name)
        assert channel is not None
        self._only, self._send, self.began = only, channel.send, asyncio.Event()
        self._end = asyncio.get_running_loop().create_future()
        monkeypatch.setattr(channel, "send", self._held)

    async def _held(self, http: Any, message: Outbound) -> str:
        if self._only in message.text:
            self.began.set()
            await asyncio.shield(self._end)
        return await self._send(http, message)

    def end(self, failure: Exception | None = None) -> None:
        if failure is None:
            self._end.set_result(None)
        else:
            self._end.set_exception(failure)


async def until(true: Callable[[], Any], seconds: float = 5) -> Any:
    """Wait until something is true; give it."""
    async with asyncio.timeout(seconds):
        while not (found := true()):
            await asyncio.sleep(0.01)
    return found


class Sending:
    """One channel of a gateway."""

    def __init__(self, gateway: Gateway, client: TestClient, platforms: Platforms, clock: Clock, name: str) -> None:
        self.gateway, self.platforms, self.clock, self.name = gateway, platforms, clock, name
        self.base = base_of(client)
        self.provider = platforms[name]
        self._turns = 0

    async def say(self, text: str, person: str = "") -> None:
        assert await self.platforms.say(self.name, self.base, text, person) == 200

    async def greeted(self, person: str = "", text: str = "hej") -> str:
        """Have somebody say their first word, and be answered; give the conversation."""
        known = set(await self.gateway.store.ids())
        await self.say(text, person)
        await self.platforms.until(self.name, 2, person)
        (id,) = set(await self.gateway.store.ids()) - known
        await self.settled(id)
        return id

    def texts(self, person: str = "") -> list[str]:
        return self.platforms.texts(self.name, person)

    async def rows(self, id: str) -> list[Any]:
        async with self.gateway.database.connect() as connection:
            mine = select(outbox).where(outbox.c.conversation == id).order_by(outbox.c.seq, outbox.c.part)
            return list((await connection.execute(mine)).all())

    async def settled(self, id: str, *states: str, seconds: float = 5) -> list[Any]:
        """Wait until the rows have these states, or none is on its way or waiting; give them."""
        async with asyncio.timeout(seconds):
            while True:
                rows = await self.rows(id)
                found = [row.state for row in rows]
                if found == list(states) or (not states and not {"pending", "sending"} & set(found)):
                    return rows
                await asyncio.sleep(0.01)

    async def speak(self, id: str, text: str, sender: str = "bot", **more: Any) -> int:
        """Say something without anybody asking; give its seq."""
        async with self.gateway.store.change(id) as change:
            return await change.add(sender, {"text": text, "choices": [], "contacts": [], **more})

    async def wait_for_human(self, id: str) -> None:
        async with self.gateway.store.change(id) as change:
            assert await change.step(Event.HANDOFF_REQUESTED) is not None

    async def claim(self, id: str, counsellor: int) -> None:
        await self.wait_for_human(id)
        await self.gateway.desk.claim(id, counsellor)

    def counted(self) -> dict[str, int]:
        """Give how many messages of this channel became what; what did not happen is left out."""
        labels = [
            (result, self.gateway.metrics.outbound.labels(channel=self.name, result=result)) for result in RESULTS
        ]
        return {result: int(one._value.get()) for result, one in labels if one._value.get()}

    async def dead(self) -> list[tuple[str, str, str, str]]:
        """Give channel, sender, failure and code of the dead letters."""
        async with self.gateway.database.connect() as connection:
            what = dead_letters.c
            found = select(what.channel, what.sender, what.failure, what.code).order_by(what.id)
            return [tuple(row) for row in (await connection.execute(found)).all()]
