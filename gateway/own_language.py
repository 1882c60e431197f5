"""The fallback's words in the visitor's own language, with the engine dead. What the engine says, it says itself."""

from __future__ import annotations

from typing import Any

from content.recognition import HOME, Recogniser
from gateway.storage.records import Conversation
from gateway.words import Words

SUMMONS = {"summons": "summons", "summons_emergency": "summons_danger"}


class OwnLanguage:
    """Knows by the same recogniser as the engine's in what language somebody writes, and says there what went wrong."""

    def __init__(self, recogniser: Recogniser, words: Words) -> None:
        self._recogniser = recogniser
        self._words = words

    def of(self, conversation: Conversation, text: str, choice: str | None) -> str:
        """Give the language of `text`; of a button, or where in doubt, that of what was written before."""
        written = HOME if choice is not None else self._recogniser.language_of(text)
        return written if written != HOME else str(conversation.understood.get("lang", HOME))

    def lead(self, replies: list[dict[str, Any]], code: str) -> list[dict[str, Any]]:
        """Put what they can read before the Swedish of a fallback: 112, rights, what broke, the summons."""
        language = self._words.content.languages.get(code)
        if language is None:
            return replies
        text = " ".join(language.says[name] for name in ("danger", "rights", "machine", "broken"))
        led = [self._reply(text, code, language.contacts)]
        names = {self._words.sentence(theirs): ours for theirs, ours in SUMMONS.items()}
        for reply in replies:
            if reply["text"] in names:
                led.append(self._reply(language.says[names[reply["text"]]], code))
                reply = {**reply, "choices": [language.button(choice) for choice in reply["choices"]]}
            led.append(reply)
        return led

    def _reply(self, text: str, code: str, contacts: tuple[str, ...] = ()) -> dict[str, Any]:
        checked = self._words.content.languages[code].checked
        return {"text": text, "choices": [], "contacts": list(contacts), "checked": checked, "lang": code}
