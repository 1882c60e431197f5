"""Stored lines as contract messages: contact ids become cards as of now, times become ISO 8601."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

from connectors.contract import Choice, Message, Sender, Standing, StateName
from gateway.handoff import State
from gateway.storage.records import Conversation, Line
from gateway.words import Words


def iso(seconds: float) -> str:
    """Give UTC, ISO 8601, to the second."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def message_of(line: Line, words: Words, staff: bool = False) -> Message:
    """Give a line as a visitor or, with `staff`, a counsellor sees it; each gets the ids of their own lines."""
    said = line.words
    return Message(
        seq=line.seq,
        sender=cast(Sender, line.sender),
        text=words.sentence("words_only_visitor") if staff and "veil" in said else said["text"],
        at=iso(line.at),
        choices=choices_of(said),
        contacts=words.cards(said.get("contacts", ())),
        checked=said.get("checked", True),
        id=line.client_id if line.sender == ("counsellor" if staff else "visitor") else None,
    )


def choices_of(said: dict[str, Any]) -> tuple[Choice, ...]:
    choices = said.get("choices") or ()
    return tuple(Choice(choice["title"], choice["payload"], choice.get("weight")) for choice in choices)


def standing_of(conversation: Conversation, position: int | None, usual: tuple[int, int] | None = None) -> Standing:
    """Give where it stands; `usual`: how long one waits as a rule, told to those who wait."""
    waiting = conversation.state is State.WAITING
    return Standing(cast(StateName, conversation.state.value), position, usual if waiting else None)
