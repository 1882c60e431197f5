"""The queue's order keeps its bound whatever comes: who may overtake whom, and how long a wait can be."""

from __future__ import annotations

import heapq

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.queue import LONGEST_OVERTAKING, rank_at

MINUTE = 60.0
PRIORITIES = st.sampled_from([0, 1, 3, 99])  # emergency, human_now, offer_human, none yet
VISITS = st.lists(
    st.tuples(st.integers(0, 90 * 60), PRIORITIES, st.integers(60, 3600)),
    min_size=1,
    max_size=40,
    unique_by=lambda v: v[0],
)  # comes at, priority, talks for: seconds
HEAD = {0: 20 * MINUTE, 1: 8 * MINUTE, 3: 0.0, 99: 0.0}


def starts(visits: list[tuple[int, int, int]], places: int) -> list[float]:
    """Give when each is met, where whoever has room takes the first of the queue."""
    free, waiting, met = [0.0] * places, list[int](), [0.0] * len(visits)
    coming = sorted(range(len(visits)), key=lambda one: visits[one][0])
    while coming or waiting:
        now = heapq.heappop(free)
        if not waiting and coming:
            now = max(now, visits[coming[0]][0])
        while coming and visits[coming[0]][0] <= now:
            waiting.append(coming.pop(0))
        first = min(waiting, key=lambda one: (rank_at(visits[one][1], visits[one][0]), visits[one][0]))
        waiting.remove(first)
        met[first] = now
        heapq.heappush(free, now + visits[first][2])
    return met


@given(VISITS, st.integers(1, 4))
def test_nobody_is_overtaken_from_farther_behind_than_the_head_starts_allow(
    visits: list[tuple[int, int, int]], places: int
) -> None:
    met = starts(visits, places)
    for me, (came, mine, _) in enumerate(visits):
        for other, (later, theirs, _) in enumerate(visits):
            if later > came and met[other] < met[me]:
                assert later - came < HEAD[theirs] - HEAD[mine] <= LONGEST_OVERTAKING


@given(VISITS, st.integers(1, 4))
def test_a_wait_is_bounded_by_what_was_there_and_who_comes_in_the_next_twenty_minutes(
    visits: list[tuple[int, int, int]], places: int
) -> None:
    met = starts(visits, places)
    for me, (came, mine, _) in enumerate(visits):
        before = 0.0
        for other, (at, theirs, talk) in enumerate(visits):
            if at < came:  # under way, or waiting already
                before += min(talk, max(0.0, met[other] + talk - came))
            elif other != me and at - came < LONGEST_OVERTAKING and HEAD[theirs] > HEAD[mine]:
                before += talk
        assert met[me] - came <= before / places + 1e-6


@pytest.mark.parametrize(("priority", "minutes"), [(0, 20.0), (1, 8.0), (2, 0.0), (3, 0.0), (99, 0.0)])
def test_rank_at_gives_each_priority_its_head_start(priority: int, minutes: float) -> None:
    assert 1000.0 - rank_at(priority, 1000.0) == minutes * MINUTE
