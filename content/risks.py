"""Hear danger in a visitor's words: the rules of risks.yml in plain Python, with the engine alive or dead.

Says which risks of the taxonomy a text raises, and by which words. It does not understand a text, choose a route,
keep anything or write a log. How a rule is written stands at the top of risks.yml.
"""

from __future__ import annotations

import itertools
import math
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

LONGEST = 20_000  # characters that are listened to; of a longer text its beginning and its end
FUZZY_FROM = 6  # folded letters from which one slip is forgiven, and a word written in two is put together
MOST_PATHS = 400  # ways the gaps of one phrase may combine: keeps the work for any text small
SCOPES = ("touching", "sentence", "message")
SPELT_OUT = re.compile(r"(?<!\w)[^\W\d_](?:[ .*_-][^\W\d_]){3,}(?!\w)")  # h j ä l p
TOKEN = re.compile(
    r"[\u0e00-\u0e7f]|\d+"  # Thai has no spaces: one letter is one token
    r"|[^\W\d_](?:['’´`*@$]?[^\W\d_]|[0134](?=[^\W\d_])|[\u0300-\u036f\u064b-\u065f])*"
)
STOP = re.compile(r"[!?;؟]|(?<!\.)\.(?=\s)")  # ends a sentence; a row of dots and a line break do not
FOLDS = str.maketrans("æøłđı@$0134", "aoldiasoiea", "'’´`*ـ")
Span = tuple[int, int]


class LexiconError(ValueError):
    """Say what is wrong in a lexicon: file, rule, fault."""


@dataclass(frozen=True)
class Heard:
    """One risk that a text raised."""

    risk: str  # a risk id of the taxonomy
    words: str  # the visitor's words that raised it
    rule: str  # id of the rule in risks.yml


def _fold(word: str) -> str:
    """Reduce a word to what its spellings share: no case, marks or doubled letters; aa and ae are a, oe is o."""
    if word.isdigit():
        return word
    bare = unicodedata.normalize("NFKD", word.casefold()).translate(FOLDS)
    single = re.sub(r"(.)\1+", r"\1", "".join(c for c in bare if not unicodedata.combining(c)))
    return single.replace("ae", "a").replace("oe", "o")


def _slips(word: str) -> set[str]:
    """Return the word with and without each letter but the first; words a slip apart share one of these."""
    return {word, *(word[:i] + word[i + 1 :] for i in range(1, len(word)))}


@dataclass(frozen=True)
class _Step:
    """One step of a phrase: words (each way is one or more), a gap, or words that may not follow."""

    ways: tuple[tuple[str, ...], ...] = ()
    kind: str = "word"  # word, optional, absent or gap
    gap: int = 0


@dataclass(frozen=True)
class _Phrase:
    owner: str  # id of the rule or condition
    steps: tuple[_Step, ...]
    needed: tuple[frozenset[str], ...]  # per step that must be there, the words it can begin with

    def ends(self, told: _Told, at: int, stop: int, step: int = 0) -> Iterator[int]:
        """Yield where the phrase ends if its steps from `step` on begin at token `at` and stay before `stop`."""
        if step == len(self.steps):
            yield at
            return
        this = self.steps[step]
        nexts = [end for way in this.ways if (end := told.follow(way, at, stop)) is not None]
        if this.kind == "gap":
            nexts = list(range(at, min(at + this.gap, stop) + 1))
        elif this.kind == "absent":
            nexts = [] if nexts else [at]
        elif this.kind == "optional":
            nexts.append(at)
        for end in nexts:
            yield from self.ends(told, end, stop, step + 1)


