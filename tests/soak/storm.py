"""A storm over the messaging channels: many people on five platforms, a real gateway killed at random, counsellors.

Providers answer in moods (tests/soak/weather.py) until all is said; then everything comes to rest, and is inspected.
A seed gives the same people with the same intentions, not the same order: that is the machine's.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from random import Random
from typing import Any

from connectors.registry import CHANNELS
from content.model import Content
from gateway.keyring import Keyring, master_keys
from tests.channels.platforms import Platforms
from tests.gateway_process import GatewayProcess
from tests.model.ground import direct_connection
from tests.model.reasons import Broken
from tests.soak.clients import CounsellorClient
from tests.soak.couriers import Couriers
from tests.soak.crowd import SHARES, Budget, Person, names
from tests.soak.stored import Stored, not_at_rest
from tests.soak.storm_inspector import Gaps, Inspector
from tests.soak.weather import Arrived, Weather

COUNSELLORS = 3
LIFE = (10.0, 40.0)  # seconds between a start and the kill
MOST_WAITING = 150  # things that are stored and not worked on: more than that the machine does not bear
REST_SECONDS = 900.0


class Storm:
    """One database, one gateway after the other. `things`: how many are sent; `people`: by how many; `worse`: weather.

    `figures` is what was counted, `by_channel` what became of what was sent there.
    """

    def __init__(
        self, folder: Path, engine: str, database_url: str, content: Content, seed: int, things: int,
        people: int = 0, per_second: float = 20.0, life: tuple[float, float] = LIFE, worse: float = 1.0,
    ) -> None:  # fmt: skip
        self._folder, self._engine, self._database_url = folder, engine, database_url
        self._content, self._random = content, Random(seed)
        self._things, self._life, self._worse = things, life, worse
        self._number = people or max(10, things // 25)
        self._budget = Budget(things, per_second)
        self.gaps = Gaps()
        self.figures: dict[str, Any] = {}
        self.by_channel: dict[str, dict[str, int]] = {}

    async def run(self) -> None:
        """Let it rage, let it come to rest, and look. Raises Broken."""
        platforms = Platforms()
        weathers = [self._spoil(platforms[name]) for name in SHARES]
        async with platforms:
            settings = {name.upper(): value for name, value in platforms.settings(names=tuple(SHARES)).items()}
            self.gateway = GatewayProcess(
                self._folder, self._engine, self._database_url, SWEEP_SECONDS="2", LOST_SECONDS="2",
                WAIT_MINUTES="0.3", BOT_MINUTES="600", PUBLIC_ORIGIN="http://localhost:8080", **settings,
            )  # fmt: skip
            staff = await self.gateway.prepare(COUNSELLORS)
            self._db = direct_connection(self.gateway.database_url)
            try:
                await self._blow(platforms, staff, weathers)
            finally:
                self.gateway.kill()
                self._db.close()

    def _spoil(self, provider: Any) -> Weather:
        weather = provider.moods = Weather(Random(self._random.random()), self._worse)
        provider.sent = Arrived()
        if hasattr(provider, "tries"):
            provider.tries = 1  # the couriers repeat
        return weather

    def _people(self, platforms: Platforms, couriers: Couriers) -> list[Person]:
        made = []
        channels = self._random.choices(list(SHARES), list(SHARES.values()), k=self._number)
        for number, channel in enumerate([*SHARES, *channels][: self._number], 1):
            connector = CHANNELS[channel](platforms.values(channel), "")
            source = Random(self._random.random())
            made.append(Person(platforms, connector, couriers, names(channel, number), number, source))
        return made

    async def _blow(self, platforms: Platforms, staff: list[str], weathers: list[Weather]) -> None:
        couriers = Couriers(platforms, self.gateway.base, Random(self._random.random()))
        people = self._people(platforms, couriers)
        ids = dict(self._db.execute("SELECT name, id FROM counsellors").fetchall())
        counsellors = [
            CounsellorClient(self.gateway.base, ids[name], name, Random(self._random.random())) for name in staff
        ]
        began, over = time.monotonic(), asyncio.Event()
        for counsellor in counsellors:
            await counsellor.__aenter__()
        killing = asyncio.create_task(self._kill_and_start(platforms, over))
        while not self.gaps.opened and not killing.done():
            await asyncio.sleep(0.05)
        pacing = asyncio.create_task(self._pace())
        helping = [asyncio.create_task(counsellor.live(over)) for counsellor in counsellors]
        try:
            await asyncio.gather(*(person.live(self._budget) for person in people))
            over.set()
            await asyncio.gather(killing, *helping)
            for weather in weathers:
                weather.calm = True
            await couriers.settle()
            raged = time.monotonic() - began
            await self._come_to_rest()
        finally:
            for task in (killing, pacing, *helping):
                task.cancel()
            await asyncio.gather(killing, pacing, *helping, return_exceptions=True)
            for counsellor in counsellors:
                await counsellor.__aexit__()
        self.gateway.kill()
        self._inspect(platforms, people, counsellors)
        self._figure(couriers, weathers, people, counsellors, raged, time.monotonic() - began)

    async def _kill_and_start(self, platforms: Platforms, over: asyncio.Event) -> None:
        """Start, kill -9, start at once, until it is over; then it lives."""
        while True:
            await self.gateway.start(120)
            await platforms["signal"].connected(60)
            self.gaps.opened.append(time.monotonic())
            try:
                await asyncio.wait_for(over.wait(), self._random.uniform(*self._life))
                return
            except TimeoutError:
                self.gaps.kills.append(time.monotonic())
                self.gateway.kill()

    async def _pace(self) -> None:
        """Send no more than the machine bears: what waits for minutes is another test."""
        while True:
            self._budget.held = self._db.execute("SELECT count(*) FROM arrivals").fetchone()[0] > MOST_WAITING
            await asyncio.sleep(0.5)

    async def _come_to_rest(self) -> None:
        until = time.monotonic() + REST_SECONDS
        while left := not_at_rest(self._db):
            if time.monotonic() > until:
                raise Broken(f"it does not come to rest: {left}")
            await asyncio.sleep(0.5)

    def _inspect(self, platforms: Platforms, people: list[Person], counsellors: list[CounsellorClient]) -> None:
        var = self._folder / "var"
        keyring = Keyring(var / "keyring.sqlite", master_keys("", var, development=True))
        try:
            inspector = Inspector(
                Stored(self._db, keyring), self._content, platforms, people, counsellors, self.gaps
            )  # fmt: skip
            database = None if self._database_url else var / "varsam.sqlite"
            self.figures = inspector.inspect(self.gateway.log, database)
            self.by_channel = {name: dict(found) for name, found in inspector.by_channel.items()}
        finally:
            keyring.close()

    def _figure(
        self, couriers: Couriers, weathers: list[Weather], people: list[Person],
        counsellors: list[CounsellorClient], raged: float, whole: float,
    ) -> None:  # fmt: skip
        things = [thing for person in people for thing in person.things if thing.pushed]
        taken = sorted(one for some in couriers.taken.values() for one in some)
        drawn = {mood: sum(weather.drawn[mood] for weather in weathers) for mood in weathers[0].drawn}
        self.figures = {
            "messages": len(things), "people": len(people), "kills": len(self.gaps.kills),
            "seconds_raging": round(raged, 1), "seconds_to_rest": round(whole - raged, 1),
            "deliveries": sum(thing.brought for thing in things), "repeats": couriers.repeats,
            "not_acknowledged": {str(status): number for status, number in sorted(couriers.refused.items())},
            "acknowledged_ms": {
                "p50": round(1000 * taken[len(taken) // 2], 1), "p99": round(1000 * taken[int(0.99 * len(taken))], 1),
                "max": round(1000 * taken[-1], 1),
            },
            "moods": drawn, "claims_won": sum(len(one.won) for one in counsellors),
            "counsellors_lines": sum(len(one.said) for one in counsellors), **self.figures,
        }  # fmt: skip
