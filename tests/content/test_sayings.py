"""What people say of themselves in passing, and what a few words mean by themselves."""

from __future__ import annotations

import pytest

from content.model import Content


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("ja e 15 å rädd", {"under_18"}),
        ("JAG ÄR FEMTON", {"under_18"}),
        ("är en 17 årig tjej", {"under_18"}),
        ("jag fyller snart 18", {"under_18"}),
        ("jag är snart arton", {"under_18"}),
        ("jag går i nian", {"under_18"}),
        ("jag är 22", {"adult"}),
        ("nej ja menade 34", {"adult"}),
        ("jag är 15 nej jag är 25", {"adult"}),
        ("jag är inget barn", {"adult"}),
        ("ja e 10 minuter bort", set()),
        ("jag är 20 mil hemifrån", set()),
        ("min dotter är 14", {"own_children"}),
        ("jag är 2 barns mamma", set()),
        ("polisen tog mig igår", {"caught"}),
        ("jag blev misstänkt för sexköp", {"caught"}),
        ("han kollar min mobil hela tiden", {"watched_phone"}),
        ("hon har mitt lösenord", {"watched_phone"}),
        ("pappa ska gifta bort mig", {"honour"}),
        ("jag e kille", {"male"}),
        ("jag är en transtjej", {"trans", "lgbtqi"}),
        ("är bög och inte ute för familjen", {"lgbtqi"}),
        ("de tar barnen om ja säger nåt, mina ungar e allt", {"own_children"}),
        ("tar tjack för att orka", {"substance"}),
        ("jag är döv", {"disability"}),
        ("har inga papper", {"no_papers"}),
        ("vad kostar det", set()),
        ("hans barn bor där", set()),
        ("kan ni mejla mig", set()),
    ],
)
def test_circumstances_are_heard(content: Content, text: str, told: set[str]) -> None:
    assert content.sayings.heard(text) == told


@pytest.mark.parametrize(
    ("text", "aside"),
    [
        ("Berätta mer", "more"),
        ("beratta mer!", "more"),
        ("hur menar du?", "more"),
        ("Lättläst", "easy"),
        ("kan du skriva enklare?", "easy"),
        ("vanlig svenska", "standard"),
        ("vem kan jag nå nu?", "who_now"),
        ("ok", "heard"),
        ("Okej.", "heard"),
        ("👍", "heard"),
        ("👍🏽👍🏽", "heard"),
        ("ok men vad händer sen", None),
        ("jag vill berätta mer om vad han gjorde mot mig", None),
        ("ja", None),
        ("tack", None),
        ("", None),
        ("😭", None),
    ],
)
def test_asides_are_the_whole_message(content: Content, text: str, aside: str | None) -> None:
    assert content.sayings.aside(text) == aside
