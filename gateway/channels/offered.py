"""Which choices a visitor has before them, and what they mean by a number or by words. Pure.

What was said since the visitor's last word, or before it, is one block. Its numbered lists count on from one to the
next, so that a number means one thing; where all are buttons a number counts them. Older blocks are meant by words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from connectors.contract import Choice
from connectors.messaging import Capabilities
from connectors.shaping import form_of, number_in, same_words
from gateway.storage.records import Line
from gateway.views import choices_of

BLOCKS_BACK = 3  # what was offered before that nobody has in mind


@dataclass(frozen=True)
class Offer:
    """A choice and the line that offered it."""

    seq: int
    index: int
    choice: Choice


def _blocks(lines: Sequence[Line]) -> list[list[Line]]:
    """Give the blocks that offered something, the latest first."""
    said = [list(block) for ours, block in groupby(lines, key=lambda line: line.sender != "visitor") if ours]
    found = []
    for block in said[: -BLOCKS_BACK - 1 : -1]:
        if any(choices_of(line.words) for line in block):
            found.append(block)
        elif any(line.sender == "counsellor" for line in block):
            break  # a number answers what a human has asked
    return found


def _is_spoken_over(block: Sequence[Line]) -> bool:
    """Tell whether a counsellor has said something since: a yes is to them, and only the whole words are a choice."""
    offered = max(line.seq for line in block if choices_of(line.words))
    return any(line.sender == "counsellor" and line.seq > offered for line in block)


def _offers(lines: Sequence[Line]) -> list[Offer]:
    return [Offer(line.seq, i, choice) for line in lines for i, choice in enumerate(choices_of(line.words))]


def _is_numbered(line: Line, can: Capabilities) -> bool:
    return form_of(choices_of(line.words), can) == "text"


def first_number(lines: Sequence[Line], seq: int, can: Capabilities) -> int:
    """Give the number of the first choice of a line that is numbered."""
    number = 1
    for line in reversed([line for line in lines if line.seq < seq]):
        if line.sender == "visitor":
            break
        number += len(choices_of(line.words)) if _is_numbered(line, can) else 0
    return number


def typed(text: str, lines: Sequence[Line], can: Capabilities) -> Offer | None:
    """Give the choice that a typed text means."""
    blocks = _blocks(lines)
    number = number_in(text)
    if number is not None:
        block = blocks[0] if blocks else []
        counted = _offers([line for line in block if _is_numbered(line, can)]) or _offers(block)
        return counted[number - 1] if 1 <= number <= len(counted) else None
    for place, block in enumerate(blocks):
        offers = _offers(block)
        newest = place == 0 and not _is_spoken_over(block)
        found = same_words(text, [offer.choice.title for offer in offers], newest)
        if found is not None:
            return offers[found]
    return None


def pressed(reference: tuple[int, int] | None, title: str, lines: Sequence[Line]) -> Offer | None:
    """Give the choice that a button means; None where no line here offered it.

    The button must say the same, as far as it was shown: one of an erased conversation is still on the phone, and here
    its number may be that of another choice.
    """
    if reference is None:
        return None
    seq, index = reference
    for line in lines:
        choices = choices_of(line.words)
        offered = line.seq == seq and line.sender != "visitor" and index < len(choices)
        if offered and _shows(title, choices[index].title):
            return Offer(seq, index, choices[index])
    return None


def _shows(button: str, title: str) -> bool:
    """Tell whether a button has a title, or the beginning of it with an ellipsis."""
    said = button.strip()
    return said == title or (said.endswith("…") and len(said) > 1 and title.startswith(said[:-1].rstrip()))
