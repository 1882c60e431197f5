"""Rows of the table `times` as records of the rules. Who has booked one stays behind."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.booking.problems import NoSuchTime
from gateway.booking.rules import Time
from gateway.storage.schema import times

OURS = [column for column in times.c if column.name not in ("mailbox", "booked_at")]
BOOKED = times.c.mailbox.is_not(None).label("booked")


async def read(connection: AsyncConnection, *where: ColumnElement[bool], limit: int | None = None) -> list[Time]:
    """Give the times for which all of this holds, in order."""
    found = select(*OURS, BOOKED).where(*where).order_by(times.c.starts_at, times.c.id).limit(limit)
    rows = (await connection.execute(found)).all()
    return [Time(**{**row._mapping, "booked": bool(row.booked)}) for row in rows]


async def one(connection: AsyncConnection, id: str) -> Time:
    """Give one time. Raises NoSuchTime."""
    found = await read(connection, times.c.id == id)
    if not found:
        raise NoSuchTime
    return found[0]
