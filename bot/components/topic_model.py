"""The topic model itself, free of Rasa so that benchmarks use the same code: text and meaning in, ranking out.

What it sees of a text (`text_views.py`) goes into a multinomial logistic regression. The same words with a linear SVM
are the best published linear model on MASSIVE Swedish (benchmarks/).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from bot.components.text_views import TextViews


@dataclass
class TopicModel:
    """Weights (features × topics; the meaning's last), intercepts and what is seen of a text."""

    topics: list[str]
    weights: np.ndarray
    intercepts: np.ndarray
    views: TextViews

    @classmethod
    def train(
        cls, texts: Sequence[str], labels: Sequence[str], meanings: np.ndarray | None = None, strength: float = 5.0
    ) -> TopicModel:
        """Fit on raw texts and their meanings (texts × size); `strength` is scikit-learn's C."""
        views, rows = TextViews.fit(texts, meanings)
        model = LogisticRegression(C=strength, max_iter=300, solver="lbfgs", tol=1e-3)
        model.fit(rows, list(labels))
        return cls(list(model.classes_), model.coef_.T.astype(np.float32), model.intercept_, views)

    def rank(self, text: str, meaning: np.ndarray | None = None) -> list[tuple[str, float]]:
        """Give every topic with its probability, best first. Any text, also an empty one; the meaning as trained."""
        row = self.views.rows([text], None if meaning is None else meaning[np.newaxis, :])
        scores = np.asarray(row @ self.weights, dtype=np.float64)[0] + self.intercepts
        odds = np.exp(scores - scores.max())
        odds /= odds.sum()
        return [(self.topics[i], float(odds[i])) for i in np.argsort(-odds)]

    def knows(self, text: str) -> bool:
        """Tell whether any word of it was ever seen in training; gibberish is nothing to be sure about."""
        return self.views.knows(text)

    def save(self, folder: Path) -> None:
        """Write the model into an existing folder."""
        np.savez_compressed(folder / "weights.npz", weights=self.weights, intercepts=self.intercepts)
        (folder / "topics.json").write_text(json.dumps(self.topics), encoding="utf-8")
        self.views.save(folder)

    @classmethod
    def load(cls, folder: Path) -> TopicModel:
        """Read what `save` wrote. Raises FileNotFoundError where there is no model."""
        arrays = np.load(folder / "weights.npz")
        topics = json.loads((folder / "topics.json").read_text(encoding="utf-8"))
        # By rows: a product with a sparse row copies the whole matrix otherwise, 17 ms each time.
        weights = np.ascontiguousarray(arrays["weights"])
        return cls(topics, weights, arrays["intercepts"], TextViews.load(folder))
