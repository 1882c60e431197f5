"""The first word on a messaging channel: a machine, who runs it, what this channel leaves behind, what can be written.

It comes before the first answer; where life may be in danger it comes after it, since 112 comes first.
"""

from __future__ import annotations

from typing import Any

from gateway.storage.change import Change
from gateway.storage.records import Conversation
from gateway.words import Words

FIRST_CHOICES = (("exploited", "support_exploited_adult"), ("minor", "minor_support"), ("buyer", "stop_buying"))
GREETED = "greeted"
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

    def around(
        self, conversation: Conversation, replies: list[dict[str, Any]], understood: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Give the replies with the greeting if it is due, and note that. It alone answers a Swedish hello."""
        if not self.is_due(conversation):
            return replies
        conversation.understood[GREETED] = True
        hello = (understood["topic"], understood["route"], understood.get("lang")) == (HELLO, "answer", "sv")
        alone = hello or not replies
        greeting = self._line(conversation.channel, alone)
        if alone:
            return [greeting]
        return [*replies, greeting] if understood["route"] == "emergency" else [greeting, *replies]

    async def say(self, change: Change) -> None:
        """Say it now, by itself."""
        change.conversation.understood[GREETED] = True
        await change.add("bot", self._line(change.conversation.channel, alone=True))

    async def say_again(self, change: Change) -> None:
        """Answer somebody who presses start once more: only what can be done now."""
        words = {"text": self._words.sentence("app_write"), "choices": first_choices(self._words)}
        await change.add("bot", {**words, "contacts": [], "checked": True})

    def _line(self, channel: str, alone: bool) -> dict[str, Any]:
        sentence, known = self._words.sentence, self._words.content.sentences
        traces = f"traces_{channel}" if f"traces_{channel}" in known else "traces_app"
        names = ("app_greeting", traces, "app_words", *(("app_write",) if alone else ()))
        choices = first_choices(self._words) if alone else []
        return {"text": "\n\n".join(map(sentence, names)), "choices": choices, "contacts": [], "checked": True}
