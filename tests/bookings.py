"""Bookable times for tests: a calendar of two places, requests, and mailboxes without letters."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from content.model import Booking, Place, Way
from gateway.booking.plan import Plan
from gateway.booking.rules import Request, Time
from gateway.storage.schema import mailboxes, times

ZONE = ZoneInfo("Europe/Stockholm")
WAY = Way("Ring på dörren.", (), True)
PLACES = {name: Place(name, name.title(), "Dörr 1", WAY) for name in ("centrum", "annexet")}
RULES = Booking((15, 30, 60), 12, 2, 28, 60, PLACES, {"phone": WAY, "chat": WAY})
# The clock stands at Tuesday 2026-11-24 10:00; the first visit of these tests is the Monday after.
MONDAY = datetime(2026, 11, 30, 10)


def visit(start: datetime = MONDAY, **other: Any) -> Request:
    return Request(
        **{"kind": "visit", "place": "centrum", "audience": "exploited", "minutes": 60, **other, "start": start}
    )


def call(start: datetime = MONDAY, **other: Any) -> Request:
    return visit(start, **{"kind": "phone", "place": None, **other})


async def with_mailboxes(database: AsyncEngine, count: int) -> list[str]:
    """Put mailboxes in, as gateway/letters would; give their ids."""
    ids = [f"{number:032x}" for number in range(1, count + 1)]
    rows = [{"id": id, "lookup": id, "public_key": b"-", "created_at": 0.0, "expires_at": 2e9} for id in ids]
    async with database.begin() as connection:
        await connection.execute(insert(mailboxes), rows)
    return ids


async def links(database: AsyncEngine) -> dict[str, str]:
    """Give who has booked what: time by mailbox."""
    async with database.connect() as connection:
        rows = (await connection.execute(select(times.c.mailbox, times.c.id).where(times.c.mailbox.is_not(None)))).all()
    return {row.mailbox: row.id for row in rows}


async def published(plan: Plan, *requests: Request, counsellor: int = 1) -> list[Time]:
    """Publish; nothing may be left out."""
    results = [await plan.publish(counsellor, request) for request in requests]
    assert [left_out for _, left_out in results] == [[] for _ in requests]
    return [time for made, _ in results for time in made]
