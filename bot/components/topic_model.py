"""The topic model itself, free of Rasa so that benchmarks use the same code: text and meaning in, ranking out.

What it sees of a text (`text_views.py`) goes into a multinomial logistic regression. The same words with a linear SVM
are the best published linear model on MASSIVE Swedish (benchmarks/).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression

from bot.components.linear_model import LinearModel, alone
from bot.components.text_views import TextViews


class TopicModel(LinearModel):
    """Tells the topics apart; `names` are theirs."""

    @classmethod
    def train(
        cls, texts: Sequence[str], labels: Sequence[str], meanings: np.ndarray | None = None, strength: float = 5.0
    ) -> TopicModel:
        """Fit on raw texts and their meanings (texts × size); `strength` is scikit-learn's C."""
        views, rows = TextViews.fit(texts, meanings)
        # A quarter of L-BFGS's time, and half a point better than where that stops: sag reaches farther.
        model = LogisticRegression(C=strength, max_iter=100, solver="sag", tol=1e-2, random_state=0)
        model.fit(rows, list(labels))
        return cls(list(model.classes_), model.coef_.T, model.intercept_, views)

    def rank(self, text: str, meaning: np.ndarray | None = None) -> list[tuple[str, float]]:
        """Give every topic with its probability, best first. Any text, also an empty one; the meaning as trained."""
        scores = self.scores([text], alone(meaning))[0]
        odds = np.exp(scores - scores.max())
        odds /= odds.sum()
        return [(self.names[i], float(odds[i])) for i in np.argsort(-odds)]

    def knows(self, text: str) -> bool:
        """Tell whether any word of it was ever seen in training; gibberish is nothing to be sure about."""
        return self.views.knows(text)
