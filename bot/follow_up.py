"""A short follow-up read against what was said before: "kan jag få fängelse för det här" after a buyer's confession.

Where the words alone leave it open, a topic of the group that the talk is about is likelier among those that would be
asked back. So it is where they ask for the service in general ("blir jag anmäld om jag pratar med er") and the group
has the same question of its own. Nobody else who is sure to be understood is bent towards the past.
"""

from __future__ import annotations

from typing import Any

from content.model import Taxonomy

# How much more likely people stay with a group of topics than change it. Chosen by hand: it decides only between topics
# that are near each other.
STAYING = 3.0
LEAD = 3.0  # as in bot/config.yml: sure, where the best is so many times as likely as the second
LONGEST = 10  # words; who writes more says by themself what it is about
SERVICE = "service"  # a group whose topics everybody asks about


def in_context(taxonomy: Taxonomy, parsed: dict[str, Any], group: str | None) -> dict[str, Any]:
    """Give `parsed` (Rasa's, with `ask_back`) as it stands, or with the topic that what came before makes plain.

    `group`: the group of topics that the talk is about; None where nothing has been said about that.
    """
    sure = not parsed["ask_back"]
    general = taxonomy.topics[parsed["intent"]["name"]][0] == SERVICE
    if group is None or (sure and not general) or len(parsed["text"].split()) > LONGEST:
        return parsed
    weighed = [
        {**one, "confidence": one["confidence"] * (STAYING if taxonomy.topics[one["name"]][0] == group else 1.0)}
        for one in parsed["intent_ranking"]
    ]
    weighed.sort(key=lambda one: -one["confidence"])
    if sure and weighed[0]["name"] == parsed["intent"]["name"]:
        return parsed
    total = sum(one["confidence"] for one in weighed) or 1.0
    ranking = [{**one, "confidence": one["confidence"] / total} for one in weighed]
    settled = sure or ranking[0]["confidence"] >= LEAD * ranking[1]["confidence"]
    asked = [] if settled else [one["name"] for one in ranking]
    return {**parsed, "intent": ranking[0], "intent_ranking": ranking, "ask_back": asked}
