"""What one turn of the dialogue is given, and what it makes: plain records between the action and the rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Turn:
    """One message as understood, with what the gateway says of the moment.

    `choice` is the payload that the message stands for: a button, or words that mean one (bot/in_talk.py); `chosen`
    tells that it was a button. `about`: circumstances that the message tells of the writer. `aside`: what it means
    where it is but a few words ("berätta mer"). `place`: the id of the place that it names.
    """

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
    choice: str | None = None
    about: tuple[str, ...] = ()
    aside: str | None = None
    place: str | None = None

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
            choice=understood.get("choice"),
            about=tuple(understood.get("about") or ()),
            aside=understood.get("aside"),
            place=understood.get("place"),
        )


@dataclass
class Memory:
    """What the conversation remembers between turns. Small, plain, without a visitor's words."""

    pending: str | None = None  # what a plain yes or no would answer: a topic, a guide's question, share, human
    last_topic: str | None = None
    asker: str | None = None  # the group that the talk is with, by the last topic that tells (remember.py)
    misses: int = 0
    heard: list[str] = field(default_factory=list)
    about: list[str] = field(default_factory=list)  # circumstances told
    place: str | None = None
    easy: bool = False  # easy-read answers are wanted
    guide: str | None = None  # the guided question that was put last and is still open
    told: dict[str, list[str]] = field(default_factory=dict)  # which texts of which topic have been said
    worded: dict[str, int] = field(default_factory=dict)  # how often a sentence has been said
    advised: list[str] = field(default_factory=list)  # circumstances whose advice has been given, and is not repeated
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
        sentence: str | None = None,
    ) -> None:
        """Add a reply. `lang` is the code of its language where that is not Swedish, `sentence` the name it has in
        sentences.yml, where it is one of those."""
        reply = {"text": text, "choices": choices or [], "contacts": list(contacts), "checked": checked}
        named = {"lang": lang, "sentence": sentence}
        self.replies.append({**reply, **{key: value for key, value in named.items() if value is not None}})

    def signal(self, name: str, **args: Any) -> None:
        self.signals.append({"name": name, "args": args})
