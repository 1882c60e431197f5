"""Stores what a visitor sends, inside a change: masked, and with what is to be said of what was hidden."""

from __future__ import annotations

from typing import Any

from content.risks import RiskLexicon
from gateway.disclosure import Disclosure
from gateway.handoff import State
from gateway.hidden import HIDE, SHOW
from gateway.letters.secret_words import SecretWords
from gateway.masking import mask
from gateway.metrics import Metrics
from gateway.requests import request_in
from gateway.storage.change import Change
from gateway.summons import CHOICE_UNDERSTOOD
from gateway.veil import Veil
from gateway.words import Words

ERASE_WORDS = frozenset(
    {
        "radera", "radera allt", "radera allting", "radera chatten", "radera chatt", "radera samtalet",
        "radera konversationen", "delete", "delete all", "erase",
    }
)  # fmt: skip


def asks_to_erase(text: str) -> bool:
    return request_in(text) in ERASE_WORDS


class Taking:
    """What every channel does with words and choices once they are to be stored."""

    def __init__(
        self,
        words: Words,
        disclosure: Disclosure,
        veil: Veil,
        secret_words: SecretWords,
        lexicon: RiskLexicon,
        metrics: Metrics,
    ) -> None:
        self._words = words
        self._disclosure = disclosure
        self._veil = veil
        self._secret_words = secret_words
        self._lexicon = lexicon
        self._metrics = metrics

    def opens(self, text: str) -> bool:
        """Tell whether a text is the six words of a mailbox, and not a call for help that looks like them."""
        return self._secret_words.looks_like(text) and not self._lexicon.risks(text)

    def hold(self, key: str, id: str, text: str) -> None:
        """What opens a mailbox waits in memory for its turn; `text` then stores only a mark of it."""
        if self.opens(text):
            self._veil.keep(key, id, text)

    async def text(self, change: Change, id: str, text: str, **more: Any) -> int:
        """Store words; give their seq. `more` is kept with them."""
        if self.opens(text):
            return await self._take(change, {"text": self._words.sentence("words_mark"), "opens": True, **more}, id)
        masked = mask(text)
        seq = await self._take(change, {"text": masked.text, **more}, id)
        message = id.partition("-")[0] if change.conversation.goes_out else ""
        await self._disclosure.tell(change, masked, text, message)
        self._metrics.said.inc()
        return seq

    async def choice(
        self, change: Change, id: str, payload: str, title: str, asked: int | None = None, **more: Any
    ) -> int:
        """Store a choice that was offered, by the line `asked` where it is known; SHOW and HIDE are carried out now."""
        done = payload in (SHOW, HIDE)
        explained = {"explained": self._settled(change)} if done else {}
        seq = await self._take(change, {"text": title, "choice": payload, **explained, **more}, id, answered=done)
        if done:
            await self._disclosure.decide(change, payload, asked)
        return seq

    async def mark(self, change: Change, id: str, text: str, answered: bool, **more: Any) -> int:
        """Store that something came which is not kept; not `answered`: a sentence about it is owed."""
        return await self._take(change, {"text": text, **more}, id, answered)

    def forget(self, key: str, message: str) -> None:
        """A message is taken back: nothing of it stays in memory either."""
        self._disclosure.forget(key, message)
        self._veil.take(key, message)

    async def _take(self, change: Change, words: dict[str, Any], id: str, answered: bool = False) -> int:
        change.conversation.visitor_at = change.now
        return await change.add("visitor", words, id, answered)

    def _settled(self, change: Change) -> dict[str, Any]:
        """What an `answered` frame explains of a choice that the gateway carries out by itself, at once."""
        queued = change.conversation.state in (State.WAITING, State.HUMAN)
        return {**CHOICE_UNDERSTOOD, "handoff": "queued" if queued else "none"}
