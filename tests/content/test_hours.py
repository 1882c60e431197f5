"""Hours at the wall clock: midnight, the week's end, holidays, exceptions, daylight-saving nights, bad schedules."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from content.hours import ALWAYS, Schedule, Weekly, is_holiday, parse_exceptions, parse_holidays, parse_weekly

STOCKHOLM = ZoneInfo("Europe/Stockholm")
OFFICE = {day: ["08:00-12:00", "13:00-16:30"] for day in ("mon", "tue", "wed", "thu", "fri")}
NIGHTS = {"fri": ["22:00-25:00"], "sun": ["23:00-26:30"]}


def at(moment: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=STOCKHOLM, fold=fold)


def weekly(value: object) -> Weekly:
    parsed = parse_weekly(value)
    assert parsed is not None
    return parsed


def schedule(hours: object, holidays: str | None = "closed", **exceptions: list[str]) -> Schedule:
    """Make a schedule; exceptions as `d2026_12_23=["08:00-12:00"]`."""
    days = [{"date": date.fromisoformat(day[1:].replace("_", "-")), "open": spans} for day, spans in exceptions.items()]
    return Schedule(weekly(hours), holidays, parse_exceptions(days))


@pytest.mark.parametrize(
    ("hours", "moment", "is_open"),
    [
        (OFFICE, "2026-11-23T07:59", False),
        (OFFICE, "2026-11-23T08:00", True),
        (OFFICE, "2026-11-23T11:59", True),
        (OFFICE, "2026-11-23T12:00", False),
        (OFFICE, "2026-11-23T16:29", True),
        (OFFICE, "2026-11-23T16:30", False),
        (OFFICE, "2026-11-28T10:00", False),
        (NIGHTS, "2026-11-27T21:59", False),
        (NIGHTS, "2026-11-28T00:59", True),
        (NIGHTS, "2026-11-28T01:00", False),
        (NIGHTS, "2026-11-29T23:30", True),
        (NIGHTS, "2026-11-30T02:29", True),  # Monday, still Sunday's evening
        (NIGHTS, "2026-11-30T02:30", False),
        ("always", "2026-11-30T00:00", True),
        ("always", "2026-11-29T23:59", True),
        ({}, "2026-11-23T10:00", False),
        ({"mon": []}, "2026-11-23T10:00", False),
        (OFFICE, "2026-03-30T08:00", True),  # the Monday after the clock went forward
        (OFFICE, "2026-10-26T08:00", True),  # and back
        ({"sun": ["02:00-04:00"]}, "2026-03-29T03:30", True),
        ({"sun": ["02:00-03:00"]}, "2026-10-25T02:30", True),
    ],
)
def test_is_open_follows_the_wall_clock(hours: object, moment: str, is_open: bool) -> None:
    assert schedule(hours).is_open(at(moment)) is is_open


def test_is_open_in_both_hours_of_the_longer_night() -> None:
    hours = schedule({"sun": ["02:00-03:00"]})

    assert [hours.is_open(at("2026-10-25T02:30", fold)) for fold in (0, 1)] == [True, True]


@pytest.mark.parametrize(
    ("hours", "moment", "opens"),
    [
        (OFFICE, "2026-11-23T07:00", "2026-11-23T08:00"),
        (OFFICE, "2026-11-23T08:00", "2026-11-23T13:00"),
        (OFFICE, "2026-11-23T17:00", "2026-11-24T08:00"),
        (OFFICE, "2026-11-27T17:00", "2026-11-30T08:00"),
        (OFFICE, "2026-11-29T23:59", "2026-11-30T08:00"),
        (OFFICE, "2026-12-30T17:00", "2027-01-04T08:00"),  # nyårsafton, nyårsdagen, a weekend
        (OFFICE, "2026-03-28T23:00", "2026-03-30T08:00"),
        (OFFICE, "2026-10-24T23:00", "2026-10-26T08:00"),
        ({"mon": ["08:00-09:00"]}, "2026-11-23T08:00", "2026-11-30T08:00"),
    ],
)
def test_next_opening_gives_the_next_moment(hours: object, moment: str, opens: str) -> None:
    assert schedule(hours).next_opening(at(moment)) == at(opens)


def test_next_opening_of_what_never_opens_is_none() -> None:
    assert schedule({}).next_opening(at("2026-11-23T10:00")) is None


HOLIDAYS_2026 = [
    "01-01", "01-06", "04-03", "04-05", "04-06", "05-01", "05-14", "05-24", "06-06", "06-19", "06-20", "10-31",
    "12-24", "12-25", "12-26", "12-31",
]  # fmt: skip
HOLIDAYS_2027 = [
    "01-01", "01-06", "03-26", "03-28", "03-29", "05-01", "05-06", "05-16", "06-06", "06-25", "06-26", "11-06",
    "12-24", "12-25", "12-26", "12-31",
]  # fmt: skip


@pytest.mark.parametrize(("year", "days"), [(2026, HOLIDAYS_2026), (2027, HOLIDAYS_2027)])
def test_is_holiday_knows_the_public_holidays_and_the_three_eves(year: int, days: list[str]) -> None:
    every = [date(year, 1, 1) + timedelta(days=number) for number in range(365)]

    assert [f"{day:%m-%d}" for day in every if is_holiday(day)] == days


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-12-23T16:30", "2026-12-28T08:00"),  # julafton, juldagen, annandagen, Sunday
        ("2026-12-24T10:00", "2026-12-28T08:00"),
        ("2026-12-30T16:30", "2027-01-04T08:00"),
        ("2027-01-05T16:30", "2027-01-07T08:00"),  # trettondedagen
        ("2027-03-25T16:30", "2027-03-30T08:00"),  # Easter 2027, and the clock goes forward in it
        ("2026-06-18T16:30", "2026-06-22T08:00"),  # midsummer
        ("2027-05-05T16:30", "2027-05-07T08:00"),  # Kristi himmelsfärdsdag
    ],
)
def test_next_opening_steps_over_holidays(moment: str, opens: str) -> None:
    hours = schedule({day: ["08:00-16:30"] for day in OFFICE})

    assert (hours.is_open(at(moment)), hours.next_opening(at(moment))) == (False, at(opens))


@pytest.mark.parametrize(
    ("holidays", "open_now"),
    [("closed", False), ("as_usual", True), (None, None)],
    ids=["closed", "as usual", "unknown"],
)
def test_open_now_on_a_holiday_is_what_the_schedule_says_of_holidays(holidays: str, open_now: bool | None) -> None:
    hours = schedule(OFFICE, holidays)
    days = ["2026-12-24", "2026-12-25", "2027-03-26", "2027-03-29", "2026-06-19"]

    assert [hours.open_now(at(f"{day}T10:00")) for day in days] == [open_now] * 5
    assert [hours.is_open(at(f"{day}T10:00")) for day in days] == [open_now is True] * 5
    assert [hours.open_now(at(f"2026-12-{day}T10:00")) for day in ("23", "28")] == [True, True]


def test_open_now_on_a_holiday_is_unknown_the_whole_day_and_the_night_after_it() -> None:
    hours = schedule({"thu": ["16:00-24:00"], "fri": ["16:00-25:00"], "sun": ["14:00-25:00"]}, None)
    moments = ["2026-12-25T08:00", "2026-12-26T00:30", "2026-12-27T01:30", "2026-12-27T14:00", "2026-12-28T00:59"]

    assert [hours.open_now(at(moment)) for moment in moments] == [None, None, False, True, True]


def test_open_now_after_a_holiday_knows_again_from_the_first_hour_that_is_known() -> None:
    hours = schedule({"fri": ["16:00-25:00"], "sat": ["00:00-02:00"]}, None)

    # Good Friday's evening is unknown, Saturday's own opening is not
    assert [hours.open_now(at(f"2026-04-04T0{hour}:30")) for hour in (0, 1, 2)] == [True, True, False]


def test_always_is_open_on_holidays_whatever_is_known_of_them() -> None:
    moments = [f"2026-12-{day}T{clock}" for day in (24, 25, 26, 31) for clock in ("00:00", "12:00", "23:59")]

    assert [schedule("always", None).open_now(at(moment)) for moment in moments] == [True] * 12


EXCEPTIONS = {"d2026_12_23": ["08:00-12:00"], "d2026_12_25": ["10:00-14:00"], "d2026_12_28": []}


@pytest.mark.parametrize(
    ("moment", "is_open", "opens"),
    [
        ("2026-12-23T11:59", True, "2026-12-25T10:00"),
        ("2026-12-23T12:00", False, "2026-12-25T10:00"),  # open on a holiday: the exception decides
        ("2026-12-25T09:00", False, "2026-12-25T10:00"),
        ("2026-12-25T13:59", True, "2026-12-29T08:00"),
        ("2026-12-28T10:00", False, "2026-12-29T08:00"),  # an ordinary Monday, closed
    ],
)
def test_exceptions_go_before_week_and_holidays(moment: str, is_open: bool, opens: str) -> None:
    hours = schedule(OFFICE, **EXCEPTIONS)

    assert (hours.is_open(at(moment)), hours.next_opening(at(moment))) == (is_open, at(opens))


def test_next_opening_looks_sixty_days_ahead_and_no_further() -> None:
    last, beyond = schedule({}, d2026_01_31=["08:00-09:00"]), schedule({}, d2026_02_01=["08:00-09:00"])
    now = at("2025-12-02T23:00")

    assert (last.next_opening(now), beyond.next_opening(now)) == (at("2026-01-31T08:00"), None)


@pytest.mark.parametrize(
    ("hours", "moment", "closes"),
    [
        (OFFICE, "2026-11-23T08:00", "2026-11-23T12:00"),
        (OFFICE, "2026-11-23T12:00", None),
        (OFFICE, "2026-11-23T16:29", "2026-11-23T16:30"),
        (OFFICE, "2026-12-24T10:00", None),
        ({"mon": ["08:00-12:00", "12:00-16:00"]}, "2026-11-23T09:00", "2026-11-23T16:00"),
        (NIGHTS, "2026-11-27T23:00", "2026-11-28T01:00"),
        (NIGHTS, "2026-11-28T00:30", "2026-11-28T01:00"),
        ({"sat": ["22:00-26:30"]}, "2026-10-24T23:00", "2026-10-25T02:30"),
        ({"mon": ["00:00-24:00"], "tue": ["00:00-08:00"]}, "2026-11-23T12:00", "2026-11-24T08:00"),
        ("always", "2026-11-23T12:00", None),
    ],
)
def test_closing_is_the_end_of_what_is_open(hours: object, moment: str, closes: str | None) -> None:
    assert schedule(hours).closing(at(moment)) == (at(closes) if closes else None)


def test_parse_weekly_reads_unknown_and_always() -> None:
    assert (parse_weekly(None), parse_weekly("always")) == (None, ALWAYS)


def test_parse_weekly_sorts_the_week() -> None:
    assert weekly({"tue": ["08:00-09:00"], "mon": ["10:00-24:00"]}).intervals == ((600, 1440), (1920, 1980))


@pytest.mark.parametrize(
    "value",
    [
        "sometimes", True, 8, ["08:00-09:00"], {"monday": ["08:00-09:00"]}, {"mon": ["8-9"]}, {"mon": "08:00-09:00"},
        {"mon": ["08.00-09.00"]}, {"mon": ["09:00-08:00"]}, {"mon": ["08:00-08:00"]}, {"mon": ["25:00-26:00"]},
        {"mon": ["08:00-49:00"]}, {"mon": [None]}, {"mon": ["08:75-12:00"]}, {"mon": ["08:00-11:60"]}, {"mon": None},
    ],
)  # fmt: skip
def test_parse_weekly_refuses_bad_hours(value: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_weekly(value)


def test_parse_holidays_knows_two_words_and_unknown() -> None:
    assert [parse_holidays(value) for value in ("closed", "as_usual", None)] == ["closed", "as_usual", None]
    for value in ("open", True, ""):
        with pytest.raises(ValueError, match="use closed or as_usual"):
            parse_holidays(value)


def test_parse_exceptions_reads_days_and_closed_days() -> None:
    day = date(2026, 12, 23)

    assert parse_exceptions([]) == {}
    assert parse_exceptions([{"date": day, "open": ["13:00-15:00", "08:00-12:00"]}]) == {day: ((480, 720), (780, 900))}
    assert parse_exceptions([{"date": day, "open": []}]) == {day: ()}


DAY = date(2026, 12, 23)


@pytest.mark.parametrize(
    "value",
    [
        None, "2026-12-23", {"date": DAY}, [DAY], [{}], [{"date": "i morgon", "open": []}], [{"date": DAY}],
        [{"date": DAY, "open": None}], [{"date": DAY, "open": ["8-12"]}], [{"date": datetime(2026, 12, 23), "open": []}],
        [{"date": DAY, "open": []}, {"date": DAY, "open": []}],
    ],
)  # fmt: skip
def test_parse_exceptions_refuses_what_is_no_day_or_no_hours(value: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_exceptions(value)
