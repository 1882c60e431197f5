"""What one turn of the dialogue is given, and what it makes: plain records between the action and the rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Turn:
    """One message as understood, with what the gateway says of the moment."""

    topic: str
    risks: tuple[str, ...]
    route: str
    ask_back: tuple[str, ...]
    lang: str
    now: datetime
    hours_open: bool
    no_human: bool
    waiting: bool
    chosen: bool
    reopens: str | None

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Turn:
        """Read the `turn` slot. Raises KeyError or ValueError where the gateway left something out."""
        understood = given["understood"]
        return cls(
            topic=understood["topic"],
            risks=tuple(understood["risks"]),
            route=understood["route"],
            ask_back=tuple(understood["ask_back"]),
            lang=understood["lang"],
            now=datetime.fromisoformat(given["now"]),
            hours_open=bool(given["hours_open"]),
            no_human=bool(given.get("no_human")),
            waiting=given.get("state") == "waiting",
            chosen=bool(given.get("choice")),
            reopens=given.get("reopens"),
        )


@dataclass
class Memory:
    """What the conversation remembers between turns. Small, plain, without a visitor's words."""

    pending: str | None = None
    last_topic: str | None = None
    asker: str | None = None  # the group that the talk is with, by the last topic that tells (remember.py)
    misses: int = 0
    heard: list[str] = field(default_factory=list)
    offered_for: list[str] = field(default_factory=list)
    greeted_in: list[str] = field(default_factory=list)
    lang: str | None = None  # the language other than Swedish that was written last

    @classmethod
    def of(cls, stored: Mapping[str, Any] | None) -> Memory:
        known = {name: value for name, value in (stored or {}).items() if name in cls.__dataclass_fields__}
        return cls(**known)


@dataclass
class Said:
    """Replies and signals of one turn, in order."""

    replies: list[dict[str, Any]] = field(default_factory=list)
    signals: list[dict[str, Any]] = field(default_factory=list)

    def say(
        self,
        text: str,
        choices: list[dict[str, str]] | None = None,
        contacts: tuple[str, ...] = (),
        checked: bool = True,
        lang: str | None = None,
    ) -> None:
        """Add a reply; `lang` is the code of its language where that is not Swedish."""
        reply = {"text": text, "choices": choices or [], "contacts": list(contacts), "checked": checked}
        self.replies.append(reply if lang is None else {**reply, "lang": lang})

    def signal(self, name: str, **args: Any) -> None:
        self.signals.append({"name": name, "args": args})
