"""Read the words of a rich message: since Bot API 10.1 one arrives with no `text`, its words are in blocks. Pure.

RichMessage has `blocks`; a RichText is a string, a list of RichTexts, or an object whose words are in one of its
members (https://core.telegram.org/bots/api#richmessage, #richblock, #richtext). Kinds of blocks are added with every
version of the Bot API, so it is the members that are known here, not the kinds.
"""

from __future__ import annotations

from collections.abc import Iterator

from connectors.messaging import Media

# Members with words, with more blocks, and with words that stand under them, as they are read on the screen.
_WORDS = ("text", "alternative_text", "expression", "button", "summary")
_BLOCKS = ("blocks", "items", "cells")
_UNDER = ("caption", "credit")
_MEDIA: dict[str, Media] = {
    "photo": "picture",
    "video": "video",
    "animation": "video",
    "voice_note": "voice",
    "audio": "file",
    "document": "file",
    "map": "location",
}
_DEEPEST = 40


def read_rich(message: object) -> tuple[str, Media]:
    """Give the words, a block a line, and the first medium among them."""
    blocks = message.get("blocks") if isinstance(message, dict) else None
    found: list[Media] = []
    lines = [line for line in _lines(blocks, found, 0) if line.strip()]
    return "\n".join(lines), found[0] if found else ""


def _lines(node: object, found: list[Media], depth: int) -> Iterator[str]:
    """Give the lines of blocks, and note what media they show."""
    if depth > _DEEPEST:
        return
    if isinstance(node, list):
        for one in node:
            yield from _lines(one, found, depth + 1)
    elif isinstance(node, dict):
        kind = node.get("type")
        if isinstance(kind, str) and kind in _MEDIA:
            found.append(_MEDIA[kind])
        yield _words(node, depth)
        for member in _BLOCKS:
            yield from _lines(node.get(member), found, depth + 1)
        for member in _UNDER:
            yield _words(node.get(member), depth + 1)


def _words(node: object, depth: int) -> str:
    """Give a RichText without its formatting."""
    if depth > _DEEPEST:
        return ""
    if isinstance(node, str):
        return node
    if isinstance(node, list):
        return "".join(_words(one, depth + 1) for one in node)
    if isinstance(node, dict):
        return "".join(_words(node.get(member), depth + 1) for member in _WORDS)
    return ""
