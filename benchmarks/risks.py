"""Risks on the project's own held-out lines: the lexicon alone, the model alone, and both as the engine combines them.

    .venv-engine/bin/python benchmarks/risks.py [--variants]

Prints for clean lines, noisy lines and near misses: recall of all labels together and of each risk, emergencies heard
(a label of acute_danger or suicide, heard as either; the topic's own route comes on top of it in the engine), and the
share of calm lines with any risk. `--variants` adds other bars (risk_decision.py).
"""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import numpy as np
import yaml

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from bot.quiet import before_import

before_import()

from benchmarks.evaluation.held_out import SETS, lines_of
from bot.components.encoder import Encoder, packaged
from bot.components.reading import Reading
from bot.components.risk_decision import FIRST, Bars
from bot.components.risk_lines import by_topic, row_of, row_of_example
from bot.components.risk_model import RiskModel
from bot.components.text_views import TextViews
from bot.learning.lines import examples, labelled_lines
from content.registry import HERE, load_content
from content.risks import RiskLexicon

RISKS = list(load_content().taxonomy.risks)
CONFIG = yaml.safe_load((ROOT / "bot/config.yml").read_text(encoding="utf-8"))["pipeline"]
[BARS] = [Bars(*(part[one.name] for one in fields(Bars))) for part in CONFIG if "heard" in part]
Decide = Callable[[np.ndarray, np.ndarray], np.ndarray]  # the model's probabilities, what the lexicon heard


def report(name: str, heard: np.ndarray, labels: np.ndarray, each: bool) -> None:
    """Print the figures of one way of hearing on one group of lines."""
    calm, danger = ~labels.any(axis=1), labels[:, :2].any(axis=1)
    recall = 100 * (heard & labels).sum() / max(1, labels.sum())
    emergencies = f"{heard[danger][:, :2].any(axis=1).sum()} of {danger.sum()}"
    alarms = 100 * heard[calm].any(axis=1).mean()
    print(f"  {name}: recall {recall:.1f} %, emergencies {emergencies}, calm lines alarmed {alarms:.1f} %")
    if each:
        counts = zip(RISKS, (heard & labels).sum(axis=0), labels.sum(axis=0), heard[calm].sum(axis=0), strict=True)
        print("    " + "; ".join(f"{risk} {right} of {all_} (+{false})" for risk, right, all_, false in counts))


def main() -> None:
    if RISKS[:2] != ["acute_danger", "suicide"]:
        raise SystemExit("the two emergencies are expected first in the taxonomy")
    encoder, reading, lexicon = Encoder.of(packaged()), Reading.load(), RiskLexicon.load(HERE / "risks.yml")
    topics, lines, known = by_topic(), labelled_lines(), list(examples())

    def meanings(texts: list[str]) -> np.ndarray:
        return encoder.vectors([reading.english(text) for text in texts])

    texts = [line["text"] for line in lines] + [one.text for one in known]
    labels = np.array(
        [row_of(RISKS, line["risks"]) for line in lines]
        + [row_of_example(RISKS, topics, one.topic, one.risks) for one in known]
    )
    vectors, started = meanings(texts), time.process_time()
    views, rows = TextViews.fit(texts, vectors)
    model = RiskModel.train(RISKS, rows, labels)
    print(f"{len(lines)} labelled lines, {len(known)} examples: {time.process_time() - started:.0f} s of training")

    first = np.array([risk in FIRST for risk in RISKS])

    def both(bars: Bars) -> Decide:
        heard = np.where(first, bars.heard_first, bars.heard)
        stands = np.where(first, bars.overruled_first, bars.overruled)
        return lambda odds, rules: (odds >= heard) | (rules & (odds >= stands))

    ways: dict[str, Decide] = {
        "lexicon": lambda odds, rules: rules,
        "model": lambda odds, rules: both(BARS)(odds, np.zeros_like(rules)),
        "both": both(BARS),
    }
    if "--variants" in sys.argv:
        for heard, *floors in itertools.product((0.3, 0.34, 0.38, 0.42, 0.5), (0.0, 0.05, 0.1), (0.0, 0.01, 0.02)):
            bars = Bars(heard, heard, *floors)
            ways[f"{bars}"] = both(bars)
    for group in SETS:
        held = lines_of(group)
        asked = [line.text for line in held]
        right = np.array([row_of(RISKS, list(line.risks)) for line in held]) == 1
        odds = model.probabilities(views.rows(asked, meanings(asked)))
        heard = np.array([row_of(RISKS, lexicon.risks(text)) for text in asked]) == 1
        print(f"{group} ({len(held)} lines, {(~right.any(axis=1)).sum()} calm)")
        for name, decide in ways.items():
            report(name, decide(odds, heard), right, each="Bars" not in name)


if __name__ == "__main__":
    main()
