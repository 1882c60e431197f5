"""The meaning of a message as a dense feature: its English gloss, encoded (docs/decisions/0010).

Stands after the language identifier: English is encoded as it is. The built encoder is kept in the trained model, so
that a start neither builds it nor needs the package.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.encoder import Encoder, packaged
from bot.components.language import ENGLISH
from bot.components.learned import LearnedComponent


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class SwedishSentenceEncoder(LearnedComponent, DenseFeaturizer):
    """Adds one sentence feature (1 × size) to the text of each message.

    `folder`: another BERT-family encoder (config.json, model.safetensors, tokenizer.json) instead of the packaged one;
    `gloss: false` where that one reads Swedish by itself.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"folder": None, "gloss": True, "alias": None}

    def __init__(
        self, config: dict[str, Any], storage: ModelStorage, resource: Resource, learned: Encoder | None = None
    ) -> None:
        DenseFeaturizer.__init__(self, resource.name, config)
        LearnedComponent.__init__(self, config, storage, resource, learned)

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Nothing to check: a folder that holds no encoder is told when it is built."""

    def train(self, training_data: TrainingData) -> Resource:
        """Nothing is learned: the encoder is built and kept. Raises EncoderError."""
        folder = self._config["folder"]
        return self._keep(Encoder.of(Path(folder) if folder else packaged()))

    @classmethod
    def _read(cls, config: dict[str, Any], folder: Path) -> Encoder:
        return Encoder.load(folder)

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            self._add(message, self._learned.vector(self._reads(message)))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        messages = [one for one in training_data.training_examples if one.get(TEXT) is not None]
        vectors = self._learned.vectors([self._reads(one) for one in messages])
        for message, vector in zip(messages, vectors, strict=True):
            self._add(message, vector)
        return training_data

    def _reads(self, message: Message) -> str:
        return (message.get(ENGLISH) if self._config["gloss"] else message.get(TEXT)) or ""

    def _add(self, message: Message, vector: np.ndarray) -> None:
        message.add_features(Features(vector[np.newaxis, :], FEATURE_TYPE_SENTENCE, TEXT, self._identifier))
