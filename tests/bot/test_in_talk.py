"""Words that stand for a button: answers to guided questions, "berätta mer", "lättläst", and danger that is not read away."""

from __future__ import annotations

from typing import Any

import pytest

from bot.in_talk import as_choice, topic_of_choice
from content.model import Content
from content.registry import load_content


@pytest.fixture(scope="module")
def content() -> Content:
    return load_content()


def parsed(topic: str, *risks: str, ask_back: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"intent": {"name": topic, "confidence": 0.9}, "risks": list(risks), "ask_back": list(ask_back)}


SUICIDE, SAFE, FIRST = "guide:suicide:now", "guide:exploited:safe", "guide:exploited:first"


@pytest.mark.parametrize(
    ("asked", "text", "heard", "means"),
    [
        (SUICIDE, "nej inte nu, men tankar", parsed("deny"), f"{SUICIDE}:thoughts"),
        (SUICIDE, "bara tankar", parsed("feeling_bad"), f"{SUICIDE}:thoughts"),
        (SUICIDE, "ja nu", parsed("affirm"), f"{SUICIDE}:yes"),
        (SUICIDE, "nä", parsed("deny"), f"{SUICIDE}:no"),
        (SUICIDE, "vad kostar det att ringa dit", parsed("cost"), None),
        (SAFE, "jo det är lugnt", parsed("affirm"), f"{SAFE}:yes"),
        (SAFE, "nej inte riktigt", parsed("deny"), f"{SAFE}:no"),
        (SAFE, "vet ej", parsed("deny", ask_back=("menu", "cost")), f"{SAFE}:unsure"),
        (SAFE, "nej han står utanför dörren med kniv", parsed("acute_danger", "acute_danger"), None),
        (SAFE, "får jag straff om jag anmäler honom till polisen", parsed("report_to_police"), None),
        (FIRST, "någonstans att bo", parsed("sheltered_housing"), f"{FIRST}:safe_place"),
        ("human", "ja", parsed("affirm"), None),
    ],
)
def test_answers_to_a_guided_question(
    content: Content, asked: str, text: str, heard: dict[str, Any], means: str | None
) -> None:
    assert as_choice(content, text, {"pending": asked}, heard) == means


@pytest.mark.parametrize(
    ("text", "memory", "means"),
    [
        ("berätta mer", {"last_topic": "cost"}, "more:cost"),
        ("berätta mer", {"last_topic": "greet"}, "topic:menu"),
        ("hur menar du", {}, "topic:menu"),
        ("lättläst", {}, "easy:on"),
        ("vanlig svenska", {"last_topic": "cost"}, "easy:off"),
        ("ja e kille", {"last_topic": "raped_recently"}, "told:raped_recently"),
        ("ja e kille", {"last_topic": "thanks"}, None),
        ("polisen tog mig igår", {"last_topic": "stop_buying", "asker": "buyers"}, "topic:guilt_after_buying"),
    ],
)
def test_asides_and_what_is_told_of_the_writer(
    content: Content, text: str, memory: dict[str, Any], means: str | None
) -> None:
    assert as_choice(content, text, memory, parsed("affirm")) == means


@pytest.mark.parametrize("text", ["berätta mer", "lättläst", "ja e 15"])
def test_danger_in_the_words_is_not_read_away(content: Content, text: str) -> None:
    assert as_choice(content, text, {"last_topic": "cost"}, parsed("affirm", "suicide")) is None


@pytest.mark.parametrize(
    ("choice", "topic"),
    [
        ("topic:cost", "cost"),
        ("more:cost", "cost"),
        ("told:cost", "cost"),
        ("easy:on", "anonymity"),
        (SUICIDE, "suicidal"),
        (f"{SUICIDE}:no", "feeling_bad"),
        ("topic:gone", None),
        ("guide:gone:step", None),
        (f"{SUICIDE}:gone", None),
        ("letter:write", None),
    ],
)
def test_button_is_understood_as_its_topic_and_one_that_is_gone_as_nothing(
    content: Content, choice: str, topic: str | None
) -> None:
    assert topic_of_choice(content, choice, {"last_topic": "anonymity"}) == topic
