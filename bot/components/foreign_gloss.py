"""A message in another language than Swedish or English as English, word for word, from a small table of forms.

It carries need and danger, no more: what the visitor reads in their language is content/languages'. Tables:
content/gloss/languages/<code>.tsv. Order: phrase, form, form without marks, stem that ends in `*`, form that begins as
the word does, the word itself.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import takewhile
from pathlib import Path

from bot.components.gloss import LONGEST_WORD, read_table
from bot.components.normalise import MAX_CHARACTERS, named, squeezed
from bot.components.phrases import Phrases
from content.recognition import spelt

THAI = "\u0e00-\u0e7f"  # written without spaces between words
_TOKEN = re.compile(rf"[{THAI}]+|[^\W_{THAI}]+(?:['’ʼ´`\u200c][^\W_{THAI}]+)*|[?!]")
_TWICE = re.compile(r"\b(\w+)(?: \1\b)+")  # "I I am afraid": the pronoun, and the verb that has it too
# Written together with the word that follows: and, so, in, to, as, the.
_GLUED = {"ar": re.compile("^(?:[وف]?(?:بال|كال|لل|ال)|[وفبلك])(?=..)")}
SHORTEST_BEGINNING = 5  # letters that a word must share with a form to be taken for it
TAIL = 3  # letters by which it may differ after them


class ForeignGloss:
    """Glosses texts of one language; pure, and some microseconds a word.

    `table`: forms (phrases too; a stem ends in `*`) and their English, which may be empty; `swedish`: the words that
    stand for themselves in the middle of a foreign text.
    """

    def __init__(self, code: str, table: Mapping[str, str], swedish: Mapping[str, str]) -> None:
        self._glued, self._swedish = _GLUED.get(code), swedish
        self._exact = {squeezed(form): gloss for form, gloss in table.items()}
        self._bare: dict[str, str] = {}
        self._stems: dict[str, str] = {}
        phrases: dict[tuple[str, ...], str] = {}
        self._begin: dict[str, list[str]] = defaultdict(list)
        for form, gloss in table.items():
            tokens = [spelt(token) for token in _TOKEN.findall(form)]
            if form.endswith("*"):
                self._stems.setdefault(spelt(form[:-1]), gloss)
            elif len(tokens) > 1:
                phrases.setdefault(tuple(tokens), gloss)
            elif tokens:
                self._bare.setdefault(tokens[0], gloss)
                self._begin[tokens[0][:SHORTEST_BEGINNING]].append(tokens[0])
        self._phrases = Phrases(phrases)
        self._longest = max(map(len, self._exact), default=0)
        self._word = lru_cache(maxsize=2_000)(self._of_word)

    @classmethod
    def load_all(cls, folder: Path, swedish: Mapping[str, str]) -> dict[str, ForeignGloss]:
        """Read every table of a folder, by the code of its language."""
        return {path.stem: cls(path.stem, read_table(path), swedish) for path in sorted(folder.glob("*.tsv"))}

    def __call__(self, text: str) -> str:
        """Give the English of a text, of its first characters where it is long."""
        tokens = _TOKEN.findall(squeezed(named(text[:MAX_CHARACTERS]))[:MAX_CHARACTERS])
        glossed = self._phrases.read([spelt(token) for token in tokens], lambda at: self._word(tokens[at]))
        return _TWICE.sub(r"\1", " ".join(" ".join(glossed).split()))

    def _of_word(self, token: str) -> str:
        if token.isdecimal():
            return str(int(token))  # ages are written in many digits
        if re.match(f"[{THAI}]", token):
            return " ".join(self._cut(token))
        found = self._known(token)
        if found is None and self._glued:
            found = self._known(self._glued.sub("", token))
        return token if found is None else found

    def _known(self, token: str) -> str | None:
        bare = spelt(token)
        for table, key in ((self._exact, token), (self._bare, bare), (self._swedish, token)):
            if key in table:
                return table[key]
        if len(bare) > LONGEST_WORD:
            return None
        cuts = range(len(bare), SHORTEST_BEGINNING - 2, -1)
        stem = next((bare[:cut] for cut in cuts if bare[:cut] in self._stems), None)
        return self._stems[stem] if stem else self._beginning(bare)

    def _beginning(self, bare: str) -> str | None:
        """Give the gloss of the form that begins as the word does, where no more than their endings differ."""
        alike = {form: _shared(form, bare) for form in self._begin.get(bare[:SHORTEST_BEGINNING], ())}
        near = [form for form, same in alike.items() if max(len(form), len(bare)) - same <= TAIL]
        return self._bare[max(near, key=alike.__getitem__)] if near else None

    def _cut(self, run: str) -> Iterator[str]:
        """Cut what is written without spaces at the longest form that fits, from the left; skip what none does."""
        at = 0
        while at < len(run):
            lengths = range(min(self._longest, len(run) - at), 0, -1)
            length = next((length for length in lengths if run[at : at + length] in self._exact), 0)
            if length:
                yield self._exact[run[at : at + length]]
            at += length or 1


def _shared(one: str, other: str) -> int:
    """Give how many letters two words have in common from their beginning."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
