"""What a channel and the gateway say to each other. Knows no server and no channel.

The gateway implements `Desk`; a connector calls it with what came in, and asks it for what is new.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

MAX_CHARACTERS = 2000
Sender = Literal["visitor", "bot", "counsellor", "system"]
StateName = Literal["bot", "waiting", "human", "closed"]
Code = Literal["too_long", "too_fast", "bad_frame", "unknown_token", "unavailable"]


class Refused(Exception):
    """The gateway did not take something. `text` is Swedish and says what to do."""

    def __init__(self, code: Code, text: str) -> None:
        super().__init__(code)
        self.code: Code = code
        self.text = text


@dataclass(frozen=True)
class Choice:
    """A button. `weight` is `large` where it is the one that may save somebody, else None."""

    title: str
    payload: str
    weight: Literal["large"] | None = None


@dataclass(frozen=True)
class ContactCard:
    """A contact as a visitor sees it. `open_now` is None where its hours are unknown.

    `opens` says in words when what is closed opens next; None where it is open, or that is not known.
    """

    id: str
    name: str
    what: str | None
    phone: str | None
    phone_note: str | None
    email: str | None
    url: str | None
    hours: str | None
    open_now: bool | None
    checked: bool
    opens: str | None = None


@dataclass(frozen=True)
class Message:
    """One line of a conversation. `at` is UTC, ISO 8601; `id` is the visitor's own, for theirs.

    `lang` is the code of a text of ours in another language than Swedish.
    """

    seq: int
    sender: Sender
    text: str
    at: str
    choices: tuple[Choice, ...] = ()
    contacts: tuple[ContactCard, ...] = ()
    checked: bool = True
    id: str | None = None
    lang: str | None = None


@dataclass(frozen=True)
class Standing:
    """Where the conversation stands; place and minutes only while waiting, None where unknown."""

    state: StateName
    position: int | None = None
    wait_minutes: tuple[int, int] | None = None


@dataclass(frozen=True)
class Answer:
    """That everything there is to say to `id` has been sent. `explained` is empty unless asked for by a setting."""

    id: str
    explained: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class News:
    """What a visitor has not seen: messages in order, the standing, and the ids that are answered."""

    messages: tuple[Message, ...]
    standing: Standing
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class Opened:
    """A conversation a channel may speak in. `key` names it inside the gateway; `token` opens it again."""

    key: str
    token: str
    state: StateName


@dataclass(frozen=True)
class Nudge:
    """Why a listener woke: something is stored, someone types, a newer connection took over, or it is gone.

    `standing`: others in the queue moved; it holds where the conversation stands now, and nothing else is new.
    """

    kind: Literal["news", "typing", "replaced", "gone", "unavailable", "standing"]
    sender: Sender | None = None
    text: str | None = None
    standing: Standing | None = None


class Desk(Protocol):
    """The gateway, as a connector sees it. Every method may raise Refused."""

    async def start(self, channel: str, address: str) -> Opened:
        """Begin a conversation; `address` is used for the day's rate limit only and kept nowhere."""

    async def resume(self, token: str, start: str | None = None) -> Opened:
        """Open a conversation again; Refused `unknown_token` where it is gone.

        `start`: the id of a `start` frame, empty where it had none. Only a `start` may use a one-time link, since its
        answer alone carries the new token; with the same id it may be repeated.
        """

    async def say(self, key: str, id: str, text: str) -> int:
        """Store a visitor's words once; give their seq. The same id gives the same seq."""

    async def choose(self, key: str, id: str, payload: str, title: str = "") -> int:
        """Store the choice of a button that was offered (by its words, where several say the same); give its seq."""

    async def typing(self, key: str) -> None:
        """The visitor types."""

    async def erase(self, key: str) -> str:
        """Delete everything now; give the last words to say."""

    async def bye(self, key: str, quick: bool) -> None:
        """The visitor leaves."""

    async def news(self, key: str, after: int, waiting_for: frozenset[str]) -> News:
        """Give the messages after a seq, and which of the ids `waiting_for` are answered."""

    async def awaiting(self, key: str, after: int) -> frozenset[str]:
        """Give the ids of the visitor's words that a client which saw all up to `after` may still await."""

    def allow(self, key: str) -> None:
        """Count one frame; Refused `too_fast` where there are too many."""

    def refusal(self, code: Code) -> Refused:
        """Give a refusal with the right words."""

    def listen(self, key: str) -> AbstractAsyncContextManager[AsyncIterator[Nudge]]:
        """Wake when something happens; a newer listener of the same conversation ends the older."""
