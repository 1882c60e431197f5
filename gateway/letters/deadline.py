"""By when a red letter must have been read: a quarter of an hour after it came, or after counsellors begin to read."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from content.hours import Schedule

READ_WITHIN_SECONDS = 15 * 60.0
EXPIRES_SOON_SECONDS = 5 * 24 * 3600.0  # so long before it is deleted unread, staff are told


class Deadline:
    """`hours` is the setting: forced `open` knows no closing time."""

    def __init__(self, schedule: Schedule, hours: str, zone: tzinfo) -> None:
        self._schedule = schedule
        self._hours = hours
        self._zone = zone

    def due(self, at: float) -> float | None:
        """Give when a letter that came at `at` must have been read; None where no opening is in sight."""
        came = datetime.fromtimestamp(at, UTC).astimezone(self._zone)
        if self._hours == "open" or self._schedule.is_open(came):
            return at + READ_WITHIN_SECONDS
        opens = self._schedule.next_opening(came)
        return None if opens is None else opens.timestamp() + READ_WITHIN_SECONDS
