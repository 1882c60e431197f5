"""Booking with nothing but a mailbox, on both databases: what is offered, and that no race gives a time away twice."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.booking.plan import Plan
from gateway.booking.problems import AlreadyBooked, Booked, NoMailbox, NothingBooked, TakenTime, TooLate
from gateway.booking.times import DAY, HOUR, Times
from gateway.storage.schema import mailboxes, times
from gateway.storage.staff import Staff
from tests.bookings import MONDAY, PLACES, RULES, WAY, call, links, published, visit, with_mailboxes
from tests.conftest import Clock

ROUNDS = 4


async def test_only_what_can_be_booked_is_offered(
    plan: Plan, booking: Times, staff: Staff, database: AsyncEngine, clock: Clock
) -> None:
    soon, free, later, two, buyers, far = await published(
        plan,
        call(datetime(2026, 11, 24, 21, 30)),
        call(datetime(2026, 11, 24, 22, 30)),
        visit(MONDAY),
        visit(MONDAY + timedelta(hours=2), staff_needed=2),
        call(MONDAY + timedelta(hours=4), audience="buyers"),
        call(datetime(2026, 12, 22, 10)),
    )
    (bos,) = await published(plan, call(MONDAY + timedelta(hours=6)), counsellor=2)

    async def ids(audience: str = "exploited", limit: int = 9) -> list[str]:
        return [time.id for time in await booking.offered(audience, clock.now, limit)]

    assert await ids() == [free.id, later.id, bos.id]
    assert await ids(limit=1) == [free.id]
    assert (await ids("buyers"), await ids("minors")) == ([buyers.id], [])
    await plan.join(two.id, 3)
    assert await ids() == [free.id, later.id, two.id, bos.id]
    await staff.set(3, disabled=True)
    await staff.set(2, disabled=True)
    assert await ids() == [free.id, later.id]
    await plan.join(bos.id, 1)  # who only came along is there when Bo is not
    assert await ids() == [free.id, later.id, bos.id]
    await plan.leave(bos.id, 1)
    (box,) = await with_mailboxes(database, 1)
    await booking.book(free.id, box)
    assert await ids() == [later.id]
    for unavailable in (soon, two, bos, far):
        await booking.cancel(box) if await booking.booked(box) else None
        with pytest.raises(TakenTime):
            await booking.book(unavailable.id, box)


async def test_a_kind_or_place_that_left_the_content_is_not_offered(
    plan: Plan, database: AsyncEngine, clock: Clock
) -> None:
    _, remains = await published(plan, visit(), visit(MONDAY + timedelta(hours=3), place="annexet"))
    await published(plan, call(), counsellor=2)
    left = replace(RULES, places={"annexet": PLACES["annexet"]}, ways={"chat": WAY})
    assert await Times(database, clock, left).offered("exploited", clock.now, 9) == [remains]


async def test_book_move_cancel(plan: Plan, booking: Times, database: AsyncEngine, changes: list[None]) -> None:
    first, second = await published(plan, visit(), visit(MONDAY + timedelta(hours=3)))
    (box,) = await with_mailboxes(database, 1)
    assert await booking.booked(box) is None
    changes.clear()
    assert await booking.book(first.id, box) == replace(first, booked=True)
    assert await booking.book(first.id, box) == replace(first, booked=True)  # a repeat is harmless
    with pytest.raises(AlreadyBooked):
        await booking.book(second.id, box)
    assert await links(database) == {box: first.id}
    assert await booking.move(box, second.id) == replace(second, booked=True)
    assert await booking.move(box, second.id) == replace(second, booked=True)
    assert (await booking.booked(box), await links(database)) == (replace(second, booked=True), {box: second.id})
    await booking.cancel(box)
    assert (await booking.booked(box), await links(database), len(changes)) == (None, {}, 3)
    assert await booking.offered("exploited", 1795510800.0, 9) == [first, second]


async def test_without_mailbox_or_booking_nothing_happens(plan: Plan, booking: Times, database: AsyncEngine) -> None:
    (time,) = await published(plan, visit())
    (box,) = await with_mailboxes(database, 1)
    for refused, problem in (
        (booking.book(time.id, "nobody"), NoMailbox), (booking.move("nobody", time.id), NoMailbox),
        (booking.cancel("nobody"), NoMailbox), (booking.move(box, time.id), NothingBooked),
        (booking.cancel(box), NothingBooked), (booking.book("no time", box), TakenTime),
    ):  # fmt: skip
        with pytest.raises(problem):
            await refused
    assert await links(database) == {}


async def test_a_move_to_a_taken_time_keeps_the_old(plan: Plan, booking: Times, database: AsyncEngine) -> None:
    first, second = await published(plan, visit(), visit(MONDAY + timedelta(hours=3)))
    one, other = await with_mailboxes(database, 2)
    await booking.book(first.id, one)
    await booking.book(second.id, other)
    with pytest.raises(TakenTime):
        await booking.move(one, second.id)
    assert await links(database) == {one: first.id, other: second.id}


async def test_too_near_it_is_neither_moved_nor_cancelled(
    plan: Plan, booking: Times, database: AsyncEngine, clock: Clock
) -> None:
    near, other = await published(plan, visit(), visit(MONDAY + timedelta(days=1)))
    (box,) = await with_mailboxes(database, 1)
    await booking.book(near.id, box)
    clock.now = near.starts_at - 2 * HOUR
    for refused in (booking.cancel(box), booking.move(box, other.id)):
        with pytest.raises(TooLate):
            await refused
    assert await links(database) == {box: near.id}
    clock.now -= 1
    await booking.cancel(box)
    assert await links(database) == {}


async def test_a_time_that_has_ended_holds_nobody_and_goes_after_a_day(
    plan: Plan, booking: Times, database: AsyncEngine, clock: Clock
) -> None:
    first, next_one = await published(plan, visit(), visit(MONDAY + timedelta(days=3)))
    one, other = await with_mailboxes(database, 2)
    await booking.book(first.id, one)
    clock.now = first.ends_at - 1
    assert (await booking.booked(one), await booking.remove_ended()) == (replace(first, booked=True), 0)
    clock.now = first.ends_at
    assert await booking.booked(one) is None
    with pytest.raises(NothingBooked):
        await booking.cancel(one)
    await booking.book(next_one.id, one)
    assert await links(database) == {one: next_one.id}
    clock.now = first.ends_at + DAY + 1
    assert (await booking.remove_ended(), await booking.remove_ended()) == (1, 0)
    assert (await plan.of(1), other) == ([replace(next_one, booked=True)], other)


async def test_an_erased_mailbox_frees_its_time(
    plan: Plan, booking: Times, database: AsyncEngine, clock: Clock
) -> None:
    (time,) = await published(plan, visit())
    one, other = await with_mailboxes(database, 2)
    await booking.book(time.id, one)
    async with database.begin() as connection:
        await connection.execute(delete(mailboxes).where(mailboxes.c.id == one))
    assert await booking.offered("exploited", clock.now, 9) == [time]
    assert await booking.book(time.id, other) == replace(time, booked=True)


async def outcome(work: Any, *problems: type[Exception]) -> str:
    try:
        await work
    except problems as problem:
        return type(problem).__name__
    return "done"


async def test_fifty_visitors_for_one_time_have_one_winner(plan: Plan, booking: Times, database: AsyncEngine) -> None:
    boxes = await with_mailboxes(database, 50)
    for day in range(ROUNDS):
        (time,) = await published(plan, visit(MONDAY + timedelta(days=day)))
        results = await asyncio.gather(*(outcome(booking.book(time.id, box), TakenTime) for box in boxes[day:]))
        assert (results.count("done"), results.count("TakenTime")) == (1, 49 - day)
        winner = boxes[day:][results.index("done")]
        assert await links(database) == {winner: time.id}
        await booking.cancel(winner)
        await plan.withdraw(time.id, series=False)


async def test_one_mailbox_gets_one_of_twenty_times_however_fast(
    plan: Plan, booking: Times, database: AsyncEngine
) -> None:
    (box,) = await with_mailboxes(database, 1)
    made = await published(plan, *(call(MONDAY + timedelta(hours=hour)) for hour in range(20)))
    results = await asyncio.gather(*(outcome(booking.book(time.id, box), AlreadyBooked) for time in made))
    assert (results.count("done"), results.count("AlreadyBooked"), len(await links(database))) == (1, 19, 1)


@pytest.mark.parametrize("booked", [2, 4, 5])
async def test_twenty_moves_among_five_times_leave_everybody_with_one(
    plan: Plan, booking: Times, database: AsyncEngine, booked: int
) -> None:
    made = [time.id for time in await published(plan, *(call(MONDAY + timedelta(hours=hour)) for hour in range(5)))]
    boxes = await with_mailboxes(database, booked)
    for box, time in zip(boxes, made, strict=False):
        await booking.book(time, box)
    for turn in range(ROUNDS):
        moves = [booking.move(boxes[n % booked], made[(n * 3 + turn) % 5]) for n in range(20)]
        results = await asyncio.gather(*(outcome(move, TakenTime) for move in moves))
        assert set(results) <= {"done", "TakenTime"}
        now = await links(database)
        assert (set(now), len(set(now.values()))) == (set(boxes), booked)


async def test_two_who_want_each_others_times_keep_their_own(plan: Plan, booking: Times, database: AsyncEngine) -> None:
    first, second = await published(plan, call(), call(MONDAY + timedelta(hours=2)))
    one, other = await with_mailboxes(database, 2)
    await booking.book(first.id, one)
    await booking.book(second.id, other)
    for _ in range(ROUNDS):
        moves = (outcome(booking.move(one, second.id), TakenTime), outcome(booking.move(other, first.id), TakenTime))
        assert await asyncio.gather(*moves) == ["TakenTime", "TakenTime"]
        assert await links(database) == {one: first.id, other: second.id}


async def test_a_move_waits_for_whoever_is_just_letting_the_time_go(
    plan: Plan, booking: Times, database: AsyncEngine
) -> None:
    first, second = await published(plan, call(), call(MONDAY + timedelta(hours=2)))
    one, other = await with_mailboxes(database, 2)
    await booking.book(first.id, one)
    await booking.book(second.id, other)
    async with database.execution_options(writes=True).begin() as connection:
        await connection.execute(update(times).where(times.c.id == second.id).values(mailbox=None))
        move = asyncio.create_task(booking.move(one, second.id))
        done, _ = await asyncio.wait({move}, timeout=0.3)
        assert done == set()
    assert (await move).id == second.id
    assert await links(database) == {one: second.id}


async def test_booking_against_withdrawal_is_one_or_the_other(
    plan: Plan, booking: Times, database: AsyncEngine
) -> None:
    boxes = await with_mailboxes(database, ROUNDS * 2)
    for turn, box in enumerate(boxes):
        (time,) = await published(plan, call(MONDAY + timedelta(hours=turn)))
        both = [outcome(booking.book(time.id, box), TakenTime), outcome(plan.withdraw(time.id, False), Booked)]
        results = await asyncio.gather(*(both if turn % 2 else reversed(both)))
        booked = (await links(database)).get(box) == time.id
        assert sorted(results) == (["Booked", "done"] if booked else ["TakenTime", "done"])
