"""The trained ear beside the lexicon, free of Rasa: a row of a text in, a probability for each risk out.

One logistic regression a risk, over what `text_views.py` sees. It hears what no rule's words say; when its probability
counts is for `risk_decision.py` to say. A label may be unknown (NaN): such a line teaches nothing about that risk.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from bot.components.linear_model import LinearModel
from bot.components.normalise import MAX_CHARACTERS, normalise
from bot.components.text_views import TextViews

_WORD = re.compile(r"\w+")


class RiskModel(LinearModel):
    """Hears each risk by itself; `names` are theirs."""

    @classmethod
    def train(cls, risks: Sequence[str], rows: csr_matrix, labels: np.ndarray, strength: float = 20.0) -> RiskModel:
        """Fit on rows of texts; `strength` is scikit-learn's C.

        `labels`: rows × risks, 1 (raised), 0 (not raised) or NaN (nobody knows); each risk needs both of 1 and 0.
        """
        fitted = []
        for one in range(len(risks)):
            known = ~np.isnan(labels[:, one])
            model = LogisticRegression(C=strength, solver="liblinear", dual=True, tol=0.1, random_state=0)
            fitted.append(model.fit(rows[known], labels[known, one]))
        weights = np.concatenate([model.coef_ for model in fitted]).T
        return cls(list(risks), weights, np.concatenate([model.intercept_ for model in fitted]))

    def probabilities(self, rows: csr_matrix) -> np.ndarray:
        """Give rows × risks."""
        return np.asarray(1 / (1 + np.exp(-self.scores(rows))))

    def hear(self, row: csr_matrix) -> dict[str, float]:
        """Give each risk with its probability in one text."""
        return dict(zip(self.names, map(float, self.probabilities(row)[0]), strict=True))

    def strongest(self, views: TextViews, text: str, risk: str, most: int = 3) -> list[str]:
        """Give the words of a text, as written, that speak most for a risk, in the order of the text.

        A word counts by the weights of the terms that it has a part in by itself; what it means beside others, and
        the meaning of the whole, has no word to show.
        """
        weights = self.weights[:, self.names.index(risk)]
        idf = views.importance
        words = dict.fromkeys(_WORD.findall(text[:MAX_CHARACTERS]))
        speaks = {}
        for word in words:
            terms = views.terms(normalise(word))
            speaks[word] = float((weights[terms] * idf[terms]).sum()) if terms else 0.0
        best = sorted((word for word in words if speaks[word] > 0), key=lambda word: -speaks[word])[:most]
        return [word for word in words if word in best]
