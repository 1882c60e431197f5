"""Topics with and without meaning, on the engine's examples and the voices beside this file, in one run.

<engine's python with the packages of README.md> benchmarks/meaning/measure.py
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT))

from bot.components.encoder import Encoder, packaged
from bot.components.gloss import Gloss
from bot.components.normalise import normalise

WEIGHT = 0.7  # of the meaning, a vector of length 1, beside the words
SETS = ("clean", "noisy", "near_misses", "hard_clean", "hard_noisy", "hard_near")


def examples() -> list[tuple[str, str]]:
    """Give (text, topic) of the engine's examples, then of the voices."""
    found: dict[str, str] = {}
    for path in sorted((ROOT / "data/nlu").glob("*/*.yml")):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            lines = [line.strip()[2:] for line in entry["examples"].splitlines() if line.strip()]
            found |= dict.fromkeys(lines, entry["intent"])
    for path in sorted((HERE / "voices").glob("*.tsv")):
        for line in path.read_text(encoding="utf-8").splitlines():
            topic, _, text = line.partition("\t")
            found.setdefault(text, topic)
    return list(found.items())


def report(name: str, model: LogisticRegression, features: Any, lines: list[dict[str, Any]]) -> None:
    """Print first try, and resolved where it asks back below 0.5 or a lead of 3."""
    odds = model.predict_proba(features)
    order = np.argsort(-odds, axis=1)[:, :3]
    first = resolved = 0
    for row, best, line in zip(odds, order, lines, strict=True):
        topics = [model.classes_[one] for one in best]
        sure = row[best[0]] >= 0.5 or (row[best[0]] >= 0.2 and row[best[0]] >= 3 * row[best[1]])
        first += topics[0] == line["topic"]
        resolved += line["topic"] in (topics[:1] if sure else topics)
    print(f"{name}: first {100 * first / len(lines):.1f} %, resolved {100 * resolved / len(lines):.1f} %", flush=True)


def main() -> None:
    texts, topics = zip(*examples(), strict=True)
    gloss, encoder = Gloss.load(ROOT / "content/gloss"), Encoder.of(packaged())
    views = (
        TfidfVectorizer(analyzer="word", ngram_range=(1, 2), token_pattern=r"(?u)\w+|\?", sublinear_tf=True),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=2),
    )
    clean = [normalise(text) for text in texts]
    words = hstack([view.fit_transform(clean) for view in views]).tocsr()
    meaning = csr_matrix(encoder.vectors([gloss(text) for text in texts]) * WEIGHT)
    kinds = {"words": words, "words and meaning": hstack([words, meaning]).tocsr()}
    models = {kind: LogisticRegression(C=5, max_iter=300, tol=1e-3).fit(seen, topics) for kind, seen in kinds.items()}
    print(f"{len(texts)} examples")
    for name in SETS:
        held = (ROOT / f"tests/understanding/held_out/{name}.jsonl").read_text(encoding="utf-8").splitlines()
        lines = [json.loads(line) for line in held]
        asked = [line["text"] for line in lines]
        by_words = hstack([view.transform([normalise(text) for text in asked]) for view in views]).tocsr()
        by_meaning = csr_matrix(encoder.vectors([gloss(text) for text in asked]) * WEIGHT)
        report(f"{name}, words", models["words"], by_words, lines)
        both = hstack([by_words, by_meaning]).tocsr()
        report(f"{name}, words and meaning", models["words and meaning"], both, lines)


if __name__ == "__main__":
    main()
