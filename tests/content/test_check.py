"""What the content check finds: texts without a source, easy texts that are not, and what nobody can come across."""

from __future__ import annotations

from dataclasses import replace

from content.check import code_of, rather_hard, too_hard, unreachable, unsourced, unverified
from content.model import Content, Layer, Topic, Variant
from content.registry import HERE, load_content
from content.wording import load_wording

CONTENT, WORDING = load_content(), load_wording()
COST = CONTENT.topics["cost"]
HARD = "Socialtjänstens medarbetare samtalar kostnadsfritt."
CODE = code_of(HERE.parent, ("actions", "bot", "connectors", "content", "gateway"))


def with_cost(cost: Topic) -> Content:
    return replace(CONTENT, topics={**CONTENT.topics, "cost": cost})


def test_ours_are_sourced_and_the_easy_ones_easy() -> None:
    assert (unsourced(CONTENT), too_hard(CONTENT, WORDING)) == ([], [])


def test_an_answer_a_variant_and_more_without_a_fact_are_named() -> None:
    variant = Variant(frozenset({"buyers"}), replace(COST, sources=(), variants=(), more=None, easy="", again=()))
    bare = replace(COST, sources=(), more=Layer("Mer.", (), True), variants=(variant,))
    assert unsourced(with_cost(bare)) == [
        f"{id}: cites no fact; give 'sources'" for id in ("topic cost", "topic cost more", "topic cost for buyers")
    ]


def test_a_hard_easy_text_is_a_fault_and_a_hard_answer_a_hint() -> None:
    content = with_cost(replace(COST, easy=HARD, answer=HARD, next_step=HARD))
    assert too_hard(content, WORDING) == ["topic cost easy: LIX 104, 30 or more: shorter words and sentences"]
    assert "topic cost: LIX 104, 45 or more: shorter words and sentences" in rather_hard(content, WORDING)


def test_a_contact_and_a_fact_that_stand_nowhere_are_named_and_those_on_hold_are_not() -> None:
    contact, fact = CONTENT.contacts["bris"], CONTENT.facts["acute_call"]
    contacts = {"new": replace(contact, id="new"), "held": replace(contact, id="held", show="hold")}
    facts = {"new": replace(fact, id="new"), "held": replace(fact, id="held", show="hold")}
    more = replace(CONTENT, contacts={**CONTENT.contacts, **contacts}, facts={**CONTENT.facts, **facts})
    assert {*unreachable(more, CODE)} - {*unreachable(CONTENT, CODE)} == {
        "contact new: shown nowhere; name it in a topic, or set 'show: hold'",
        "fact new: cited nowhere; cite it, or remove it",
    }


def test_a_sentence_is_named_whole_put_together_or_as_another_wording() -> None:
    names = ("whole", "quoted", "month_3", "hidden_danger", "asked_alone", "whole_2", "lost", "lost_2", "hole")
    content = replace(CONTENT, sentences=dict.fromkeys(names, "x"))
    code = ["say('whole'); say(\"quoted\")", 'f"month_{at}"; f"{name}_danger"; "asked" + "_alone"']
    found = [line.split()[1] for line in unreachable(content, code) if line.startswith("sentence")]
    assert found == ["lost:", "lost_2:", "hole:"]


def test_every_sentence_of_ours_is_said_somewhere() -> None:
    assert [line for line in unreachable(CONTENT, CODE) if line.startswith("sentence")] == []


def test_a_fact_to_verify_is_named_once_with_what_rests_on_it() -> None:
    facts = {**CONTENT.facts, "cost_support_free": replace(CONTENT.facts["cost_support_free"], checked=False)}
    lines = [line for line in unverified(replace(CONTENT, facts=facts)) if line.startswith("fact cost_support_free:")]
    assert len(lines) == 1
    assert " more" in lines[0]
