"""The hand-off table, cell by cell: what the design's section 3 says, `requeued` and `corrected`, written out here once more by hand."""

from __future__ import annotations

from itertools import product

import pytest

from gateway.handoff import Event, State, step

EVENTS = (
    "handoff_requested", "claimed", "transferred", "released_to_bot", "cancelled_by_visitor", "counsellor_lost",
    "requeued", "corrected", "wait_expired", "visitor_gone", "closed", "expired", "erased",
)  # fmt: skip
# For each state the new state of every event, in the order above; "-" is no change.
EXPECTED = {
    "bot": ("waiting", "-", "-", "-", "-", "-", "-", "-", "-", "-", "closed", "closed", "gone"),
    "waiting": ("waiting", "human", "-", "-", "bot", "-", "-", "waiting", "bot", "bot", "closed", "closed", "gone"),
    "human": ("-", "-", "human", "bot", "bot", "waiting", "waiting", "human", "-", "human", "closed", "closed", "gone"),
    "closed": ("-", "-", "-", "-", "-", "-", "-", "-", "-", "-", "-", "-", "gone"),
    "gone": ("-", "-", "-", "-", "-", "-", "-", "-", "-", "-", "-", "-", "-"),
}
# What else each step asks for.
EFFECTS = {
    ("bot", "handoff_requested"): ("join_queue",),
    ("bot", "closed"): ("end",),
    ("bot", "expired"): ("end",),
    ("bot", "erased"): ("delete",),
    ("waiting", "handoff_requested"): ("raise_priority",),
    ("waiting", "claimed"): ("leave_queue", "take", "tell_visitor"),
    ("waiting", "cancelled_by_visitor"): ("leave_queue", "tell_visitor"),
    ("waiting", "wait_expired"): ("leave_queue", "tell_visitor"),
    ("waiting", "visitor_gone"): ("leave_queue",),
    ("waiting", "closed"): ("leave_queue", "end"),
    ("waiting", "expired"): ("leave_queue", "end"),
    ("waiting", "erased"): ("leave_queue", "delete"),
    ("human", "transferred"): ("take", "tell_visitor"),
    ("human", "released_to_bot"): ("drop_holder", "tell_visitor"),
    ("human", "cancelled_by_visitor"): ("drop_holder", "tell_counsellor"),
    ("human", "counsellor_lost"): ("drop_holder", "front_of_queue", "tell_visitor", "tell_counsellor"),
    ("human", "visitor_gone"): ("tell_counsellor",),
    ("human", "requeued"): ("drop_holder", "front_of_queue", "tell_visitor"),
    ("human", "closed"): ("drop_holder", "end", "tell_visitor"),
    ("human", "expired"): ("drop_holder", "end", "tell_counsellor"),
    ("human", "erased"): ("drop_holder", "delete", "tell_counsellor"),
    ("closed", "erased"): ("delete",),
}
# The right to speak changes with a claim, a transfer, and whatever leaves `human`; nowhere else.
NEW_SPEAKER = {
    ("waiting", "claimed"),
    ("human", "transferred"),
    ("human", "released_to_bot"),
    ("human", "cancelled_by_visitor"),
    ("human", "counsellor_lost"),
    ("human", "requeued"),
    ("human", "closed"),
    ("human", "expired"),
    ("human", "erased"),
}
CELLS = [(state, event, EXPECTED[state][EVENTS.index(event)]) for state, event in product(EXPECTED, EVENTS)]


def test_table_knows_these_states_and_events() -> None:
    assert {state.value for state in State} == set(EXPECTED)
    assert tuple(event.value for event in Event) == EVENTS
    assert len(CELLS) == 65


@pytest.mark.parametrize(("state", "event", "to"), CELLS)
def test_step_leads_where_the_design_says(state: str, event: str, to: str) -> None:
    taken = step(State(state), Event(event))

    assert (taken.to.value if taken else "-") == to


@pytest.mark.parametrize(("state", "event", "to"), CELLS)
def test_step_asks_for_the_effects(state: str, event: str, to: str) -> None:
    taken = step(State(state), Event(event))

    assert tuple(effect.value for effect in (taken.effects if taken else ())) == EFFECTS.get((state, event), ())


@pytest.mark.parametrize(("state", "event", "to"), CELLS)
def test_generation_rises_only_where_the_right_to_speak_changes(state: str, event: str, to: str) -> None:
    taken = step(State(state), Event(event))

    assert bool(taken and taken.new_speaker) == ((state, event) in NEW_SPEAKER)
