"""Six words as people type them, and everything else that must not be taken for them."""

from __future__ import annotations

import itertools

import pytest

from content.secret_words import fold
from gateway.letters.secret_words import SecretWords, one_error_apart
from tests.gateway.letters.conftest import WORDS

SIX = ("gran", "sked", "lampa", "fönster", "väska", "båge")


def test_the_lists_words_are_two_errors_apart() -> None:
    folded = [fold(word) for word in WORDS]
    assert len(set(folded)) == len(WORDS)
    assert [pair for pair in itertools.combinations(folded, 2) if one_error_apart(*pair)] == []


def test_draw_gives_six_of_the_list_and_others_each_time(secret_words: SecretWords) -> None:
    drawn = [secret_words.draw() for _ in range(50)]
    assert {len(words) for words in drawn} == {6}
    assert {word for words in drawn for word in words} <= set(WORDS)
    assert len(set(drawn)) == 50
    assert all(secret_words.recognise(" ".join(words)) == words for words in drawn)


@pytest.mark.parametrize(
    "typed",
    [
        "gran sked lampa fönster väska båge",
        "  Gran SKED Lampa Fönster Väska Båge. ",
        "gran sked lampa fonster vaska bage",
        "gran, sked, lampa, fönster, väska, båge",
        "gran-sked-lampa-fönster-väska-båge",
        "gran.sked.lampa.fönster.väska.båge",
        "gran\nsked\nlampa\nfönster\nväska\nbåge\n",
        "1. gran 2. sked 3. lampa 4. fönster 5. väska 6. båge",
        "1) gran\n2) sked\n3) lampa\n4) fönster\n5) väska\n6) båge",
        "«gran sked lampa fönster väska båge»",
        "\"gran sked lampa fönster väska båge\"",
        "mina ord är gran sked lampa fönster väska båge",
        "Mina ord är: gran sked lampa fönster väska båge",
        "orden: gran sked lampa fönster väska båge",
        "Hej! Här är mina sex ord: gran sked lampa fönster väska båge",
        "jag har fått orden gran sked lampa fönster väska båge".replace("fått", "fick"),
        "gran sked lamap fönster väska båge",
        "gran sked lampa fönstr väska båge",
        "gran sked lampa fönsterr väska båge",
        "gran sked lampa fanster väska båge",
        "gran sked lmapa fönser väska båge",
        "gransked lampa fönster väska båge",
        "Gran sked lampa fön ster väskabåge",
        "mina ord: gran sked lampafönster väskabåge",
        "GranSkedLampaFonsterVaskaBage",
        "gran sked lampa fo\u0308nster va\u0308ska ba\u030age",
    ],
)  # fmt: skip
def test_recognise_forgives_how_people_type(secret_words: SecretWords, typed: str) -> None:
    assert secret_words.recognise(typed) == SIX
    assert secret_words.looks_like(typed) is True


@pytest.mark.parametrize(
    "typed",
    [
        "gran sked lampa fönster väska",
        "gran sked lampa fönster väska båge mugg",
        "gran sked lampa fönster väska bågge mugg",
        "gran sked lampa fönster väska hittepå",
        "gran sked lampa fönster hittepå påhitt",
        "grn sked lmpa fönter väska båge",
        "gran sked lapma fönser vsäka båge",
        "mina ord gran sked lampa fönster väska",
        "mina ord är gran sked lampa fönster väska",
        "gran sked lmpa fönster väska",
        "gransked lampa fönster väska båge mugg",
    ],
)
def test_a_failed_attempt_is_told_from_talk(secret_words: SecretWords, typed: str) -> None:
    assert secret_words.recognise(typed) is None
    assert secret_words.looks_like(typed) is True


def test_recognise_never_takes_a_word_in_the_wrong_order_for_another(secret_words: SecretWords) -> None:
    assert secret_words.recognise(" ".join(reversed(SIX))) == tuple(reversed(SIX))


@pytest.mark.parametrize(
    "sentence",
    [
        "", "gran", "hej", "?????", "1 2 3 4 5 6", "jag vill prata med en människa",
        "han låste dörren till min lägenhet", "kan jag få hjälp i natt", "jag har en lampa och sked",
        "en gran en sked en lampa", "min väska är kvar hos honom", "lampa och fönster och väska och båge",
        "mamma pappa syster bror farmor morfar", "han slog sönder lampa fönster spegel", "vad kostar det att ringa",
        "gran sked lampa fönster är trasiga", "jag köper sex och vill sluta", "gran, sked och lampa, fönster och väska",
        "cykel klocka mössa väska är borta", "ring mig på numret efter skolan", "kan ni ringa upp mig imorgon",
        "jag är femton år och rädd", "gran " * 80,
        "granskedlampa", "mina ord", "gransked lampa fönster väska båge mugg spegel klocka trumma",
    ],
)  # fmt: skip
def test_ordinary_sentences_are_talk(secret_words: SecretWords, sentence: str) -> None:
    assert (secret_words.recognise(sentence), secret_words.looks_like(sentence)) == (None, False)


def test_an_error_that_could_be_two_words_is_not_guessed() -> None:
    words = SecretWords([*WORDS, "kanna", "kappa"])
    assert words.recognise("gran sked lampa fönster väska kapna") is None  # between kanna and kappa
    assert words.recognise("gran sked lampa fönster väska kappaa") == (*SIX[:5], "kappa")


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("gran", "gran", False), ("gran", "gren", True), ("gran", "gra", True), ("gran", "grann", True),
        ("gran", "ran", True), ("gran", "agran", True), ("gran", "rgan", True), ("gran", "grna", True),
        ("gran", "garn", True), ("gran", "narg", False), ("gran", "grenar", False), ("gran", "gr", False),
        ("ab", "ba", True), ("abc", "cba", False), ("abcd", "badc", False), ("", "a", True),
    ],
)  # fmt: skip
def test_one_error_apart(one: str, other: str, apart: bool) -> None:
    assert (one_error_apart(one, other), one_error_apart(other, one)) == (apart, apart)
