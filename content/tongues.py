"""Reads languages/*.yml: what is said to somebody who writes another language than Swedish. Complete, or refused.

By what a language is known is `recognition`'s work, what danger is heard in it that of `risks`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from content.contacts import may_show
from content.files import File, entries
from content.model import Contact, Fact, Language, Taxonomy

HOME = "sv"
SAYS = (
    "danger", "rights", "machine", "again", "human", "summons", "summons_danger", "nobody", "broken", "share_yes",
    "share_no", "human_no",
)  # fmt: skip
FIRST_SENTENCE = re.compile(r"[^.!?]*")


def read_languages(
    root: Path, taxonomy: Taxonomy, contacts: Mapping[str, Contact], facts: Mapping[str, Fact]
) -> dict[str, Language]:
    """Read every language but Swedish. Raises ContentError for a sentence that is missing, or danger without 112."""
    files = [File(path, root) for path in sorted((root / "languages").glob("*.yml"))]
    spoken = [_language(file, taxonomy, contacts, facts) for file in files if file.data.get("language") != HOME]
    return {language.code: language for language in spoken}


def _language(file: File, taxonomy: Taxonomy, contacts: Mapping[str, Contact], facts: Mapping[str, Fact]) -> Language:
    entry, said = file.data, file.section("says", dict)
    code = file.text(entry, "language")
    file.sourced({**entry, "id": code, "show": "default"})
    says = {name: _without_numbers(file, said, name) for name in SAYS}
    if unknown := {name for name, _ in entries(said)} - set(SAYS):
        raise file.wrong(said, f"'{unknown.pop()}' is never said. Remove it, or add it to SAYS.")
    for name in ("danger", "again"):
        if "112" not in FIRST_SENTENCE.match(says[name]).group():  # type: ignore[union-attr]  # it matches anything
            raise file.wrong(said, f"'{name}' must name 112 in its first sentence.")
    return Language(
        code=code,
        name=file.text(entry, "name"),
        says=says,
        contacts=may_show(file, entry, contacts, staff=False),
        answers=_chosen(file, "answers", taxonomy.topics, "topic"),
        risks=_chosen(file, "risks", taxonomy.risks, "risk"),
        checked=file.cited(entry, facts) and bool(entry.get("checked")),
        sources=file.ids(entry, "sources", facts, "fact"),
    )


def _without_numbers(file: File, said: Mapping[str, object], name: str) -> str:
    text = file.said(said, name)
    if re.search(r"\d", text.replace("112", "")):
        raise file.wrong(said, f"'{name}' holds another number than 112. Name a contact instead.")
    return text


def _chosen(file: File, key: str, known: Mapping[str, object], kind: str) -> dict[str, str]:
    """Give what is said in this language beyond the messages that all have: answers to topics, words at a risk."""
    if key not in file.data:
        return {}
    section = file.section(key, dict)
    file.ids({key: [name for name, _ in entries(section)]}, key, known, kind)
    return {name: file.said(section, name) for name, _ in entries(section)}
