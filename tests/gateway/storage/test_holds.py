"""Why a counsellor no longer holds a conversation, from the audit rows, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.handoff import Event
from gateway.storage.holds import Holds
from gateway.storage.store import Store
from tests.conftest import Clock
from tests.gateway.test_delivery import holders

__all__ = ["holders"]

E = Event


async def bring(store: Store, *steps: tuple[Event, int | None]) -> str:
    begun, _ = await store.begin("web")
    async with store.change(begun.id) as change:
        await change.step(E.HANDOFF_REQUESTED)
        for event, actor in steps:
            assert await change.step(event, actor) is not None
    return begun.id


@pytest.mark.parametrize(
    "ending",
    [E.RELEASED_TO_BOT, E.CANCELLED_BY_VISITOR, E.REQUEUED, E.TRANSFERRED, E.COUNSELLOR_LOST, E.CLOSED, E.EXPIRED],
)
async def test_ended_by_gives_what_ended_the_latest_hold(
    store: Store, database: AsyncEngine, holders: tuple[int, int], ending: Event
) -> None:
    alva, bo = holders
    key = await bring(store, (E.CLAIMED, alva))
    assert await Holds(database).ended_by(key, alva) is None
    async with store.change(key) as change:
        await change.step(E.VISITOR_GONE)
        await change.step(E.CORRECTED, alva)
        await change.step(ending, bo if ending is E.TRANSFERRED else alva)
    assert await Holds(database).ended_by(key, alva) is ending


async def test_ended_by_is_not_what_happened_later_to_somebody_else(
    store: Store, database: AsyncEngine, holders: tuple[int, int]
) -> None:
    alva, bo = holders
    key = await bring(store, (E.CLAIMED, alva), (E.TRANSFERRED, bo), (E.REQUEUED, bo), (E.CLAIMED, bo), (E.CLOSED, bo))
    holds = Holds(database)
    assert (await holds.ended_by(key, alva), await holds.ended_by(key, bo)) == (E.TRANSFERRED, E.CLOSED)
    await store.erase(key)
    assert await holds.ended_by(key, alva) is None


async def test_lost_since_gives_ones_own_and_only_later_ones(
    store: Store, database: AsyncEngine, holders: tuple[int, int], clock: Clock
) -> None:
    alva, bo = holders
    await bring(store, (E.CLAIMED, alva), (E.COUNSELLOR_LOST, alva))
    clock.pass_seconds(10)
    since = clock()
    lost = await bring(store, (E.CLAIMED, alva), (E.COUNSELLOR_LOST, alva))
    await bring(store, (E.CLAIMED, bo), (E.COUNSELLOR_LOST, bo))
    await bring(store, (E.CLAIMED, alva), (E.REQUEUED, alva))
    assert await Holds(database).lost_since(alva, since) == [lost]
