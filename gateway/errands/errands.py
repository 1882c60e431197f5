"""Which step of which errand a visitor's line is. The steps themselves are in letter, mailbox and booking."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from gateway.errands.booking import BookingErrand
from gateway.errands.letter import LetterErrand
from gateway.errands.mailbox import MailboxErrand, without_mailbox
from gateway.errands.six_words import SixWords
from gateway.errands.stage import NOT_WITH_COUNSELLOR, Note, Stage
from gateway.handoff import State
from gateway.rates import TooMany
from gateway.storage.records import Gone, Line

Step = Callable[[str, Line], Awaitable[None]]


class Errands:
    """One object serves every conversation; it remembers nothing."""

    def __init__(
        self, stage: Stage, six_words: SixWords, letter: LetterErrand, mailbox: MailboxErrand, booking: BookingErrand
    ) -> None:
        self._stage = stage
        self._booking = booking
        self._open = mailbox.open
        self.letter = letter
        self._steps: dict[str, Step] = {
            "letter:write": letter.start,
            "letter:answer": letter.start,
            "letter:more": letter.start,
            "letter:send": letter.send,
            "letter:drop": letter.drop,
            "words:show": six_words.show,
            "mailbox:delete": mailbox.ask_delete,
            "mailbox:delete:yes": mailbox.delete,
            "mailbox:keep": mailbox.keep,
        }

    def concerns(self, line: Line) -> bool:
        """Tell whether a line is a step of an errand: one of its buttons, or six words."""
        choice = str(line.words.get("choice", ""))
        return bool(line.words.get("opens")) or choice in self._steps or choice.startswith("time:")

    async def turn(self, id: str, line: Line) -> None:
        """Carry the step out and mark the line answered. Raises Gone, and what the store raises."""
        try:
            await self._step(id, line)
        except TooMany:
            await self._stage.settle(id, line, [Note("errand_wait")], (await self._stage.get(id)).errand)
        except Gone:
            await self._without_mailbox(id, line)

    async def _without_mailbox(self, id: str, line: Line) -> None:
        """Say that the mailbox is gone: a step that raised must not become silence. Raises Gone where all is."""
        errand = (await self._stage.get(id)).errand or {}
        await self._stage.settle(id, line, [Note("mailbox_gone", choices=("letter:write",))], without_mailbox(errand))

    async def _step(self, id: str, line: Line) -> None:
        choice = str(line.words.get("choice", ""))
        if line.words.get("opens"):
            await self._open(id, line)
        elif choice.startswith(NOT_WITH_COUNSELLOR) and await self._with_counsellor(id):
            await self._stage.settle(id, line, [Note("errand_not_now")], (await self._stage.get(id)).errand)
        elif choice.startswith("time:"):
            await self._booking.turn(id, line, choice)
        else:
            await self._steps[choice](id, line)

    async def _with_counsellor(self, id: str) -> bool:
        return (await self._stage.get(id)).state is State.HUMAN
