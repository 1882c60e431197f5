"""Measures a trained model on the held-out lines; writes docs/understanding.md's figures and plots.

    .venv-engine/bin/python -m benchmarks.evaluation MODEL [--curve]     (make evaluate trains first)

`--curve` trains the topic model anew on 1/16 to all of the training lines, and measures how various these are: some
minutes more.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import resource
import statistics
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bot.quiet import before_import

ROOT = Path(__file__).parent.parent.parent
LISTEN = {"mode": "listen", "now": "2026-11-24T10:00:00+01:00", "hours_open": True, "channel": "web"}
SHARES = (16, 8, 4, 2, 1)  # of the training lines: one in so many


async def understand(engine: Any, texts: Sequence[str]) -> tuple[list[dict[str, Any]], list[float]]:
    """Give what was understood of each text, and the milliseconds it took."""
    found, took = [], []
    for text in texts:
        started = time.perf_counter()
        found.append((await engine.turn(text, None, LISTEN))["understood"])
        took.append(1000 * (time.perf_counter() - started))
    return found, took


def learning_curve(lines: Sequence[Any]) -> Iterator[tuple[int, Any]]:
    """Give (training lines, share right) for growing parts of the training data, the same pipeline's model."""
    import numpy as np

    from benchmarks.evaluation.measures import Share
    from benchmarks.topics import Topics
    from bot.components.encoder import Encoder, packaged
    from bot.components.reading import Reading
    from bot.learning.lines import examples

    known = list(examples())
    random.Random(1).shuffle(known)
    reading, encoder = Reading.load(), Encoder.of(packaged())

    def vectors(texts: Sequence[str]) -> np.ndarray:
        return encoder.vectors([reading.english(text) for text in texts])

    meanings = vectors([one.text for one in known])
    asked = list(zip(lines, vectors([line.text for line in lines]), strict=True))
    for share in SHARES:
        some = np.arange(0, len(known), share)
        texts, labels = [known[at].text for at in some], [known[at].topic for at in some]
        model = Topics.train(texts, labels, meanings[some])
        hits = sum(model.rank(line.text, meaning)[0][0] == line.topic for line, meaning in asked)
        yield len(some), Share(hits, len(asked))


def varieties() -> str:
    """Say how various the training lines are; a pass is a folder `voice_…`, or all that are older than these."""
    from benchmarks.evaluation.variety import giving_away, near_duplicates, shared_grams
    from bot.learning.lines import TOPICS, examples

    lines = list(examples())
    folders = [folder for folder in sorted(TOPICS.iterdir()) if folder.is_dir()]
    passes: dict[str, list[str]] = {}
    for folder in folders:
        name = folder.name if folder.name.startswith("voice_") else "the first"
        passes.setdefault(name, []).extend(one.text for one in examples(folder))
    near = near_duplicates([one.text for one in lines])
    told, topic, most = giving_away([(one.text, one.topic) for one in lines])
    shared, name, share = shared_grams(passes)
    return "\n\n".join([
        "### How various they are",
        f"{len(lines)} lines in {len(passes)} passes. Near-duplicates (cosine of letters 0.8): {near}. "
        f"Lines with one of their topic's three most telling words: {100 * told:.0f} % "
        f"(most: {topic}, {100 * most:.0f} %). "
        f"Runs of four words of a pass that another pass has too: {100 * shared:.1f} % "
        f"(most: {name}, {100 * share:.1f} %).",
    ])  # fmt: skip


async def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.evaluation")
    parser.add_argument("model", type=Path)
    parser.add_argument("--curve", action="store_true")
    given = parser.parse_args()
    before_import()

    from benchmarks.evaluation import held_out, measures, noise, report
    from bot.engine import load_engine
    from content.registry import load_content

    taxonomy, engine = load_content().taxonomy, load_engine(str(given.model))
    columns: dict[str, list[measures.Pair]] = {}
    took: list[float] = []
    for column in held_out.SETS:
        lines = held_out.lines_of(column)
        found, milliseconds = await understand(engine, [line.text for line in lines])
        columns[column] = list(zip(lines, found, strict=True))
        took += milliseconds
    tables = {column: measures.table(taxonomy, pairs) for column, pairs in columns.items()}
    swedish = [pair for column, pairs in columns.items() if column != "other languages" for pair in pairs]
    noises = {}
    clean = held_out.lines_of("clean")
    for kind, put in {"none": lambda text, source: text, **noise.KINDS}.items():
        source = random.Random(1)
        found, _ = await understand(engine, [put(line.text, source) for line in clean])
        right = sum(got["topic"] == line.topic for line, got in zip(clean, found, strict=True))
        noises[kind] = measures.Share(right, len(clean))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    speed = (
        f"One line through the whole pipeline: median {statistics.median(took):.1f} ms, 95th percentile "
        f"{sorted(took)[int(0.95 * len(took))]:.1f} ms ({len(took)} lines). "
        f"The engine's memory at its highest: {memory:.0f} MB."
    )
    curve = list(learning_curve(columns_lines(columns))) if given.curve else []
    text = report.markdown(taxonomy, tables, swedish, noises, curve, speed)
    if given.curve:
        text += f"\n\n{varieties()}"
    report.put(ROOT / "docs/understanding.md", text)
    report.plots(ROOT / "docs/images", taxonomy, swedish, curve)
    print(text)


def columns_lines(columns: dict[str, Any]) -> list[Any]:
    """Give the clean and the noisy lines."""
    return [line for column in ("clean", "noisy") for line, _ in columns[column]]


if __name__ == "__main__":
    asyncio.run(main())
