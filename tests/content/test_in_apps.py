"""In an app nothing is said that is true of the web page only."""

from __future__ import annotations

from dataclasses import replace

from content.check import only_on_the_web
from content.in_apps import InApps
from content.registry import load_content

CONTENT = load_content()
IN_APPS = CONTENT.in_apps


def test_no_text_speaks_of_the_page_in_an_app() -> None:
    assert only_on_the_web(CONTENT) == []


def test_a_sentence_is_replaced_or_left_out_and_the_rest_stands() -> None:
    web = "Skriv bara när ingen ser. På webben täcker knappen Lämna snabbt sidan. Skriver du radera tas chatten bort hos oss."
    assert IN_APPS.said(web) == "Skriv bara när ingen ser. Skriver du radera tas chatten bort hos oss."
    assert IN_APPS.said("Tryck på Boka en tid.") == "Välj Boka en tid."
    assert IN_APPS.said("Jag är 17.\n\nHjälp  mig") == "Jag är 17.\n\nHjälp mig"


def test_a_sentence_within_a_longer_one_does_not_spoil_it() -> None:
    web, app = IN_APPS.sentences["quick_exit_or_shift"]
    assert "täcker sidan." in web
    assert IN_APPS.said(web) == app


def test_a_new_sentence_about_the_page_is_told_to_the_editor() -> None:
    sentences = {**CONTENT.sentences, "heard": "Tryck på Lämna snabbt uppe till höger."}
    found = only_on_the_web(replace(CONTENT, sentences=sentences))
    assert [line.partition(":")[0] for line in found] == ["sentence heard", "sentence heard"]


def test_a_replacement_of_what_nobody_says_is_told() -> None:
    stale = InApps({**IN_APPS.sentences, "old": ("Tryck på Hem.", "")}, IN_APPS.never)
    assert only_on_the_web(replace(CONTENT, in_apps=stale)) == [
        "in_apps.yml old: no text says 'Tryck på Hem.' any more; remove it"
    ]
