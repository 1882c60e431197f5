"""Opening hours: weekly schedules, public holidays and single days that differ. Pure: the caller brings the clock.

A schedule is read at the wall clock of the local zone, so a line that opens at 08:00 opens at 08:00 on
both daylight-saving days. An interval belongs to the day it begins on and may run past midnight (25:00).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOLIDAYS = ("closed", "as_usual")
LOOK_AHEAD_DAYS = 60
_DAY = 24 * 60
_WEEK = 7 * _DAY
_INTERVAL = re.compile(r"^(\d{2}):(\d{2})-(\d{2}):(\d{2})$")

Spans = tuple[tuple[int, int], ...]  # open from, open until: minutes from a midnight


def is_holiday(day: date) -> bool:
    """Tell whether Swedish offices are closed on `day` because of what day it is; a mere Sunday does not count.

    Public holidays (lag 1989:253) and the eves that the annual leave act equates with them (semesterlagen 7 §):
    midsommarafton, julafton, nyårsafton.
    """
    return day in _holidays(day.year)


@cache
def _holidays(year: int) -> frozenset[date]:
    import holidays  # here, not above: it costs 100 ms, and most commands ask for no holiday

    return frozenset(holidays.country_holidays("SE", years=year, categories=("public", "de_facto")))


@dataclass(frozen=True)
class Weekly:
    """Open intervals as (start, end) in minutes from Monday 00:00; `end` may pass the week's end."""

    intervals: Spans

    def spans(self, weekday: int) -> Spans:
        """Give the intervals that begin on a weekday (0: Monday), in minutes from its midnight."""
        if self == ALWAYS:
            return ((0, _DAY),)
        base = weekday * _DAY
        return tuple((start - base, end - base) for start, end in self.intervals if base <= start < base + _DAY)


ALWAYS = Weekly(((0, _WEEK),))


@dataclass(frozen=True)
class Schedule:
    """A week, what holds on holidays (`closed`, `as_usual`; None: not known), and single days that differ from both."""

    weekly: Weekly
    holidays: str | None = None
    exceptions: Mapping[date, Spans] = field(default_factory=dict)

    def is_open(self, local: datetime) -> bool:
        """Tell whether it is known to be open at `local`, a time in the schedule's own zone."""
        return self.open_now(local) is True

    def open_now(self, local: datetime) -> bool | None:
        """Tell whether it is open at `local`; None where that is not known, as on a holiday nobody has told of."""
        minute, today = local.hour * 60 + local.minute, local.date()
        yesterday = today - timedelta(days=1)
        late = self._spans(yesterday)
        if any(start <= minute + _DAY < end for start, end in late or ()):
            return True
        spans = self._spans(today)
        if any(start <= minute < end for start, end in spans or ()):
            return True
        usually = self.weekly.spans(yesterday.weekday())
        late_unknown = late is None and any(start <= minute + _DAY < end for start, end in usually)
        return None if spans is None or late_unknown else False

    def next_opening(self, local: datetime) -> datetime | None:
        """Give the next moment it opens after `local`, in the same zone; None if that is not within 60 days."""
        minute = local.hour * 60 + local.minute
        for ahead in range(LOOK_AHEAD_DAYS + 1):
            day = local.date() + timedelta(days=ahead)
            starts = [start for start, _ in self._spans(day) or () if ahead or start > minute]
            if starts:
                return _moment(day, min(starts), local)
        return None

    def closing(self, local: datetime) -> datetime | None:
        """Give the moment at which what is open at `local` closes; None where it is closed, or never closes soon."""
        at, ends = local, None
        while (further := self._end(at)) is not None:  # an interval may begin where another ends
            at = ends = further
            if at.date() - local.date() > timedelta(days=7):
                return None
        return ends

    def _end(self, local: datetime) -> datetime | None:
        """Give the end of the interval that is open at `local`."""
        minute, today = local.hour * 60 + local.minute, local.date()
        for day, at in ((today - timedelta(days=1), minute + _DAY), (today, minute)):
            ends = [end for start, end in self._spans(day) or () if start <= at < end]
            if ends:
                return _moment(day, max(ends), local)
        return None

    def _spans(self, day: date) -> Spans | None:
        """Give the intervals that begin on a day; None where they are not known."""
        if day in self.exceptions:
            return self.exceptions[day]
        if self.holidays != "as_usual" and self.weekly != ALWAYS and is_holiday(day):
            return () if self.holidays == "closed" else None
        return self.weekly.spans(day.weekday())


def _moment(day: date, minute: int, local: datetime) -> datetime:
    clock = time(minute % _DAY // 60, minute % 60)
    return datetime.combine(day + timedelta(days=minute // _DAY), clock, tzinfo=local.tzinfo)


def parse_weekly(value: object) -> Weekly | None:
    """Read `always`, null or `{mon: ["08:00-12:00", …], …}`.

    Raises:
        ValueError: with what is wrong, for the content check to put file and id before.
    """
    if value is None:
        return None
    if value == "always":
        return ALWAYS
    if not isinstance(value, dict):
        raise ValueError("hours are 'always', null or a list of intervals per weekday")
    intervals: list[tuple[int, int]] = []
    for day, spans in value.items():
        if day not in DAYS:
            raise ValueError(f"unknown weekday '{day}': use {', '.join(DAYS)}")
        base = DAYS.index(day) * _DAY
        intervals += ((base + start, base + end) for start, end in _parse_spans(day, spans))
    return Weekly(tuple(sorted(intervals)))


def parse_holidays(value: object) -> str | None:
    """Read what holds on holidays: `closed`, `as_usual`, or null where it is not known. Raises ValueError."""
    if value is not None and value not in HOLIDAYS:
        raise ValueError(f"'holidays: {value}' is unknown: use {' or '.join(HOLIDAYS)}")
    return None if value is None else str(value)


def parse_exceptions(value: object) -> dict[date, Spans]:
    """Read `[{date: 2026-12-23, open: ["08:00-12:00"]}, …]`; `open: []` is a closed day. Raises ValueError."""
    if not isinstance(value, list):
        raise ValueError('exceptions are a list, like [{date: 2026-12-23, open: ["08:00-12:00"]}]')
    exceptions: dict[date, Spans] = {}
    for one in value:
        day = one.get("date") if isinstance(one, dict) else None
        if not isinstance(day, date) or isinstance(day, datetime):
            raise ValueError("an exception needs a 'date' like 2026-12-23")
        if day in exceptions:
            raise ValueError(f"the exception {day} stands twice")
        exceptions[day] = _parse_spans(str(day), one.get("open"))
    return exceptions


def _parse_spans(day: str, value: object) -> Spans:
    if not isinstance(value, list):
        raise ValueError(f"'{day}' needs a list of intervals, like [\"08:00-16:30\"]")
    spans: list[tuple[int, int]] = []
    for span in value:
        found = _INTERVAL.match(str(span))
        if not found:
            raise ValueError(f"'{span}' is not an interval like 08:00-16:30")
        h1, m1, h2, m2 = (int(part) for part in found.groups())
        start, end = h1 * 60 + m1, h2 * 60 + m2
        if not 0 <= start < end <= 2 * _DAY or start >= _DAY or m1 > 59 or m2 > 59:
            raise ValueError(f"'{span}' does not end after it starts")
        spans.append((start, end))
    return tuple(sorted(spans))
