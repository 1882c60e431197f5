"""While a platform answers, a row may go and another come: the late answer must not become the other's."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.keyring import Keyring
from gateway.storage.outbox import OutboxRows
from gateway.storage.schema import outbox
from gateway.storage.store import Store
from tests.conftest import Clock


async def test_a_row_gets_no_id_that_another_had(
    store: Store, database: AsyncEngine, keyring: Keyring, clock: Clock
) -> None:
    rows = OutboxRows(database, keyring, clock)
    first, second = [(await store.begin("telegram"))[0].id for _ in range(2)]
    async with store.change(first) as change:
        await change.add("bot", {"text": "till den första"})
    begun = await rows.next(first)
    assert begun is not None
    assert await rows.begin(begun)
    await store.erase(first)
    async with store.change(second) as change:
        await change.add("bot", {"text": "till den andra"})
    assert not await rows.begin(begun)
    await rows.doubt(begun)
    async with database.connect() as connection:
        assert (await connection.execute(select(outbox.c.conversation, outbox.c.state))).all() == [(second, "pending")]
