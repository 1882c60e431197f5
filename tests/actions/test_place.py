"""What somebody elsewhere is told: what serves their place, else what is nearest, honestly; never Umeå's doors."""

from __future__ import annotations

import pytest

from actions.compose import compose
from actions.turn import Memory
from content.model import Content
from tests.actions.test_answers import contacts
from tests.actions.test_compose import sentence, texts, turn


@pytest.mark.parametrize(
    ("place", "asker", "name", "first"),
    [
        ("sundsvall", "exploited", "place_near", "mika_kast_vasternorrland"),
        ("malmo", "exploited", "place_near", "evonhuset"),
        ("kiruna", "exploited", "place_nearest", "mika_kast_vasternorrland"),
        ("lund", "buyers", "place_near", "evonhuset"),
        ("ostersund", "buyers", "place_nearest", "mika_kast_vasternorrland"),
        ("halmstad", "minors", "place_none", "bris"),
    ],
)
def test_elsewhere_is_told_what_is_there_or_nearest(
    content: Content, place: str, asker: str, name: str, first: str
) -> None:
    said = compose(content, turn(content, "find_local_support", place=place), Memory(asker=asker))

    assert content.places.by_id[place].name in sentence(said, name)["text"]
    assert sentence(said, name)["contacts"][0] == first
    assert [one for one in contacts(said) if one.startswith("umea_")] == []


def test_at_home_the_topics_own_answer_holds(content: Content) -> None:
    said = compose(content, turn(content, "find_local_support", place="umea"), Memory())

    assert texts(said) == [content.topics["find_local_support"].answer]
    assert "umea_socialjour" in contacts(said)


def test_who_tells_a_place_beside_a_need_is_told_of_it_once(content: Content) -> None:
    memory = Memory()
    first = compose(content, turn(content, "support_exploited_adult", place="malmo", no_human=True), memory)
    second = compose(content, turn(content, "money_and_debt", place="malmo", no_human=True), memory)

    assert sentence(first, "place_near")["contacts"][0] == "evonhuset"
    assert [reply for reply in second.replies if reply.get("sentence", "").startswith("place_")] == []
    assert [one for one in contacts(first) + contacts(second) if one.startswith("umea_")] == []
