"""The trained ear and how it counts beside the lexicon; the lines that it learns from."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.classifier import Learned
from bot.components.risk_decision import FIRST, MODEL, Bars, RiskDecision
from bot.components.risk_lines import SwedishRiskLines, by_topic, learned_from, row_of, row_of_message, row_of_topic
from bot.components.risk_model import RiskModel
from bot.components.text_views import TextViews
from bot.components.topic_model import TopicModel
from bot.learning.lines import RISKS as FOLDER
from bot.learning.lines import examples, labelled_lines
from content.registry import load_content
from content.risks import RiskLexicon

RISKS = ["suicide", "coercion"]
LEXICON = """
risks: [suicide, coercion]
words: {}
known: []
conditions: {}
rules:
  - {id: suicide.plain, risk: suicide, any: [vill dö]}
  - {id: coercion.money, risk: coercion, any: [tar pengarna]}
"""
LINES = {
    "jag vill inte vakna mer": [1, 0],
    "jag vill dö i natt": [1, 0],
    "brevet är skrivet och burken är tom": [1, 0],
    "han räknar mina pengar varje kväll": [0, 1],
    "de har mitt pass och säger vart jag ska": [0, 1],
    "skulden växer och han tar pengarna": [0, 1],
    "när öppnar ni i morgon": [0, 0],
    "banken tar pengarna för lånet": [0, 0],
    "tack för hjälpen": [0, 0],
    "vad kostar ett samtal": [0, 0],
}

LABELS = np.array(list(LINES.values()), dtype=float)


class Ear:
    """A risk model with the views it was trained on, as one thing that takes texts."""

    def __init__(
        self,
        risks: list[str] = RISKS,
        texts: list[str] | None = None,
        labels: np.ndarray | None = None,
        meanings: np.ndarray | None = None,
    ) -> None:
        self.views, rows = TextViews.fit(list(LINES) if texts is None else texts, meanings)
        self.model = RiskModel.train(risks, rows, LABELS if labels is None else labels)

    def hear(self, text: str, meaning: np.ndarray | None = None) -> dict[str, float]:
        return self.model.hear(self.views.row(text, meaning))

    def strongest(self, text: str, risk: str) -> list[str]:
        return self.model.strongest(self.views, text, risk)

    def decides(self, lexicon: RiskLexicon, bars: Bars, text: str, **known: str) -> list[dict[str, Any]]:
        return RiskDecision(lexicon, bars).hear(text, self.hear(text), partial(self.strongest, text), **known)[0]


@pytest.fixture(scope="module")
def trained() -> Ear:
    return Ear()


@pytest.fixture
def lexicon(tmp_path: Path) -> RiskLexicon:
    (tmp_path / "risks.yml").write_text(LEXICON, encoding="utf-8")
    return RiskLexicon.load(tmp_path / "risks.yml")


def _decides(lexicon: RiskLexicon, model: Ear, text: str, *bars: float, lang: str = "sv") -> list[tuple[str, str]]:
    heard = model.decides(lexicon, Bars(*bars), text, lang=lang)
    return [(one["risk"], one["rule"]) for one in heard]


def test_model_tells_the_risks_of_its_lines_apart(trained: Ear) -> None:
    odds = trained.model.probabilities(trained.views.rows(list(LINES)))
    assert (odds.argmax(axis=1)[:6] == [0, 0, 0, 1, 1, 1]).all()
    assert odds[6:].max() < odds[:6].max(axis=1).min()


def test_model_is_the_same_after_saving(trained: Ear, tmp_path: Path) -> None:
    rows, labels = trained.views.rows(list(LINES)), ["calm" if not any(risks) else "not" for risks in LINES.values()]
    Learned(trained.views, TopicModel.train(rows, labels), trained.model).save(tmp_path)
    assert sorted(path.suffix for path in tmp_path.rglob("*.*")) == [".json"] * 3 + [".npz"] * 3
    again = Learned.load(tmp_path)
    for text in [*LINES, "", "?", "något helt annat"]:
        row = again.views.rows([text])
        assert again.risks.hear(row) == pytest.approx(trained.hear(text), abs=1e-6)
        assert again.risks.strongest(again.views, text, "coercion") == trained.strongest(text, "coercion")
        assert sum(odds for _, odds in again.topics.rank(row)) == pytest.approx(1)


def test_meaning_is_heard_where_words_say_nothing() -> None:
    meanings = np.eye(len(LINES))[:, :8].repeat(2, axis=1).astype(np.float32)
    model = Ear(RISKS, ["x"] * len(LINES), LABELS, meanings)
    assert model.hear("x", meanings[0])["suicide"] > model.hear("x", meanings[6])["suicide"]


def test_an_unknown_label_teaches_nothing() -> None:
    some = list(LINES)[:9]
    unknown = np.vstack([LABELS[:9], [np.nan, 0.0]])
    without, beside = (
        Ear(["suicide"], some, LABELS[:9, :1]),
        Ear(["suicide"], [*some, "burken är tom"], unknown[:, :1]),
    )
    odds = [model.hear("vad kostar ett samtal")["suicide"] for model in (without, beside)]
    assert odds[0] == pytest.approx(odds[1], abs=0.05)


def test_strongest_words_are_the_visitors_own_in_their_order(trained: Ear) -> None:
    text = "Tack, men BURKEN är toom och brevet är skrivet"
    words = trained.strongest(text, "suicide")
    assert words == [word for word in text.replace(",", "").split() if word in words]
    assert {"BURKEN", "brevet"} <= set(words)
    assert trained.strongest("", "suicide") == []


def test_model_adds_what_no_rule_says(trained: Ear, lexicon: RiskLexicon) -> None:
    text = "brevet är skrivet och burken är tom"
    high = trained.hear(text)["suicide"]
    assert _decides(lexicon, trained, text, 1.0, high, 0.0, 0.0) == [("suicide", MODEL)]  # suicide's bar is the second
    assert _decides(lexicon, trained, text, high, high + 0.01, 0.0, 0.0) == []


def test_model_may_overrule_the_lexicon_where_it_is_sure(trained: Ear, lexicon: RiskLexicon) -> None:
    text, rule = "banken tar pengarna för lånet", [("coercion", "coercion.money")]
    odds = trained.hear(text)["coercion"]
    assert _decides(lexicon, trained, text, 1.0, 1.0, odds, 0.0) == rule
    assert _decides(lexicon, trained, text, 1.0, 1.0, odds + 0.01, 0.0) == []
    assert _decides(lexicon, trained, text, 1.0, 1.0, odds + 0.01, 0.0, lang="en") == rule


def test_where_a_miss_costs_most_overruling_has_a_bar_of_its_own(trained: Ear, lexicon: RiskLexicon) -> None:
    assert set(FIRST) <= set(load_content().taxonomy.risks)
    text, rule = "vad kostar ett samtal, jag vill dö", [("suicide", "suicide.plain")]
    odds = trained.hear(text)["suicide"]
    assert _decides(lexicon, trained, text, 1.0, 1.0, 1.0, odds) == rule
    assert _decides(lexicon, trained, text, 1.0, 1.0, 1.0, odds + 0.01) == []


def test_what_refuses_help_needs_the_topic_beside_the_model(lexicon: RiskLexicon) -> None:
    ear, bars = Ear(["suicide", "solicitation"]), Bars(0.1, 1.0, 0.0, 0.0)
    text = "de har mitt pass och säger vart jag ska"
    assert [one["risk"] for one in ear.decides(lexicon, bars, text, topic="wants_to_buy")] == ["solicitation"]
    assert ear.decides(lexicon, bars, text, topic="residence_permit") == []
    assert ear.decides(lexicon, bars, text) == []


def test_every_risk_says_why(trained: Ear, lexicon: RiskLexicon) -> None:
    text = "brevet är skrivet, jag vill dö, han tar pengarna"
    heard = trained.decides(lexicon, Bars(1.0, 1.0, 0.0, 0.0), text)
    assert [one["words"] for one in heard] == ["vill dö", "tar pengarna"]
    assert [set(one) for one in heard] == [{"risk", "words", "rule", "score", "strongest"}] * 2
    assert [one["score"] for one in heard] == [round(odds, 4) for odds in trained.hear(text).values()]
    assert all(word in text for one in heard for word in one["strongest"])


def test_labelled_lines_are_many_and_each_stands_once() -> None:
    lines = labelled_lines()
    risks = set(load_content().taxonomy.risks)
    assert [line for line in lines if set(line) != {"text", "risks"} or not set(line["risks"]) <= risks] == []
    texts = [line["text"].casefold() for line in lines]
    assert len(texts) == len(set(texts)) >= 2500
    assert sum(not line["risks"] for line in lines) >= len(lines) / 3
    assert min(sum(risk in line["risks"] for line in lines) for risk in risks) >= 100
    for file in FOLDER.glob("*.jsonl"):
        assert len(file.read_text(encoding="utf-8").splitlines()) <= 400


def test_no_held_out_line_is_learned_from() -> None:
    held = (Path(__file__).parent.parent / "understanding/held_out").glob("*.jsonl")
    unseen = {json.loads(line)["text"].casefold() for file in held for line in file.read_text("utf-8").splitlines()}
    both = sorted({line["text"].casefold() for line in labelled_lines() if len(line["text"]) > 25} & unseen)
    assert both == []


def test_labelled_lines_and_examples_teach_and_rules_do_not() -> None:
    data = TrainingData([Message({"text": "när öppnar ni", "intent": "opening_hours"}), Message({"intent": "greet"})])
    learned = learned_from(SwedishRiskLines().process_training_data(data))
    assert [one.get("text") for one in learned] == ["när öppnar ni", *(line["text"] for line in labelled_lines())]


def test_topics_that_say_something_about_risks_are_known() -> None:
    taxonomy = load_content().taxonomy
    topics = by_topic()
    assert set(topics) <= set(taxonomy.topics)
    assert {key for says in topics.values() for key in says} == {"raises", "may"}
    assert {risk for says in topics.values() for named in says.values() for risk in named} <= set(taxonomy.risks)
    risks = list(taxonomy.risks)
    assert row_of_topic(risks, topics, "opening_hours") == row_of(risks, [])


def test_an_examples_own_labels_count_before_its_topics() -> None:
    risks, topics = list(load_content().taxonomy.risks), by_topic()
    own, none, unlabelled = (
        Message.build("han tar pengarna", "support_exploited_adult", intent_metadata=says)
        for says in ({"risks": ["coercion"]}, {"risks": []}, None)
    )
    assert row_of_message(risks, topics, own) == row_of(risks, ["coercion"])
    assert row_of_message(risks, topics, none) == row_of(risks, [])
    assert np.isnan(row_of_message(risks, topics, unlabelled)).any()
    with pytest.raises(ValueError, match="no such risk: coersion"):
        row_of(risks, ["coersion"])


def test_all_labels_of_examples_are_risks() -> None:
    risks = set(load_content().taxonomy.risks)
    labelled = [one for one in examples() if one.risks is not None]
    assert [one for one in labelled if not set(one.risks or ()) <= risks] == []
    assert len(labelled) >= 10_000


LISTEN = {"mode": "listen", "now": "2026-11-24T10:00:00+01:00", "hours_open": True, "channel": "web"}


@pytest.mark.parametrize(
    ("text", "by_model"), [("jag vill ta livet av mig", False), ("det finns inget efter fredag för mig", True)]
)
async def test_engine_hears_with_both_ears_and_says_why(engine: Any, text: str, by_model: bool) -> None:
    understood = (await engine.turn(text, None, LISTEN))["understood"]
    assert [one["risk"] for one in understood["risk_words"]] == understood["risks"]
    [why] = [one for one in understood["risk_words"] if one["risk"] == "suicide"]
    assert set(why) == {"risk", "words", "rule", "score", "strongest"}
    assert (why["rule"] == MODEL) is by_model
    assert 0 < why["score"] <= 1


@pytest.mark.parametrize("text", ["", "?", "å" * 2000, "\U0001f480" * 300, "vad kostar det"])
async def test_engine_hears_no_risk_where_nothing_is_said(engine: Any, text: str) -> None:
    understood = (await engine.turn(text, None, LISTEN))["understood"]
    assert (understood["risks"], understood["risk_words"]) == ([], [])
