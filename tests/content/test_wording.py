"""How texts must sound: the rules themselves, what an editor is told, and that every text of ours holds to them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from content.check import badly_worded, stale
from content.forms import any_of
from content.model import ContentError
from content.registry import load_content
from content.wording import lix, load_wording, sentences, words

CONTENT, WORDING = load_content(), load_wording()
CALM = "Du bestämmer. Kuratorn och horisonten, åhörare, okunnig. Varför hon kom vet jag inte. Det är en kunglig sak."


def test_every_text_of_ours_holds_to_the_rules() -> None:
    assert badly_worded(CONTENT, WORDING) == []


@pytest.mark.parametrize(
    "text",
    ["en prostituerad", "HORA", "kunden", "Du är helt anonym", "vi sparar  inget", "jag lovar att", "Varför gick du dit",
     "du måste polisanmäla", "frivilligt", "Hej! Välkommen", "ingen får veta", "flera förövare", "Det var ditt eget val"],
)  # fmt: skip
def test_what_must_not_be_said_is_found(text: str) -> None:
    assert len(list(WORDING.complaints(text))) == 1


def test_what_only_looks_like_it_is_left_alone() -> None:
    assert list(WORDING.complaints(CALM)) == []
    assert list(WORDING.complaints("Är det frivilligt?", "assisted_return")) == []


def test_a_long_sentence_is_told_by_its_first_words() -> None:
    assert list(WORDING.complaints("Kort. " + "ett två tre fyra " * 5 + "fem. Kort.")) == [
        "a sentence of 21 words ('ett två tre fyra …'): cut it in two"
    ]


def test_no_forms_are_found_nowhere() -> None:
    assert any_of([]).search("vad som helst") is None


@pytest.mark.parametrize(
    ("text", "index"),
    [("", 0), ("Ring 112 nu.", 3), ("Du är här. Jag är här.", 3), ("Socialtjänsten hjälper dig.", 3 + 200 / 3)],
)
def test_lix(text: str, index: float) -> None:
    assert lix(text) == pytest.approx(index)


def test_words_and_sentences_are_what_a_reader_takes_for_them() -> None:
    assert words("Ring 114 14, e-posta x-y!") == ["Ring", "114", "14", "e-posta", "x-y"]
    assert sentences("Hej. Är du där? | Ja") == ["Hej.", "Är du där?", "Ja"]


@pytest.mark.parametrize(
    ("broken", "complaint"),
    [
        ({"answer": "ord " * 61}, "'answer' has 61 words: at most 60"),
        ({"next_step": "Ord. " * 26}, "'next_step' has 26 words: at most 25"),
        ({"answer": "Är du där? Vill du prata?", "next_step": "Ring."}, "more than 1 question a turn"),
        ({"buttons": ("cost", "menu", "greet", "thanks")}, "more than 3 buttons"),
        ({"buttons": ("cost", "menu"), "offers": ("letter", "time")}, "more than 3 buttons"),
        ({"title": "En prostituerad"}, "'prostituerad' is a label"),
    ],
)
def test_an_editor_is_told_what_is_wrong_with_a_topic(broken: dict[str, object], complaint: str) -> None:
    topics = {**CONTENT.topics, "cost": replace(CONTENT.topics["cost"], **broken)}  # type: ignore[arg-type]  # by name
    found = badly_worded(replace(CONTENT, topics=topics), WORDING)
    assert any(line.startswith(f"topic cost: {complaint}") for line in found), found


def test_a_contact_that_nobody_has_looked_at_for_long_is_named() -> None:
    newest = max(contact.reviewed for contact in CONTENT.contacts.values())
    assert stale(CONTENT, WORDING, newest) == []
    late = stale(CONTENT, WORDING, newest + timedelta(days=WORDING.limits["review_days"] + 1))
    assert (
        f"contact bris: last looked at {CONTENT.contacts['bris'].reviewed}; check it, then set 'reviewed' anew" in late
    )


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ("limits: {answer_words: many}\nnever: [{words: [x], instead: y}]", "'answer_words' must be a whole number"),
        ("limits: {answer_words: 60}\nnever: [{words: [], instead: y}]", "'words' is missing or empty"),
        ("never: [{words: [x], instead: y}]", "the section 'limits' is missing"),
    ],
)
def test_rules_that_are_wrong_are_told(tmp_path: Path, written: str, complaint: str) -> None:
    (tmp_path / "wording.yml").write_text(written, encoding="utf-8")
    with pytest.raises(ContentError, match=complaint):
        load_wording(tmp_path)
