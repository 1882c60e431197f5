"""Who can be reached right now, by the clock. Pure."""

from __future__ import annotations

from datetime import datetime

from content.model import Content
from content.places import Place, serves_there

MOST = 3


def open_now(content: Content, about: str, local: datetime) -> tuple[str, ...]:
    """Give up to three contact ids for a topic, or a group of topics, that are open at `local`, best first.

    Only those known to be open: not those whose hours on a holiday are unknown.
    112 is always among them: where nothing else is known to be open it stands alone.
    """
    reach, topic = content.organisation.reach, content.topics.get(about)
    ranked = reach.get(about) or reach.get(topic.group if topic else "") or reach["service"]
    found = [one for one in ranked if (schedule := content.contacts[one].open) and schedule.is_open(local)]
    emergency = "sos_112"
    first = [one for one in found if one != emergency][: MOST - 1]
    return (*first, emergency)


def near(content: Content, place: Place) -> tuple[str, ...]:
    """Give the contact ids that may be shown to anyone and serve a place: those for it, then those for its region."""
    found = [one for one in content.contacts.values() if one.show == "default" and one.serves]
    there = [one for one in found if serves_there(one, place)]
    return tuple(one.id for one in sorted(there, key=lambda one: place.id not in one.serves))
