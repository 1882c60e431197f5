"""What counsellors do with bookable times: publish, withdraw, take part. No rule breaks, however many do it at once.

Counsellors write one at a time (`_planning`), so what is read in a transaction stays true until it commits.
Visitors book meanwhile: where that matters, the row's own state is part of the statement.
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import and_, delete, insert, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from content.model import Booking
from gateway.booking.problems import Booked, NotFree, NotInIt
from gateway.booking.rows import one, read
from gateway.booking.rules import Request, Time, check, is_free, seconds_of, starts, why_not
from gateway.storage.schema import times

REACH = 2 * 86400.0  # seconds; further apart than this no two times concern each other
LOCK = 0x7661_7274  # "vart"; gateway/storage/single.py has the other one


@dataclass(frozen=True)
class LeftOut:
    """A start (local, naive) that was not published, and why: `past`, `holiday`, `closed`, `taken` or `adjoins`."""

    start: datetime
    why: str


class Plan:
    """`changed` is called after each commit that changed a time. `zone` is the organisation's.

    `chats_at` tells whether the chat is open at a local moment: whoever comes to a booked chat at another meets nobody.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        clock: Callable[[], float],
        zone: ZoneInfo,
        booking: Booking,
        is_holiday: Callable[[date], bool],
        chats_at: Callable[[datetime], bool],
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self._engine = engine
        self._writer = engine.execution_options(writes=True)
        self._clock = clock
        self._zone = zone
        self._booking = booking
        self._is_holiday = is_holiday
        self._chats_at = chats_at
        self._changed = changed

    def today(self) -> date:
        """The day it is by the wall clock."""
        return datetime.fromtimestamp(self._clock(), UTC).astimezone(self._zone).date()

    async def between(self, start: date, days: int) -> list[Time]:
        """Give the times of some local days, in order."""
        bounds = (datetime(day.year, day.month, day.day) for day in (start, start + timedelta(days=days)))
        first, last = (seconds_of(bound, self._zone) for bound in bounds)
        async with self._engine.connect() as connection:
            return await read(connection, times.c.starts_at >= first, times.c.starts_at < last)

    async def of(self, counsellor: int) -> list[Time]:
        """Give the times that somebody takes part in, in order."""
        async with self._engine.connect() as connection:
            return await read(connection, or_(times.c.counsellor == counsellor, times.c.second == counsellor))

    async def publish(self, counsellor: int, request: Request) -> tuple[list[Time], list[LeftOut]]:
        """Publish a time, or a series of them; what may not stand where it would is left out. Raises BadTime."""
        now = self._clock()
        check(request, self._booking, self.today())
        series = uuid.uuid4().hex if request.every_weeks is not None else None
        wanted = [(start, self._made(counsellor, request, start, series)) for start in starts(request)]
        published: list[Time] = []
        left_out: list[LeftOut] = []
        async with self._planning() as connection:
            others = await read(connection, times.c.ends_at > wanted[0][1].starts_at - REACH)
            for start, time in wanted:
                apart = self._booking.apart_minutes * 60
                why = why_not(time, [*others, *published], apart, now, start.date(), self._is_holiday)
                if why is None and request.kind == "chat" and not self._is_chat_open(start, request.minutes):
                    why = "closed"
                if why is None:
                    published.append(time)
                else:
                    left_out.append(LeftOut(start, why))
            if published:
                rows = [{name: value for name, value in vars(time).items() if name != "booked"} for time in published]
                await connection.execute(insert(times), rows)
        if published:
            self._changed()
        return published, left_out

    def _is_chat_open(self, start: datetime, minutes: int) -> bool:
        last = start + timedelta(minutes=minutes - 1)
        return self._chats_at(start) and self._chats_at(last)

    def _made(self, counsellor: int, request: Request, start: datetime, series: str | None) -> Time:
        starts_at = seconds_of(start, self._zone)
        return Time(
            id=uuid.uuid4().hex, kind=request.kind, place=request.place, audience=request.audience,
            starts_at=starts_at, ends_at=starts_at + request.minutes * 60, buffer_seconds=request.buffer_minutes * 60,
            staff_needed=request.staff_needed, counsellor=counsellor, second=None, series=series, booked=False,
        )  # fmt: skip

    async def withdraw(self, id: str, series: bool) -> int:
        """Withdraw a free time, with `series` all free ones of its series that are still to come; give how many.

        Anybody may: a time that a sick colleague cannot keep must not be booked. Raises NoSuchTime, and Booked where
        nothing was free.
        """
        async with self._planning() as connection:
            time, which = await one(connection, id), times.c.id == id
            if series and time.series is not None:
                which = or_(which, and_(times.c.series == time.series, times.c.starts_at > self._clock()))
            # locked by id, as a visitor's move does, so that nobody waits in a circle
            free = select(times.c.id).where(which, times.c.mailbox.is_(None)).order_by(times.c.id).with_for_update()
            ids = list((await connection.execute(free)).scalars())
            if not ids:
                raise Booked
            await connection.execute(delete(times).where(times.c.id.in_(ids)))
        self._changed()
        return len(ids)

    async def join(self, id: str, counsellor: int) -> Time:
        """Take part as the second counsellor. Raises NoSuchTime, NotFree."""
        async with self._planning() as connection:
            time = await one(connection, id)
            if time.second == counsellor:
                return time
            if time.second is not None:
                raise NotFree
            await self._fill(connection, time, counsellor, "second")
        self._changed()
        return replace(time, second=counsellor)

    async def leave(self, id: str, counsellor: int) -> Time:
        """Take no longer part as the second.

        Raises NoSuchTime, NotInIt, and Booked where two were promised to somebody: then hand over instead.
        """
        async with self._planning() as connection:
            time = await one(connection, id)
            if time.second != counsellor:
                raise NotInIt
            may = or_(times.c.mailbox.is_(None), times.c.staff_needed == 1)
            left = await connection.execute(update(times).where(times.c.id == id, may).values(second=None))
            if left.rowcount != 1:
                raise Booked
        self._changed()
        return replace(time, second=None)

    async def hand_over(self, id: str, leaving: int, to: int) -> Time:
        """Let one counsellor take another's part in a time, booked or not. Raises NoSuchTime, NotInIt, NotFree."""
        async with self._planning() as connection:
            time = await one(connection, id)
            if leaving not in time.staff:
                raise NotInIt
            part = "counsellor" if time.counsellor == leaving else "second"
            await self._fill(connection, time, to, part)
            time = await one(connection, id)
        self._changed()
        return time

    async def _fill(self, connection: AsyncConnection, time: Time, person: int, part: str) -> None:
        """Give somebody a part in a time if they have nothing else then. Raises NotFree."""
        near = (times.c.ends_at > time.starts_at - REACH, times.c.starts_at < time.ends_at + REACH)
        if person in time.staff or not is_free(person, time, await read(connection, *near)):
            raise NotFree
        await connection.execute(update(times).where(times.c.id == time.id).values({part: person}))

    @asynccontextmanager
    async def _planning(self) -> AsyncIterator[AsyncConnection]:
        """A transaction for one counsellor at a time: SQLite's writers queue anyway, PostgreSQL's at a lock."""
        async with self._writer.begin() as connection:
            if connection.dialect.name == "postgresql":
                await connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
            yield connection
