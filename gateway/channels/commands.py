"""The few words that are an act wherever there are no buttons for it. Pure."""

from __future__ import annotations

from typing import Literal

from gateway.requests import request_in, words_in
from gateway.taking import asks_to_erase

Command = Literal["erase", "stop", "link"]
STOP_WORDS = frozenset(
    {
        "stopp", "stop", "sms stopp", "stopp sms", "stop sms", "stop all", "stoppa", "avsluta", "avregistrera",
        "unsubscribe", "sluta skriva", "sluta skriva till mig", "sluta skicka", "sluta skicka sms", "sluta smsa",
        "sluta sms a mig", "sluta smsa mig", "skriv inte mer", "skicka inget mer", "inga fler svar", "inga fler sms",
        "inga fler meddelanden",
    }
)  # fmt: skip
LINK_WORDS = frozenset(
    {
        "webb", "webben", "web", "webbchatt", "webbchatten", "webblänk", "länk", "lank", "länken", "link",
        "skicka länk", "skicka länken",
    }
)  # fmt: skip
# Alone they are taken for an act; with a plea around them they may be said to somebody who is in the room.
_NO_PLEA = frozenset({"snälla", "please"})


def command_of(text: str) -> Command | None:
    """Give the act that a whole message asks for; a word among others is no act."""
    if asks_to_erase(text):
        return "erase"
    said = request_in(text)
    if said in STOP_WORDS:
        return None if _NO_PLEA.intersection(words_in(text)) else "stop"
    return "link" if said in LINK_WORDS else None