class _Told:
    """A text cut into tokens; for each token the lexicon's words that it may be, with the token after them."""

    def __init__(self, text: str) -> None:
        if len(text) > LONGEST:
            text = text[: LONGEST // 2] + "\n" + text[-LONGEST // 2 :]
        text = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
        self.text = SPELT_OUT.sub(lambda run: re.sub(r"[ .*_-]", "", run[0]), text)
        self.spans: list[Span] = [match.span() for match in TOKEN.finditer(self.text)]
        self.forms: list[dict[str, int]] = []
        self.places: dict[str, list[int]] = {}
        ends = [
            at for at in range(1, len(self.spans)) if STOP.search(self.text, self.spans[at - 1][1], self.spans[at][0])
        ]
        bounds = [0, *ends, len(self.spans)]
        self.sentences = [(a, b) for a, b in itertools.pairwise(bounds) for _ in range(a, b)]

    def follow(self, way: tuple[str, ...], at: int, stop: int) -> int | None:
        """Return the token after `way`, read from token `at`; None where the text says something else."""
        for word in way:
            end = self.forms[at].get(word, stop + 1) if at < stop else stop + 1
            if end > stop:
                return None
            at = end
        return at


class RiskLexicon:
    """The rules of one risks.yml. Built by `load`, never changed after, free to share between threads."""

    def __init__(self, source: Mapping[str, Any], name: str) -> None:
        self._lists: Mapping[str, str] = source["words"]
        self._order: list[str] = source["risks"]
        self._entries: dict[str, Mapping[str, Any]] = {}  # conditions and rules
        self._phrases: list[_Phrase] = []
        for entry in [*({"id": key} | value for key, value in source["conditions"].items()), *source["rules"]]:
            try:
                self._add(entry)
            except (LookupError, TypeError, ValueError, RecursionError) as fault:
                raise LexiconError(f"{name}: {entry.get('id', entry)}: {fault}") from fault
        self._words = {word for phrase in self._phrases for step in phrase.steps for way in step.ways for word in way}
        self._right = {_fold(token) for word in source["known"] for token in TOKEN.findall(word)}
        self._near: dict[str, set[str]] = {}
        for word in self._words:
            for slip in _slips(word) if len(word) >= FUZZY_FROM and word.isalpha() else ():
                self._near.setdefault(slip, set()).add(word)

    @classmethod
    def load(cls, path: Path) -> RiskLexicon:
        """Read and check a lexicon; LexiconError names the file and the rule that is wrong."""
        try:
            return cls(yaml.safe_load(path.read_text(encoding="utf-8")), path.name)
        except (yaml.YAMLError, AttributeError, LookupError, TypeError) as fault:
            raise LexiconError(f"{path.name}: {fault}") from fault

    def risks(self, text: str) -> tuple[str, ...]:
        """Return the ids of the risks heard in `text`, in the taxonomy's order."""
        return tuple(heard.risk for heard in self.hear(text))

    def hear(self, text: str) -> tuple[Heard, ...]:
        """Return at most one Heard per risk, in the taxonomy's order; the first rule that holds is the one named."""
        told = self._read(text)
        present, found = frozenset(told.places), dict[str, list[Span]]()
        for phrase in self._phrases:
            if not any(words.isdisjoint(present) for words in phrase.needed):
                for at in sorted({at for word in phrase.needed[0] & present for at in told.places[word]}):
                    for end in itertools.islice(phrase.ends(told, at, told.sentences[at][1]), 1):
                        found.setdefault(phrase.owner, []).append((at, end))
        heard: dict[str, Heard] = {}
        for key, rule in self._entries.items():
            for span in found.get(key, ()) if rule.get("risk", key) not in {key, *heard} else ():
                around = {"touching": span, "sentence": told.sentences[span[0]], "message": (0, len(told.spans))}
                held = {
                    name
                    for name in (*rule.get("with", ()), *rule.get("unless", ()))
                    for start, stop in [around[self._entries[name]["where"]]]
                    if any(first < stop and end > start for first, end in found.get(name, ()))
                }
                if held == set(rule.get("with", ())):
                    words = told.text[told.spans[span[0]][0] : told.spans[span[1] - 1][1]]
                    heard[rule["risk"]] = Heard(rule["risk"], words, key)
                    break
        return tuple(heard[risk] for risk in self._order if risk in heard)

    def _read(self, text: str) -> _Told:
        """Cut a text into tokens and look each of them up, alone and put together with the next."""
        told = _Told(text)
        folded = [_fold(told.text[start:end]) for start, end in told.spans]
        for at, word in enumerate(folded):
            both = word + folded[at + 1] if at + 1 < len(folded) else ""
            forms = dict.fromkeys(self._forms(both), at + 2) if len(both) >= FUZZY_FROM else {}
            forms |= dict.fromkeys(self._forms(word) or self._guess(word), at + 1)
            told.forms.append(forms)
            for form in forms:
                told.places.setdefault(form, []).append(at)
        return told

    def _forms(self, word: str) -> list[str]:
        """Return the lexicon's words that are this word, its beginning ("tving*") or its end ("*kniv")."""
        parts = [part for i in range(2, len(word) + 1) for part in (word[:i] + "*", "*" + word[-i:])]
        return [form for form in (word, *parts) if form in self._words]

    def _guess(self, word: str) -> set[str]:
        """Return the lexicon's words that an unknown word is one slip away from."""
        if len(word) < FUZZY_FROM or word in self._right or not word.isalpha():
            return set()
        return {form for slip in _slips(word) for form in self._near.get(slip, ())}

    def _add(self, entry: Mapping[str, Any]) -> None:
        """Take in one condition or rule; raise for what it may not say."""
        key, others = entry["id"], [*entry.get("with", ()), *entry.get("unless", ())]
        if wrong := set(entry) - (
            {"id", "any", "where"} if "where" in entry else {"id", "any", "risk", "with", "unless"}
        ):
            raise ValueError(f"unknown key {sorted(wrong)}")
        if key in self._entries or not isinstance(entry["any"], list):
            raise ValueError("the id is taken, or 'any' is not a list")
        if entry["where"] not in SCOPES if "where" in entry else entry["risk"] not in self._order:
            raise ValueError("'where' is not a scope, or 'risk' is not a risk")
        if wrong := {name for name in others if "where" not in self._entries.get(name, ())}:
            raise ValueError(f"unknown condition {sorted(wrong)}")
        self._entries[key] = entry
        self._phrases += [self._phrase(key, text) for text in entry["any"]]

    def _phrase(self, owner: str, text: str) -> _Phrase:
        steps = tuple(self._step(step) for step in text.split())
        needed = tuple(frozenset(way[0] for way in step.ways) for step in steps if step.kind == "word")
        if any(one.kind == "gap" and two.kind == "absent" for one, two in itertools.pairwise(steps)):
            raise ValueError(f"{text!r}: a gap can always step over a word that may not follow")
        if not steps or steps[0].kind != "word" or math.prod(step.gap + 1 for step in steps) > MOST_PATHS:
            raise ValueError(f"{text!r} begins with no word, or has too wide gaps")
        return _Phrase(owner, steps, needed)

    def _step(self, text: str) -> _Step:
        if gap := re.fullmatch(r"\.\.(\d?)", text):
            return _Step(kind="gap", gap=int(gap[1] or 2))
        kind = "absent" if text.startswith("!") else "optional" if text.endswith("?") else "word"
        return _Step(tuple(self._ways(text.strip("!?"))), kind)

    def _ways(self, text: str) -> Iterator[tuple[str, ...]]:
        for way in text.split("/"):
            if way.startswith("<"):
                yield from self._ways(self._lists[way.strip("<>")])
            else:
                words = [_fold(token) for token in TOKEN.findall(way)]
                if not words:
                    raise ValueError(f"no word in {text!r}")
                words[0] = "*" * way.startswith("*") + words[0]
                yield (*words[:-1], words[-1] + "*" * way.endswith("*"))
