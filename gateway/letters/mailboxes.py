"""Mailboxes as their visitors use them: made, written to, found again with the six words, read, deleted.

A letter is sealed with the mailbox's own key in the keyring, so that staff can read it; a reply (`inbox`) to the
public key that the words alone open. Of the words only a lookup id and the public key are stored.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, exists, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from gateway.keyring import KeyGone, Keyring
from gateway.letters.keys import COST, Cost, Derivation
from gateway.letters.records import Letter, OpenMailbox
from gateway.letters.rows import DAY, locked, next_number, number_of, place, prolong, reply_place
from gateway.letters.sealed import open_sealed
from gateway.letters.secret_words import SecretWords
from gateway.storage.records import Gone
from gateway.storage.schema import letters, mailboxes, times


class HasReplies(Exception):
    """A reply is sealed to these words: with new ones it could never be opened."""


class Mailboxes:
    """`days` is how long a mailbox stays after its last letter; `changed(mailbox)` is called after each commit."""

    def __init__(
        self,
        engine: AsyncEngine,
        keyring: Keyring,
        secret_words: SecretWords,
        clock: Callable[[], float],
        days: float,
        changed: Callable[[str], None] = lambda mailbox: None,
        cost: Cost = COST,
    ) -> None:
        self._engine = engine
        self._writer = engine.execution_options(writes=True)
        self._keyring = keyring
        self._words = secret_words
        self._derivation = Derivation(keyring.secret("six_words"), cost)
        self._clock = clock
        self._seconds = days * DAY
        self._changed = changed

    async def begin(self) -> tuple[str, tuple[str, ...]]:
        """Make a mailbox; give its id and its six words, which are kept nowhere: show them once and drop them."""
        id, words, now = uuid.uuid4().hex, self._words.draw(), self._clock()
        keys = await self._derivation.keys(words)
        await asyncio.to_thread(self._keyring.create, id)
        row = {"id": id, "lookup": keys.lookup, "public_key": keys.public, "created_at": now}
        async with self._writer.begin() as connection:
            await connection.execute(insert(mailboxes).values(**row, expires_at=now + self._seconds))
        return id, words

    async def write(
        self, mailbox: str, text: str, understood: dict[str, Any], priority: int, client_id: str | None = None
    ) -> int:
        """Leave a visitor's letter; give its number. The same `client_id` is stored once. Raises Gone.

        `understood` holds topic, risks, lang and route, as a conversation's does; `priority` is the route's place.
        """
        async with self._writer.begin() as connection:
            await locked(connection, mailbox)
            number = await number_of(connection, mailbox, client_id)
            if number is not None:
                return number
            number, now = await next_number(connection, mailbox), self._clock()
            await connection.execute(
                insert(letters).values(
                    mailbox=mailbox, number=number, sender="visitor", client_id=client_id, at=now, priority=priority,
                    answered=False, sealed=self._sealed(mailbox, number, {"text": text, "understood": understood}),
                )
            )  # fmt: skip
            await prolong(connection, mailbox, now + self._seconds)
        self._changed(mailbox)
        return number

    def _sealed(self, mailbox: str, number: int, words: dict[str, Any]) -> bytes:
        try:
            return self._keyring.seal(mailbox, place(number), words)
        except KeyGone as error:
            raise Gone from error

    async def find(self, words: Sequence[str]) -> OpenMailbox:
        """Open a mailbox with its words, spelled as `SecretWords.recognise` gives them. Raises Gone.

        Takes the same time whether it exists or not. How often somebody may try is the caller's to limit.
        """
        keys = await self._derivation.keys(words)
        async with self._engine.connect() as connection:
            found = await connection.execute(select(mailboxes).where(mailboxes.c.lookup == keys.lookup))
            row = found.one_or_none()
        if row is None:
            raise Gone
        return OpenMailbox(row.id, row.expires_at, keys.private)

    async def thread(self, mailbox: OpenMailbox) -> list[Letter]:
        """Give all letters and replies in order, and mark the replies as opened. Raises Gone."""
        async with self._writer.begin() as connection:
            await locked(connection, mailbox.id)
            found = select(letters).where(letters.c.mailbox == mailbox.id).order_by(letters.c.number)
            rows = (await connection.execute(found)).all()
            given = [self._opened(row, mailbox.private) for row in rows]
            unread = (letters.c.mailbox == mailbox.id, letters.c.sender == "counsellor", letters.c.read_at.is_(None))
            marked = await connection.execute(update(letters).where(*unread).values(read_at=self._clock()))
        if marked.rowcount:
            self._changed(mailbox.id)
        return given

    def _opened(self, row: Row[Any], private: bytes) -> Letter:
        try:
            if row.sender == "counsellor":
                inside = open_sealed(private, reply_place(row.mailbox, row.number), row.sealed)
            else:
                inside = self._keyring.open(row.mailbox, place(row.number), row.sealed)
        except KeyGone as error:
            raise Gone from error
        return Letter(
            row.number, row.sender, row.at, inside["text"], row.read_at, row.read_by, row.answered,
            inside.get("understood", {}),
        )  # fmt: skip

    async def new_words(self, mailbox: str) -> tuple[str, ...]:
        """Give other words to a mailbox; the old ones open nothing any more. Raises Gone or HasReplies."""
        words = self._words.draw()
        keys = await self._derivation.keys(words)
        async with self._writer.begin() as connection:
            await locked(connection, mailbox)
            replies = exists().where(letters.c.mailbox == mailbox, letters.c.sender == "counsellor")
            if (await connection.execute(select(replies))).scalar_one():
                raise HasReplies
            changed = update(mailboxes).where(mailboxes.c.id == mailbox)
            await connection.execute(changed.values(lookup=keys.lookup, public_key=keys.public))
        return words

    async def delete(self, mailbox: str) -> None:
        """Delete a mailbox now, and free the time it has booked. Deleting what is gone is no error."""
        # The key first: without it the letters are noise, in every backup, whatever happens next.
        await asyncio.to_thread(self._keyring.delete, mailbox)
        async with self._writer.begin() as connection:
            await connection.execute(select(mailboxes.c.id).where(mailboxes.c.id == mailbox).with_for_update())
            await self._delete_rows(connection, mailbox)
        self._changed(mailbox)

    async def _delete_rows(self, connection: AsyncConnection, mailbox: str) -> None:
        booked = update(times).where(times.c.mailbox == mailbox)
        await connection.execute(booked.values(mailbox=None, booked_at=None))
        await connection.execute(delete(letters).where(letters.c.mailbox == mailbox))
        await connection.execute(delete(mailboxes).where(mailboxes.c.id == mailbox))

    # -- what goes away by itself

    async def due(self, now: float) -> list[str]:
        """Give the ids of what has expired.

        A mailbox with a booked time ahead stays until that is over: its words are the only way to the booking. One that
        is empty, because a time was cancelled or a crash came in between, stays as long: its words may be on a paper.
        """
        async with self._engine.connect() as connection:
            return list((await connection.execute(select(mailboxes.c.id).where(_is_due(now)))).scalars())

    async def remove_expired(self) -> int:
        """Delete what is due now; give how many."""
        now = self._clock()
        return sum([await self._remove_if_due(id, now) for id in await self.due(now)])

    async def _remove_if_due(self, mailbox: str, now: float) -> bool:
        """Delete it unless a letter or a booking came in the meantime: what was accepted is not lost."""
        async with self._writer.begin() as connection:
            await connection.execute(select(mailboxes.c.id).where(mailboxes.c.id == mailbox).with_for_update())
            still = select(mailboxes.c.id).where(mailboxes.c.id == mailbox, _is_due(now))
            if (await connection.execute(still)).one_or_none() is None:
                return False
            await asyncio.to_thread(self._keyring.delete, mailbox)
            await self._delete_rows(connection, mailbox)
        self._changed(mailbox)
        return True

    async def remove_orphans(self) -> int:
        """Delete mailboxes without a key (a crash between two deletions); `Store.remove_orphans` takes lone keys."""
        orphans = await self.ids() - await asyncio.to_thread(self._keyring.ids)
        for id in orphans:
            await self.delete(id)
        return len(orphans)

    async def ids(self) -> set[str]:
        """Give the ids of all mailboxes, which are also those of their keys."""
        async with self._engine.connect() as connection:
            return set((await connection.execute(select(mailboxes.c.id))).scalars())


def _is_due(now: float) -> ColumnElement[bool]:
    table = mailboxes.c
    booked = exists().where(times.c.mailbox == table.id, times.c.ends_at > now)
    return and_(table.expires_at < now, ~booked)
