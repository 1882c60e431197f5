"""What our trained models have in common: weights over what `text_views.py` sees of a text. Free of Rasa."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from bot.components.text_views import TextViews

Model = TypeVar("Model", bound="LinearModel")


@dataclass
class LinearModel:
    """`names` of what is told apart, weights (features × names; the meaning's last), intercepts, and the views."""

    names: list[str]
    weights: np.ndarray
    intercepts: np.ndarray
    views: TextViews

    def __post_init__(self) -> None:
        # By rows: a product with a sparse row copies the whole matrix otherwise, 17 ms each time.
        self.weights = np.ascontiguousarray(self.weights, dtype=np.float32)

    def scores(self, texts: Sequence[str], meanings: np.ndarray | None = None) -> np.ndarray:
        """Give texts × names, before they become probabilities. Any texts, also empty ones; the meanings as trained."""
        return np.asarray(self.views.rows(texts, meanings) @ self.weights, dtype=np.float64) + self.intercepts

    def save(self, folder: Path) -> None:
        """Write the model into an existing folder."""
        np.savez(folder / "weights.npz", weights=self.weights, intercepts=self.intercepts)
        (folder / "names.json").write_text(json.dumps(self.names), encoding="utf-8")
        self.views.save(folder)

    @classmethod
    def load(cls: type[Model], folder: Path) -> Model:
        """Read what `save` wrote. Raises FileNotFoundError where there is no model."""
        arrays = np.load(folder / "weights.npz")
        names = json.loads((folder / "names.json").read_text(encoding="utf-8"))
        return cls(names, arrays["weights"], arrays["intercepts"], TextViews.load(folder))


def alone(meaning: np.ndarray | None) -> np.ndarray | None:
    """Give the meaning of one text as the meanings of that text alone."""
    return None if meaning is None else meaning[np.newaxis, :]
