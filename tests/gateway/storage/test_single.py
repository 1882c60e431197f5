"""Only one gateway is active on a database; the next takes over when it is gone."""

from __future__ import annotations

import asyncio

from gateway.storage.database import connect
from gateway.storage.single import only_one


async def test_a_second_waits_and_takes_over(database_url: str) -> None:
    first, second = connect(database_url), connect(database_url)
    order: list[str] = []

    async def next_one() -> None:
        async with only_one(second):
            order.append("second")

    async with only_one(first):
        waiting = asyncio.create_task(next_one())
        await asyncio.sleep(1.2)
        order.append("first ends")
    await asyncio.wait_for(waiting, 5)
    assert order == ["first ends", "second"]
    await first.dispose()
    await second.dispose()
