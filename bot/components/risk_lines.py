"""The lines that the risk model learns from: the labelled ones, and what the topics of the examples say about risks.

The labelled lines join the training data without a topic, so that every part of the pipeline reads them as it reads
a visitor's: the encoder gives them their meaning, the topic model passes them over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.learning.lines import RISKS, labelled_lines

LABELS = "risk_labels"  # of a training message: the list of its risks


def by_topic(folder: Path = RISKS) -> dict[str, dict[str, list[str]]]:
    """Read what topics say about risks: `raises` and `may` for each topic that says something."""
    found: dict[str, dict[str, list[str]]] = yaml.safe_load((folder / "by_topic.yml").read_text(encoding="utf-8"))
    return found


def row_of(risks: Sequence[str], raised: Sequence[str], unknown: Sequence[str] = ()) -> list[float]:
    """Give the labels of one line for the model: 1, 0, or NaN for a risk that nobody knows about."""
    return [1.0 if risk in raised else np.nan if risk in unknown else 0.0 for risk in risks]


def row_of_topic(risks: Sequence[str], topics: Mapping[str, Mapping[str, Sequence[str]]], topic: str) -> list[float]:
    """Give the labels that the topic of an example says."""
    says = topics.get(topic, {})
    return row_of(risks, says.get("raises", ()), says.get("may", ()))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SwedishRiskLines(GraphComponent):
    """Puts the labelled lines into the training data; stands before the tokenizer and does nothing in a turn."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SwedishRiskLines:
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        lines = [Message({TEXT: line["text"], LABELS: line["risks"]}) for line in labelled_lines()]
        return training_data.merge(TrainingData(training_examples=lines))
