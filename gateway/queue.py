"""The order in which visitors are served: by risk, with ageing, so that nobody is overtaken for ever. Pure.

Each priority has a head start. Those with the earliest arrival less head start come first; somebody of a lower
priority is therefore overtaken only by those who come within the difference of the two head starts after them.
Whoever lost a counsellor stands before everybody (`front`). `benchmarks/queue.py` shows what that means for waits.
"""

from __future__ import annotations

# Seconds, by the route's place in taxonomy.yml (0: emergency, 1: human_now); everybody else has none.
HEAD_STARTS = (20 * 60.0, 8 * 60.0)
LONGEST_OVERTAKING = HEAD_STARTS[0]


def rank_at(priority: int, waiting_at: float) -> float:
    """Give what the queue is sorted by, the smallest first: seconds since 1970, less the head start."""
    return waiting_at - (HEAD_STARTS[priority] if priority < len(HEAD_STARTS) else 0.0)
