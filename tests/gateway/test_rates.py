"""Buckets against floods, and that an address is nowhere to be found in them."""

from __future__ import annotations

import pytest

from gateway.rates import Buckets, Rates, TooMany
from tests.conftest import Clock


def test_take_empties_and_refills_with_time(clock: Clock) -> None:
    buckets = Buckets(3, 0.5, clock)

    assert [buckets.take("one") for _ in range(4)] == [True, True, True, False]
    clock.pass_seconds(1)
    assert buckets.take("one") is False
    clock.pass_seconds(1)
    assert [buckets.take("one"), buckets.take("one")] == [True, False]


def test_take_never_holds_more_than_its_size(clock: Clock) -> None:
    buckets = Buckets(2, 1, clock)
    buckets.take("one")
    clock.pass_seconds(10_000)

    assert [buckets.take("one") for _ in range(3)] == [True, True, False]


def test_take_counts_each_name_by_itself(clock: Clock) -> None:
    buckets = Buckets(1, 1, clock)

    assert [buckets.take("one"), buckets.take("one"), buckets.take("two")] == [True, False, True]


def test_take_survives_a_clock_set_back(clock: Clock) -> None:
    buckets = Buckets(1, 1, clock)
    buckets.take("one")
    clock.pass_seconds(-3600)

    assert buckets.take("one") is False


def test_take_forgets_buckets_that_are_full_again(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.rates._MOST", 10)
    buckets = Buckets(2, 1, clock)
    for number in range(11):
        buckets.take(f"old {number}")
    clock.pass_seconds(3)
    buckets.take("new")

    assert set(buckets._levels) == {"new"}


def test_mailboxes_and_bookings_count_for_the_address_they_come_from(clock: Clock) -> None:
    rates = Rates(clock)
    for number in range(6):
        rates.began(f"{number}", "192.0.2.1")
        rates.booking(f"{number}")
    rates.began("one more", "192.0.2.1")
    rates.began("elsewhere", "192.0.2.2")

    rates.booking("elsewhere")
    rates.booking("unknown since a restart")
    rates.mailbox("one more")
    with pytest.raises(TooMany):
        rates.booking("one more")
    clock.pass_seconds(1800)
    rates.booking("one more")


def test_an_address_of_yesterday_is_kept_nowhere(clock: Clock) -> None:
    rates = Rates(clock)
    rates.began("old", "192.0.2.1")
    clock.pass_seconds(24 * 3600 + 1)
    rates.began("new", "192.0.2.1")

    assert list(rates._began) == ["new"]


def test_frame_allows_thirty_and_then_one_a_second(clock: Clock) -> None:
    rates = Rates(clock)

    assert [rates.frame("one") for _ in range(31)] == [True] * 30 + [False]
    clock.pass_seconds(1)
    assert [rates.frame("one"), rates.frame("one")] == [True, False]


def test_start_lets_a_school_behind_one_address_in(clock: Clock) -> None:
    rates = Rates(clock)

    assert [rates.start("192.0.2.7") for _ in range(121)] == [True] * 120 + [False]
    assert rates.start("192.0.2.8") is True


def test_start_keeps_no_address_and_changes_its_key_daily(clock: Clock) -> None:
    rates = Rates(clock)
    rates.start("192.0.2.7")
    today = set(rates._starts._levels)
    clock.pass_seconds(24 * 3600 + 1)
    rates.start("192.0.2.7")
    tomorrow = set(rates._starts._levels) - today

    assert (len(today), len(tomorrow)) == (1, 1)
    assert "192.0.2.7" not in repr(vars(rates)) + repr(vars(rates._starts))


def test_start_hashes_alike_only_within_one_process(clock: Clock) -> None:
    one, other = Rates(clock), Rates(clock)
    one.start("192.0.2.7")
    other.start("192.0.2.7")

    assert set(one._starts._levels).isdisjoint(other._starts._levels)


def test_wrong_words_count_for_the_address_and_for_no_other(clock: Clock) -> None:
    rates = Rates(clock)
    for number in range(8):
        rates.began(f"a{number}", "192.0.2.1")
    rates.began("b", "192.0.2.2")
    tried = [rates.guess(f"a{number}") for number in range(7) for _ in range(5)]

    assert tried == [True] * 30 + [False] * 5
    assert rates.guess("b")
