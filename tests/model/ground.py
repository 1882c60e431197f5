"""What many worlds stand on, one after the other: a migrated database, content, three counsellors."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

import psycopg
from sqlalchemy.ext.asyncio import AsyncEngine

from content.model import Content
from content.recognition import Recogniser
from content.registry import HERE, load_content
from content.risks import RiskLexicon
from gateway.storage import records
from gateway.storage.database import connect, migrate
from gateway.storage.staff import Staff
from tests.conftest import Clock, settings_for
from tests.model.engine import MARK
from tests.model.turnstile import sqlite_in_place
from tests.postgres import new_database

COUNSELLORS = 3


class Ears:
    """The risk lexicon, which hears the same words but once: it takes longer than everything else here."""

    def __init__(self, lexicon: RiskLexicon) -> None:
        self._risks = cache(lexicon.risks)
        self._hear = cache(lexicon.hear)

    def risks(self, text: str) -> Any:
        return self._risks(MARK.sub("", text))

    def hear(self, text: str) -> Any:
        return self._hear(MARK.sub("", text))


@dataclass
class Ground:
    """`direct` is a second, synchronous connection for looking; it commits by itself."""

    url: str
    engine: AsyncEngine
    direct: Any
    folder: Path
    content: Content
    lexicon: Ears
    recogniser: Recogniser
    counsellors: list[records.Counsellor]

    def __post_init__(self) -> None:
        self.settings = cache(lambda hours: settings_for(self.folder, self.url, hours=hours, master_key="00" * 32))


def direct_connection(url: str) -> Any:
    """Open a synchronous connection, past all of our own code."""
    if url.startswith("sqlite"):
        return sqlite3.connect(url.partition("///")[2], isolation_level=None)
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)


@contextmanager
def ground_for(kind: str, server: Callable[[], str], runner: asyncio.Runner, in_place: bool = True) -> Iterator[Ground]:
    """Make the ground on a database of a kind. `server` gives a PostgreSQL server; `in_place`: SQLite on this thread.

    Its folder is in memory where there is one: a disk's time is not what is explored here.
    """
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(dir=memory)))
        sqlite = kind == "sqlite"
        # Real seconds: a machine that stands still for six of them is no outage of the store.
        stack.enter_context(mock.patch("gateway.intake.STORE_SECONDS", None))
        if sqlite and in_place:
            stack.enter_context(sqlite_in_place())
        url = f"sqlite+aiosqlite:///{folder / 'varsam.sqlite'}" if sqlite else new_database(server())
        engine = connect(url)
        ground = runner.run(_make(url, engine, folder))
        yield ground
        ground.direct.close()
        runner.run(engine.dispose())


async def _make(url: str, engine: AsyncEngine, folder: Path) -> Ground:
    await migrate(url)
    staff = Staff(engine, Clock())
    people = [await staff.add(f"Kurator {number}", "-", must_change=False) for number in range(COUNSELLORS)]
    lexicon = Ears(RiskLexicon.load(HERE / "risks.yml"))
    return Ground(url, engine, direct_connection(url), folder, load_content(), lexicon, Recogniser.load(HERE), people)
