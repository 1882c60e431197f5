"""The topic of a message, as a Rasa component around `TopicModel`; also which topics to ask back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.constants import TOKENS_NAMES
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.learned import LearnedComponent
from bot.components.meaning import meaning_of, meanings_of
from bot.components.topic_model import TopicModel


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class SwedishTopicClassifier(LearnedComponent, IntentClassifier):
    """Sets `intent`, `intent_ranking` (top three) and `ask_back` (topics; empty when sure).

    Sure means: the best has at least `sure` probability, or `lead` times the second's and at least `floor`; and a word
    of the message is known.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"strength": 5.0, "sure": 0.5, "lead": 3.0, "floor": 0.2}

    def train(self, training_data: TrainingData) -> Resource:
        """Train on the intent examples and persist."""
        examples = training_data.intent_examples
        model = TopicModel.train(
            [_spaced(example) for example in examples],
            [example.get(INTENT) for example in examples],
            meanings_of(examples),
            self._config["strength"],
        )
        return self._keep(model)

    @classmethod
    def _read(cls, config: dict[str, Any], folder: Path) -> TopicModel:
        return TopicModel.load(folder)

    def process(self, messages: list[Message]) -> list[Message]:
        """Understand messages; the text may be empty."""
        for message in messages:
            ranking = [{"name": name, "confidence": p} for name, p in self._rank(message)[:3]]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
            message.set("ask_back", self._ask_back(message, ranking), add_to_output=True)
        return messages

    def _rank(self, message: Message) -> list[tuple[str, float]]:
        return self._learned.rank(_spaced(message), meaning_of(message))

    def _ask_back(self, message: Message, ranking: list[dict[str, Any]]) -> list[str]:
        best, second = ranking[0]["confidence"], ranking[1]["confidence"]
        sure = best >= self._config["sure"] or (best >= self._config["floor"] and best >= self._config["lead"] * second)
        sure = sure and self._learned.knows(_spaced(message))
        return [] if sure else [one["name"] for one in ranking]


def _spaced(message: Message) -> str:
    """Give the tokenizer's words with spaces between; the plain text where there are none."""
    tokens = message.get(TOKENS_NAMES[TEXT])
    return " ".join(token.text for token in tokens) if tokens else message.get(TEXT) or ""
