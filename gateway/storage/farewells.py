"""Last words to somebody whose conversation is erased, and what is to be deleted in their app: kept for some minutes.

Each has a key of its own, made in the transaction that erases the conversation, and deleted when it is done.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field

from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from gateway.keyring import KeyGone, Keyring
from gateway.storage.schema import farewells

KEPT_SECONDS = 900.0


@dataclass
class Farewell:
    """Where it goes and what is left to do. `says`: the sentence that is said after; empty: none.

    ours, theirs: what is left to delete there, by the platform's ids; kept, deleted: how many of them could not be, and
    were. `letter`: a mailbox stays. said: how many of the messages that the last words make have gone out.
    """

    to: str
    says: str
    ours: list[str] = field(default_factory=list)
    theirs: list[str] = field(default_factory=list)
    kept: int = 0
    deleted: int = 0
    letter: bool = False
    said: int = 0


@dataclass(frozen=True)
class Row:
    id: str
    channel: str
    attempts: int
    due_at: float
    ends_at: float
    farewell: Farewell


class Farewells:
    """The one door to them."""

    def __init__(self, engine: AsyncEngine, keyring: Keyring, clock: Callable[[], float]) -> None:
        self._engine = engine
        self._writer = engine.execution_options(writes=True)
        self._keyring = keyring
        self._clock = clock

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """Write by itself what else is written in a conversation's change: there is none."""
        async with self._writer.begin() as connection:
            yield connection

    async def add(self, connection: AsyncConnection, channel: str, farewell: Farewell) -> None:
        """Keep one, in the transaction of what makes it necessary."""
        id, now = uuid.uuid4().hex, self._clock()
        await asyncio.to_thread(self._keyring.create, id)
        row = {
            "id": id, "channel": channel, "state": "pending", "attempts": 0, "due_at": now,
            "ends_at": now + KEPT_SECONDS, "sealed": self._keyring.seal(id, "farewell", asdict(farewell)),
        }  # fmt: skip
        await connection.execute(insert(farewells).values(**row))

    async def waiting(self) -> list[Row]:
        """Give those that are not done, oldest first; what cannot be read is removed."""
        async with self._engine.connect() as connection:
            rows = (await connection.execute(select(farewells).order_by(farewells.c.ends_at))).all()
        given = []
        for row in rows:
            try:
                inside = Farewell(**self._keyring.open(row.id, "farewell", row.sealed))
            except (KeyGone, TypeError):  # or written by another version of this program
                await self.done(row.id)
                continue
            if row.state == "pending":
                given.append(Row(row.id, row.channel, row.attempts, row.due_at, row.ends_at, inside))
        return given

    async def keep(self, row: Row) -> None:
        """Write down how far it has come; nothing is on its way."""
        await self._set(row.id, state="pending", sealed=self._keyring.seal(row.id, "farewell", asdict(row.farewell)))

    async def begin(self, row: Row) -> None:
        """One of its last words is on its way from now on; a restart does not say it twice."""
        await self._set(row.id, state="sending")

    async def later(self, row: Row, due_at: float) -> None:
        """Go on then, from where it has come to."""
        sealed = self._keyring.seal(row.id, "farewell", asdict(row.farewell))
        await self._set(row.id, state="pending", due_at=due_at, attempts=row.attempts + 1, sealed=sealed)

    async def done(self, id: str) -> None:
        """The key first, as everywhere."""
        await asyncio.to_thread(self._keyring.delete, id)
        async with self._writer.begin() as connection:
            await connection.execute(delete(farewells).where(farewells.c.id == id))

    async def take_up(self) -> None:
        """After a restart: what was being said may have arrived, and is not said again."""
        await self._remove(farewells.c.state == "sending")

    async def forget_old(self) -> None:
        """Delete those that should have come to their end long ago."""
        await self._remove(farewells.c.ends_at < self._clock() - KEPT_SECONDS)

    async def forget_all(self) -> None:
        await self._remove()

    async def _remove(self, *which: ColumnElement[bool]) -> None:
        async with self._engine.connect() as connection:
            ids = list((await connection.execute(select(farewells.c.id).where(*which))).scalars())
        for id in ids:
            await self.done(id)

    async def _set(self, id: str, **values: object) -> None:
        async with self._writer.begin() as connection:
            await connection.execute(update(farewells).where(farewells.c.id == id).values(**values))
