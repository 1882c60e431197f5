"""The language of a message, by the same recogniser as the gateway's, and what the encoder reads of it."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.reading import Reading

LANG = "lang"  # of a message: the code of its language
ENGLISH = "english"  # of a message: its gloss; English as it stands


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SwedishLanguageIdentifier(GraphComponent):
    """Sets `lang` and `english`, in a turn and in training: who comes after reads them there."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SwedishLanguageIdentifier:
        return cls(Reading.load())

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            text = message.get(TEXT) or ""
            lang = self._reading.language_of(text)
            message.set(LANG, lang, add_to_output=True)
            message.set(ENGLISH, self._reading.english(text, lang))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data
