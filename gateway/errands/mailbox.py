"""Opening a mailbox with its six words: what was left, the replies, and where to go from there."""

from __future__ import annotations

from typing import Any

from gateway.errands.booking import BookingErrand
from gateway.errands.letter import paused
from gateway.errands.stage import Note, Stage
from gateway.letters.mailboxes import Mailboxes
from gateway.letters.records import Letter, OpenMailbox
from gateway.letters.secret_words import SecretWords
from gateway.rates import Rates
from gateway.storage.records import Gone, Line
from gateway.veil import Veil
from gateway.words import Words

ON = ("letter:answer", "topic:talk_to_human", "time:start", "mailbox:delete")
ON_BOOKED = tuple(payload for payload in ON if payload != "time:start")


class MailboxErrand:
    """Wrong words are counted: per conversation, and over all of them (gateway/rates.py)."""

    def __init__(
        self,
        stage: Stage,
        mailboxes: Mailboxes,
        secret_words: SecretWords,
        words: Words,
        veil: Veil,
        rates: Rates,
        booking: BookingErrand,
        days: float,
    ) -> None:
        self._stage = stage
        self._mailboxes = mailboxes
        self._secret_words = secret_words
        self._words = words
        self._veil = veil
        self._rates = rates
        self._booking = booking
        self._days = f"{days:g}"

    async def open(self, id: str, line: Line) -> None:
        """Try the words that were typed; they are in memory only, so a restart asks for them again."""
        conversation = await self._stage.get(id)
        typed = self._veil.get(id, line.client_id or "")
        words = self._secret_words.recognise(typed) if typed is not None else None
        if typed is None:
            note = Note("words_again")
        elif not self._rates.guess(id):
            note = Note("words_wait")
        else:
            found = await self._find(words)
            if found is not None:
                self._rates.guessed(id)
                await self._stage.settle(id, line, await self._opened(found), opened(conversation.errand, found.id))
                self._veil.take(id, line.client_id or "")
                return
            note = Note("words_unknown", self._words.sentence("words_unknown", days=self._days))
        await self._stage.settle(id, line, [note], conversation.errand)

    async def _find(self, words: tuple[str, ...] | None) -> OpenMailbox | None:
        if words is None:
            return None
        try:
            return await self._mailboxes.find(words)
        except Gone:
            return None

    async def _opened(self, found: OpenMailbox) -> list[Note]:
        """Give all that is in a mailbox: letters, a booked time, or both."""
        letters = await self._mailboxes.thread(found)
        booked = await self._booking.booked(found.id, alone=not letters)
        if booked and not letters:
            return booked
        return [*self._shown(letters, ON_BOOKED if booked else ON), *booked]

    def _shown(self, letters: list[Letter], on: tuple[str, ...]) -> list[Note]:
        """Give the replies, oldest first, and how the latest letter stands."""
        notes = [self._reply(letter) for letter in letters if letter.sender == "counsellor"]
        own = [letter for letter in letters if letter.sender == "visitor"]
        if own and (not notes or letters[-1].sender == "visitor"):
            latest = own[-1]
            read = "mailbox_set_aside" if latest.answered else "mailbox_read" if latest.read_at else "mailbox_waiting"
            notes.append(Note(read, self._words.sentence(read, when=self._words.moment(latest.at))))
        if not notes:
            notes.append(Note("mailbox_empty"))
        last = notes.pop()
        return [*notes, Note(last.name, last.text, on, contacts=last.contacts, veiled=last.veiled)]

    def _reply(self, letter: Letter) -> Note:
        head = self._words.sentence("mailbox_reply", when=self._words.moment(letter.at))
        return Note("words_were_here", veiled=f"{head}\n\n{letter.text}")

    async def ask_delete(self, id: str, line: Line) -> None:
        errand = (await self._stage.get(id)).errand
        note = Note("mailbox_delete_ask", choices=("mailbox:delete:yes", "mailbox:keep"))
        await self._stage.settle(id, line, [note if mailbox_of(errand) else Note("errand_over")], errand)

    async def keep(self, id: str, line: Line) -> None:
        await self._stage.settle(id, line, [Note("mailbox_kept", choices=ON)], (await self._stage.get(id)).errand)

    async def delete(self, id: str, line: Line) -> None:
        errand = (await self._stage.get(id)).errand
        mailbox = mailbox_of(errand)
        if mailbox is None:
            await self._stage.settle(id, line, [Note("errand_over")], errand)
            return
        await self._mailboxes.delete(mailbox)
        self._veil.forget(id)
        await self._stage.settle(id, line, [Note("mailbox_deleted")], without_mailbox(errand))


def mailbox_of(errand: dict[str, Any] | None) -> str | None:
    """Give the mailbox that is open in a conversation."""
    return (errand or {}).get("mailbox")


def opened(errand: dict[str, Any] | None, mailbox: str) -> dict[str, Any]:
    """Give the errand of somebody who has opened a mailbox; what they had begun to write waits."""
    return paused({**(without_mailbox(errand) or {}), "mailbox": mailbox})


def without_mailbox(errand: dict[str, Any] | None) -> dict[str, Any] | None:
    """Give what is left of an errand without its mailbox: the letter that is not sent yet."""
    return {"letter": errand["letter"]} if errand and "letter" in errand else None
