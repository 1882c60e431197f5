"""Which of a visitor's words raised which risk, so that a counsellor sees why. Kept sealed, with the words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from content.risks import Heard, RiskLexicon
from gateway.storage.records import Line


def heard_in(lexicon: RiskLexicon, lines: list[Line]) -> dict[int, dict[str, list[str]]]:
    """Give for the seq of each line the words that raised a risk there, as `{risk: [words]}`.

    The engine hears with the same lexicon, so this holds with the engine dead too. A risk that only the lines
    together raise stands with the first of them: who may read that one may read the others. Words that go over a
    line break are given in parts, so that each part stands in a message as it was written.
    """
    said = [line for line in lines if "choice" not in line.words]
    found = {line.seq: _by_risk(lexicon.hear(line.words["text"])) for line in said}
    if len(said) > 1:
        alone = {risk for risks in found.values() for risk in risks}
        together = lexicon.hear("\n".join(line.words["text"] for line in said))
        found[said[0].seq] |= _by_risk(one for one in together if one.risk not in alone)
    return {seq: risks for seq, risks in found.items() if risks}


def _by_risk(heard: Iterable[Heard]) -> dict[str, list[str]]:
    return {one.risk: one.words.splitlines() for one in heard}


def risk_words(lines: list[Line], order: Iterable[str]) -> list[dict[str, Any]]:
    """Give the words that stand with `lines` by risk, the risks in `order`, each way of saying it once."""
    shown: dict[str, dict[str, None]] = {}
    for line in lines:
        for risk, words in line.words.get("heard", {}).items():
            shown.setdefault(risk, {}).update(dict.fromkeys(words))
    return [{"risk": risk, "words": list(shown[risk])} for risk in order if risk in shown]
