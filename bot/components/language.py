"""The language of a message: `sv` unless another is plain. Short texts deceive, so doubt means Swedish."""

from __future__ import annotations

import re
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

# Scripts that tell the language, or its nearest (Ukrainian and Bulgarian letters are looked for first).
_SCRIPTS = (
    ("uk", re.compile("[іїєґІЇЄҐ]")),
    ("ru", re.compile("[\u0400-\u04ff]")),
    ("ti", re.compile("[\u1200-\u137f]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
)
_WORD = re.compile(r"[^\W\d_]+")
# Commonest small words of each language that are not Swedish words.
_WORDS = {
    "sv": "jag är och att det inte en som på för med han hon mig mej min du har vad kan hur vill var finns ni ska nån "
    "här ar pa for hej inget nej ja hjälp hjalp om till av den vem sex",
    "en": "the is and i you he she my me to what how can not am are it they with have do want need please help who "
    "this im dont where does will your of from was were someone anyone there",
    "fi": "minä mina olen on ja en ei se mitä mita voi voiko auttaa apua kun mutta hän sinä",
    "es": "yo soy el la que no por favor ayuda necesito tengo estoy mi puede hola donde me un una",
    "ro": "sunt nu și si ajutor vreau imi îmi pot cine este unde am trebuie ma mă",
    "pl": "jestem nie czy proszę prosze pomoc pomocy mam się sie jak gdzie potrzebuję chcę",
    "fr": "je suis ne pas le la les est et vous aide besoin où moi mon ma une",
}
_SETS = {language: frozenset(words.split()) for language, words in _WORDS.items()}


def language_of(text: str) -> str:
    """Give the ISO 639-1 code of the language of `text`."""
    for language, script in _SCRIPTS:
        if len(script.findall(text)) >= 2:
            return language
    words = _WORD.findall(text.casefold())
    scores = {language: sum(word in known for word in words) for language, known in _SETS.items()}
    best = max(scores, key=lambda language: scores[language])
    return best if scores[best] >= 2 and scores[best] > scores["sv"] + 1 else "sv"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SwedishLanguageIdentifier(GraphComponent):
    """Sets `lang`."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SwedishLanguageIdentifier:
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            message.set("lang", language_of(message.get(TEXT) or ""), add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing is learned from it: the training data stays as it is."""
        return training_data
