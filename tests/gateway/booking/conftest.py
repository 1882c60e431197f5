"""The plan and the visitors' side of it on each kind of database, with Alva, Bo and Cilla as staff."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.booking.plan import Plan
from gateway.booking.times import Times
from gateway.storage.staff import Staff
from tests.bookings import RULES, ZONE
from tests.conftest import Clock


@pytest_asyncio.fixture
async def staff(database: AsyncEngine, clock: Clock) -> Staff:
    """Alva is 1, Bo is 2, Cilla is 3."""
    made = Staff(database, clock)
    assert [(await made.add(name, "-", must_change=False)).id for name in ("Alva", "Bo", "Cilla")] == [1, 2, 3]
    return made


@pytest.fixture
def changes() -> list[None]:
    """As long as `changed` was called often."""
    return []


@pytest.fixture
def plan(database: AsyncEngine, clock: Clock, staff: Staff, changes: list[None]) -> Plan:
    """With a holiday on 25 December, and a chat that is open from 8 to 16.30."""

    def is_holiday(day: date) -> bool:
        return day == date(2026, 12, 25)

    def chats_at(moment: datetime) -> bool:
        return time(8) <= moment.time() < time(16, 30)

    return Plan(database, clock, ZONE, RULES, is_holiday, chats_at, lambda: changes.append(None))


@pytest.fixture
def booking(database: AsyncEngine, clock: Clock, staff: Staff, changes: list[None]) -> Times:
    return Times(database, clock, RULES, lambda: changes.append(None))
