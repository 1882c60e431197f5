"""Hear danger in a visitor's words: the rules of risks.yml in plain Python, with the engine alive or dead.

Says which risks of the taxonomy a text raises, and by which words. It does not understand a text, choose a route,
keep anything or write a log. How a rule is written stands at the top of risks.yml.
"""

from __future__ import annotations

import functools
import itertools
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

LONGEST = 20_000  # characters that are listened to; of a longer text its beginning and its end
FUZZY_FROM = 6  # letters from which one slip is forgiven (in a longer word), and a word written in two put together
SCOPES = ("touching", "sentence", "message")
SPELT_OUT = re.compile(r"(?<!\w)[^\W\d_](?:[ .*_-][^\W\d_]){3,}(?!\w)")  # h j ä l p
TOKEN = re.compile(  # Thai has no spaces: there one letter is one token
    r"[\u0e00-\u0e7f]|\d+|[^\W\d_](?:['’´`*@$]?[^\W\d_]|[0134](?=[^\W\d_])|[\u0300-\u036f\u064b-\u065f])*"
)
STOP = re.compile(r"[!?;؟]|(?<!\.)\.(?=\s)")  # ends a sentence; a row of dots and a line break do not
CLAUSE = re.compile(r"[,.:()!?;؟\n–—]")
ALIKE = str.maketrans("æøłđı@$0134", "aoldiasoiea", "'’´`*ـ")
BARE = str.maketrans("åäö", "aao")
Span = tuple[int, int]


class LexiconError(ValueError):
    """Say what is wrong in a lexicon: file, rule, fault."""


@dataclass(frozen=True)
class Heard:
    """One risk that a text raised."""

    risk: str  # a risk id of the taxonomy
    words: str  # the visitor's words that raised it
    rule: str  # id of the rule in risks.yml


def _spell(word: str) -> str:
    """Reduce a word to what its spellings share: no case, doubled letters or marks but å, ä, ö; aa and ae are a."""
    if word.isdigit():
        return word
    letters = unicodedata.normalize("NFC", word.casefold()).translate(ALIKE)
    bare = "".join(c if c in "åäö" else unicodedata.normalize("NFKD", c) for c in letters)
    single = re.sub(r"(.)\1+", r"\1", "".join(c for c in bare if not unicodedata.combining(c)))
    return single.replace("ae", "a").replace("oe", "o")


def _slips(word: str) -> set[str]:
    """Return the word with and without each letter but the first; words a slip apart share one of these."""
    return {word, *(word[:i] + word[i + 1 :] for i in range(1, len(word)))}


@dataclass(frozen=True)
class _Step:
    kind: str  # word, first (a word that begins a clause), optional, absent or gap
    gap: int = 0
    ways: Mapping[str, list[list[str]]] = field(default_factory=dict)  # a word, and what follows it in each way
    words: frozenset[str] = frozenset()  # the keys of ways


