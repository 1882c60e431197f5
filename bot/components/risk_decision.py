"""Which risks a message raises, by two ears: the lexicon's rules and the trained model. Free of Rasa.

The lexicon is the gateway's own, so what it hears here is heard with the engine dead too. The model adds what no rule
says, once its probability is over a bar. It overrules the lexicon only where it is sure that nothing is there (an
essay, an idiom), far surer for the risks where a miss costs most.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from content.risks import RiskLexicon

# Recall comes first for these: they have bars of their own.
FIRST = ("acute_danger", "suicide", "child_victim_of_writer")
# What these raise refuses help, so the model alone is not enough: the topic must say the same. It took an undocumented
# person's fear of the police for a buyer's.
ONLY_WITH_TOPIC = {"solicitation": "wants_to_buy"}
MODEL = "model"  # stands where the id of a rule stands when no rule but the model heard it


@dataclass(frozen=True)
class Bars:
    """From which probability the model raises a risk by itself, and below which the lexicon's finding falls.

    Each once for the risks in FIRST and once for the others.
    """

    heard: float
    heard_first: float
    overruled: float
    overruled_first: float

    def over(self, risk: str, score: float) -> bool:
        """Tell whether the model by itself raises this risk."""
        return score >= (self.heard_first if risk in FIRST else self.heard)

    def stands(self, risk: str, score: float, lang: str) -> bool:
        """Tell whether the lexicon's finding stands. The model knows Swedish; it overrules nothing else."""
        return lang != "sv" or score >= (self.overruled_first if risk in FIRST else self.overruled)


@dataclass(frozen=True)
class RiskDecision:
    """The two ears and when each counts."""

    lexicon: RiskLexicon
    bars: Bars

    def hear(
        self,
        text: str,
        odds: Mapping[str, float],
        strongest: Callable[[str], list[str]],
        lang: str = "sv",
        topic: str | None = None,
    ) -> tuple[list[dict[str, Any]], list[str]]:
        """Give the risks in the taxonomy's order, each with why; and those of the lexicon that the model overruled.

        `odds`: the model's probability of each risk; `strongest`: gives the words that spoke most to the model for a
        risk; `topic`: what the topic model takes the text for. Keys: `risk`; `words` and `rule` (the lexicon's, or the
        strongest words and MODEL); `score` (the model's probability); `strongest`.
        """
        rules = {one.risk: one for one in self.lexicon.hear(text)}
        heard = []
        for risk, score in odds.items():
            by_rule = risk in rules and self.bars.stands(risk, score, lang)
            by_model = self.bars.over(risk, score) and ONLY_WITH_TOPIC.get(risk, topic) == topic
            if by_rule or by_model:
                spoke = strongest(risk)
                words, rule = (rules[risk].words, rules[risk].rule) if by_rule else (" … ".join(spoke), MODEL)
                why = {"risk": risk, "words": words, "rule": rule}
                heard.append({**why, "score": round(score, 4), "strongest": spoke})
        stand = {one["risk"] for one in heard}
        return heard, [risk for risk in rules if risk not in stand]
