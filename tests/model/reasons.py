"""What time alone may do, and only when it is due at that very moment, whatever was so when the sweeper looked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from gateway.handoff import Event, State
from gateway.settings import Settings


class Broken(AssertionError):
    """Something that must hold does not."""


class Timed(Protocol):
    """Of a conversation: what its limits are counted from."""

    id: str
    state: State
    holder: int | None
    counselled: bool
    visitor_at: float
    waiting_at: float | None
    closed_at: float | None
    leave_at: float | None


class Reasons:
    """The `away`s tell for how many seconds a counsellor has had no console, and a visitor no connection."""

    def __init__(
        self,
        limits: Settings,
        clock: Callable[[], float],
        counsellor_away: Callable[[int], float],
        visitor_away: Callable[[str], float],
        hours_over: Callable[[], bool],
    ) -> None:
        self._limits = limits
        self._clock = clock
        self._counsellor_away = counsellor_away
        self._visitor_away = visitor_away
        self._hours_over = hours_over

    def to_go(self, was: Timed) -> None:
        """A conversation is erased without its visitor's asking: it must be over, or its time be out."""
        now, limits = self._clock(), self._limits
        if was.leave_at is not None and was.leave_at < now:
            return
        if was.state is State.BOT and now - was.visitor_at > limits.bot_minutes * 60:
            return
        kept = limits.counselled_hours * 3600 if was.counselled else limits.bot_minutes * 60
        if was.state is State.CLOSED and now - (was.closed_at or now) > kept:
            return
        raise Broken(f"erased before its time, while {was.state}: what was accepted is lost")

    def to_step(self, was: Timed, event: Event) -> None:
        """A step that time takes must be due."""
        now, limits = self._clock(), self._limits
        due = {
            Event.EXPIRED: lambda: now - was.visitor_at > limits.silent_hours * 3600,
            Event.WAIT_EXPIRED: lambda: self._hours_over() or now - (was.waiting_at or now) > limits.wait_minutes * 60,
            Event.VISITOR_GONE: lambda: (
                was.state is State.HUMAN or self._visitor_away(was.id) > limits.gone_minutes * 60
            ),
            Event.COUNSELLOR_LOST: lambda: self._counsellor_away(was.holder or 0) > limits.lost_seconds,
        }.get(event)
        if due is not None and not due():
            raise Broken(f"{event} while {was.state}, and not due")
