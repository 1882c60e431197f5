"""What the bot says, by rule: danger first, refusals, asking back, and when a human is called or only offered."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from actions.compose import compose
from actions.turn import Memory, Said, Turn
from content.model import Content

DAY = datetime.fromisoformat("2026-11-24T10:00:00+01:00")
NIGHT = datetime.fromisoformat("2026-11-24T03:00:00+01:00")
SHARE = ["share:yes", "share:no", "human:no"]
HUMAN_BUTTON = "topic:talk_to_human"


def turn(content: Content, topic: str, *risks: str, ask_back: tuple[str, ...] = (), **more: Any) -> Turn:
    route = content.taxonomy.route(topic, risks, ask_back)
    made = Turn(
        topic=topic, risks=risks, route=route, ask_back=ask_back, lang="sv", now=DAY, hours_open=True,
        no_human=False, waiting=False, chosen=False, reopens=None,
    )  # fmt: skip
    return replace(made, **more)


def payloads(said: Said) -> list[str]:
    return [choice["payload"] for reply in said.replies for choice in reply["choices"]]


def signals(said: Said) -> list[tuple[str, dict[str, Any]]]:
    return [(signal["name"], signal["args"]) for signal in said.signals]


def texts(said: Said) -> list[str]:
    return [reply["text"] for reply in said.replies]


def sentence(said: Said, name: str) -> dict[str, Any]:
    """The reply that is a sentence of that name."""
    return next(reply for reply in said.replies if reply.get("sentence") == name)


def test_emergency_names_112_in_the_first_sentence_whatever_the_topic(content: Content) -> None:
    silent = []
    for topic in content.topics:
        for risks in [
            (),
            *((risk,) for risk in content.taxonomy.risks),
            ("minor", "suicide"),
            ("acute_danger", "minor"),
        ]:
            asked = turn(content, topic, *risks)
            if asked.route == "emergency" and "112" not in texts(compose(content, asked, Memory()))[0].split(".")[0]:
                silent.append((topic, risks))
    assert silent == []


@pytest.mark.parametrize("risk", ["acute_danger", "suicide"])
def test_emergency_is_said_again_each_time_it_is_heard(content: Content, risk: str) -> None:
    said = compose(content, turn(content, "cost", risk), Memory(heard=[risk]))

    assert "112" in texts(said)[0].split(".")[0]


def test_risk_is_answered_first_and_then_what_was_asked(content: Content) -> None:
    said = compose(content, turn(content, "cost", "violence_relation"), Memory())
    cost = content.topics["cost"]

    assert texts(said) == [content.risk_replies["violence_relation"].text, f"{cost.answer} {cost.next_step}"]


def test_risk_reply_is_left_out_where_the_topic_covers_it_or_it_was_heard(content: Content) -> None:
    covered = compose(content, turn(content, "partner_violence", "violence_relation"), Memory())
    heard = compose(content, turn(content, "cost", "violence_relation"), Memory(heard=["violence_relation"]))

    assert (len(covered.replies), len(heard.replies)) == (1, 1)


def test_human_now_summons_with_three_choices_after_the_answer(content: Content) -> None:
    memory = Memory()
    said = compose(content, turn(content, "minor_support"), memory)

    assert texts(said)[0].startswith(content.topics["minor_support"].answer)
    assert (texts(said)[-1], payloads(said)) == (content.sentences["summons"], SHARE)
    assert signals(said) == [("handoff", {"route": "human_now", "share_asked": True})]
    assert memory.pending == "share"


def test_emergency_summons_without_asking_to_share(content: Content) -> None:
    memory = Memory()
    said = compose(content, turn(content, "acute_danger"), memory)

    summons = sentence(said, "summons_emergency")
    assert [choice["payload"] for choice in summons["choices"]] == ["human:no"]
    assert summons["text"] == content.sentences["summons_emergency"]
    assert signals(said) == [("handoff", {"route": "emergency", "share_asked": False})]
    assert memory.pending == "guide:danger:safe_to_write"


@pytest.mark.parametrize(
    ("topic", "reopens", "name", "contacts"),
    [
        ("minor_support", "i dag klockan 8.00", "closed_now", ["bris", "sos_112"]),
        ("raped_recently", "i dag klockan 8.00", "closed_now",
         ["kvinnofridslinjen", "mind_sjalvmordslinjen", "sos_112"]),
        ("talk_to_human", None, "nobody_free", ["kvinnofridslinjen", "bris", "sos_112"]),
        ("acute_danger", "i dag klockan 8.00", "closed_now_danger",
         ["kvinnofridslinjen", "mind_sjalvmordslinjen", "sos_112"]),
    ],
)  # fmt: skip
def test_closed_says_so_truthfully_and_who_is_open(
    content: Content, topic: str, reopens: str | None, name: str, contacts: list[str]
) -> None:
    asked = turn(content, topic, hours_open=False, now=NIGHT, reopens=reopens)
    said = compose(content, asked, Memory())
    nobody = sentence(said, name)

    assert nobody["text"] == content.sentences[name].replace("{reopens}", reopens or "")
    assert nobody["contacts"] == contacts
    assert (signals(said), [choice["payload"] for choice in nobody["choices"]]) == ([], ["letter:write"])


def test_closed_does_not_show_the_same_cards_twice_in_an_emergency(content: Content) -> None:
    asked = turn(content, "suicidal", hours_open=False, now=NIGHT, reopens="i dag klockan 8.00")
    said = compose(content, asked, Memory())
    nobody = next(reply for reply in said.replies if reply["text"] == content.sentences["closed_now_above"])

    assert nobody["contacts"] == []
    assert {"mind_sjalvmordslinjen", "nationella_stodlinjen", "sos_112"} <= set(said.replies[0]["contacts"])


def test_closed_names_the_lines_of_what_was_said_before(content: Content) -> None:
    memory = Memory(heard=["minor"], last_topic="grooming_online")
    asked = turn(content, "talk_to_human", hours_open=False, now=NIGHT, reopens="i dag klockan 8.00")

    assert sentence(compose(content, asked, memory), "closed_now")["contacts"] == ["bris", "sos_112"]


def test_somebody_who_spoke_of_dying_is_not_asked_riddles(content: Content) -> None:
    memory = Memory()
    compose(content, turn(content, "suicidal"), memory)
    said = compose(content, turn(content, "feeling_bad", ask_back=("suicidal", "feeling_bad")), memory)

    assert texts(said) == [content.sentences["stay_near"]]


def test_no_human_is_respected_but_offered_at_a_new_risk(content: Content) -> None:
    memory = Memory()
    first = compose(content, turn(content, "cost", "coercion", no_human=True), memory)
    again = compose(content, turn(content, "cost", "coercion", no_human=True), memory)
    new = compose(content, turn(content, "cost", "coercion", "sexual_violence", no_human=True), memory)

    assert [signals(one) for one in (first, again, new)] == [[("offer_human", {})], [], [("offer_human", {})]]
    assert texts(first)[-1] == content.sentences["human_offer_again"]
    assert texts(new)[-1] == content.sentences["human_offer_again_2"]


@pytest.mark.parametrize(
    ("topic", "named"),
    [
        ("minor_support", ["bris", "sos_112"]),
        ("controlled_by_other", ["kvinnofridslinjen", "sos_112"]),
        ("talk_to_human", ["kvinnofridslinjen", "bris", "sos_112"]),
    ],
)
def test_nobody_on_a_holiday_names_only_who_is_known_to_be_open(content: Content, topic: str, named: list[str]) -> None:
    christmas = datetime.fromisoformat("2026-12-24T20:00:00+01:00")
    said = compose(content, turn(content, topic, hours_open=False, now=christmas, reopens="x"), Memory())

    assert sentence(said, "closed_now")["contacts"] == named


@pytest.mark.parametrize("topic", ["stop_buying", "minor_support", "feeling_bad"])
def test_no_human_is_respected_by_topics(content: Content, topic: str) -> None:
    said = compose(content, turn(content, topic, no_human=True), Memory())

    assert (signals(said), HUMAN_BUTTON in payloads(said)) == ([], False)
    assert [reply for reply in said.replies if "sentence" in reply] == []


@pytest.mark.parametrize(("topic", "risks"), [("acute_danger", ()), ("cost", ("suicide",))])
def test_no_human_does_not_hold_in_an_emergency(content: Content, topic: str, risks: tuple[str, ...]) -> None:
    said = compose(content, turn(content, topic, *risks, no_human=True), Memory())

    assert signals(said) == [("handoff", {"route": "emergency", "share_asked": False})]


def test_no_human_may_be_taken_back_by_asking(content: Content) -> None:
    said = compose(content, turn(content, "talk_to_human", no_human=True), Memory())

    assert signals(said) == [("handoff", {"route": "human_now", "share_asked": True})]


@pytest.mark.parametrize(
    ("pending", "topic", "expected"),
    [
        ("share", "affirm", [("share", {"answer": "yes"})]),
        ("share", "deny", [("share", {"answer": "no"})]),
        ("human", "affirm", [("handoff", {"route": "human_now", "share_asked": True})]),
        ("human", "deny", [("no_human", {})]),
        (None, "affirm", []),
        (None, "deny", []),
    ],
)
def test_plain_yes_and_no_settle_what_was_asked(
    content: Content, pending: str | None, topic: str, expected: list[Any]
) -> None:
    memory = Memory(pending=pending)

    assert signals(compose(content, turn(content, topic), memory)) == expected
    assert memory.pending == ("share" if (pending, topic) == ("human", "affirm") else None)


def test_yes_leads_to_the_topic_that_was_asked_about_and_no_does_not(content: Content) -> None:
    for lead in (topic for topic in content.topics.values() if topic.leads_to is not None):
        memory = Memory()
        compose(content, turn(content, lead.id, no_human=True), memory)
        after_no = replace(memory)
        said = compose(content, turn(content, "affirm"), memory)

        human = content.sentences["summons"]  # a yes to a human is answered by the summons itself
        expected = human if lead.leads_to == "talk_to_human" else content.topics[lead.leads_to].answer
        assert texts(said)[0].startswith(expected.split(".")[0])
        assert texts(compose(content, turn(content, "deny"), after_no)) == [
            f"{content.topics['deny'].answer} {content.topics['deny'].next_step}"
        ]


def test_yes_with_a_risk_is_no_plain_yes(content: Content) -> None:
    said = compose(content, turn(content, "affirm", "suicide"), Memory(pending="share"))

    assert signals(said) == [("handoff", {"route": "emergency", "share_asked": False})]


def test_another_question_lets_the_asked_one_go(content: Content) -> None:
    memory = Memory(pending="share")
    compose(content, turn(content, "opening_hours"), memory)

    assert signals(compose(content, turn(content, "affirm"), memory)) == []


UNSURE = ("cost", "opening_hours", "anonymity")


def test_third_miss_offers_a_human(content: Content) -> None:
    memory, asked = Memory(), turn(content, "cost", ask_back=UNSURE)
    said = [compose(content, asked, memory) for _ in range(3)]

    assert [texts(one) for one in said] == [
        [content.sentences[name]] for name in ("ask_back", "ask_back_again", "not_understood_help")
    ]
    assert payloads(said[0]) == payloads(said[1]) == [f"topic:{topic}" for topic in UNSURE]
    assert payloads(said[2]) == [HUMAN_BUTTON, "topic:support_exploited_adult", "topic:minor_support"]
    assert [signals(one) for one in said] == [[], [], [("offer_human", {})]]


def test_answer_starts_the_counting_of_misses_anew(content: Content) -> None:
    memory = Memory(misses=2)
    compose(content, turn(content, "cost"), memory)

    assert texts(compose(content, turn(content, "cost", ask_back=UNSURE), memory)) == [content.sentences["ask_back"]]


def test_risk_is_not_asked_back_about(content: Content) -> None:
    said = compose(content, turn(content, "cost", "violence_relation", ask_back=UNSURE), Memory())

    assert texts(said) == [content.risk_replies["violence_relation"].text]


@pytest.mark.parametrize("heard", [[], ["solicitation"]], ids=["first", "again"])
def test_solicitation_refuses_whatever_the_topic(content: Content, heard: list[str]) -> None:
    helped = []
    for topic in content.topics:
        said = compose(content, turn(content, topic, "solicitation"), Memory(heard=list(heard)))
        refused = content.risk_replies["solicitation"].text in texts(said)
        if not refused and content.topics[topic].route != "emergency" and topic != "wants_to_buy":
            helped.append(topic)
    assert helped == []


@pytest.mark.parametrize("risk", ["minor", "coercion", "acute_danger", "child_victim_of_writer"])
def test_solicitation_under_a_stricter_risk_is_still_not_helped(content: Content, risk: str) -> None:
    for memory in (Memory(), Memory(heard=sorted((risk, "solicitation")))):
        said = compose(content, turn(content, "find_local_support", risk, "solicitation"), memory)
        assert content.topics["find_local_support"].answer not in " ".join(texts(said))


def test_offer_human_adds_the_button_and_never_more_than_three(content: Content) -> None:
    for name, topic in content.topics.items():
        for risks in ((), ("violence_relation",), ("minor",), ("solicitation",)):
            said = compose(content, turn(content, name, *risks), Memory())
            assert max(len(reply["choices"]) for reply in said.replies) <= 3
        said = compose(content, turn(content, name), Memory())
        if topic.route == "offer_human":
            assert said.replies[0]["choices"][-1]["payload"] == HUMAN_BUTTON
            assert payloads(said).count(HUMAN_BUTTON) == 1
            assert signals(said) == [("offer_human", {})]


@pytest.mark.parametrize(("topic", "risks"), [("minor_support", ()), ("talk_to_human", ()), ("cost", ("coercion",))])
def test_waiting_never_summons_twice(content: Content, topic: str, risks: tuple[str, ...]) -> None:
    said = compose(content, turn(content, topic, *risks, waiting=True), Memory())

    assert content.sentences["summons"] not in texts(said)
    assert [payload for payload in payloads(said) if payload in SHARE] == []
    assert signals(said) == [("handoff", {"route": "human_now", "share_asked": False})]


def test_waiting_hears_112_and_signals_new_danger(content: Content) -> None:
    said = compose(content, turn(content, "cost", "suicide", waiting=True), Memory())

    assert "112" in texts(said)[0].split(".")[0]
    assert signals(said) == [("handoff", {"route": "emergency", "share_asked": False})]
    assert [payload for payload in payloads(said) if payload in SHARE] == []


def test_waiting_is_offered_no_human_again(content: Content) -> None:
    offered = compose(content, turn(content, "feeling_bad", waiting=True), Memory())
    missed = compose(content, turn(content, "cost", ask_back=UNSURE, waiting=True), Memory(misses=2))

    assert [signals(one) for one in (offered, missed)] == [[], []]


def test_placeholders_are_filled_in_every_reply(content: Content) -> None:
    for name in content.topics:
        for more in ({}, {"hours_open": False, "reopens": "i dag klockan 8.00"}):
            said = compose(content, turn(content, name, **more), Memory())
            assert [text for text in texts(said) if "{" in text] == []
