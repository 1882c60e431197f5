"""What a few words ask for, without the signs and manners around them: "Radera, tack! 🙏" is radera. Pure."""

from __future__ import annotations

import unicodedata

from connectors.shaping import bare

MANNERS = frozenset({"tack", "snälla", "nu", "please"})


def words_in(text: str) -> list[str]:
    """Give the words of a text in small letters; what cannot be seen in it is left out."""
    return bare("".join(sign for sign in text if unicodedata.category(sign) != "Cf")).split()


def request_in(text: str) -> str:
    """Give what is left of a text without manners; empty where it is nothing else."""
    return " ".join(word for word in words_in(text) if word not in MANNERS)
