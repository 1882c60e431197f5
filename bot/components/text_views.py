"""What the trained models see of a text: its words, its letters and, where there is one, its meaning.

TF-IDF over words (1-2) and characters within words (2-5), beside a sentence vector, in one sparse row a text. Knows no
label and no model. Saved as plain arrays and JSON: nothing is unpickled when the engine starts.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.components.normalise import normalise

# How much the meaning (a vector of length 1) weighs beside the words. Measured on held-out lines with the tuned encoder
# (bot/learning/tune.py): topics first 91.3 % at 0.4, 90.8 at 0.7, 89.4 without. Tuned on the same lines, it looks surer
# in training than it is.
MEANING = 0.4
_VIEWS: dict[str, dict[str, Any]] = {
    "words": {"analyzer": "word", "ngram_range": (1, 2), "token_pattern": r"(?u)\w+|\?", "sublinear_tf": True},
    "letters": {"analyzer": "char_wb", "ngram_range": (2, 5), "sublinear_tf": True, "min_df": 2},
}


class TextViews:
    """Turns texts into rows: the views' terms one after another, the meaning last."""

    def __init__(self, vectorisers: dict[str, TfidfVectorizer]) -> None:
        self._vectorisers = vectorisers
        self._analysers = {name: one.build_analyzer() for name, one in vectorisers.items()}

    @classmethod
    def fit(cls, texts: Sequence[str], meanings: np.ndarray | None = None) -> tuple[TextViews, csr_matrix]:
        """Learn the terms of raw texts; give the views and the rows of these texts (meanings: texts × size)."""
        clean = [normalise(text) for text in texts]
        vectorisers = {name: TfidfVectorizer(**view) for name, view in _VIEWS.items()}
        words = [vectoriser.fit_transform(clean) for vectoriser in vectorisers.values()]
        return cls(vectorisers), _beside(words, meanings)

    def rows(self, texts: Sequence[str], meanings: np.ndarray | None = None) -> csr_matrix:
        """Give one row a text. Any texts, also empty ones; with meanings if it was so in training."""
        clean = [normalise(text) for text in texts]
        return _beside([vectoriser.transform(clean) for vectoriser in self._vectorisers.values()], meanings)

    def row(self, text: str, meaning: np.ndarray | None = None) -> csr_matrix:
        """Give the row of one text; with its meaning if it was so in training."""
        return self.rows([text], None if meaning is None else meaning[np.newaxis, :])

    def knows(self, text: str) -> bool:
        """Tell whether any word of it was among those that were learned."""
        words = self._vectorisers["words"].vocabulary_
        return any(word in words for word in normalise(text).split())

    @property
    def importance(self) -> np.ndarray:
        """How rare each column's term is (its IDF), in the order of the columns; the meaning's are not among them."""
        return np.concatenate([one.idf_ for one in self._vectorisers.values()])

    def terms(self, word: str) -> list[int]:
        """Give the columns that a single word, as `normalise` spells it, has a part in by itself."""
        found = []
        offset = 0
        for name, vectoriser in self._vectorisers.items():
            known = vectoriser.vocabulary_
            found += [offset + known[term] for term in self._analysers[name](word) if term in known]
            offset += len(known)
        return found

    def save(self, folder: Path) -> None:
        """Write the terms and their weights into an existing folder."""
        np.savez(folder / "terms.npz", **{name: one.idf_ for name, one in self._vectorisers.items()})
        vocabularies = {
            name: {term: int(column) for term, column in one.vocabulary_.items()}
            for name, one in self._vectorisers.items()
        }
        (folder / "terms.json").write_text(json.dumps(vocabularies), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> TextViews:
        """Read what `save` wrote. Raises FileNotFoundError where there is nothing."""
        vocabularies = json.loads((folder / "terms.json").read_text(encoding="utf-8"))
        weights = np.load(folder / "terms.npz")
        vectorisers = {}
        for name, view in _VIEWS.items():
            vectorisers[name] = TfidfVectorizer(**{**view, "min_df": 1}, vocabulary=vocabularies[name])
            vectorisers[name].idf_ = weights[name]
        return cls(vectorisers)


def _beside(words: list[csr_matrix], meanings: np.ndarray | None) -> csr_matrix:
    """Put the views of the words and the meaning into one row a text."""
    return hstack([*words, *([] if meanings is None else [csr_matrix(meanings * MEANING)])]).tocsr().astype(np.float32)
