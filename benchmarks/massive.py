"""The understanding's components on MASSIVE Swedish (FitzGerald et al. 2022; CC BY 4.0), 60 intents, in one run.

    .venv-engine/bin/python -m benchmarks.massive [--diet EPOCHS]

Trains on its train part and prints accuracy on dev, right among the first three, seconds of training, milliseconds a
line: a linear SVM on the same words; our model on words alone, with the encoder as it comes, and with what it has
learned for our own topics (bot/learning/tune.py). `--diet` adds Rasa's DIET with its default features; its default is
100 epochs. The gloss knows our domain's words and what is common besides: nothing was added for MASSIVE.

The data stand beside the project (../shared/benchmarks), and are not a part of it.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
DATA = ROOT.parent / "shared/benchmarks/massive-sv-SE"

from bot.quiet import before_import

before_import()

import numpy as np
import yaml
from sklearn.svm import LinearSVC

from benchmarks.topics import Topics
from benchmarks.understanding import DIET, Ranking, load
from bot.components.encoder import Encoder, packaged
from bot.components.gloss import Gloss
from bot.components.text_views import TextViews
from content.registry import HERE

Lines = list[tuple[str, str]]  # text, intent


def read(part: str) -> Lines:
    """Read `train` or `dev`. Ends the program with a word where the data are not there."""
    path = DATA / f"{part}.jsonl"
    if not path.exists():
        raise SystemExit(f"MASSIVE is not here: {path} is missing. It does not come with the project.")
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [(line["text"], line["intent"]) for line in lines]


def report(name: str, seconds: float, dev: Lines, rank: Callable[[str], Ranking]) -> None:
    """Print the figures of one model."""
    started = time.perf_counter()
    rankings = [[intent for intent, _ in rank(text)[:3]] for text, _ in dev]
    milliseconds = 1000 * (time.perf_counter() - started) / len(dev)
    first = 100 * np.mean([ranking[0] == intent for ranking, (_, intent) in zip(rankings, dev, strict=True)])
    three = 100 * np.mean([intent in ranking for ranking, (_, intent) in zip(rankings, dev, strict=True)])
    print(
        f"{name}: {first:.1f} %, among three {three:.1f} %; training {seconds:.0f} s, {milliseconds:.1f} ms a line",
        flush=True,
    )


def ours(name: str, train: Lines, dev: Lines, vector: Callable[[str], np.ndarray] | None) -> None:
    """Train and report our topic model, with a sentence vector or on words alone."""
    started = time.perf_counter()
    texts, intents = zip(*train, strict=True)
    meanings = None if vector is None else np.stack([vector(text) for text in texts])
    model = Topics.train(texts, intents, meanings)
    report(
        name,
        time.perf_counter() - started,
        dev,
        lambda text: model.rank(text, None if vector is None else vector(text)),
    )


def svm(train: Lines, dev: Lines) -> None:
    """Train and report the linear SVM that is the best published linear model on these data."""
    started = time.perf_counter()
    texts, intents = zip(*train, strict=True)
    views, rows = TextViews.fit(texts)
    model = LinearSVC().fit(rows, intents)

    def rank(text: str) -> Ranking:
        scores = model.decision_function(views.rows([text]))[0]
        return [(str(model.classes_[at]), float(scores[at])) for at in np.argsort(-scores)]

    report("linear SVM, words", time.perf_counter() - started, dev, rank)


def diet(train: Lines, dev: Lines, epochs: str) -> None:
    """Train and report Rasa's DIET on its default features."""
    with tempfile.TemporaryDirectory() as folder:
        config, data = Path(folder) / "config.yml", Path(folder) / "nlu.yml"
        config.write_text(DIET.replace("EPOCHS", epochs), encoding="utf-8")
        data.write_text(yaml.safe_dump({"version": "3.1", "nlu": _blocks(train)}, allow_unicode=True), encoding="utf-8")
        rank, seconds = load(str(config), str(data))
    report(f"DIET, {epochs} epochs", seconds, dev, rank)


def _blocks(train: Lines) -> list[dict[str, str]]:
    intents = sorted({intent for _, intent in train})
    return [
        {"intent": intent, "examples": "".join(f"- {text}\n" for text, its in train if its == intent)}
        for intent in intents
    ]


def main(given: Sequence[str]) -> None:
    train, dev = read("train"), read("dev")
    gloss = Gloss.load(HERE / "gloss")
    plain = Encoder.of(packaged(), adapter=Path("none"))
    tuned = Encoder.of(packaged())
    print(f"{len(train)} lines to train on, {len(dev)} to measure on", flush=True)
    svm(train, dev)
    ours("ours, words alone", train, dev, None)
    ours("ours, encoder as it comes", train, dev, lambda text: plain.vector(gloss(text)))
    ours("ours, encoder as tuned for our topics", train, dev, lambda text: tuned.vector(gloss(text)))
    if "--diet" in given:
        diet(train, dev, given[list(given).index("--diet") + 1])


if __name__ == "__main__":
    main(sys.argv[1:])
