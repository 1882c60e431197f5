"""What mailboxes give: letters opened, for the visitor who has the words and for staff who have not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

RED_UP_TO = 1  # the priorities of `emergency` and `human_now`, the first two routes of taxonomy.yml


@dataclass(frozen=True)
class OpenMailbox:
    """A mailbox found by its words. The private key opens the replies; keep it no longer than a turn."""

    id: str
    expires_at: float
    private: bytes = field(repr=False)


@dataclass(frozen=True)
class Letter:
    """A visitor's letter or a reply. `text` is None where the reader has no key: staff, of any reply.

    `read_at`: of a visitor's letter, when a counsellor acknowledged it; of a reply, when the visitor opened it.
    """

    number: int
    sender: str
    at: float
    text: str | None = field(repr=False)
    read_at: float | None
    read_by: int | None
    answered: bool
    understood: dict[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class LetterCard:
    """A mailbox that waits for an answer, without words. `at`: the oldest unanswered letter's time.

    `read_by`: who acknowledged the latest, None while any is unread. `red_at`: when the oldest unread red one came.
    `expires_at`: when the mailbox, and all that is in it, is deleted unless something is written in it.
    """

    mailbox: str
    priority: int
    at: float
    count: int
    read_by: int | None
    red_at: float | None
    topic: str | None
    risks: tuple[str, ...]
    lang: str | None
    expires_at: float

    @property
    def red(self) -> bool:
        return self.priority <= RED_UP_TO


@dataclass(frozen=True)
class Unread:
    """A mailbox with a letter that nobody has read: when the oldest came, when counsellors were last told."""

    mailbox: str
    at: float
    alarmed_at: float | None
