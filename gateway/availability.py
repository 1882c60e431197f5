"""Whether a counsellor can come now. Never yes where nobody is there: that would be a queue into silence."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from content.model import Content


class Availability:
    """`hours` is the setting; `present` gives how many counsellors have the console open."""

    def __init__(self, content: Content, hours: str, local: Callable[[], datetime], present: Callable[[], int]) -> None:
        self._schedule = content.organisation.counsellor_hours
        self._hours = hours
        self._local = local
        self._present = present

    def can_come(self) -> bool:
        """By the clock and by who is there; forced `open` assumes that somebody is."""
        if self._hours != "schedule":
            return self._hours == "open"
        return self._schedule.is_open(self._local()) and self._present() > 0
