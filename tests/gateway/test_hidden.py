"""Masked words are kept a few minutes in memory, given once, and never after."""

from __future__ import annotations

from gateway.hidden import KEPT_SECONDS, Hidden
from tests.conftest import Clock


def test_take_gives_once_and_forgets(clock: Clock) -> None:
    hidden = Hidden(clock)
    hidden.keep("one", "Storgatan 5")

    assert [hidden.take("one"), hidden.take("one")] == ["Storgatan 5", None]


def test_take_gives_only_the_conversations_own(clock: Clock) -> None:
    hidden = Hidden(clock)
    hidden.keep("one", "Storgatan 5")

    assert hidden.take("other") is None


def test_keep_replaces_what_was_kept_before(clock: Clock) -> None:
    hidden = Hidden(clock)
    hidden.keep("one", "first")
    hidden.keep("one", "second")

    assert hidden.take("one") == "second"


def test_take_still_gives_at_the_last_second(clock: Clock) -> None:
    hidden = Hidden(clock)
    hidden.keep("one", "Storgatan 5")
    clock.pass_seconds(KEPT_SECONDS)

    assert hidden.take("one") == "Storgatan 5"


def test_take_gives_nothing_after_ten_minutes(clock: Clock) -> None:
    hidden = Hidden(clock)
    hidden.keep("one", "Storgatan 5")
    clock.pass_seconds(601)

    assert hidden.take("one") is None


def test_forget_old_leaves_no_word_in_memory(clock: Clock) -> None:
    hidden = Hidden(clock)
    hidden.keep("one", "Storgatan 5")
    clock.pass_seconds(601)
    hidden.forget_old()

    assert "Storgatan" not in repr(vars(hidden))
