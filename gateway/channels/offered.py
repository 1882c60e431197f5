"""Which choices a visitor has before them, as numbers: those of the latest lines that had any. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from connectors.contract import Choice
from connectors.shaping import chosen
from gateway.storage.records import Line
from gateway.views import choices_of

BLOCKS_BACK = 3  # of older ones nobody remembers the numbers


@dataclass(frozen=True)
class Offer:
    """A choice and the line that offered it."""

    seq: int
    index: int
    choice: Choice


def offered_now(lines: Sequence[Line]) -> list[Offer]:
    """Give the choices that a number means now: of all that was said since the visitor's last word, or before it."""
    said = [list(block) for ours, block in groupby(lines, key=lambda line: line.sender != "visitor") if ours]
    for block in said[: -BLOCKS_BACK - 1 : -1]:
        offers = [Offer(line.seq, i, choice) for line in block for i, choice in enumerate(choices_of(line.words))]
        if offers:
            return offers
        if any(line.sender == "counsellor" for line in block):
            return []  # a number answers what a human has asked
    return []


def first_number(lines: Sequence[Line], seq: int) -> int:
    """Give the number of a line's first choice, as `offered_now` counts."""
    before = [line for line in lines if line.seq < seq]
    number = 1
    for line in reversed(before):
        if line.sender == "visitor":
            break
        number += len(choices_of(line.words))
    return number


def typed(text: str, lines: Sequence[Line]) -> Offer | None:
    """Give the choice that a typed text means."""
    offers = offered_now(lines)
    place = chosen(text, [offer.choice.title for offer in offers])
    return offers[place] if place is not None else None


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
