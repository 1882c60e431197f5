"""The risks of a message, heard independently of its topic, by the same lexicon as the gateway's."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from content.registry import HERE
from content.risks import RiskLexicon


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SwedishRiskClassifier(GraphComponent):
    """Sets `risks` (ids) and `risk_words` (why: risk, words, rule)."""

    def __init__(self, lexicon: RiskLexicon) -> None:
        self._lexicon = lexicon

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SwedishRiskClassifier:
        return cls(RiskLexicon.load(HERE / "risks.yml"))

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            heard = self._lexicon.hear(message.get(TEXT) or "")
            message.set("risks", [one.risk for one in heard], add_to_output=True)
            why = [{"risk": one.risk, "words": one.words, "rule": one.rule} for one in heard]
            message.set("risk_words", why, add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing is learned from it: the training data stays as it is."""
        return training_data
