"""When a time may stand beside others, and what a repeat rule gives over both daylight-saving nights."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.booking.rules import BadTime, Time, adjoin, check, collide, is_free, seconds_of, starts, why_not
from tests.bookings import MONDAY, RULES, ZONE, call, visit

TODAY = date(2026, 11, 24)
NOON = 1_800_000_000.0
MINUTE = 60.0


def time(minute: int = 0, minutes: int = 60, **other: Any) -> Time:
    """A visit to Alva (1) at the centre, some minutes after a noon."""
    given = {
        "id": f"{minute}", "kind": "visit", "place": "centrum", "audience": "exploited", "buffer_seconds": 0.0,
        "staff_needed": 1, "counsellor": 1, "second": None, "series": None, "booked": False,
    }  # fmt: skip
    start = NOON + minute * MINUTE
    return Time(**{**given, "starts_at": start, "ends_at": start + minutes * MINUTE, **other})


# Everything that can be wrong with a request, and the sentence it gets.
WRONG = [
    (visit(kind="promenad"), "times_kind"),
    (visit(audience="alla"), "times_audience"),
    (visit(place="hemma"), "times_place"),
    (visit(place=None), "times_place"),
    (call(place="centrum"), "times_place"),
    (visit(minutes=14), "times_length"),
    (visit(minutes=45), "times_length"),
    (visit(buffer_minutes=-1), "times_buffer"),
    (visit(buffer_minutes=121), "times_buffer"),
    (visit(staff_needed=3), "times_staff"),
    (visit(MONDAY.replace(tzinfo=UTC)), "times_start"),
    (visit(datetime(1, 1, 1)), "times_start"),
    (visit(datetime(2027, 12, 30)), "times_far"),
    (visit(datetime(9999, 12, 31)), "times_far"),
    (visit(every_weeks=1, until=date(2028, 1, 1)), "times_far"),
    (visit(every_weeks=1), "times_repeat"),
    (visit(until=date(2026, 12, 31)), "times_repeat"),
    (visit(every_weeks=0, until=date(2026, 12, 31)), "times_repeat"),
    (visit(every_weeks=1, until=date(2026, 11, 29)), "times_repeat"),
]  # fmt: skip


@pytest.mark.parametrize(("request_", "code"), WRONG)
def test_what_no_calendar_could_make_good_is_refused(request_: Any, code: str) -> None:
    with pytest.raises(BadTime) as refused:
        check(request_, RULES, TODAY)
    assert refused.value.code == code


def test_a_kind_without_a_way_to_come_is_refused() -> None:
    check(call(kind="chat"), RULES, TODAY)
    with pytest.raises(BadTime):
        check(call(kind="chat"), replace(RULES, ways={}), TODAY)


def test_a_series_has_at_most_52_times() -> None:
    assert len(starts(visit(every_weeks=1, until=MONDAY.date() + timedelta(weeks=51)))) == 52
    with pytest.raises(BadTime) as refused:
        starts(visit(every_weeks=1, until=MONDAY.date() + timedelta(weeks=52)))
    assert refused.value.code == "times_repeat"


def test_a_series_keeps_its_wall_clock_over_both_changes() -> None:
    spring = starts(visit(datetime(2026, 3, 22, 10), every_weeks=1, until=date(2026, 4, 5)))
    assert [start.isoformat() for start in spring] == [
        "2026-03-22T10:00:00",
        "2026-03-29T10:00:00",
        "2026-04-05T10:00:00",
    ]
    moments = [datetime.fromtimestamp(seconds_of(start, ZONE), UTC) for start in spring]
    assert [moment.isoformat()[11:16] for moment in moments] == ["09:00", "08:00", "08:00"]
    autumn = starts(visit(datetime(2026, 10, 18, 10), every_weeks=1, until=date(2026, 10, 25)))
    moments = [datetime.fromtimestamp(seconds_of(start, ZONE), UTC) for start in autumn]
    assert [moment.isoformat()[11:16] for moment in moments] == ["08:00", "09:00"]


def test_on_the_nights_themselves_a_moment_is_found() -> None:
    def utc(local: datetime) -> str:
        return datetime.fromtimestamp(seconds_of(local, ZONE), UTC).isoformat()[:16]

    assert utc(datetime(2026, 3, 29, 1, 30)) == "2026-03-29T00:30"
    assert utc(datetime(2026, 3, 29, 2, 30)) == "2026-03-29T01:30"  # there is no 02.30: it is 03.30
    assert utc(datetime(2026, 3, 29, 3, 30)) == "2026-03-29T01:30"
    assert utc(datetime(2026, 10, 25, 2, 30)) == "2026-10-25T00:30"  # the first of two
    assert utc(datetime(2026, 10, 25, 2, 30, fold=1)) == "2026-10-25T00:30"
    assert utc(datetime(2026, 10, 25, 3, 0)) == "2026-10-25T02:00"


@pytest.mark.parametrize(
    ("other", "refusal"),
    [
        (time(60), None),  # right after
        (time(59), "taken"),
        (time(60, buffer_seconds=15 * MINUTE), "taken"),
        (time(75, buffer_seconds=15 * MINUTE), None),
        (time(60, place="annexet", counsellor=2), None),
        (time(0, place="annexet", counsellor=2), None),  # others, elsewhere, at once
        (time(0, place="annexet"), "taken"),  # Alva cannot be in two places
        (time(0, counsellor=2), "taken"),  # nor two visitors at one door
        (time(0, kind="phone", place=None, counsellor=2, second=1), "taken"),
        (time(0, kind="phone", place=None, counsellor=2), None),
        (time(119, audience="buyers", counsellor=2), "adjoins"),
        (time(120, audience="buyers", counsellor=2), None),
        (time(120, audience="buyers", counsellor=2, buffer_seconds=15 * MINUTE), "adjoins"),
        (time(135, audience="buyers", counsellor=2, buffer_seconds=15 * MINUTE), None),
        (time(60, audience="buyers", counsellor=2, place="annexet"), None),
        (time(60, audience="buyers", kind="phone", place=None), None),
        (time(60, audience="minors", counsellor=2), None),
    ],
)
def test_what_may_stand_beside_a_visit(other: Time, refusal: str | None) -> None:
    for one, two in ((time(), other), (other, time())):
        assert why_not(one, [two], 60 * MINUTE, NOON - 1, TODAY, lambda day: False) == refusal


def test_past_and_holiday_come_before_the_rest() -> None:
    assert why_not(time(), [time()], 0, NOON, TODAY, lambda day: True) == "past"
    assert why_not(time(), [time()], 0, NOON - 1, TODAY, lambda day: day == TODAY) == "holiday"


def test_a_colleague_is_free_beside_their_own_times() -> None:
    theirs = [time(90, counsellor=2, second=3), time(0, id="this", second=3)]
    assert not is_free(3, time(0, 100, id="this"), theirs)
    assert is_free(3, time(0, id="this"), theirs)  # what they have in the same time is no hindrance
    assert is_free(4, time(90, id="this"), theirs)


def minutes_of(time: Time, more: float = 0) -> set[int]:
    return set(range(int((time.starts_at - more) // MINUTE), int((time.ends_at + more) // MINUTE)))


DRAWN = st.builds(
    time,
    minute=st.integers(0, 300),
    minutes=st.sampled_from([15, 30, 60]),
    buffer_seconds=st.sampled_from([0.0, 5 * MINUTE, 30 * MINUTE]),
    place=st.sampled_from(["centrum", "annexet", None]),
    audience=st.sampled_from(["buyers", "exploited", "minors"]),
    counsellor=st.sampled_from([1, 2]),
    second=st.sampled_from([None, 3]),
)


@given(DRAWN, DRAWN)
def test_the_rules_say_the_same_as_a_list_of_minutes(one: Time, other: Time) -> None:
    crowded = bool(
        minutes_of(one, one.buffer_seconds) & minutes_of(other)
        or minutes_of(one) & minutes_of(other, other.buffer_seconds)
    )
    same_door = one.place is not None and one.place == other.place
    assert collide(one, other) == collide(other, one) == (crowded and bool(one.staff & other.staff or same_door))
    near = bool(minutes_of(one, one.buffer_seconds + 60 * MINUTE) & minutes_of(other, other.buffer_seconds))
    mixed = {one.audience, other.audience} > {"buyers"}
    assert adjoin(one, other, 60 * MINUTE) == adjoin(other, one, 60 * MINUTE) == (near and mixed and same_door)
