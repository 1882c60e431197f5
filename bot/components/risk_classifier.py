"""The risks of a message, heard independently of its topic: a Rasa component around `RiskDecision`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.meaning import meaning_of, meanings_of
from bot.components.risk_decision import RiskDecision, thresholds
from bot.components.risk_lines import FOLDER, LABELS, by_topic, row_of, row_of_topic
from bot.components.risk_model import RiskModel, out_of_fold
from content.registry import HERE, load_content
from content.risks import RiskLexicon


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class SwedishRiskClassifier(GraphComponent, IntentClassifier):
    """Sets `risks` (ids) and `risk_words` (why: risk, words, rule, score, strongest). No intent.

    `alarms_first`: the share of calm training lines that the risks where a miss costs most may alarm on; `alarms`: that
    the others may; `overruled`: below this probability the lexicon's finding falls.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"alarms": 0.025, "alarms_first": 0.015, "overruled": 0.0}

    def __init__(
        self, config: dict[str, Any], storage: ModelStorage, resource: Resource, decision: RiskDecision | None = None
    ) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._decision = decision

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SwedishRiskClassifier:
        return cls(config, model_storage, resource)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Let Rasa's cache know when what topics say about risks has changed."""
        return (FOLDER / "by_topic.yml").read_text(encoding="utf-8")

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
        self._decision = self._decide(self._config, RiskModel.train(risks, texts, labels, meanings), bounds)
        with self._storage.write_to(self._resource) as folder:
            self._decision.model.save(folder)
            (folder / "thresholds.json").write_text(json.dumps(bounds), encoding="utf-8")
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> SwedishRiskClassifier:
        with model_storage.read_from(resource) as folder:
            bounds = json.loads((Path(folder) / "thresholds.json").read_text(encoding="utf-8"))
            return cls(config, model_storage, resource, cls._decide(config, RiskModel.load(folder), bounds))

    @staticmethod
    def _decide(config: dict[str, Any], model: RiskModel, bounds: dict[str, float]) -> RiskDecision:
        return RiskDecision(RiskLexicon.load(HERE / "risks.yml"), model, bounds, config["overruled"])

    def process(self, messages: list[Message]) -> list[Message]:
        """Hear risks; the text may be empty."""
        if self._decision is None:
            raise RuntimeError("the risk model is not trained; run 'varsam train'")
        for message in messages:
            heard = self._decision.hear(message.get(TEXT) or "", meaning_of(message))
            message.set("risks", [one["risk"] for one in heard], add_to_output=True)
            message.set("risk_words", heard, add_to_output=True)
        return messages


def learned_from(training_data: TrainingData) -> list[Message]:
    """Give the messages that teach about risks: the labelled lines and the examples of topics.

    Not `nlu_examples`: Rasa takes a text without an intent for a part of a story. Rules bring intents without a text.
    """
    return [one for one in training_data.training_examples if one.get(TEXT) and (LABELS in one.data or one.get(INTENT))]
