"""Reads roles.yml: who must sign which texts before the public reads them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from content.files import File, entries
from content.model import PEOPLE, Content
from content.registry import HERE
from content.sayings import ADULT, UNDER_18
from content.texts import BOOKING, KINDS, LANGUAGES, RISKS, SENTENCES, Text, texts


@dataclass(frozen=True)
class Role:
    """A kind of reviewer, and by what the texts that are theirs are known."""

    id: str
    title: str
    answers_for: str
    groups: frozenset[str]
    topics: frozenset[str]
    risks: frozenset[str]
    kinds: frozenset[str]
    heard: frozenset[str]
    texts: tuple[str, ...]

    def signs(self, text: Text) -> bool:
        """Tell whether this role must sign a text."""
        return (
            text.group in self.groups
            or text.topic in self.topics
            or text.risk in self.risks
            or text.kind in self.kinds
            or not self.heard.isdisjoint(text.heard)
            or any(fnmatchcase(text.id, pattern) for pattern in self.texts)
        )


def load_roles(content: Content, root: Path = HERE) -> dict[str, Role]:
    """Read roles.yml below `root`. Raises ContentError, also where a role would sign what is not there."""
    file = File(root / "roles.yml", root)
    taxonomy = content.taxonomy
    known: dict[str, Collection[str]] = {
        "groups": {group for group, _ in taxonomy.topics.values()} | {RISKS, SENTENCES, BOOKING, LANGUAGES},
        "topics": taxonomy.topics,
        "risks": taxonomy.risks,
        "kinds": KINDS,
        "heard": {*PEOPLE, *taxonomy.risks, *content.sayings.circumstances, UNDER_18, ADULT},
    }
    ids = [text.id for text in texts(content)]
    return {id: _role(file, id, entry, known, ids) for id, entry in entries(file.section("roles", dict))}


def _role(
    file: File, id: str, entry: Mapping[str, Any], known: Mapping[str, Collection[str]], ids: Iterable[str]
) -> Role:
    signs = entry.get("signs")
    if not isinstance(signs, dict):
        raise file.wrong(entry, f"'{id}' has no 'signs'. Say which texts are theirs.")
    if unknown := {key for key, _ in entries(signs)} - {*known, "texts"}:
        raise file.wrong(signs, f"unknown '{min(unknown)}' in 'signs'. Use {', '.join(known)} or texts.")
    patterns = tuple(str(pattern) for pattern in signs.get("texts") or ())
    for pattern in patterns:
        if not any(fnmatchcase(text, pattern) for text in ids):
            raise file.wrong(signs, f"no text has the id '{pattern}' in 'texts'. Use one that exists, or remove it.")
    named = {key: frozenset(file.ids(signs, key, those, key.removesuffix("s"))) for key, those in known.items()}
    return Role(id, file.text(entry, "title"), file.text(entry, "answers_for"), texts=patterns, **named)
