"""When a red letter must have been read: a quarter of an hour, counted in counsellors' hours."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from content.hours import Schedule, Weekly, parse_weekly
from gateway.letters.deadline import Deadline

ZONE = ZoneInfo("Europe/Stockholm")
WEEK = {day: ["08:00-16:30"] for day in ("mon", "tue", "wed", "thu", "fri")}
HOURS = Schedule(parse_weekly(WEEK) or Weekly(()), "closed")


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp()


@pytest.mark.parametrize(
    ("came", "due"),
    [
        ("2026-11-24 10:00", "2026-11-24 10:15"),
        ("2026-11-24 16:29", "2026-11-24 16:44"),
        ("2026-11-24 16:30", "2026-11-25 08:15"),
        ("2026-11-24 23:59", "2026-11-25 08:15"),
        ("2026-11-25 03:00", "2026-11-25 08:15"),
        ("2026-11-27 17:00", "2026-11-30 08:15"),  # over a weekend
        ("2026-12-23 17:00", "2026-12-28 08:15"),  # over Christmas
        ("2027-03-26 22:00", "2027-03-30 08:15"),  # over Easter, when the clocks change
    ],
)
def test_due_is_a_quarter_of_an_hour_after_it_came_or_after_opening(came: str, due: str) -> None:
    assert Deadline(HOURS, "schedule", ZONE).due(at(came)) == at(due)


def test_forced_open_knows_no_closing_time() -> None:
    night = at("2026-11-24 23:59")
    assert Deadline(HOURS, "open", ZONE).due(night) == night + 900


def test_nothing_is_due_where_nobody_ever_reads() -> None:
    assert Deadline(Schedule(Weekly(()), "closed"), "schedule", ZONE).due(at("2026-11-24 10:00")) is None
