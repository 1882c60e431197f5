"""Opening hours: weekly schedules in local time. Pure: the caller brings the clock.

A schedule is read at the wall clock of the local zone, so a line that opens at 08:00 opens at 08:00 on
both daylight-saving days. Minutes count from Monday 00:00; an interval may run past midnight (25:00).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = 24 * 60
_WEEK = 7 * _DAY
_INTERVAL = re.compile(r"^(\d{2}):(\d{2})-(\d{2}):(\d{2})$")


@dataclass(frozen=True)
class Weekly:
    """Open intervals as (start, end) in minutes from Monday 00:00; `end` may pass the week's end."""

    intervals: tuple[tuple[int, int], ...]

    def is_open(self, local: datetime) -> bool:
        """Tell whether it is open at `local`, a time in the schedule's own zone."""
        minute = local.weekday() * _DAY + local.hour * 60 + local.minute
        return any(start <= m < end for start, end in self.intervals for m in (minute, minute + _WEEK))

    def next_opening(self, local: datetime) -> datetime | None:
        """Give the next moment it opens after `local`, in the same zone; None if it never opens."""
        minute = local.weekday() * _DAY + local.hour * 60 + local.minute
        waits = [(start - minute) % _WEEK or _WEEK for start, _ in self.intervals]
        if not waits:
            return None
        opens = minute + min(waits)
        day: date = local.date() + timedelta(days=opens // _DAY - local.weekday())
        clock = time(opens % _DAY // 60, opens % 60)
        return datetime.combine(day, clock, tzinfo=local.tzinfo)


ALWAYS = Weekly(((0, _WEEK),))


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
        if not isinstance(spans, list):
            raise ValueError(f"'{day}' needs a list of intervals, like [\"08:00-16:30\"]")
        for span in spans:
            found = _INTERVAL.match(str(span))
            if not found:
                raise ValueError(f"'{span}' is not an interval like 08:00-16:30")
            h1, m1, h2, m2 = (int(part) for part in found.groups())
            start, end = h1 * 60 + m1, h2 * 60 + m2
            if not 0 <= start < end <= 2 * _DAY or start >= _DAY or m1 > 59 or m2 > 59:
                raise ValueError(f"'{span}' does not end after it starts")
            base = DAYS.index(day) * _DAY
            intervals.append((base + start, base + end))
    return Weekly(tuple(sorted(intervals)))
