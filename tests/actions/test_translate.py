"""What somebody who writes another language reads: safety first and once, a human a button away, 112 before all."""

from __future__ import annotations

import pytest

from actions.compose import compose
from actions.turn import Memory, Said
from content.model import Content
from tests.actions.test_compose import turn

HUMAN = "topic:talk_to_human"
CODES = ["ar", "bg", "en", "es", "fi", "fr", "pl", "prs", "ro", "ru", "se", "so", "sq", "th", "ti", "uk", "vi"]


def said_in(said: Said) -> list[str | None]:
    return [reply.get("lang") for reply in said.replies]


@pytest.mark.parametrize("code", CODES)
def test_safety_comes_first_in_each_language_with_a_human_and_then_only_a_short_word(
    content: Content, code: str
) -> None:
    memory, language = Memory(), content.languages[code]
    first, second = (compose(content, turn(content, "anonymity", lang=code), memory) for _ in range(2))
    assert first.replies[0] == {
        "text": language.safety(),
        "choices": [{"title": language.says["human"], "payload": HUMAN}],
        "contacts": ["sos_112", "kvinnofridslinjen", "stodlinjen_man"],
        "checked": False,
        "lang": code,
    }
    assert (second.replies[0]["text"], second.replies[0]["lang"]) == (language.says["again"], code)
    assert [said_in(one)[1:] for one in (first, second)] == [[None], [None]]
    assert (memory.greeted_in, memory.lang) == ([code], code)


def test_who_waits_for_a_human_is_not_asked_to_press_a_button_that_is_not_there(content: Content) -> None:
    memory, arabic = Memory(), content.languages["ar"].says
    compose(content, turn(content, "anonymity", lang="ar"), memory)
    waits = compose(content, turn(content, "sheltered_housing", lang="ar", waiting=True), memory)
    assert (waits.replies[0]["text"], waits.replies[0]["choices"]) == (arabic["danger"], [])


@pytest.mark.parametrize("code", CODES)
def test_danger_names_112_first_in_that_language_every_time(content: Content, code: str) -> None:
    memory = Memory()
    for topic, risks in [("acute_danger", ()), ("cost", ("acute_danger",)), ("suicidal", ()), ("greet", ("suicide",))]:
        for more in ({}, {"hours_open": False}, {"waiting": True}):
            reply = compose(content, turn(content, topic, *risks, lang=code, **more), memory).replies[0]
            assert reply["lang"] == code
            assert reply["text"].startswith(
                (content.languages[code].says["danger"], content.languages[code].says["again"])
            )


def test_summons_is_said_in_both_languages_with_one_set_of_buttons(content: Content) -> None:
    thai = content.languages["th"]
    said = compose(content, turn(content, "controlled_by_other", lang="th"), Memory())
    assert [reply["text"] for reply in said.replies[-2:]] == [thai.says["summons"], content.sentences["summons"]]
    assert said.replies[0]["choices"] == []  # somebody is called already
    assert said.replies[-2]["choices"] == []
    titles = [f"{thai.says[name]} · {content.sentences[name]}" for name in ("share_yes", "share_no", "human_no")]
    assert [(one["title"], one["payload"]) for one in said.replies[-1]["choices"]] == list(
        zip(titles, ["share:yes", "share:no", "human:no"], strict=True)
    )


def test_emergency_and_closed_hours_are_said_in_that_language_too(content: Content) -> None:
    russian = content.languages["ru"].says
    called = compose(content, turn(content, "acute_danger", lang="ru"), Memory())
    closed = compose(content, turn(content, "talk_to_human", lang="ru", hours_open=False, reopens="i dag"), Memory())
    assert russian["summons_danger"] in [reply["text"] for reply in called.replies]
    assert russian["nobody"] in [reply["text"] for reply in closed.replies]


def test_the_button_for_a_human_is_answered_in_the_language_that_was_written(content: Content) -> None:
    memory = Memory()
    compose(content, turn(content, "cost", lang="so"), memory)
    pressed = compose(content, turn(content, "talk_to_human", lang="so", chosen=True), memory)
    doubtful = compose(content, turn(content, "controlled_by_other"), memory)  # "ok" and the like pass for Swedish
    for said in (pressed, doubtful):
        assert content.languages["so"].says["summons"] in [reply["text"] for reply in said.replies]
        assert content.languages["so"].safety() not in [reply["text"] for reply in said.replies]


def test_there_is_one_button_for_a_human_and_it_can_be_read(content: Content) -> None:
    for topic in ("cost", "health_care", "feeling_bad", "greet", "complaint"):
        said = compose(content, turn(content, topic, lang="fi"), Memory())
        buttons = [one for reply in said.replies for one in reply["choices"] if one["payload"] == HUMAN]
        assert buttons == [{"title": content.languages["fi"].says["human"], "payload": HUMAN}]


def test_nobody_is_asked_back_or_greeted_in_swedish_who_writes_another_language(content: Content) -> None:
    unsure = turn(content, "cost", ask_back=("cost", "anonymity", "menu"), lang="vi")
    for asked in (unsure, turn(content, "greet", lang="vi"), turn(content, "out_of_scope", lang="vi")):
        memory = Memory()
        for _ in range(4):
            said = compose(content, asked, memory)
            assert (said_in(said), memory.misses) == (["vi"], 0)


@pytest.mark.parametrize("topic", ["leave_prostitution", "health_care", "stop_buying", "residence_permit"])
def test_english_is_answered_in_english_with_the_topics_contacts(content: Content, topic: str) -> None:
    memory = Memory()
    said = [compose(content, turn(content, topic, lang="en"), memory) for _ in range(2)]
    answer = content.languages["en"].answers[topic]
    assert [reply["text"] for reply in said[0].replies][:2] == [content.languages["en"].safety(), answer]
    assert said[0].replies[1]["contacts"] == list(content.topics[topic].contacts[:3])
    assert said[1].replies[0]["text"] == answer  # it needs no further word that little is understood


def test_english_has_the_main_needs_and_every_risk(content: Content) -> None:
    english = content.languages["en"]
    needs = {"acute_danger", "trafficking_help", "controlled_by_other", "support_exploited_adult", "leave_prostitution",
             "minor_support", "raped_recently", "residence_permit", "sheltered_housing", "health_care", "stop_buying",
             "talk_to_human"}  # fmt: skip
    assert needs - set(english.answers) == set()
    assert set(english.risks) == set(content.taxonomy.risks)
    for name in ("acute_danger", "suicidal"):
        assert "112" in english.answers[name].split(".")[0]


def test_swedish_is_untouched(content: Content) -> None:
    said = compose(content, turn(content, "controlled_by_other"), Memory())
    assert said_in(said) == [None] * len(said.replies)
