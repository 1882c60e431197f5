"""What platforms have delivered and nobody has worked on yet: stored once, and only then acknowledged.

A receipt (a keyed hash, kept longer than any platform repeats itself) makes a repeat harmless. The words wait for some
milliseconds, as a rule; they are sealed with a key that lives for an hour or two.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from functools import cached_property

from cryptography.exceptions import InvalidTag
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from connectors.messaging import Inbound
from gateway.keyring import HOURLY, KeyGone, Keyring
from gateway.storage.schema import arrivals, receipts

RECEIPT_SECONDS = 9 * 24 * 3600.0  # Meta repeats for seven days
KEY_SECONDS = 3600.0
MOST_RACES = 5
AT_ONCE = 400  # rows a statement; SQLite takes 32,766 parameters


@dataclass(frozen=True)
class Arrival:
    """One thing that waits since `at`. `tries`: how often working on it failed. `inbound` None: it cannot be read."""

    id: int
    tries: int
    at: float
    inbound: Inbound | None


class Arrivals:
    """The inbox's rows and its receipts."""

    def __init__(self, engine: AsyncEngine, keyring: Keyring, clock: Callable[[], float]) -> None:
        self._engine = engine
        self._writer = engine.execution_options(writes=True)
        self._keyring = keyring
        self._clock = clock

    @cached_property
    def _secret(self) -> bytes:
        return self._keyring.secret("receipts")

    def receipt(self, channel: str, id: str) -> str:
        """Give what is kept of a message's id: 64 hexadecimal digits."""
        return hmac.new(self._secret, f"{channel}\0{id}".encode(), hashlib.sha256).hexdigest()

    async def accept(self, channel: str, inbounds: list[Inbound]) -> int:
        """Store what has not come before; give how many that were. All of it or nothing."""
        if not inbounds:
            return 0
        new: dict[str, Inbound] = {}
        for inbound in inbounds:  # in the order in which they came; of two alike the first
            new.setdefault(self.receipt(channel, inbound.id), inbound)
        now = self._clock()
        key = f"{HOURLY}{int(now // KEY_SECONDS)}"
        await asyncio.to_thread(self._keyring.ensure, key)
        for attempt in range(MOST_RACES):
            try:
                return await self._insert(channel, new, key, now)
            except IntegrityError:  # the same message came twice at once: now it is there
                if attempt == MOST_RACES - 1:
                    raise
        return 0

    async def _insert(self, channel: str, new: dict[str, Inbound], key: str, now: float) -> int:
        async with self._writer.begin() as connection:
            known = await self._known(connection, list(new))
            fresh = {hash: inbound for hash, inbound in new.items() if hash not in known}
            if fresh:
                # sorted, so that two requests with the same messages never wait for each other
                await connection.execute(insert(receipts), [{"hash": hash, "at": now} for hash in sorted(fresh)])
                rows = [
                    {
                        "channel": channel, "key": key, "at": now, "tries": 0,
                        "sealed": self._keyring.seal(key, f"arrival|{channel}", asdict(inbound)),
                    }
                    for inbound in fresh.values()
                ]  # fmt: skip
                await connection.execute(insert(arrivals), rows)
        return len(fresh)

    async def _known(self, connection: AsyncConnection, hashes: list[str]) -> set[str]:
        known: set[str] = set()
        for start in range(0, len(hashes), AT_ONCE):
            some = receipts.c.hash.in_(hashes[start : start + AT_ONCE])
            known |= set((await connection.execute(select(receipts.c.hash).where(some))).scalars())
        return known

    async def waiting(self, channel: str, most: int) -> list[Arrival]:
        """Give what waits, in the order in which it came."""
        found = select(arrivals).where(arrivals.c.channel == channel).order_by(arrivals.c.id).limit(most)
        async with self._engine.connect() as connection:
            rows = (await connection.execute(found)).all()
        given = []
        for row in rows:
            try:
                opened = self._keyring.open(row.key, f"arrival|{channel}", row.sealed)
                given.append(Arrival(row.id, row.tries, row.at, Inbound(**{**opened, "who": tuple(opened["who"])})))
            except (KeyGone, InvalidTag, TypeError):  # or sealed with a lost keyring's key, or by another version
                given.append(Arrival(row.id, row.tries, row.at, None))
        return given

    async def done(self, connection: AsyncConnection, arrival: int) -> None:
        """It is worked on, in the transaction of the work."""
        await connection.execute(delete(arrivals).where(arrivals.c.id == arrival))

    async def close(self, connection: AsyncConnection, arrival: Arrival, receipts: Iterable[str] = ()) -> None:
        """It is worked on; these are receipts of what is not to be taken any more, should it come."""
        for receipt in receipts:
            await self.has_come(connection, receipt, arrival.at)
        await self.done(connection, arrival.id)

    async def drop(self, arrival: int) -> None:
        """It asks for no work."""
        async with self._writer.begin() as connection:
            await self.done(connection, arrival)

    async def tried(self, arrival: int) -> None:
        """Working on it has failed once more."""
        async with self._writer.begin() as connection:
            again = update(arrivals).where(arrivals.c.id == arrival)
            await connection.execute(again.values(tries=arrivals.c.tries + 1))

    async def has_come(self, connection: AsyncConnection, receipt: str, now: float) -> None:
        """Keep a receipt for a message that has not come yet and is not to be taken when it does."""
        if not await self.is_known(connection, receipt):
            await connection.execute(insert(receipts).values(hash=receipt, at=now))

    async def have_come(self, *receipts: str) -> bool:
        """Tell whether there is any of some receipts."""
        async with self._engine.connect() as connection:
            return bool(await self._known(connection, list(receipts)))

    async def is_known(self, connection: AsyncConnection, receipt: str) -> bool:
        """Tell whether there is a receipt."""
        return bool(await self._known(connection, [receipt]))

    async def forget_of(self, channels: Iterable[str], before: float) -> dict[str, int]:
        """Delete what has waited since before a moment, of all but these channels; give how many, by channel."""
        old = (arrivals.c.channel.not_in(list(channels)), arrivals.c.at < before)
        async with self._writer.begin() as connection:
            found = select(arrivals.c.channel, func.count()).where(*old).group_by(arrivals.c.channel)
            counted = {row[0]: row[1] for row in (await connection.execute(found)).all()}
            await connection.execute(delete(arrivals).where(*old))
        return counted

    async def count(self) -> dict[str, int]:
        """Give how many wait, by channel."""
        found = select(arrivals.c.channel, func.count()).group_by(arrivals.c.channel)
        async with self._engine.connect() as connection:
            return {row[0]: row[1] for row in (await connection.execute(found)).all()}

    async def forget_old(self) -> None:
        """Delete old receipts, and the keys of past hours that nothing is sealed with any more."""
        now = self._clock()
        async with self._writer.begin() as connection:
            await connection.execute(delete(receipts).where(receipts.c.at < now - RECEIPT_SECONDS))
        async with self._engine.connect() as connection:
            used = set((await connection.execute(select(arrivals.c.key).distinct())).scalars())
        young = {f"{HOURLY}{int(now // KEY_SECONDS) - ago}" for ago in (0, 1)}
        for key in await asyncio.to_thread(self._keyring.ids):
            if key.startswith(HOURLY) and key not in young | used:
                await asyncio.to_thread(self._keyring.delete, key)
