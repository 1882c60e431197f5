"""Every text that a visitor reads is there, once, under an id that says where it stands."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from content.model import Variant
from content.registry import load_content
from content.texts import KINDS, Text, texts

CONTENT = load_content()
TEXTS = {text.id: text for text in texts(CONTENT)}


def test_ids_are_unique_and_kinds_are_known() -> None:
    assert [id for id, times in Counter(text.id for text in texts(CONTENT)).items() if times > 1] == []
    assert {text.kind for text in TEXTS.values()} == set(KINDS)


def test_every_text_of_the_content_is_among_them() -> None:
    said = "\n".join(text.says for text in TEXTS.values())
    written = [*CONTENT.sentences.values(), *(reply.text for reply in CONTENT.risk_replies.values())]
    for topic in CONTENT.topics.values():
        for one in (topic, *(variant.topic for variant in topic.variants)):
            written += [one.answer, one.next_step, one.choice, one.easy, *one.again, one.more.text if one.more else ""]
    for step in CONTENT.steps.values():
        written += [step.ask, step.easy or ""]
        written += [part or "" for option in step.options for part in (option.title, option.says, option.easy)]
    written += [way.text for way in CONTENT.booking.ways.values()]
    written += [part for place in CONTENT.booking.places.values() for part in (place.name, place.way.text)]
    for language in CONTENT.languages.values():
        written += [*language.says.values(), *language.answers.values(), *language.risks.values()]
    organisation = CONTENT.organisation
    filled = (
        text.replace("{organisation}", organisation.name).replace(
            "{counsellor_hours}", organisation.counsellor_hours_text
        )
        for text in written
    )
    assert [text for text in filled if text not in said] == []


@pytest.mark.parametrize(
    ("id", "kind", "group", "route"),
    [
        ("topic cost", "answer", "service", "answer"),
        ("topic cost button", "button", "service", "answer"),
        ("topic cost easy", "easy", "service", "answer"),
        ("topic cost more", "more", "service", "answer"),
        ("topic anonymity for minors", "answer", "service", "answer"),
        ("guide suicide:now", "guide", "crisis", "emergency"),
        ("guide suicide:now yes", "guide", "crisis", "emergency"),
        ("sentence summons", "sentence", "sentences", None),
        ("risk reply suicide", "risk", "risks", "emergency"),
        ("booking: place centrum_mot_vald", "booking", "booking", None),
        ("booking: booked phone", "booking", "booking", None),
        ("language en", "language", "languages", None),
    ],
)
def test_a_text_is_known_by_where_it_stands(id: str, kind: str, group: str, route: str | None) -> None:
    assert (TEXTS[id].kind, TEXTS[id].group, TEXTS[id].route) == (kind, group, route)


def test_an_answer_and_its_next_step_are_one_text_with_its_facts_and_contacts() -> None:
    cost = CONTENT.topics["cost"]
    assert TEXTS["topic cost"] == Text(
        "topic cost",
        f"{cost.answer} {cost.next_step}",
        "answer",
        "service",
        "answer",
        cost.sources,
        cost.contacts,
        "cost",
    )


def test_a_variant_tells_for_whom_it_is_and_repeats_nothing_of_its_topic() -> None:
    cost = replace(CONTENT.topics["cost"], variants=())
    other = Variant(frozenset({"minors", "male"}), replace(cost, answer="Nej.", easy="", again=()))
    changed = replace(CONTENT, topics={**CONTENT.topics, "cost": replace(cost, variants=(other,))})
    found = {text.id: text for text in texts(changed) if text.heard and text.topic == "cost"}
    assert {id: text.says for id, text in found.items()} == {"topic cost for male+minors": f"Nej. {cost.next_step}"}
    assert found["topic cost for male+minors"].heard == {"minors", "male"}


def test_what_only_the_organisation_decides_is_filled_in() -> None:
    assert [text.id for text in TEXTS.values() if "{organisation}" in text.says or "{counsellor" in text.says] == []
    assert CONTENT.organisation.name in TEXTS["sentence greeting"].says
    assert "{reopens}" in TEXTS["sentence closed_now"].says
