"""When a time may stand beside others, and which times a repeat rule gives. Pure: no clock, no store.

Local time is the wall clock of the organisation's zone; everything else is seconds since 1970 UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from content.booking import LONGEST, SHORTEST
from content.model import Booking

KINDS = ("visit", "phone", "chat")
AUDIENCES = ("buyers", "exploited", "minors", "others")
MOST_REPEATS = 52
MOST_BUFFER_MINUTES = 120
MOST_DAYS_AHEAD = 400


class BadTime(ValueError):
    """A request that no calendar could make good. `code` names the sentence in content/console.yml."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Time:
    """One published time. By whom it is booked is not in it: nobody may know."""

    id: str
    kind: str
    place: str | None
    audience: str
    starts_at: float
    ends_at: float
    buffer_seconds: float
    staff_needed: int
    counsellor: int
    second: int | None
    series: str | None
    booked: bool

    @property
    def staff(self) -> frozenset[int]:
        return frozenset({self.counsellor} if self.second is None else {self.counsellor, self.second})


@dataclass(frozen=True)
class Request:
    """What a counsellor asks to publish. `start` is local and naive; `until` is the last day a repeat may begin on."""

    kind: str
    place: str | None
    audience: str
    start: datetime
    minutes: int
    buffer_minutes: int = 0
    staff_needed: int = 1
    every_weeks: int | None = None
    until: date | None = None


def check(request: Request, booking: Booking, today: date) -> None:
    """Refuse what cannot be published whatever else is in the calendar. Raises BadTime."""
    last = today + timedelta(days=MOST_DAYS_AHEAD)
    offered = request.place in booking.places if request.kind == "visit" else request.kind in booking.ways
    wrong = {
        "times_kind": request.kind not in KINDS,
        "times_audience": request.audience not in AUDIENCES,
        "times_place": not offered or (request.kind != "visit" and request.place is not None),
        "times_length": request.minutes not in booking.lengths or not SHORTEST <= request.minutes <= LONGEST,
        "times_buffer": not 0 <= request.buffer_minutes <= MOST_BUFFER_MINUTES,
        "times_staff": request.staff_needed not in (1, 2),
        "times_start": request.start.tzinfo is not None or request.start.year < today.year - 1,
        "times_far": max(request.start.date(), request.until or date.min) > last,
        "times_repeat": not _repeat_is_good(request),
    }
    for code, is_wrong in wrong.items():
        if is_wrong:
            raise BadTime(code)


def _repeat_is_good(request: Request) -> bool:
    if request.every_weeks is None or request.until is None:
        return request.every_weeks is None and request.until is None
    return 1 <= request.every_weeks <= MOST_REPEATS and request.until >= request.start.date()


def starts(request: Request) -> list[datetime]:
    """Give the local starts of a request: the same wall clock on every day. Raises BadTime over 52 of them."""
    if request.every_weeks is None or request.until is None:
        return [request.start]
    step = timedelta(weeks=request.every_weeks)
    count = (request.until - request.start.date()) // step + 1
    if count > MOST_REPEATS:
        raise BadTime("times_repeat")
    return [request.start + step * number for number in range(count)]


def seconds_of(local: datetime, zone: ZoneInfo) -> float:
    """Give the moment of a wall-clock time.

    In the hour that comes twice in October the first is meant; in the hour that is left out in March the clock has
    moved on, and 02.30 is 03.30 (as in RFC 5545).
    """
    return local.replace(tzinfo=zone, fold=0).timestamp()


def why_not(
    time: Time, others: Iterable[Time], apart_seconds: float, now: float, day: date, is_holiday: Callable[[date], bool]
) -> str | None:
    """Tell why a time cannot be published: `past`, `holiday`, `taken` or `adjoins`; None where it can."""
    if time.starts_at <= now:
        return "past"
    if is_holiday(day):
        return "holiday"
    others = list(others)
    if any(collide(time, other) for other in others):
        return "taken"
    return "adjoins" if any(adjoin(time, other, apart_seconds) for other in others) else None


def collide(one: Time, other: Time) -> bool:
    """Tell whether two times need the same person, or the same place, within the time kept free around either.

    The minutes kept free after one may be those kept free before the next.
    """
    same = bool(one.staff & other.staff) or _same_place(one, other)
    return same and _gap(one, other) < max(one.buffer_seconds, other.buffer_seconds)


def adjoin(one: Time, other: Time, apart_seconds: float) -> bool:
    """Tell whether a buyer and somebody else could meet at the door: too near each other at one place."""
    if not _same_place(one, other) or (one.audience == "buyers") == (other.audience == "buyers"):
        return False
    return _gap(one, other) < apart_seconds + one.buffer_seconds + other.buffer_seconds


def is_free(person: int, time: Time, others: Iterable[Time]) -> bool:
    """Tell whether somebody could take part in a time beside what they already have."""
    theirs = (other for other in others if other.id != time.id and person in other.staff)
    return not any(_gap(time, other) < max(time.buffer_seconds, other.buffer_seconds) for other in theirs)


def _same_place(one: Time, other: Time) -> bool:
    return one.place is not None and one.place == other.place


def _gap(one: Time, other: Time) -> float:
    """Seconds between the end of the earlier and the start of the later; under 0 where they overlap."""
    return max(one.starts_at - other.ends_at, other.starts_at - one.ends_at)
