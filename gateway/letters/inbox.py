"""Mailboxes as staff see them: what waits for an answer, reading it, answering, setting aside.

A reply is sealed to the visitor's public key and kept nowhere else: not even its writer reads it again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.keyring import KeyGone, Keyring
from gateway.letters.records import RED_UP_TO, Letter, LetterCard, Unread
from gateway.letters.rows import DAY, locked, next_number, number_of, place, prolong, reply_place
from gateway.letters.sealed import seal
from gateway.storage.records import Gone
from gateway.storage.schema import letters, mailboxes

OPEN = (letters.c.sender == "visitor", letters.c.answered.is_(False))
UNREAD = (*OPEN, letters.c.read_at.is_(None))
WITH_EXPIRY = select(letters, mailboxes.c.expires_at).join(mailboxes, mailboxes.c.id == letters.c.mailbox)


class Inbox:
    """`days` is how long a mailbox stays after a reply; `changed(mailbox)` is called after each commit.

    `up_to` is the number of the last letter that the counsellor was shown: what came later stays unread and
    unanswered. Without it everything there is now is meant.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        keyring: Keyring,
        clock: Callable[[], float],
        days: float,
        changed: Callable[[str], None] = lambda mailbox: None,
    ) -> None:
        self._engine = engine
        self._writer = engine.execution_options(writes=True)
        self._keyring = keyring
        self._clock = clock
        self._seconds = days * DAY
        self._changed = changed

    async def waiting(self) -> list[LetterCard]:
        """Give the mailboxes that wait for an answer: the red ones first, then by their oldest letter."""
        found = WITH_EXPIRY.where(*OPEN).order_by(letters.c.mailbox, letters.c.number)
        async with self._engine.connect() as connection:
            rows = (await connection.execute(found)).all()
        cards = [self._card(id, list(group)) for id, group in groupby(rows, key=lambda row: str(row.mailbox))]
        return sorted((card for card in cards if card is not None), key=lambda card: (not card.red, card.at))

    def _card(self, mailbox: str, rows: Sequence[Row[Any]]) -> LetterCard | None:
        try:
            understood = [self._inside(row).get("understood", {}) for row in rows]
        except KeyGone:
            return None  # deleted between the two reads, or an orphan that the next start removes
        unread = [row for row in rows if row.read_at is None]
        return LetterCard(
            mailbox=mailbox,
            priority=min(row.priority for row in rows),
            at=min(row.at for row in rows),
            count=len(rows),
            read_by=None if unread else rows[-1].read_by,
            red_at=min((row.at for row in unread if row.priority <= RED_UP_TO), default=None),
            topic=_latest(understood, "topic"),
            risks=tuple(dict.fromkeys(risk for one in understood for risk in one.get("risks", ()))),
            lang=_latest(understood, "lang"),
            expires_at=rows[0].expires_at,
        )

    def _inside(self, row: Row[Any]) -> dict[str, Any]:
        inside: dict[str, Any] = self._keyring.open(row.mailbox, place(row.number), row.sealed)
        return inside

    async def counts(self) -> tuple[int, int]:
        """Give how many mailboxes have a letter nobody has read yet, and how many of them are red."""
        mailbox = letters.c.mailbox
        red = func.count(mailbox.distinct()).filter(letters.c.priority <= RED_UP_TO)
        async with self._engine.connect() as connection:
            found = await connection.execute(select(func.count(mailbox.distinct()), red).where(*UNREAD))
            unread, urgent = found.one()
        return int(unread), int(urgent)

    async def card(self, mailbox: str) -> LetterCard:
        """Give one mailbox's card, made of all its visitor's letters where none waits. Raises Gone."""
        mine = (letters.c.mailbox == mailbox, letters.c.sender == "visitor")
        async with self._engine.connect() as connection:
            rows = (await connection.execute(WITH_EXPIRY.where(*mine).order_by(letters.c.number))).all()
        waiting = [row for row in rows if not row.answered]
        card = self._card(mailbox, waiting or rows) if rows else None
        if card is None:
            raise Gone
        return card

    async def read(self, mailbox: str) -> list[Letter]:
        """Give all letters and replies in order; a reply only as when it was sent and whether it was opened.

        Raises Gone where the mailbox, its key, or any letter is missing.
        """
        found = select(letters).where(letters.c.mailbox == mailbox).order_by(letters.c.number)
        async with self._engine.connect() as connection:
            rows = (await connection.execute(found)).all()
        if not rows:
            raise Gone
        return [self._letter(row) for row in rows]

    def _letter(self, row: Row[Any]) -> Letter:
        inside: dict[str, Any] = {}
        if row.sender == "visitor":
            try:
                inside = self._inside(row)
            except KeyGone as error:
                raise Gone from error
        return Letter(
            row.number, row.sender, row.at, inside.get("text"), row.read_at, row.read_by, row.answered,
            inside.get("understood", {}),
        )  # fmt: skip

    async def acknowledge(self, mailbox: str, counsellor: int, up_to: int | None = None) -> None:
        """Say that a counsellor has read the letters and sees to them; the first who said so stays. Raises Gone."""
        async with self._writer.begin() as connection:
            await locked(connection, mailbox)
            await connection.execute(self._read_by(mailbox, counsellor, up_to))
        self._changed(mailbox)

    async def set_aside(self, mailbox: str, counsellor: int, up_to: int | None = None) -> None:
        """Say that the letters need no answer. Raises Gone."""
        async with self._writer.begin() as connection:
            await locked(connection, mailbox)
            await connection.execute(self._read_by(mailbox, counsellor, up_to))
            await connection.execute(self._done(mailbox, up_to))
        self._changed(mailbox)

    async def reply(self, mailbox: str, counsellor: int, client_id: str, text: str, up_to: int | None = None) -> int:
        """Seal a reply to the visitor's key; give its number. The same `client_id` is stored once. Raises Gone."""
        async with self._writer.begin() as connection:
            row = await locked(connection, mailbox)
            number = await number_of(connection, mailbox, client_id)
            if number is not None:
                return number
            number, now = await next_number(connection, mailbox), self._clock()
            if number == 1:
                raise Gone  # nobody has written here: there is nothing to answer
            answered = select(func.coalesce(func.min(letters.c.priority), 99)).where(*_upto(mailbox, up_to))
            priority = (await connection.execute(answered)).scalar_one()
            await connection.execute(self._read_by(mailbox, counsellor, up_to))
            await connection.execute(self._done(mailbox, up_to))
            await connection.execute(
                insert(letters).values(
                    mailbox=mailbox, number=number, sender="counsellor", client_id=client_id, at=now,
                    priority=priority, answered=True,
                    sealed=seal(row.public_key, reply_place(mailbox, number), {"text": text}),
                )
            )  # fmt: skip
            await prolong(connection, mailbox, now + self._seconds)
        self._changed(mailbox)
        return number

    def _read_by(self, mailbox: str, counsellor: int, up_to: int | None) -> Any:
        unread = (*_upto(mailbox, up_to), letters.c.read_at.is_(None))
        return update(letters).where(*unread).values(read_at=self._clock(), read_by=counsellor)

    def _done(self, mailbox: str, up_to: int | None) -> Any:
        return update(letters).where(*_upto(mailbox, up_to)).values(answered=True)

    async def unread_red(self) -> list[Unread]:
        """Give the mailboxes with a red letter that nobody has read, the oldest first."""
        return await self._unread(letters.c.priority <= RED_UP_TO)

    async def unread_expiring(self, before: float) -> list[Unread]:
        """Give the mailboxes without a red letter, but with one nobody has read, that are deleted before a moment."""
        expiring = select(mailboxes.c.id).where(mailboxes.c.expires_at < before)
        red = select(letters.c.mailbox).where(*UNREAD, letters.c.priority <= RED_UP_TO)
        return await self._unread(letters.c.mailbox.in_(expiring), letters.c.mailbox.not_in(red))

    async def _unread(self, *where: ColumnElement[bool]) -> list[Unread]:
        first = func.min(letters.c.at)
        found = select(letters.c.mailbox, first, func.max(letters.c.alarmed_at)).where(*UNREAD, *where)
        async with self._engine.connect() as connection:
            rows = (await connection.execute(found.group_by(letters.c.mailbox).order_by(first))).all()
        return [Unread(*row) for row in rows]

    async def alarmed(self, mailbox: str) -> bool:
        """Note that the counsellors are told of the unread letters; False where somebody has just read them."""
        unread = update(letters).where(letters.c.mailbox == mailbox, *UNREAD)
        async with self._writer.begin() as connection:
            return (await connection.execute(unread.values(alarmed_at=self._clock()))).rowcount > 0


def _upto(mailbox: str, up_to: int | None) -> tuple[ColumnElement[bool], ...]:
    """Give what finds a mailbox's open letters up to a number."""
    mine = (letters.c.mailbox == mailbox, *OPEN)
    return mine if up_to is None else (*mine, letters.c.number <= up_to)


def _latest(understood: Iterable[dict[str, Any]], key: str) -> str | None:
    given = [str(one[key]) for one in understood if one.get(key)]
    return given[-1] if given else None
