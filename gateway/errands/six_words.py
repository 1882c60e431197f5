"""The six words of a mailbox: made when a visitor first needs them, shown, shown again while that can be."""

from __future__ import annotations

import contextlib
from typing import Any

from gateway.errands.stage import Note, Stage
from gateway.letters.mailboxes import HasReplies, Mailboxes
from gateway.rates import Rates
from gateway.storage.records import Gone, Line
from gateway.veil import Veil
from gateway.words import Words

SHOWN = "six words"  # the veil's reference of the words this conversation was given


def has_words(errand: dict[str, Any]) -> bool:
    """Tell whether an errand has a mailbox whose words its visitor has seen."""
    return bool(errand.get("mailbox")) and not errand.get("fresh")


class SixWords:
    """`days` is how long a mailbox stays after its last letter."""

    def __init__(self, stage: Stage, mailboxes: Mailboxes, words: Words, veil: Veil, rates: Rates, days: float) -> None:
        self._stage = stage
        self._mailboxes = mailboxes
        self._words = words
        self._veil = veil
        self._rates = rates
        self._days = f"{days:g}"

    async def begun(self, id: str, errand: dict[str, Any]) -> str | None:
        """See to it that the errand has a mailbox; give the words to show, None where the visitor has them already.

        `fresh` marks a mailbox whose words have not been shown: a crash before that loses them, so it gets new ones.
        """
        if has_words(errand):
            return None
        if errand.get("mailbox"):
            with contextlib.suppress(Gone, HasReplies):
                return " ".join(await self._mailboxes.new_words(errand["mailbox"]))
        return await self.anew(id, errand)

    async def anew(self, id: str, errand: dict[str, Any]) -> str:
        """Give the errand a new mailbox; give its words. Raises TooMany."""
        self._rates.mailbox(id)
        errand["mailbox"], words = await self._mailboxes.begin()
        errand["fresh"] = True
        await self._stage.keep(id, errand)
        return " ".join(words)

    def given(self, id: str, words: str) -> Note:
        """Give the line that shows the words, and keep them for a while to show them again."""
        self._veil.keep(id, SHOWN, words)
        veiled = f"{words}\n\n{self._words.sentence('words_keep', days=self._days)}"
        return Note("words_were_here", choices=("words:show",), veiled=veiled)

    async def show(self, id: str, line: Line) -> None:
        """Show the words again; once nobody knows them any more new ones take their place, while that can be."""
        errand = (await self._stage.get(id)).errand or {}
        known = self._veil.get(id, SHOWN)
        if known is not None:
            notes = [self.given(id, known)]
        elif not errand.get("left"):  # opened here with words that the visitor has
            notes = [Note("errand_over")]
        else:
            notes = await self._renewed(id, errand["mailbox"])
        await self._stage.settle(id, line, notes, errand or None)

    async def _renewed(self, id: str, mailbox: str) -> list[Note]:
        try:
            fresh = await self._mailboxes.new_words(mailbox)
        except HasReplies:
            return [Note("words_lost")]
        return [Note("words_new"), self.given(id, " ".join(fresh))]
