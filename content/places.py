"""The places of Sweden (places.yml), and which of them a Swedish message names. Pure; keeps no word.

Slips in names, and names that are everyday words too ("vara", "mark"), count only where a sentence tells of a place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Literal, NamedTuple

from content.clauses import WORD, Message
from content.files import File, entries
from content.misspellings import Misspellings
from content.model import Contact
from content.secret_words import fold

LONG = 9  # letters of a name in which one slip needs nothing beside it that tells of a place
BRIEF = 3  # words beside a name in an answer that tells of nothing else
SHORTEST = 3  # letters of a word that a misspelt name begins with
ANSWER = 8  # words of an answer in which a misspelt name needs nothing beside it
_ENDINGS = ("s", "trakten", "strakten", "området", "sområdet", "omradet", "somradet")  # Umeås, Stockholmsområdet


@dataclass(frozen=True)
class Place:
    """A municipality, with the id of its region, or a region, with its own."""

    id: str
    name: str
    region: str
    kind: Literal["municipality", "region"]


def serves_there(contact: Contact, place: Place) -> bool:
    """Tell whether a contact serves a place: it serves all, that one, or its region."""
    return not contact.serves or not {place.id, place.region}.isdisjoint(contact.serves)


@dataclass(frozen=True)
class Hearing:
    """How a place is told in a sentence: the lists under `heard` in places.yml, which says what each is for."""

    near: frozenset[str]
    way: frozenset[str]
    upon: frozenset[str]
    islands: frozenset[str]
    between: frozenset[str]
    municipality: frozenset[str]
    denied: frozenset[str]
    still: frozenset[str]
    filler: frozenset[str]
    words: frozenset[str]
    people: frozenset[str]
    before_noun: frozenset[str]
    ends: frozenset[str]
    exact: frozenset[str]
    never: frozenset[str]


class _Name(NamedTuple):
    """What is written at one place of a message: a listed form, how many words it takes; `whole`: has no ending."""

    form: str
    place: Place | None
    size: int
    whole: bool = True


class Places:
    """All places by id, and their names. Built by `read_places`, never changed after."""

    def __init__(
        self,
        by_id: Mapping[str, Place],
        names: Mapping[str, Place],
        heard: Hearing,
        borders: Mapping[str, tuple[str, ...]],
    ) -> None:
        """`names`: in small letters, one space between words; each without marks too. `borders`: by id of a region."""
        self.by_id = by_id
        self.borders = borders
        self._given = by_id, names, heard, borders
        self._heard = heard
        self._guarded = heard.words | heard.people | heard.before_noun
        self._names: dict[str, Place | None] = {**dict.fromkeys(heard.never), **names}
        self._most: dict[str, int] = {}
        for form in self._names:
            first, *more = form.split(" ")
            self._most[first] = max(self._most.get(first, 1), 1 + len(more))
        bare = [form for form in names if form.isascii() and form not in self._guarded | heard.exact]
        self._joined = {form.replace(" ", ""): names[form] for form in bare}
        self._slips = {
            size: Misspellings(form.replace(" ", "") for form in bare if form.count(" ") == size - 1) for size in (1, 2)
        }

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Places) and self._given == other._given

    def names(self) -> frozenset[str]:
        """Give all names in small letters, as they are and without marks."""
        return frozenset(form for form, place in self._names.items() if place)

    def outwards(self, place: Place) -> Iterator[Place]:
        """Give the place's region and then the others, those fewest borders away first."""
        seen, ahead = {place.region}, [place.region]
        while ahead:
            region = ahead.pop(0)
            yield self.by_id[region]
            beside = [one for one in self.borders[region] if one not in seen]
            seen.update(beside)
            ahead += beside

    def find(self, text: str, asked: bool = False) -> Place | None:
        """Give the place that a message names: the last one told with a preposition, else the last.

        `asked`: the chat has just asked for it. None where it names none, or says no more than that it is not there.
        """
        message = Message(text)
        told = named = None
        at = 0
        while at < len(message.words):
            name = self._listed(message, at) or self._misspelt(message, at, asked)
            if name and name.place and self._counts(message, at, name, asked) and not self._denied(message, at):
                named = name.place
                told = named if self._led(message, at, name.form) else told
            at += name.size if name else 1
        return told or named

    def _listed(self, message: Message, at: int) -> _Name | None:
        """Give the longest listed form that begins at a word, as it is or with an ending."""
        first = message.words[at]
        most = max(self._most.get(first.lower, 0), self._most.get(first.bare, 0))
        words = message.words[at : at + (most or first.bare.endswith(_ENDINGS))]
        for size in range(len(words), 0, -1):
            for written in (
                " ".join(word.lower for word in words[:size]),
                " ".join(word.bare for word in words[:size]),
            ):
                if written in self._names:
                    return _Name(written, self._names[written], size)
                for ending in _ENDINGS if written.endswith(_ENDINGS) else ():
                    if written.endswith(ending) and (form := written[: -len(ending)]) in self._names:
                        return _Name(form, self._names[form], size, whole=False)
        return None

    def _misspelt(self, message: Message, at: int, asked: bool) -> _Name | None:
        """Give the name that was meant where a place is told of, or the name is too long to be another word."""
        if len(message.words[at].bare) < SHORTEST:
            return None
        led = self._led(message, at, "") is not None
        for size in (2, 1):
            words = message.words[at : at + size]
            written = "".join(word.bare for word in words)
            if len(words) < size or any(word.clause for word in words[1:]):
                continue
            told = led or self._stands_out(message, at, size)
            told = told or (asked and size == 1 and len(message.words) <= ANSWER)
            if not told and (size == 2 or len(written) < LONG - 1):
                continue
            slips = self._slips[size]
            meant: list[str] = []
            for form in (written, written.removesuffix("s")):
                meant = meant or slips.meant(form, 2 if told else 1, 0 if told else LONG)
            places = {self._joined[form] for form in meant}
            if len(places) == 1:
                return _Name(meant[0], places.pop(), size)
        return None

    def _counts(self, message: Message, at: int, name: _Name, asked: bool) -> bool:
        """Tell whether a name that may be an everyday word is one of a place here."""
        form, size, heard = name.form, name.size, self._heard
        if form not in self._guarded or message.after(at + size) in heard.municipality:
            return True
        if not name.whole:
            return False
        led, alone = self._led(message, at, form), self._alone(message, at, size)
        if form in heard.before_noun:
            after = message.after(at + size)
            return alone or (led == "near" and (not after or after in heard.ends or message.words[at].capital))
        if form in heard.people:
            return led == "near" or (alone and (asked or led is not None or len(message.words) == size))
        brief = asked and len(message.words) - size <= BRIEF
        return bool(led) or alone or brief or self._stands_out(message, at, size)

    def _led(self, message: Message, at: int, form: str) -> Literal["near", "way"] | None:
        """Tell what leads to a name: a word of `near`, or one of `way`."""
        heard = self._heard
        one, two = message.before(at, heard.between)
        if one in heard.near or two in heard.near:
            return "near"
        return "way" if one in heard.way or (one in heard.upon and form in heard.islands) else None

    def _stands_out(self, message: Message, at: int, size: int) -> bool:
        """Tell whether a name is all of a message, is called a municipality, or alone has a capital letter."""
        word, after = message.words[at], message.after(at + size)
        capital = word.capital and not word.sentence and message.calm
        return capital or after in self._heard.municipality or len(message.words) == size

    def _alone(self, message: Message, at: int, size: int) -> bool:
        """Tell whether nothing but a name is said."""
        others = [*message.words[:at], *message.words[at + size :]] if len(message.words) <= 2 * ANSWER else []
        if not others:
            return len(message.words) == size
        heard = self._heard
        return all(word.lower in heard.filler or word.lower in heard.near or word.lower in heard.way for word in others)

    def _denied(self, message: Message, at: int) -> bool:
        """Tell whether a clause says "not" of a name."""
        heard = self._heard
        passed = heard.still | heard.between
        for _ in range(5):
            before, _two = message.before(at)
            if before not in passed:
                return before in heard.denied
            at -= 1
        return False


