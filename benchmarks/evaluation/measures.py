"""The measures, each a count of hits among lines it applies to. Pure: lines and what was understood in, figures out."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.evaluation.held_out import Line
from content.model import Taxonomy

EMERGENCIES = frozenset({"acute_danger", "suicide"})
Pair = tuple[Line, dict[str, Any]]  # a line and what the engine understood (docs/protocol.md, section 4)


@dataclass(frozen=True)
class Share:
    """Hits among all, with the interval that holds the true share in 95 of 100 such samples."""

    hits: int
    all: int

    @property
    def percent(self) -> float:
        return 100 * self.hits / self.all if self.all else float("nan")

    def interval(self) -> tuple[float, float]:
        """Give the 95 % interval in per cent (Wilson 1927)."""
        if not self.all:
            return (0.0, 100.0)
        z, n, p = 1.96, self.all, self.hits / self.all
        middle, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return tuple(100 * (middle + sign * half) / (1 + z * z / n) for sign in (-1, 1))  # type: ignore[return-value]

    def __str__(self) -> str:
        low, high = self.interval()
        return f"{self.percent:.1f} % ({low:.1f}–{high:.1f}; {self.hits} of {self.all})" if self.all else "–"


def share(pairs: Sequence[Pair], applies: Callable[[Line], bool], hit: Callable[[Line, dict[str, Any]], bool]) -> Share:
    """Count where a measure applies, and where it holds."""
    there = [(line, got) for line, got in pairs if applies(line)]
    return Share(sum(hit(line, got) for line, got in there), len(there))


def table(taxonomy: Taxonomy, pairs: Sequence[Pair]) -> dict[str, Share]:
    """Give the measures of one column, by name."""

    def needed(line: Line) -> int:
        return taxonomy.routes.index(taxonomy.route(line.topic, line.risks))

    def got_route(got: dict[str, Any]) -> int:
        return taxonomy.routes.index(got["route"])

    def emergency(line: Line) -> bool:
        return needed(line) == 0

    return {
        "topic right at the first try": share(pairs, lambda line: True, lambda line, got: got["topic"] == line.topic),
        "resolved (right, or among the three asked back)": share(pairs, lambda line: True, resolved),
        "asked back": share(pairs, lambda line: True, lambda line, got: bool(got["ask_back"])),
        "emergency recognised": share(pairs, emergency, lambda line, got: got_route(got) == 0),
        "all ten risks, recall": _recall(pairs),
        "false alarm on calm lines": share(pairs, lambda line: not line.risks and not emergency(line), _false_alarm),
        "routed less strictly than needed": share(
            pairs, lambda line: True, lambda line, got: got_route(got) > needed(line)
        ),
    }


def resolved(line: Line, got: dict[str, Any]) -> bool:
    """Right, or asked back with the right topic among the choices."""
    choices = [one["topic"] for one in got["ranking"][:3]] if got["ask_back"] else [got["topic"]]
    return line.topic in choices


def _false_alarm(line: Line, got: dict[str, Any]) -> bool:
    return bool(got["risks"]) or got["route"] == "emergency"


def _recall(pairs: Sequence[Pair]) -> Share:
    heard = [risk in got["risks"] for line, got in pairs for risk in line.risks]
    return Share(sum(heard), len(heard))


def by_risk(pairs: Sequence[Pair], risks: Sequence[str]) -> dict[str, tuple[Share, Share]]:
    """Give recall and precision of every risk."""
    found = {}
    for risk in risks:
        recall = share(
            pairs, lambda line, risk=risk: risk in line.risks, lambda line, got, risk=risk: risk in got["risks"]
        )
        heard = [risk in line.risks for line, got in pairs if risk in got["risks"]]
        found[risk] = (recall, Share(sum(heard), len(heard)))
    return found


def by_topic(pairs: Sequence[Pair]) -> dict[str, Share]:
    """Give the share right at the first try of every topic, worst first."""
    right: dict[str, list[bool]] = defaultdict(list)
    for line, got in pairs:
        right[line.topic].append(got["topic"] == line.topic)
    shares = {topic: Share(sum(hits), len(hits)) for topic, hits in right.items()}
    return dict(sorted(shares.items(), key=lambda item: (item[1].percent, item[0])))


def confusions(pairs: Sequence[Pair], most: int) -> list[tuple[str, str, int]]:
    """Give the commonest (right topic, what was taken for it, times)."""
    wrong = Counter((line.topic, got["topic"]) for line, got in pairs if got["topic"] != line.topic)
    return [(right, taken, times) for (right, taken), times in wrong.most_common(most)]


def calibration(pairs: Sequence[Pair], bins: int = 10) -> list[tuple[float, Share]]:
    """Give (mean confidence, share right) of each tenth of the confidences."""
    rows = sorted((got["confidence"], got["topic"] == line.topic) for line, got in pairs)
    size = max(1, len(rows) // bins)
    parts = [rows[at : at + size] for at in range(0, len(rows), size)]
    return [
        (sum(confidence for confidence, _ in part) / len(part), Share(sum(right for _, right in part), len(part)))
        for part in parts
    ]
