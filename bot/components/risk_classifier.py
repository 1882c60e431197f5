"""The risks of a message, heard independently of its topic: a Rasa component around `RiskDecision`."""

from __future__ import annotations

from dataclasses import fields
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.language import LANG
from bot.components.learned import LearnedComponent
from bot.components.meaning import meaning_of, meanings_of
from bot.components.risk_decision import Bars, RiskDecision
from bot.components.risk_lines import by_topic, learned_from, row_of_message
from bot.components.risk_model import RiskModel
from content.registry import HERE, load_content
from content.risks import RiskLexicon


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class SwedishRiskClassifier(LearnedComponent, IntentClassifier):
    """Sets `risks` (ids) and `risk_words` (why: risk, words, rule, score, strongest). No intent.

    Stands after the topic classifier. The probabilities that count are `Bars` (risk_decision.py).
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"heard": 0.38, "heard_first": 0.38, "overruled": 0.1, "overruled_first": 0.01}

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from the labelled lines and from the examples of topics, and persist."""
        risks, topics, lines = list(load_content().taxonomy.risks), by_topic(), learned_from(training_data)
        labels = np.array([row_of_message(risks, topics, one) for one in lines])
        return self._keep(RiskModel.train(risks, [one.get(TEXT) for one in lines], labels, meanings_of(lines)))

    @classmethod
    def _read(cls, config: dict[str, Any], folder: Path) -> RiskModel:
        return RiskModel.load(folder)

    @cached_property
    def _decision(self) -> RiskDecision:
        bars = Bars(**{one.name: self._config[one.name] for one in fields(Bars)})
        return RiskDecision(RiskLexicon.load(HERE / "risks.yml"), self._learned, bars)

    def process(self, messages: list[Message]) -> list[Message]:
        """Hear risks; the text may be empty."""
        for message in messages:
            topic = (message.get(INTENT) or {}).get("name")
            heard = self._decision.hear(message.get(TEXT) or "", meaning_of(message), message.get(LANG) or "sv", topic)
            message.set("risks", [one["risk"] for one in heard], add_to_output=True)
            message.set("risk_words", heard, add_to_output=True)
        return messages
