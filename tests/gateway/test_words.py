"""Sentences and cards filled in at a given moment: reopening in words, and the numbers when nothing else works."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from content.hours import Spans
from content.model import Content
from gateway.words import Words

STOCKHOLM = ZoneInfo("Europe/Stockholm")


def words_at(content: Content, moment: str, fold: int = 0) -> Words:
    at = datetime.fromisoformat(moment).replace(tzinfo=STOCKHOLM, fold=fold)
    return Words(content, lambda: at)


REOPENS = [
    ("2026-11-23T07:59", "i dag klockan 8.00"),
    ("2026-11-23T00:00", "i dag klockan 8.00"),
    ("2026-11-23T08:00", None),
    ("2026-11-23T16:29", None),
    ("2026-11-23T16:30", "i morgon klockan 8.00"),
    ("2026-11-24T03:00", "i dag klockan 8.00"),
    ("2026-11-24T20:00", "i morgon klockan 8.00"),
    ("2026-11-25T23:59", "i morgon klockan 8.00"),
    ("2026-11-26T17:00", "i morgon klockan 8.00"),
    ("2026-11-27T12:00", None),
    ("2026-11-27T18:00", "på måndag klockan 8.00"),
    ("2026-11-28T10:00", "på måndag klockan 8.00"),
    ("2026-11-29T00:30", "i morgon klockan 8.00"),
    ("2026-11-29T23:59", "i morgon klockan 8.00"),
    # Christmas, New Year, Easter, midsummer
    ("2026-12-23T16:30", "på måndag klockan 8.00"),
    ("2026-12-24T10:00", "på måndag klockan 8.00"),
    ("2026-12-27T20:00", "i morgon klockan 8.00"),
    ("2026-12-31T20:00", "på måndag klockan 8.00"),
    ("2027-01-05T17:00", "på torsdag klockan 8.00"),
    ("2027-03-25T16:30", "på tisdag klockan 8.00"),
    ("2027-03-29T10:00", "i morgon klockan 8.00"),
    ("2026-06-18T16:30", "på måndag klockan 8.00"),
    ("2026-06-19T10:00", "på måndag klockan 8.00"),
    # the clock goes forward in the night to Sunday 29 March 2026, back in the night to Sunday 25 October
    ("2026-03-28T23:30", "på måndag klockan 8.00"),
    ("2026-03-29T01:59", "i morgon klockan 8.00"),
    ("2026-03-29T03:00", "i morgon klockan 8.00"),
    ("2026-03-30T07:30", "i dag klockan 8.00"),
    ("2026-10-24T23:30", "på måndag klockan 8.00"),
    ("2026-10-25T02:30", "i morgon klockan 8.00"),
    ("2026-10-26T07:30", "i dag klockan 8.00"),
]


@pytest.mark.parametrize(("moment", "expected"), REOPENS)
def test_reopens_says_when_a_human_reads_again(content: Content, moment: str, expected: str | None) -> None:
    assert words_at(content, moment).reopens() == expected


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        ("2026-11-29", "på måndag klockan 8.00"),
        ("2026-11-30", "på tisdag klockan 8.00"),  # six days ahead
        ("2026-12-01", "onsdag 2 december klockan 8.00"),  # the weekday alone would mean tomorrow
        ("2027-01-03", "måndag 4 januari klockan 8.00"),
        ("2027-12-31", None),
    ],
)
def test_reopens_says_the_date_when_it_is_a_week_away_or_more(
    content: Content, until: str, expected: str | None
) -> None:
    first, last = date(2026, 11, 25), date.fromisoformat(until)
    closed: dict[date, Spans] = {first + timedelta(days=number): () for number in range((last - first).days + 1)}
    hours = replace(content.organisation.counsellor_hours, exceptions=closed)
    changed = replace(content, organisation=replace(content.organisation, counsellor_hours=hours))

    assert words_at(changed, "2026-11-25T10:00").reopens() == expected


@pytest.mark.parametrize(
    ("closed_days", "moment", "expected"),
    [
        (0, "2026-11-25T10:00", "så snart någon är ledig"),
        (0, "2026-11-25T17:00", "tidigast i morgon klockan 8.00"),
        (100, "2026-11-25T10:00", "när någon är här igen"),  # no time can be named
    ],
)
def test_reads_promises_no_more_than_is_known(content: Content, closed_days: int, moment: str, expected: str) -> None:
    closed: dict[date, Spans] = {date(2026, 11, 25) + timedelta(days=number): () for number in range(closed_days)}
    hours = replace(content.organisation.counsellor_hours, exceptions=closed)
    changed = replace(content, organisation=replace(content.organisation, counsellor_hours=hours))

    assert words_at(changed, moment).reads() == expected


def test_reopens_is_the_same_in_both_hours_of_the_longer_night(content: Content) -> None:
    said = [words_at(content, "2026-10-25T02:30", fold).reopens() for fold in (0, 1)]

    assert said == ["i morgon klockan 8.00"] * 2


def test_unavailable_starts_with_112_and_carries_the_numbers_that_work_at_night(content: Content) -> None:
    refused = words_at(content, "2026-11-24T03:00").refusal("unavailable")

    assert refused.code == "unavailable"
    assert refused.text == (
        "Ring 112 om det är fara nu. Chatten fungerar inte just nu. Det du skrev är inte sparat; "
        "försök igen om en stund. Kvinnofridslinjen: 020-50 50 50. Bris: 116 111."
    )


@pytest.mark.parametrize("code", ["too_long", "too_fast", "bad_frame", "unknown_token", "unavailable"])
def test_refusal_has_words_without_holes(content: Content, code: str) -> None:
    refused = words_at(content, "2026-11-24T10:00").refusal(code)  # type: ignore[arg-type]  # the closed list

    assert (refused.code, "{" in refused.text, len(refused.text) > 20) == (code, False, True)


def test_refusal_of_what_is_too_long_names_the_limit(content: Content) -> None:
    expected = "Det blev för långt. Skriv högst 2000 tecken åt gången."
    assert words_at(content, "2026-11-24T10:00").refusal("too_long").text == expected


@pytest.mark.parametrize(
    ("contact", "moment", "open_now"),
    [
        ("umea_socialjour", "2026-11-24T15:59", False),
        ("umea_socialjour", "2026-11-24T16:00", True),
        ("umea_socialjour", "2026-11-28T00:59", True),
        ("umea_socialjour", "2026-11-28T01:00", False),
        ("bris", "2026-11-24T03:00", True),
        ("preventell", "2026-11-24T10:00", None),
        ("umea_socialjour", "2026-12-25T20:00", None),
        ("umea_mottagningsenhet", "2026-12-25T14:00", False),
        ("bris", "2026-12-24T20:00", True),
    ],
)
def test_card_tells_whether_it_is_open_now(content: Content, contact: str, moment: str, open_now: bool | None) -> None:
    assert words_at(content, moment).card(contact).open_now is open_now


def test_sentence_fills_the_organisation_and_what_is_given(content: Content) -> None:
    words = words_at(content, "2026-11-24T10:00")

    assert words.sentence("reopens_today", clock="8.00") == "i dag klockan 8.00"
    assert "Umeå kommun, Centrum mot våld driver mig." in words.sentence("greeting")


def test_sentence_refuses_an_unknown_name(content: Content) -> None:
    with pytest.raises(KeyError):
        words_at(content, "2026-11-24T10:00").sentence("no_such_sentence")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (24 * 3600, "om ett dygn"), (72 * 3600, "om 3 dygn"), (36 * 3600, "om 36 timmar"), (3600, "om en timme"),
        (5400, "om 90 minuter"), (61, "om 2 minuter"), (60, "om en minut"), (0.36, "om en minut"),
    ],
)  # fmt: skip
def test_after_tells_how_long_something_stays_and_never_less(content: Content, seconds: float, said: str) -> None:
    assert words_at(content, "2026-11-24T10:00").after(seconds) == said


def test_forced_closed_is_closed_also_in_office_hours(content: Content) -> None:
    moment = datetime(2026, 11, 26, 8, 6, tzinfo=STOCKHOLM)
    said = [Words(content, lambda: moment, closed).reopens() for closed in (False, True)]
    assert said == [None, "i morgon klockan 8.00"]
