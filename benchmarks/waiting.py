"""The queue over a simulated year: how long who waits, who is overtaken by whom, and whether the stated bound holds.

    .venv-engine/bin/python benchmarks/waiting.py [--seed N]

Runs the order of gateway/queue.py beside strict priority (an emergency always first, then `human_now`, then the
rest) on the same arrivals, prints both, checks the bound of docs/decisions/0009-queue.md for every single visitor,
and draws docs/images/queue.png. Nothing is measured on real people; what is assumed stands in the constants below.

Two ways of waiting: `as it is` (people lose patience, the service ends a wait after 30 minutes and closes at 16.30,
and an emergency that nobody has taken in two minutes is taken by a counsellor who is full) and `all stay` (everybody
waits however long, nobody carries more than they should, and the counsellors stay until the queue is empty), in which
an order shows what it does to those at the end of it.
"""

from __future__ import annotations

import argparse
import heapq
import random
import statistics
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from waiting_plot import draw

from gateway.queue import HEAD_STARTS, LONGEST_OVERTAKING, rank_at

MINUTE, HOUR = 60.0, 3600.0
OPEN_DAYS = 250
OPEN_SECONDS = 8.5 * HOUR  # 08.00 to 16.30
PER_HOUR = 7.0  # summoned or asked for in open hours; at night nobody is queued: there is nobody to come
AT_NIGHT = 12.0  # in the remaining hours of a day: told when a human reads again, and what is open now
STORMS = 12  # days a year with a programme about it, at an hour when counsellors are there
STORM_ARRIVALS, STORM_SECONDS, STORM_AT = 60, 20 * MINUTE, 2 * HOUR
SHARES = (0.08, 0.37, 0.55)  # emergency, human_now, offer_human taken up
NAMES = ("emergency", "human_now", "offer")
COUNSELLORS = (2, 3, 3, 4)  # at work on a day, drawn evenly
MOST, WEIGHTS = 4, (3, 1, 1)  # content/organisation.yml: what a talk weighs, and what one counsellor carries
UNCLAIMED_SECONDS = 120.0  # gateway/unclaimed.py: then everybody is called again
TALK_MEDIANS = (60 * MINUTE, 35 * MINUTE, 35 * MINUTE)
TALK_SIGMA, PATIENCE_MEDIAN, PATIENCE_SIGMA, WAIT_LIMIT = 0.6, 25 * MINUTE, 0.8, 30 * MINUTE

Order = Callable[["Visit"], tuple[float, ...]]


def ageing(visit: Visit) -> tuple[float, ...]:
    return (rank_at(visit.priority, visit.at), visit.at)


def strict(visit: Visit) -> tuple[float, ...]:
    return (float(visit.priority), visit.at)


ORDERS: dict[str, Order] = {"ageing": ageing, "strict": strict}


@dataclass
class Visit:
    """One visitor. `start` is None where nobody came in time; `bound` is the longest wait the decision allows."""

    at: float
    priority: int
    talk: float
    patience: float
    start: float | None = None
    end: float = 0.0
    bound: float = 0.0
    overtakers: list[float] = field(default_factory=list)  # by how much later they came, in seconds

    @property
    def weight(self) -> int:
        return WEIGHTS[self.priority]

    @property
    def wait(self) -> float:
        return (self.start if self.start is not None else self.end) - self.at


@dataclass
class Day:
    visits: list[Visit]
    counsellors: int
    storm: bool


def a_year(chance: random.Random) -> list[Day]:
    storms = set(chance.sample(range(OPEN_DAYS), STORMS))
    return [_day(chance, number in storms) for number in range(OPEN_DAYS)]


def _day(chance: random.Random, storm: bool) -> Day:
    times, at = [], chance.expovariate(PER_HOUR / HOUR)
    while at < OPEN_SECONDS:
        times.append(at)
        at += chance.expovariate(PER_HOUR / HOUR)
    if storm:
        times += [STORM_AT + chance.uniform(0, STORM_SECONDS) for _ in range(STORM_ARRIVALS)]
    return Day([_visit(chance, at) for at in sorted(times)], chance.choice(COUNSELLORS), storm)


def _visit(chance: random.Random, at: float) -> Visit:
    priority = chance.choices(range(3), SHARES)[0]
    talk = TALK_MEDIANS[priority] * chance.lognormvariate(0, TALK_SIGMA)
    return Visit(at, priority, talk, min(WAIT_LIMIT, PATIENCE_MEDIAN * chance.lognormvariate(0, PATIENCE_SIGMA)))


