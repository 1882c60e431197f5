"""Whether somebody can come: by the clock of an Umeå year, and by who is there and has room."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from content.model import Content
from gateway.availability import Availability

STOCKHOLM = ZoneInfo("Europe/Stockholm")


def availability(content: Content, moment: str, *online: int, hours: str = "schedule", fold: int = 0) -> Availability:
    local = datetime.fromisoformat(moment).replace(tzinfo=STOCKHOLM, fold=fold)
    return Availability(content, hours, lambda: local, lambda: set(online))


@pytest.mark.parametrize(
    ("moment", "can_come"),
    [
        ("2026-11-24T07:59", False),
        ("2026-11-24T08:00", True),
        ("2026-11-24T16:30", False),
        ("2026-11-28T10:00", False),
        ("2026-12-23T10:00", True),
        ("2026-12-24T10:00", False),
        ("2026-12-28T10:00", True),
        ("2027-01-01T10:00", False),
        ("2027-03-26T10:00", False),
        ("2027-03-29T10:00", False),
        ("2027-03-30T08:00", True),
        ("2026-06-19T10:00", False),
        ("2026-03-29T02:30", False),  # the hour that is left out
        ("2026-03-30T08:00", True),
        ("2026-10-26T08:00", True),
    ],
)
def test_can_come_needs_the_hours_and_somebody_online(content: Content, moment: str, can_come: bool) -> None:
    assert availability(content, moment, 7).can_come() is can_come
    assert availability(content, moment).can_come() is False


@pytest.mark.parametrize(("hours", "can_come"), [("open", True), ("closed", False)])
def test_forced_hours_ask_neither_the_clock_nor_who_is_there(content: Content, hours: str, can_come: bool) -> None:
    forced = [availability(content, moment, hours=hours) for moment in ("2026-12-24T03:00", "2026-11-24T10:00")]

    assert [one.can_come() for one in forced] == [can_come] * 2
    assert [(one.closes_at(), one.is_over()) for one in forced] == [(None, not can_come)] * 2


@pytest.mark.parametrize(
    ("online", "carried", "full"),
    [
        ((), {1: 9}, False),  # nobody is there: that is another sentence
        ((1,), {}, False),
        ((1,), {1: 3}, False),
        ((1,), {1: 4}, True),
        ((1,), {1: 6}, True),
        ((1, 2), {1: 4}, False),
        ((1, 2), {1: 4, 2: 3}, False),
        ((1, 2), {1: 4, 2: 4, 3: 0}, True),
    ],
)
def test_all_full_asks_only_those_online(
    content: Content, online: tuple[int, ...], carried: dict[int, int], full: bool
) -> None:
    assert availability(content, "2026-11-24T10:00", *online).all_full(carried) is full


@pytest.mark.parametrize(
    ("moment", "closes_at"),
    [
        ("2026-11-24T10:00", "2026-11-24T15:30+00:00"),
        ("2026-06-18T10:00", "2026-06-18T14:30+00:00"),
        ("2026-03-30T08:00", "2026-03-30T14:30+00:00"),  # the first Monday of summer time, and of winter time
        ("2026-10-26T08:00", "2026-10-26T15:30+00:00"),
        ("2026-11-24T16:30", None),
        ("2026-12-25T10:00", None),
    ],
)
def test_closes_at_is_the_moment_the_wall_clock_says(content: Content, moment: str, closes_at: str | None) -> None:
    expected = datetime.fromisoformat(closes_at).timestamp() if closes_at else None

    assert availability(content, moment).closes_at() == expected
