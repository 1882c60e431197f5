"""Counsellors and their sessions. Knows no conversation."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.storage.records import Counsellor, Session
from gateway.storage.schema import counsellors, sessions


class NameTaken(Exception):
    """A counsellor with that name exists."""


class Staff:
    """Reads and writes staff. Session tokens are stored as hashes."""

    def __init__(self, engine: AsyncEngine, clock: Callable[[], float]) -> None:
        self._engine = engine
        self._writer = engine.execution_options(writes=True)
        self._clock = clock

    async def add(self, name: str, password_hash: str, must_change: bool) -> Counsellor:
        """Add a counsellor. Raises NameTaken."""
        values = {
            "name": name, "password_hash": password_hash, "must_change": must_change, "disabled": False, "failures": 0,
            "away": False,
        }  # fmt: skip
        try:
            async with self._writer.begin() as connection:
                await connection.execute(insert(counsellors).values(**values))
        except IntegrityError as error:
            raise NameTaken(name) from error
        found = await self.named(name)
        assert found is not None  # it was inserted above
        return found

    async def named(self, name: str) -> Counsellor | None:
        return await self._one(counsellors.c.name == name)

    async def by_id(self, id: int) -> Counsellor | None:
        return await self._one(counsellors.c.id == id)

    async def with_calendar(self, hashed: str) -> Counsellor | None:
        return await self._one(counsellors.c.calendar_hash == hashed)

    async def all(self) -> list[Counsellor]:
        async with self._engine.connect() as connection:
            rows = (await connection.execute(select(counsellors).order_by(counsellors.c.name))).all()
        return [Counsellor(**row._mapping) for row in rows]

    async def _one(self, where: Any) -> Counsellor | None:
        async with self._engine.connect() as connection:
            row: Row[Any] | None = (await connection.execute(select(counsellors).where(where))).one_or_none()
        return Counsellor(**row._mapping) if row else None

    async def set(self, id: int, **values: Any) -> None:
        """Change a counsellor; disabling or a new password ends every session of theirs."""
        async with self._writer.begin() as connection:
            await connection.execute(update(counsellors).where(counsellors.c.id == id).values(**values))
            if values.get("disabled") or "password_hash" in values:
                await connection.execute(delete(sessions).where(sessions.c.counsellor == id))

    async def open_session(self, counsellor: int, seconds: float) -> tuple[str, str]:
        """Open a session; give its token and its CSRF token."""
        token, csrf, now = secrets.token_urlsafe(32), secrets.token_urlsafe(32), self._clock()
        values = {"token_hash": _hash(token), "counsellor": counsellor, "csrf": csrf, "seen_at": now}
        async with self._writer.begin() as connection:
            await connection.execute(delete(sessions).where(sessions.c.ends_at < now))
            await connection.execute(insert(sessions).values(**values, ends_at=now + seconds))
        return token, csrf

    async def session(self, token: str, idle_seconds: float) -> Session | None:
        """Give a session that is neither over nor idle for too long, of a counsellor who may work."""
        now = self._clock()
        found = (
            select(counsellors, sessions.c.csrf, sessions.c.seen_at, sessions.c.token_hash)
            .join(sessions, sessions.c.counsellor == counsellors.c.id)
            .where(sessions.c.token_hash == _hash(token), sessions.c.ends_at > now)
        )
        async with self._engine.connect() as connection:
            row = (await connection.execute(found)).one_or_none()
        if row is None or row.seen_at < now - idle_seconds or row.disabled:
            return None
        counsellor = Counsellor(**{column.name: row._mapping[column] for column in counsellors.c})
        if row.seen_at < now - idle_seconds / 10:
            async with self._writer.begin() as connection:
                await connection.execute(
                    update(sessions).where(sessions.c.token_hash == row.token_hash).values(seen_at=now)
                )
        return Session(counsellor, row.csrf, row.token_hash)

    async def close_session(self, token_hash: str) -> None:
        async with self._writer.begin() as connection:
            await connection.execute(delete(sessions).where(sessions.c.token_hash == token_hash))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
