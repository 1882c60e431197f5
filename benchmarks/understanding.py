"""Topics on the project's own held-out lines: ours against Rasa's own classifiers, in one run.

    .venv-engine/bin/python benchmarks/understanding.py [--diet EPOCHS] [--alone]

Prints, for each of clean, noisy and near misses: right at the first try; right or among the choices asked back;
share asked back; milliseconds a line; and the training time. Rasa's default is 100 epochs,
hours on two busy cores; its training accuracy is at 97 % after eight. Held-out lines were written by hands that
never saw the training data (tests/understanding/held_out).
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.evaluation.held_out import read
from bot.quiet import before_import, quiet

DIET = """
recipe: default.v1
language: sv
assistant_id: benchmark
pipeline:
  - name: WhitespaceTokenizer
  - name: RegexFeaturizer
  - name: LexicalSyntacticFeaturizer
  - name: CountVectorsFeaturizer
  - name: CountVectorsFeaturizer
    analyzer: char_wb
    min_ngram: 1
    max_ngram: 4
  - name: DIETClassifier
    epochs: EPOCHS
    constrain_similarities: true
policies: []
"""
# Rasa's own linear classifier on the same kind of features, for those who have no hours for DIET.
LINEAR = (
    DIET.split("  - name: DIETClassifier")[0]
    + """  - name: LogisticRegressionClassifier
    max_iter: 300
policies: []
"""
)
Ranking = list[tuple[str, float]]


def unsure(ranking: Ranking) -> bool:
    """Tell whether the classifier would ask back, by the thresholds of bot/config.yml."""
    best, second = ranking[0][1], ranking[1][1]
    return not (best >= 0.5 or (best >= 0.2 and best >= 3 * second))


def measure(name: str, rank: Callable[[str], Ranking]) -> None:
    """Print the figures of one model."""
    for which in ("clean", "noisy", "near_misses"):
        lines = read(which)
        started = time.perf_counter()
        rankings = [rank(line.text) for line in lines]
        milliseconds = 1000 * (time.perf_counter() - started) / len(lines)
        first = [ranking[0][0] == line.topic for ranking, line in zip(rankings, lines, strict=True)]
        asked = [unsure(ranking) for ranking in rankings]
        among = [line.topic in [t for t, _ in ranking[:3]] for ranking, line in zip(rankings, lines, strict=True)]
        resolved = [a if ask else f for f, a, ask in zip(first, among, asked, strict=True)]
        n = len(lines)
        print(
            f"{name} {which} (n {n}): first {100 * sum(first) / n:.1f} %, resolved {100 * sum(resolved) / n:.1f} %, "
            f"asked back {100 * sum(asked) / n:.1f} %, {milliseconds:.1f} ms a line",
            flush=True,
        )


def load(config: str, data: str = str(ROOT / "data")) -> tuple[Callable[[str], Ranking], float]:
    """Train a Rasa NLU model by a config file and training data; give its ranking function and the seconds it took."""
    from rasa.core.agent import Agent
    from rasa.core.channels.channel import UserMessage
    from rasa.model_training import train_nlu

    quiet()
    out = tempfile.mkdtemp()
    started = time.monotonic()
    model = train_nlu(config, data, out)
    seconds = time.monotonic() - started
    agent = Agent.load(model)
    loop = asyncio.new_event_loop()

    def rank(text: str) -> Ranking:
        parsed = loop.run_until_complete(agent.processor.parse_message(UserMessage(text)))
        return [(one["name"], one["confidence"]) for one in parsed["intent_ranking"]]

    return rank, seconds


def main() -> None:
    before_import()
    rank, seconds = load(str(ROOT / "bot/config.yml"))
    print(f"ours: training {seconds:.0f} s", flush=True)
    measure("ours", rank)
    if "--alone" not in sys.argv:  # DIET alone beside ours
        config = Path(tempfile.mkdtemp()) / "linear.yml"
        config.write_text(LINEAR)
        rank, seconds = load(str(config))
        print(f"Rasa's logistic regression: training {seconds:.0f} s", flush=True)
        measure("Rasa's logistic regression", rank)
    if "--diet" in sys.argv:
        epochs = sys.argv[sys.argv.index("--diet") + 1]
        config = Path(tempfile.mkdtemp()) / "diet.yml"
        config.write_text(DIET.replace("EPOCHS", epochs))
        rank, seconds = load(str(config))
        print(f"DIET, {epochs} epochs: training {seconds:.0f} s", flush=True)
        measure("DIET", rank)


if __name__ == "__main__":
    main()
