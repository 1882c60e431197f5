"""A short follow-up read against what was said before: "kan jag få fängelse för det här" after a buyer's confession.

Only where the words alone leave it open: then, among the topics that would be asked back, one of the same group as the
last topic is more likely than one of another. Somebody who is sure to be understood is never bent towards the past.
"""

from __future__ import annotations

from typing import Any

from content.model import Taxonomy

# How much more likely people stay with a group of topics than change it. Chosen by hand: it decides only between topics
# that are near each other.
STAYING = 3.0
LEAD = 3.0  # as in bot/config.yml: sure, where the best is so many times as likely as the second
LONGEST = 10  # words; who writes more says by themself what it is about
SMALLTALK = "smalltalk"


def in_context(taxonomy: Taxonomy, parsed: dict[str, Any], last_topic: str | None) -> dict[str, Any]:
    """Give `parsed` (Rasa's, with `ask_back`) as it stands, or with the topic that what came before makes plain."""
    if not parsed["ask_back"] or last_topic not in taxonomy.topics or len(parsed["text"].split()) > LONGEST:
        return parsed
    group = taxonomy.topics[last_topic][0]
    if group == SMALLTALK:
        return parsed
    weighed = [
        {**one, "confidence": one["confidence"] * (STAYING if taxonomy.topics[one["name"]][0] == group else 1.0)}
        for one in parsed["intent_ranking"]
    ]
    weighed.sort(key=lambda one: -one["confidence"])
    total = sum(one["confidence"] for one in weighed) or 1.0
    ranking = [{**one, "confidence": one["confidence"] / total} for one in weighed]
    sure = ranking[0]["confidence"] >= LEAD * ranking[1]["confidence"]
    asked = [] if sure else [one["name"] for one in ranking]
    return {**parsed, "intent": ranking[0], "intent_ranking": ranking, "ask_back": asked}
