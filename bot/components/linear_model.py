"""What our trained models have in common: weights over the rows of `text_views.py`. Free of Rasa."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from scipy.sparse import csr_matrix

Model = TypeVar("Model", bound="LinearModel")


@dataclass
class LinearModel:
    """`names` of what is told apart, weights (features × names; the meaning's last) and intercepts."""

    names: list[str]
    weights: np.ndarray
    intercepts: np.ndarray

    def __post_init__(self) -> None:
        # By rows: a product with a sparse row copies the whole matrix otherwise, 17 ms each time.
        self.weights = np.ascontiguousarray(self.weights, dtype=np.float32)

    def scores(self, rows: csr_matrix) -> np.ndarray:
        """Give rows × names, before they become probabilities."""
        return np.asarray(rows @ self.weights, dtype=np.float64) + self.intercepts

    def save(self, folder: Path) -> None:
        """Write the model into a folder, which is made."""
        folder.mkdir(exist_ok=True)
        np.savez(folder / "weights.npz", weights=self.weights, intercepts=self.intercepts)
        (folder / "names.json").write_text(json.dumps(self.names), encoding="utf-8")

    @classmethod
    def load(cls: type[Model], folder: Path) -> Model:
        """Read what `save` wrote. Raises FileNotFoundError where there is no model."""
        arrays = np.load(folder / "weights.npz")
        names = json.loads((folder / "names.json").read_text(encoding="utf-8"))
        return cls(names, arrays["weights"], arrays["intercepts"])
