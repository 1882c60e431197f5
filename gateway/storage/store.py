"""Conversations and their lines: the one door through which they are made, changed, read and deleted.

Every change runs in one transaction on the locked row (`Store.change`), and is written only if state and
generation still are what was read: a compare-and-set along the table in `handoff`.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import Row, and_, delete, func, insert, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from content.model import Load
from gateway.handoff import Event, State
from gateway.keyring import ADDRESS, HOURLY, KeyGone, Keyring
from gateway.storage.change import Change
from gateway.storage.loads import carried
from gateway.storage.records import WEB, Conversation, Gone, Line
from gateway.storage.schema import (
    address_hashes,
    addresses,
    audit,
    conversations,
    drafts,
    farewells,
    links,
    mailboxes,
    messages,
    outbox,
    waits,
)

TOKEN_BYTES = 32
OF_A_CONVERSATION = (messages, drafts, audit, outbox, links, address_hashes, addresses)


def token_hash(token: str) -> str:
    """Give what is stored of a token (256 random bits, so a plain hash is enough)."""
    return hashlib.sha256(token.encode()).hexdigest()


class Store:
    """Words at rest are sealed with the conversation's own key.

    `changed(id, moved, holder)` is called after each commit. `moved`: somebody in the queue has another place now;
    `holder`: the counsellor who holds the conversation now. `sends(id)`: something of it waits in the outbox.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        keyring: Keyring,
        clock: Callable[[], float],
        changed: Callable[[str, bool, int | None], None] = lambda conversation, moved, holder: None,
        sends: Callable[[str], None] = lambda conversation: None,
    ) -> None:
        self._engine = engine
        self._writer = engine.execution_options(writes=True)
        self._keyring = keyring
        self._clock = clock
        self._changed = changed
        self._sends = sends
        self.late_events = 0

    async def begin(self, channel: str) -> tuple[Conversation, str]:
        """Make a conversation; give it and the token that opens it again."""
        id, token, now = uuid.uuid4().hex, secrets.token_urlsafe(TOKEN_BYTES), self._clock()
        await asyncio.to_thread(self._keyring.create, id, channel != WEB)
        row = {
            "id": id, "channel": channel, "state": State.BOT.value, "generation": 1, "share": "none",
            "no_human": False, "counselled": False, "front": False, "priority": 99, "last_seq": 0,
            "created_at": now, "visitor_at": now,
        }  # fmt: skip
        sealed = self._keyring.seal(id, "conversation", {"context": None, "understood": {}})
        async with self._writer.begin() as connection:
            await connection.execute(insert(conversations).values(**row, token_hash=token_hash(token), sealed=sealed))
        return await self.get(id), token

    async def by_token(self, token: str) -> Conversation:
        """Open with a token. Raises Gone."""
        return await self._one(conversations.c.token_hash == token_hash(token))

    async def get(self, id: str) -> Conversation:
        """Read one. Raises Gone."""
        return await self._one(conversations.c.id == id)

    async def _one(self, where: Any) -> Conversation:
        async with self._engine.connect() as connection:
            row = (await connection.execute(select(conversations).where(where))).one_or_none()
        if row is None:
            raise Gone
        return self._opened(row)

    def _opened(self, row: Row[Any]) -> Conversation:
        fields = dict(row._mapping)
        del fields["token_hash"]
        try:
            inside = self._keyring.open(fields["id"], "conversation", fields.pop("sealed"))
        except KeyGone as error:
            raise Gone from error
        return Conversation(**{**fields, "state": State(fields["state"])}, **inside)

    @asynccontextmanager
    async def change(self, id: str) -> AsyncIterator[Change]:
        """Change one conversation: all of it or nothing. Raises Gone."""
        async with self._writer.begin() as connection:
            found = select(conversations).where(conversations.c.id == id).with_for_update()
            row = (await connection.execute(found)).one_or_none()
            if row is None:
                raise Gone
            change = Change(connection, self._keyring, self._opened(row), self._clock())
            yield change
            if change.deleted:
                # The key first: without it the rows below are noise, whatever happens next.
                await asyncio.to_thread(self._keyring.delete, id)
                await self._delete_rows(connection, id)
            else:
                await change.write()
        self.late_events += change.late
        self._changed(id, change.moved, change.conversation.holder)
        if change.sends and not change.deleted:
            self._sends(id)

    async def _delete_rows(self, connection: AsyncConnection, id: str) -> None:
        for table in OF_A_CONVERSATION:
            await connection.execute(delete(table).where(table.c.conversation == id))
        await connection.execute(delete(conversations).where(conversations.c.id == id))

    async def erase(self, id: str) -> None:
        """Delete a conversation now. Erasing what is gone is no error."""
        try:
            async with self.change(id) as change:
                await change.step(Event.ERASED)
        except Gone:
            await asyncio.to_thread(self._keyring.delete, id)
            async with self._writer.begin() as connection:
                await self._delete_rows(connection, id)

    async def lines(self, id: str, after: int = 0) -> list[Line]:
        """Give the lines after a seq, in order. Raises Gone where the key is deleted."""
        found = select(messages).where(messages.c.conversation == id, messages.c.seq > after).order_by(messages.c.seq)
        async with self._engine.connect() as connection:
            rows = (await connection.execute(found)).all()
        return self._lines(rows)

    async def unanswered(self, id: str) -> list[Line]:
        """Give the visitor's lines that have no answer yet, in order."""
        found = (
            select(messages)
            .where(messages.c.conversation == id, messages.c.sender == "visitor", messages.c.answered.is_(False))
            .order_by(messages.c.seq)
        )
        async with self._engine.connect() as connection:
            rows = (await connection.execute(found)).all()
        return self._lines(rows)

    async def answered(self, id: str, client_ids: Iterable[str]) -> list[Line]:
        """Give those of the visitor's lines with these ids that are answered."""
        found = select(messages).where(
            messages.c.conversation == id, messages.c.client_id.in_(list(client_ids)), messages.c.answered.is_(True)
        )
        async with self._engine.connect() as connection:
            rows = (await connection.execute(found.order_by(messages.c.seq))).all()
        return self._lines(rows)

    def _lines(self, rows: Iterable[Row[Any]]) -> list[Line]:
        try:
            return [
                Line(
                    row.seq, row.sender, row.at, row.client_id, row.answered,
                    self._keyring.open(row.conversation, f"message|{row.seq}", row.sealed),
                )
                for row in rows
            ]  # fmt: skip
        except KeyGone as error:
            raise Gone from error

    async def drafts(self, id: str) -> list[dict[str, Any]]:
        """Give the bot's answers that came after a claim, oldest first."""
        found = select(drafts).where(drafts.c.conversation == id).order_by(drafts.c.id)
        async with self._engine.connect() as connection:
            rows = (await connection.execute(found)).all()
        try:
            return [self._keyring.open(id, "draft", row.sealed) for row in rows]
        except KeyGone as error:
            raise Gone from error

    async def in_states(self, *states: State) -> list[Conversation]:
        """Give the conversations in these states, those to be served first first."""
        found = (
            select(conversations)
            .where(conversations.c.state.in_([state.value for state in states]))
            .order_by(conversations.c.front.desc(), conversations.c.rank_at, conversations.c.created_at)
        )
        async with self._engine.connect() as connection:
            rows = (await connection.execute(found)).all()
        given = []
        for row in rows:
            try:
                given.append(self._opened(row))
            except Gone:
                continue  # erased between the two reads, or an orphan that the sweeper removes
        return given

    async def carried(self, load: Load) -> dict[int, int]:
        """Give what each counsellor carries now; those who hold nothing are left out."""
        async with self._engine.connect() as connection:
            return await carried(connection, load)

    async def waits(self, since: float) -> list[float]:
        """Give how long those waited, in seconds, to whom a counsellor came since a moment."""
        async with self._engine.connect() as connection:
            return list((await connection.execute(select(waits.c.seconds).where(waits.c.at >= since))).scalars())

    async def forget_waits(self, before: float) -> None:
        """Delete the waits that ended before a moment."""
        async with self._writer.begin() as connection:
            await connection.execute(delete(waits).where(waits.c.at < before))

    async def place(self, conversation: Conversation) -> int | None:
        """Give a waiting conversation's place in the queue, from 1."""
        if conversation.state is not State.WAITING:
            return None
        table = conversations.c
        before = or_(
            and_(table.front.is_(True), literal(not conversation.front)),
            and_(table.front.is_(conversation.front), table.rank_at < conversation.rank_at),
            and_(
                table.front.is_(conversation.front),
                table.rank_at == conversation.rank_at,
                table.created_at < conversation.created_at,
            ),
        )
        count = select(func.count()).select_from(conversations).where(table.state == State.WAITING.value, before)
        async with self._engine.connect() as connection:
            return int((await connection.execute(count)).scalar_one()) + 1

    async def with_unanswered(self) -> list[str]:
        """Give the ids of conversations that still owe an answer: after a restart they are taken up again."""
        found = select(messages.c.conversation).where(messages.c.sender == "visitor", messages.c.answered.is_(False))
        async with self._engine.connect() as connection:
            return list((await connection.execute(found.distinct())).scalars())

    async def due(self, bot_before: float, closed_before: float, now: float) -> list[str]:
        """Give the ids of what has expired: bot conversations, closed ones, and what a quick exit left."""
        table = conversations.c
        expired = or_(
            and_(table.state == State.BOT.value, table.visitor_at < bot_before),
            and_(table.state == State.CLOSED.value, table.counselled.is_(False), table.closed_at < bot_before),
            and_(table.state == State.CLOSED.value, table.closed_at < closed_before),
            table.leave_at < now,
        )
        async with self._engine.connect() as connection:
            return list((await connection.execute(select(table.id).where(expired))).scalars())

    async def quiet_bots(self, before: float) -> list[str]:
        """Give the ids of conversations with the bot whose visitor last spoke before a moment."""
        table = conversations.c
        quiet = select(table.id).where(
            table.state == State.BOT.value, table.visitor_at <= before, table.leave_at.is_(None)
        )
        async with self._engine.connect() as connection:
            return list((await connection.execute(quiet)).scalars())

    async def ids(self) -> list[str]:
        """Give the ids of all conversations."""
        async with self._engine.connect() as connection:
            return list((await connection.execute(select(conversations.c.id))).scalars())

    async def remove_orphans(self, pause: Callable[[], Awaitable[object]] | None = None) -> int:
        """Remove keys without rows and rows without keys (a crash between two deletions); give how many.

        Beside a running gateway give a `pause`: the key of what is being made comes before its row, so only what is an
        orphan before and after it goes.
        Mailboxes and farewells have keys too; theirs are kept, and a mailbox without one is left to
        `Mailboxes.remove_orphans`. The hour's keys of what has arrived (`storage/arrivals`) are no conversation's.
        """
        orphans = await self._orphans()
        if orphans and pause is not None:
            await pause()
            orphans &= await self._orphans()
        for id in orphans:
            await self.erase(id)
        return len(orphans)

    async def _orphans(self) -> set[str]:
        stored = set(await self.ids())
        async with self._engine.connect() as connection:
            others = set((await connection.execute(select(mailboxes.c.id))).scalars())
            others |= set((await connection.execute(select(farewells.c.id))).scalars())
        keys = {key.removesuffix(ADDRESS) for key in await asyncio.to_thread(self._keyring.ids)}
        return ({key for key in keys if not key.startswith(HOURLY)} - others) ^ stored

    async def writable(self) -> None:
        """Prove that the store takes a write. Raises what the database raises."""
        async with self._writer.begin() as connection:
            await connection.execute(update(conversations).where(conversations.c.id == "").values(priority=0))
