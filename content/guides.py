"""Reads guides.yml: questions asked one at a time, each with buttons, each free to be left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from content.contacts import may_show
from content.files import File, entries
from content.model import Contact, Fact, Option, Step, Taxonomy
from content.sayings import spoken

MOST_OPTIONS = 3


def read_guides(
    file: File, taxonomy: Taxonomy, contacts: Mapping[str, Contact], facts: Mapping[str, Fact]
) -> dict[str, Step]:
    """Give every step by its id, `<guide>:<step>`. Raises ContentError, also where an answer leads nowhere known."""
    guides = list(entries(file.section("guides", dict)))
    known = {f"{guide}:{name}" for guide, steps in guides for name, _ in entries(steps)}
    leads = {*known, *taxonomy.topics}
    found = {}
    for guide, steps in guides:
        for name, entry in entries(steps):
            topic = file.id(entry, "topic", taxonomy.topics, "topic")
            if topic is None:
                raise file.wrong(entry, "'topic' is missing. Say which topic the question belongs to.")
            found[f"{guide}:{name}"] = Step(
                id=f"{guide}:{name}",
                ask=file.said(entry, "ask"),
                easy=file.said(entry, "easy") if entry.get("easy") else None,
                options=tuple(_options(file, entry, topic, leads, contacts)),
                topic=topic,
                sources=file.ids(entry, "sources", facts, "fact"),
                checked=file.cited(entry, facts),
            )
    return found


def _options(
    file: File, step: Mapping[str, Any], topic: str, leads: set[str], contacts: Mapping[str, Contact]
) -> Iterator[Option]:
    options = list(entries(step.get("options") or {}))
    if not 1 <= len(options) <= MOST_OPTIONS:
        raise file.wrong(step, f"'options' must hold one to {MOST_OPTIONS} answers.")
    for name, entry in options:
        to = file.id(entry, "to", leads, "step or topic")
        if to is None and not entry.get("says"):
            raise file.wrong(entry, f"the answer '{name}' says nothing and leads nowhere. Give 'says' or 'to'.")
        yield Option(
            id=name,
            title=file.said(entry, "title"),
            typed=spoken(str(form) for form in entry.get("typed") or ()),
            says=file.said(entry, "says") if entry.get("says") else None,
            easy=file.said(entry, "easy") if entry.get("easy") else None,
            contacts=may_show(file, entry, contacts, staff=False),
            to=to,
            topic=file.id(entry, "topic", leads, "topic") or topic,
            large=bool(entry.get("large")),
        )
