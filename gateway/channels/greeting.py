"""The first word on a messaging channel: a machine, who runs it, what this channel leaves behind, what can be written.

It comes before the first answer; where life may be in danger it comes after it, since 112 comes first.
"""

from __future__ import annotations

from typing import Any, Literal

from gateway.delivery import say_as_system
from gateway.storage.change import Change
from gateway.storage.records import Conversation
from gateway.words import Words

FIRST_CHOICES = (("exploited", "support_exploited_adult"), ("minor", "minor_support"), ("buyer", "stop_buying"))
GREETED = "greeted"
Place = Literal["before", "after", "instead"] | None
HELLO = "greet"


def first_choices(words: Words) -> list[dict[str, str]]:
    """Give the buttons of a greeting: who asks."""
    return [{"title": words.sentence(f"choice_{name}"), "payload": f"topic:{topic}"} for name, topic in FIRST_CHOICES]


class Greeting:
    """Says it once in a conversation."""

    def __init__(self, words: Words) -> None:
        self._words = words

    def is_due(self, conversation: Conversation) -> bool:
        return conversation.goes_out and not conversation.understood.get(GREETED)

    def place(self, conversation: Conversation, understood: dict[str, Any]) -> Place:
        """Give where it stands to an answer; it alone answers a Swedish hello."""
        if not self.is_due(conversation):
            return None
        if (understood["topic"], understood["route"], understood.get("lang")) == (HELLO, "answer", "sv"):
            return "instead"
        return "after" if understood["route"] == "emergency" else "before"

    async def say(self, change: Change, alone: bool = True) -> None:
        """Say it now; as the system, for a claim is not to take back what the channel leaves behind."""
        change.conversation.understood[GREETED] = True
        text = self.text(change.conversation.channel, alone)
        await say_as_system(change, "app_greeting", text, first_choices(self._words) if alone else [])

    def text(self, channel: str, alone: bool) -> str:
        """Give the first word on a channel, its paragraphs apart; alone it asks for words too."""
        sentence, known = self._words.sentence, self._words.content.sentences
        traces = f"traces_{channel}"
        names = ("app_greeting", traces if traces in known else "traces_app", "app_words")
        return "\n\n".join(map(sentence, (*names, "app_write") if alone else names))

    async def say_again(self, change: Change) -> None:
        """Answer somebody who presses start once more: only what can be done now."""
        words = {"text": self._words.sentence("app_write"), "choices": first_choices(self._words)}
        await change.add("bot", {**words, "contacts": [], "checked": True})
