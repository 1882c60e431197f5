"""Reads `content/booking.yml`: what holds for all times that a visitor can book."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from content.contacts import may_show
from content.files import File
from content.model import Booking, Contact, Fact, Place, Way

SHORTEST, LONGEST = 15, 180


def read_booking(file: File, contacts: Mapping[str, Contact], facts: Mapping[str, Fact]) -> Booking:
    """Read and check the file.

    Raises:
        ContentError: on what is missing, out of bounds, unknown or unsourced.
    """
    ways = {}
    for kind in ("phone", "chat"):
        if kind not in file.data:
            raise file.wrong(file.data, f"'{kind}' is missing. Say how to come to it, or '{kind}: null' for none.")
        if file.data[kind] is not None:
            ways[kind] = _way(file, file.section(kind, dict), kind, contacts, facts)
    return Booking(
        lengths=_lengths(file),
        book_hours=_number(file, "book_hours", 0, 24 * 14),
        cancel_hours=_number(file, "cancel_hours", 0, 24 * 14),
        days_ahead=_number(file, "days_ahead", 1, 90),
        apart_minutes=_number(file, "apart_minutes", 0, 24 * 60),
        places=_places(file, contacts, facts),
        ways=ways,
    )


def _number(file: File, key: str, least: int, most: int) -> int:
    value = file.data.get(key)
    if type(value) is not int or not least <= value <= most:  # a bool is an int too
        raise file.wrong(file.data, f"'{key}' must be a whole number from {least} to {most}. Write one.")
    return value


def _lengths(file: File) -> tuple[int, ...]:
    lengths = file.section("lengths", list)
    for length in lengths:
        if type(length) is not int or not SHORTEST <= length <= LONGEST:
            raise file.wrong(file.data, f"'lengths' holds '{length}'. Use minutes from {SHORTEST} to {LONGEST}.")
    return tuple(sorted(set(lengths)))


def _places(file: File, contacts: Mapping[str, Contact], facts: Mapping[str, Fact]) -> dict[str, Place]:
    given = file.data.get("places")
    if not isinstance(given, list):
        raise file.wrong(file.data, "'places' must be a list. Write '[]' where nobody can be visited.")
    places: dict[str, Place] = {}
    for entry in given:
        if not isinstance(entry, dict):
            raise file.wrong(file.data, f"'places' holds '{entry}'. Give each place id, name, entrance and way.")
        id = file.text(entry, "id")
        if id in places:
            raise file.wrong(entry, f"place '{id}' stands twice. Remove one.")
        if len(id) > 40:
            raise file.wrong(entry, f"the id '{id}' is longer than 40 characters. Shorten it.")
        if "entrance" not in entry:
            raise file.wrong(entry, f"'{id}' has no 'entrance'. Say which door, or 'null' where it is not confirmed.")
        entrance = None if entry["entrance"] is None else file.said(entry, "entrance")
        way = _way(file, entry, id, contacts, facts)
        if entrance is None and entry["checked"]:
            raise file.wrong(entry, f"'{id}' is checked but has no entrance. Write it, or set 'checked: false'.")
        places[id] = Place(id, file.said(entry, "name"), entrance, way)
    return places


def _way(
    file: File, entry: Mapping[str, Any], id: str, contacts: Mapping[str, Contact], facts: Mapping[str, Fact]
) -> Way:
    file.sourced({**entry, "id": id})
    if not isinstance(entry.get("checked"), bool):
        raise file.wrong(entry, f"'{id}' needs 'checked': true once somebody has verified it, else false.")
    shown = may_show(file, entry, contacts, staff=False)
    checked = file.cited(entry, facts) and entry["checked"]
    return Way(file.said(entry, "way"), shown, checked, file.ids(entry, "sources", facts, "fact"))
