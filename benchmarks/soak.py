"""The hand-off explored for hours: 100,000 interleavings, with kill -9 of the gateway among the events.

    make soak [SECONDS=3600] [INTERLEAVINGS=100000] [OUT=soak.jsonl] [KINDS=sqlite,postgresql,sqlite-process,...]
              [MESSAGES=1000]

Six kinds take turns. `sqlite` and `postgresql` are the model of tests/model: everything in this process, one
transaction at a time, killed between and within transactions. `…-process` is a real gateway process with real
clients (tests/soak), killed with signal 9 at random moments; one life is one interleaving. `…-storm` is such a process
under MESSAGES messages through the five messaging channels, whose platforms fail by mood (tests/soak/storm.py); one
storm is one interleaving. The long form: `make soak KINDS=sqlite-storm MESSAGES=10000 INTERLEAVINGS=1`.

Each chunk is a line in OUT; with an OUT that exists it goes on after the last seed there. Progress is printed every
minute, a summary at the end. On the first violation: the seed, what was violated, exit code 1.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from random import Random
from shutil import rmtree
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any

import structlog

sys.path.insert(0, str(Path(__file__).parent.parent))

from content.model import Content
from content.registry import load_content
from tests.model.events import draw, play
from tests.model.ground import Ground, ground_for
from tests.model.reasons import Broken
from tests.model.world import World
from tests.postgres import new_database, postgres_server
from tests.soak.moody_engine import MoodyEngine
from tests.soak.siege import Siege
from tests.soak.storm import Storm

STEPS = 8
# Interleavings in one chunk of each kind; together they take a minute or two.
CHUNKS = {
    "sqlite": 300, "postgresql": 60, "sqlite-process": 5, "postgresql-process": 5, "sqlite-storm": 1,
    "postgresql-storm": 1,
}  # fmt: skip
Server = Callable[[], str]
Figures = dict[str, Any]


def inside(ground: Ground, runner: asyncio.Runner, first: int, count: int) -> Figures:
    """Play `count` interleavings of the model from seed `first` on."""
    transactions = 0
    for seed in range(first, first + count):
        try:
            transactions += runner.run(_play(ground, seed))
        except Broken as broken:
            broken.add_note(f"seed {seed}")
            raise
    return {"transactions": transactions}


async def _play(ground: Ground, seed: int) -> int:
    source = Random(seed)
    world = World(ground, hours=source.choice(("open", "schedule")))
    try:
        async with world:
            await play(world, draw(source, STEPS))
    except Broken as broken:
        broken.add_note("\n".join(world.history))
        raise
    return world.moment


async def besieged(kind: str, server: Server, content: Content, seed: int, lives: int) -> Figures:
    """Let a real gateway live and be killed `lives` times."""
    engine = MoodyEngine()
    await engine.start()
    try:
        with TemporaryDirectory() as folder:
            url = new_database(server()) if kind.startswith("postgresql") else ""
            siege = Siege(Path(folder), engine.url, url, content, seed)
            try:
                await siege.run(lives)
            except Broken as broken:
                broken.add_note(f"seed {seed}")
                raise
            return {"kills": siege.lives + 1, **siege.counts}
    finally:
        engine.stop()


async def stormed(kind: str, server: Server, content: Content, seed: int, messages: int) -> Figures:
    """Let one storm of so many messages blow over a real gateway."""
    engine = MoodyEngine()
    await engine.start()
    try:
        folder = Path(mkdtemp(prefix="storm"))
        url = new_database(server()) if kind.startswith("postgresql") else ""
        storm = Storm(folder, engine.url, url, content, seed, messages)
        try:
            await storm.run()
        except Broken as broken:
            broken.add_note(f"seed {seed}; database, keyring and log are left in {folder}")
            raise
        rmtree(folder)
        return {**storm.figures, "by_channel": storm.by_channel}
    finally:
        engine.stop()


class Ledger:
    """What has been done, in a file of JSON lines where one is given."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        lines = path.read_text().splitlines() if path is not None and path.exists() else []
        self.lines: list[Figures] = [json.loads(line) for line in lines]

    def next_seed(self, kind: str) -> int:
        return max((line["first"] + line["interleavings"] for line in self.lines if line["kind"] == kind), default=1)

    def add(self, line: Figures) -> None:
        self.lines.append(line)
        if self._path is not None:
            with self._path.open("a") as file:
                file.write(json.dumps(line) + "\n")

    def total(self, kind: str | None = None) -> int:
        return sum(line["interleavings"] for line in self.lines if kind in (None, line["kind"]))

    def summary(self) -> str:
        """Say for each kind how much was done, and how fast."""
        said = []
        for kind in CHUNKS:
            lines = [line for line in self.lines if line["kind"] == kind]
            seconds = sum(line["seconds"] for line in lines)
            if lines:
                numbers = {
                    name: sum(line.get(name, 0) for line in lines)
                    for name in (
                        "transactions",
                        "messages",
                        "kills",
                        "accepted",
                        "messages_seen",
                        "answered",
                        "doubt",
                        "repeated",
                        "claims_won",
                    )
                }
                more = ", ".join(f"{name} {number}" for name, number in numbers.items() if number)
                said.append(f"{kind}: {self.total(kind)} interleavings in {seconds:.0f} s ({more})")
        return "\n".join([*said, f"together {self.total()}"])


