"""The language of a message, by the same recogniser as the gateway's (content/recognition.py)."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from content.recognition import Recogniser
from content.registry import HERE

LANG = "lang"  # of a message: the code of its language


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SwedishLanguageIdentifier(GraphComponent):
    """Sets `lang`, in a turn and in training: who comes after reads it there."""

    def __init__(self, recogniser: Recogniser) -> None:
        self._recogniser = recogniser

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SwedishLanguageIdentifier:
        return cls(Recogniser.load(HERE))

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            message.set(LANG, self._recogniser.language_of(message.get(TEXT) or ""), add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data
