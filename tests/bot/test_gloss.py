"""The word-for-word gloss: phrases first, what is misspelt or composed as well, and any text at all."""

from __future__ import annotations

import pytest

from bot.components.gloss import Gloss, read_table
from content.registry import HERE

GLOSS = Gloss.load(HERE / "gloss")
SMALL = Gloss(
    {"jag": "I", "har": "have", "flicka": "girl", "får": "gets", "far": "father", "skola": "school"},
    {"har inte råd": "can't afford"},
)


@pytest.mark.parametrize(
    ("swedish", "english"),
    [
        ("Jag har inte råd", "I can't afford"),  # the phrase before its words
        ("jag HAR inte rad", "I can't afford"),  # without å
        ("flickornas", "girl"),  # an ending that the table does not list
        ("skolflicka", "school girl"),  # a compound
        ("flcika", "girl"),  # two letters swapped
        ("får", "gets"), ("far", "father"),
        ("jag har inte raad", "I can't afford"),  # å as two letters
        ("jag 😭😭🆘", "I loudly crying squared sos"),  # emoji by their names
        ("xyzzy", "xyzzy"), ("", ""), ("\u200d", ""), ("?!", "? !"),
    ],
)  # fmt: skip
def test_gloss_of(swedish: str, english: str) -> None:
    assert SMALL(swedish) == english


def test_a_text_without_any_ring_means_the_commonest_word() -> None:
    assert SMALL("jag far jag jag") == "I gets I I"


def test_the_tables_are_large_and_say_each_form_once() -> None:
    forms = [
        line.partition("\t")[0]
        for line in (HERE / "gloss/words.tsv").read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
    ]
    assert len(forms) >= 15_000
    assert len(forms) == len(set(forms))
    assert len(read_table(HERE / "gloss/phrases.tsv")) >= 1_500


def test_what_people_say_becomes_nearly_a_sentence() -> None:
    assert GLOSS("jag är rädd för honom") == "I am afraid of him"
