"""What counsellors do with times, on both databases; two who publish at once cannot break a rule."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.booking.plan import LeftOut, Plan
from gateway.booking.problems import Booked, NoSuchTime, NotFree, NotInIt
from gateway.booking.times import Times
from tests.bookings import MONDAY, ZONE, call, links, published, visit, with_mailboxes
from tests.conftest import Clock

WEEK = timedelta(weeks=1)
ROUNDS = 8


async def test_publish_gives_what_is_stored(plan: Plan, changes: list[None]) -> None:
    (made,) = await published(plan, visit(minutes=30, buffer_minutes=15, staff_needed=2, audience="buyers"))
    assert (made.starts_at, made.ends_at) == (MONDAY.replace(tzinfo=ZONE).timestamp(), made.starts_at + 1800)
    assert (made.kind, made.place, made.audience, made.buffer_seconds) == ("visit", "centrum", "buyers", 900)
    assert (made.staff_needed, made.counsellor, made.second, made.series, made.booked) == (2, 1, None, None, False)
    assert (await plan.between(date(2026, 11, 30), 1), await plan.of(1), len(changes)) == ([made], [made], 1)
    assert (await plan.between(date(2026, 11, 29), 1), await plan.between(date(2026, 12, 1), 1)) == ([], [])


async def test_a_series_leaves_out_what_cannot_be_and_keeps_the_rest(plan: Plan) -> None:
    friday = datetime(2026, 11, 27, 10)
    await published(plan, visit(friday + WEEK, audience="buyers"), counsellor=2)
    await published(plan, call(friday + 2 * WEEK))
    yesterday = visit(friday - WEEK + timedelta(minutes=90), every_weeks=1, until=date(2026, 12, 25))
    made, left_out = await plan.publish(1, yesterday)
    first = yesterday.start
    assert left_out == [
        LeftOut(first, "past"), LeftOut(first + 2 * WEEK, "adjoins"), LeftOut(first + 5 * WEEK, "holiday"),
    ]  # fmt: skip
    assert len({time.series for time in made}) == 1
    assert made[0].series is not None
    local = [datetime.fromtimestamp(time.starts_at, ZONE).replace(tzinfo=None) for time in made]
    assert local == [first + WEEK, first + 3 * WEEK, first + 4 * WEEK]


@pytest.mark.parametrize(("kind", "hour", "why"), [
    ("chat", 8, []), ("chat", 16, ["closed"]), ("chat", 17, ["closed"]), ("phone", 17, []),
])  # fmt: skip
async def test_a_chat_is_published_only_where_the_chat_is_open_all_the_time(
    plan: Plan, kind: str, hour: int, why: list[str]
) -> None:
    start = datetime(2026, 11, 30, hour, 0)
    _, left_out = await plan.publish(1, call(start, kind=kind, minutes=60))
    assert [one.why for one in left_out] == why


async def test_nothing_published_changes_nothing(plan: Plan, changes: list[None]) -> None:
    assert await plan.publish(1, visit(datetime(2026, 11, 24, 10))) == (
        [],
        [LeftOut(datetime(2026, 11, 24, 10), "past")],
    )
    assert (await plan.of(1), changes) == ([], [])


async def test_a_series_over_both_changes_of_the_clock_stays_at_ten(plan: Plan, clock: Clock) -> None:
    clock.now = datetime(2026, 3, 1, tzinfo=UTC).timestamp()
    made = await published(plan, visit(datetime(2026, 3, 29, 10), every_weeks=5, until=date(2026, 10, 25)))
    local = [datetime.fromtimestamp(time.starts_at, ZONE) for time in made]
    assert [f"{moment:%H:%M %z}" for moment in local] == ["10:00 +0200"] * 6 + ["10:00 +0100"]
    assert {time.ends_at - time.starts_at for time in made} == {3600.0}
    night = await published(plan, call(datetime(2026, 3, 22, 2, 30), every_weeks=1, until=date(2026, 4, 5)))
    moments = [datetime.fromtimestamp(time.starts_at, UTC) for time in night]
    assert [f"{moment:%d %H:%M}" for moment in moments] == ["22 01:30", "29 01:30", "05 00:30"]
    assert [len(await plan.between(date(2026, 3, 29), 1)), len(await plan.between(date(2026, 10, 25), 1))] == [2, 1]


async def test_two_who_publish_adjoining_times_at_once_do_not_both_get_them(plan: Plan) -> None:
    for day in range(ROUNDS):
        start = MONDAY + timedelta(days=day)
        both = [plan.publish(1, visit(start, audience="buyers")), plan.publish(2, visit(start + timedelta(hours=1)))]
        results = await asyncio.gather(*(both if day % 2 else reversed(both)))
        assert sorted(len(made) for made, _ in results) == [0, 1]
        assert [left.why for _, left_out in results for left in left_out] == ["adjoins"]


async def test_one_who_publishes_the_same_from_ten_tabs_gets_it_once(plan: Plan) -> None:
    results = await asyncio.gather(*(plan.publish(1, call()) for _ in range(10)))
    assert sorted(len(made) for made, _ in results) == [0] * 9 + [1]
    assert len(await plan.of(1)) == 1


async def test_withdraw(plan: Plan, booking: Times, database: AsyncEngine, changes: list[None]) -> None:
    (single,) = await published(plan, visit(MONDAY + timedelta(days=1)))
    series = await published(plan, visit(every_weeks=1, until=date(2026, 12, 21)))
    (box,) = await with_mailboxes(database, 1)
    await booking.book(series[1].id, box)
    changes.clear()
    with pytest.raises(Booked):
        await plan.withdraw(series[1].id, series=False)
    assert await plan.withdraw(series[0].id, series=False) == 1
    assert await plan.withdraw(series[1].id, series=True) == 2
    with pytest.raises(Booked):
        await plan.withdraw(series[1].id, series=True)
    assert await plan.of(1) == [single, replace(series[1], booked=True)]
    assert await plan.withdraw(single.id, series=True) == 1
    for gone in (single.id, "no time"):
        with pytest.raises(NoSuchTime):
            await plan.withdraw(gone, series=False)
    assert len(changes) == 3


async def test_join_and_leave(plan: Plan, booking: Times, clock: Clock) -> None:
    (two,) = await published(plan, visit(staff_needed=2, buffer_minutes=15))
    await published(plan, call(MONDAY + timedelta(minutes=70)), counsellor=2)
    for busy in (1, 2):  # Alva has it already, and Bo's call lies in the time kept free after it
        with pytest.raises(NotFree):
            await plan.join(two.id, busy)
    assert await booking.offered("exploited", clock.now, 9) == await plan.of(2)
    assert await plan.join(two.id, 3) == await plan.join(two.id, 3) == replace(two, second=3)
    assert await plan.of(3) == [replace(two, second=3)]
    assert (await booking.offered("exploited", clock.now, 9))[0] == replace(two, second=3)
    assert await plan.publish(3, call()) == ([], [LeftOut(MONDAY, "taken")])
    for stranger in (1, 2):
        with pytest.raises(NotInIt):
            await plan.leave(two.id, stranger)
    assert await plan.leave(two.id, 3) == two
    assert len(await booking.offered("exploited", clock.now, 9)) == 1


async def test_two_who_join_at_once_are_not_three(plan: Plan) -> None:
    for day in range(ROUNDS):
        (time,) = await published(plan, visit(MONDAY + timedelta(days=day), staff_needed=2))
        results = await asyncio.gather(plan.join(time.id, 2), plan.join(time.id, 3), return_exceptions=True)
        assert sorted(type(result).__name__ for result in results) == ["NotFree", "Time"]


async def test_a_booked_time_keeps_its_two_and_can_be_handed_over(
    plan: Plan, booking: Times, database: AsyncEngine
) -> None:
    (two,) = await published(plan, visit(staff_needed=2))
    await plan.join(two.id, 2)
    (box,) = await with_mailboxes(database, 1)
    await booking.book(two.id, box)
    with pytest.raises(Booked):
        await plan.leave(two.id, 2)
    assert await plan.hand_over(two.id, leaving=2, to=3) == replace(two, second=3, booked=True)
    assert await plan.hand_over(two.id, leaving=1, to=2) == replace(two, counsellor=2, second=3, booked=True)
    for leaving, to, problem in ((1, 2, NotInIt), (2, 3, NotFree), (2, 2, NotFree)):
        with pytest.raises(problem):
            await plan.hand_over(two.id, leaving, to)
    await published(plan, call(), counsellor=1)
    with pytest.raises(NotFree):
        await plan.hand_over(two.id, leaving=2, to=1)
    assert await links(database) == {box: two.id}


async def test_who_only_came_along_may_leave_a_booked_time(plan: Plan, booking: Times, database: AsyncEngine) -> None:
    (time,) = await published(plan, visit())
    await plan.join(time.id, 2)
    (box,) = await with_mailboxes(database, 1)
    await booking.book(time.id, box)
    assert (await plan.leave(time.id, 2)).second is None


async def test_leaving_against_booking_never_leaves_one_where_two_are_needed(
    plan: Plan, booking: Times, database: AsyncEngine
) -> None:
    boxes = await with_mailboxes(database, ROUNDS)
    for turn, box in enumerate(boxes):
        (time,) = await published(plan, call(MONDAY + timedelta(hours=turn), staff_needed=2))
        await plan.join(time.id, 2)
        both = [booking.book(time.id, box), plan.leave(time.id, 2)]
        await asyncio.gather(*(both if turn % 2 else reversed(both)), return_exceptions=True)
        (now,) = [other for other in await plan.of(1) if other.id == time.id]
        assert (now.booked, now.second) in ((True, 2), (False, None))
