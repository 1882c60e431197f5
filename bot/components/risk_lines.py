"""What the training data say about risks: labelled lines, labelled examples of topics, and what a topic says by itself.

The labelled lines without a topic join the training data, so that every part of the pipeline reads them as it reads a
visitor's: the encoder gives them their meaning, the topic model passes them over.
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
from rasa.shared.nlu.constants import INTENT, METADATA, METADATA_INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.learning.lines import RISKS, labelled_lines


def by_topic(folder: Path = RISKS) -> dict[str, dict[str, list[str]]]:
    """Read what topics say about risks: `raises` and `may` for each topic that says something."""
    found: dict[str, dict[str, list[str]]] = yaml.safe_load((folder / "by_topic.yml").read_text(encoding="utf-8"))
    return found


def row_of(risks: Sequence[str], raised: Sequence[str], unknown: Sequence[str] = ()) -> list[float]:
    """Give the labels of one line for the model: 1, 0, or NaN for a risk that nobody knows about.

    Raises ValueError where a risk is named that is none.
    """
    if wrong := {*raised, *unknown} - set(risks):
        raise ValueError(f"no such risk: {', '.join(sorted(wrong))}. There are: {', '.join(risks)}")
    return [1.0 if risk in raised else np.nan if risk in unknown else 0.0 for risk in risks]


def row_of_topic(risks: Sequence[str], topics: Mapping[str, Mapping[str, Sequence[str]]], topic: str) -> list[float]:
    """Give the labels that the topic of an example says."""
    says = topics.get(topic, {})
    return row_of(risks, says.get("raises", ()), says.get("may", ()))


def row_of_example(
    risks: Sequence[str], topics: Mapping[str, Mapping[str, Sequence[str]]], topic: str, own: Sequence[str] | None
) -> list[float]:
    """Give the labels of an example: its own (`metadata: {risks: […]}`), or else, where it has none, its topic's."""
    return row_of_topic(risks, topics, topic) if own is None else row_of(risks, own)


def row_of_message(
    risks: Sequence[str], topics: Mapping[str, Mapping[str, Sequence[str]]], message: Message
) -> list[float]:
    """Give the labels of a training message as Rasa has read it."""
    own = (message.get(METADATA) or {}).get(METADATA_INTENT, {}).get("risks")
    return row_of_example(risks, topics, message.get(INTENT), own)


def learned_from(training_data: TrainingData) -> list[Message]:
    """Give the messages that teach about risks: the labelled lines and the examples of topics.

    Not `nlu_examples`: Rasa takes a text without an intent for a part of a story. Rules bring intents without a text.
    """
    return [one for one in training_data.training_examples if one.get(TEXT) and (one.get(METADATA) or one.get(INTENT))]


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
        lines = [Message.build(line["text"], intent_metadata={"risks": line["risks"]}) for line in labelled_lines()]
        return training_data.merge(TrainingData(training_examples=lines))
