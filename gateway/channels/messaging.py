"""Ties the messaging channels together: made once by `app`, started and stopped with it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import aiohttp
import structlog
from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncEngine

from connectors.messaging import Channel, Inbound, SendFailed
from connectors.wire import session
from gateway.channels.courier import After, Courier, backoff
from gateway.channels.farewell import FarewellBidder
from gateway.channels.greeting import Greeting
from gateway.channels.hooks import Hooks
from gateway.channels.inbox import Inbox
from gateway.channels.leaving import Leaving
from gateway.channels.limits import Limits
from gateway.channels.moving import Moving
from gateway.channels.outbox import Outbox
from gateway.channels.people import People
from gateway.channels.reception import Reception
from gateway.channels.settings import ChannelSettings
from gateway.channels.signpost import STORE_DOWN, Signpost
from gateway.channels.typing import Typing
from gateway.keyring import Keyring
from gateway.live import Live
from gateway.metrics import Metrics
from gateway.settings import Settings
from gateway.storage.addresses import Addresses
from gateway.storage.arrivals import Arrivals
from gateway.storage.failures import STORE_FAILURES
from gateway.storage.farewells import Farewell, Farewells
from gateway.storage.outbox import OutboxRows
from gateway.storage.store import Store
from gateway.taking import Taking
from gateway.turns import Turns
from gateway.veil import Veil
from gateway.words import Words

DRAIN_SECONDS = 8.0
FORGET_SECONDS = 600.0
LONGEST_DEAF = 300.0  # whatever a platform asks for, or something in between: nobody is heard meanwhile
SWITCHED_OFF_SECONDS = 3600.0  # what came just before a channel was switched off waits so long for it to come back
log = structlog.get_logger()


class Messaging:
    """The channels that are not off."""

    def __init__(
        self,
        settings: Settings,
        database: AsyncEngine,
        keyring: Keyring,
        store: Store,
        words: Words,
        veil: Veil,
        live: Live,
        metrics: Metrics,
        clock: Callable[[], float],
    ) -> None:
        self._origin = settings.public_origin or f"http://localhost:{settings.port}"
        self._modes: dict[str, ChannelSettings] = {one.name: one for one in settings.channels}
        self._channels = {one.name: one.made(settings.public_origin) for one in settings.channels}
        self._metrics = metrics
        self._clock = clock
        self._forgotten_at = 0.0
        self._store, self._words, self._veil, self._live = store, words, veil, live
        self._limits = limits = Limits()
        self.arrivals = Arrivals(database, keyring, clock)
        self.addresses = Addresses(database, keyring, clock)
        self.rows = OutboxRows(database, keyring, clock)
        self.farewells = Farewells(database, keyring, clock)
        self._bidder = FarewellBidder(self.farewells, self.full, words, limits, metrics, clock)
        after = After(self._unreachable, self._bid)
        courier = Courier(self.rows, store, live, limits, metrics, clock, after)
        self.outbox = Outbox(self.rows, self.addresses, store, self.full, words, veil, limits, clock, courier)
        self.moving = Moving(
            store, self.addresses, self.rows, self.farewells, words, self.full, self._bidder.kick
        )  # fmt: skip
        self._typing = Typing(store, self.addresses, self.full, clock)
        live.typing_out = self._type
        self._signpost = Signpost(words, limits, metrics, clock, self._signpost_text)
        self._store_down = Signpost(words, limits, metrics, clock, lambda: words.sentence("fallback"), STORE_DOWN)
        self.hooks = Hooks(self._channels.get, self._take, self._prove, self._not_stored, metrics)
        for one in settings.channels:
            metrics.channels.labels(channel=one.name, mode=one.mode).set(1)
        self._reception: Reception | None = None
        self._inbox: Inbox | None = None
        self._http: aiohttp.ClientSession | None = None
        self._tasks: list[asyncio.Task[None]] = []

    def serve(self, taking: Taking, turns: Turns, greeting: Greeting, leave: Callable[[str, str], None]) -> None:
        """Give what takes in: it needs what in turn needs this."""
        kick = self._bidder.kick
        leaving = Leaving(
            self.arrivals, self.addresses, self.rows, self.farewells, self._store, self._live, leave, kick
        )  # fmt: skip
        self._reception = Reception(
            self.arrivals, self.addresses, self.rows, self.farewells, self._store, taking, turns, greeting, self._words,
            self._veil, self._live, self._metrics, People(self.addresses, self._store), leaving, kick, self._link,
        )  # fmt: skip
        self._inbox = Inbox(self.arrivals, self._reception, self.rows, self._metrics, self._clock)

    def full(self, name: str) -> Channel | None:
        """Give a channel on which we talk with people."""
        mode = self._modes.get(name)
        return self._channels[name] if mode is not None and mode.mode == "full" else None

    def routes(self) -> list[web.RouteDef]:
        return self.hooks.routes()

    def _link(self, token: str) -> str:
        return f"{self._origin}/chat#fortsatt={token}"

    def _signpost_text(self) -> str:
        sentence = self._words.sentence
        return f"{sentence('signpost', link=f'{self._origin}/chat')}\n\n{sentence('signpost_numbers')}"

    def _type(self, id: str) -> None:
        """A counsellor writes to somebody who has no page open."""
        if self._http is not None and self._typing.is_due(id):
            self._start(self._typing.show(id, self._http))

    async def _unreachable(self, id: str) -> None:
        if self._reception is not None:
            await self._reception.cannot_be_reached(id)

    async def _bid(self, channel: str, farewell: Farewell) -> None:
        async with self.farewells.transaction() as connection:
            await self.farewells.add(connection, channel, farewell)
        self._bidder.kick()

    # -- in

    async def _take(self, channel: Channel, inbounds: list[Inbound]) -> None:
        """Store what came, or point the way. Raises what the store raises."""
        if self._http is None or self._inbox is None:
            raise OSError("not started, or stopping")  # the platform brings it again
        if self.full(channel.name) is None:
            for inbound in inbounds:
                self._metrics.inbound.labels(channel=channel.name, kind=inbound.kind).inc()
            self._signpost.take(channel, inbounds, self._http)
        else:
            await self._inbox.accept(channel.name, inbounds)
        for inbound in inbounds:
            if inbound.press:
                self._start(self._acknowledge(channel, inbound.press, self._http))

    async def _fetched(self, channel: Channel, inbounds: list[Inbound]) -> None:
        try:
            await self._take(channel, inbounds)
        except STORE_FAILURES:
            self._not_stored(channel, inbounds)
            raise

    def _not_stored(self, channel: Channel, inbounds: list[Inbound]) -> None:
        """The platform brings it again, who knows when: until then whoever has written is not met with silence."""
        if self._http is not None:
            self._store_down.take(channel, inbounds, self._http)

    async def _prove(self, channel: Channel, inbounds: list[Inbound]) -> None:
        """Show that a message would be taken, and count that it was shown. Raises what the store raises."""
        if self._http is None:
            raise OSError("not started, or stopping")
        if self.full(channel.name) is not None:
            await self._store.writable()
        self._metrics.inbound.labels(channel=channel.name, kind="loopback").inc()

    async def _acknowledge(self, channel: Channel, press: str, http: aiohttp.ClientSession) -> None:
        try:
            await channel.acknowledge_press(http, press)
        except SendFailed as failure:
            log.warning("press_not_acknowledged", channel=channel.name, failure=failure.name)

    async def _pull(self, channel: Channel, http: aiohttp.ClientSession) -> None:
        """Fetch for ever; a platform that does not answer is tried again."""
        failures = 0
        while True:
            began = asyncio.get_running_loop().time()
            self._metrics.fetching.labels(channel=channel.name).set(1)
            try:
                await channel.pull(http, lambda inbounds: self._fetched(channel, inbounds))
            except SendFailed as failure:
                log.warning("not_fetched", channel=channel.name, failure=failure.name, code=failure.code)
                wait = failure.retry_after
            except STORE_FAILURES as failure:
                log.error("store_failed", kind=type(failure).__name__)
                wait = None
            except Exception as defect:
                log.error("fetching_failed", channel=channel.name, kind=type(defect).__name__)
                wait = None
            else:
                wait = None
            self._metrics.fetching.labels(channel=channel.name).set(0)
            failures = 1 if asyncio.get_running_loop().time() - began > 60 else failures + 1
            await asyncio.sleep(min(60.0, backoff(failures)) if wait is None else min(wait, LONGEST_DEAF))

    # -- life

    async def start(self) -> None:
        """Take up what a restart has left, then work."""
        if not self._channels:
            return
        self._http = http = session()
        await self.outbox.resume()
        self.outbox.open(http)
        self._start(self._bidder.run(http))
        full = [channel for name, channel in self._channels.items() if self.full(name) is not None]
        if self._inbox is not None:
            self._inbox.start(full)
        for channel in self._channels.values():
            if channel.pulls:
                self._start(self._pull(channel, http))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.append(task)
        task.add_done_callback(self._tasks.remove)

    async def stop(self) -> None:
        """Take in no more, let arrive what is on its way, stop."""
        http, self._http = self._http, None
        if self._inbox is not None:
            await self._inbox.stop()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.gather(
            self.outbox.stop(DRAIN_SECONDS), self._bidder.stop(DRAIN_SECONDS), self._signpost.stop(2.0),
            self._store_down.stop(2.0),
        )  # fmt: skip
        if http is not None:
            await http.close()

    async def forget_old(self) -> None:
        """Delete what has had its time, every ten minutes. Raises what the store raises."""
        now = self._clock()
        if now - self._forgotten_at < FORGET_SECONDS:
            return
        full = [name for name in self._channels if self.full(name) is not None]
        for channel, number in (await self.arrivals.forget_of(full, now - SWITCHED_OFF_SECONDS)).items():
            log.warning("not_worked_on", channel=channel, number=number)
            await self.rows.bury(channel, "in", "visitor", "off", str(number), 1)
        await self.arrivals.forget_old()
        await self.addresses.forget_old()
        await self.rows.forget_old()
        await self.farewells.forget_old()
        self._forgotten_at = now
