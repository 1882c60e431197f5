"""Reads sayings.yml: what people say of themselves in passing, and what a few words mean by themselves in a talk."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from content.files import File, entries
from content.recognition import spelt

UNDER_18, ADULT = "under_18", "adult"
AGES = frozenset({UNDER_18, ADULT})
WHO_NOW = "who_now"  # an aside that may also end a message: "pallar inte ringa. vem kan jag skriva till nu"
LONGEST_ASIDE = 60  # characters; who writes more says more
_WORD = re.compile(r"\w+")
_TENS = {"tolv": 12, "tretton": 13, "fjorton": 14, "femton": 15, "sexton": 16, "sjutton": 17, "arton": 18, "nitton": 19}
_PART = re.compile(r"[.,!?;:\n()–-]+")
_MALE = re.compile(r"\b(?:kille|man|pojke|pappa|transkille)\b")
_AROUND_AGE = {
    "nej",
    "na",
    "inte",
    "ju",
    "men",
    "bara",
    "ar",
    "arig",
    "gammal",
    "btw",
    "sjalv",
    "asso",
    "alltsa",
    "nu",
    "och",
}
# What follows a number that is no age.
_NO_AGE = (
    r"(?! (?:min|minuter|tim|timmar|dagar|veckor|manader|mil|km|kr|kronor|procent|barns?|stycken|st|personer|ar sen))"
)
_NUMBER = rf"(?P<age>\d\d|{'|'.join(_TENS)})(?P<more> ?arig| ar)?\b{_NO_AGE}"


def plain(text: str) -> str:
    """Give the words of a text as they are compared here: no case, no marks, one space between."""
    return " ".join(spelt(word) for word in _WORD.findall(text))


def spoken(forms: Iterable[str]) -> re.Pattern[str]:
    """Give the pattern that finds any of some sayings in a `plain` text; `*` stands for any ending of a word."""
    parts = [" ".join(spelt(part.rstrip("*")) + (r"\w*" if part.endswith("*") else "") for part in form.split())
             for form in forms]  # fmt: skip
    return re.compile(rf"\b(?:{'|'.join(parts)})\b" if parts else "(?!)")


@dataclass(frozen=True)
class Sayings:
    """What is listened for. An aside is the whole message, a circumstance stands anywhere in it."""

    circumstances: Mapping[str, re.Pattern[str]]
    unless: re.Pattern[str]
    asides: Mapping[str, re.Pattern[str]]
    signs: Mapping[str, str]  # an aside that is but a sign ("👍"), and what it means
    before_age: re.Pattern[str]
    opening_age: re.Pattern[str]
    correction: re.Pattern[str]
    refusal: re.Pattern[str]
    refusal_of_else: re.Pattern[str]
    answered: Mapping[str, Mapping[str, str]]  # by circumstance and who asks: the topic that answers it told alone

    def heard(self, text: str) -> frozenset[str]:
        """Give the circumstances that a message tells of its writer, `under_18` or `adult` among them by an age."""
        said = plain(text)
        told = self.unless.sub(" ", said)
        found = {name for name, pattern in self.circumstances.items() if pattern.search(told)}
        if any(_MALE.search(one.group()) for one in self._ages(text)):
            found.add("male")
        ages = [_age(one) for one in self._ages(text)]
        if ages:  # the last one holds: it may be a correction
            found = found - AGES | {UNDER_18 if ages[-1] < 18 else ADULT}
        return frozenset(found)

    def corrected(self, text: str) -> str | None:
        """Give what comes after the beginning of a correction ("nej jag menade ..."); None where it is none."""
        found = self.correction.match(text.strip())
        rest = text.strip()[found.end() :].strip(" ,.:") if found else ""
        return rest if len(rest.split()) > 1 else None

    def refuses_human(self, text: str) -> bool:
        """Tell whether a message says no to a human, and not to a call, the police or somebody at home."""
        said = plain(text)
        return bool(self.refusal.search(said)) and not self.refusal_of_else.search(said)

    def only_an_age(self, text: str) -> bool:
        """Tell whether a message says how old somebody is and hardly more ("nej ja e 22 inte 15")."""
        rest = plain(text)
        for one in self._ages(text):
            rest = rest.replace(one.group(), " ", 1)
        return bool(self._ages(text)) and not set(rest.split()) - _AROUND_AGE - {*re.findall(r"\d+", rest)}

    def _ages(self, text: str) -> list[re.Match[str]]:
        opening = [one for part in _PART.split(text) if (one := self.opening_age.match(plain(part)))]
        return [*opening, *self.before_age.finditer(plain(text))]

    def aside(self, text: str) -> str | None:
        """Give what a message means that is nothing but an aside ("berätta mer", "lättläst", "ok"); None for others.

        Asking who can be reached now may also end a message.
        """
        if len(text) > LONGEST_ASIDE:
            return None
        said = plain(text)
        if not said:
            return next((self.signs[sign] for sign in text if sign in self.signs), None)
        ends = plain(next((part for part in reversed(_PART.split(text)) if plain(part)), ""))
        whole = (name for name, pattern in self.asides.items() if pattern.fullmatch(said))
        return next(whole, WHO_NOW if self.asides[WHO_NOW].fullmatch(ends) else None)


def _age(found: re.Match[str]) -> int:
    number = found["age"]
    age = int(number) if number.isdigit() else _TENS[number]
    return age - 1 if found["soon"] else age


def read_sayings(file: File) -> Sayings:
    """Read sayings.yml. Raises ContentError for a list that is missing or empty."""
    told, aside = (
        {name: _forms(file, name, forms) for name, forms in entries(file.section(key, dict))}
        for key in ("circumstances", "asides")
    )
    signs = {form[0]: name for name, forms in aside.items() for form in forms if not plain(form)}
    before = "|".join(plain(form) for form in _forms(file, "before_age", file.data.get("before_age")))
    opening = "|".join(plain(form) for form in _forms(file, "opening_age", file.data.get("opening_age")))
    age = rf"(?P<soon>snart |nastan |strax )?(?:bara |pa )?{_NUMBER}"
    return Sayings(
        circumstances={name: spoken(forms) for name, forms in told.items()},
        unless=spoken(file.data.get("unless") or ()),
        asides={name: spoken(form for form in forms if plain(form)) for name, forms in aside.items()},
        signs=signs,
        before_age=re.compile(rf"\b(?:{before}) {age}"),
        opening_age=re.compile(rf"(?:{opening}) {age}"),
        correction=re.compile("|".join(rf"\b{re.escape(form)}\b" for form in _longest_first(file)), re.IGNORECASE),
        refusal=spoken(_forms(file, "refuses_human", file.data.get("refuses_human"))),
        refusal_of_else=spoken(_forms(file, "refuses_unless", file.data.get("refuses_unless"))),
        answered={name: dict(entries(topics)) for name, topics in entries(file.data.get("answered") or {})},
    )


def _longest_first(file: File) -> list[str]:
    return sorted(_forms(file, "correction", file.data.get("correction")), key=len, reverse=True)


def _forms(file: File, name: str, forms: object) -> list[str]:
    if not isinstance(forms, list) or not forms:
        raise file.wrong(file.data, f"'{name}' is missing or empty. List what people say.")
    return [str(form) for form in forms]
