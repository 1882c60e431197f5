"""Risks on the project's own held-out lines: the lexicon alone, the model alone, and both as the engine combines them.

    .venv-engine/bin/python benchmarks/risks.py [--variants]

Prints for clean lines, noisy lines and near misses: recall of all labels together and of each risk, emergencies heard
(a label of acute_danger or suicide, heard as either; the topic's own route comes on top of it in the engine), and the
share of calm lines with any risk. `--variants` adds other shares of alarms and other bounds for overruling.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from bot.quiet import before_import

before_import()

from benchmarks.evaluation.held_out import read
from bot.components.encoder import Encoder, packaged
from bot.components.gloss import Gloss
from bot.components.risk_decision import FIRST, thresholds
from bot.components.risk_lines import by_topic, row_of, row_of_topic
from bot.components.risk_model import RiskModel, out_of_fold
from bot.learning.lines import labelled_lines, topic_lines
from content.recognition import Recogniser
from content.registry import HERE, load_content
from content.risks import RiskLexicon

GROUPS = {
    "clean": ("clean", "hard_clean"),
    "noisy": ("noisy", "hard_noisy"),
    "near misses": ("near_misses", "hard_near"),
}
RISKS = list(load_content().taxonomy.risks)
ALARMS, ALARMS_FIRST, OVERRULED = 0.025, 0.015, 0.1
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
    encoder, gloss, lexicon = (
        Encoder.of(packaged()), Gloss.load(ROOT / "content/gloss"), RiskLexicon.load(ROOT / "content/risks.yml"),
    )  # fmt: skip
    recogniser = Recogniser.load(HERE)
    topics, lines, known = by_topic(), labelled_lines(), dict(topic_lines())

    def meanings(texts: list[str]) -> np.ndarray:
        return encoder.vectors([gloss.read(text, recogniser.language_of(text)) for text in texts])

    texts = [line["text"] for line in lines] + list(known)
    labels = np.array(
        [row_of(RISKS, line["risks"]) for line in lines] + [row_of_topic(RISKS, topics, one) for one in known.values()]
    )
    vectors, started = meanings(texts), time.process_time()
    unseen = out_of_fold(RISKS, texts, labels, vectors)
    model = RiskModel.train(RISKS, texts, labels, vectors)
    print(f"{len(lines)} labelled lines, {len(known)} examples: {time.process_time() - started:.0f} s of training")

    def bounds(alarms: float, alarms_first: float) -> np.ndarray:
        return np.array(list(thresholds(RISKS, unseen, labels, alarms, alarms_first).values()))

    def both(alarms: float, alarms_first: float, overruled: float, first: float = 0.0) -> Decide:
        low = np.array([first if risk in FIRST else overruled for risk in RISKS])
        high = bounds(alarms, alarms_first)
        return lambda odds, heard: (odds >= high) | (heard & (odds >= low))

    high = bounds(ALARMS, ALARMS_FIRST)
    ways: dict[str, Decide] = {
        "lexicon": lambda odds, heard: heard,
        "model": lambda odds, heard: odds >= high,
        "lexicon or model": both(ALARMS, ALARMS_FIRST, 0.0),
        "combined": both(ALARMS, ALARMS_FIRST, OVERRULED),
    }
    if "--variants" in sys.argv:
        for alarms in (0.015, 0.025, 0.035):
            for alarms_first in (0.01, 0.02):
                for overruled, first in ((0.05, 0.0), (0.1, 0.0), (0.2, 0.0), (0.1, 0.01)):
                    name = f"alarms {alarms}, first {alarms_first}, overruled {overruled}, first {first}"
                    ways[name] = both(alarms, alarms_first, overruled, first)
    print("thresholds: " + ", ".join(f"{risk} {one:.2f}" for risk, one in zip(RISKS, high, strict=True)))
    for group, names in GROUPS.items():
        held = [line for name in names for line in read(name)]
        asked = [line.text for line in held]
        right = np.array([row_of(RISKS, list(line.risks)) for line in held]) == 1
        odds = model.probabilities(asked, meanings(asked))
        heard = np.array([row_of(RISKS, lexicon.risks(text)) for text in asked]) == 1
        print(f"{group} ({len(held)} lines, {(~right.any(axis=1)).sum()} calm)")
        for name, decide in ways.items():
            report(name, decide(odds, heard), right, each="alarms" not in name)


if __name__ == "__main__":
    main()
