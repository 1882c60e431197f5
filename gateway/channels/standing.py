"""A visitor's message as it stands in a conversation: the lines it became, and by which ids it is edited or taken back.

Most platforms name the first version in every edit, Signal may name the one before. A line's `also` holds the ids of
the later ones, so that either finds what stands now. Pure, but for `blank`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from connectors.lengths import split
from gateway.channels.aside import OWES
from gateway.errands.letter import without
from gateway.masking import mask
from gateway.storage.change import Change
from gateway.storage.records import Line

PIECE = 2000  # characters; what one line of a conversation holds
MOST_PIECES = 40
MARK = "m"  # after a message's id: the line that says that something came which is not kept


@dataclass(frozen=True)
class Standing:
    """`id`: of the first version. `since`: when it was last edited, by the platform; None where it was not."""

    id: str
    also: tuple[str, ...]
    since: float | None
    lines: tuple[Line, ...]

    @property
    def said(self) -> tuple[Line, ...]:
        """The lines with words, or the choice."""
        return tuple(line for line in self.lines if OWES not in line.words)

    def says(self, text: str) -> bool:
        """Tell whether it has these very words; of what was masked nobody can tell any more."""
        if any("choice" in line.words for line in self.said):
            return [line.words.get("typed") for line in self.said] == [text.strip()]
        masked = [mask(piece) for piece in cut(text)]
        if any(piece.kinds for piece in masked):
            return False
        return [piece.text for piece in masked] == [line.words["text"] for line in self.said]


def cut(text: str) -> list[str]:
    """Give the pieces of a text that become lines; `is_too_long` tells of those beyond."""
    return split(text, "characters", PIECE, PIECE)[:MOST_PIECES]


def is_too_long(text: str) -> bool:
    return len(text) > PIECE * MOST_PIECES // 2 and len(split(text, "characters", PIECE, PIECE)) > MOST_PIECES


def part_of(id: str, place: int) -> str:
    """Give the id of one of a message's lines."""
    return f"{id}-{place}" if place else id


def find(lines: Sequence[Line], id: str) -> Standing | None:
    """Give the message that has, or had, this id; None where it is not there (any more)."""
    named = (line for line in lines if _root(line) == id or id in line.words.get("also", ()))
    root = next((_root(line) for line in named), None)
    if root is None:
        return None
    its = tuple(line for line in lines if _root(line) == root)
    first = its[0].words
    return Standing(root, tuple(first.get("also", ())), first.get("since"), its)


async def blank(change: Change, standing: Standing, lines: Sequence[Line], mark: str, marks: bool) -> None:
    """Take a message's words away wherever they stand in the conversation; `marks`: also that something came along.

    `lines` are the conversation's: among them is what was masked in the message and then shown by choice. What was
    said in an unsent letter leaves it. What the bot has answered stays.
    """
    gone = standing.lines if marks else standing.said
    shown = [line for line in lines if line.words.get("of") == standing.id]
    for line in (*gone, *shown):
        await change.blank(line.seq, mark)
    conversation = change.conversation
    if conversation.errand is not None:
        conversation.errand = without(conversation.errand, gone)


def kept_with(standing: Standing | None, version: str, at: float | None) -> dict[str, Any]:
    """Give what the first line of an edited message is to keep, so that the next edit finds it."""
    also = (*(standing.also if standing is not None else ()), version)
    return {"also": list(dict.fromkeys(also)), **({} if at is None else {"since": at})}


def _root(line: Line) -> str | None:
    if line.sender != "visitor" or line.client_id is None:
        return None
    return line.client_id.partition("-")[0]
