"""Whatever counsellors and visitors do, in whatever order, no rule is broken: sequences drawn by hypothesis, both databases.

The rules are looked at minute by minute, and share no code with gateway/booking/rules.py.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.booking.plan import Plan
from gateway.booking.problems import (
    AlreadyBooked,
    Booked,
    NoSuchTime,
    NotFree,
    NothingBooked,
    NotInIt,
    TakenTime,
    TooLate,
)
from gateway.booking.rules import Request
from gateway.booking.times import Times
from gateway.storage.schema import mailboxes, times
from tests.bookings import MONDAY, RULES, with_mailboxes
from tests.conftest import OFFICE_HOURS, Clock

REFUSALS = (AlreadyBooked, Booked, NoSuchTime, NotFree, NotInIt, NothingBooked, TakenTime, TooLate)


def request(kind: str, door: str, **rest: Any) -> Request:
    return Request(kind=kind, place=door if kind == "visit" else None, **rest)


REQUESTS = st.builds(
    request,
    kind=st.sampled_from(["visit", "visit", "phone"]),
    door=st.sampled_from(["centrum", "centrum", "annexet"]),
    audience=st.sampled_from(["buyers", "exploited", "minors"]),
    start=st.integers(0, 32).map(lambda quarter: MONDAY + timedelta(minutes=15 * quarter)),
    minutes=st.sampled_from([15, 30, 60]),
    buffer_minutes=st.sampled_from([0, 15, 30]),
    staff_needed=st.sampled_from([1, 1, 2]),
    every_weeks=st.just(1),
    until=st.sampled_from([MONDAY.date(), MONDAY.date() + timedelta(weeks=2)]),
)
PERSON, BOX, PICK = st.integers(1, 3), st.integers(0, 2), st.integers(0, 30)
STEPS = st.one_of(
    st.tuples(st.just("publish"), PERSON, REQUESTS),
    st.tuples(st.just("publish"), PERSON, REQUESTS),
    st.tuples(st.just("withdraw"), PICK, st.booleans()),
    st.tuples(st.sampled_from(["join", "leave"]), PICK, PERSON),
    st.tuples(st.just("hand_over"), PICK, st.tuples(PERSON, PERSON)),
    st.tuples(st.sampled_from(["book", "move", "cancel"]), PICK, BOX),
    st.tuples(st.just("book"), PICK, BOX),
    st.tuples(st.just("pass_days"), st.integers(0, 3), st.none()),
)


async def rows(database: AsyncEngine) -> list[Any]:
    async with database.connect() as connection:
        return list((await connection.execute(select(times).order_by(times.c.starts_at, times.c.id))).all())


def broken(found: list[Any]) -> list[str]:
    """Give every rule that a calendar breaks."""
    wrong, apart = [], RULES.apart_minutes
    spans = [(row, int(row.starts_at // 60), int(row.ends_at // 60), int(row.buffer_seconds // 60)) for row in found]
    for index, (one, start, end, free) in enumerate(spans):
        for other, other_start, other_end, other_free in spans[index + 1 :]:
            crowded = start < other_end + max(free, other_free) and other_start < end + max(free, other_free)
            if crowded and {one.counsellor, one.second} & {other.counsellor, other.second} - {None}:
                wrong.append("one counsellor in two times")
            if one.place is None or one.place != other.place:
                continue
            if crowded:
                wrong.append("two at one door")
            more = apart + free + other_free
            near = start < other_end + more and other_start < end + more
            if near and (one.audience == "buyers") is not (other.audience == "buyers"):
                wrong.append("a buyer beside somebody else")
    holders = Counter(row.mailbox for row in found if row.mailbox is not None)
    wrong += ["two times for one mailbox" for count in holders.values() if count > 1]
    wrong += ["somebody is both" for row in found if row.counsellor == row.second]
    wrong += ["one where two are needed" for row in found if row.mailbox and row.staff_needed == 2 and not row.second]
    return wrong


@given(steps=st.lists(STEPS, min_size=6, max_size=30))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
async def test_no_rule_is_ever_broken(
    steps: list[Any], plan: Plan, booking: Times, database: AsyncEngine, clock: Clock
) -> None:
    clock.now = OFFICE_HOURS
    async with database.begin() as connection:
        await connection.execute(update(times).values(mailbox=None))
        await connection.execute(delete(times))
        await connection.execute(delete(mailboxes))
    boxes = await with_mailboxes(database, 3)
    for name, one, other in steps:
        before = await rows(database)
        id = before[one % len(before)].id if before else "no time"
        booked_before = {row.mailbox: row.id for row in before if row.mailbox}
        try:
            match name:
                case "publish":
                    await plan.publish(one, other)
                case "withdraw":
                    await plan.withdraw(id, other)
                case "hand_over":
                    await plan.hand_over(id, *other)
                case "join" | "leave":
                    await getattr(plan, name)(id, other)
                case "pass_days":
                    clock.pass_seconds(one * 86400)
                    await booking.remove_ended()
                case "book":
                    await booking.book(id, boxes[other])
                case "move":
                    await booking.move(boxes[other], id)
                case "cancel":
                    await booking.cancel(boxes[other])
        except REFUSALS:
            assert await rows(database) == before  # a refusal changes nothing
        after = await rows(database)
        assert broken(after) == []
        booked_after = {row.mailbox: row.id for row in after if row.mailbox}
        if name in ("book", "move", "cancel"):
            acting = boxes[other]
            assert name != "move" or (acting in booked_after) == (acting in booked_before)  # never none
            booked_before.pop(acting, None)
            booked_after.pop(acting, None)
        if name != "pass_days":
            assert booked_after == booked_before  # nobody loses a time by what others do


def test_the_looking_finds_what_is_broken() -> None:
    class Row:
        def __init__(self, minute: int, **other: Any) -> None:
            self.starts_at, self.ends_at, self.buffer_seconds = minute * 60.0, minute * 60.0 + 1800, 0.0
            self.place, self.audience, self.counsellor, self.second = "centrum", "buyers", 1, None
            self.mailbox, self.staff_needed = None, 1
            vars(self).update(other)

    assert broken([Row(0), Row(30)]) == []
    assert broken([Row(0), Row(29, place=None)]) == ["one counsellor in two times"]
    assert broken([Row(0), Row(29, counsellor=2)]) == ["two at one door"]
    assert broken([Row(0), Row(89, counsellor=2, audience="minors")]) == ["a buyer beside somebody else"]
    assert broken([Row(0, mailbox="a"), Row(60, mailbox="a")]) == ["two times for one mailbox"]
    assert broken([Row(0, second=1)]) == ["somebody is both"]
    assert broken([Row(0, mailbox="a", staff_needed=2)]) == ["one where two are needed"]
    assert datetime.fromtimestamp(OFFICE_HOURS, UTC).date() < MONDAY.date()
