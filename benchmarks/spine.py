"""From `say` to `answered` through the whole house, and what each process weighs.

    .venv/bin/python benchmarks/spine.py [messages]

Starts a system of its own, asks real questions over real sockets one after the other, and prints the median
and the 95th percentile in milliseconds; the same for the engine alone in the same run, and the ratio, since
machines are noisy. Memory is the resident set of each process after the run, in MB.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parent.parent))

from gateway.engine_client import EngineClient
from tests.system import System, Visitor

QUESTIONS = [
    "är jag anonym här?", "vad kostar det", "jag vill sluta men har inte råd", "han tar mina pengar",
    "kan man få sova nånstans", "blir mina föräldrar kontaktade", "är det olagligt att sälja", "tack", "vad är kast",
    "hur polisanmäler jag",
]  # fmt: skip
MESSAGES = 300


def _figures(name: str, seconds: list[float]) -> float:
    milliseconds = sorted(1000 * one for one in seconds)
    median = statistics.median(milliseconds)
    print(f"{name}: median {median:.1f} ms, p95 {milliseconds[int(0.95 * len(milliseconds))]:.1f} ms, n {len(seconds)}")
    return median


async def _through_the_house(base: str, messages: int) -> list[float]:
    taken = []
    while len(taken) < messages:
        async with Visitor(base) as visitor:  # ten messages each, as a real conversation has
            for question in QUESTIONS:
                started = time.perf_counter()
                await visitor.say(question)
                taken.append(time.perf_counter() - started)
                await asyncio.sleep(0.02)
    return taken


async def _engine_alone(url: str, messages: int) -> list[float]:
    client, taken = EngineClient(url, 30), []
    now = datetime.now(UTC).isoformat()
    for number in range(messages):
        started = time.perf_counter()
        metadata = {"mode": "talk", "now": now, "hours_open": True, "channel": "web"}
        await client.ask(QUESTIONS[number % len(QUESTIONS)], None, metadata)
        taken.append(time.perf_counter() - started)
    await client.close()
    return taken


def main() -> None:
    messages = int(sys.argv[1]) if len(sys.argv) > 1 else MESSAGES
    system = System(Path(tempfile.mkdtemp()))
    started = time.monotonic()
    system.start()
    print(f"start until ready: {time.monotonic() - started:.1f} s")
    try:
        engine = _figures("engine alone, one call", asyncio.run(_engine_alone(system.running["engine"], messages)))
        house = _figures("say to answered", asyncio.run(_through_the_house(system.base, messages)))
        print(f"ratio: {house / engine:.2f}")
        for process in [psutil.Process(system.process.pid), *psutil.Process(system.process.pid).children()]:
            line = " ".join(process.cmdline())
            name = "engine" if "-m bot" in line else "gateway" if "-m gateway " in line else "varsam up"
            print(f"memory of {name}: {process.memory_info().rss / 1e6:.0f} MB")
    finally:
        system.stop()


if __name__ == "__main__":
    main()
