"""Guided questions: put one at a time, optional, left at will, and taken up again."""

from __future__ import annotations

from typing import Any

import pytest

from actions.compose import compose
from actions.guide import chosen
from actions.turn import Memory, Said
from content.model import Content
from tests.actions.test_compose import payloads, signals, texts, turn

RESUME = "guide:exploited:safe"


def press(content: Content, memory: Memory, payload: str, **more: Any) -> Said:
    step, option = chosen(content, payload)
    topic = option.topic if option else content.steps[step].topic
    return compose(content, turn(content, topic, choice=payload, chosen=True, **more), memory)


def test_every_guided_question_is_reached_from_a_topic_and_every_path_ends(content: Content) -> None:
    starts = {topic.guide for topic in content.topics.values()}
    starts |= {variant.topic.guide for topic in content.topics.values() for variant in topic.variants}
    reached, ahead = set(), [start for start in starts if start]
    while ahead:
        step = ahead.pop()
        if step in content.steps and step not in reached:
            reached.add(step)
            ahead += [option.to for option in content.steps[step].options if option.to]
    assert reached == set(content.steps)
    for step in content.steps:
        path, at = [], step
        while at in content.steps:
            assert at not in path, f"{step} goes round in a circle"
            path.append(at)
            at = content.steps[at].options[-1].to


def test_answer_is_followed_by_the_first_question(content: Content) -> None:
    memory = Memory()
    said = compose(content, turn(content, "support_exploited_adult"), memory)

    step = content.steps["exploited:safe"]
    assert texts(said)[-1] == step.ask
    assert [payload for payload in payloads(said) if payload.startswith("guide:")] == [
        f"guide:exploited:safe:{option.id}" for option in step.options
    ]
    assert (memory.pending, memory.guide) == (RESUME, "exploited:safe")
    assert signals(said) == [("offer_human", {})]


def test_answers_lead_on_step_by_step_to_a_topic(content: Content) -> None:
    memory = Memory()
    compose(content, turn(content, "support_exploited_adult"), memory)
    first = press(content, memory, "guide:exploited:safe:yes")
    second = press(content, memory, "guide:exploited:screen:yes")
    third = press(content, memory, "guide:exploited:first:safe_place")

    assert texts(first) == [content.steps["exploited:screen"].ask]
    assert "Lämna snabbt" in texts(second)[0]
    assert texts(second)[1] == content.steps["exploited:first"].ask
    assert texts(third)[0].startswith(content.topics["sheltered_housing"].answer[:20])
    assert memory.guide is None


def test_one_may_ask_something_else_and_come_back(content: Content) -> None:
    memory = Memory()
    compose(content, turn(content, "support_exploited_adult"), memory)
    aside = compose(content, turn(content, "cost"), memory)
    back = press(content, memory, RESUME)

    assert (texts(aside)[0].startswith(content.topics["cost"].answer[:20]), payloads(aside)[-1]) == (True, RESUME)
    assert texts(back) == [content.steps["exploited:safe"].ask]


def test_another_matter_of_other_people_leaves_the_guide(content: Content) -> None:
    memory = Memory()
    compose(content, turn(content, "support_exploited_adult"), memory)
    said = compose(content, turn(content, "stop_buying", no_human=True), memory)

    assert RESUME not in payloads(said)
    assert memory.guide == "buyers:reason"


def test_summons_question_comes_alone_and_the_guide_waits(content: Content) -> None:
    memory = Memory()
    said = compose(content, turn(content, "minor_support"), memory)
    later = compose(content, turn(content, "anonymity", waiting=True), memory)

    assert [payload for payload in payloads(said) if payload.startswith("guide:")] == []
    assert payloads(later)[-1] == "guide:minors:first"


@pytest.mark.parametrize(
    ("answer", "route", "names", "called"),
    [("yes", "emergency", "sos_112", True), ("thoughts", "emergency", "mind_sjalvmordslinjen", True),
     ("no", "offer_human", "mind_sjalvmordslinjen", False)],
)  # fmt: skip
def test_wanting_to_die_is_answered_by_how_near_it_is(
    content: Content, answer: str, route: str, names: str, called: bool
) -> None:
    memory = Memory()
    compose(content, turn(content, "suicidal", "suicide"), memory)
    assert memory.pending == "guide:suicide:now"
    said = press(content, memory, f"guide:suicide:now:{answer}")

    topic = next(one for one in content.steps["suicide:now"].options if one.id == answer).topic
    assert content.topics[topic].route == route
    assert names in said.replies[0]["contacts"]
    assert ("112" in texts(said)[0].split(".")[0]) == (route == "emergency")
    assert (("handoff", {"route": "emergency", "share_asked": False}) in signals(said)) == called


def test_three_texts_for_whoever_has_harmed_fears_to_or_only_thinks(content: Content) -> None:
    said = {}
    for answer in ("happened", "fears", "thoughts"):
        memory = Memory()
        compose(content, turn(content, "bought_from_minor", "child_victim_of_writer"), memory)
        reply = press(content, memory, f"guide:child:which:{answer}", waiting=True)
        said[answer] = texts(reply)[0]
        assert "preventell" in reply.replies[0]["contacts"]
    assert len(set(said.values())) == 3
    assert "Åk inte dit" in said["fears"]
    assert "inget brott" in said["thoughts"]


def test_button_that_saves_is_the_large_one(content: Content) -> None:
    large = {f"{step.id}:{option.id}" for step in content.steps.values() for option in step.options if option.large}
    assert large == {"exploited:danger:yes", "minors:danger:yes", "suicide:now:yes"}
