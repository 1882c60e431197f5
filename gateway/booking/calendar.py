"""A counsellor's bookable times as a calendar feed (ICS): only that they are busy. Whoever has the address reads it.

No kind, place, audience, state, or name is in it: it is read by phones and mail programs that are not ours. Moments are
in UTC, which every program turns into its own zone, on both daylight-saving nights.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from icalendar import Calendar, Event

from gateway.booking.plan import Plan
from gateway.booking.rules import Time
from gateway.storage.staff import Staff


def feed_of(times: Iterable[Time], busy: str, now: float) -> bytes:
    """Give an ICS feed in which `busy` is all that is said of each time."""
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Varsam//1//SV")
    for time in times:
        event = Event()
        # not the time's own id: a visitor's browser has seen that
        event.add("uid", _hash(f"calendar|{time.id}")[:32])
        event.add("dtstamp", _utc(now))
        event.add("dtstart", _utc(time.starts_at))
        event.add("dtend", _utc(time.ends_at))
        event.add("summary", busy)
        event.add("class", "PRIVATE")
        calendar.add_component(event)
    feed: bytes = calendar.to_ical()
    return feed


class CalendarFeed:
    """Secret addresses of 256 random bits; only a hash is stored, and a new one is the end of the old."""

    def __init__(self, plan: Plan, staff: Staff, busy: str, clock: Callable[[], float]) -> None:
        self._plan = plan
        self._staff = staff
        self._busy = busy
        self._clock = clock

    async def renew(self, counsellor: int) -> str:
        """Give a counsellor a new secret; it is shown once and cannot be read again."""
        secret = secrets.token_urlsafe(32)
        await self._staff.set(counsellor, calendar_hash=_hash(secret))
        return secret

    async def read(self, secret: str) -> bytes | None:
        """Give the feed behind a secret; None where there is none, or its counsellor may not work any more."""
        counsellor = await self._staff.with_calendar(_hash(secret))
        if counsellor is None or counsellor.disabled:
            return None
        return feed_of(await self._plan.of(counsellor.id), self._busy, self._clock())


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _utc(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
