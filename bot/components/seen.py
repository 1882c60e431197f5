"""What the classifier sees of a message: the words, and the sentence vector that a featurizer has put there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from rasa.nlu.constants import TOKENS_NAMES
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.components.language import ENGLISH, LANG
from content.recognition import HOME


def words_of(message: Message) -> str:
    """Give the words: English ones for another language than Swedish or English, else the tokens, spaces between."""
    if message.get(LANG) not in (None, HOME, "en") and message.get(ENGLISH):
        return str(message.get(ENGLISH))
    tokens = message.get(TOKENS_NAMES[TEXT])
    return " ".join(token.text for token in tokens) if tokens else message.get(TEXT) or ""


def meaning_of(message: Message) -> np.ndarray | None:
    """Give the sentence vector of a message; None where no featurizer before us put one there."""
    _, sentence = message.get_dense_features(TEXT)
    return sentence.features[0] if sentence is not None else None


def meanings_of(messages: Sequence[Message]) -> np.ndarray | None:
    """Give messages × size; None where one of them has no vector."""
    vectors = [meaning_of(message) for message in messages]
    return None if any(vector is None for vector in vectors) else np.stack(vectors)  # type: ignore[arg-type]  # none is
