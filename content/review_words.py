"""Reads what a review page needs beside the texts: its own words and style, and lines that people might write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from content.files import File, entries
from content.model import Taxonomy
from content.registry import HERE

EXAMPLES = 3


@dataclass(frozen=True)
class PageWords:
    """The words of review_page.yml, by section, and the style of review_page.css."""

    style: str
    labels: Mapping[str, str]
    standing: Mapping[str, str]
    kinds: Mapping[str, str]
    routes: Mapping[str, str]
    heard: Mapping[str, str]
    errands: Mapping[str, str]


def load_page_words(root: Path = HERE) -> PageWords:
    """Read review_page.yml below `root`. Raises ContentError for a section that is missing or a label left empty."""
    file = File(root / "review_page.yml", root)
    sections = {}
    for key in ("labels", "standing", "kinds", "routes", "heard", "errands"):
        section = file.section(key, dict)
        sections[key] = {name: file.text(section, name) for name, _ in entries(section)}
    return PageWords((root / "review_page.css").read_text(encoding="utf-8"), **sections)


def examples_of(folder: Path, taxonomy: Taxonomy) -> dict[str, tuple[str, ...]]:
    """Give the first lines of each topic's own file of examples (data/nlu/<group>/<topic>.yml), where it is there."""
    found = {}
    for topic, (group, _) in taxonomy.topics.items():
        path = folder / group / f"{topic}.yml"
        if path.is_file():
            given = File(path, folder).section("nlu", list)
            lines = (line for entry in given for line in str(entry.get("examples") or "").splitlines())
            found[topic] = tuple(islice((line.removeprefix("- ").strip() for line in lines if line.strip()), EXAMPLES))
    return found
