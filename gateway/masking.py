"""Hides identity that was given unasked, before anything is understood or stored.

Swedish personal numbers, phone numbers, e-mail and street addresses. What helps must survive: 112 and
other service numbers, ages, sums, times, dates, and every word around what is hidden, since danger may be in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_DASH = r"\-\u2010-\u2015\u2212"
# Month and day; 61 to 91 are the days of co-ordination numbers.
_DAY = rf"(?:0[1-9]|1[0-2])[\s{_DASH}]?(?:[0-2]\d|3[01]|[6-8]\d|9[01])"
_STREET_END = (
    "gatan|gata|vägen|vagen|väg|vag|gränd|grand|gränden|granden|stigen|allén|allen|backen|torget|leden|esplanaden"
)
_SIDE = r"(?:(?:östra|västra|norra|södra|stora|lilla|gamla|nya|övre|nedre|inre|yttre)\s)?"
_HOUSE = r"\s+\d{1,4}(?:\s?[A-Za-z](?![\wåäöÅÄÖ]))?(?![\d.:])(?:\s*,?\s*(?:lgh|lägenhet)\s*\d{2,4})?"
_KINDS = re.compile(
    "|".join(
        (
            r"(?P<email>[\w.+\-]{1,64}@[\w\-]{1,63}(?:\.[\w\-]{1,63})+)",
            # With a separator before the last four, or a century: nothing else looks like that.
            rf"(?P<personnummer>(?<!\d)(?:(?:19|20)[\s{_DASH}]?\d\d[\s{_DASH}]?{_DAY}[\s{_DASH}+]{{0,2}}"
            rf"|\d\d[\s{_DASH}]?{_DAY}(?:\s?[{_DASH}+]\s?|\s))[\dTX]\d{{3}}(?!\d))",
            rf"(?P<phone>(?<![\d\w])(?:(?:\+|00)\d{{1,3}}[\s.]?(?:\(0\))?|\(0\d{{1,3}}\)|0\d)"
            rf"(?:[\s.]?[{_DASH}/]?[\s.]?\d){{6,13}}(?!\d))",
            rf"(?P<bare>(?<!\d)\d\d{_DAY}\d{{4}}(?!\d))",
            # The street's own word and number; a first name of the street only where it is capitalised.
            rf"(?P<address>\b(?:(?:[A-ZÅÄÖ][\wåäöé]{{1,30}}\s){{1,2}}(?:{_STREET_END})"
            rf"|(?i:{_SIDE})[\wåäöÅÄÖé]{{2,30}}(?:{_STREET_END})|[\wåäöÅÄÖé]{{2,30}}(?:GATAN|VÄGEN)){_HOUSE})",
        )
    )
)
# The mark that stands in the text instead; an editor's brackets, so that it reads as an omission.
_MARK = {"email": "[mejladress]", "personnummer": "[personnummer]", "phone": "[telefonnummer]", "address": "[adress]"}
# Publicly known helplines may be asked about by number; they identify nobody.
_PUBLIC = re.compile(r"^(?:020|116|112|114|1177|90101)")
_TIME_OR_DATE = re.compile(
    rf"^\d{{1,2}}[.:]\d{{2}}\s?[{_DASH}]?\s?\d{{1,2}}[.:]\d{{2}}$|^\d{{1,2}}\.\d{{1,2}}\.\d{{2,4}}$"
)


@dataclass(frozen=True)
class Masked:
    """`text` with marks; `kinds` in the order of first appearance, empty where nothing was hidden."""

    text: str
    kinds: tuple[str, ...]


def mask(text: str) -> Masked:
    """Hide what tells who or where somebody is. Quick on 2,000 characters of anything."""
    kinds: list[str] = []

    def hide(found: re.Match[str]) -> str:
        kind = "personnummer" if found.lastgroup == "bare" else found.lastgroup or ""
        if kind == "phone" and _is_no_phone(found.group()):
            return found.group()
        if kind not in kinds:
            kinds.append(kind)
        return _MARK[kind]

    return Masked(_KINDS.sub(hide, text), tuple(kinds))


def _is_no_phone(found: str) -> bool:
    return bool(_PUBLIC.match(re.sub(r"\D", "", found)) or _TIME_OR_DATE.match(found.strip()))
