"""Who a platform's conversation is with: the platform's id, sealed under a key of its own, used only to answer.

A conversation is found by keyed hashes of the person's ids. Everything here goes with the conversation; its key too.
Also the one-time links by which a visitor goes on in the web chat.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.keyring import ADDRESS, KeyGone, Keyring
from gateway.storage.change import Change
from gateway.storage.records import WEB, Gone
from gateway.storage.schema import address_hashes, addresses, conversations, links, outbox
from gateway.storage.store import TOKEN_BYTES, token_hash

LINK_SECONDS = 600.0
LINK = "en-gang."  # before a one-time link's secret, where a token is expected


def token_for(link: str, id: str) -> str:
    """Give the token that a link gives to whoever uses it with `id`; without one, another each time.

    Neither the link nor the id alone tells it: the id is as secret as a token, and only the page that made it has it.
    """
    if not id:
        return secrets.token_urlsafe(TOKEN_BYTES)
    mixed = hmac.new(link.encode(), id.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mixed).decode().rstrip("=")


@dataclass(frozen=True)
class Address:
    """Where a conversation's answers go. `stopped`: the visitor wants no more."""

    to: str
    stopped: bool


class Addresses:
    """One door to addresses, their hashes, and links."""

    def __init__(self, engine: AsyncEngine, keyring: Keyring, clock: Callable[[], float]) -> None:
        self._engine = engine
        self._writer = engine.execution_options(writes=True)
        self._keyring = keyring
        self._clock = clock

    @cached_property
    def _secret(self) -> bytes:
        return self._keyring.secret("addresses")

    def _hash(self, channel: str, who: str) -> str:
        return hmac.new(self._secret, f"{channel}\0{who}".encode(), hashlib.sha256).hexdigest()

    async def conversations_of(self, channel: str, who: tuple[str, ...]) -> list[str]:
        """Give the conversations with whoever has one of these ids; that of the most lasting one first."""
        hashes = [self._hash(channel, one) for one in who]
        found = select(address_hashes).where(address_hashes.c.hash.in_(hashes))
        async with self._engine.connect() as connection:
            by_hash = {row.hash: row.conversation for row in (await connection.execute(found)).all()}
        return list(dict.fromkeys(by_hash[hash] for hash in hashes if hash in by_hash))

    async def conversation_of(self, channel: str, who: tuple[str, ...]) -> str | None:
        """Give the conversation with whoever has one of these ids; the most lasting id decides."""
        return next(iter(await self.conversations_of(channel, who)), None)

    async def closed_of(self, channel: str, who: tuple[str, ...]) -> list[str]:
        """Give the closed conversations whose answers went to one of these ids, the latest first.

        No hash leads to one any more whose person began another, if that one is gone by now.
        """
        found = select(addresses).join(conversations, conversations.c.id == addresses.c.conversation)
        closed = found.where(conversations.c.channel == channel, conversations.c.state == "closed")
        async with self._engine.connect() as connection:
            rows = (await connection.execute(closed.order_by(conversations.c.created_at.desc()))).all()
        given = []
        for row in rows:
            with contextlib.suppress(KeyGone):
                if self._keyring.open(row.conversation + ADDRESS, "address", row.sealed)["to"] in who:
                    given.append(row.conversation)
        return given

    async def take_over(self, change: Change, old: tuple[str, ...]) -> None:
        """Whoever was known by any id as the visitor of an older conversation is known as this one's from now on."""
        moved = update(address_hashes).where(address_hashes.c.conversation.in_(old))
        await change.connection.execute(moved.values(conversation=change.conversation.id))

    async def keep(self, change: Change, channel: str, who: tuple[str, ...]) -> None:
        """The change's conversation is with this person from now on, and answers go to the first id."""
        id = change.conversation.id
        hashes = [self._hash(channel, one) for one in who]
        connection = change.connection
        await connection.execute(delete(address_hashes).where(address_hashes.c.hash.in_(hashes)))
        await connection.execute(insert(address_hashes), [{"hash": hash, "conversation": id} for hash in set(hashes)])
        await asyncio.to_thread(self._keyring.ensure, id + ADDRESS)
        sealed = self._keyring.seal(id + ADDRESS, "address", {"to": who[0]})
        written = await connection.execute(
            update(addresses).where(addresses.c.conversation == id).values(stopped=False, sealed=sealed)
        )
        if written.rowcount == 0:
            await connection.execute(insert(addresses).values(conversation=id, stopped=False, sealed=sealed))

    async def forget_ids(self, change: Change) -> None:
        """None of the ids by which this visitor was known is theirs any more: somebody else may have it by now."""
        theirs = address_hashes.c.conversation == change.conversation.id
        await change.connection.execute(delete(address_hashes).where(theirs))

    async def renew(self, change: Change, channel: str, who: tuple[str, ...]) -> None:
        """The person has written again: new ids of theirs are known, answers go to the most lasting of those they
        wrote with, and who said stop has changed their mind.
        """
        id = change.conversation.id
        hashes = {self._hash(channel, one) for one in who}
        connection = change.connection
        found = select(address_hashes.c.hash).where(address_hashes.c.conversation == id)
        new = hashes - set((await connection.execute(found)).scalars())
        if new:  # one of them may have been another conversation's, which is closed or somebody's who had the number
            await connection.execute(delete(address_hashes).where(address_hashes.c.hash.in_(new)))
            await connection.execute(insert(address_hashes), [{"hash": hash, "conversation": id} for hash in new])
        sealed = self._keyring.seal(id + ADDRESS, "address", {"to": who[0]})
        mine = update(addresses).where(addresses.c.conversation == id)
        await connection.execute(mine.values(stopped=False, sealed=sealed))

    async def of(self, id: str) -> Address | None:
        """Give where a conversation's answers go; None where there is nobody to answer (any more)."""
        async with self._engine.connect() as connection:
            found = select(addresses).where(addresses.c.conversation == id)
            row = (await connection.execute(found)).one_or_none()
        if row is None:
            return None
        try:
            return Address(self._keyring.open(id + ADDRESS, "address", row.sealed)["to"], row.stopped)
        except KeyGone:
            return None

    async def stopped(self) -> set[str]:
        """Give the conversations whose visitors want no more, or cannot be reached."""
        async with self._engine.connect() as connection:
            found = select(addresses.c.conversation).where(addresses.c.stopped.is_(True))
            return set((await connection.execute(found)).scalars())

    async def stop(self, change: Change) -> None:
        """Nothing goes out any more until the visitor writes again; what waits is not sent."""
        id = change.conversation.id
        await change.connection.execute(update(addresses).where(addresses.c.conversation == id).values(stopped=True))
        waiting = (outbox.c.conversation == id, outbox.c.state == "pending")
        await change.connection.execute(
            update(outbox).where(*waiting).values(state="failed", failure="blocked", sealed=None)
        )

    async def make_link(self, change: Change) -> str:
        """Give the secret of a new link; an older one of the conversation is dead."""
        secret = secrets.token_urlsafe(TOKEN_BYTES)
        id = change.conversation.id
        await change.connection.execute(delete(links).where(links.c.conversation == id))
        row = {"hash": token_hash(secret), "conversation": id, "ends_at": change.now + LINK_SECONDS}
        await change.connection.execute(insert(links).values(**row))
        return LINK + secret

    async def of_link(self, token: str) -> str:
        """Give the conversation of a link that still counts. Raises Gone."""
        hash = token_hash(token.removeprefix(LINK))
        found = select(links.c.conversation).where(links.c.hash == hash, links.c.ends_at > self._clock())
        async with self._engine.connect() as connection:
            id: str | None = (await connection.execute(found)).scalar_one_or_none()
        if id is None:
            raise Gone
        return id

    async def move_to_web(self, change: Change, link: str, token: str) -> None:
        """Take the conversation to the web chat, where `token` opens it, and forget where it came from.

        Raises Gone where the link has been used meanwhile. The address's key goes with `forget_key`, after the commit.
        """
        id = change.conversation.id
        used = await change.connection.execute(delete(links).where(links.c.hash == token_hash(link.removeprefix(LINK))))
        if used.rowcount != 1:
            raise Gone
        for table in (outbox, address_hashes, addresses):
            await change.connection.execute(delete(table).where(table.c.conversation == id))
        moved = update(conversations).where(conversations.c.id == id)
        await change.connection.execute(moved.values(channel=WEB, token_hash=token_hash(token)))
        change.conversation.channel = WEB

    async def forget_key(self, id: str) -> None:
        """Delete the key of an address whose row is gone."""
        await asyncio.to_thread(self._keyring.delete_address, id)

    async def forget_old(self) -> None:
        """Delete links whose time is over."""
        async with self._writer.begin() as connection:
            await connection.execute(delete(links).where(links.c.ends_at <= self._clock()))
