"""What each part of the topic model is worth: the model without it, on the held-out lines.

    .venv-engine/bin/python -m benchmarks.ablation

Prints, for each variant: right at the first try / resolved, on clean, noisy and near misses. Some minutes a variant.
`benchmarks/risks.py` does the same for the two ears that hear risks.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.quiet import before_import

before_import()

import numpy as np

from benchmarks.evaluation.held_out import SETS, Line, lines_of
from benchmarks.evaluation.measures import Share
from benchmarks.topics import Topics
from benchmarks.understanding import Ranking, unsure
from bot.components import text_views
from bot.components.encoder import Encoder, packaged
from bot.components.gloss import read_table
from bot.components.reading import Reading
from bot.learning.lines import examples
from content.registry import HERE

Vector = Callable[[str], np.ndarray]


@contextmanager
def without(view: str | None) -> Iterator[None]:
    """Leave one view of the words out."""
    whole = text_views._VIEWS
    text_views._VIEWS = {name: one for name, one in whole.items() if name != view}
    yield
    text_views._VIEWS = whole


def resolved(ranking: Ranking, topic: str) -> bool:
    """Tell whether it is right at the first try, or among the three that are asked back."""
    return topic in [name for name, _ in ranking[: 3 if unsure(ranking) else 1]]


def report(name: str, model: Topics, held: dict[str, list[Line]], vector: Vector | None) -> None:
    """Print one variant's line."""
    said = []
    for lines in held.values():
        rankings = [model.rank(line.text, None if vector is None else vector(line.text)) for line in lines]
        pairs = list(zip(rankings, lines, strict=True))
        first = Share(sum(ranking[0][0] == line.topic for ranking, line in pairs), len(lines))
        both = Share(sum(resolved(ranking, line.topic) for ranking, line in pairs), len(lines))
        said.append(f"{first.percent:.1f} / {both.percent:.1f}")
    print(f"{name}: {'; '.join(said)}", flush=True)


def main() -> None:
    held = {name: lines_of(name) for name in SETS if name != "other languages"}
    lines = list(examples())
    texts, topics = [one.text for one in lines], [one.topic for one in lines]
    reading, words = Reading.load(), read_table(HERE / "gloss/words.tsv")
    plain = Encoder.of(packaged(), adapter=Path("none"))
    tuned = Encoder.of(packaged())

    def meaning(encoder: Encoder, reads: Callable[[str], str]) -> Vector:
        return lambda text: encoder.vector(reads(text))

    def by_table(text: str) -> str:
        return " ".join(words.get(token, token) for token in re.findall(r"\w+|[?!]", text.casefold()))

    gloss = meaning(tuned, reading.english)
    variants: dict[str, tuple[str | None, Vector | None]] = {
        "whole": (None, gloss),
        "without words": ("words", gloss),
        "without letters": ("letters", gloss),
        "without meaning": (None, None),
        "the encoder as it comes": (None, meaning(plain, reading.english)),
        "the encoder as it comes, on Swedish": (None, meaning(plain, lambda text: text)),
        "the gloss by its table of words alone": (None, meaning(tuned, by_table)),
    }
    known: dict[Vector, np.ndarray] = {}
    print(f"{len(lines)} lines; first try / resolved, %: {'; '.join(held)}")
    for name, (view, vector) in variants.items():
        started = time.perf_counter()
        with without(view):
            if vector is not None and vector not in known:
                known[vector] = np.stack([vector(text) for text in texts])
            meanings = None if vector is None else known[vector]
            model = Topics.train(texts, topics, meanings)
            report(f"{name} ({time.perf_counter() - started:.0f} s)", model, held, vector)


if __name__ == "__main__":
    main()
