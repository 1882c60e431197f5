"""The calendar feed: busy, in UTC, and not a word more; its address is a secret that only a hash is stored of."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from icalendar import Calendar
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.booking.calendar import CalendarFeed, feed_of
from gateway.booking.plan import Plan
from gateway.booking.rules import AUDIENCES, KINDS
from gateway.storage.schema import counsellors
from gateway.storage.staff import Staff
from tests.bookings import MONDAY, call, published, visit
from tests.conftest import Clock


@pytest.fixture
def feed(plan: Plan, staff: Staff, clock: Clock) -> CalendarFeed:
    return CalendarFeed(plan, staff, "Upptagen", clock)


async def test_the_feed_says_busy_in_utc_and_nothing_else(plan: Plan, feed: CalendarFeed, clock: Clock) -> None:
    (one,) = await published(plan, visit(audience="buyers", staff_needed=2))
    (other,) = await published(plan, call(MONDAY.replace(hour=15)), counsellor=2)
    await plan.join(one.id, 2)
    given = await feed.read(await feed.renew(2))
    assert given is not None
    events = Calendar.from_ical(given).walk("VEVENT")
    assert [(event.decoded("dtstart"), event.decoded("dtend"), str(event["summary"])) for event in events] == [
        (datetime(2026, 11, 30, 9, tzinfo=UTC), datetime(2026, 11, 30, 10, tzinfo=UTC), "Upptagen"),
        (datetime(2026, 11, 30, 14, tzinfo=UTC), datetime(2026, 11, 30, 15, tzinfo=UTC), "Upptagen"),
    ]
    assert {name for event in events for name in event} == {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "CLASS"}
    assert len({str(event["uid"]) for event in events}) == 2
    text = given.decode().lower()
    words = [*KINDS, *AUDIENCES, "centrum", "annexet", "besök", "bokad", "booked", "alva", "bo\r", one.id, other.id]
    assert [word for word in words if word in text] == []


async def test_booked_or_free_the_feed_is_the_same(plan: Plan, clock: Clock) -> None:
    (time,) = await published(plan, visit())
    assert feed_of([time], "Upptagen", 0) == feed_of([replace(time, booked=True, audience="buyers")], "Upptagen", 0)


async def test_moments_are_right_on_both_sides_of_a_change(plan: Plan, feed: CalendarFeed, clock: Clock) -> None:
    clock.now = datetime(2026, 3, 1, tzinfo=UTC).timestamp()
    start = datetime(2026, 3, 28, 10)
    await published(plan, call(start, every_weeks=1, until=date(2026, 4, 4)), call(datetime(2026, 10, 25, 10)))
    given = await feed.read(await feed.renew(1))
    assert given is not None
    starts = [event.decoded("dtstart").isoformat() for event in Calendar.from_ical(given).walk("VEVENT")]
    assert starts == ["2026-03-28T09:00:00+00:00", "2026-04-04T08:00:00+00:00", "2026-10-25T09:00:00+00:00"]
    assert b"TZID" not in given


async def test_only_a_hash_of_the_secret_is_stored_and_a_new_one_ends_the_old(
    feed: CalendarFeed, staff: Staff, database: AsyncEngine
) -> None:
    first, bos = await feed.renew(1), await feed.renew(2)
    second = await feed.renew(1)
    assert (len(second), len({first, second, bos})) == (43, 3)  # 256 bits
    assert await feed.read(first) is None
    assert b"BEGIN:VCALENDAR" in (await feed.read(second) or b"")
    assert b"BEGIN:VCALENDAR" in (await feed.read(bos) or b"")
    async with database.connect() as connection:
        stored = (
            (await connection.execute(select(counsellors.c.calendar_hash).order_by(counsellors.c.id))).scalars().all()
        )
    assert stored == [hashlib.sha256(second.encode()).hexdigest(), hashlib.sha256(bos.encode()).hexdigest(), None]
    await staff.set(1, disabled=True)
    assert await feed.read(second) is None
