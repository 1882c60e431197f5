"""Which risks a message raises, by two ears: the lexicon's rules and the trained model. Free of Rasa.

The lexicon is the gateway's own, so what it hears here is heard with the engine dead too. The model adds what no rule
says, once its probability is over the risk's threshold. It may overrule the lexicon only where it is sure that nothing
is there (an essay, an idiom), and never for the risks where a miss costs most.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bot.components.risk_model import RiskModel
from content.risks import RiskLexicon

# Recall comes first for these: more false alarms are allowed, and the model never overrules the lexicon.
FIRST = ("acute_danger", "suicide", "child_victim_of_writer")
# Raised by a rule only. What follows presupposes who writes ("du som är under 18") or refuses help: wrongly heard,
# they hurt. The model alone took a debt for a child's, and an undocumented person's fear of the police for a buyer's.
BY_RULE_ONLY = ("minor", "solicitation")
MODEL = "model"  # stands where the id of a rule stands when no rule but the model heard it


def thresholds(
    risks: Sequence[str], probabilities: np.ndarray, labels: np.ndarray, alarms: float, alarms_first: float
) -> dict[str, float]:
    """Give for each risk the lowest probability that counts: one for those in FIRST, one for all others.

    One bar for many risks, because at a given number of false alarms it hears the most; a bar for each by its own
    alarms heard two labels in a hundred fewer. `probabilities`: of training lines by models that have not seen them.
    `alarms`: the share of calm lines (no risk, known or possible) that the others together may alarm on;
    `alarms_first`: that those in FIRST may.
    """
    calm = probabilities[(labels == 0).all(axis=1)]
    first = np.array([risk in FIRST for risk in risks])
    bars = {
        mine: float(np.quantile(calm[:, first == mine].max(axis=1), 1 - share))
        for mine, share in ((True, alarms_first), (False, alarms))
    }
    return {risk: bars[risk in FIRST] for risk in risks}


@dataclass(frozen=True)
class RiskDecision:
    """The two ears and when each counts. `overruled`: below this probability the lexicon's finding falls."""

    lexicon: RiskLexicon
    model: RiskModel
    thresholds: Mapping[str, float]
    overruled: float

    def hear(self, text: str, meaning: np.ndarray | None = None) -> list[dict[str, Any]]:
        """Give the risks in the taxonomy's order, each with why.

        Keys: `risk`; `words` and `rule` (the lexicon's, or the model's strongest words and MODEL); `score` (the
        model's probability); `strongest` (the words that spoke most to the model).
        """
        rules = {one.risk: one for one in self.lexicon.hear(text)}
        scores = self.model.hear(text, meaning)
        heard = []
        for risk, score in scores.items():
            by_rule = risk in rules and (risk in FIRST or score >= self.overruled)
            if by_rule or (risk not in BY_RULE_ONLY and score >= self.thresholds[risk]):
                strongest = self.model.strongest(text, risk)
                words, rule = (rules[risk].words, rules[risk].rule) if by_rule else (" … ".join(strongest), MODEL)
                why = {"risk": risk, "words": words, "rule": rule}
                heard.append({**why, "score": round(score, 4), "strongest": strongest})
        return heard

    def save(self, folder: Path) -> None:
        """Write what was learned, model and thresholds, into an existing folder."""
        self.model.save(folder)
        (folder / "thresholds.json").write_text(json.dumps(dict(self.thresholds)), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, lexicon: RiskLexicon, overruled: float) -> RiskDecision:
        """Read what `save` wrote; the lexicon and the bound are not learned."""
        thresholds = json.loads((folder / "thresholds.json").read_text(encoding="utf-8"))
        return cls(lexicon, RiskModel.load(folder), thresholds, overruled)
