"""How long a text is for a platform, and how it is cut. Pure.

Units: `characters` (code points), `utf16` (code units: Telegram, Meta count so), `utf8` (bytes: Signal), `septets`
(SMS: GSM 03.38 septets where the whole text can be written in that alphabet; else UCS-2 units, each weighing as many
septets as it takes of the price: a part holds 153 septets or 67 units, 3GPP TS 23.038 and 23.040).
"""

from __future__ import annotations

import re
import unicodedata
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
# Where a text may be cut, the best place first: between paragraphs, lines, sentences, parts of them, words. Neither
# after a common abbreviation nor within a number that is written in groups, as phone numbers are.
_ENDS = r"(?:(?<=[.!?])|(?<=[.!?][\"”')]))(?<!\bkl\.)(?<!\bnr\.)(?<!\bca\.)(?<!\btel\.)(?<!\bt\.ex\.)(?<!\bbl\.a\.)"
_NOT_IN_NUMBER = r"(?:(?<!\d)|(?!\s+\d))"
_BREAKS = tuple(
    re.compile(pattern)
    for pattern in (
        r"\n\s*\n",
        r"\n",
        _ENDS + r"\s+(?=[^\sa-zåäö])",
        r"(?<=[,;:])\s+",
        _NOT_IN_NUMBER + r"(?<!\s)\s+",
        r"\s+",
    )
)
_WITHIN_SENTENCES = 3  # the breaks from here on cut a sentence
_SLACK = 100  # characters looked at after those that fit, for white space there
_JOINERS = frozenset("\u200d\ufe0e\ufe0f\u20e3")
_TONES, _TAGS, _FLAGS = (0x1F3FB, 0x1F3FF), (0xE0020, 0xE007F), (0x1F1E6, 0x1F1FF)


def measure(text: str, unit: Unit) -> int:
    """Give the length of `text` in `unit`."""
    if unit == "characters":
        return len(text)
    if unit == "utf8":
        return len(text.encode("utf-8", "replace"))
    if unit == "utf16":
        return len(text.encode("utf-16-le", "surrogatepass")) // 2
    if is_gsm7(text):
        full, used = _packed([2 if sign in GSM7_TWICE else 1 for sign in text], PART_SEPTETS)
        return full * PART_SEPTETS + used
    full, used = _packed([2 if ord(sign) > 0xFFFF else 1 for sign in text], PART_UNITS)
    return full * PART_SEPTETS + ceil(used * PART_SEPTETS / PART_UNITS)


def _packed(sizes: list[int], part: int) -> tuple[int, int]:
    """Give how many parts are full, and what the last one holds; no sign is cut in two by the end of a part."""
    full = used = 0
    for size in sizes:
        if used + size > part:
            full, used = full + 1, 0
        used += size
    return full, used


def is_gsm7(text: str) -> bool:
    return all(sign in GSM7 or sign in GSM7_TWICE for sign in text)


def plain(text: str, unit: Unit) -> str:
    """Write a text with the plain signs of its unit: for SMS what GSM 03.38 has, where that says the same."""
    return unicodedata.normalize("NFC", text).translate(PLAIN) if unit == "septets" else text


def split(text: str, unit: Unit, best: int, longest: int, lead: str = "") -> list[str]:
    """Cut a text into pieces of at most `best`, at most `longest` where a sentence would be cut otherwise.

    `lead`: what will stand before each piece, and counts. Nothing is lost but the white space where it is cut. A word
    that is longer than a message is cut anywhere, but no sign of several characters.
    """
    pieces: list[str] = []
    rest = text.strip()
    while not _fits(lead + rest, unit, best):
        head, rest = _cut(rest, unit, best, longest, lead)
        pieces.append(head)
    return [*pieces, rest] if rest else pieces


def _fits(text: str, unit: Unit, limit: int) -> bool:
    return len(text) <= limit and measure(text, unit) <= limit  # no character is less than one of any unit


def _cut(text: str, unit: Unit, best: int, longest: int, lead: str) -> tuple[str, str]:
    for limit, breaks in ((best, _BREAKS[:_WITHIN_SENTENCES]), (longest, _BREAKS)):
        fits = _fitting(text, unit, limit, lead)
        if fits == len(text) and limit == longest:
            return text, ""
        near = text[: fits + _SLACK]
        for pattern in breaks:
            places = [found for found in pattern.finditer(near) if 0 < found.start() <= fits]
            if places and (places[-1].start() * 3 >= fits or pattern in _BREAKS[-2:]):
                return text[: places[-1].start()].rstrip(), text[places[-1].end() :].lstrip()
    whole = _between_signs(text, max(1, _fitting(text, unit, longest, lead)))
    return text[:whole], text[whole:].lstrip()


def _fitting(text: str, unit: Unit, limit: int, lead: str) -> int:
    """Give how many characters from the start fit in `limit`."""
    low, high = 0, min(len(text), limit)
    while low < high:
        middle = (low + high + 1) // 2
        if measure(lead + text[:middle], unit) <= limit:
            low = middle
        else:
            high = middle - 1
    return low


def _between_signs(text: str, at: int) -> int:
    """Give the last place up to `at` that is not within a sign; `at` where there is none."""
    return next((place for place in range(at, 0, -1) if not _within(text, place)), at)


def _within(text: str, at: int) -> bool:
    """Tell whether what people see as one sign goes on over this place: an emoji of several, a letter and its marks."""
    if at >= len(text):
        return False
    before, after = text[at - 1], text[at]
    if after in _JOINERS or before == "\u200d" or unicodedata.category(after).startswith("M"):
        return True
    if _is_in(after, _TONES) or _is_in(after, _TAGS):
        return True
    flags = next((back for back in range(at) if not _is_in(text[at - 1 - back], _FLAGS)), at)
    return _is_in(after, _FLAGS) and flags % 2 == 1


def _is_in(sign: str, span: tuple[int, int]) -> bool:
    return span[0] <= ord(sign) <= span[1]
