"""What visitor's and staff's side do alike with the rows, inside a transaction of theirs."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.storage.records import Gone
from gateway.storage.schema import letters, mailboxes

DAY = 24 * 3600.0


def place(number: int) -> str:
    """Give the place a visitor's letter is sealed for, under its mailbox's key."""
    return f"letter|{number}"


def reply_place(mailbox: str, number: int) -> str:
    """Give the place a reply is sealed for, under the public key."""
    return f"{mailbox}|letter|{number}"


async def locked(connection: AsyncConnection, mailbox: str) -> Row[Any]:
    """Give a mailbox's row, which nobody else changes until the transaction ends. Raises Gone."""
    found = select(mailboxes).where(mailboxes.c.id == mailbox).with_for_update()
    row = (await connection.execute(found)).one_or_none()
    if row is None:
        raise Gone
    return row


async def number_of(connection: AsyncConnection, mailbox: str, client_id: str | None) -> int | None:
    """Give the number of the letter that already has this id; None where there is none."""
    if client_id is None:
        return None
    where = (letters.c.mailbox == mailbox, letters.c.client_id == client_id)
    return (await connection.execute(select(letters.c.number).where(*where))).scalar_one_or_none()


async def next_number(connection: AsyncConnection, mailbox: str) -> int:
    """Give the number a new letter gets; the mailbox must be locked."""
    last = select(func.coalesce(func.max(letters.c.number), 0)).where(letters.c.mailbox == mailbox)
    return int((await connection.execute(last)).scalar_one()) + 1


async def prolong(connection: AsyncConnection, mailbox: str, until: float) -> None:
    """Let the mailbox stay until then."""
    await connection.execute(update(mailboxes).where(mailboxes.c.id == mailbox).values(expires_at=until))
