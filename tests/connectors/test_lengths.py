"""How long a text is, and where it is cut: nothing is lost, nothing is cut in two that people read as one."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.lengths import GSM7, GSM7_TWICE, PART_SEPTETS, Unit, is_gsm7, measure, plain, split
from tests.providers.sms import BASIC, EXTENDED, weigh

UNITS: tuple[Unit, ...] = ("characters", "utf16", "utf8", "septets")
FAMILY, FLAG, WAVE, KEYCAP = "👨‍👩‍👧‍👦", "🇸🇪", "👋🏽", "1️⃣"
WORDS = st.lists(
    st.one_of(
        st.text(min_size=1, max_size=12),
        st.sampled_from(
            [FAMILY, FLAG, WAVE, KEYCAP, "e\u0301\u0323", "[x]", "€", "–", "kl.", "08.00.", "020-50 50 50", "\n\n"]
        ),
    ),
    max_size=60,
)
TEXTS = st.one_of(WORDS.map(" ".join), WORDS.map("".join))


def without_space(texts: list[str]) -> str:
    return re.sub(r"\s+", "", "".join(texts))


def test_the_alphabet_is_that_of_the_standard() -> None:
    assert frozenset(BASIC) == GSM7
    assert frozenset(EXTENDED.replace("\f", "")) == GSM7_TWICE


@pytest.mark.parametrize(
    ("text", "unit", "length"),
    [
        ("åäö", "characters", 3), ("åäö", "utf16", 3), ("åäö", "utf8", 6), ("åäö", "septets", 3),
        ("👋", "characters", 1), ("👋", "utf16", 2), ("👋", "utf8", 4), ("👋", "septets", 5),
        ("€[]", "septets", 6), ("\ud800", "utf16", 1), ("\ud800", "utf8", 1), ("", "septets", 0),
    ],
)  # fmt: skip
def test_a_text_is_measured_in_its_unit(text: str, unit: Unit, length: int) -> None:
    assert measure(text, unit) == length


@given(TEXTS)
def test_septets_tell_how_many_parts_an_operator_makes_of_it(text: str) -> None:
    encoding, parts = weigh(text)
    assert is_gsm7(text) == (encoding == "gsm7") or "\f" in text
    if parts > 1 and "\f" not in text:
        assert -(-measure(text, "septets") // PART_SEPTETS) == parts


@pytest.mark.parametrize("parts", [2, 3, 6])
@pytest.mark.parametrize("sign", ["👋", "€", "a", "–"])
def test_no_sign_is_halved_between_two_parts(sign: str, parts: int) -> None:
    most = max(count for count in range(1000) if measure(sign * count, "septets") <= parts * PART_SEPTETS)
    assert weigh(sign * most)[1] == parts
    assert weigh(sign * (most + 1))[1] == parts + 1


def test_emoji_alone_fit_the_parts_that_are_paid_for() -> None:
    pieces = split("👋" * 400, "septets", 3 * PART_SEPTETS, 6 * PART_SEPTETS, "Svar:\n")
    assert [weigh(f"Svar:\n{piece}")[1] for piece in pieces] == [6, 6, 1]
    assert "".join(pieces) == "👋" * 400


@settings(max_examples=300)
@given(TEXTS, st.sampled_from(UNITS), st.integers(40, 200), st.integers(0, 200), st.sampled_from(["", "Svar:\n"]))
def test_each_piece_fits_and_nothing_but_white_space_is_lost(
    text: str, unit: Unit, best: int, more: int, lead: str
) -> None:
    pieces = split(text, unit, best, best + more, lead)
    assert all(0 < measure(lead + piece, unit) <= best + more for piece in pieces)
    assert without_space(pieces) == without_space([text])
    assert all(piece == piece.strip() and piece for piece in pieces)


@given(TEXTS, st.sampled_from(UNITS))
def test_what_fits_is_not_cut(text: str, unit: Unit) -> None:
    length = measure(text.strip(), unit)
    assert split(text, unit, max(length, 1), max(length, 1)) == ([text.strip()] if text.strip() else [])


@given(
    st.integers(0, 60),
    st.sampled_from([FAMILY, FLAG, WAVE, KEYCAP, "e\u0301\u0323", "👩🏿‍🚒", "🏴\U000e0067\U000e007f"]),
)
def test_a_sign_of_several_characters_is_never_cut(before: int, sign: str) -> None:
    whole = "x" * before + sign * 12
    pieces = split(whole, "utf16", 60, 60)
    assert "".join(pieces) == whole
    assert all(re.fullmatch(f"x*({re.escape(sign)})*", piece) for piece in pieces)


def test_a_sign_that_is_longer_than_a_message_is_cut_at_last() -> None:
    zalgo = "e" + "\u0301" * 100
    assert "".join(split(zalgo, "characters", 40, 40)) == zalgo


@pytest.mark.parametrize(
    "what", ["020-50 50 50", "+46 70 174 06 01", "0771-71 71 71", "https://stod.example.se/chat#fortsatt=en-gang.abc_-"]
)
@given(st.integers(0, 120))
def test_neither_a_phone_number_nor_a_link_is_cut(what: str, before: int) -> None:
    text = f"{'ord ' * (before // 4)}{'x' * (before % 4)} ring {what} eller {what} nu. Då svarar någon."
    for pieces in (split(text, "septets", 60, 60), split(text, "septets", 60, 120)):
        assert sum(piece.count(what) for piece in pieces) == 2


def test_a_text_is_cut_between_paragraphs_then_lines_then_sentences() -> None:
    sentence = "Du kan ringa dit kl. 08.00. "
    assert split("a" * 30 + "\n\n" + "b" * 30 + "\n" + "c" * 30, "utf16", 70, 70) == [
        "a" * 30,
        "b" * 30 + "\n" + "c" * 30,
    ]
    assert split("b" * 30 + "\n" + "c" * 30, "utf16", 40, 40) == ["b" * 30, "c" * 30]
    assert split(sentence * 4, "utf16", 60, 120) == [(sentence * 2).strip()] * 2


def test_a_sentence_is_rather_whole_than_short() -> None:
    long = "Det här är en mening som är lite längre än vad som är bäst att skicka i ett."
    assert split(f"{long} {long}", "utf16", 60, 100) == [long, long]


@pytest.mark.parametrize("text", ["Mottagningen öppnar kl. 13 i dag.", "Ring t.ex. Bris, eller nr. 5 bl.a. Umeå."])
def test_an_abbreviation_ends_no_sentence(text: str) -> None:
    for best in range(12, len(text)):
        for piece in split(text, "utf16", best, len(text))[:-1]:
            assert not piece.endswith(("kl.", "t.ex.", "nr.", "bl.a."))


def test_a_huge_text_is_cut_at_once() -> None:
    import time

    began = time.monotonic()
    pieces = split("Jag behöver hjälp. " * 20_000, "septets", 459, 918)
    assert time.monotonic() - began < 5
    assert len(pieces) > 800


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("08–17 — “öppet” … ’ja’ • 020\u00a050", "08-17 - \"öppet\" ... 'ja' - 020 50"),
        ("a\u030a a\u0308 o\u0308", "å ä ö"),
    ],
)
def test_sms_have_plain_signs(written: str, sent: str) -> None:
    assert plain(written, "septets") == sent
    assert is_gsm7(sent)
    assert plain(written, "utf16") == written
