"""One step of an errand: what is said and where the errand then stands, committed with the answer in one change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from gateway.delivery import say_as_system
from gateway.handoff import Event, State
from gateway.storage.records import Conversation, Line
from gateway.storage.store import Store
from gateway.summons import CHOICE_UNDERSTOOD
from gateway.veil import Veil
from gateway.words import Words

# The buttons of the errands: payload → the sentence that is their title.
TITLES = {
    "letter:write": "letter_write",
    "letter:more": "letter_go_on",
    "letter:answer": "letter_answer",
    "letter:send": "letter_send",
    "letter:drop": "letter_drop",
    "words:show": "words_show",
    "mailbox:delete": "mailbox_delete",
    "mailbox:delete:yes": "mailbox_delete_yes",
    "mailbox:keep": "mailbox_keep",
    "topic:talk_to_human": "choice_human",
    "time:start": "time_start",
    "time:for:exploited": "choice_exploited",
    "time:for:minors": "choice_minor",
    "time:for:buyers": "choice_buyer",
    "time:for:others": "time_for_others",
    "time:age:15": "time_age_15",
    "time:age:under": "time_age_under",
    "time:more": "time_more",
    "time:move": "time_move",
    "time:cancel": "time_cancel",
    "time:cancel:yes": "time_cancel_yes",
    "time:keep": "time_keep",
}
# What makes no sense while a counsellor is there: it is said to them instead.
NOT_WITH_COUNSELLOR = ("letter:write", "letter:answer", "letter:more", "letter:send", "time:")
# What is not even offered then: beside those, to call somebody who is there.
_NOT_OFFERED = (*NOT_WITH_COUNSELLOR, "topic:talk_to_human")


@dataclass(frozen=True)
class Note:
    """One system line. `name` stands in delivery.SYSTEM; `veiled` is what only the visitor sees, for a while."""

    name: str
    text: str = ""
    choices: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()
    veiled: str | None = None
    checked: bool = True


class Stage:
    """Carries out steps. An errand is a small dict that is stored, sealed, with the conversation."""

    def __init__(self, store: Store, words: Words, veil: Veil) -> None:
        self._store = store
        self._words = words
        self._veil = veil

    async def get(self, id: str) -> Conversation:
        return await self._store.get(id)

    async def lines(self, id: str, after: int) -> list[Line]:
        return await self._store.lines(id, after)

    async def keep(self, id: str, errand: dict[str, Any]) -> None:
        """Remember how far an errand has come before something outside the conversation is written."""
        async with self._store.change(id) as change:
            change.conversation.errand = errand

    async def settle(
        self,
        id: str,
        line: Line,
        notes: Iterable[Note],
        errand: dict[str, Any] | None,
        handoff: str = "none",
        leaves_queue: bool = False,
    ) -> None:
        """Say the notes, move the errand on and mark the line answered, all at once. Raises Gone."""
        async with self._store.change(id) as change:
            conversation = change.conversation
            if leaves_queue and conversation.state is State.HUMAN:  # a counsellor came in the same moment
                notes, errand = [Note("errand_not_now")], conversation.errand
            if leaves_queue and conversation.state is State.WAITING:
                await change.step(Event.CANCELLED_BY_VISITOR)
                conversation.share = "none"
            conversation.errand = errand
            for note in notes:
                await self._say(change, note)
            if conversation.state in (State.WAITING, State.HUMAN):
                handoff = "queued"
            explained = {**CHOICE_UNDERSTOOD, "handoff": handoff}
            await change.answer(line.seq, {**line.words, "explained": explained})

    async def _say(self, change: Any, note: Note) -> None:
        text = note.text or self._words.sentence(note.name)
        reference = None
        if note.veiled is not None:
            reference, text = f"line {change.conversation.last_seq + 1}", self._words.sentence("words_were_here")
            self._veil.keep(change.conversation.id, reference, note.veiled)
        titles = note.titles or tuple(self._words.sentence(TITLES[payload]) for payload in note.choices)
        offered = zip(titles, note.choices, strict=True)
        held = change.conversation.state is State.HUMAN
        choices = [{"title": t, "payload": p} for t, p in offered if not (held and p.startswith(_NOT_OFFERED))]
        await say_as_system(change, note.name, text, choices, note.contacts, reference, note.checked)
