"""One gateway is active on a database: a second waits here and takes over when the first is gone.

PostgreSQL: an advisory lock on a connection of its own. SQLite: a file lock beside the database. Both are let
go by the system when the process dies, however it dies.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

LOCK = 0x7661_7273  # "vars"
TRY_SECONDS = 0.5
log = structlog.get_logger()


@asynccontextmanager
async def only_one(database: AsyncEngine) -> AsyncIterator[None]:
    """Hold the database's lock, waiting for it as long as it takes."""
    if database.dialect.name == "sqlite":
        async with _file_lock(Path(f"{database.url.database}.lock")):
            yield
        return
    async with database.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        waiting = False
        while not (await connection.execute(text(f"SELECT pg_try_advisory_lock({LOCK})"))).scalar_one():
            if not waiting:
                log.info("waiting_for_the_active_gateway")
            waiting = True
            await asyncio.sleep(TRY_SECONDS)
        try:
            yield
        finally:
            with contextlib.suppress(SQLAlchemyError):  # a database that is gone has let the lock go by itself
                await connection.execute(text(f"SELECT pg_advisory_unlock({LOCK})"))


@asynccontextmanager
async def _file_lock(path: Path) -> AsyncIterator[None]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        waiting = False
        while not _try(descriptor):
            if not waiting:
                log.info("waiting_for_the_active_gateway")
            waiting = True
            await asyncio.sleep(TRY_SECONDS)
        yield
    finally:
        os.close(descriptor)


def _try(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
