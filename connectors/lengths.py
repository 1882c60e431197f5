"""How long a text is for a platform, and how it is cut. Pure.

Units: `characters` (code points), `utf16` (code units: Telegram, Meta count so), `utf8` (bytes: Signal), `septets`
(SMS: GSM 03.38 septets where the whole text can be written in that alphabet; else UCS-2 units, each weighing as many
septets as it takes of the price: a part holds 153 septets or 67 units, 3GPP TS 23.038 and 23.040).
"""

from __future__ import annotations

import re
from math import ceil
from typing import Literal

Unit = Literal["characters", "utf16", "utf8", "septets"]

# GSM 03.38: the basic table, and what takes two septets.
GSM7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM7_TWICE = frozenset("^{}\\[~]|€")
PART_SEPTETS, PART_UNITS = 153, 67
# What editors and phones put in for plain signs; one of them would make the whole message cost more than twice.
PLAIN = str.maketrans(
    {
        "–": "-", "—": "-", "‑": "-", "−": "-", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "’": "'", "‘": "'",
        "´": "'", "`": "'", "…": "...", "•": "-", "·": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\t": " ",
        "\u200b": "", "\u200d": "", "\ufeff": "",
    }
)  # fmt: skip
# Where a text may be cut, the best place first: between paragraphs, lines, sentences, parts of them, words.
_BREAKS = (r"\n\s*\n", r"\n", r"(?<=[.!?])\s+(?=[^\s])", r"(?<=[,;:])\s+", r"\s+")


def measure(text: str, unit: Unit) -> int:
    """Give the length of `text` in `unit`."""
    if unit == "characters":
        return len(text)
    if unit == "utf8":
        return len(text.encode("utf-8", "replace"))
    units = len(text.encode("utf-16-le", "surrogatepass")) // 2
    if unit == "utf16":
        return units
    return septets(text) if is_gsm7(text) else ceil(units * PART_SEPTETS / PART_UNITS)


def is_gsm7(text: str) -> bool:
    return all(sign in GSM7 or sign in GSM7_TWICE for sign in text)


def septets(text: str) -> int:
    """Give the septets of a text that is in the GSM alphabet."""
    return len(text) + sum(sign in GSM7_TWICE for sign in text)


def plain(text: str, unit: Unit) -> str:
    """Write a text with the plain signs of its unit: for SMS what GSM 03.38 has, where that says the same."""
    return text.translate(PLAIN) if unit == "septets" else text


def split(text: str, unit: Unit, best: int, longest: int) -> list[str]:
    """Cut a text into pieces of at most `best`, at most `longest` where a sentence would be cut otherwise.

    Nothing is lost but the white space where it is cut. A word that is longer than a message is cut anywhere.
    """
    pieces: list[str] = []
    rest = text.strip()
    while measure(rest, unit) > best:
        head, tail = _cut(rest, unit, best, longest)
        pieces.append(head)
        rest = tail
    return [*pieces, rest] if rest else pieces


def _cut(text: str, unit: Unit, best: int, longest: int) -> tuple[str, str]:
    for limit, breaks in ((best, _BREAKS[:3]), (longest, _BREAKS)):
        fits = _fitting(text, unit, limit)
        if fits == len(text) and limit == longest:
            return text, ""
        for pattern in breaks:
            ends = [found for found in re.finditer(pattern, text) if found.start() <= fits]
            last = next((found for found in reversed(ends) if text[: found.start()].strip()), None)
            if last is not None and (last.start() * 3 >= fits or pattern == _BREAKS[-1]):
                return text[: last.start()].rstrip(), text[last.end() :].lstrip()
    whole = max(1, _fitting(text, unit, longest))
    return text[:whole], text[whole:].lstrip()


def _fitting(text: str, unit: Unit, limit: int) -> int:
    """Give how many characters from the start fit in `limit`, without cutting a sign in two."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if measure(text[:middle], unit) <= limit:
            low = middle
        else:
            high = middle - 1
    return low
