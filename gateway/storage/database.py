"""Connects to SQLite or PostgreSQL, and brings the schema up to date before anything else runs."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, event, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from gateway.storage.in_place import IMMEDIATE, in_place

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_SECONDS = 5
# Those who wait to write hold one each; opening one costs more than keeping it.
SQLITE_CONNECTIONS = 40


class DatabaseError(Exception):
    """The database cannot be used. The message says what to do."""


def connect(url: str) -> AsyncEngine:
    """Give an engine for an asynchronous SQLAlchemy URL. Parameters never reach a log or an error."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        creator = in_place(parsed, BUSY_SECONDS)
        engine = create_async_engine(url, hide_parameters=True, async_creator=creator, pool_size=SQLITE_CONNECTIONS)
        event.listen(engine.sync_engine, "connect", _sqlite_connection)
        event.listen(engine.sync_engine, "begin", _sqlite_begin)
        return engine
    return create_async_engine(
        url, hide_parameters=True, pool_pre_ping=True, pool_size=10, connect_args={"connect_timeout": BUSY_SECONDS}
    )


def _sqlite_connection(connection: Any, record: Any) -> None:
    connection.isolation_level = None  # the driver must not begin transactions on its own
    cursor = connection.cursor()
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _sqlite_begin(connection: Connection) -> None:
    # Writers queue at the start of a transaction instead of failing in the middle of one. Readers need none: each
    # statement sees what is committed, as on PostgreSQL.
    if connection.get_execution_options().get("writes", False):
        connection.exec_driver_sql(IMMEDIATE)


def _configuration(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    return config


def synchronous(url: str) -> str:
    """Give the same database's URL with a synchronous driver (psycopg 3 serves both ways)."""
    return url.replace("sqlite+aiosqlite://", "sqlite://")


def make_schema(url: str) -> None:
    """Do what `migrate` does, on this thread; the database's folder is there."""
    config = _configuration(synchronous(url))
    scripts = ScriptDirectory.from_config(config)
    known = {script.revision for script in scripts.walk_revisions()}
    engine = create_engine(synchronous(url), hide_parameters=True)
    try:
        with engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
        if current is not None and current not in known:
            raise DatabaseError(f"the database is newer than this program (revision {current}): start a newer Varsam")
        if current != scripts.get_current_head():
            command.upgrade(config, "head")
    finally:
        engine.dispose()


async def migrate(url: str) -> None:
    """Bring the schema to this program's version. Raises DatabaseError where the database is newer."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    await asyncio.to_thread(make_schema, url)
