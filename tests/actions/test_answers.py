"""How a topic is said: to whom, in which layer, and never twice in the same words."""

from __future__ import annotations

from typing import Any

import pytest

from actions.compose import compose
from actions.turn import Memory, Said, Turn
from content.model import Content
from tests.actions.test_compose import NIGHT, payloads, texts, turn


def chosen(content: Content, topic: str, choice: str, **more: Any) -> Turn:
    return turn(content, topic, choice=choice, chosen=True, **more)


def contacts(said: Said) -> list[str]:
    return [contact for reply in said.replies for contact in reply["contacts"]]


def test_each_topic_is_answered_in_other_words_the_second_and_third_time(content: Content) -> None:
    again = []
    for topic in content.topics:
        for more in ({}, {"hours_open": False, "now": NIGHT, "reopens": "i dag klockan 8.00"}, {"waiting": True}):
            memory, said = Memory(), []
            for _ in range(3):
                said += texts(compose(content, turn(content, topic, no_human=True, **more), memory))
            again += [(topic, more, text) for text in set(said) if said.count(text) > 1]
    assert again == []


@pytest.mark.parametrize("risk", ["acute_danger", "suicide"])
def test_danger_heard_again_is_answered_with_112_first_in_other_words(content: Content, risk: str) -> None:
    for more in ({}, {"hours_open": False, "now": NIGHT, "reopens": "i dag klockan 8.00"}):
        memory = Memory()
        first = [texts(compose(content, turn(content, "cost", risk, **more), memory))[0] for _ in range(3)]
        assert len(set(first)) == 3
        assert all("112" in text.split(".")[0] for text in first)


def test_more_is_told_once_and_then_said_to_be_all(content: Content) -> None:
    topic, memory = content.topics["cost"], Memory()
    offered = compose(content, turn(content, "cost"), memory)
    told = compose(content, chosen(content, "cost", "more:cost"), memory)
    again = compose(content, chosen(content, "cost", "more:cost"), memory)

    assert "more:cost" in payloads(offered)
    assert topic.more is not None
    assert texts(told) == [topic.more.text]
    assert texts(again) == [content.sentences["all_told"]]
    assert "more:cost" not in payloads(told) + payloads(again)


def test_what_can_be_done_is_offered_each_time_it_is_asked_for(content: Content) -> None:
    memory = Memory()
    for _ in range(4):
        assert "time:start" in payloads(compose(content, turn(content, "book_visit"), memory))


def test_asking_again_tells_what_was_left_out(content: Content) -> None:
    memory = Memory()
    compose(content, turn(content, "cost"), memory)
    topic = content.topics["cost"]

    assert topic.more is not None
    assert texts(compose(content, turn(content, "cost"), memory)) == [topic.more.text]


def test_easy_read_says_the_last_answer_so_and_stays(content: Content) -> None:
    memory = Memory()
    compose(content, turn(content, "cost"), memory)
    switched = compose(content, chosen(content, "cost", "easy:on"), memory)
    then = compose(content, turn(content, "anonymity"), memory)
    back = compose(content, chosen(content, "anonymity", "easy:off"), memory)

    assert texts(switched) == [content.sentences["easy_on"], content.topics["cost"].easy]
    assert texts(then) == [content.topics["anonymity"].easy]
    assert texts(back)[0] == content.sentences["easy_off"]
    assert not memory.easy


def test_every_topic_and_variant_has_an_easy_text_of_its_own(content: Content) -> None:
    told = list(content.topics.values())
    told += [variant.topic for topic in content.topics.values() for variant in topic.variants]
    assert [topic.id for topic in told if not topic.easy] == []


@pytest.mark.parametrize(
    ("topic", "memory", "for_whom"),
    [
        ("anonymity", Memory(about=["under_18"]), "minors"),
        ("anonymity", Memory(heard=["minor"], asker="minors"), "minors"),
        ("stop_buying", Memory(about=["caught"]), "caught"),
        ("confidentiality", Memory(asker="buyers"), "buyers"),
        ("sheltered_housing", Memory(about=["own_children"]), "own_children"),
        ("controlled_by_other", Memory(about=["watched_phone"]), "watched_phone"),
        ("minor_is_it_my_fault", Memory(asker="exploited"), "exploited"),
        ("minor_is_it_my_fault", Memory(asker="minors", about=["adult"]), "exploited"),
    ],
)
def test_answer_is_chosen_for_whom_it_is_said_to(content: Content, topic: str, memory: Memory, for_whom: str) -> None:
    variants = {who: variant.topic for variant in content.topics[topic].variants for who in variant.heard}
    said = compose(content, turn(content, topic, no_human=True), memory)

    assert texts(said)[0].startswith(variants[for_whom].answer)


def test_mother_who_worries_is_not_answered_as_a_child(content: Content) -> None:
    memory = Memory(asker="others", heard=["minor"])
    said = compose(content, turn(content, "confidentiality"), memory)

    minors = next(one.topic for one in content.topics["confidentiality"].variants if "minors" in one.heard)
    assert not texts(said)[0].startswith(minors.answer)


def test_age_told_anew_corrects_what_was_thought(content: Content) -> None:
    memory = Memory(asker="minors", heard=["minor"], about=["under_18"])
    compose(content, turn(content, "greet", about=("adult",)), memory)

    assert (memory.about, memory.heard, memory.asker) == (["adult"], [], "exploited")


@pytest.mark.parametrize(("told", "anew"), [("male", True), ("disability", False)])
def test_what_is_told_of_the_writer_is_taken_in_and_answered_anew_where_it_changes_the_answer(
    content: Content, told: str, anew: bool
) -> None:
    memory, topic = Memory(), content.topics["raped_recently"]
    compose(content, turn(content, topic.id, "sexual_violence", no_human=True), memory)
    more = {"choice": f"told:{topic.id}", "about": (told,), "no_human": True}
    said = compose(content, turn(content, topic.id, **more), memory)

    assert texts(said)[0] == content.sentences["noted"]
    mine = topic.said_to({told})
    assert (f"{mine.answer} {mine.next_step}" in texts(said)) == anew


def test_lone_ok_starts_nothing_and_keeps_what_was_asked(content: Content) -> None:
    for pending in ("human", "share", "topic:talk_to_human"):
        memory = Memory(pending=pending)
        said = compose(content, turn(content, "affirm", aside="heard"), memory)
        assert (said.signals, texts(said), memory.pending) == ([], [content.sentences["heard"]], pending)


def test_who_answers_now_is_told_by_clock_and_by_who_asks(content: Content) -> None:
    asked = turn(content, "phone_contact", aside="who_now", now=NIGHT)

    assert contacts(compose(content, asked, Memory(asker="minors"))) == ["bris", "sos_112"]
    assert "bris" not in contacts(compose(content, asked, Memory(asker="buyers")))


def test_question_of_an_answer_is_left_out_where_the_summons_asks_one(content: Content) -> None:
    asking = []
    for topic in content.topics:
        said = compose(content, turn(content, topic), Memory())
        if sum(text.count("?") for text in texts(said)) > 1:
            asking.append(topic)
    assert asking == []
