"""Other languages as English, word for word: from a table of the test's own, and what the real tables make of messages."""

from __future__ import annotations

import re

import pytest

from bot.components.foreign_gloss import ForeignGloss
from bot.components.gloss import read_table
from bot.components.reading import Reading
from content.recognition import HOME, spelt
from content.registry import HERE

TABLES = sorted((HERE / "gloss/languages").glob("*.tsv"))
SWEDISH = {"soc": "social services"}
SPANISH = ForeignGloss(
    "es",
    {"no": "not", "me deja": "lets me", "me deja salir": "lets me go out", "salir": "go out", "él": "he", "el": "the",
     "policía": "police", "amenaz*": "threat", "amen": "amen", "hijos": "children", "a": "", "trabajando": "working"},
    SWEDISH,
)  # fmt: skip
ARABIC = ForeignGloss("ar", {"بيت": "house", "خايفة": "afraid"}, SWEDISH)
THAI = ForeignGloss("th", {"ฉัน": "I", "กลัว": "afraid", "กลัวมาก": "very afraid", "เขา": "he"}, SWEDISH)


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("NO me deja salir", "not lets me go out"),  # the longest phrase
        ("no me deja", "not lets me"),
        ("él no salir!", "he not go out !"),
        ("el", "the"),  # as written before without its mark
        ("policia", "police"),
        ("amenazas", "threat"),
        ("amen", "amen"),  # a form before a stem
        ("trabajado", "working"),  # begins as a form does
        ("trabajábamos", "trabajábamos"),  # too far from it
        ("salir a soc", "go out social services"),
        ("xyz 15?", "xyz 15 ?"),
        ("saliiiir", "go out"),
        ("", ""),
    ],
)
def test_gloss_of(text: str, english: str) -> None:
    assert SPANISH(text) == english


@pytest.mark.parametrize(
    ("gloss", "text", "english"),
    [
        (ARABIC, "والبيت", "house"),
        (ARABIC, "خايفه", "خايفه"),
        (ARABIC, "خايفة بالبيت", "afraid house"),
        (THAI, "ฉันกลัวมาก", "I very afraid"),
        (THAI, "ฉันxกลัว", "I x afraid"),
        (THAI, "ๆเขา", "he"),
        (ARABIC, "١٥", "15"),
    ],
)
def test_scripts_that_glue_words_together(gloss: ForeignGloss, text: str, english: str) -> None:
    assert gloss(text) == english


@pytest.fixture(scope="module")
def reading() -> Reading:
    return Reading.load()


@pytest.mark.parametrize(
    ("text", "lang", "words"),
    [
        ("jag vill sluta", HOME, {"stop"}),
        ("I want to stop", "en", {"I", "want", "stop"}),
        ("me quitó el pasaporte y no puedo salir", "es", {"passport"}),
        ("он забрал мой паспорт, я боюсь", "ru", {"passport", "afraid"}),
        ("zabrał mi paszport i boję się", "pl", {"passport", "afraid"}),
        ("mi-a luat pașaportul și mi-e frică", "ro", {"passport"}),
    ],
)
def test_what_the_encoder_reads(reading: Reading, text: str, lang: str, words: set[str]) -> None:
    assert reading.language_of(text) == lang
    assert words <= set(reading.english(text).split())
    assert (reading.foreign(text, lang) is None) == (lang in (HOME, "en"))


def test_every_language_that_is_answered_has_a_table() -> None:
    codes = {path.stem for path in (HERE / "languages").glob("*.yml")} - {HOME, "en"}
    assert {path.stem for path in TABLES} == codes


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_a_table_is_forms_and_plain_english(path: str) -> None:
    table = read_table(path)
    assert len(table) >= 300
    assert not [gloss for gloss in table.values() if re.search(r"[^A-Za-z0-9 '?.-]", gloss)]
    assert not [form for form in table if form.endswith("*") and len(spelt(form)) < 4]
