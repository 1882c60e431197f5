"""Which words raised which risk: by line, by risk, and of the lines that may be read only."""

from __future__ import annotations

import pytest

from content.registry import HERE
from content.risks import RiskLexicon
from gateway.heard import heard_in, risk_words
from gateway.storage.records import Line


@pytest.fixture(scope="module")
def lexicon() -> RiskLexicon:
    return RiskLexicon.load(HERE / "risks.yml")


def line(seq: int, text: str, **more: object) -> Line:
    return Line(seq, "visitor", 0.0, None, False, {"text": text, **more})


def test_heard_in_gives_each_lines_words_and_leaves_calm_lines_out(lexicon: RiskLexicon) -> None:
    lines = [line(2, "Jag vill dö."), line(3, "hej"), line(4, "jag är 15 och han slår mig")]
    found = heard_in(lexicon, lines)
    assert found == {2: {"suicide": ["vill dö"]}, 4: {"minor": ["jag är 15"], "violence_relation": ["han slår mig"]}}


def test_heard_in_lets_what_only_the_lines_together_say_stand_with_the_first(lexicon: RiskLexicon) -> None:
    lines = [line(5, "han låser"), line(6, "in mig")]
    assert [lexicon.risks(one.words["text"]) for one in lines] == [(), ()]
    assert heard_in(lexicon, lines) == {5: {"acute_danger": ["låser", "in mig"]}}


def test_heard_in_does_not_listen_to_buttons(lexicon: RiskLexicon) -> None:
    assert heard_in(lexicon, [line(2, "Jag vill dö", choice="topic:suicidal")]) == {}


def test_risk_words_come_in_the_order_of_the_risks_and_each_once() -> None:
    lines = [
        line(2, "-", heard={"minor": ["jag är 15"]}),
        line(3, "-"),
        line(4, "-", heard={"minor": ["jag är 15", "går i nian"], "suicide": ["vill dö"]}),
    ]
    assert risk_words(lines, ("suicide", "coercion", "minor")) == [
        {"risk": "suicide", "words": ["vill dö"]},
        {"risk": "minor", "words": ["jag är 15", "går i nian"]},
    ]
