"""What is remembered of a conversation for the queue, and what a counsellor's correction does to it."""

from __future__ import annotations

from typing import Any

import pytest

from content.model import Content
from gateway.known import correct, remember


def understood(topic: str, route: str, *risks: str, **more: Any) -> dict[str, Any]:
    return {"topic": topic, "route": route, "risks": list(risks), "lang": "sv", **more}


def test_remember_keeps_the_strictest_route_every_risk_and_the_latest_topic_of_weight(content: Content) -> None:
    kept: dict[str, Any] = {}
    for one in (
        understood("greet", "answer"),
        understood("controlled_by_other", "human_now", "coercion"),
        understood("thanks", "answer"),
        understood("money_and_debt", "offer_human", "minor", "coercion"),
        understood("cost", "clarify", ask_back=["cost", "anonymity"]),
    ):
        remember(content, kept, one)
    assert kept == {"topic": "money_and_debt", "risks": ["coercion", "minor"], "route": "human_now", "lang": "sv"}


@pytest.mark.parametrize(
    ("later", "route"),
    [
        (understood("controlled_by_other", "human_now"), "offer_human"),
        (understood("anonymity", "answer"), "offer_human"),
        (understood("anonymity", "human_now", "coercion"), "human_now"),
        (understood("suicidal", "emergency"), "emergency"),
        (understood("anonymity", "emergency", "acute_danger"), "emergency"),
    ],
    ids=["topic", "calm", "risk", "danger by topic", "danger by risk"],
)
def test_a_corrected_route_is_raised_only_by_a_risk_heard_later_or_by_danger(
    content: Content, later: dict[str, Any], route: str
) -> None:
    kept: dict[str, Any] = {}
    remember(content, kept, understood("controlled_by_other", "human_now", "coercion"))
    correct(kept, None, "offer_human")
    assert (kept["route"], kept["topic"], kept["corrected"]) == ("offer_human", "controlled_by_other", ["route"])
    remember(content, kept, later)
    assert kept["route"] == route


def test_a_corrected_topic_stays(content: Content) -> None:
    kept: dict[str, Any] = {}
    remember(content, kept, understood("cost", "answer"))
    correct(kept, "money_and_debt", None)
    remember(content, kept, understood("leave_prostitution", "offer_human"))
    correct(kept, None, "human_now")
    assert (kept["topic"], kept["route"], kept["corrected"]) == ("money_and_debt", "human_now", ["route", "topic"])