@contextmanager
def _kinds(names: list[str], messages: int) -> Iterator[dict[str, Callable[[int, int], Figures]]]:
    """Give for each kind what plays a chunk of it: (first seed, count) → figures."""
    with ExitStack() as stack:
        server = cache(lambda: stack.enter_context(postgres_server()))
        content = load_content()
        made: dict[str, Callable[[int, int], Figures]] = {}
        for name in names:
            if name.endswith("-storm"):

                def storm(first: int, count: int, name: str = name) -> Figures:
                    return asyncio.run(stormed(name, server, content, first, messages))

                made[name] = storm
            elif name.endswith("-process"):

                def siege(first: int, count: int, name: str = name) -> Figures:
                    return asyncio.run(besieged(name, server, content, first, count))

                made[name] = siege
            else:
                runner = stack.enter_context(asyncio.Runner())
                ground = stack.enter_context(ground_for(name, server, runner))

                def play_inside(
                    first: int, count: int, ground: Ground = ground, runner: asyncio.Runner = runner
                ) -> Figures:
                    return inside(ground, runner, first, count)

                made[name] = play_inside
        yield made


def soak(given: argparse.Namespace, ledger: Ledger) -> None:
    """Take turns until the time is over or enough is done. Raises Broken."""
    began = told = time.monotonic()
    names = given.kinds.split(",")
    with _kinds(names, given.messages) as kinds:
        while ledger.total() < given.interleavings and time.monotonic() - began < given.seconds:
            for name in names:
                first, start = ledger.next_seed(name), time.monotonic()
                figures = kinds[name](first, CHUNKS[name])
                seconds = round(time.monotonic() - start, 1)
                ledger.add({"kind": name, "first": first, "interleavings": CHUNKS[name], "seconds": seconds, **figures})
                if time.monotonic() - told > 60:
                    told = time.monotonic()
                    print(f"{told - began:.0f} s: {ledger.total()} of {given.interleavings}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--interleavings", type=int, default=100_000)
    parser.add_argument("--messages", type=int, default=1000, help="of one storm")
    parser.add_argument("--kinds", default=",".join(CHUNKS))
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))  # failures here are part of the play
    ledger = Ledger(given.out)
    try:
        soak(given, ledger)
    except Broken as broken:
        print("\n".join([f"VIOLATED: {broken}", *getattr(broken, "__notes__", [])]), flush=True)
        return 1
    finally:
        print(ledger.summary(), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
