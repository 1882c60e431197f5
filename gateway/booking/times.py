"""What a visitor does with bookable times, holding only a mailbox: see, book, move, cancel. Nobody can know by whom.

A booking is a compare-and-set on the time's own row. Locks are taken in one order, the mailbox before times and times
by id, so that nobody waits in a circle. What counsellors do with times is plan.py. Why: docs/decisions/0008-booking.md.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from content.model import Booking
from gateway.booking.problems import AlreadyBooked, NoMailbox, NothingBooked, TakenTime, TooLate
from gateway.booking.rows import one, read
from gateway.booking.rules import Time
from gateway.storage.schema import counsellors, mailboxes, times

HOUR, DAY = 3600.0, 86400.0


class Times:
    """One booking a mailbox. `changed` is called after each commit that changed a time."""

    def __init__(
        self,
        engine: AsyncEngine,
        clock: Callable[[], float],
        booking: Booking,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self._engine = engine
        self._writer = engine.execution_options(writes=True)
        self._clock = clock
        self._booking = booking
        self._changed = changed

    async def offered(self, audience: str, now: float, limit: int) -> list[Time]:
        """Give the next times that somebody of a group can book now."""
        async with self._engine.connect() as connection:
            return await read(connection, self._bookable(now), times.c.audience == audience, limit=limit)

    async def booked(self, mailbox: str) -> Time | None:
        """Give the mailbox's booked time; None where there is none, or it has ended."""
        async with self._engine.connect() as connection:
            return await self._held(connection, mailbox)

    async def book(self, time_id: str, mailbox: str) -> Time:
        """Book a time; booking the same one again changes nothing.

        Raises NoMailbox, TakenTime, and AlreadyBooked: one at a time, move it instead.
        """
        async with self._writer.begin() as connection:
            await self._lock(connection, mailbox)
            held = await self._held(connection, mailbox)
            if held is not None:
                if held.id != time_id:
                    raise AlreadyBooked
                return held
            await self._free(connection, mailbox)  # one that has ended
            time = await self._take(connection, time_id, mailbox)
        self._changed()
        return time

    async def move(self, mailbox: str, new_time_id: str) -> Time:
        """Change to another time: never two, never none. Raises NoMailbox, NothingBooked, TooLate, TakenTime."""
        async with self._writer.begin() as connection:
            await self._lock(connection, mailbox)
            held = await self._changeable(connection, mailbox)
            if held.id == new_time_id:
                return held
            both = select(times.c.id).where(times.c.id.in_([held.id, new_time_id]))
            await connection.execute(both.order_by(times.c.id).with_for_update())
            await self._free(connection, mailbox)
            time = await self._take(connection, new_time_id, mailbox)
        self._changed()
        return time

    async def cancel(self, mailbox: str) -> None:
        """Let the booked time go. Raises NoMailbox, NothingBooked, TooLate."""
        async with self._writer.begin() as connection:
            await self._lock(connection, mailbox)
            await self._changeable(connection, mailbox)
            await self._free(connection, mailbox)
        self._changed()

    async def remove_ended(self) -> int:
        """Remove times that ended over a day ago, and with them who had booked them; give how many."""
        async with self._writer.begin() as connection:
            gone = await connection.execute(delete(times).where(times.c.ends_at < self._clock() - DAY))
        if gone.rowcount:
            self._changed()
        return gone.rowcount

    def _bookable(self, now: float) -> ColumnElement[bool]:
        """Free, staffed by people who may work, neither too near nor too far ahead, and still in the content."""
        booking, working = self._booking, select(counsellors.c.id).where(counsellors.c.disabled.is_(False))
        return and_(
            times.c.mailbox.is_(None),
            times.c.starts_at > now,
            times.c.starts_at >= now + booking.book_hours * HOUR,
            times.c.starts_at < now + booking.days_ahead * DAY,
            or_(
                and_(times.c.counsellor.in_(working), times.c.second.in_(working)),
                and_(times.c.staff_needed == 1, or_(times.c.counsellor.in_(working), times.c.second.in_(working))),
            ),
            or_(times.c.place.in_(list(booking.places)), times.c.kind.in_(list(booking.ways))),
        )

    async def _lock(self, connection: AsyncConnection, mailbox: str) -> None:
        """Let nobody else change this mailbox's booking meanwhile (letters may still be put in it)."""
        found = select(mailboxes.c.id).where(mailboxes.c.id == mailbox).with_for_update(key_share=True)
        if (await connection.execute(found)).one_or_none() is None:
            raise NoMailbox

    async def _held(self, connection: AsyncConnection, mailbox: str) -> Time | None:
        found = await read(connection, times.c.mailbox == mailbox, times.c.ends_at > self._clock())
        return found[0] if found else None

    async def _changeable(self, connection: AsyncConnection, mailbox: str) -> Time:
        held = await self._held(connection, mailbox)
        if held is None:
            raise NothingBooked
        if held.starts_at - self._booking.cancel_hours * HOUR <= self._clock():
            raise TooLate
        return held

    async def _free(self, connection: AsyncConnection, mailbox: str) -> None:
        freed = update(times).where(times.c.mailbox == mailbox).values(mailbox=None, booked_at=None)
        await connection.execute(freed)

    async def _take(self, connection: AsyncConnection, id: str, mailbox: str) -> Time:
        """The compare-and-set. Raises TakenTime."""
        now = self._clock()
        where = (times.c.id == id, self._bookable(now))
        taken = await connection.execute(update(times).where(*where).values(mailbox=mailbox, booked_at=now))
        if taken.rowcount != 1:
            raise TakenTime
        return await one(connection, id)
