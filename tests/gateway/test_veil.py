"""What only the visitor may see: there for an hour, in memory, and for nobody else."""

from __future__ import annotations

from gateway.storage.records import Line
from gateway.veil import Veil
from tests.conftest import Clock


def line(**words: str) -> Line:
    return Line(1, "system", 0.0, None, True, {"text": "för alla", **words})


def test_a_veiled_line_is_lifted_for_its_own_conversation_only(clock: Clock) -> None:
    veil = Veil(clock)
    veil.keep("a", "line 1", "sex ord")

    assert [one.words["text"] for one in veil.lift("a", [line(veil="line 1"), line()])] == ["sex ord", "för alla"]
    assert [one.words["text"] for one in veil.lift("b", [line(veil="line 1")])] == ["för alla"]


def test_what_is_kept_is_gone_after_an_hour(clock: Clock) -> None:
    veil = Veil(clock)
    veil.keep("a", "x", "sex ord")
    clock.pass_seconds(3600)
    assert veil.get("a", "x") == "sex ord"
    clock.pass_seconds(1)
    assert veil.get("a", "x") is None


def test_taking_and_forgetting_leave_nothing(clock: Clock) -> None:
    veil = Veil(clock)
    veil.keep("a", "x", "ett")
    veil.keep("a", "y", "två")

    assert (veil.take("a", "x"), veil.take("a", "x")) == ("ett", None)
    veil.forget("a")
    assert veil.get("a", "y") is None
