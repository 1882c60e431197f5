"""Reads contacts.yml: whom a visitor can turn to, when they are open, and who of them may be shown where."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from content.files import File, plain
from content.hours import Schedule, parse_holidays, parse_weekly
from content.model import Contact
from content.places import Places


def read_contacts(file: File, places: Places) -> dict[str, Contact]:
    """Read and check every contact. Raises ContentError."""
    contacts: dict[str, Contact] = {}
    for entry in file.section("contacts", list):
        file.sourced(entry)
        contact = Contact(
            id=file.text(entry, "id"),
            name=file.text(entry, "name"),
            what=entry.get("what"),
            phone=entry.get("phone"),
            phone_note=entry.get("phone_note"),
            email=entry.get("email"),
            url=entry.get("url"),
            hours=entry.get("hours"),
            open=_schedule(file, entry),
            groups=tuple(entry.get("groups") or ()),
            show=file.text(entry, "show"),
            checked=bool(entry.get("checked")),
            reviewed=entry["reviewed"],
            serves=file.ids(entry, "serves", places.by_id, "place"),
        )
        if contact.id in contacts:
            raise file.wrong(entry, f"contact '{contact.id}' stands twice. Remove one.")
        contacts[contact.id] = contact
    return contacts


def _schedule(file: File, entry: Mapping[str, Any]) -> Schedule | None:
    try:
        weekly = parse_weekly(plain(entry.get("open")))
        holidays = parse_holidays(entry.get("holidays"))
    except ValueError as error:
        raise file.wrong(entry, f"'{entry.get('id')}': {error}. Mend 'open' or 'holidays'.") from error
    return None if weekly is None else Schedule(weekly, holidays)


def may_show(file: File, entry: Mapping[str, Any], contacts: Mapping[str, Contact], staff: bool) -> tuple[str, ...]:
    """Give the ids in an entry's `contacts`; `staff`: those for professionals too. Raises ContentError."""
    found = file.ids(entry, "contacts", contacts, "contact")
    for contact in found:
        if contacts[contact].show != "default" and not (staff and contacts[contact].show == "staff"):
            raise file.wrong(entry, f"contact '{contact}' may not be shown here. Remove it from 'contacts'.")
    return found
