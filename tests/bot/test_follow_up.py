"""What was said before decides only where the words leave it open."""

from __future__ import annotations

from typing import Any

import pytest

from bot.follow_up import in_context
from content.registry import load_content

TAXONOMY = load_content().taxonomy


def parsed(text: str, asked: bool, **odds: float) -> dict[str, Any]:
    ranking = [{"name": name, "confidence": p} for name, p in odds.items()]
    return {"text": text, "intent": ranking[0], "intent_ranking": ranking, "ask_back": list(odds) if asked else []}


OPEN = {"minor_is_it_my_fault": 0.3, "buying_law": 0.29, "selling_legal": 0.1}


@pytest.mark.parametrize(
    ("last", "text", "topic"),
    [
        ("buyers", "kan jag få fängelse", "buying_law"),
        ("minors", "kan jag få fängelse", "minor_is_it_my_fault"),
        (None, "kan jag få fängelse", "minor_is_it_my_fault"),
        ("no_such_group", "kan jag få fängelse", "minor_is_it_my_fault"),
        ("buyers", "ord " * 11, "minor_is_it_my_fault"),
    ],
)
def test_what_came_before_weighs(last: str | None, text: str, topic: str) -> None:
    assert in_context(TAXONOMY, parsed(text, True, **OPEN), last)["intent"]["name"] == topic


def test_it_decides_where_one_is_three_times_as_likely() -> None:
    got = in_context(TAXONOMY, parsed("kan jag få fängelse", True, **OPEN), "minors")
    assert (got["ask_back"], round(got["intent"]["confidence"], 2)) == ([], 0.7)


def test_it_asks_back_still_where_both_are_likely_and_names_the_likelier_first() -> None:
    got = in_context(TAXONOMY, parsed("kan jag få fängelse", True, **OPEN), "buyers")
    assert got["ask_back"] == ["buying_law", "minor_is_it_my_fault", "selling_legal"]


def test_whoever_is_understood_is_left_alone() -> None:
    sure = parsed("vad kostar det", False, cost=0.9, greet=0.05, menu=0.05)
    assert in_context(TAXONOMY, sure, "buyers") is sure


@pytest.mark.parametrize(("own", "topic"), [(0.25, "kast_anonymous"), (0.15, "confidentiality")])
def test_a_general_question_is_the_groups_own_where_that_is_near(own: float, topic: str) -> None:
    general = parsed("blir jag anmäld om jag pratar med er", False, confidentiality=0.6, kast_anonymous=own, cost=0.1)
    got = in_context(TAXONOMY, general, "buyers")
    assert (got["intent"]["name"], got["ask_back"]) == (topic, [])
