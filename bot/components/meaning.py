"""The sentence vectors that a featurizer has put into messages, for the components that learn from them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message


def meaning_of(message: Message) -> np.ndarray | None:
    """Give the sentence vector of a message; None where no featurizer before us put one there."""
    _, sentence = message.get_dense_features(TEXT)
    return sentence.features[0] if sentence is not None else None


def meanings_of(messages: Sequence[Message]) -> np.ndarray | None:
    """Give messages × size; None where one of them has no vector."""
    vectors = [meaning_of(message) for message in messages]
    return None if any(vector is None for vector in vectors) else np.stack(vectors)  # type: ignore[arg-type]  # none is
