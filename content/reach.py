"""Who can be reached, by whom and when: by the clock, who asks, what is known of them. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from content.model import Content
from content.places import Place, serves_there
from content.sayings import ADULT

MOST = 3
EMERGENCY = "sos_112"
CHILDREN = ("minor",)  # the groups of a contact that is for children alone
NOT_THEMSELVES = frozenset({"buyers", "others"})  # whom a line for the harmed is not for


def open_now(content: Content, about: str, local: datetime) -> tuple[str, ...]:
    """Give up to three contact ids for a topic, or a group of topics, that are open at `local`, best first.

    Only those known to be open: not those whose hours on a holiday are unknown.
    112 is always among them: where nothing else is known to be open it stands alone.
    """
    return who_now(content, about, frozenset(), None, local)


def who_now(
    content: Content, about: str, known: Collection[str], place: str | None, local: datetime
) -> tuple[str, ...]:
    """Give the same, chosen for a writer of whom something is known: circumstances, who asks, where they are."""
    ranked = _for_writer(content, ranked_for(content, about), known, place)
    found = [one for one in ranked if (schedule := content.contacts[one].open) and schedule.is_open(local)]
    return (*[one for one in found if one != EMERGENCY][: MOST - 1], EMERGENCY)


def opens_next(
    content: Content, about: str, known: Collection[str], place: str | None, local: datetime
) -> tuple[str, datetime] | None:
    """Give who of the ranked contacts is closed at `local` and opens first within a day, and when."""
    ranked = _for_writer(content, ranked_for(content, about), known, place)
    closed = [one for one in ranked if (hours := content.contacts[one].open) and hours.open_now(local) is False]
    coming = [(opens, one) for one in closed if (opens := content.contacts[one].open.next_opening(local))]  # type: ignore[union-attr]
    soon = [(opens, one) for opens, one in coming if opens - local <= timedelta(days=1)]
    return (min(soon)[1], min(soon)[0]) if soon else None


def fitting(content: Content, contacts: Iterable[str], known: Collection[str], place: str | None) -> tuple[str, ...]:
    """Give up to three of some contacts, in their order: each replaced by the one made for such a writer."""
    return _for_writer(content, contacts, known, place)[:MOST]


def lines_told_of(content: Content, about: Iterable[str], known: Collection[str]) -> tuple[str, ...]:
    """Give the lines made for somebody of whom this has just been told, in place of the one for all."""
    if NOT_THEMSELVES.intersection(known):
        return ()
    made = [line for lines in content.organisation.instead.values() for who, line in lines.items() if who in about]
    return tuple(dict.fromkeys(made))[:1]


def lines_for(content: Content, contacts: Iterable[str], known: Collection[str], place: str | None) -> tuple[str, ...]:
    """Give the same of lines in danger, led by the one for children where a child is spoken to and it is not there."""
    line, given = content.risk_replies["minor"].contacts[0], tuple(contacts)
    missing = "minors" in known and given and line not in given
    return fitting(content, (line, *given) if missing else given, known, place)


def ranked_for(content: Content, about: str) -> tuple[str, ...]:
    """Give the organisation's contacts for a topic, a group of topics, best first."""
    reach, topic = content.organisation.reach, content.topics.get(about)
    return reach.get(about) or reach.get(topic.group if topic else "") or reach["service"]


def _for_writer(
    content: Content, contacts: Iterable[str], known: Collection[str], place: str | None
) -> tuple[str, ...]:
    """Give the contacts, those made for such a writer in their place; who asks for another is not the one in need.

    Who has said where they are is not shown those that serve other places only.
    """
    instead = {} if NOT_THEMSELVES.intersection(known) else content.organisation.instead
    chosen = (next((other for who, other in instead.get(one, {}).items() if who in known), one) for one in contacts)
    there = content.places.by_id.get(place or "")
    served = (one for one in chosen if there is None or serves_there(content.contacts[one], there))
    for_adults = ADULT in known and "others" not in known
    return tuple(dict.fromkeys(one for one in served if not (for_adults and content.contacts[one].groups == CHILDREN)))


def near(content: Content, place: Place) -> tuple[str, ...]:
    """Give the contact ids that may be shown to anyone and serve a place: those for it, then those for its region."""
    found = [one for one in content.contacts.values() if one.show == "default" and one.serves]
    there = [one for one in found if serves_there(one, place)]
    return tuple(one.id for one in sorted(there, key=lambda one: place.id not in one.serves))
