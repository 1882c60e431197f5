"""Whether a counsellor can come now. Never yes where nobody is there: that would be a queue into silence."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from content.model import Content


class Availability:
    """`hours` is the setting; `online` gives the ids of the counsellors who have the console open and are not away."""

    def __init__(
        self, content: Content, hours: str, local: Callable[[], datetime], online: Callable[[], Collection[int]]
    ) -> None:
        self._schedule = content.organisation.counsellor_hours
        self._load = content.organisation.counsellor_load
        self._hours = hours
        self._local = local
        self._online = online

    def can_come(self) -> bool:
        """By the clock and by who is there; forced `open` assumes that somebody is."""
        if self._hours != "schedule":
            return self._hours == "open"
        return self._schedule.is_open(self._local()) and bool(self._online())

    def chats_at(self, moment: datetime) -> bool:
        """Tell whether a counsellor can be reached in the chat at a local moment to come, as far as the hours say."""
        return self._hours != "schedule" or self._schedule.is_open(moment)

    def closes_at(self) -> float | None:
        """Give when the counsellors' hours end, in seconds since 1970 UTC; None where they are over or have no end."""
        closes = self._schedule.closing(self._local()) if self._hours == "schedule" else None
        return closes.timestamp() if closes else None

    def is_over(self) -> bool:
        """Tell whether it is outside the counsellors' hours, whoever is still there."""
        if self._hours != "schedule":
            return self._hours == "closed"
        return not self._schedule.is_open(self._local())

    def all_full(self, carried: Mapping[int, int]) -> bool:
        """Tell whether everybody who is online talks with as many as they may; `carried` by counsellor, 0 left out."""
        online = self._online()
        return bool(online) and all(self._load.full(carried.get(counsellor, 0)) for counsellor in online)
