"""The topic model itself, free of Rasa so that benchmarks use the same code: text in, ranking out.

TF-IDF over words (1-2) and characters within words (2-5) into a multinomial logistic regression. The
same features with a linear SVM are the best published linear model on MASSIVE Swedish (benchmarks/).
Saved as plain arrays and JSON: nothing is unpickled when the engine starts.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from bot.components.normalise import normalise

_VIEWS: dict[str, dict[str, Any]] = {
    "words": {"analyzer": "word", "ngram_range": (1, 2), "token_pattern": r"(?u)\w+|\?", "sublinear_tf": True},
    "letters": {"analyzer": "char_wb", "ngram_range": (2, 5), "sublinear_tf": True, "min_df": 2},
}


@dataclass
class TopicModel:
    """Weights (features × topics), intercepts and the two vectorisers."""

    topics: list[str]
    weights: np.ndarray
    intercepts: np.ndarray
    vectorisers: dict[str, TfidfVectorizer]

    @classmethod
    def train(cls, texts: Sequence[str], labels: Sequence[str], strength: float = 5.0) -> TopicModel:
        """Fit on raw texts; `strength` is the inverse of the regularisation (scikit-learn's C)."""
        clean = [normalise(text) for text in texts]
        vectorisers = {name: TfidfVectorizer(**view) for name, view in _VIEWS.items()}
        features = hstack([vectoriser.fit_transform(clean) for vectoriser in vectorisers.values()]).tocsr()
        model = LogisticRegression(C=strength, max_iter=300, solver="lbfgs", tol=1e-3)
        model.fit(features, list(labels))
        return cls(list(model.classes_), model.coef_.T.astype(np.float32), model.intercept_, vectorisers)

    def rank(self, text: str) -> list[tuple[str, float]]:
        """Give every topic with its probability, best first. Any text, also an empty one."""
        clean = [normalise(text)]
        features = hstack([vectoriser.transform(clean) for vectoriser in self.vectorisers.values()]).tocsr()
        scores = features @ self.weights
        scores = np.asarray(scores, dtype=np.float64)[0] + self.intercepts
        odds = np.exp(scores - scores.max())
        odds /= odds.sum()
        return [(self.topics[i], float(odds[i])) for i in np.argsort(-odds)]

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
