"""One change of one conversation, inside one transaction. Made by `Store.change`, never by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from content.model import Load
from gateway import handoff
from gateway.handoff import Effect, Event, State, Step
from gateway.keyring import Keyring
from gateway.queue import rank_at
from gateway.storage.loads import carried, hold_still
from gateway.storage.records import Conversation, Line
from gateway.storage.schema import audit, conversations, drafts, messages, outbox, waits

WRITTEN = (
    "holder", "share", "shown_from", "no_human", "counselled", "priority", "front", "rank_at",
    "last_seq", "visitor_at", "waiting_at", "closed_at", "leave_at", "warned_at", "alarmed_at",
)  # fmt: skip


class Conflict(Exception):
    """The row was changed by somebody else between reading and writing."""


class Change:
    """Adds lines, takes steps along the hand-off table, and writes the row back once at the end."""

    def __init__(self, connection: AsyncConnection, keyring: Keyring, conversation: Conversation, now: float) -> None:
        self.connection = connection
        self._keyring = keyring
        self._was = (conversation.state.value, conversation.generation)
        self._stood = _place_of(conversation)
        self.conversation = conversation
        self.now = now
        self.deleted = False
        self.late = 0
        self.sends = False  # something waits in the outbox that did not before

    @property
    def moved(self) -> bool:
        """Whether the queue is another one after this, once it is written."""
        return self._stood != (None if self.deleted else _place_of(self.conversation))

    async def add(self, sender: str, words: dict[str, Any], client_id: str | None = None, answered: bool = True) -> int:
        """Add a line; give its seq."""
        self.conversation.last_seq += 1
        seq = self.conversation.last_seq
        sealed = self._keyring.seal(self.conversation.id, f"message|{seq}", words)
        await self.connection.execute(
            insert(messages).values(
                conversation=self.conversation.id, seq=seq, sender=sender, client_id=client_id,
                answered=answered, at=self.now, sealed=sealed,
            )
        )  # fmt: skip
        if self.conversation.goes_out and sender != "visitor":
            await self.send(seq, sender)
        return seq

    async def send(self, seq: int, sender: str, part: int = 0, ready: dict[str, Any] | None = None) -> None:
        """Put a line in the outbox; `ready` is what goes out instead of it, where that is not what is kept."""
        sealed = None if ready is None else self._keyring.seal(self.conversation.id, f"outbox|{seq}|{part}", ready)
        await self.connection.execute(
            insert(outbox).values(
                conversation=self.conversation.id, seq=seq, part=part, sender=sender, state="pending",
                urgent=sender == "counsellor", attempts=0, doubts=0, due_at=self.now, sealed=sealed,
            )
        )  # fmt: skip
        self.sends = True

    async def recall(self) -> None:
        """Take back what the bot said and has not been sent: it becomes drafts of the counsellor who has come."""
        mine = outbox.c.conversation == self.conversation.id
        found = select(outbox).where(mine, outbox.c.sender == "bot").with_for_update()  # one may go out at this moment
        rows = (await self.connection.execute(found)).all()
        waiting = {row.seq for row in rows if row.state == "pending"}
        begun = {row.seq for row in rows if row.state != "pending"}
        await self.connection.execute(delete(outbox).where(mine, outbox.c.sender == "bot", outbox.c.state == "pending"))
        for seq in sorted(waiting):
            where = (messages.c.conversation == self.conversation.id, messages.c.seq == seq)
            row = (await self.connection.execute(select(messages).where(*where))).one_or_none()
            if row is not None:
                said = self._keyring.open(self.conversation.id, f"message|{seq}", row.sealed)
                await self.add_draft({**said, "begun": seq in begun})
                if seq not in begun:
                    await self.connection.execute(delete(messages).where(*where))

    async def seq_of(self, client_id: str) -> int | None:
        """Give the seq of the line that already has this id; None where there is none."""
        where = (messages.c.conversation == self.conversation.id, messages.c.client_id == client_id)
        found = await self.connection.execute(select(messages.c.seq).where(*where))
        return found.scalar_one_or_none()

    async def add_draft(self, words: dict[str, Any]) -> None:
        """Keep an answer that came too late, for the counsellor only."""
        sealed = self._keyring.seal(self.conversation.id, "draft", words)
        await self.connection.execute(insert(drafts).values(conversation=self.conversation.id, sealed=sealed))

    async def answer(self, seq: int, words: dict[str, Any]) -> None:
        """Mark a visitor's line answered, keeping with it what was understood; one taken back meanwhile stays so."""
        sealed = self._keyring.seal(self.conversation.id, f"message|{seq}", words)
        where = (
            messages.c.conversation == self.conversation.id, messages.c.seq == seq, messages.c.answered.is_(False),
        )  # fmt: skip
        await self.connection.execute(update(messages).where(*where).values(answered=True, sealed=sealed))

    async def standing(self, lines: Sequence[Line]) -> list[Line]:
        """Give those of some unanswered lines that are it still: others were taken back or edited meanwhile."""
        mine = (messages.c.conversation == self.conversation.id, messages.c.answered.is_(False))
        found = select(messages.c.seq).where(*mine, messages.c.seq.in_([line.seq for line in lines]))
        seqs = set((await self.connection.execute(found)).scalars())
        return [line for line in lines if line.seq in seqs]

    async def blank(self, seq: int, mark: str) -> None:
        """Take a visitor's words away: only a mark stays, which asks for no answer and has no id."""
        sealed = self._keyring.seal(self.conversation.id, f"message|{seq}", {"text": mark, "blank": True})
        where = (messages.c.conversation == self.conversation.id, messages.c.seq == seq)
        values = {"answered": True, "sealed": sealed, "client_id": None}
        await self.connection.execute(update(messages).where(*where).values(**values))

    async def carried(self, load: Load, counsellor: int | None = None) -> dict[int, int]:
        """Give what each counsellor carries; nobody gives `counsellor` any more until this change is over."""
        if counsellor is not None:
            await hold_still(self.connection, counsellor)
        return await carried(self.connection, load)

    async def step(self, event: Event, actor: int | None = None) -> Step | None:
        """Take the step for `event`; None, and nothing changed, where the table has none."""
        conversation = self.conversation
        taken = handoff.step(conversation.state, event)
        if taken is None:
            self.late += 1
            return None
        await self.connection.execute(
            insert(audit).values(
                conversation=conversation.id, at=self.now, event=event.value,
                from_state=conversation.state.value, to_state=taken.to.value, actor=actor,
            )
        )  # fmt: skip
        if event is Event.CLAIMED and conversation.waiting_at is not None:
            seconds = self.now - conversation.waiting_at
            await self.connection.execute(insert(waits).values(at=self.now, seconds=seconds))
        if event is Event.CLAIMED and conversation.goes_out:
            await self.recall()
        if event in (Event.RELEASED_TO_BOT, Event.CANCELLED_BY_VISITOR):
            conversation.understood["shown_after"] = conversation.last_seq  # the next talk begins without it
        self._carry_out(taken, actor)
        if taken.to is not conversation.state:
            conversation.warned_at = None  # what was told to come does not come any more
        conversation.state = taken.to
        if taken.new_speaker:
            conversation.generation += 1
        return taken

    def _carry_out(self, taken: Step, actor: int | None) -> None:
        conversation = self.conversation
        for effect in taken.effects:
            match effect:
                case Effect.JOIN_QUEUE | Effect.FRONT_OF_QUEUE:
                    conversation.waiting_at, conversation.shown_from = self.now, None
                    conversation.front = effect is Effect.FRONT_OF_QUEUE
                case Effect.LEAVE_QUEUE:
                    conversation.waiting_at, conversation.front, conversation.alarmed_at = None, False, None
                case Effect.TAKE:
                    conversation.holder, conversation.counselled = actor, True
                    if conversation.state is not State.HUMAN:  # else a colleague, who reads what the first one could
                        conversation.shown_from = 0 if conversation.shared else conversation.last_seq + 1
                case Effect.DROP_HOLDER:
                    conversation.holder, conversation.shown_from = None, None
                case Effect.END:
                    conversation.closed_at = self.now
                case Effect.DELETE:
                    self.deleted = True
                case Effect.RAISE_PRIORITY | Effect.TELL_VISITOR | Effect.TELL_COUNSELLOR:
                    pass  # said or set by whoever asked for the step, in the same transaction

    async def write(self) -> None:
        """Write the row back if state and generation are what was read. Raises Conflict."""
        conversation = self.conversation
        waiting_at = conversation.waiting_at
        conversation.rank_at = None if waiting_at is None else rank_at(conversation.priority, waiting_at)
        inside = {
            "context": conversation.context, "understood": conversation.understood, "errand": conversation.errand,
        }  # fmt: skip
        state, generation = self._was
        written = await self.connection.execute(
            update(conversations)
            .where(
                conversations.c.id == conversation.id,
                conversations.c.state == state,
                conversations.c.generation == generation,
            )
            .values(
                **{name: getattr(conversation, name) for name in WRITTEN},
                state=conversation.state.value,
                generation=conversation.generation,
                sealed=self._keyring.seal(conversation.id, "conversation", inside),
            )
        )
        if written.rowcount != 1:
            raise Conflict


def _place_of(conversation: Conversation) -> tuple[bool, float | None] | None:
    """Give what decides the place in the queue; None of one that does not wait."""
    return (conversation.front, conversation.rank_at) if conversation.state is State.WAITING else None
