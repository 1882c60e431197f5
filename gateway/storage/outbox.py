"""What waits to go out through a platform, and what became of it: a row a message, in the order of the conversation.

`Change.add` puts a line in; it is one row until it is shaped, then one for each message that the platform gets. What is
sent is kept only as the platform's id of it, sealed, so that it can be deleted there.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from gateway.handoff import State
from gateway.keyring import KeyGone, Keyring
from gateway.storage.change import Change
from gateway.storage.schema import conversations, dead_letters, messages, outbox

MOST_DOUBTS = 4  # after so many sends of which nobody knows whether they arrived, also what is urgent is left at that
DEAD_SECONDS = 30 * 24 * 3600.0


@dataclass(frozen=True)
class Row:
    """One message to go out. `ready` is what goes out, None until it is shaped.

    said_at: when it was said; None of a line that is gone. doubts: how many sends of it nobody answered.
    """

    conversation: str
    seq: int
    part: int
    sender: str
    urgent: bool
    attempts: int
    doubts: int
    due_at: float
    said_at: float | None
    ready: dict[str, Any] | None


@dataclass(frozen=True)
class Delivery:
    """What became of a line: the state of the part that has gone least far, and why."""

    state: str
    failure: str | None


def _is(row: Row) -> ColumnElement[bool]:
    """Pick a row by its place: SQLite gives the id of one that was deleted to the next, which is another message."""
    return and_(outbox.c.conversation == row.conversation, outbox.c.seq == row.seq, outbox.c.part == row.part)


class OutboxRows:
    """The one door to the outbox's rows and the dead letters."""

    def __init__(self, engine: AsyncEngine, keyring: Keyring, clock: Callable[[], float]) -> None:
        self._engine = engine
        self._writer = engine.execution_options(writes=True)
        self._keyring = keyring
        self._clock = clock

    @cached_property
    def _secret(self) -> bytes:
        return self._keyring.secret("outbox")

    def _external(self, channel: str, id: str) -> str:
        return hmac.new(self._secret, f"{channel}\0{id}".encode(), hashlib.sha256).hexdigest()

    async def next(self, conversation: str) -> Row | None:
        """Give what is to go out next; None where nothing waits. Raises KeyGone."""
        line = and_(messages.c.conversation == outbox.c.conversation, messages.c.seq == outbox.c.seq)
        found = (
            select(outbox, messages.c.at.label("said_at"))
            .select_from(outbox.outerjoin(messages, line))
            .where(outbox.c.conversation == conversation, outbox.c.state == "pending")
            .order_by(outbox.c.seq, outbox.c.part)
            .limit(1)
        )
        async with self._engine.connect() as connection:
            row = (await connection.execute(found)).one_or_none()
        if row is None:
            return None
        place = f"outbox|{row.seq}|{row.part}"
        ready = None if row.sealed is None else self._keyring.open(conversation, place, row.sealed)
        return Row(
            conversation, row.seq, row.part, row.sender, row.urgent, row.attempts, row.doubts, row.due_at,
            row.said_at, ready,
        )  # fmt: skip

    async def shaped(self, row: Row, parts: list[tuple[dict[str, Any], bool]]) -> None:
        """Put in place of a line's row one for each message it becomes; the flag says whether it is urgent."""
        seal = self._keyring.seal
        async with self._writer.begin() as connection:
            gone = delete(outbox).where(_is(row), outbox.c.state == "pending", outbox.c.sealed.is_(None))
            if (await connection.execute(gone)).rowcount != 1 or not parts:
                return  # recalled, or gone with its conversation
            rows = [
                {
                    "conversation": row.conversation, "seq": row.seq, "part": part, "sender": row.sender,
                    "state": "pending", "urgent": row.urgent or urgent, "attempts": 0, "doubts": 0,
                    "due_at": row.due_at, "sealed": seal(row.conversation, f"outbox|{row.seq}|{part}", ready),
                }
                for part, (ready, urgent) in enumerate(parts)
            ]  # fmt: skip
            await connection.execute(insert(outbox), rows)

    async def begin(self, row: Row) -> bool:
        """Note that it is on its way from now on; False where it has been recalled, or is gone."""
        mine = update(outbox).where(_is(row), outbox.c.state == "pending")
        async with self._writer.begin() as connection:
            begun = await connection.execute(mine.values(state="sending", attempts=outbox.c.attempts + 1))
        return begun.rowcount == 1

    async def sent(self, row: Row, channel: str, id: str) -> bool:
        """It is with the platform, under this id of the platform's; False where the conversation is gone meanwhile."""
        try:
            sealed = self._keyring.seal(row.conversation, f"outbox|{row.seq}|{row.part}", {"id": id})
        except KeyGone:
            return False
        values = {"state": "sent", "failure": None, "external": self._external(channel, id), "sealed": sealed}
        async with self._writer.begin() as connection:
            mine = update(outbox).where(_is(row))
            return (await connection.execute(mine.values(**values))).rowcount == 1

    async def later(self, change: Change, row: Row, due_at: float, failure: str) -> bool:
        """It did not go out, and is tried again; False where it may not: it is the bot's, and a counsellor has come."""
        doubts = row.doubts + (failure == "in_doubt")
        again = {"state": "pending", "due_at": due_at, "failure": failure, "doubts": doubts}
        mine = (_is(row), outbox.c.state == "sending")
        await change.connection.execute(update(outbox).where(*mine).values(**again))
        if row.sender != "bot" or change.conversation.state is not State.HUMAN:
            return True
        await change.recall()
        return False

    async def doubt(self, row: Row) -> None:
        """It may have arrived, and is not sent again."""
        values = {"state": "doubt", "failure": "in_doubt", "doubts": row.doubts + 1, "sealed": None}
        async with self._writer.begin() as connection:
            await connection.execute(update(outbox).where(_is(row)).values(**values))

    async def failed(self, row: Row, channel: str, failure: str, code: str) -> bool | None:
        """It will not go out; tell whether it is the first message of its line of which that is so. None where it is
        not here any more: the conversation was erased meanwhile, or goes on in the web chat.
        """
        line = (outbox.c.conversation == row.conversation, outbox.c.seq == row.seq)
        others = select(func.count()).select_from(outbox).where(*line, outbox.c.state == "failed")
        async with self._writer.begin() as connection:
            before: int = (await connection.execute(others)).scalar_one()
            mine = update(outbox).where(_is(row))
            written = await connection.execute(mine.values(state="failed", failure=failure, sealed=None))
            await self._bury(connection, channel, "out", row.sender, failure, code, row.attempts + 1)
        return before == 0 if written.rowcount else None

    async def drop(self, conversation: str) -> None:
        """Nothing of the conversation goes out any more: there is nobody to send it to."""
        async with self._writer.begin() as connection:
            waiting = (outbox.c.conversation == conversation, outbox.c.state == "pending")
            await connection.execute(delete(outbox).where(*waiting))

    async def bury(self, channel: str, direction: str, sender: str, failure: str, code: str, attempts: int) -> None:
        """Keep for the operator that something was given up: what kind and why, of no conversation."""
        async with self._writer.begin() as connection:
            await self._bury(connection, channel, direction, sender, failure, code, attempts)

    async def _bury(self, connection: AsyncConnection, channel: str, *what: str | int) -> None:
        direction, sender, failure, code, attempts = what
        row = {
            "at": self._clock(), "channel": channel, "direction": direction, "sender": sender, "failure": failure,
            "code": str(code)[:40], "attempts": attempts,
        }  # fmt: skip
        await connection.execute(insert(dead_letters).values(**row))

    async def take_up(self) -> dict[tuple[str, str], int]:
        """After a restart: what was on its way is in doubt, and sent again only if it is urgent, and not for ever, and
        not the bot's where a counsellor has come. Give how many of each by channel.
        """
        joined = outbox.join(conversations, conversations.c.id == outbox.c.conversation)
        what = (outbox.c.id, outbox.c.urgent, outbox.c.doubts, outbox.c.sender, conversations.c.channel)
        found = select(*what, conversations.c.state).select_from(joined).where(outbox.c.state == "sending")
        counted: dict[tuple[str, str], int] = {}
        async with self._writer.begin() as connection:
            for row in (await connection.execute(found)).all():
                spoken_over = row.sender == "bot" and row.state == State.HUMAN.value
                again = row.urgent and row.doubts + 1 < MOST_DOUBTS and not spoken_over
                values = {"state": "pending"} if again else {"state": "doubt", "sealed": None}
                mine = update(outbox).where(outbox.c.id == row.id)
                await connection.execute(mine.values(failure="in_doubt", doubts=row.doubts + 1, **values))
                kind = (row.channel, "repeated" if again else "doubt")
                counted[kind] = counted.get(kind, 0) + 1
        return counted

    async def with_waiting(self) -> list[str]:
        """Give the ids of conversations of which something waits."""
        found = select(outbox.c.conversation).where(outbox.c.state == "pending").distinct()
        async with self._engine.connect() as connection:
            return list((await connection.execute(found)).scalars())

    async def failed_there(
        self, channel: str, id: str, failure: str, code: str, among: tuple[str, ...] | None = None
    ) -> str | None:
        """A platform says, later, that what it took did not arrive; give the conversation, None where it is unknown.

        `among`: the conversations of whom it says it; None where it does not say.
        """
        where = [outbox.c.external == self._external(channel, id), outbox.c.state.in_(["sent", "doubt"])]
        if among is not None:
            where.append(outbox.c.conversation.in_(among))
        async with self._writer.begin() as connection:
            row = (await connection.execute(select(outbox).where(*where))).first()
            if row is None:
                return None
            await connection.execute(
                update(outbox).where(outbox.c.id == row.id).values(state="failed", failure=failure)
            )
        await self.bury(channel, "out", row.sender, failure, code or "status", row.attempts)
        conversation: str = row.conversation
        return conversation

    async def delivery_of(self, conversation: str) -> dict[int, Delivery]:
        """Give what became of each line, by seq."""
        worst = {state: place for place, state in enumerate(("failed", "doubt", "sending", "pending", "sent"))}
        found = select(outbox.c.seq, outbox.c.state, outbox.c.failure).where(outbox.c.conversation == conversation)
        given: dict[int, Delivery] = {}
        async with self._engine.connect() as connection:
            for seq, state, failure in (await connection.execute(found)).all():
                if seq not in given or worst[state] < worst[given[seq].state]:
                    given[seq] = Delivery(state, failure)
        return given

    async def out_there(self, change: Change) -> tuple[list[str], int]:
        """Give the platform's ids of what has been sent, oldest first, and of how much nobody knows whether it has.

        What is on its way at this moment has to wait until the change is over, and finds then what the change has done;
        until then nobody knows either.
        """
        mine = select(outbox).where(outbox.c.conversation == change.conversation.id)
        rows = (await change.connection.execute(mine.order_by(outbox.c.seq, outbox.c.part).with_for_update())).all()
        known = [row for row in rows if row.state in ("sent", "failed") and row.sealed is not None]
        opened = [self._keyring.open(row.conversation, f"outbox|{row.seq}|{row.part}", row.sealed) for row in known]
        return [one["id"] for one in opened if "id" in one], sum(row.state in ("doubt", "sending") for row in rows)

    async def count(self) -> dict[tuple[str, str], int]:
        """Give how many rows there are by channel and state."""
        joined = outbox.join(conversations, conversations.c.id == outbox.c.conversation)
        found = select(conversations.c.channel, outbox.c.state, func.count()).select_from(joined)
        async with self._engine.connect() as connection:
            rows = (await connection.execute(found.group_by(conversations.c.channel, outbox.c.state))).all()
        return {(row[0], row[1]): row[2] for row in rows}

    async def dead(self, since: float) -> list[tuple[str, str, str, str, str, int]]:
        """Give the dead letters since a moment: channel, direction, sender, failure, code, and how many."""
        what = dead_letters.c
        kinds = (what.channel, what.direction, what.sender, what.failure, what.code)
        found = select(*kinds, func.count()).where(what.at >= since).group_by(*kinds).order_by(*kinds)
        async with self._engine.connect() as connection:
            return [tuple(row) for row in (await connection.execute(found)).all()]

    async def forget_old(self) -> None:
        """Delete old dead letters."""
        async with self._writer.begin() as connection:
            await connection.execute(delete(dead_letters).where(dead_letters.c.at < self._clock() - DEAD_SECONDS))
