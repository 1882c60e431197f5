"""A message of ours as a platform can show it, and what a visitor chose by typing. Pure; knows capabilities only.

Choices become buttons where they fit, else a list, else numbered text. Long texts are split between sentences. Every
message begins with a neutral line, since that is what a locked screen shows.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from connectors.contract import Choice, ContactCard, Message
from connectors.lengths import measure, plain, split
from connectors.messaging import Capabilities, Option, Outbound

_NUMBER = re.compile(
    r"(?:(?:nr|nummer|alternativ|alt|val|siffra)[.:]?\s*)?(?:(\d{1,2})(?::?an|:a)?|([^\W\d]+))(?:\s+(?:tack|please))?"
)
_NUMERALS = {
    "ett": 1, "ettan": 1, "två": 2, "tva": 2, "tvåan": 2, "tre": 3, "trean": 3, "fyra": 4, "fyran": 4, "fem": 5,
    "femman": 5, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5,
}  # fmt: skip
_LISTED = re.compile(r"\s*\d{1,2}\s*[.):-]?\s+(?=\D)")  # how a line of the list begins, copied with its words
_NO_WORD = re.compile(r"[\W_]+")
# What may stand around a number and says nothing: signs, quotation marks, emoji, the key that a digit stands on.
_AROUND = frozenset({"Cc", "Zs", "Po", "Ps", "Pe", "Pi", "Pf", "So", "Sk", "Mn", "Me"})
_NEAR = 8  # letters; in a shorter title one wrong letter may be another word


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
    """Give the number that a whole text is, however it is written: 2, 2., nr 2, tvåan, 2👍; None where it is none."""
    seen = (sign for sign in unicodedata.normalize("NFKC", text.casefold()) if unicodedata.category(sign) != "Cf")
    said = "".join(seen)
    inner = [place for place, sign in enumerate(said) if unicodedata.category(sign) not in _AROUND]
    number = _NUMBER.fullmatch(said[inner[0] : inner[-1] + 1]) if inner else None
    if number is None:
        return None
    return int(number.group(1)) if number.group(1) else _NUMERALS.get(number.group(2))


def same_words(text: str, titles: Sequence[str], newest: bool = False) -> int | None:
    """Give which title a text repeats, from 0, also as the line it stood in, with its number; one only.

    `newest`: what has just been offered, and is meant too by what stands before its comma or with a letter wrong.
    """
    whole = [bare(title) for title in titles]
    candidates = [whole]
    if newest:
        candidates.append([bare(title.partition(",")[0]) for title in titles])
    for said in dict.fromkeys(map(bare, (text, _LISTED.sub("", text, count=1)))):
        found = next((some for some in candidates if some.count(said) == 1), None)
        if found and said:
            return found.index(said)
        near = [place for place, title in enumerate(whole) if newest and _is_near(said, title)]
        if len(near) == 1:
            return near[0]
    return None


def bare(text: str) -> str:
    """Give the words of a text in small letters, one space between them."""
    return " ".join(_NO_WORD.sub(" ", unicodedata.normalize("NFC", text).casefold()).split())


def _is_near(said: str, title: str) -> bool:
    """Tell whether a text is a title without dots and rings, or with one letter wrong, lost, doubled or misplaced.

    Never the first letter of a word, nor a digit: those make another word of it (osäker, under 15).
    """
    if abs(len(said) - len(title)) > 1:
        return False
    one, other = _plain(said), _plain(title)
    starts = [[word[0] for word in text.split()] for text in (one, other)]
    digits = [[sign for sign in text if sign.isdigit()] for text in (one, other)]
    if len(other) < _NEAR or starts[0] != starts[1] or digits[0] != digits[1]:
        return False
    while one and other and one[0] == other[0]:
        one, other = one[1:], other[1:]
    while one and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    return len(one) <= 1 >= len(other) or (len(one) == 2 and one == other[::-1])


def _plain(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFD", text) if unicodedata.category(sign) != "Mn")


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
