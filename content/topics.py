"""Reads topics/*/*.yml: what the bot says about each topic, in all its layers."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from content.contacts import may_show
from content.files import File
from content.model import Contact, ContentError, Fact, Layer, Taxonomy, Topic, Variant

OFFERS = dict.fromkeys(("letter", "time"))  # the errands a topic may offer (actions/buttons.py has their buttons)
FILLED = frozenset({"organisation", "counsellor_hours"})


@dataclass(frozen=True)
class Known:
    """What a topic may name. `heard`: what may be known of a writer, that a variant can be for."""

    taxonomy: Taxonomy
    contacts: Mapping[str, Contact]
    facts: Mapping[str, Fact]
    heard: Collection[str]
    steps: Collection[str]


def read_topics(root: Path, known: Known) -> dict[str, Topic]:
    """Read every topic of the taxonomy. Raises ContentError, also where one is missing."""
    topics = {topic.id: topic for topic in _topics(root, known)}
    missing = sorted(set(known.taxonomy.topics) - set(topics))
    if missing:
        raise ContentError(f"content/topics: no file for {', '.join(missing)}. Write one for each.")
    return topics


def _topics(root: Path, known: Known) -> Iterator[Topic]:
    for path in sorted((root / "topics").glob("*/*.yml")):
        file = File(path, root)
        name = file.text(file.data, "topic")
        if name not in known.taxonomy.topics:
            raise file.wrong(file.data, f"unknown topic '{name}'. Use one from taxonomy.yml.")
        group, _ = known.taxonomy.topics[name]
        if path.stem != name or path.parent.name != group:
            raise file.wrong(file.data, f"topic '{name}' belongs in topics/{group}/{name}.yml. Move the file.")
        yield _topic(file, name, known)


def _topic(file: File, name: str, known: Known) -> Topic:
    entry = file.data
    file.sourced({**entry, "id": name})
    topic = Topic(
        id=name,
        group=known.taxonomy.topics[name][0],
        route=known.taxonomy.topics[name][1],
        title=file.said(entry, "title"),
        choice=file.said(entry, "choice"),
        answer=file.said(entry, "answer", FILLED),
        next_step=file.said(entry, "next_step", FILLED),
        contacts=may_show(file, entry, known.contacts, staff=name == "professional_advice"),
        buttons=file.ids(entry, "buttons", known.taxonomy.topics, "topic"),
        offers=file.ids(entry, "offers", OFFERS, "errand"),
        leads_to=file.id(entry, "leads_to", known.taxonomy.topics, "topic"),
        guide=file.id(entry, "guide", known.steps, "guided question"),
        easy=file.said(entry, "easy", FILLED),
        more=_more(file, entry, known),
        again=tuple(file.said({**entry, "again": text}, "again", FILLED) for text in entry.get("again") or ()),
        sources=file.ids(entry, "sources", known.facts, "fact"),
        reviewed=entry["reviewed"],
        checked=file.cited(entry, known.facts),
    )
    return replace(topic, variants=tuple(_variant(file, one, topic, known) for one in entry.get("variants") or ()))


def _more(file: File, entry: Mapping[str, Any], known: Known) -> Layer | None:
    layer = entry.get("more")
    if layer is None:
        return None
    return Layer(file.said(layer, "text", FILLED), tuple(layer.get("sources") or ()), file.cited(layer, known.facts))


def _variant(file: File, entry: Mapping[str, Any], topic: Topic, known: Known) -> Variant:
    """Give what differs for some people; contacts, buttons and more are the topic's own where nothing is said."""
    heard = entry.get("for")
    heard = [heard] if isinstance(heard, str) else heard or []
    named = file.ids({**entry, "for": heard}, "for", dict.fromkeys(known.heard), "group, circumstance or risk")
    if not named:
        raise file.wrong(entry, "'for' is missing or empty. Say for whom the variant is.")
    changed = replace(
        topic,
        answer=file.said(entry, "answer", FILLED),
        next_step=file.said(entry, "next_step", FILLED),
        easy=file.said(entry, "easy", FILLED) if entry.get("easy") else "",
        leads_to=file.id(entry, "leads_to", known.taxonomy.topics, "topic"),
        guide=file.id(entry, "guide", known.steps, "guided question"),
        again=(),
        sources=file.ids(entry, "sources", known.facts, "fact"),
        checked=file.cited(entry, known.facts),
    )
    staff = topic.id == "professional_advice"
    if "contacts" in entry:
        changed = replace(changed, contacts=may_show(file, entry, known.contacts, staff))
    if "buttons" in entry:
        changed = replace(changed, buttons=file.ids(entry, "buttons", known.taxonomy.topics, "topic"))
    if "offers" in entry:
        changed = replace(changed, offers=file.ids(entry, "offers", OFFERS, "errand"))
    if "more" in entry:
        changed = replace(changed, more=_more(file, entry, known))
    return Variant(frozenset(named), changed)
