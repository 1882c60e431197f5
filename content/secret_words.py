"""Reads secret_words.yml: the words that six of are a visitor's key to a reply. Drawing them is the gateway's work."""

from __future__ import annotations

import unicodedata
from collections import Counter

from content.files import File

LEAST = 1024  # six of so many give 60 bits


def fold(text: str) -> str:
    """Give lower case without the dots and rings that many keyboards lack: å, ä, ö, é as a, a, o, e."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))


def read_secret_words(file: File) -> tuple[str, ...]:
    """Read the list. Raises ContentError where it is too short, or two words are the same without å, ä and ö."""
    words = file.section("words", list)
    strange = [word for word in words if not isinstance(word, str) or not word.isalpha()]
    if strange:
        raise file.wrong(file.data, f"'{strange[0]}' is not a word of letters alone. Quote or replace it.")
    if len(words) < LEAST:
        raise file.wrong(
            file.data, f"'words' has {len(words)} words. Give at least {LEAST}: a key must not be guessed."
        )
    twice = [word for word, times in Counter(map(fold, words)).items() if times > 1]
    if twice:
        raise file.wrong(file.data, f"'{twice[0]}' stands twice, or differs only in å, ä or ö. Remove one.")
    return tuple(words)
