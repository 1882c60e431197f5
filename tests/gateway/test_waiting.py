"""What waiting visitors are told of the wait: an interval that is known, or nothing."""

from __future__ import annotations

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.app import Gateway
from gateway.handoff import Event
from gateway.storage.schema import waits
from gateway.storage.store import Store
from gateway.waiting import UsualWait, interval
from tests.conftest import Clock
from tests.connectors.test_webchat import bring
from tests.console_client import ConsoleClient
from tests.system import Visitor

MINUTE, DAY = 60.0, 24 * 3600.0


@pytest.mark.parametrize(
    ("seconds", "minutes"),
    [
        ([], None),
        ([300.0] * 19, None),
        ([300.0] * 20, (5, 5)),
        ([301.0] * 20, (6, 6)),  # up: a minute more than promised is worse than a minute less
        ([0.0] * 20, (1, 1)),
        ([5.0] * 20, (1, 1)),
        ([60.0 * number for number in range(1, 21)], (10, 18)),
        ([60.0 * number for number in range(20, 0, -1)], (10, 18)),
        ([60.0] * 18 + [3600.0] * 2, (1, 1)),
        ([60.0] * 17 + [3600.0] * 3, (1, 60)),
        ([60.0 * number for number in range(1, 26)], (13, 23)),
    ],
)
def test_interval_is_p50_and_p90_in_whole_minutes(seconds: list[float], minutes: tuple[int, int] | None) -> None:
    assert interval(seconds) == minutes


async def add(database: AsyncEngine, at: float, *seconds: float) -> None:
    async with database.begin() as connection:
        await connection.execute(insert(waits), [{"at": at, "seconds": one} for one in seconds])


async def test_minutes_counts_fourteen_days(store: Store, database: AsyncEngine, clock: Clock) -> None:
    await add(database, clock() - 14 * DAY - 1, *[6000.0] * 30)
    await add(database, clock() - 14 * DAY, *[120.0] * 19)
    assert await UsualWait(store, clock).minutes() is None
    await add(database, clock(), 120.0)
    assert await UsualWait(store, clock).minutes() == (2, 2)


async def test_minutes_is_read_anew_after_a_minute(store: Store, database: AsyncEngine, clock: Clock) -> None:
    usual = UsualWait(store, clock)
    assert await usual.minutes() is None
    await add(database, clock(), *[120.0] * 20)
    clock.pass_seconds(59)
    assert await usual.minutes() is None
    clock.pass_seconds(1)
    assert await usual.minutes() == (2, 2)


async def test_forget_old_deletes_after_twenty_eight_days(store: Store, database: AsyncEngine, clock: Clock) -> None:
    await add(database, clock(), 60.0)
    clock.pass_seconds(28 * DAY)
    await UsualWait(store, clock).forget_old()
    assert await store.waits(0) == [60.0]
    clock.pass_seconds(1)
    await UsualWait(store, clock).forget_old()
    assert await store.waits(0) == []


async def test_a_claim_leaves_its_wait_and_no_trace_of_whose_it_was(store: Store, clock: Clock) -> None:
    begun, _ = await store.begin("web")
    async with store.change(begun.id) as change:
        await change.step(Event.HANDOFF_REQUESTED)
    clock.pass_seconds(90)
    async with store.change(begun.id) as change:
        await change.step(Event.CLAIMED)
    await store.erase(begun.id)
    assert (await store.waits(clock()), set(waits.c.keys())) == ([90.0], {"id", "at", "seconds"})


async def test_only_those_who_wait_are_told(
    visitor: Visitor, gateway: Gateway, clock: Clock, alva: ConsoleClient
) -> None:
    await add(gateway.database, clock() - DAY, *[150.0] * 10, *[500.0] * 10)
    key = await bring(gateway, visitor, Event.HANDOFF_REQUESTED)
    waiting = (await visitor.until("state"))[-1]
    assert waiting == {"type": "state", "state": "waiting", "position": 1, "wait_minutes": [3, 9]}
    await alva.claim(key)
    human = (await visitor.until("state"))[-1]
    assert human == {"type": "state", "state": "human", "position": None, "wait_minutes": None}


async def test_where_too_little_is_known_nothing_is_promised(visitor: Visitor, gateway: Gateway) -> None:
    await bring(gateway, visitor, Event.HANDOFF_REQUESTED)
    assert (await visitor.until("state"))[-1]["wait_minutes"] is None


async def test_the_sweeper_forgets_old_waits(visitor: Visitor, gateway: Gateway, clock: Clock) -> None:
    await add(gateway.database, clock() - 28 * DAY - 1, 60.0)
    await gateway.sweeper.sweep()
    async with gateway.database.connect() as connection:
        assert (await connection.execute(select(func.count()).select_from(waits))).scalar_one() == 0
