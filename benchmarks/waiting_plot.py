"""Draws what benchmarks/waiting.py found: one storm as both orders serve it, and the waits of all storms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib

from gateway.queue import LONGEST_OVERTAKING

MINUTE, HOUR, OPENS = 60.0, 3600.0, 8
NAMES, COLOURS = ("emergency", "human_now", "offer"), ("#D55E00", "#0072B2", "#666666")
TITLES = {"ageing": "Ageing (what Varsam does)", "strict": "Strict priority"}
STYLES = {"ageing": "-", "strict": "--"}


def draw(one: Mapping[str, Sequence[Any]], storms: Mapping[str, Sequence[Any]], path: Path) -> None:
    """Draw the visits of one storm and of all storms, each by order (`ageing`, `strict`)."""
    matplotlib.use("Agg")
    from matplotlib import pyplot

    pyplot.rcParams.update({"font.size": 11, "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True})
    pyplot.rcParams.update({"grid.alpha": 0.25, "legend.frameon": False})
    figure, axes = pyplot.subplots(2, 2, figsize=(12, 8.5), constrained_layout=True)
    highest = max(visit.wait / MINUTE for visits in one.values() for visit in visits)
    for axis, name in zip(axes[0], TITLES, strict=True):
        _storm(axis, one[name])
        axis.set(title=f"{TITLES[name]}: one storm, 3 counsellors, all stay", ylim=(-0.03 * highest, 1.05 * highest))
    axes[0][0].legend(loc="upper right")
    _waits(axes[1][0], storms)
    _overtaking(axes[1][1], storms)
    figure.savefig(path, dpi=110)


def _storm(axis: Any, visits: Sequence[Any]) -> None:
    axis.set(xlabel="came at (hour)", ylabel="waited (minutes)")
    for priority in (2, 1, 0):
        these = [visit for visit in visits if visit.priority == priority]
        hours, waits = [OPENS + visit.at / HOUR for visit in these], [visit.wait / MINUTE for visit in these]
        axis.scatter(hours, waits, s=26, color=COLOURS[priority], label=NAMES[priority], alpha=0.85, linewidths=0)


def _waits(axis: Any, storms: Mapping[str, Sequence[Any]]) -> None:
    axis.set(title="The 12 storms: who still waits", xlabel="minutes", ylabel="% who waited longer")
    for name, style in STYLES.items():
        for priority, colour in enumerate(COLOURS):
            waits = sorted(visit.wait / MINUTE for visit in storms[name] if visit.priority == priority)
            left = [100 * (1 - rank / len(waits)) for rank in range(len(waits))]
            axis.plot(waits, left, style, color=colour, label=f"{NAMES[priority]}, {name}")
    axis.legend(loc="upper right")


def _overtaking(axis: Any, storms: Mapping[str, Sequence[Any]]) -> None:
    axis.set(title="The 12 storms: from how far behind one is overtaken", yscale="log")
    axis.set(xlabel="the overtaker came so many minutes later", ylabel="overtakings from farther behind")
    for name, style in STYLES.items():
        gaps = sorted(gap / MINUTE for visit in storms[name] for gap in visit.overtakers)
        axis.plot(gaps, range(len(gaps), 0, -1), style, color="black", label=name)
    bound = LONGEST_OVERTAKING / MINUTE
    axis.axvline(bound, color=COLOURS[0], linewidth=1)
    text = f"{bound:.0f} minutes: nobody who comes\nlater than this overtakes"
    axis.annotate(text, (bound, 1.6), xytext=(8, 0), textcoords="offset points", color=COLOURS[0])
    axis.legend(loc="upper right")
