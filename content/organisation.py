"""Reads organisation.yml: who runs this instance, when its counsellors read, and how many they talk with at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from content.contacts import may_show
from content.files import File, entries, plain
from content.hours import Schedule, parse_exceptions, parse_holidays, parse_weekly
from content.model import Contact, Load, Organisation, Taxonomy


def read_organisation(
    file: File, contacts: Mapping[str, Contact], taxonomy: Taxonomy, places: Collection[str]
) -> Organisation:
    """Read and check the organisation. Raises ContentError."""
    entry, hours = file.data, file.section("counsellor_hours", dict)
    return Organisation(
        name=file.text(entry, "name"),
        place=file.id(entry, "place", places, "place"),
        counsellor_hours=_hours(file, hours),
        counsellor_hours_text=file.text(hours, "text"),
        counsellor_load=_load(file),
        warn_minutes=_number(file, hours, "warn_minutes", 0),
        exit_url=file.text(entry, "exit_url"),
        reach=_reach(file, contacts, taxonomy),
        instead=_instead(file, contacts),
    )


def _hours(file: File, hours: Mapping[str, Any]) -> Schedule:
    try:
        weekly = parse_weekly(plain(hours.get("weekly")))
        holidays = parse_holidays(hours.get("holidays"))
        exceptions = parse_exceptions(hours.get("exceptions", []))
    except ValueError as error:
        raise file.wrong(hours, f"counsellor_hours: {error}. Mend it.") from error
    if weekly is None:
        raise file.wrong(hours, "'counsellor_hours.weekly' is missing. Say when a counsellor reads.")
    if holidays is None:
        raise file.wrong(hours, "'counsellor_hours.holidays' is missing. Say 'closed' or 'as_usual'.")
    return Schedule(weekly, holidays, exceptions)


def _load(file: File) -> Load:
    entry = file.section("counsellor_load", dict)
    load = Load(*(_number(file, entry, key, 1) for key in ("most", "emergency", "other")))
    if load.most < load.other:
        raise file.wrong(entry, "'counsellor_load.most' is less than one conversation weighs. Raise it.")
    return load


def _number(file: File, entry: Mapping[str, Any], key: str, least: int) -> int:
    value = entry.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise file.wrong(entry, f"'{key}' is missing or wrong. Give a whole number, {least} or more.")
    return value


def _reach(file: File, contacts: Mapping[str, Contact], taxonomy: Taxonomy) -> dict[str, tuple[str, ...]]:
    reach, entry = {}, file.data
    known = {*taxonomy.topics, *(group for group, _ in taxonomy.topics.values())}
    for about, ids in entries(file.section("reach", dict)):
        if about not in known:
            raise file.wrong(entry, f"'reach' has '{about}', which is neither a topic nor a group of taxonomy.yml.")
        reach[about] = may_show(file, {"__line__": entry["__line__"], "contacts": ids}, contacts, staff=False)
    return reach


def _instead(file: File, contacts: Mapping[str, Contact]) -> dict[str, dict[str, str]]:
    found = {}
    for one, others in entries(file.data.get("instead") or {}):
        named = dict(entries(others))
        may_show(file, {"__line__": others["__line__"], "contacts": [one, *named.values()]}, contacts, staff=False)
        found[one] = named
    return found
