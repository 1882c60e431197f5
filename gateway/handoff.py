"""Who may speak: a pure table (state, event) → step. No I/O, no clock; every cell is tested.

`storage` writes a new state only along this table, by compare-and-set, with an audit row.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Where a conversation stands. `gone` is never stored: its rows are deleted."""

    BOT = "bot"
    WAITING = "waiting"
    HUMAN = "human"
    CLOSED = "closed"
    GONE = "gone"


class Event(StrEnum):
    """What can happen to the right to speak."""

    HANDOFF_REQUESTED = "handoff_requested"
    CLAIMED = "claimed"
    TRANSFERRED = "transferred"
    RELEASED_TO_BOT = "released_to_bot"
    CANCELLED_BY_VISITOR = "cancelled_by_visitor"
    COUNSELLOR_LOST = "counsellor_lost"
    REQUEUED = "requeued"
    CORRECTED = "corrected"
    WAIT_EXPIRED = "wait_expired"
    VISITOR_GONE = "visitor_gone"
    CLOSED = "closed"
    EXPIRED = "expired"
    ERASED = "erased"


class Effect(StrEnum):
    """What a step asks of those who carry it out."""

    JOIN_QUEUE = "join_queue"
    RAISE_PRIORITY = "raise_priority"
    FRONT_OF_QUEUE = "front_of_queue"
    LEAVE_QUEUE = "leave_queue"
    TAKE = "take"
    DROP_HOLDER = "drop_holder"
    TELL_VISITOR = "tell_visitor"
    TELL_COUNSELLOR = "tell_counsellor"
    END = "end"
    DELETE = "delete"


@dataclass(frozen=True)
class Step:
    """One allowed change. `new_speaker` raises the generation: the right to speak changes."""

    to: State
    effects: tuple[Effect, ...] = ()
    new_speaker: bool = False


_B, _W, _H, _C, _G = State.BOT, State.WAITING, State.HUMAN, State.CLOSED, State.GONE
_E = Effect

TABLE: dict[tuple[State, Event], Step] = {
    (_B, Event.HANDOFF_REQUESTED): Step(_W, (_E.JOIN_QUEUE,)),
    (_B, Event.CLOSED): Step(_C, (_E.END,)),
    (_B, Event.EXPIRED): Step(_C, (_E.END,)),
    (_B, Event.ERASED): Step(_G, (_E.DELETE,)),
    (_W, Event.HANDOFF_REQUESTED): Step(_W, (_E.RAISE_PRIORITY,)),
    (_W, Event.CLAIMED): Step(_H, (_E.LEAVE_QUEUE, _E.TAKE, _E.TELL_VISITOR), new_speaker=True),
    (_W, Event.CORRECTED): Step(_W),
    (_W, Event.CANCELLED_BY_VISITOR): Step(_B, (_E.LEAVE_QUEUE, _E.TELL_VISITOR)),
    (_W, Event.WAIT_EXPIRED): Step(_B, (_E.LEAVE_QUEUE, _E.TELL_VISITOR)),
    (_W, Event.VISITOR_GONE): Step(_B, (_E.LEAVE_QUEUE,)),
    (_W, Event.CLOSED): Step(_C, (_E.LEAVE_QUEUE, _E.END)),
    (_W, Event.EXPIRED): Step(_C, (_E.LEAVE_QUEUE, _E.END)),
    (_W, Event.ERASED): Step(_G, (_E.LEAVE_QUEUE, _E.DELETE)),
    (_H, Event.TRANSFERRED): Step(_H, (_E.TAKE, _E.TELL_VISITOR), new_speaker=True),
    (_H, Event.RELEASED_TO_BOT): Step(_B, (_E.DROP_HOLDER, _E.TELL_VISITOR), new_speaker=True),
    (_H, Event.CANCELLED_BY_VISITOR): Step(_B, (_E.DROP_HOLDER, _E.TELL_COUNSELLOR), new_speaker=True),
    (_H, Event.COUNSELLOR_LOST): Step(
        _W, (_E.DROP_HOLDER, _E.FRONT_OF_QUEUE, _E.TELL_VISITOR, _E.TELL_COUNSELLOR), new_speaker=True
    ),
    (_H, Event.REQUEUED): Step(_W, (_E.DROP_HOLDER, _E.FRONT_OF_QUEUE, _E.TELL_VISITOR), new_speaker=True),
    (_H, Event.CORRECTED): Step(_H),
    (_H, Event.VISITOR_GONE): Step(_H, (_E.TELL_COUNSELLOR,)),
    (_H, Event.CLOSED): Step(_C, (_E.DROP_HOLDER, _E.END, _E.TELL_VISITOR), new_speaker=True),
    (_H, Event.EXPIRED): Step(_C, (_E.DROP_HOLDER, _E.END, _E.TELL_COUNSELLOR), new_speaker=True),
    (_H, Event.ERASED): Step(_G, (_E.DROP_HOLDER, _E.DELETE, _E.TELL_COUNSELLOR), new_speaker=True),
    (_C, Event.ERASED): Step(_G, (_E.DELETE,)),
}


def step(state: State, event: Event) -> Step | None:
    """Give the step for `event` in `state`; None where nothing changes (a late event, to be counted)."""
    return TABLE.get((state, event))
