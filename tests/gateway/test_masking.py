"""What is hidden from engine and store, and what must survive so that help can be asked for and danger heard."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.masking import mask

HIDDEN = {
    "personnummer": [
        "900101-1234", "9001011234", "19900101-1234", "199001011234", "19900101 1234", "900101 1234",
        "900101 - 1234", "900101–1234", "900101+1234", "900161-1234", "20081224-2382", "850709-T805",
        "900101\u22121234", "1990-01-01-1234", "1990-01-01 1234", "19 900101-1234",
    ],
    "phone": [
        "070-123 45 67", "0739876543", "070 123 45 67", "070–123 45 67", "070/123 45 67", "070.123.45.67",
        "+46 70 123 45 67", "+46701234567", "0046701234567", "090-12 34 56", "08-123 456 78", "070 - 123 45 67",
        "+46 (0)70 123 45 67", "(070) 123 45 67",
    ],
    "email": ["anna.berg@example.com", "Åsa_1+x@skola.umea.se", "a-b@c.se"],
    "address": [
        "Storgatan 5", "storgatan 5", "Östra Kyrkogatan 12 B", "Skolgatan 14a", "Björkvägen 3, lgh 1102",
        "Ålidhemsgränden 7", "Mariehemsvägen 21", "Strandstigen 2", "Järnvägsallén 4", "Rådhusesplanaden 10",
    ],
}  # fmt: skip
MARK = {"personnummer": "[personnummer]", "phone": "[telefonnummer]", "email": "[mejladress]", "address": "[adress]"}

UNTOUCHED = [
    "ring 112", "114 14", "11414", "116 111", "116 006", "90101", "90 101", "1177", "020-50 50 50", "020 390 000",
    "0201121 00", "jag är 15 år", "15 år", "han är 43", "jag fyller 18 i mars", "5000 kr", "20 000", "20 000 kr",
    "100 000 kronor", "1 500:-", "0,5", "kl 08.30", "klockan 23:15", "00:30", "22-04", "2026", "född 2009", "1998–2001",
    "2026-11-24", "24/12", "24 december 2026", "för 3 veckor sen", "vecka 18", "buss 9", "30 dagar", "rum 214",
    "det är 2 gator bort", "jag är på väg", "i 5 minuter", "08.00-16.30", "kl 08.00–16.00", "den 05.11.2026",
    "från arbetsplatsen 2 gånger",
]  # fmt: skip


@pytest.mark.parametrize(("kind", "written"), [(kind, one) for kind, many in HIDDEN.items() for one in many])
def test_mask_hides_identity_and_leaves_the_rest(kind: str, written: str) -> None:
    masked = mask(f"här: {written}, hjälp mig.")

    assert (masked.text, masked.kinds) == (f"här: {MARK[kind]}, hjälp mig.", (kind,))


@pytest.mark.parametrize("written", UNTOUCHED)
def test_mask_leaves_what_helps_alone(written: str) -> None:
    masked = mask(written)

    assert (masked.text, masked.kinds) == (written, ())


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("jag blöder Storgatan 5", "jag blöder [adress]"),
        ("han slår mig Kungsgatan 3", "han slår mig [adress]"),
        ("kom till mig på Storgatan 5 nu", "kom till mig på [adress] nu"),
    ],
)
def test_mask_never_takes_the_words_before_an_address(written: str, expected: str) -> None:
    """Masking runs before danger is heard: 'jag blöder' must not go with the street."""
    assert mask(written).text == expected


def test_mask_calls_a_mobile_number_a_phone_number() -> None:
    assert mask("0701234567").kinds == ("phone",)


def test_mask_names_each_kind_once_in_order_of_the_patterns() -> None:
    masked = mask("070-123 45 67 eller 073-765 43 21, a@b.se")

    assert masked.text == "[telefonnummer] eller [telefonnummer], [mejladress]"
    assert set(masked.kinds) == {"phone", "email"}


def test_mask_gives_the_kinds_in_the_order_of_first_appearance() -> None:
    assert mask("070-123 45 67 och sedan a@b.se").kinds == ("phone", "email")


@given(st.text())
def test_mask_never_crashes(text: str) -> None:
    masked = mask(text)

    assert masked.kinds or masked.text == text


@pytest.mark.parametrize(
    "worst",
    [
        "0" * 2000, "0 " * 1000, "0 0 0 0 0 0" + "0" * 1989, ("0 " * 7 + "00 ") * 125, "00-0 " * 400, "+0" * 1000,
        "a" * 2000, "a " * 1000, "aa " * 666, ("a" * 31 + " ") * 62, "gata" * 500, "gatan " * 333, "a.a" * 666,
        "a@" * 1000, "a@a." * 500, "a@" + "a." * 999, "." * 2000, "-" * 2000, "900101-" * 285, "väg 1lgh" * 250,
        "\u00a0" * 2000, "åä " * 666,
    ],
    ids=lambda worst: worst[:8],
)  # fmt: skip
def test_mask_is_quick_on_the_worst_input(worst: str) -> None:
    begun = time.perf_counter()
    mask(worst)

    assert time.perf_counter() - begun < 0.5
