"""In what language a message is: a recogniser of our own, by script, small words and letter sequences.

Swedish unless another language is plain, for short texts deceive. It knows the languages of `languages/*.yml`, also in
Latin letters, without marks, and in the middle of Swedish; what is said in them is `tongues`' work.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import yaml

HOME = "sv"
MAX_CHARACTERS = 1000  # of a longer text, enough to know its language by
WORD = re.compile(r"[^\W_]+(?:['’ʼ´`\u200c][^\W_]+)*")
DRAWN_OUT = re.compile(r"(.)\1{2,}")
ARABIC = str.maketrans("أإآٱىﻻ", "ااااىل", "ـ\u200c'’ʼ´`")
LATIN = str.maketrans("æøłđıßŋŧ", "aoldisnt", "'’ʼ´`\u200c")
CYRILLIC = str.maketrans("ёѝ", "еи", "'’ʼ´`")
SCRIPTS = {"cyrillic": "\u0400-\u04ff", "arabic": "\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff", "thai": "\u0e00-\u0e7f",
           "ethiopic": "\u1200-\u139f"}  # fmt: skip
WRITTEN_IN = {"cyrillic": ("bg", "ru", "uk"), "arabic": ("ar", "prs"), "thai": ("th",), "ethiopic": ("ti",)}
OWN_LETTERS = frozenset("åäöæøéèáàüôêëíóúçñ")  # letters that stand in Swedish, in names and loans in it
NAMES = re.compile("Kvinnofridslinjen|Stödlinjen för män")  # Swedish, in whatever language they are named
GRAMMAR = re.compile(r"\S*\*\S*|<\w+>|[/_!?.^]")  # of the phrases in `heard` (risks.yml): all that is no whole word
KNOWN = 0.8  # how much of a language's text is words of its list
ORDERS = 3  # letters that one sequence holds
LEAST, MOST, MARKED = -6.0, 3.0, 1.5  # what a word of neither list, and a mark, can say for a language, in nats
SWEDISH = -3.0  # what a word that only Swedish knows says for another language
ENOUGH, ENOUGH_LONG, SHORT = (
    12.0,
    13.0,
    3,
)  # what must speak for another language, in so few words and in more
AROUND = 1.0  # and by how much more for each Swedish word around them
CERTAIN = 4.0  # by how much less for each word that only the other language knows


def spelt(word: str) -> str:
    """Give a word in the form that its spellings share: no case, no marks in Latin letters."""
    word = DRAWN_OUT.sub(r"\1", unicodedata.normalize("NFC", word.casefold()))
    if re.search(f"[{SCRIPTS['cyrillic']}]", word):
        return word.translate(CYRILLIC)
    bare = unicodedata.normalize("NFKD", word.translate(LATIN))
    return "".join(c for c in bare if not unicodedata.combining(c)).translate(ARABIC)


@dataclass(frozen=True)
class _Word:
    """A word of a message: as spelt, the marked letters that Swedish lacks, and how likely it is in Swedish."""

    form: str
    marks: frozenset[str]
    log: float
    ours: bool


class _Run(NamedTuple):
    """Words in a row: what speaks for a language in them, and how many of them only that language knows."""

    score: float
    known: int
    start: int
    stop: int
    code: str


class Tongue:
    """How likely words are in one language."""

    def __init__(self, words: Mapping[str, float], letters: Iterable[str]) -> None:
        total = sum(words.values())
        self._words = {word: count / total for word, count in words.items()}
        self.letters = frozenset(letters)
        self._seen: Counter[str] = Counter()
        for word in words:
            marked = f"^{word}$"
            for order in range(1, ORDERS + 1):
                self._seen.update(marked[at : at + order] for at in range(len(marked) - order + 1))
        self._all = sum(count for sequence, count in self._seen.items() if len(sequence) == 1)
        self._chances: dict[str, float] = {}  # of three letters, never of a word: filled as they are met

    def knows(self, word: str) -> bool:
        return word in self._words

    def log(self, word: str) -> float:
        """Give the log probability of a spelt word."""
        return math.log(KNOWN * self._words.get(word, 0.0) + (1 - KNOWN) * math.exp(self._spelling(word)) + 1e-30)

    def weight(self, word: _Word, known: bool) -> float:
        """Give how much more a word is of this language than Swedish, in nats; a word of neither list says little."""
        if word.ours and not known:
            return SWEDISH
        weight = self.log(word.form) - word.log
        if not known:
            weight = max(LEAST, min(MOST, weight))
        if word.marks:
            weight += MARKED if word.marks <= self.letters else -2 * MARKED
        return weight

    def _spelling(self, word: str) -> float:
        """Give the log probability of its letters, each after the two before it."""
        marked, total = f"^{word}$", 0.0
        for at in range(1, len(marked)):
            sequence = marked[max(0, at - ORDERS + 1) : at + 1]
            chance = self._chances.get(sequence)
            if chance is None:
                chance = self._chances[sequence] = math.log(self._chance(sequence))
            total += chance
        return total

    def _chance(self, sequence: str) -> float:
        """Give how often the last letter follows the others; rare sequences lean on shorter ones."""
        chance = (self._seen[sequence[-1]] + 0.5) / (self._all + 30)
        for start in range(len(sequence) - 2, -1, -1):
            part = sequence[start:]
            chance = (self._seen[part] + 4 * chance) / (self._seen[part[:-1]] + 4)
        return chance


class Recogniser:
    """The languages we know. Built by `load`, never changed after, free to share between threads."""

    def __init__(self, tongues: Mapping[str, Tongue]) -> None:
        self._tongues = tongues
        self._others = [code for code in tongues if code != HOME]

    @classmethod
    def load(cls, root: Path) -> Recogniser:
        """Learn the languages below `root` (content/). Raises OSError, KeyError or yaml.YAMLError for a broken file."""
        rows = (root / "gloss/words.tsv").read_text(encoding="utf-8").splitlines()
        pairs = [row.split("\t") for row in rows if "\t" in row and not row.startswith("#")]
        given = [_read(path) for path in sorted((root / "languages").glob("*.yml"))]
        english = {spelt(word) for one in given if one["language"] == "en" for word in one["known"]["words"].split()}
        ours = _ranked(word for word, gloss in pairs if word != gloss or word not in english)
        theirs = _ranked(word for _, gloss in pairs for word in gloss.split())
        return cls({one["language"]: _learn(one, {HOME: ours, "en": theirs}.get(one["language"])) for one in given})

    def language_of(self, text: str) -> str:
        """Give the code (ISO 639-1, Dari: prs) of the language of a text of any length; `sv` where in doubt."""
        text = text[:MAX_CHARACTERS]
        words = [word for word in WORD.findall(text) if not word.isdigit()]
        return (not text.isascii() and self._by_script(text, words)) or self._by_words(words) or HOME

    def _by_script(self, text: str, words: list[str]) -> str | None:
        letters = sum(c.isalpha() for c in text)
        for script, span in SCRIPTS.items():
            theirs = [word for word in words if re.search(f"[{span}]", word)]
            number = len(re.findall(f"[{span}]", text))
            codes = WRITTEN_IN[script]
            known = any(self._tongues[code].knows(spelt(word)) for code in codes for word in theirs)
            if number >= 2 and (known or number >= letters / 5):
                return max(codes, key=lambda code: sum(self._tongues[code].log(spelt(word)) for word in theirs))
        return None

    def _by_words(self, words: list[str]) -> str | None:
        said = [self._word(word) for word in words]
        enough = ENOUGH if len(words) <= SHORT else ENOUGH_LONG
        run = max((self._run(code, said) for code in self._others), default=_Run(0.0, 0, 0, 0, HOME))
        around = sum(word.ours for word in (*said[: run.start], *said[run.stop :]))
        return run.code if run.score >= enough + around * AROUND - run.known * CERTAIN else None

    def _word(self, word: str) -> _Word:
        form, ours = spelt(word), self._tongues[HOME]
        marks = frozenset(c for c in word.casefold() if c.isalpha() and not c.isascii()) - OWN_LETTERS
        return _Word(form, marks, ours.log(form), ours.knows(form))

    def _run(self, code: str, said: list[_Word]) -> _Run:
        """Give the run of words that speaks most for a language."""
        tongue = self._tongues[code]
        best = _Run(0.0, 0, 0, 0, code)
        score, known, start = 0.0, 0, 0
        for at, word in enumerate(said):
            theirs = tongue.knows(word.form)
            score += tongue.weight(word, theirs)
            known += theirs and not word.ours
            if score <= 0:
                score, known, start = 0.0, 0, at + 1
            elif score > best.score:
                best = _Run(score, known, start, at + 1, code)
        return best


def _read(path: Path) -> dict[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    given: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - a safe loader
    return given


def _learn(given: Mapping[str, Any], more: Mapping[str, float] | None) -> Tongue:
    known = given["known"]
    text = [known["words"], *known.get("lines", ()), *known.get("latin", ())]
    text += [NAMES.sub(" ", said) for said in given.get("says", {}).values()]
    text += [GRAMMAR.sub(" ", phrase) for phrases in given.get("heard", {}).values() for phrase in phrases]
    said = [word for part in text for word in WORD.findall(part)]
    counts: Counter[str] = Counter(spelt(word) for word in said)
    words: dict[str, float] = {word: float(count) for word, count in counts.items()}
    if more:
        scale = sum(words.values()) / sum(more.values()) * (10 if given["language"] == HOME else 1)
        for word, share in more.items():
            words[word] = words.get(word, 0.0) + share * scale
    return Tongue(words, {c for word in said for c in word.casefold() if not c.isascii()})


def _ranked(words: Iterable[str]) -> dict[str, float]:
    """Give words, commonest first, the share that words of their rank have in a text."""
    forms = dict.fromkeys(spelt(word) for word in words)
    return {word: 1 / (10 + rank) for rank, word in enumerate(forms)}
