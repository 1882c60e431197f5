"""Shows in an app that a counsellor writes, where that is possible and does not mark anything as read."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import aiohttp

from connectors.messaging import Channel, SendFailed
from gateway.handoff import State
from gateway.storage.addresses import Addresses
from gateway.storage.failures import STORE_FAILURES
from gateway.storage.records import Gone
from gateway.storage.store import Store

EVERY_SECONDS = 4.0  # Telegram shows it for five


class Typing:
    """`channel` gives a connector on which we talk with people, None for any other."""

    def __init__(
        self, store: Store, addresses: Addresses, channel: Callable[[str], Channel | None], clock: Callable[[], float]
    ) -> None:
        self._store = store
        self._addresses = addresses
        self._channel = channel
        self._clock = clock
        self._shown: dict[str, float] = {}

    def is_due(self, id: str) -> bool:
        """Tell whether it was not shown just now, and note that it is shown."""
        now = self._clock()
        self._shown = {one: at for one, at in self._shown.items() if now - at < EVERY_SECONDS}
        due = id not in self._shown
        self._shown.setdefault(id, now)
        return due

    async def show(self, id: str, http: aiohttp.ClientSession) -> None:
        """Show it once; what cannot be shown is no failure."""
        with contextlib.suppress(Gone, SendFailed, *STORE_FAILURES):
            conversation = await self._store.get(id)
            channel, address = self._channel(conversation.channel), await self._addresses.of(id)
            if channel is None or address is None or address.stopped or conversation.state is not State.HUMAN:
                return
            if channel.capabilities.typing:
                await channel.show_typing(http, address.to)
