"""Reads and writes reviews/<role>.yaml: who has signed which wording of a text, and what is still unsigned.

A sign-off holds for the wording that was read. Any change of the text voids it; of several by a role the last counts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

import yaml

from content.files import File
from content.model import Content, ContentError
from content.registry import HERE
from content.roles import Role
from content.texts import Text, texts

APPROVED, CHANGE = "approved", "change"
VERDICTS = (APPROVED, CHANGE)
HASH = 16  # hex digits
_HEAD = "# Written by 'varsam content sign'. A text that is changed must be signed anew.\nsign_offs:\n"
Standing = Literal["signed", "missing", "void", "change"]


@dataclass(frozen=True)
class SignOff:
    """What one person has said of one wording of a text, for a role."""

    text: str
    hash: str
    name: str
    date: date
    verdict: str
    note: str


@dataclass(frozen=True)
class Reviews:
    """The last sign-off of each role for each text."""

    last: Mapping[tuple[str, str], SignOff]

    def of(self, role: Role, text: Text) -> SignOff | None:
        """Give what the role has said last of a text, whatever its wording was."""
        return self.last.get((role.id, text.id))

    def standing(self, role: Role, text: Text) -> Standing:
        """Tell whether the text as it is now is signed by the role, and why not."""
        found = self.of(role, text)
        if found is None:
            return "missing"
        if found.hash != wording_of(text):
            return "void"
        return "signed" if found.verdict == APPROVED else "change"


def wording_of(text: Text) -> str:
    """Give what tells one wording of a text from another."""
    return hashlib.sha256(text.says.encode()).hexdigest()[:HASH]


def load_reviews(roles: Mapping[str, Role], root: Path = HERE) -> Reviews:
    """Read every sign-off below `root`; none where nobody has signed.

    Raises:
        ContentError: for a file of no role, or a sign-off that lacks something. One for a text that is gone is kept.
    """
    last = {}
    for path in sorted((root / "reviews").glob("*.yaml")):
        file = File(path, root)
        if path.stem not in roles:
            raise file.wrong({}, f"unknown role '{path.stem}'. Name the file after a role of roles.yml.")
        for entry in file.section("sign_offs", list):
            one = _sign_off(file, entry)
            last[path.stem, one.text] = one
    return Reviews(last)


def _sign_off(file: File, entry: Any) -> SignOff:
    if not isinstance(entry, dict):
        raise file.wrong(file.data, f"'sign_offs' holds '{entry}'. Give text, hash, name, date and verdict.")
    verdict = file.text(entry, "verdict")
    if verdict not in VERDICTS:
        raise file.wrong(entry, f"'verdict: {verdict}' is unknown. Use {' or '.join(VERDICTS)}.")
    if type(entry.get("date")) is not date:
        raise file.wrong(entry, "'date' is missing or wrong. Give 'date: YYYY-MM-DD'.")
    note = file.text(entry, "note") if entry.get("note") else ""
    return SignOff(
        file.text(entry, "text"), file.text(entry, "hash"), file.text(entry, "name"), entry["date"], verdict, note
    )


def unsigned(content: Content, roles: Mapping[str, Role], reviews: Reviews) -> list[str]:
    """Give one line for each text and role that must sign it and has not, or not as it reads now."""
    lines = [line for text in texts(content) for role in roles.values() if (line := _lacking(text, role, reviews))]
    return [*_ownerless(content, roles), *lines]


def awaited(content: Content, roles: Mapping[str, Role], reviews: Reviews) -> list[str]:
    """Say the same as `unsigned` in few lines: what a role has never signed is only counted."""
    lines, everything = _ownerless(content, roles), list(texts(content))
    for role in roles.values():
        theirs = [text for text in everything if role.signs(text)]
        never = [text for text in theirs if reviews.of(role, text) is None]
        if never:
            lines.append(
                f"{role.id} has not signed {len(never)} of {len(theirs)} texts: varsam content print {role.id}"
            )
        lines += [line for text in theirs if text not in never and (line := _lacking(text, role, reviews))]
    return lines


def _lacking(text: Text, role: Role, reviews: Reviews) -> str | None:
    found = reviews.of(role, text)
    if not role.signs(text):
        return None
    if found is None:
        return f"{text.id}: {role.id} has not signed"
    if found.hash != wording_of(text):
        return f"{text.id}: changed since {role.id} signed ({found.name}, {found.date})"
    if found.verdict == CHANGE:
        return f"{text.id}: {role.id} wants a change ({found.name}, {found.date}): {found.note}"
    return None


def _ownerless(content: Content, roles: Mapping[str, Role]) -> list[str]:
    """Give one line for each text of a topic that no role signs."""
    return [
        f"{text.id}: no role signs it; name its topic or its group in roles.yml"
        for text in texts(content)
        if text.topic is not None and not any(role.signs(text) for role in roles.values())
    ]


def write_sign_off(role: Role, sign_off: SignOff, root: Path = HERE) -> None:
    """Append a sign-off to the role's file."""
    path = root / "reviews" / f"{role.id}.yaml"
    path.parent.mkdir(exist_ok=True)
    entry = {"text": sign_off.text, "hash": sign_off.hash, "name": sign_off.name, "date": sign_off.date}
    entry |= {"verdict": sign_off.verdict} | ({"note": sign_off.note} if sign_off.note else {})
    written = path.read_text(encoding="utf-8").rstrip("\n") + "\n" if path.is_file() else _HEAD
    added = yaml.safe_dump([entry], allow_unicode=True, sort_keys=False, width=110)
    path.write_text(written + added, encoding="utf-8")


def signed_now(role: Role, text: Text, name: str, today: date, verdict: str = APPROVED, note: str = "") -> SignOff:
    """Give the sign-off of a text as it reads now.

    Raises:
        ContentError: where it is not this role's to sign, nobody signs, or a change is wanted and not said which.
    """
    if not role.signs(text):
        raise ContentError(f"'{text.id}' is not for {role.id} to sign; content/roles.yml says who does.")
    if not name.strip():
        raise ContentError("a sign-off needs a name: give the name of whoever has read the text.")
    if verdict not in VERDICTS:
        raise ContentError(f"the verdict '{verdict}' is unknown; use {' or '.join(VERDICTS)}.")
    if verdict == CHANGE and not note.strip():
        raise ContentError("a wanted change needs a note that says what: give --note.")
    return SignOff(text.id, wording_of(text), " ".join(name.split()), today, verdict, " ".join(note.split()))
