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


def chosen(text: str, titles: Sequence[str]) -> int | None:
    """Give which of the offered choices a typed text means, from 0: its number, its words, or those before a comma."""
    said = text.casefold().strip(_AROUND)
    number = _NUMBER.fullmatch(said)
    place = int(number.group(1)) if number else _NUMERALS.get(said)
    if place is not None:
        return place - 1 if 1 <= place <= len(titles) else None
    plain_titles = [title.casefold().strip(_AROUND) for title in titles]
    starts = [title.partition(",")[0] for title in plain_titles]
    for candidates in (plain_titles, starts):
        if candidates.count(said) == 1:
            return candidates.index(said)
    return None


def shape(message: Message, can: Capabilities, phrases: Phrases, first: int = 1) -> list[Outbound]:
    """Give what is sent for a message, without an address; nothing where it says nothing.

    `first`: the number of its first choice.
    """
    text = message.text if message.checked else f"{message.text} ({phrases.unchecked})"
    contacts = [_contact(card, can, phrases) for card in message.contacts[: can.contacts]]
    body = "\n\n".join(filter(None, (text.strip(), "\n".join(contacts))))
    if not body and not message.choices:
        return []
    form = _form(message.choices, can)
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


def _form(choices: Sequence[Choice], can: Capabilities) -> Literal["text", "buttons", "list"]:
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
    hours = {True: phrases.open_now, False: card.opens or phrases.closed_now, None: ""}[card.open_now]
    notes = [hours] if can.unit == "septets" else [hours, card.phone_note or "" if card.phone else ""]
    notes += [] if card.checked else [phrases.unchecked]
    told = ", ".join(filter(None, notes))
    return f"{card.name}: {where}" + (f" ({told})" if told else "")
