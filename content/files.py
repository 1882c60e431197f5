"""One content file: YAML whose entries know their line, and complaints that name file, line and what to do."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from content.model import ContentError, Fact

SHOWN = ("default", "staff")
# 112, 114 14 and 1177 may stand in a sentence; every other number lives in contacts.yml alone.
_NUMBER = re.compile(r"(?<!\d)(?!112\b|114 14\b|1177\b)\d(?:[\-. ]?\d){4,}")


_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast where libyaml is there


class _Lines(_SafeLoader):  # type: ignore[misc]  # its base is chosen when the program runs
    """A safe loader whose mappings remember the line they start on, under the key `__line__`."""


def _mapping(loader: _Lines, node: yaml.MappingNode) -> dict[str, Any]:
    pairs: dict[Any, Any] = loader.construct_mapping(node, deep=True)
    pairs["__line__"] = node.start_mark.line + 1
    return pairs


_Lines.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


class File:
    """One YAML file, and complaints that name its place."""

    def __init__(self, path: Path, root: Path) -> None:
        self.name = str(path.relative_to(root.parent))
        if not path.is_file():
            raise ContentError(f"{self.name}: line 1: the file is missing. Write it.")
        try:
            # bandit/ruff S506: _Lines derives from SafeLoader
            self.data = yaml.load(path.read_text(encoding="utf-8"), Loader=_Lines)  # noqa: S506
        except yaml.YAMLError as error:
            raise ContentError(f"{self.name}: not readable as YAML: {error}. Mend the file.") from error
        if not isinstance(self.data, dict):
            raise ContentError(f"{self.name}: line 1: expected a mapping. Mend the file.")

    def wrong(self, entry: Mapping[str, Any], what: str) -> ContentError:
        return ContentError(f"{self.name}: line {entry.get('__line__', 1)}: {what}")

    def section(self, key: str, kind: type[Any]) -> Any:
        """Give a part of the file that must be there."""
        found = self.data.get(key)
        if not isinstance(found, kind) or not found:
            raise self.wrong(self.data, f"the section '{key}' is missing or of the wrong kind. Write it.")
        return found

    def text(self, entry: Mapping[str, Any], key: str) -> str:
        value = entry.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(entry, f"'{key}' is missing or empty. Write it.")
        return " ".join(value.split())

    def said(self, entry: Mapping[str, Any], key: str, placeholders: frozenset[str] = frozenset()) -> str:
        """Give a sentence for a visitor: no phone number in it, and only the placeholders that get filled."""
        text = self.text(entry, key)
        number = _NUMBER.search(text)
        if number:
            raise self.wrong(entry, f"'{key}' holds the number '{number.group()}'. Name a contact instead.")
        unknown = set(re.findall(r"{(\w*)}", text)) - placeholders
        if unknown:
            raise self.wrong(entry, f"'{key}' has the unknown placeholder '{unknown.pop()}'.")
        return text

    def ids(self, entry: Mapping[str, Any], key: str, known: Collection[str], kind: str) -> tuple[str, ...]:
        found = tuple(str(item) for item in entry.get(key) or ())
        for item in found:
            if item not in known:
                raise self.wrong(entry, f"unknown {kind} '{item}' in '{key}'. Use an id that exists, or add it.")
        return found

    def id(self, entry: Mapping[str, Any], key: str, known: Collection[str], kind: str) -> str | None:
        """Give the one id in an entry; None where there is none."""
        named = [entry[key]] if entry.get(key) else []
        return next(iter(self.ids({**entry, key: named}, key, known, kind)), None)

    def sourced(self, entry: Mapping[str, Any]) -> None:
        if entry.get("show", "default") not in (*SHOWN, "hold"):
            raise self.wrong(entry, f"'show: {entry['show']}' is unknown. Use default, staff or hold.")
        if entry.get("show") in SHOWN and not entry.get("sources"):
            raise self.wrong(entry, f"'{entry.get('id')}' has no source. Give 'sources', or set 'show: hold'.")
        if not isinstance(entry.get("reviewed"), date):
            raise self.wrong(entry, f"'{entry.get('id')}' has no review date. Give 'reviewed: YYYY-MM-DD'.")

    def cited(self, entry: Mapping[str, Any], facts: Mapping[str, Fact]) -> bool:
        """Check an entry's `sources`; tell whether every cited fact is verified."""
        cited = self.ids(entry, "sources", facts, "fact")
        if not cited:
            raise self.wrong(entry, "no source is cited. Give 'sources' with ids of facts.")
        for fact in cited:
            if facts[fact].show == "hold":
                raise self.wrong(entry, f"fact '{fact}' is on hold. Verify it, or cite another.")
        return all(facts[fact].checked for fact in cited)


def entries(mapping: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    return ((key, value) for key, value in mapping.items() if key != "__line__")


def plain(value: Any) -> Any:
    return dict(entries(value)) if isinstance(value, dict) else value
