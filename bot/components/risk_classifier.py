"""The risks of a message, heard independently of its topic: a Rasa component around `RiskDecision`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.learned import LearnedComponent
from bot.components.meaning import meaning_of, meanings_of
from bot.components.risk_decision import RiskDecision, thresholds
from bot.components.risk_lines import LABELS, by_topic, row_of, row_of_topic
from bot.components.risk_model import RiskModel, out_of_fold
from content.registry import HERE, load_content
from content.risks import RiskLexicon


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class SwedishRiskClassifier(LearnedComponent, IntentClassifier):
    """Sets `risks` (ids) and `risk_words` (why: risk, words, rule, score, strongest). No intent.

    `alarms_first`: the share of calm training lines that the risks where a miss costs most may alarm on; `alarms`: that
    the others may; `overruled`: below this probability the lexicon's finding falls.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"alarms": 0.025, "alarms_first": 0.015, "overruled": 0.0}

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from the labelled lines and from the examples of topics, and persist."""
        risks = list(load_content().taxonomy.risks)
        topics = by_topic()
        lines = learned_from(training_data)
        labels = np.array(
            [
                row_of(risks, one.get(LABELS)) if LABELS in one.data else row_of_topic(risks, topics, one.get(INTENT))
                for one in lines
            ]
        )
        texts = [one.get(TEXT) for one in lines]
        meanings = meanings_of(lines)
        bounds = thresholds(
            risks,
            out_of_fold(risks, texts, labels, meanings),
            labels,
            self._config["alarms"],
            self._config["alarms_first"],
        )
        model = RiskModel.train(risks, texts, labels, meanings)
        return self._keep(RiskDecision(_lexicon(), model, bounds, self._config["overruled"]))

    @classmethod
    def _read(cls, config: dict[str, Any], folder: Path) -> RiskDecision:
        return RiskDecision.load(folder, _lexicon(), config["overruled"])

    def process(self, messages: list[Message]) -> list[Message]:
        """Hear risks; the text may be empty."""
        for message in messages:
            heard = self._learned.hear(message.get(TEXT) or "", meaning_of(message))
            message.set("risks", [one["risk"] for one in heard], add_to_output=True)
            message.set("risk_words", heard, add_to_output=True)
        return messages


def _lexicon() -> RiskLexicon:
    return RiskLexicon.load(HERE / "risks.yml")


def learned_from(training_data: TrainingData) -> list[Message]:
    """Give the messages that teach about risks: the labelled lines and the examples of topics.

    Not `nlu_examples`: Rasa takes a text without an intent for a part of a story. Rules bring intents without a text.
    """
    return [one for one in training_data.training_examples if one.get(TEXT) and (LABELS in one.data or one.get(INTENT))]
