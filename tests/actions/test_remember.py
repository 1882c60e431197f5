"""Whom the talk is with, by the topics that tell."""

from __future__ import annotations

import pytest

from actions.remember import remember, remember_asker
from actions.turn import Memory
from content.model import Content
from tests.actions.test_compose import turn


@pytest.mark.parametrize(
    ("topics", "asker"),
    [
        (["stop_buying"], "buyers"),
        (["stop_buying", "selling_legal"], "buyers"),  # he may ask about that
        (["selling_legal"], "exploited"),  # nothing else is known
        (["buying_law", "leave_prostitution"], "exploited"),
        (["stop_buying", "feeling_bad", "cost", "greet"], "buyers"),
        (["partner_buys_sex"], "others"),
        (["worried_parent", "minor_support"], "others"),  # a mother's question about a child, until she tells an age
        (["suicidal", "thanks"], None),
    ],
)
def test_who_asks_is_told_by_the_topics(content: Content, topics: list[str], asker: str | None) -> None:
    memory = Memory()
    for topic in topics:
        remember(content, turn(content, topic), memory, topic)
    assert (memory.asker, memory.last_topic) == (asker, topics[-1])


def test_a_child_that_is_exploited_is_a_child(content: Content) -> None:
    memory = Memory()
    remember(content, turn(content, "controlled_by_other", "minor"), memory, "controlled_by_other")
    assert memory.asker == "minors"


@pytest.mark.parametrize(
    ("topics", "asker"),
    [
        (("support_exploited_adult", "leave_prostitution", "feeling_bad"), "exploited"),
        (("support_exploited_adult", "stop_buying"), None),
    ],
)
def test_topics_asked_back_tell_it_where_all_say_the_same(
    content: Content, topics: tuple[str, ...], asker: str | None
) -> None:
    memory = Memory()
    remember_asker(content, turn(content, topics[0], ask_back=topics), memory, topics)
    assert memory.asker == asker
