"""SQLite in place: a writer that is cancelled, at whatever moment, never keeps the others out."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

from sqlalchemy import text

from gateway.storage.database import connect

ROUNDS = 60


async def test_cancelled_writers_let_the_next_write(tmp_path: Path) -> None:
    engine = connect(f"sqlite+aiosqlite:///{tmp_path / 'x.sqlite'}")
    writer, drawn = engine.execution_options(writes=True), random.Random(1)

    async def write(hold: float) -> None:
        async with writer.begin() as connection:
            await connection.execute(text("INSERT INTO t VALUES (1)"))
            await asyncio.sleep(hold)

    async with writer.begin() as connection:
        await connection.execute(text("CREATE TABLE t (x INTEGER)"))
    for _ in range(ROUNDS):
        tasks = [asyncio.create_task(write(drawn.random() * 0.003)) for _ in range(6)]
        await asyncio.sleep(drawn.random() * 0.006)
        for task in tasks:
            if drawn.random() < 0.6:
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        async with asyncio.timeout(10):
            await write(0)
    await engine.dispose()
