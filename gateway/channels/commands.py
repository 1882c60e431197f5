"""The few words that are an act wherever there are no buttons for it. Pure."""

from __future__ import annotations

from typing import Literal

from gateway.taking import asks_to_erase

Command = Literal["erase", "stop", "link"]
STOP_WORDS = frozenset({"stopp", "stop", "sms stopp", "stopp sms", "stoppa", "avsluta", "avregistrera"})
LINK_WORDS = frozenset({"webb", "webben", "webbchatt", "webbchatten", "länk", "lank", "länken"})
_AROUND = " \t\r\n.,:;!?/\"'”“’*_()\u200b\ufeff"


def command_of(text: str) -> Command | None:
    """Give the act that a whole message asks for; a word among others is no act."""
    said = " ".join(text.casefold().strip(_AROUND).split())
    if asks_to_erase(said):
        return "erase"
    if said in STOP_WORDS:
        return "stop"
    return "link" if said in LINK_WORDS else None
