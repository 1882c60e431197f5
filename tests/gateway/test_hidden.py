"""Masked words are kept a few minutes in memory, given once, and never after."""

from __future__ import annotations

from gateway.hidden import KEPT_SECONDS, Hidden
from tests.conftest import Clock


def shown(hidden: Hidden, conversation: str, asked: int | None = None) -> str | None:
    kept = hidden.take(conversation, asked)
    return kept.text if kept else None


def test_take_gives_once_and_forgets(clock: Clock) -> None:
    hidden = Hidden(clock)
    hidden.keep("one", "Storgatan 5")

    assert [shown(hidden, "one"), shown(hidden, "one")] == ["Storgatan 5", None]


def test_take_gives_only_the_conversations_own(clock: Clock) -> None:
    hidden = Hidden(clock)
    hidden.keep("one", "Storgatan 5")

    assert hidden.take("other") is None


def test_take_gives_the_latest_and_forgets_what_was_before(clock: Clock) -> None:
    hidden = Hidden(clock)
    hidden.keep("one", "first")
    hidden.keep("one", "second")

    assert [shown(hidden, "one"), shown(hidden, "one")] == ["second", None]


def test_take_gives_what_a_line_asked_of_and_keeps_the_rest(clock: Clock) -> None:
    hidden = Hidden(clock)
    hidden.keep("one", "first", "a", asked=3)
    hidden.keep("one", "second", "b", asked=5)

    assert [shown(hidden, "one", asked) for asked in (3, 3, 4, 5)] == ["first", None, None, "second"]


def test_forget_takes_what_was_in_one_message(clock: Clock) -> None:
    hidden = Hidden(clock)
    hidden.keep("one", "first", "a", asked=3)
    hidden.keep("one", "second", "b", asked=5)
    hidden.forget("one", "a")

    assert [shown(hidden, "one", asked) for asked in (3, 5)] == [None, "second"]


def test_take_still_gives_at_the_last_second(clock: Clock) -> None:
    hidden = Hidden(clock)
    hidden.keep("one", "Storgatan 5")
    clock.pass_seconds(KEPT_SECONDS)

    assert shown(hidden, "one") == "Storgatan 5"


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
