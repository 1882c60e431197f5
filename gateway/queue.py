"""The order in which visitors are served: by risk, with ageing, so that nobody is overtaken for ever. Pure.

Each priority has a head start h: 20 minutes for an emergency, 8 for `human_now`, none else. Those with the earliest
arrival less head start come first. Whoever lost a counsellor stands before everybody (`front`).

The bound, where whoever has room takes the first: y who came after x is served before x only if y came less than
h(y) - h(x) later. So nobody is overtaken by somebody of the same or a lower priority, and nobody by anybody who came
20 minutes (LONGEST_OVERTAKING) later or more. Before x come at most those who stood before them on arrival, those who
come with a higher priority within the next 20 minutes, and the front. With c places the wait is therefore at most
(what is left of the talks under way + the talks of all those) / c, whoever else comes, however many.
An emergency that a counsellor takes on top of a full load takes nobody's place, and is outside of this.
docs/decisions/0009-queue.md says what that means for waits; benchmarks/waiting.py checks it for a simulated year.
"""

from __future__ import annotations

# Seconds, by the route's place in taxonomy.yml (0: emergency, 1: human_now); everybody else has none.
HEAD_STARTS = (20 * 60.0, 8 * 60.0)
LONGEST_OVERTAKING = HEAD_STARTS[0]


def rank_at(priority: int, waiting_at: float) -> float:
    """Give what the queue is sorted by, the smallest first: seconds since 1970, less the head start."""
    return waiting_at - (HEAD_STARTS[priority] if priority < len(HEAD_STARTS) else 0.0)
