"""Leaving a message for a reply: what is written becomes one letter, and the visitor gets six words to open it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from gateway.delivery import say_as_system
from gateway.errands.six_words import SixWords, has_words
from gateway.errands.stage import TITLES, Note, Stage
from gateway.known import remember
from gateway.letters.mailboxes import Mailboxes
from gateway.storage.change import Change
from gateway.storage.records import Conversation, Gone, Line
from gateway.words import Words

WRITING = ("letter:send", "letter:drop")


def is_writing(conversation: Conversation) -> bool:
    """Tell whether what the visitor says now belongs to a letter."""
    return (conversation.errand or {}).get("doing") == "letter"


class LetterErrand:
    """Steps of writing one letter; inside an open mailbox it becomes the next letter there."""

    def __init__(self, stage: Stage, mailboxes: Mailboxes, six_words: SixWords, words: Words) -> None:
        self._stage = stage
        self._mailboxes = mailboxes
        self._six_words = six_words
        self._words = words

    async def start(self, id: str, line: Line) -> None:
        """Begin to write; whoever waits leaves the queue. Within an open mailbox it becomes the next letter there."""
        errand = (await self._stage.get(id)).errand or {}
        begun = {**errand, "doing": "letter", "since": line.seq, "understood": {}}
        name = "letter_answer_start" if has_words(errand) else "letter_start"
        await self._stage.settle(id, line, [Note(name, choices=WRITING)], begun, leaves_queue=True)

    async def drop(self, id: str, line: Line) -> None:
        errand = (await self._stage.get(id)).errand or {}
        kept = {name: errand[name] for name in ("mailbox", "left", "fresh") if errand.get(name)} or None
        await self._stage.settle(id, line, [Note("letter_dropped")], kept)

    def add(self, conversation: Conversation, understood: dict[str, Any]) -> None:
        """Keep what was understood of a line of the letter."""
        errand = dict(conversation.errand or {})
        remember(self._words.content, errand.setdefault("understood", {}), understood)
        conversation.errand = errand

    async def receive(self, change: Change) -> None:
        """Say that a line is in the letter."""
        await say_as_system(change, "letter_more", self._words.sentence("letter_more"), self.choices())

    def choices(self) -> list[dict[str, str]]:
        """Give the buttons of somebody who writes."""
        return [{"title": self._words.sentence(TITLES[payload]), "payload": payload} for payload in WRITING]

    def spoken(self, text: str) -> Callable[[str, Line], Awaitable[None]] | None:
        """Give the step that a line asks for in words, where there are no buttons: "skicka", "ta bort meddelandet"."""
        said = text.casefold().strip(" .!")
        if said in ("skicka", self._words.sentence("letter_send").casefold()):
            return self.send
        return self.drop if said == self._words.sentence("letter_drop").casefold() else None

    async def send(self, id: str, line: Line) -> None:
        """Store the letter once, whatever is repeated after a crash, and give the words."""
        conversation = await self._stage.get(id)
        errand = dict(conversation.errand or {})
        if errand.get("doing") != "letter":
            await self._stage.settle(id, line, [Note("errand_over")], conversation.errand)
            return
        text = await self._written(id, errand["since"], line.seq)
        if not text:
            await self._stage.settle(id, line, [Note("letter_empty", choices=WRITING)], errand)
            return
        words = await self._six_words.begun(id, errand)
        understood = errand["understood"]
        priority = self._words.content.taxonomy.routes.index(understood.get("route", "answer"))
        try:
            await self._mailboxes.write(errand["mailbox"], text, understood, priority, line.client_id)
        except Gone:  # deleted elsewhere, or expired: what was written is not lost, and gets words of its own
            words = await self._six_words.anew(id, errand)
            await self._mailboxes.write(errand["mailbox"], text, understood, priority, line.client_id)
        kept = {"mailbox": errand["mailbox"], "left": words is not None or bool(errand.get("left"))}
        await self._stage.settle(id, line, self._left(id, words), kept, handoff="message_left")

    async def _written(self, id: str, since: int, until: int) -> str:
        lines = await self._stage.lines(id, since)
        own = [one for one in lines if one.seq < until and one.sender == "visitor"]
        return "\n".join(one.words["text"] for one in own if "choice" not in one.words and "opens" not in one.words)

    def _left(self, id: str, words: str | None) -> list[Note]:
        name = "letter_left" if words is not None else "letter_left_more"
        left = Note(name, self._words.sentence(name, reads=self._words.reads()))
        return [left] if words is None else [left, self._six_words.given(id, words)]
