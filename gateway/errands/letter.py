"""Leaving a message for a reply: what is written becomes one letter, and the visitor gets six words to open it.

An unsent letter stands in the errand as `letter`: the seqs of its lines, their length, what was understood, and
whether it is `open`: what is said now belongs to it. Whatever the bot answers closes it, so that nobody in danger,
and nobody who has talked with a counsellor, speaks into a letter without knowing; it then waits until it is sent.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from gateway.delivery import say_as_system
from gateway.errands.six_words import SixWords, has_words
from gateway.errands.stage import TITLES, Note, Stage
from gateway.handoff import State
from gateway.known import remember
from gateway.letters.mailboxes import Mailboxes
from gateway.requests import request_in
from gateway.storage.change import Change
from gateway.storage.records import Conversation, Gone, Line
from gateway.words import Words

WRITING = ("letter:send", "letter:drop")
WAITS = ("letter:more", *WRITING)
HUMAN = "topic:talk_to_human"
LONGEST = 10_000  # characters; a counsellor must be able to read it


def is_writing(conversation: Conversation) -> bool:
    """Tell whether what the visitor says now belongs to a letter."""
    return bool((conversation.errand or {}).get("letter", {}).get("open"))


def paused(errand: dict[str, Any]) -> dict[str, Any]:
    """Give an errand in which what is said next is no part of the unsent letter, if there is one."""
    return {**errand, "letter": {**errand["letter"], "open": False}} if "letter" in errand else errand


def without(errand: dict[str, Any], lines: Sequence[Line]) -> dict[str, Any]:
    """Give an errand in whose unsent letter these lines are not any more: they were taken back."""
    letter = errand.get("letter")
    if letter is None:
        return errand
    gone = {line.seq: len(line.words["text"]) for line in lines if line.seq in letter["lines"]}
    left = [seq for seq in letter["lines"] if seq not in gone]
    return {**errand, "letter": {**letter, "lines": left, "length": letter["length"] - sum(gone.values())}}


class LetterErrand:
    """Steps of writing one letter; inside an open mailbox it becomes the next letter there."""

    def __init__(self, stage: Stage, mailboxes: Mailboxes, six_words: SixWords, words: Words) -> None:
        self._stage = stage
        self._mailboxes = mailboxes
        self._six_words = six_words
        self._words = words

    async def start(self, id: str, line: Line) -> None:
        """Begin to write, or go on; whoever waits leaves the queue."""
        errand = (await self._stage.get(id)).errand or {}
        letter = errand.get("letter", {"lines": [], "length": 0, "understood": {}})
        name = "letter_answer_start" if has_words(errand) else "letter_start"
        begun = {**errand, "letter": {**letter, "open": True}}
        await self._stage.settle(id, line, [Note(name, choices=WRITING)], begun, leaves_queue=True)

    async def drop(self, id: str, line: Line) -> None:
        errand = (await self._stage.get(id)).errand or {}
        kept = {name: value for name, value in errand.items() if name != "letter"} or None
        await self._stage.settle(id, line, [Note("letter_dropped")], kept)

    def add(self, conversation: Conversation, lines: list[Line], understood: dict[str, Any]) -> bool:
        """Take lines into the letter with what was understood of them; False where it would be too long."""
        letter = dict((conversation.errand or {})["letter"])
        new = [line for line in lines if line.seq not in letter["lines"]]  # a turn may be taken again after a crash
        letter["length"] += sum(len(line.words["text"]) for line in new)
        if letter["length"] > LONGEST:
            return False
        letter["lines"] = [*letter["lines"], *(line.seq for line in new)]
        remember(self._words.content, letter["understood"], understood)
        conversation.errand = {**(conversation.errand or {}), "letter": letter}
        return True

    async def receive(self, change: Change, added: bool, human: bool) -> None:
        """Say that a line is in the letter, or that it is full; `human`: somebody could come now instead."""
        name = "letter_full" if not added else "letter_or_human" if human else "letter_more"
        payloads = (*WRITING, HUMAN) if human else WRITING
        await say_as_system(change, name, self._words.sentence(name), self._choices(payloads))

    def pause(self, conversation: Conversation) -> None:
        """The bot has answered: what is said next is talk."""
        if conversation.errand is not None:
            conversation.errand = paused(conversation.errand)

    def still(self, conversation: Conversation) -> list[dict[str, Any]]:
        """Give the bot's reminder of a letter that is not sent; nothing where there is none."""
        if "letter" not in (conversation.errand or {}):
            return []
        text = self._words.sentence("letter_still")
        return [{"text": text, "choices": self._choices(WAITS), "contacts": [], "checked": True}]

    def _choices(self, payloads: tuple[str, ...]) -> list[dict[str, str]]:
        return [{"title": self._words.sentence(TITLES[payload]), "payload": payload} for payload in payloads]

    def spoken(self, conversation: Conversation, line: Line) -> Callable[[str, Line], Awaitable[None]] | None:
        """Give the step that a line asks for in words, where there are no buttons: "skicka", "ta bort meddelandet"."""
        if "letter" not in (conversation.errand or {}) or conversation.state is State.HUMAN:
            return None
        said = request_in(line.words["text"])
        if said in ("skicka", request_in(self._words.sentence("letter_send"))):
            return self.send
        return self.drop if said == request_in(self._words.sentence("letter_drop")) else None

    async def send(self, id: str, line: Line) -> None:
        """Store the letter once, whatever is repeated after a crash, and give the words."""
        conversation = await self._stage.get(id)
        errand = dict(conversation.errand or {})
        letter = errand.get("letter")
        if letter is None:
            await self._stage.settle(id, line, [Note("errand_over")], conversation.errand)
            return
        if not letter["lines"]:
            errand["letter"] = {**letter, "open": True}
            await self._stage.settle(id, line, [Note("letter_empty", choices=WRITING)], errand)
            return
        words = await self._write(id, errand, line.client_id)
        kept = {"mailbox": errand["mailbox"], "left": words is not None or bool(errand.get("left"))}
        await self._stage.settle(id, line, self._left(id, words), kept, handoff="message_left")

    async def _write(self, id: str, errand: dict[str, Any], client_id: str | None) -> str | None:
        """Store the letter; give the words to show, None where the visitor has them."""
        letter = errand["letter"]
        understood, lines = letter["understood"], await self._stage.lines(id, letter["lines"][0] - 1)
        text = "\n".join(one.words["text"] for one in lines if one.seq in letter["lines"])
        priority = self._words.content.taxonomy.routes.index(understood.get("route", "answer"))
        words = await self._six_words.begun(id, errand)
        try:
            await self._mailboxes.write(errand["mailbox"], text, understood, priority, client_id)
        except Gone:  # deleted elsewhere, or expired: what was written is not lost, and gets words of its own
            words = await self._six_words.anew(id, errand)
            await self._mailboxes.write(errand["mailbox"], text, understood, priority, client_id)
        return words

    def _left(self, id: str, words: str | None) -> list[Note]:
        name = "letter_left" if words is not None else "letter_left_more"
        left = Note(name, self._words.sentence(name, reads=self._words.reads()))
        return [left] if words is None else [left, self._six_words.given(id, words)]