class _Told:
    """A text cut into tokens; for each token the lexicon's words that it may be, with the token after them."""

    def __init__(self, text: str) -> None:
        text = text if len(text) <= LONGEST else text[: LONGEST // 2] + "\n" + text[-LONGEST // 2 :]
        text = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
        self.text = SPELT_OUT.sub(lambda run: re.sub(r"[ .*_-]", "", run[0]), text)
        self.spans: list[Span] = [match.span() for match in TOKEN.finditer(self.text)]
        between = [(one[1], two[0]) for one, two in itertools.pairwise(self.spans)]
        bounds = [0, *(at for at, gap in enumerate(between, 1) if STOP.search(self.text, *gap)), len(self.spans)]
        self.sentences = [(start, stop) for start, stop in itertools.pairwise(bounds) for _ in range(start, stop)]
        self.clauses = {0, *(at for at, gap in enumerate(between, 1) if CLAUSE.search(self.text, *gap))}
        self.forms: list[dict[str, int]] = []
        self.places: dict[str, list[int]] = {}
        self.present: set[str] = set()

    def find(self, steps: tuple[_Step, ...]) -> list[Span]:
        """Return where a phrase is said: the shortest span for each token that it can begin at."""
        for step in steps:
            if step.kind in ("word", "first") and step.words.isdisjoint(self.present):
                return []
        spans = []
        for start in sorted({at for word in steps[0].words & self.present for at in self.places[word]}):
            here = {start}
            for step in steps:
                here = self._after(step, here, self.sentences[start][1]) if here else here
            spans += [(start, min(here))] if here else []
        return spans

    def _after(self, step: _Step, here: set[int], stop: int) -> set[int]:
        """Return the tokens, up to `stop`, that a step leads to from the tokens `here`."""
        if step.kind == "gap":
            return {at + more for at in here for more in range(step.gap + 1) if at + more <= stop}
        led, met = set(), set()
        for at in here & self.clauses if step.kind == "first" else here:
            for word, after in self.forms[at].items() if at < stop else ():
                for rest in step.ways.get(word, ()):
                    end = after
                    for more in rest:
                        end = self.forms[end].get(more, stop + 1) if end < stop else stop + 1
                    if end <= stop:
                        led.add(end)
                        met.add(at)
        return here - met if step.kind == "absent" else led | here if step.kind == "optional" else led


class RiskLexicon:
    """The rules of one risks.yml. Built by `load`, never changed after, free to share between threads."""

    def __init__(self, source: Mapping[str, Any], name: str) -> None:
        self._lists: Mapping[str, str] = source["words"]
        self._order: list[str] = source["risks"]
        self._entries: dict[str, Mapping[str, Any]] = {}  # conditions and rules
        self._phrases: dict[str, list[tuple[_Step, ...]]] = {}
        self._words: dict[str, set[str]] = {}  # without marks: as spelt
        for entry in [*({"id": key} | value for key, value in source["conditions"].items()), *source["rules"]]:
            try:
                self._add(entry)
            except (LookupError, TypeError, ValueError, RecursionError) as fault:
                raise LexiconError(f"{name}: {entry.get('id', entry)}: {fault}") from fault
        self._right = {_spell(token) for word in source["known"] for token in TOKEN.findall(word)}
        self._near: dict[str, set[str]] = {}
        for bare, words in self._words.items():
            for slip in _slips(bare) if len(bare) > FUZZY_FROM and bare.isalpha() else ():
                self._near.setdefault(slip, set()).update(words)

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
        """Return at most one Heard per risk, in the taxonomy's order, by the first rule of the file that holds."""
        told, heard = self._read(text), dict[str, Heard]()
        find = functools.cache(lambda key: [span for steps in self._phrases[key] for span in told.find(steps)])
        for key, rule in self._entries.items():
            for span in find(key) if "risk" in rule and rule["risk"] not in heard else ():
                around = {"touching": span, "sentence": told.sentences[span[0]], "message": (0, len(told.spans))}
                met = {
                    name: any(first < stop and last > start for first, last in find(name))
                    for name in [*rule.get("with", ()), *rule.get("unless", ())]
                    for start, stop in [around[self._entries[name]["where"]]]
                }
                if all(met[name] == (name in rule.get("with", ())) for name in met):
                    words = told.text[told.spans[span[0]][0] : told.spans[span[1] - 1][1]]
                    heard.setdefault(rule["risk"], Heard(rule["risk"], words, key))
        return tuple(heard[risk] for risk in self._order if risk in heard)

    def _read(self, text: str) -> _Told:
        """Cut a text into tokens and look each of them up, alone and put together with the next."""
        told, spell, look_up = _Told(text), functools.cache(_spell), functools.cache(self._forms)  # kept for this text
        spelt = [spell(told.text[start:end]) for start, end in told.spans]
        for at, (word, both) in enumerate(zip(spelt, map("".join, itertools.pairwise([*spelt, ""])), strict=True)):
            forms = dict.fromkeys(self._forms(both, len(word)), at + 2) if len(word) < len(both) >= FUZZY_FROM else {}
            told.forms.append(forms | dict.fromkeys(look_up(word), at + 1))
            told.present |= told.forms[at].keys()
            for form in told.forms[at]:
                told.places.setdefault(form, []).append(at)
        return told

    def _forms(self, word: str, joint: int = 0) -> set[str]:
        """Return the lexicon's words that this may be, spelt so or a slip away, or of which it is a compound.

        Marks may be left out, never others: "doda" may be "döda", "läser" is not "låser". In a word put together at
        letter `joint` nothing else is forgiven.
        """
        bare, cuts = word.translate(BARE), range(joint + 1, len(word) + 1)
        tails = [] if joint else [("*" + bare[-cut:], word[-cut:]) for cut in cuts]
        parts = [(bare, word), *((bare[:cut] + "*", word[:cut]) for cut in cuts), *tails]
        found = [
            (form, zip(part, form.strip("*"), strict=False)) for key, part in parts for form in self._words.get(key, ())
        ]
        forms = {form for form, pairs in found if all(one in (two, two.translate(BARE)) for one, two in pairs)}
        slips = _slips(bare) if len(word) >= FUZZY_FROM and word not in self._right and not joint else ()
        return forms if word in forms else forms.union(*(self._near.get(slip, ()) for slip in slips))

    def _add(self, entry: Mapping[str, Any]) -> None:
        """Take in one condition (it has a scope) or rule; raise for what it may not say."""
        key, named = entry["id"], {*entry.get("with", ()), *entry.get("unless", ())}
        keys, kind, kinds = {"id", "any", "risk", "with", "unless"}, "risk", self._order
        if "where" in entry:
            keys, kind, kinds = {"id", "any", "where"}, "where", [*SCOPES]
        unknown = [*(set(entry) - keys), *({entry[kind]} - {*kinds}), *(named - self._entries.keys())]
        if unknown or key in self._entries or not isinstance(entry["any"], list):
            raise ValueError(f"unknown: {unknown}" if unknown else "the id is taken, or 'any' is no list")
        self._phrases[key] = [self._phrase(text) for text in entry["any"]]
        self._entries[key] = entry

    def _phrase(self, text: str) -> tuple[_Step, ...]:
        steps = tuple(self._step(step) for step in text.split())
        kinds = [step.kind for step in steps]
        if kinds[0] not in ("word", "first") or ("gap", "absent") in itertools.pairwise(kinds):
            raise ValueError(f"{text!r} begins with no word, or has a gap that can step over what may not follow")
        return steps

    def _step(self, text: str) -> _Step:
        if gap := re.fullmatch(r"\.\.(\d?)", text):
            return _Step("gap", gap=int(gap[1] or 2))
        ways: dict[str, list[list[str]]] = {}
        for first, *rest in self._ways(text.strip("^!?")):
            ways.setdefault(first, []).append(rest)
            for word in (first, *rest):
                self._words.setdefault(word.translate(BARE), set()).add(word)
        kind = {"^": "first", "!": "absent"}.get(text[0]) or ("optional" if text.endswith("?") else "word")
        return _Step(kind, ways=ways, words=frozenset(ways))

    def _ways(self, text: str) -> Iterable[list[str]]:
        """Yield the alternatives of a step, each as the words it is made of."""
        for way in text.split("/"):
            words = [_spell(token) for token in TOKEN.findall(way)]
            if way.startswith("<"):
                yield from self._ways(self._lists[way.strip("<>")])
            elif words:
                words[0] = "*" * way.startswith("*") + words[0]
                yield [*words[:-1], words[-1] + "*" * way.endswith("*")]
            else:
                raise ValueError(f"no word in {text!r}")
