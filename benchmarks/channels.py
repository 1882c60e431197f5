"""How soon a platform's call is acknowledged, and how many messages a second go through each messaging channel.

    .venv/bin/python benchmarks/channels.py [--messages 200] [--seconds 20] [--database-url URL]

A real gateway process, the engine's double beside it, the platforms as real servers in this process (tests/providers).
Acknowledgements are measured from the call to its answer: with the engine's process there and stopped, each at rest
and while all five channels are flooded and their platforms fail by mood (tests/soak/weather.py). Signal calls nobody.

Throughput: so many people write once, 16 at a time. `in`: acknowledged a second; `answered`: persons a second whose
phone has the answer, the greeting before it (two messages out); `ms`: the gateway's processor time for one of them, in
and out. Platforms' own limits hold (an SMS takes 0.6 s, a message by Signal 0.5 s), so that fewer are sent there. The
peer, in the same run, is the web chat: one POST /api/chat that begins a conversation and says a line, and then GETs
until it is answered; the ratios take the machine out.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import aiohttp
import psutil

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.channels.platforms import Platforms
from tests.gateway_process import EngineProcess, GatewayProcess
from tests.soak.crowd import SHARES, names
from tests.soak.weather import Weather

NAMES = tuple(SHARES)
AT_ONCE = 16
SLOW = ("sms", "signal")  # few a second, by the platform's own limits
CALLED = tuple(name for name in NAMES if name != "signal")
GAP = 0.05  # seconds between two measured calls
Line = tuple[float, float, float]


class Bench:
    """`numbers` gives each person a number that nobody had before."""

    def __init__(self, platforms: Platforms, gateway: GatewayProcess, http: aiohttp.ClientSession) -> None:
        self._platforms, self._gateway, self._http = platforms, gateway, http
        self._numbers = itertools.count(1)
        assert gateway.process is not None
        self._process = psutil.Process(gateway.process.pid)

    # -- acknowledgements

    async def say(self, channel: str) -> tuple[float, str]:
        """Have a new person write; give how long the acknowledgement took, in milliseconds, and what they wrote."""
        number = next(self._numbers)
        text = f"rad v{number}:1"
        request = self._platforms[channel].text(names(channel, number), text)
        began = time.perf_counter()
        status = await self._platforms.send(channel, self._gateway.base, request)
        taken = 1000 * (time.perf_counter() - began)
        if not 200 <= status < 300:
            raise AssertionError(f"{channel}: {status}")
        return taken, text

    async def one_by_one(self, count: int) -> dict[str, list[float]]:
        """Measure calls that come alone."""
        taken: dict[str, list[float]] = {name: [] for name in CALLED}
        for _ in range(count):
            for name in CALLED:
                taken[name].append((await self.say(name))[0])
                await asyncio.sleep(GAP)
        return taken

    async def flooded(self, seconds: float) -> dict[str, list[float]]:
        """Measure calls of which four of each channel are always under way."""
        taken: dict[str, list[float]] = {name: [] for name in CALLED}
        until = time.monotonic() + seconds

        async def flood(name: str) -> None:
            while time.monotonic() < until:
                took = (await self.say(name))[0]
                if name in taken:
                    taken[name].append(took)
                await asyncio.sleep(0.5 if name in SLOW else 0)

        await asyncio.gather(*(flood(name) for name in NAMES for _ in range(4)))
        return taken

    # -- throughput

    async def channel(self, name: str, count: int) -> Line:
        """Give persons in and answered a second, and processor time for one in milliseconds."""
        before, began = sum(self._process.cpu_times()[:2]), time.perf_counter()
        said = await self._many([partial(self.say, name)] * count)
        taken_in = time.perf_counter() - began
        waited = {text for _, text in said}
        while waited:
            await asyncio.sleep(0.05)
            everything = "\n".join(sent.text for sent in self._platforms[name].sent[-6 * count :]) + "\n"
            waited = {text for text in waited if f"Svar på: {text}\n" not in everything}
        return self._line(count, taken_in, time.perf_counter() - began, before)

    async def web(self, count: int) -> Line:
        before, began = sum(self._process.cpu_times()[:2]), time.perf_counter()
        tokens = await self._many([self._post] * count)
        taken_in = time.perf_counter() - began
        await self._many([partial(self._until_answered, token) for token in tokens])
        return self._line(count, taken_in, time.perf_counter() - began, before)

    async def _post(self) -> str:
        number = next(self._numbers)
        say = {"type": "say", "id": str(uuid.uuid4()), "text": f"rad v{number}:1"}
        address = f"10.{number // 62500 % 250}.{number // 250 % 250}.{number % 250 + 1}"
        given = await self._call("POST", {"X-Forwarded-For": address}, {"frames": [START, say]})
        if given[-1]["type"] != "accepted":
            raise AssertionError(given[-1])
        return str(given[0]["token"])

    async def _until_answered(self, token: str) -> None:
        while True:
            given = await self._call("GET", {"Authorization": f"Bearer {token}"})
            if any(frame["type"] == "answered" for frame in given):
                return
            await asyncio.sleep(0.1)

    async def _call(self, method: str, headers: dict[str, str], body: object = None) -> list[dict[str, str]]:
        url = f"{self._gateway.base}/api/chat"
        async with self._http.request(method, url, headers=headers, json=body) as answer:
            frames: list[dict[str, str]] = (await answer.json())["frames"]
            return frames

    async def _many(self, works: Iterable[Callable[[], Awaitable[Any]]]) -> list[Any]:
        """Do all of it, so many at once."""
        left, done = iter(works), []

        async def some() -> None:
            for work in left:
                done.append(await work())

        await asyncio.gather(*(some() for _ in range(AT_ONCE)))
        return done

    def _line(self, count: int, taken_in: float, answered: float, before: float) -> Line:
        spent = sum(self._process.cpu_times()[:2]) - before
        return count / taken_in, count / answered, 1000 * spent / count


START = {"type": "start", "token": None, "after": 0}


def _told(taken: list[float]) -> str:
    ordered = sorted(taken)
    p99 = ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))]
    return f"{statistics.median(ordered):.0f} / {p99:.0f} / {ordered[-1]:.0f} ({len(ordered)})"


async def _quiet(platforms: Platforms) -> None:
    """Wait until nothing more arrives on any phone."""
    before = -1
    while (now := sum(len(platforms[name].sent) for name in NAMES)) != before:
        before = now
        await asyncio.sleep(4)


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--messages", type=int, default=200, help="of each channel; a fifth of SMS and Signal")
    parser.add_argument("--seconds", type=float, default=20, help="of the flood")
    parser.add_argument("--database-url", default="", help="default: SQLite in a new folder")
    given = parser.parse_args()
    engine = EngineProcess(summons=None)
    await engine.start()
    async with Platforms() as platforms, aiohttp.ClientSession() as http:
        settings = {name.upper(): value for name, value in platforms.settings(names=NAMES).items()}
        settings["PUBLIC_ORIGIN"] = "http://localhost:8080"
        gateway = GatewayProcess(Path(tempfile.mkdtemp()), engine.url, given.database_url, **settings)
        await gateway.prepare(1)
        await gateway.start()
        try:
            await platforms["signal"].connected(30)
            await _measure(Bench(platforms, gateway, http), platforms, engine, given)
        finally:
            gateway.kill()
            engine.stop()


async def _measure(bench: Bench, platforms: Platforms, engine: EngineProcess, given: argparse.Namespace) -> None:
    print("| people a second | in | answered | ms | in: web's | ms: web's |\n|---|---|---|---|---|---|")
    web = await bench.web(given.messages)
    print(f"| web chat | {web[0]:.0f} | {web[1]:.0f} | {web[2]:.1f} | 1 | 1 |", flush=True)
    for name in NAMES:
        count = given.messages // 5 if name in SLOW else given.messages
        line = await bench.channel(name, count)
        called = (f"{line[0]:.0f}", f"{line[0] / web[0]:.1f}") if name in CALLED else ("-", "-")
        ratio = f"{line[2] / web[2]:.1f}"
        print(f"| {name} | {called[0]} | {line[1]:.1f} | {line[2]:.1f} | {called[1]} | {ratio} |", flush=True)
    await _quiet(platforms)
    found = {}
    for state in ("engine there", "engine stopped"):
        found[f"{state}, at rest"] = await bench.one_by_one(given.messages)
        await _quiet(platforms)
        for name in NAMES:
            platforms[name].moods = Weather(Random(name))
        found[f"{state}, flooded"] = await bench.flooded(given.seconds)
        for name in NAMES:
            platforms[name].moods.calm = True
        await _quiet(platforms)
        engine.stop()
    print("\n| acknowledged, ms: p50 / p99 / max (n) | " + " | ".join(found) + " |\n" + "|---" * (len(found) + 1) + "|")
    for name in CALLED:
        print(f"| {name} | " + " | ".join(_told(taken[name]) for taken in found.values()) + " |", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
