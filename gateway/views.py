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
    hidden = staff and _is_only_the_visitors(said)
    return Message(
        seq=line.seq,
        sender=cast(Sender, line.sender),
        text=words.sentence("words_only_visitor") if hidden else said["text"],
        at=iso(line.at),
        choices=() if hidden else choices_of(said),
        contacts=words.cards(said.get("contacts", ())),
        checked=said.get("checked", True),
        lang=None if hidden else said.get("lang"),
        id=line.client_id if line.sender == ("counsellor" if staff else "visitor") else None,
    )


def _is_only_the_visitors(said: dict[str, Any]) -> bool:
    """Tell whether no counsellor may see a line: what the veil holds, and which time somebody has picked."""
    return "veil" in said or str(said.get("choice", "")).startswith("time:pick:")


def choices_of(said: dict[str, Any]) -> tuple[Choice, ...]:
    choices = said.get("choices") or ()
    return tuple(Choice(choice["title"], choice["payload"], choice.get("weight")) for choice in choices)


def standing_of(conversation: Conversation, position: int | None, usual: tuple[int, int] | None = None) -> Standing:
    """Give where it stands; `usual`: how long one waits as a rule, told to those who wait."""
    waiting = conversation.state is State.WAITING
    return Standing(cast(StateName, conversation.state.value), position, usual if waiting else None)
