"""How long a wait usually is: from half to nine tenths of the recent ones, in whole minutes. No person in it.

Counts only those who were met by a counsellor; who left the queue before has no row. Nothing is subtracted for what
somebody has waited already: that would promise more than is known.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from gateway.storage.store import Store

RECENT_SECONDS = 14 * 24 * 3600.0
KEPT_SECONDS = 28 * 24 * 3600.0
FEWEST = 20
READ_AGAIN_SECONDS = 60.0


def interval(waits: Sequence[float]) -> tuple[int, int] | None:
    """Give P50 and P90 (nearest rank) of waits in seconds, as minutes rounded up; None of fewer than 20."""
    if len(waits) < FEWEST:
        return None
    ordered = sorted(waits)
    half, most = (ordered[math.ceil(part * len(ordered) / 100) - 1] for part in (50, 90))
    return max(1, math.ceil(half / 60)), max(1, math.ceil(most / 60))


class UsualWait:
    """What waiting visitors are told, read anew once a minute."""

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock
        self._known: tuple[int, int] | None = None
        self._until = -math.inf

    async def minutes(self) -> tuple[int, int] | None:
        """Give the interval; None where too little is known."""
        now = self._clock()
        if now >= self._until:
            self._known = interval(await self._store.waits(now - RECENT_SECONDS))
            self._until = now + READ_AGAIN_SECONDS
        return self._known

    async def forget_old(self) -> None:
        """Delete what is too old to tell anything."""
        await self._store.forget_waits(self._clock() - KEPT_SECONDS)
