"""Buckets against floods: per conversation, for guesses at six words, and per address for new conversations, mailboxes
and bookings. In memory only.

An address is seen only as a keyed hash whose key is random and changes daily; generous, since a school
or a shelter shares one address.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Callable

CONVERSATION = (30.0, 1.0)  # frames at once, frames a second
ADDRESS = (120.0, 1.0)  # new conversations at once, new ones a second
GUESSES = (5.0, 1 / 900)  # six words tried at once in a conversation, and a second
ALL_GUESSES = (30.0, 1 / 60)  # the same over all conversations that began at one address
MAILBOXES = (30.0, 1 / 60)  # new mailboxes from one address at once, and a second: each costs memory and work
BOOKINGS = (6.0, 1 / 1800)  # the same of bookings: nobody is to take all the times there are
_DAY = 24 * 3600.0
_MOST = 50_000


class Buckets:
    """Token buckets by name; those that are full again are forgotten."""

    def __init__(self, size: float, refill: float, clock: Callable[[], float]) -> None:
        self._size, self._refill, self._clock = size, refill, clock
        self._levels: dict[str, tuple[float, float]] = {}
        self._most = _MOST

    def take(self, name: str) -> bool:
        """Take one; False where the bucket is empty."""
        now = self._clock()
        if len(self._levels) > self._most:
            self._forget(now)
            self._most = max(_MOST, 2 * len(self._levels))
        level, at = self._levels.get(name, (self._size, now))
        level = min(self._size, level + max(0.0, now - at) * self._refill)
        self._levels[name] = (level - 1 if level >= 1 else level, now)
        return level >= 1

    def give_back(self, name: str) -> None:
        """What was taken came to nothing."""
        if name in self._levels:
            level, at = self._levels[name]
            self._levels[name] = (min(self._size, level + 1), at)

    def forget(self, name: str) -> None:
        self._levels.pop(name, None)

    def _forget(self, now: float) -> None:
        full = self._size / self._refill
        self._levels = {name: one for name, one in self._levels.items() if now - one[1] < full}


class TooMany(Exception):
    """More than somebody may leave or book in a while; later it can be done."""


class Rates:
    """All limits. `address` never leaves `start` and `began`; its hash is kept until the key changes."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._frames = Buckets(*CONVERSATION, clock)
        self._starts = Buckets(*ADDRESS, clock)
        self._guesses = Buckets(*GUESSES, clock)
        self._all_guesses = Buckets(*ALL_GUESSES, clock)
        self._mailboxes = Buckets(*MAILBOXES, clock)
        self._bookings = Buckets(*BOOKINGS, clock)
        self._began: dict[str, str] = {}
        self._key, self._since = os.urandom(32), clock()

    def began(self, conversation: str, address: str) -> None:
        """Note where a conversation began, so that what it leaves and books counts for the address."""
        self._began[conversation] = self._hash(address)

    def mailbox(self, conversation: str) -> None:
        """Count a new mailbox. Raises TooMany."""
        if not self._mailboxes.take(self._began.get(conversation, conversation)):
            raise TooMany

    def booking(self, conversation: str) -> None:
        """Count a booking. Raises TooMany."""
        if not self._bookings.take(self._began.get(conversation, conversation)):
            raise TooMany

    def guess(self, conversation: str) -> bool:
        """Count a try at six words; False where too many were wrong."""
        return self._guesses.take(conversation) and self._all_guesses.take(self._began.get(conversation, conversation))

    def guessed(self, conversation: str) -> None:
        """The words were right: what was wrong before is forgotten."""
        self._guesses.forget(conversation)

    def frame(self, conversation: str) -> bool:
        return self._frames.take(conversation)

    def start(self, address: str) -> bool:
        return self._starts.take(self._hash(address))

    def _hash(self, address: str) -> str:
        if self._clock() - self._since > _DAY:
            self._key, self._since = os.urandom(32), self._clock()
            self._began.clear()
        return hmac.new(self._key, address.encode(), hashlib.sha256).hexdigest()
