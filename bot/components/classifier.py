"""The topic and the risks of a message, as a Rasa component around what was learned; also which topics to ask back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.language import LANG
from bot.components.learned import LearnedComponent
from bot.components.risk_decision import Bars, RiskDecision
from bot.components.risk_lines import by_topic, learned_from, row_of_message
from bot.components.risk_model import RiskModel
from bot.components.seen import meaning_of, meanings_of, words_of
from bot.components.text_views import TextViews
from bot.components.topic_model import TopicModel
from content.registry import HERE, load_content
from content.risks import RiskLexicon


@dataclass(frozen=True)
class Learned:
    """The views of a text, and the two models that read them."""

    views: TextViews
    topics: TopicModel
    risks: RiskModel

    def save(self, folder: Path) -> None:
        """Write all three into an existing folder."""
        self.views.save(folder)
        self.topics.save(folder / "topics")
        self.risks.save(folder / "risks")

    @classmethod
    def load(cls, folder: Path) -> Learned:
        """Read what `save` wrote. Raises FileNotFoundError where there is nothing."""
        models = TopicModel.load(folder / "topics"), RiskModel.load(folder / "risks")
        return cls(TextViews.load(folder), *models)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class SwedishClassifier(LearnedComponent, IntentClassifier):
    """Sets `intent`, `intent_ranking` (top three), `ask_back` (topics; empty when sure), `risks`, `risk_words` and
    `overruled`.

    Sure means: the best has at least `sure` probability, or `lead` times the second's and at least `floor`; and a word
    of the message is known. A third topic is asked back where it has at least `third` of the second's probability.
    The risks are ids, their words say why (risk_decision.py has the bars).
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        bars = {"heard": 0.5, "heard_first": 0.36, "overruled": 0.15, "overruled_first": 0.01}
        return {"strength": 5.0, "sure": 0.5, "lead": 3.0, "floor": 0.2, "third": 0.5, **bars}

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from the examples of topics and from the lines labelled with risks, and persist."""
        risks, topics, lines = list(load_content().taxonomy.risks), by_topic(), learned_from(training_data)
        views, rows = TextViews.fit([words_of(one) for one in lines], meanings_of(lines))
        labels = np.array([row_of_message(risks, topics, one) for one in lines])
        examples = [at for at, one in enumerate(lines) if one.get(INTENT)]
        intents = [lines[at].get(INTENT) for at in examples]
        with ThreadPoolExecutor() as pool:  # both let go of Python's lock: half a minute saved on two processors
            topics_learned = pool.submit(TopicModel.train, rows[examples], intents, self._config["strength"])
            risks_learned = pool.submit(RiskModel.train, risks, rows, labels)
            return self._keep(Learned(views, topics_learned.result(), risks_learned.result()))

    @classmethod
    def _read(cls, config: dict[str, Any], folder: Path) -> Learned:
        return Learned.load(folder)

    @cached_property
    def _decision(self) -> RiskDecision:
        bars = Bars(**{one.name: self._config[one.name] for one in fields(Bars)})
        return RiskDecision(RiskLexicon.load(HERE / "risks.yml"), bars)

    def process(self, messages: list[Message]) -> list[Message]:
        """Understand messages; the text may be empty."""
        learned: Learned = self._learned
        for message in messages:
            words = words_of(message)
            row = learned.views.row(words, meaning_of(message))
            ranking = [{"name": name, "confidence": p} for name, p in learned.topics.rank(row)[:3]]
            sure = self._sure(ranking) and learned.views.knows(words)
            strongest = partial(learned.risks.strongest, learned.views, words)
            lang, topic = message.get(LANG) or "sv", ranking[0]["name"]
            odds = learned.risks.hear(row)
            heard, overruled = self._decision.hear(message.get(TEXT) or "", odds, strongest, lang, topic)
            found = {
                INTENT: ranking[0],
                INTENT_RANKING_KEY: ranking,
                "ask_back": [] if sure else self._choices(ranking),
                "risks": [one["risk"] for one in heard],
                "risk_words": heard,
                "overruled": overruled,
            }
            for name, value in found.items():
                message.set(name, value, add_to_output=True)
        return messages

    def _sure(self, ranking: list[dict[str, Any]]) -> bool:
        best, second = ranking[0]["confidence"], ranking[1]["confidence"]
        leads = best >= self._config["floor"] and best >= self._config["lead"] * second
        return bool(best >= self._config["sure"] or leads)

    def _choices(self, ranking: list[dict[str, Any]]) -> list[str]:
        _, second, third = (one["confidence"] for one in ranking)
        return [one["name"] for one in ranking[: 3 if third >= self._config["third"] * second else 2]]