def run(day: Day, order: Order, all_stay: bool) -> list[Visit]:
    """Serve one day. Whoever has room takes the first of the queue, whatever it weighs."""
    visits = [Visit(one.at, one.priority, one.talk, one.patience) for one in day.visits]
    loads, waiting = [0] * day.counsellors, list[int]()
    events = [(visit.at, 1, number, -1) for number, visit in enumerate(visits)]
    heapq.heapify(events)
    while events:
        now, kind, number, counsellor = heapq.heappop(events)
        visit = visits[number]
        if kind == 0:
            loads[counsellor] -= visit.weight
        elif kind == 1:
            waiting.append(number)
            visit.bound = _work_before(visits, number)
            leaves = min(visit.at + visit.patience, OPEN_SECONDS)
            if not all_stay:
                heapq.heappush(events, (leaves, 2, number, -1))
            if not all_stay and visit.priority == 0:
                heapq.heappush(events, (visit.at + UNCLAIMED_SECONDS, 3, number, -1))
        elif kind == 2 and number in waiting:
            waiting.remove(number)
            visit.end = now
        called: list[int] = []
        if kind == 3 and number in waiting:
            called = [number] if min(loads) <= MOST else []  # on top of what they carry, but one each
            heapq.heappush(events, (now + UNCLAIMED_SECONDS, 3, number, -1))
        while called or (waiting and min(loads) < MOST):
            first = called.pop() if called else min(waiting, key=lambda one: order(visits[one]))
            waiting.remove(first)
            carrier = loads.index(min(loads))
            loads[carrier] += visits[first].weight
            visits[first].start, visits[first].end = now, now + visits[first].talk
            heapq.heappush(events, (visits[first].end, 0, first, carrier))
    _count_overtaking(visits)
    return visits


def _work_before(visits: list[Visit], number: int) -> float:
    """Give the weighted seconds of talk that may come before a visitor: what is under way, waits, or may overtake."""
    me = visits[number]
    work = 0.0
    for one in visits[:number]:
        if one.start is None:
            work += one.weight * one.talk
        else:
            work += one.weight * max(0.0, one.end - me.at)
    for one in visits[number + 1 :]:
        if one.at - me.at < _head(one) - _head(me):
            work += one.weight * one.talk
    return work


def _head(visit: Visit) -> float:
    return HEAD_STARTS[visit.priority] if visit.priority < len(HEAD_STARTS) else 0.0


def _count_overtaking(visits: list[Visit]) -> None:
    for number, one in enumerate(visits):
        until = one.start if one.start is not None else one.end
        later = visits[number + 1 :]
        one.overtakers = [two.at - one.at for two in later if two.start is not None and two.start < until]


def check(days: list[Day], results: list[list[Visit]]) -> None:
    """Hold every visitor of a year in which all stay against the decision's two bounds."""
    for day, visits in zip(days, results, strict=True):
        for one in visits:
            assert one.start is not None
            assert all(gap < LONGEST_OVERTAKING - _head(one) for gap in one.overtakers), "overtaken from too far behind"
            assert one.wait <= one.bound / (MOST * day.counsellors) + 1e-6, "waited longer than the work before"


def report(name: str, visits: list[Visit]) -> None:
    for priority, title in enumerate(NAMES):
        these = [one for one in visits if one.priority == priority]
        met = sorted(one.wait / MINUTE for one in these if one.start is not None)
        gaps = [gap / MINUTE for one in these for gap in one.overtakers]
        most = max((len(one.overtakers) for one in these), default=0)
        overtaken = sum(bool(one.overtakers) for one in these)
        print(
            f"{name:18} {title:10} n {len(these):6}  met {100 * len(met) / len(these):5.1f} %"
            f"  wait min: median {statistics.median(met):5.1f}  p95 {met[int(0.95 * len(met))]:5.1f}  max {met[-1]:.1f}"
            f"  overtaken {overtaken:5} (by at most {most:3}; the last came {max(gaps, default=0.0):5.1f} min later)"
        )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    days = a_year(random.Random(parser.parse_args().seed))
    queued = sum(len(day.visits) for day in days)
    print(f"{OPEN_DAYS} open days, {queued} queued, {STORMS} storms; {365 * AT_NIGHT:.0f} came when nobody was there")
    results = {
        (name, all_stay): [run(day, order, all_stay) for day in days]
        for all_stay in (False, True)
        for name, order in ORDERS.items()
    }
    for all_stay, way in ((False, "as it is"), (True, "all stay")):
        for storm in (None, True):
            print(f"\n{way}, {'the whole year' if storm is None else 'the storms only'}")
            for name in ORDERS:
                report(name, _flat(days, results[name, all_stay], storm))
    check(days, results["ageing", True])
    print("\nthe bound holds for every visitor under ageing")
    storm = next(number for number, day in enumerate(days) if day.storm and day.counsellors == 3)
    one = {name: results[name, True][storm] for name in ORDERS}
    draw(one, {name: _flat(days, results[name, True], True) for name in ORDERS}, ROOT / "docs/images/queue.png")


def _flat(days: list[Day], results: Iterable[list[Visit]], storm: bool | None) -> list[Visit]:
    return [one for day, visits in zip(days, results, strict=True) if storm in (None, day.storm) for one in visits]


if __name__ == "__main__":
    main()
