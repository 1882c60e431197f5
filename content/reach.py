"""Who can be reached right now, by the clock. Pure."""

from __future__ import annotations

from datetime import datetime

from content.model import Content

MOST = 3


def open_now(content: Content, group: str, local: datetime) -> tuple[str, ...]:
    """Give up to three contact ids for a topic group that are open at `local`, best first.

    112 is always among them: where nothing else is known to be open it stands alone.
    """
    ranked = content.organisation.reach.get(group) or content.organisation.reach["service"]
    found = [one for one in ranked if (weekly := content.contacts[one].open) and weekly.is_open(local)]
    emergency = "sos_112"
    first = [one for one in found if one != emergency][: MOST - 1]
    return (*first, emergency)
