"""The topic model with its views, as one thing that takes texts: for what measures it beside Rasa."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.components.text_views import TextViews
from bot.components.topic_model import TopicModel


@dataclass(frozen=True)
class Topics:
    """Tells the topics of texts apart."""

    views: TextViews
    model: TopicModel

    @classmethod
    def train(cls, texts: Sequence[str], labels: Sequence[str], meanings: np.ndarray | None = None) -> Topics:
        """Fit on texts and their meanings (texts × size; None: on words alone)."""
        views, rows = TextViews.fit(texts, meanings)
        return cls(views, TopicModel.train(rows, labels))

    def rank(self, text: str, meaning: np.ndarray | None = None) -> list[tuple[str, float]]:
        """Give every topic with its probability, best first; the meaning as trained."""
        return self.model.rank(self.views.row(text, meaning))
