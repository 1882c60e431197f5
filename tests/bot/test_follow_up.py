"""What was said before decides where the words leave it open, or where several ask the same in the same words."""

from __future__ import annotations

from typing import Any

import pytest

from bot.follow_up import in_context
from content.registry import load_content

TAXONOMY = load_content().taxonomy
PRISON = "kan jag få fängelse"
REPORTED = "blir jag anmäld om jag pratar med er"


def parsed(text: str, asked: bool, risks: dict[str, str] | None = None, **odds: float) -> dict[str, Any]:
    """Give what Rasa would; `risks`: each with the rule that heard it."""
    ranking = [{"name": name, "confidence": p} for name, p in odds.items()]
    words = [{"risk": risk, "rule": rule} for risk, rule in (risks or {}).items()]
    heard = {"risks": list(risks or {}), "risk_words": words}
    return {
        "text": text,
        "intent": ranking[0],
        "intent_ranking": ranking,
        "ask_back": list(odds) if asked else [],
        **heard,
    }


def topic(text: str, asker: str | None, asked: bool = False, **odds: float) -> str:
    return str(in_context(TAXONOMY, parsed(text, asked, **odds), asker)["intent"]["name"])


@pytest.mark.parametrize(
    ("asker", "text", "expected"),
    [
        ("buyers", PRISON, "buying_law"),
        ("minors", PRISON, "minor_is_it_my_fault"),
        ("exploited", PRISON, "selling_legal"),
        ("others", PRISON, "selling_legal"),
        (None, PRISON, "selling_legal"),
        ("buyers", "är det olagligt att sälja sex", "selling_legal"),
        ("buyers", "ar det olagligt att SALJA sex?", "selling_legal"),
        ("buyers", "kan hon få fängelse?", "selling_legal"),
        ("buyers", "ord " * 11, "selling_legal"),
    ],
)
def test_the_law_that_is_answered_is_the_askers_own(asker: str | None, text: str, expected: str) -> None:
    assert topic(text, asker, selling_legal=0.8, buying_law=0.1, minor_is_it_my_fault=0.1) == expected


def test_what_is_heard_as_both_counts_together() -> None:
    got = in_context(TAXONOMY, parsed(PRISON, True, selling_legal=0.4, buying_law=0.35, cost=0.2), "buyers")
    assert (got["ask_back"], round(got["intent"]["confidence"], 2)) == ([], 0.92)


def test_a_topic_of_the_same_people_is_likelier_where_it_is_open() -> None:
    odds = {"feeling_bad": 0.5, "guilt_after_buying": 0.4, "cost": 0.1}
    got = in_context(TAXONOMY, parsed("jag mår så dåligt över det", True, **odds), "buyers")
    assert got["ask_back"] == ["guilt_after_buying", "feeling_bad", "cost"]
    odds["guilt_after_buying"] = 0.6
    assert in_context(TAXONOMY, parsed("jag mår så dåligt över det", True, **odds), "buyers")["ask_back"] == []


def test_whoever_is_understood_is_left_alone() -> None:
    sure = parsed("vad kostar det", False, cost=0.9, greet=0.05, menu=0.05)
    assert in_context(TAXONOMY, sure, "buyers") is sure


def test_a_parent_is_not_spoken_to_as_a_child_nor_a_wife_as_a_buyer() -> None:
    assert [TAXONOMY.asker(one) for one in ("worried_parent", "partner_buys_sex")] == ["others", "others"]
    assert topic("är det mitt fel", TAXONOMY.asker("partner_buys_sex"), out_of_scope=0.9) == "out_of_scope"


@pytest.mark.parametrize(
    ("asker", "expected"), [("buyers", "kast_anonymous"), ("exploited", "confidentiality"), (None, "confidentiality")]
)
def test_secrecy_is_the_askers_own_question(asker: str | None, expected: str) -> None:
    assert topic(REPORTED, asker, confidentiality=0.6, minor_duty_to_report=0.2, kast_anonymous=0.01) == expected


def test_a_buyer_who_asks_for_parents_does_ask_for_parents() -> None:
    assert topic("får mina föräldrar veta", "buyers", minor_parents_told=1.0) == "minor_parents_told"


@pytest.mark.parametrize("text", ["för killar då?", "for killar da", "och på landet", "Om man är man?", "gravid då"])
def test_words_that_only_add_stay_with_the_topic(text: str) -> None:
    heard = parsed(text, True, kast_what_is=0.5, support_exploited_adult=0.4)
    got = in_context(TAXONOMY, heard, None, "health_care")
    assert (got["intent"]["name"], got["ask_back"]) == ("health_care", [])


@pytest.mark.parametrize(
    ("text", "last"),
    [("för killar då?", None), ("för killar då?", "greet"), ("jag vet inte vad det är", "health_care")],
)
def test_words_that_add_to_nothing_are_asked_about(text: str, last: str | None) -> None:
    heard = parsed(text, True, kast_what_is=0.5, support_exploited_adult=0.4)
    assert in_context(TAXONOMY, heard, None, last) is heard


def test_words_that_add_but_are_sure_are_what_they_say() -> None:
    heard = parsed("och vad kostar det", False, cost=0.9, greet=0.1)
    assert in_context(TAXONOMY, heard, "buyers", "kast_contact") is heard


@pytest.mark.parametrize("asker", [None, "exploited"])
def test_a_child_is_heard_where_nobody_has_said_who_asks_or_no_question_is_shared(asker: str | None) -> None:
    odds = {"minor_support": 0.3, "cost": 0.25, "controlled_by_other": 0.2}
    heard = parsed("och mamma då", True, {"minor": "model"}, **odds)
    got = in_context(TAXONOMY, heard, asker, "controlled_by_other")
    assert (got["intent"]["name"], got["risks"]) == ("controlled_by_other", ["minor"])


def test_a_sign_is_a_word_whatever_stands_around_it() -> None:
    assert topic("kan jag få fängelse, eller hon?", "buyers", selling_legal=0.8, cost=0.2) == "selling_legal"


@pytest.mark.parametrize(("rule", "kept"), [("model", []), ("minor.age", ["minor"])])
def test_a_buyer_is_no_child_for_words_that_a_child_might_use(rule: str, kept: list[str]) -> None:
    heard = parsed("har jag gjort fel", False, {"minor": rule}, minor_is_it_my_fault=0.8, cost=0.2)
    got = in_context(TAXONOMY, heard, "buyers")
    assert (got["intent"]["name"], got["risks"]) == ("guilt_after_buying", kept)
    assert in_context(TAXONOMY, heard, "minors")["risks"] == ["minor"]
