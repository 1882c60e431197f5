"""The takeover cannot race: the hand-off explored by hypothesis, transaction by transaction, on both databases.

Every example is one interleaving: up to eight steps of up to three events at once, each event's transactions let in
in an order of their own (docs/handoff-model.md). A failure is shrunk, and its interleaving printed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from tests.model.events import KINDS, Happening, Step, play
from tests.model.ground import COUNSELLORS, Ground, ground_for
from tests.model.reasons import Broken
from tests.model.world import VISITORS, World

# Together what `make test` promises: 2,000 interleavings, most of them where they are quick.
INTERLEAVINGS = {"sqlite": 1700, "postgresql": 300}
# Beside these, storms: nobody decides the order but the database.
STORMS = 25

HAPPENINGS = st.builds(
    Happening, st.sampled_from(KINDS), st.integers(0, max(VISITORS, COUNSELLORS) - 1), st.integers(0, 7)
)
STEPS = st.lists(
    st.builds(
        Step,
        st.none() | st.integers(0, VISITORS - 1),
        st.lists(HAPPENINGS, min_size=1, max_size=3).map(tuple),
        st.lists(st.integers(0, 4), max_size=12).map(tuple),
    ),
    min_size=5,
    max_size=8,
)


class Explorer:
    """Plays examples one after the other on one database, and counts them."""

    def __init__(self, kind: str, ground: Ground, runner: asyncio.Runner) -> None:
        self.kind = kind
        self._ground = ground
        self._runner = runner
        self.played = 0

    def explore(self, examples: int, free: bool = False) -> None:
        @settings(
            max_examples=examples, derandomize=True, database=None, deadline=None,
            suppress_health_check=list(HealthCheck), print_blob=False,
        )  # fmt: skip
        @given(steps=STEPS, hours=st.sampled_from(["open", "schedule"]))
        def play_one(steps: list[Step], hours: str) -> None:
            self.played += 1
            self._runner.run(self._play(steps, free, hours))

        play_one()

    async def _play(self, steps: list[Step], free: bool, hours: str) -> None:
        world = World(self._ground, free, hours)
        try:
            async with world:
                await play(world, steps)
        except Broken:
            note("\n".join(world.history))
            raise


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def free() -> bool:
    return False


@pytest.fixture
def explorer(kind: str, free: bool, request: pytest.FixtureRequest) -> Iterator[Explorer]:
    def server() -> str:
        return str(request.getfixturevalue("postgres"))

    with asyncio.Runner() as runner, ground_for(kind, server, runner, in_place=not free) as ground:
        yield Explorer(kind, ground, runner)


def test_no_interleaving_breaks_the_takeover(explorer: Explorer) -> None:
    explorer.explore(INTERLEAVINGS[explorer.kind])
    assert explorer.played >= INTERLEAVINGS[explorer.kind]


@pytest.mark.parametrize("free", [True])
def test_no_storm_breaks_the_takeover(explorer: Explorer) -> None:
    explorer.explore(STORMS, free=True)
    assert explorer.played >= STORMS
