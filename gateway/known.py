"""What is known so far of a conversation or a letter: topic, risks, route, language. Pure; kept for the queue."""

from __future__ import annotations

from typing import Any

from content.model import Content


def remember(content: Content, kept: dict[str, Any], understood: dict[str, Any], topic_stays: bool = False) -> None:
    """Add what was understood to `kept`: the latest sure topic of weight, every risk heard, the strictest route."""
    topic = content.topics.get(understood["topic"])
    weighs = topic is not None and topic.group != "smalltalk" and not understood.get("ask_back")
    if topic is not None and ("topic" not in kept or (weighs and not topic_stays)):
        kept["topic"] = topic.id
    kept["risks"] = [*kept.get("risks", []), *(r for r in understood["risks"] if r not in kept.get("risks", []))]
    routes = [understood["route"], *([kept["route"]] if "route" in kept else [])]
    kept["route"] = content.taxonomy.stricter(routes)
    kept["lang"] = understood.get("lang", kept.get("lang", "sv"))
