"""A message of ours as a platform can show it, and what a visitor chose by typing. Pure; knows capabilities only.

Choices become buttons where they fit, else a list, else numbered text. Long texts are split between sentences. Every
message begins with a neutral line, since that is what a locked screen shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from connectors.contract import Choice, ContactCard, Message
from connectors.lengths import measure, plain, split
from connectors.messaging import Capabilities, Option, Outbound

_NUMBER = re.compile(r"(?:(?:nr|nummer|alternativ|val)\s*)?(\d{1,2})(?::?an)?")
_NUMERALS = {
    "ett": 1, "ettan": 1, "två": 2, "tva": 2, "tvåan": 2, "tre": 3, "trean": 3, "fyra": 4, "fyran": 4, "fem": 5,
    "femman": 5,
}  # fmt: skip
_NO_WORD = re.compile(r"[\W_]+")
_AROUND = " \t\r\n.,;:!?()\"'*[]\u20e3\ufe0f"  # the last two are what makes a digit a key on a phone's keyboard


@dataclass(frozen=True)
class Phrases:
    """The words that shaping adds; they are content."""

    preview: str
    more: str
    choose: str
    list_label: str
    open_now: str
    closed_now: str
    opens: str  # with {when}
    unchecked: str


def reference(seq: int, index: int) -> str:
    """Name a choice: the line that offered it, and its place there from 0. Tells a platform nothing."""
    return f"{seq}.{index}"


def referred(text: str) -> tuple[int, int] | None:
    """Read a reference; None where it is none of ours."""
    seq, _, index = text.partition(".")
    if not (seq.isascii() and seq.isdigit() and index.isascii() and index.isdigit() and len(text) < 16):
        return None
    return int(seq), int(index)


def number_in(text: str) -> int | None:
    """Give the number that a whole text is, however it is written: 2, 2., nr 2, tvåan; None where it is none."""
    said = text.casefold().strip(_AROUND)
    number = _NUMBER.fullmatch(said)
    return int(number.group(1)) if number else _NUMERALS.get(said)


def same_words(text: str, titles: Sequence[str], beginnings: bool = False) -> int | None:
    """Give which title a text repeats, from 0; with `beginnings` also by what stands before its comma. One only."""
    said = _bare(text)
    candidates = [[_bare(title) for title in titles]]
    if beginnings:
        candidates.append([_bare(title.partition(",")[0]) for title in titles])
    found = next((some for some in candidates if some.count(said) == 1), None)
    return found.index(said) if found and said else None


def _bare(text: str) -> str:
    return " ".join(_NO_WORD.sub(" ", text.casefold()).split())


def shape(message: Message, can: Capabilities, phrases: Phrases, first: int = 1) -> list[Outbound]:
    """Give what is sent for a message, without an address; nothing where it says nothing.

    `first`: the number of its first choice.
    """
    text = message.text if message.checked else f"{message.text} ({phrases.unchecked})"
    contacts = [_contact(card, can, phrases) for card in message.contacts[: can.contacts]]
    body = "\n\n".join(filter(None, (text.strip(), "\n".join(contacts))))
    if not body and not message.choices:
        return []
    form = form_of(message.choices, can)
    if form == "text" and message.choices:
        lines = [f"{first + place}. {choice.title}" for place, choice in enumerate(message.choices)]
        body = f"{body}\n\n" + "\n".join([phrases.choose, *lines])
    lead = max((f"{line}\n" for line in (phrases.preview, phrases.more)), key=lambda line: measure(line, can.unit))
    best, longest = can.best, can.longest
    if form != "text":
        best, longest = min(best, can.longest_with_options), min(longest, can.longest_with_options)
    pieces = split(plain(body or phrases.choose, can.unit), can.unit, best, longest, lead)
    texts = [f"{phrases.more if place else phrases.preview}\n{piece}" for place, piece in enumerate(pieces)]
    human = message.sender == "counsellor"
    parts = [Outbound("", text, human=human) for text in texts]
    if form != "text":
        options = tuple(
            Option(_short(choice.title, can.row_title) if form == "list" else choice.title, reference(message.seq, i),
                   choice.title if form == "list" and len(choice.title) > can.row_title else "")
            for i, choice in enumerate(message.choices)
        )  # fmt: skip
        parts[-1] = Outbound("", texts[-1], options, form, phrases.list_label, human)
    return parts


def form_of(choices: Sequence[Choice], can: Capabilities) -> Literal["text", "buttons", "list"]:
    longest = max((len(choice.title) for choice in choices), default=0)
    if 0 < len(choices) <= can.buttons and longest <= can.button_title and _differ(choice.title for choice in choices):
        return "buttons"
    rows = (_short(choice.title, can.row_title) for choice in choices)
    if 0 < len(choices) <= can.rows and longest <= max(can.row_title, can.row_description) and _differ(rows):
        return "list"
    return "text"


def _differ(titles: Iterable[str]) -> bool:
    """Tell whether no two are alike; platforms refuse a message where they are."""
    shown = list(titles)
    return len(set(shown)) == len(shown)


def _short(title: str, most: int) -> str:
    """Cut a title between words; the whole stands in the description then."""
    if len(title) <= most:
        return title
    cut = title[: most - 1]
    return (cut.rpartition(" ")[0] or cut).rstrip(" ,") + "…"


def _contact(card: ContactCard, can: Capabilities, phrases: Phrases) -> str:
    where = card.phone or card.url or card.email or ""
    closed = phrases.opens.replace("{when}", card.opens) if card.opens else phrases.closed_now
    hours = {True: phrases.open_now, False: closed, None: ""}[card.open_now]
    notes = [hours] if can.unit == "septets" else [hours, card.phone_note or "" if card.phone else ""]
    notes += [] if card.checked else [phrases.unchecked]
    told = ", ".join(filter(None, notes))
    return f"{card.name}: {where}" + (f" ({told})" if told else "")
