"""Weekly hours at the wall clock: midnight, the week's end, both daylight-saving nights, and bad schedules."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from content.hours import ALWAYS, Weekly, parse_weekly

STOCKHOLM = ZoneInfo("Europe/Stockholm")
OFFICE = {day: ["08:00-12:00", "13:00-16:30"] for day in ("mon", "tue", "wed", "thu", "fri")}
NIGHTS = {"fri": ["22:00-25:00"], "sun": ["23:00-26:30"]}


def at(moment: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=STOCKHOLM, fold=fold)


def weekly(value: object) -> Weekly:
    parsed = parse_weekly(value)
    assert parsed is not None
    return parsed


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
    assert weekly(hours).is_open(at(moment)) is is_open


def test_is_open_in_both_hours_of_the_longer_night() -> None:
    hours = weekly({"sun": ["02:00-03:00"]})

    assert [hours.is_open(at("2026-10-25T02:30", fold)) for fold in (0, 1)] == [True, True]


@pytest.mark.parametrize(
    ("hours", "moment", "opens"),
    [
        (OFFICE, "2026-11-23T07:00", "2026-11-23T08:00"),
        (OFFICE, "2026-11-23T08:00", "2026-11-23T13:00"),
        (OFFICE, "2026-11-23T17:00", "2026-11-24T08:00"),
        (OFFICE, "2026-11-27T17:00", "2026-11-30T08:00"),
        (OFFICE, "2026-11-29T23:59", "2026-11-30T08:00"),
        (OFFICE, "2026-12-31T17:00", "2027-01-01T08:00"),
        (OFFICE, "2026-03-28T23:00", "2026-03-30T08:00"),
        (OFFICE, "2026-10-24T23:00", "2026-10-26T08:00"),
        ({"mon": ["08:00-09:00"]}, "2026-11-23T08:00", "2026-11-30T08:00"),
    ],
)
def test_next_opening_gives_the_next_moment(hours: object, moment: str, opens: str) -> None:
    assert weekly(hours).next_opening(at(moment)) == at(opens)


def test_next_opening_of_what_never_opens_is_none() -> None:
    assert weekly({}).next_opening(at("2026-11-23T10:00")) is None


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
