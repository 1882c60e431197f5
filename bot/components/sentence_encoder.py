"""The meaning of a message as a dense feature: its English gloss, encoded (docs/decisions/0010).

English is encoded as it stands. The built encoder is kept in the trained model, so that a start neither builds it
nor needs the package.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.encoder import Encoder, packaged
from bot.components.gloss import Gloss
from content.recognition import Recogniser
from content.registry import HERE

GLOSS = HERE / "gloss"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class SwedishSentenceEncoder(DenseFeaturizer, GraphComponent):
    """Adds one sentence feature (1 × size) to the text of each message.

    `folder`: another BERT-family encoder (config.json, model.safetensors, tokenizer.json) instead of the packaged one;
    `gloss: false` where that one reads Swedish by itself.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"folder": None, "gloss": True, "alias": None}

    def __init__(
        self, config: dict[str, Any], storage: ModelStorage, resource: Resource, encoder: Encoder | None = None
    ) -> None:
        super().__init__(resource.name, config)
        self._config = config
        self._storage = storage
        self._resource = resource
        self._encoder = encoder
        self._gloss = Gloss.load(GLOSS) if config["gloss"] else None
        self._recogniser = Recogniser.load(HERE)

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Nothing to check: a folder that holds no encoder is told when it is built."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SwedishSentenceEncoder:
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Nothing is learned: the encoder is built and kept. Raises EncoderError."""
        folder = self._config["folder"]
        self._encoder = Encoder.of(Path(folder) if folder else packaged())
        with self._storage.write_to(self._resource) as kept:
            self._encoder.save(kept)
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> SwedishSentenceEncoder:
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, Encoder.load(folder))

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            self._add(message)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data

    def _add(self, message: Message) -> None:
        text = message.get(TEXT)
        if text is None:
            return
        if self._encoder is None:
            raise RuntimeError("the encoder is not built; run 'varsam train'")
        vector = self._encoder.vector(self.read(text))
        name = self._identifier
        message.add_features(Features(vector[np.newaxis, :], FEATURE_TYPE_SENTENCE, TEXT, name))

    def read(self, text: str) -> str:
        """Give what the encoder reads of a text."""
        english = self._gloss is None or self._recogniser.language_of(text) == "en"
        return text if english else self._gloss(text)  # type: ignore[misc]  # not None where it is not English
