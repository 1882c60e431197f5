"""How fast may be sent: a bucket for each platform and each person there, and a pause where a platform asks for one.

In memory; a restart begins with full buckets, which the platforms' own answers correct.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from connectors.messaging import Capabilities

MOST_KEPT = 20_000


@dataclass
class _Bucket:
    """Tokens that come back with time; the level may be below zero: those are promised to somebody already."""

    level: float
    at: float

    def take(self, size: float, per_second: float, now: float) -> float:
        """Take one; give how many seconds to wait before it may be used."""
        self.level = min(size, self.level + (now - self.at) * per_second) - 1
        self.at = now
        return max(0.0, -self.level / per_second)


class Limits:
    """One for all channels. `monotonic` gives seconds, `sleep` waits them."""

    def __init__(
        self,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._now = monotonic
        self._sleep = sleep
        self._platforms: dict[str, _Bucket] = {}
        self._chats: dict[str, _Bucket] = {}
        self._until: dict[str, float] = {}

    async def turn(self, channel: str, can: Capabilities, chat: str | None = None) -> None:
        """Wait until one message may go out to this chat, or one call that is no message to anybody."""
        while True:
            while (left := self._left(channel)) > 0:
                await self._sleep(left)
            wait = 0.0 if chat is None else self._chat(can, chat)
            platform = self._platforms.setdefault(channel, _Bucket(can.burst, self._now()))
            wait = max(wait, platform.take(can.burst, can.per_second, self._now()))
            if wait > 0:
                await self._sleep(wait)
            if self._left(channel) <= 0:
                return  # else what was promised came to nothing: after the pause they do not all go out at once

    def _left(self, channel: str) -> float:
        return self._until.get(channel, 0.0) - self._now()

    def pause(self, channel: str, seconds: float) -> None:
        """Nothing goes out to this platform for so long."""
        self._until[channel] = max(self._until.get(channel, 0.0), self._now() + seconds)

    def _chat(self, can: Capabilities, chat: str) -> float:
        if len(self._chats) > MOST_KEPT:
            old = self._now() - can.chat_seconds * can.chat_burst - 60
            self._chats = {name: bucket for name, bucket in self._chats.items() if bucket.at > old}
        bucket = self._chats.setdefault(chat, _Bucket(can.chat_burst, self._now()))
        return bucket.take(can.chat_burst, 1 / can.chat_seconds, self._now())
