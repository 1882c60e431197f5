"""What is known so far of a conversation or a letter: topic, risks, route, language. Pure; kept for the queue.

What a counsellor has corrected (`corrected`: topic, route) stands until a counsellor is called anew: a later message
raises the route only by a risk heard in it, or by danger.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from content.model import Content


def about(kept: Mapping[str, Any]) -> str:
    """Give what to ask `content.reach` about: somebody who has spoken of dying is shown those lines."""
    return "suicidal" if "suicide" in kept.get("risks", ()) else kept.get("topic", "service")


def remember(content: Content, kept: dict[str, Any], understood: dict[str, Any], topic_stays: bool = False) -> None:
    """Add what was understood to `kept`: the latest sure topic of weight, every risk heard, the strictest route."""
    corrected = kept.get("corrected", ())
    topic = content.topics.get(understood["topic"])
    weighs = topic is not None and topic.group != "smalltalk" and not understood.get("ask_back")
    if topic is not None and ("topic" not in kept or (weighs and not topic_stays and "topic" not in corrected)):
        kept["topic"] = topic.id
    kept["risks"] = [*kept.get("risks", []), *(r for r in understood["risks"] if r not in kept.get("risks", []))]
    route = _raising(content, understood) if "route" in corrected else understood["route"]
    routes = [route, *([kept["route"]] if "route" in kept else [])]
    kept["route"] = content.taxonomy.stricter(routes)
    kept["lang"] = understood.get("lang", kept.get("lang", "sv"))


def correct(kept: dict[str, Any], topic: str | None, route: str | None) -> None:
    """Set what a counsellor knows better."""
    given = {name: value for name, value in (("topic", topic), ("route", route)) if value is not None}
    kept |= {**given, "corrected": sorted({*kept.get("corrected", ()), *given})}


def _raising(content: Content, understood: dict[str, Any]) -> str:
    if understood["route"] == "emergency":
        return "emergency"
    return content.taxonomy.stricter(["answer", *(content.taxonomy.risks[risk] for risk in understood["risks"])])
