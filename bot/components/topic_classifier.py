"""The topic of a message, as a Rasa component around `TopicModel`; also which topics to ask back."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.constants import TOKENS_NAMES
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.meaning import meaning_of, meanings_of
from bot.components.topic_model import TopicModel


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class SwedishTopicClassifier(GraphComponent, IntentClassifier):
    """Sets `intent`, `intent_ranking` (top three) and `ask_back` (topics; empty when sure).

    Sure means: the best has at least `sure` probability, or `lead` times the second's and at least `floor`; and a word
    of the message is known.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"strength": 5.0, "sure": 0.5, "lead": 3.0, "floor": 0.2}

    def __init__(
        self, config: dict[str, Any], storage: ModelStorage, resource: Resource, model: TopicModel | None = None
    ) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._model = model

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SwedishTopicClassifier:
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Train on the intent examples and persist."""
        examples = training_data.intent_examples
        self._model = TopicModel.train(
            [_spaced(example) for example in examples],
            [example.get(INTENT) for example in examples],
            meanings_of(examples),
            self._config["strength"],
        )
        with self._storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> SwedishTopicClassifier:
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, TopicModel.load(folder))

    def process(self, messages: list[Message]) -> list[Message]:
        """Understand messages; the text may be empty."""
        if self._model is None:
            raise RuntimeError("the topic model is not trained; run 'varsam train'")
        for message in messages:
            ranking = [{"name": name, "confidence": p} for name, p in self._rank(message)[:3]]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
            message.set("ask_back", self._ask_back(message, ranking), add_to_output=True)
        return messages

    def _rank(self, message: Message) -> list[tuple[str, float]]:
        assert self._model is not None  # `process` has looked
        return self._model.rank(_spaced(message), meaning_of(message))

    def _ask_back(self, message: Message, ranking: list[dict[str, Any]]) -> list[str]:
        assert self._model is not None  # `process` has looked
        best, second = ranking[0]["confidence"], ranking[1]["confidence"]
        sure = best >= self._config["sure"] or (best >= self._config["floor"] and best >= self._config["lead"] * second)
        sure = sure and self._model.knows(_spaced(message))
        return [] if sure else [one["name"] for one in ranking]


def _spaced(message: Message) -> str:
    """Give the tokenizer's words with spaces between; the plain text where there are none."""
    tokens = message.get(TOKENS_NAMES[TEXT])
    return " ".join(token.text for token in tokens) if tokens else message.get(TEXT) or ""
