"""A short follow-up read against what was said before: "kan jag få fängelse för det här" after a buyer's confession.

Some questions are asked in the same words by people who mean different things (content/shared_questions.yml): who the
talk is with decides, however sure the words alone seem. Where the words leave it open, or ask for the service in
general, a topic of the same people is likelier; a few words that only add to a question ("för killar då?") stay with
the topic answered last. Nobody else who is sure to be understood is bent towards the past.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from bot.components.normalise import fold
from bot.components.risk_decision import MODEL
from content.forms import any_of
from content.model import Taxonomy

# How much more likely people stay with their own topics than change them. Chosen by hand: it decides only between
# topics that are near each other.
STAYING = 3.0
LEAD = 3.0  # as in bot/config.yml: sure, where the best is so many times as likely as the second
LONGEST = 10  # words; who writes more says by themself what it is about
SERVICE = "service"  # a group whose topics everybody asks about
# A few words that begin or end so have no question of their own: they add to the last one.
ADDING = re.compile(
    r"(?:och|men|for|till|hos|med|pa|i|om|eller)(?:\W+\w+){1,6}\W*|(?:\w+\W+){1,4}da\W*"  # as folded
)


def in_context(
    taxonomy: Taxonomy, parsed: dict[str, Any], asker: str | None, last: str | None = None
) -> dict[str, Any]:
    """Give `parsed` (Rasa's, with `ask_back`) as it stands, or with the topic that what came before makes plain.

    `asker`: the group that the talk is with; None where nothing has been said about that. `last`: the topic that was
    answered last.
    """
    if len(parsed["text"].split()) > LONGEST:
        return parsed
    sure, heard = not parsed["ask_back"], parsed["intent"]["name"]
    means = _means(taxonomy, parsed["text"], asker, last)
    ranking = _meant(parsed, means)
    if asker and (not sure or taxonomy.topics[heard][0] == SERVICE):
        ranking = {
            topic: odds * (STAYING if taxonomy.asker(topic) == asker else 1.0) for topic, odds in ranking.items()
        }
    if not sure and last and taxonomy.topics[last][0] != "smalltalk" and ADDING.fullmatch(fold(parsed["text"].strip())):
        ranking[last] = ranking.get(last, 0.0) + STAYING * sum(ranking.values())
    bent = _ranked(parsed, ranking)
    taken_from_a_child = taxonomy.asker(heard) == "minors" and heard in means and asker != "minors"
    return unheard(bent, "minor") if taken_from_a_child else bent


def _ranked(parsed: dict[str, Any], ranking: dict[str, float]) -> dict[str, Any]:
    """Give `parsed` with its topics as in `ranking`, and what is worth asking back by it."""
    sure, heard = not parsed["ask_back"], parsed["intent"]["name"]
    total = sum(ranking.values()) or 1.0
    likeliest = sorted(ranking, key=lambda topic: -ranking[topic])
    if likeliest[0] == heard and (sure or ranking[heard] == parsed["intent"]["confidence"]):
        return parsed
    ranked = [{"name": topic, "confidence": ranking[topic] / total} for topic in likeliest]
    settled = sure or len(ranked) == 1 or ranked[0]["confidence"] >= LEAD * ranked[1]["confidence"]
    return {**parsed, "intent": ranked[0], "intent_ranking": ranked, "ask_back": [] if settled else likeliest}


def _means(taxonomy: Taxonomy, text: str, asker: str | None, last: str | None) -> dict[str, str]:
    """Give what `asker` means by each topic of a shared question, unless the text tells whom it is about."""
    return {
        topic: meant
        for question in taxonomy.shared_questions
        if (meant := question.after.get(last or "") or question.asked_by.get(asker or ""))
        and not _signs(question.unless).search(fold(text))
        and (not question.only or _signs(question.only).search(fold(text)))
        for topic in question.heard_as
    }


@lru_cache
def _signs(unless: tuple[str, ...]) -> re.Pattern[str]:
    return any_of(map(fold, unless))


def _meant(parsed: dict[str, Any], means: dict[str, str]) -> dict[str, float]:
    """Give how likely each topic is, a shared question's on the one that is meant by it."""
    likely: dict[str, float] = {}
    for one in parsed["intent_ranking"]:
        topic = means.get(one["name"], one["name"])
        likely[topic] = likely.get(topic, 0.0) + one["confidence"]
    return likely


def unheard(parsed: dict[str, Any], risk: str) -> dict[str, Any]:
    """Give `parsed` without a risk that no rule heard, only the model, where the talk tells that it is not so."""
    words = [one for one in parsed["risk_words"] if one["risk"] != risk or one["rule"] != MODEL]
    return {**parsed, "risk_words": words, "risks": [one["risk"] for one in words]}
