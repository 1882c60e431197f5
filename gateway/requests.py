"""What a few words ask for, without the signs and manners around them: "Radera, tack! 🙏" is radera. Pure."""

from __future__ import annotations

import re
import unicodedata

MANNERS = frozenset({"tack", "snälla", "nu", "please"})
_NO_WORD = re.compile(r"[\W_]+")


def words_in(text: str) -> list[str]:
    """Give the words of a text in small letters; what cannot be seen in it is left out."""
    seen = "".join(sign for sign in text if unicodedata.category(sign) != "Cf")
    return _NO_WORD.sub(" ", unicodedata.normalize("NFC", seen).casefold()).split()


def request_in(text: str) -> str:
    """Give what is left of a text without manners; empty where it is nothing else."""
    return " ".join(word for word in words_in(text) if word not in MANNERS)
