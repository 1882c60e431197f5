"""The figures as Markdown, put between two marks of docs/understanding.md, and the plots beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.evaluation.measures import Pair, Share, by_risk, by_topic, calibration, confusions
from content.model import Taxonomy

BEGIN, END = "<!-- figures: written by make evaluate -->", "<!-- end of figures -->"
INK, PAPER = "#1f3a5f", "#f5f1ea"


def markdown(
    taxonomy: Taxonomy,
    tables: dict[str, dict[str, Share]],
    everything: Sequence[Pair],
    noises: dict[str, Share],
    curve: Sequence[tuple[int, Share]],
    speed: str,
) -> str:
    """Give the whole generated part."""
    columns = list(tables)
    rows = [f"| measure | {' | '.join(columns)} |", f"|---|{'---|' * len(columns)}"]
    rows += [
        f"| {name} | {' | '.join(str(tables[column][name]) for column in columns)} |" for name in tables[columns[0]]
    ]
    parts = ["\n".join(rows), speed]
    risks = by_risk(everything, list(taxonomy.risks))
    parts += ["### Risks, all Swedish sets together", "\n".join([
        "| risk | recall | precision |", "|---|---|---|",
        *(f"| {risk} | {recall} | {right} |" for risk, (recall, right) in risks.items()),
    ])]  # fmt: skip
    parts += ["### Kinds of noise, put by rule on the clean lines: topic right at the first try", "\n".join([
        "| noise | right |", "|---|---|", *(f"| {kind} | {right} |" for kind, right in noises.items()),
    ])]  # fmt: skip
    worst = list(by_topic(everything).items())[:15]
    parts += [
        "### The fifteen hardest topics",
        ", ".join(f"{topic} {right.percent:.0f} %" for topic, right in worst) + ".",
    ]
    parts += ["### The commonest confusions (right topic → taken for)", ", ".join(
        f"{right} → {taken} ({times})" for right, taken, times in confusions(everything, 20)) + "."]  # fmt: skip
    if curve:
        parts += ["### Does more data still help?", "\n".join([
            "| training lines | clean and noisy, right at the first try |", "|---|---|",
            *(f"| {lines} | {right} |" for lines, right in curve),
        ])]  # fmt: skip
    return "\n\n".join(parts)


def put(path: Path, text: str) -> None:
    """Replace what stands between the marks. Raises ValueError where a mark is missing."""
    page = path.read_text(encoding="utf-8")
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{path} has no '{BEGIN}' … '{END}' to write between")
    path.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")


def plots(folder: Path, taxonomy: Taxonomy, pairs: Sequence[Pair], curve: Sequence[tuple[int, Share]]) -> None:
    """Draw calibration, confusion and, where it was measured, the learning curve."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    pyplot.rcParams.update({"figure.facecolor": "white", "axes.facecolor": PAPER, "font.size": 9})
    figure, axes = pyplot.subplots(figsize=(4.5, 4.2))
    points = calibration(pairs)
    axes.plot([0, 1], [0, 1], color="grey", linewidth=0.8, linestyle=":")
    axes.plot([one for one, _ in points], [right.percent / 100 for _, right in points], "o-", color=INK)
    axes.set(xlabel="confidence", ylabel="share right", title="Calibration: tenths of the held-out lines")
    _save(figure, folder / "understanding-calibration.png")

    topics = list(taxonomy.topics)
    places = {topic: at for at, topic in enumerate(topics)}
    matrix = np.zeros((len(topics), len(topics)))
    for line, got in pairs:
        matrix[places[line.topic], places[got["topic"]]] += 1
    matrix /= np.maximum(matrix.sum(1, keepdims=True), 1)
    figure, axes = pyplot.subplots(figsize=(11, 11))
    axes.imshow(matrix, cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(len(topics)), topics, rotation=90, fontsize=6)
    axes.set_yticks(range(len(topics)), topics, fontsize=6)
    axes.set(xlabel="taken for", ylabel="right topic", title="Confusion, share of each topic's held-out lines")
    _save(figure, folder / "understanding-confusion.png")

    if curve:
        figure, axes = pyplot.subplots(figsize=(4.5, 4.2))
        axes.plot([lines for lines, _ in curve], [right.percent for _, right in curve], "o-", color=INK)
        axes.set(xscale="log", xlabel="training lines", ylabel="right at the first try, %", title="Learning curve")
        _save(figure, folder / "understanding-curve.png")


def _save(figure: object, path: Path) -> None:
    figure.tight_layout()  # type: ignore[attr-defined]
    figure.savefig(path, dpi=120)  # type: ignore[attr-defined]
