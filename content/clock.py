"""Times as people say them. Pure: the caller brings the clock, the words are content's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta


def clock(at: datetime) -> str:
    """Tell the time of day: 16.30."""
    return f"{at.hour}.{at.minute:02d}"


def when(sentences: Mapping[str, str], at: datetime, now: datetime) -> str:
    """Tell a coming moment as seen from `now`: i dag klockan 16.00, på måndag klockan 8.00."""
    name = "reopens_date"
    days = (at.date() - now.date()).days
    if at.date() == now.date():
        name = "reopens_today"
    elif at.date() == now.date() + timedelta(days=1):
        name = "reopens_tomorrow"
    elif days < 7:
        name = "reopens_day"
    values = {"clock": clock(at), "day": sentences[f"day_{at.weekday()}"],
              "date": f"{at.day} {sentences[f'month_{at.month}']}"}  # fmt: skip
    text = sentences[name]
    for key, value in values.items():
        text = text.replace(f"{{{key}}}", value)
    return text
