"""`varsam purge`: what is over is gone, as with the sweeper."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from gateway.cli import purge
from gateway.storage.database import connect, migrate
from gateway.storage.schema import counsellors, times
from tests.conftest import settings_for


def test_purge_removes_times_that_are_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings, now = settings_for(tmp_path), time.time()
    monkeypatch.setenv("VARSAM_ENV", "development")
    monkeypatch.setenv("VARSAM_VAR", str(settings.var))
    alva = {"id": 1, "name": "Alva", "password_hash": "-", "must_change": False, "disabled": False, "failures": 0}
    a_time = {
        "kind": "phone", "audience": "minors", "ends_at": 0.0, "buffer_seconds": 0.0, "staff_needed": 1, "counsellor": 1,
    }  # fmt: skip
    rows = [
        {**a_time, "id": id, "starts_at": end - 60, "ends_at": end} for id, end in (("over", now - 90000), ("not", now))
    ]

    async def before() -> None:
        await migrate(settings.database)
        database = connect(settings.database)
        async with database.begin() as connection:
            await connection.execute(insert(counsellors).values(**alva, away=False))
            await connection.execute(insert(times), rows)
        await database.dispose()

    async def left() -> list[str]:
        database = connect(settings.database)
        async with database.connect() as connection:
            ids = list((await connection.execute(select(times.c.id))).scalars())
        await database.dispose()
        return ids

    asyncio.run(before())
    purge()
    assert (asyncio.run(left()), capsys.readouterr().out) == (["not"], "erased 0 conversations, 0 mailboxes\n")
