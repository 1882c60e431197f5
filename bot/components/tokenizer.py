"""Words of a Swedish text, by spaCy's own rules for Swedish (no vectors, no model download)."""

from __future__ import annotations

import re
from typing import Any

import spacy
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message

_FLOOD = re.compile(r"([^\w\s]{8})[^\w\s]+")  # spaCy peels signs off one by one: 0.4 s for two thousand emoji


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class SwedishTokenizer(Tokenizer):
    """Tokens from `spacy.blank("sv")`; the topic classifier reads them."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"intent_tokenization_flag": False, "intent_split_symbol": "_", "token_pattern": None}

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self._language = spacy.blank("sv")

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        text = _FLOOD.sub(r"\1", message.get(attribute) or "")
        tokens = [Token(word.text, word.idx) for word in self._language.make_doc(text) if word.text.strip()]
        return self._apply_token_pattern(tokens)
