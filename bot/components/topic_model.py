"""The topic model itself, free of Rasa so that benchmarks use the same code: text and meaning in, ranking out.

TF-IDF over words (1-2) and characters within words (2-5), beside a sentence vector where there is one, into a
multinomial logistic regression. The same words with a linear SVM are the best published linear model on MASSIVE
Swedish (benchmarks/). Saved as plain arrays and JSON: nothing is unpickled when the engine starts.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from bot.components.normalise import normalise

# How much the meaning (a vector of length 1) weighs beside the words. Measured on held-out lines: 0.7 is best on noisy
# lines and near misses, 1.2 loses one to three points there. With a tuned encoder (bot/learning) 0.4 was best.
MEANING = 0.7
_VIEWS: dict[str, dict[str, Any]] = {
    "words": {"analyzer": "word", "ngram_range": (1, 2), "token_pattern": r"(?u)\w+|\?", "sublinear_tf": True},
    "letters": {"analyzer": "char_wb", "ngram_range": (2, 5), "sublinear_tf": True, "min_df": 2},
}


@dataclass
class TopicModel:
    """Weights (features × topics; the meaning's last), intercepts and the two vectorisers."""

    topics: list[str]
    weights: np.ndarray
    intercepts: np.ndarray
    vectorisers: dict[str, TfidfVectorizer]

    @classmethod
    def train(
        cls, texts: Sequence[str], labels: Sequence[str], meanings: np.ndarray | None = None, strength: float = 5.0
    ) -> TopicModel:
        """Fit on raw texts and their meanings (texts × size); `strength` is scikit-learn's C."""
        clean = [normalise(text) for text in texts]
        vectorisers = {name: TfidfVectorizer(**view) for name, view in _VIEWS.items()}
        features = _beside([vectoriser.fit_transform(clean) for vectoriser in vectorisers.values()], meanings)
        model = LogisticRegression(C=strength, max_iter=300, solver="lbfgs", tol=1e-3)
        model.fit(features, list(labels))
        return cls(list(model.classes_), model.coef_.T.astype(np.float32), model.intercept_, vectorisers)

    def rank(self, text: str, meaning: np.ndarray | None = None) -> list[tuple[str, float]]:
        """Give every topic with its probability, best first. Any text, also an empty one; the meaning as trained."""
        clean = [normalise(text)]
        words = [vectoriser.transform(clean) for vectoriser in self.vectorisers.values()]
        scores = _beside(words, None if meaning is None else meaning[np.newaxis, :]) @ self.weights
        scores = np.asarray(scores, dtype=np.float64)[0] + self.intercepts
        odds = np.exp(scores - scores.max())
        odds /= odds.sum()
        return [(self.topics[i], float(odds[i])) for i in np.argsort(-odds)]

    def knows(self, text: str) -> bool:
        """Tell whether any word of it was ever seen in training; gibberish is nothing to be sure about."""
        vocabulary = self.vectorisers["words"].vocabulary_
        return any(word in vocabulary for word in normalise(text).split())

    def save(self, folder: Path) -> None:
        """Write the model into an existing folder."""
        np.savez_compressed(
            folder / "weights.npz",
            weights=self.weights,
            intercepts=self.intercepts,
            **{f"idf_{name}": vectoriser.idf_ for name, vectoriser in self.vectorisers.items()},
        )
        vocabularies = {
            name: {term: int(i) for term, i in vectoriser.vocabulary_.items()}
            for name, vectoriser in self.vectorisers.items()
        }
        (folder / "topics.json").write_text(json.dumps({"topics": self.topics, "vocabularies": vocabularies}))

    @classmethod
    def load(cls, folder: Path) -> TopicModel:
        """Read what `save` wrote. Raises FileNotFoundError where there is no model."""
        names = json.loads((folder / "topics.json").read_text())
        arrays = np.load(folder / "weights.npz")
        vectorisers = {}
        for name, view in _VIEWS.items():
            vectoriser = TfidfVectorizer(**{**view, "min_df": 1}, vocabulary=names["vocabularies"][name])
            vectoriser.idf_ = arrays[f"idf_{name}"]
            vectorisers[name] = vectoriser
        return cls(names["topics"], arrays["weights"], arrays["intercepts"], vectorisers)


def _beside(words: list[csr_matrix], meanings: np.ndarray | None) -> csr_matrix:
    """Put the views of the words and the meaning into one row a text."""
    return hstack([*words, *([] if meanings is None else [csr_matrix(meanings * MEANING)])]).tocsr().astype(np.float32)
