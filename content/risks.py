"""Hear danger in a visitor's words: the rules of risks.yml in plain Python, with the engine alive or dead.

Says which risks of the taxonomy a text raises, and by which words. It does not understand a text, choose a route,
keep anything or write a log. How a rule is written stands at the top of risks.yml. What is heard in other languages
stands under `heard` in languages/*.yml beside it, in the same grammar, and is heard in every text.
"""

from __future__ import annotations

import functools
import itertools
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

HALF = 10_000  # characters that are listened to at the beginning, and at the end, of a text
FUZZY_FROM = 6  # letters from which one slip is forgiven (in a longer word), and a word written in two put together
SCOPES, NEEDED = {"touching", "sentence", "message"}, {"word", "first"}
KINDS = {"^": "first", "!": "absent", "?": "optional", ".": "gap"}
L = r"[^\W\d_]"  # a letter; in Thai, which has no spaces, each letter is a token of its own
SPELT_OUT = re.compile(rf"(?<!\w){L}(?:[ .*_-]{L}){{3,}}(?!\w)")  # h j ä l p
TOKEN = re.compile(rf"[\u0e00-\u0e7f]|\d+|{L}(?:['’´`*@$]?{L}|[0134](?={L})|[\u0300-\u036f\u064b-\u065f])*")
STOP = re.compile(r"[!?;؟]|(?<!\.)\.(?=\s)")  # ends a sentence; a row of dots and a line break do not
CLAUSE = re.compile(r"[,.:()!?;؟\n–—]")
ALIKE, BARE = str.maketrans("æøłđı@$0134", "aoldiasoiea", "'’´`*ـ"), str.maketrans("åäö", "aao")
Span = tuple[int, int]
Step = tuple[str, int, frozenset[str]]  # kind (word, first, optional, absent or gap), width of a gap, words


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


def _read(path: Path) -> Any:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - both are safe loaders


def _slips(word: str) -> set[str]:  # two words that share one of these are a slip apart
    return {word, *(word[:i] + word[i + 1 :] for i in range(1, len(word)))}


class _Told:
    """A text cut into tokens; for each token the lexicon's words that it may be, with the token after them."""

    def __init__(self, text: str) -> None:
        text = unicodedata.normalize("NFKC", text[:HALF] + text[HALF:][-HALF:])
        text = "".join(c for c in text if unicodedata.category(c) != "Cf")
        self.text = SPELT_OUT.sub(lambda run: re.sub(r"[ .*_-]", "", run[0]), text)
        self.spans: list[Span] = [match.span() for match in TOKEN.finditer(self.text)]
        gaps = [self.text[one[1] : two[0]] for one, two in itertools.pairwise(self.spans)]
        bounds = [0, *(at for at, gap in enumerate(gaps, 1) if STOP.search(gap)), len(self.spans)]
        self.sentences = [(start, stop) for start, stop in itertools.pairwise(bounds) for _ in range(start, stop)]
        self.clauses = {0, *(at for at, gap in enumerate(gaps, 1) if CLAUSE.search(gap))}
        self.forms: list[dict[str, int]] = []
        self.places: dict[str, list[int]] = {}

    def find(self, steps: list[Step], needed: list[frozenset[str]]) -> Iterable[Span]:
        """Yield where a phrase is said: the shortest span for each token that it can begin at."""
        if any(map(self.places.keys().isdisjoint, needed)):
            return
        for start in sorted({at for word in steps[0][2] & self.places.keys() for at in self.places[word]}):
            here = {start}
            for step in steps:
                here = here and self._after(*step, here, self.sentences[start][1])
            yield from [(start, min(here))] if here else []

    def _after(self, kind: str, gap: int, words: frozenset[str], here: set[int], stop: int) -> set[int]:
        if kind == "gap":
            return {at + more for at in here for more in range(gap + 1) if at + more <= stop}
        starts = [at for at in (here & self.clauses if kind == "first" else here) if at < stop]
        led = {(at, end) for at in starts for word, end in self.forms[at].items() if word in words and end <= stop}
        if kind == "absent":
            return here - {at for at, _ in led}
        return {end for _, end in led} | (here if kind == "optional" else set())