def read_places(file: File) -> Places:
    """Read all places, their names, and how they are told. Raises ContentError where one name has two places."""
    by_id: dict[str, Place] = {}
    names: dict[str, Place] = {}
    for place, forms in _places(file):
        if place.id in by_id:
            raise file.wrong(file.data, f"the id '{place.id}' stands twice. Give one of them another, under 'ids'.")
        by_id[place.id] = place
        for form in forms:
            if names.setdefault(form, place) != place:
                raise file.wrong(file.data, f"'{form}' is a name of {names[form].id} and {place.id}. Remove one.")
    heard = file.section("heard", dict)
    missing = [field.name for field in fields(Hearing) if not isinstance(heard.get(field.name), list)]
    if missing:
        raise file.wrong(heard, f"the list '{missing[0]}' is missing under 'heard'. Write it.")
    for form, place in list(names.items()):
        for other in {fold(form), form.replace(" ", ""), fold(form).replace(" ", "")}.difference(heard["never"]):
            names.setdefault(other, place)
    hearing = Hearing(**{field.name: _forms(heard[field.name]) for field in fields(Hearing)})
    return Places(by_id, names, hearing, _borders(file, by_id))


def _borders(file: File, by_id: Mapping[str, Place]) -> dict[str, tuple[str, ...]]:
    """Give the regions beside each region. Raises ContentError where one does not say so of the other."""
    regions = entries(file.section("regions", dict))
    borders = {_id(county): file.ids(region, "borders", by_id, "region") for county, region in regions}
    for region, others in borders.items():
        for other in others:
            if region not in borders[other]:
                raise file.wrong(file.data, f"'{region}' borders '{other}', but not the other way. Mend 'borders'.")
    return borders


def _places(file: File) -> Iterator[tuple[Place, list[str]]]:
    """Yield each place with its names in small letters; a region named as a municipality goes by its county's name."""
    regions = dict(entries(file.section("regions", dict)))
    ids = dict(entries(file.data.get("ids") or {}))
    taken = set()
    for county, region in regions.items():
        for name, also in entries(region["municipalities"]):
            place = Place(ids.get(name) or _id(name), name, _id(county), "municipality")
            taken.add(name)
            yield place, [_form(one) for one in (name, *also)]
    for county, region in regions.items():
        name = file.text(region, "name")
        forms = [county, f"{name} län", f"{name}s län", f"region {name}", *(region["also"] or ())]
        forms += [] if name in taken else [name]
        yield Place(_id(county), name, _id(county), "region"), [_form(one) for one in forms]


def _id(name: str) -> str:
    return fold(_form(name)).replace(" ", "_")


def _form(name: str) -> str:
    return " ".join(WORD.findall(name.casefold()))


def _forms(listed: Iterable[str]) -> frozenset[str]:
    forms = {_form(one) for one in listed}
    return frozenset(forms | {fold(form) for form in forms})
