"""What the store gives: rows with their sealed part opened."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from gateway.handoff import State

WEB = "web"


class Gone(Exception):
    """The conversation does not exist (any more)."""


@dataclass
class Conversation:
    """One conversation. Times are seconds since 1970 UTC."""

    id: str
    channel: str
    state: State
    generation: int
    holder: int | None
    share: str
    shown_from: int | None
    no_human: bool
    counselled: bool
    priority: int
    front: bool
    rank_at: float | None
    last_seq: int
    created_at: float
    visitor_at: float
    waiting_at: float | None
    closed_at: float | None
    leave_at: float | None
    warned_at: float | None
    alarmed_at: float | None
    context: Any = None
    understood: dict[str, Any] = field(default_factory=dict)
    errand: dict[str, Any] | None = None

    @property
    def goes_out(self) -> bool:
        """Whether its lines go out through a platform; else the visitor's own page fetches them."""
        return self.channel != WEB

    @property
    def shared(self) -> bool:
        """Whether the counsellor may read what was written before they came."""
        return self.share in ("yes", "emergency")

    @property
    def in_danger(self) -> bool:
        """Whether life was said to be in danger: `yes` to showing may have come before that."""
        return self.share == "emergency" or self.understood.get("route") == "emergency"

    def may_read(self, line: Line) -> bool:
        """Tell whether the holder may read a line: from the first one on, and what was shown to them expressly."""
        if self.shown_from is None:
            return False
        shown = "shown" in line.words and line.seq > self.understood.get("shown_after", 0)
        return line.seq >= self.shown_from or shown


@dataclass(frozen=True)
class Line:
    """One message. `words` holds text and, by sender, choices, contacts (ids), checked, choice, explained, heard.

    `shown` stands in what was masked and then shown by choice: the kinds of what was hidden in it.
    """

    seq: int
    sender: str
    at: float
    client_id: str | None
    answered: bool
    words: dict[str, Any]


@dataclass(frozen=True)
class Counsellor:
    id: int
    name: str
    password_hash: str
    must_change: bool
    disabled: bool
    failures: int
    locked_until: float | None
    away: bool = False
    calendar_hash: str | None = None


@dataclass(frozen=True)
class Session:
    counsellor: Counsellor
    csrf: str
    token_hash: str