class RiskLexicon:
    """The rules of one risks.yml. Built by `load`, never changed after, free to share between threads."""

    def __init__(self, path: Path) -> None:
        self._entries: dict[str, Mapping[str, Any]] = {}  # conditions and rules
        self._phrases: dict[str, list[tuple[list[Step], list[frozenset[str]]]]] = {}
        self._by_word: dict[str, set[tuple[str, int]]] = {}  # a word: the phrases (key, place) that need it or its like
        self._words: dict[str, set[str]] = {}  # without marks: as spelt
        self._near: dict[str, set[str]] = {}  # a slip: the words it may be
        self._longer: dict[str, set[tuple[str, ...]]] = {}  # a word: what two words and more begin with it
        key = "the file"
        try:
            source = _read(path)
            self._order, self._lists = source["risks"], source["words"]
            self._right = {_spell(token) for word in source["known"] for token in TOKEN.findall(word)}
            for key, entry in [*source["conditions"].items(), *((rule["id"], rule) for rule in source["rules"])]:
                self._add(key, entry)
            for other in sorted(path.parent.glob("languages/*.yml")):
                for risk, phrases in _read(other).get("heard", {}).items():
                    key = f"{other.stem}_{risk}"
                    self._add(key, {"id": key, "risk": risk, "any": phrases})
        except (yaml.YAMLError, AttributeError, LookupError, TypeError, ValueError, RecursionError) as fault:
            raise LexiconError(f"{path.name}: {key}: {fault}") from fault

    @classmethod
    def load(cls, path: Path) -> RiskLexicon:
        """Read and check a lexicon; LexiconError names the file and the rule that is wrong."""
        return cls(path)

    def risks(self, text: str) -> tuple[str, ...]:
        """Return the ids of the risks heard in `text`, in the taxonomy's order."""
        return tuple(heard.risk for heard in self.hear(text))

    def hear(self, text: str) -> tuple[Heard, ...]:
        """Return at most one Heard per risk, in the taxonomy's order, by the first rule of the file that holds."""
        told, heard = self._read(text), dict[str, Heard]()
        likely: dict[str, set[int]] = {}
        for key, at in {phrase for word in told.places for phrase in self._by_word.get(word, ())}:
            likely.setdefault(key, set()).add(at)
        find = functools.cache(
            lambda key: [span for at in sorted(likely.get(key, ())) for span in told.find(*self._phrases[key][at])]
        )
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
        told, spell, look_up = _Told(text), functools.cache(_spell), functools.cache(self._forms)  # for this text only
        spelt = [spell(told.text[start:end]) for start, end in told.spans]
        for at, (word, both) in enumerate(zip(spelt, map("".join, itertools.pairwise([*spelt, ""])), strict=True)):
            forms = dict.fromkeys(self._words.get(both, ()) if len(word) < len(both) >= FUZZY_FROM else (), at + 2)
            told.forms.append(forms | dict.fromkeys(look_up(word), at + 1))
        told.forms.append({})  # what follows the last token: nothing
        for at, forms in enumerate(told.forms):
            for more, end in [(more, end) for word, end in forms.items() for more in self._longer.get(word, ())]:
                for word in more[1:]:
                    end = told.forms[end].get(word, -1)
                forms |= {" ".join(more): end} if end >= 0 else {}
            for form in forms:
                told.places.setdefault(form, []).append(at)
        return told

    def _forms(self, word: str) -> set[str]:
        """Return the lexicon's words that this may be, or that hold it (stem*, *end)."""
        parts = (key for cut in range(1, len(word) + 1) for key in (word[:cut] + "*", "*" + word[-cut:]))
        forms = {form for key in (word, *parts) for form in self._words.get(key, ())}
        slips = _slips(word) if len(word) >= FUZZY_FROM and word not in self._right else ()
        return forms if word in forms else forms.union(*(self._near.get(slip, ()) for slip in slips))

    def _add(self, key: str, entry: Mapping[str, Any]) -> None:
        keys, kind = {"id", "any", "risk", "with", "unless"}, {entry.get("risk")} - {*self._order}
        if "where" in entry:
            keys, kind = {"any", "where"}, {entry["where"]} - SCOPES
        named = [*entry.get("with", ()), *entry.get("unless", ())]
        unknown = [name for name in named if "where" not in self._entries.get(name, ())]
        if wrong := [*({*entry} - keys), *kind, *unknown, *({key} & self._entries.keys())]:
            raise ValueError(f"unknown, or taken: {wrong}")
        self._phrases[key] = [self._phrase(text) for text in entry["any"] + []]  # a list it must be
        for at, (_, needed) in enumerate(self._phrases[key]):
            for word in min(needed, key=len):
                self._by_word.setdefault(word, set()).add((key, at))
        self._entries[key] = entry

    def _phrase(self, text: str) -> tuple[list[Step], list[frozenset[str]]]:
        steps: list[Step] = []
        for step in text.split():
            kind = KINDS.get(step[0]) or KINDS.get(step[-1], "word")
            words = () if kind == "gap" else self._ways(step.strip("^!?"))
            steps.append((kind, int(step.strip(".") or 2) if kind == "gap" else 0, frozenset(words)))
        if steps[0][0] not in NEEDED or re.search(r"\.\.\d? !", text):
            raise ValueError(f"{text!r} begins with no word, or has a gap that can step over what may not follow")
        return steps, [words for kind, _, words in steps if kind in NEEDED]

    def _ways(self, text: str) -> Iterable[str]:
        for way in text.split("/"):
            if way.startswith("<"):
                yield from self._ways(self._lists[way.strip("<>")])
                continue
            words = [_spell(token) for token in TOKEN.findall(way)]
            words[0] = "*" * way.startswith("*") + words[0]
            words[-1] += "*" * way.endswith("*")
            for word in words:  # marks may be left out, never others: "doda" may be "döda", "läser" is not "låser"
                for typed in map("".join, itertools.product(*({letter, letter.translate(BARE)} for letter in word))):
                    self._words.setdefault(typed, set()).add(word)
                    for slip in _slips(typed) if len(word) > FUZZY_FROM and word.isalpha() else ():
                        self._near.setdefault(slip, set()).add(word)
            self._longer.setdefault(words[0], set()).update([tuple(words)] if len(words) > 1 else [])
            yield " ".join(words)
