"""Reads `content/` once and refuses what must not reach a visitor: the one door to all words and facts.

Every complaint is a ContentError naming file, line and what to do. Nothing is read at import.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from content.booking import read_booking
from content.contacts import may_show, read_contacts
from content.files import File, entries
from content.guides import read_guides
from content.in_apps import read_in_apps
from content.model import (
    PEOPLE,
    Contact,
    Content,
    Fact,
    RiskReply,
    Taxonomy,
)
from content.organisation import read_organisation
from content.places import read_places
from content.sayings import ADULT, UNDER_18, read_sayings
from content.secret_words import read_secret_words
from content.shared_questions import read_askers, read_shared_questions
from content.tongues import read_languages
from content.topics import FILLED, Known, read_topics

HERE = Path(__file__).parent
IN_SENTENCES = FILLED | {
    "reopens",
    "kept",
    "number",
    "what",
    "more",
    "limit",
    "numbers",
    "clock",
    "day",
    "date",
    "reads",
    "days",
    "when",
    "minutes",
    "place",
    "link",
}


def load_content(root: Path = HERE) -> Content:
    """Read and check all content below `root`.

    Raises:
        ContentError: on the first thing that is missing, unknown or unsourced.
    """
    taxonomy = _taxonomy(File(root / "taxonomy.yml", root), File(root / "shared_questions.yml", root))
    places = read_places(File(root / "places.yml", root))
    contacts = read_contacts(File(root / "contacts.yml", root), places)
    facts = _all_facts(root)
    sayings_file = File(root / "sayings.yml", root)
    sayings = read_sayings(sayings_file)
    steps = read_guides(File(root / "guides.yml", root), taxonomy, contacts, facts)
    for topics in sayings.answered.values():
        sayings_file.ids({**sayings_file.data, "answered": topics.values()}, "answered", taxonomy.topics, "topic")
    heard = {*PEOPLE, *taxonomy.risks, *sayings.circumstances, UNDER_18, ADULT}
    sentences_file = File(root / "sentences.yml", root)
    return Content(
        taxonomy=taxonomy,
        topics=read_topics(root, Known(taxonomy, contacts, facts, heard, steps)),
        steps=steps,
        sayings=sayings,
        contacts=contacts,
        facts=facts,
        risk_replies=_risk_replies(File(root / "risk_replies.yml", root), taxonomy, contacts, facts),
        sentences=_all_sentences(sentences_file, File(root / "errands.yml", root), File(root / "channels.yml", root)),
        risk_titles=_risk_titles(sentences_file, taxonomy),
        pseudonyms=_pseudonyms(File(root / "pseudonyms.yml", root)),
        organisation=read_organisation(File(root / "organisation.yml", root), contacts, taxonomy, places.by_id),
        booking=read_booking(File(root / "booking.yml", root), contacts, facts),
        languages=read_languages(root, taxonomy, contacts, facts),
        places=places,
        in_apps=read_in_apps(File(root / "in_apps.yml", root)),
        secret_words=read_secret_words(File(root / "secret_words.yml", root)),
    )


def _taxonomy(file: File, shared: File) -> Taxonomy:
    routes = tuple(file.section("routes_strictest_first", list))
    risks = {name: file.text(risk, "route") for name, risk in entries(file.section("risks", dict))}
    topics = {
        name: (file.text(topic, "group"), file.text(topic, "route"))
        for name, topic in entries(file.section("topics", dict))
    }
    for name, route in [*risks.items(), *((name, route) for name, (_, route) in topics.items())]:
        if route not in routes:
            raise file.wrong(file.data, f"'{name}' has the unknown route '{route}'. Use one of {', '.join(routes)}.")
    means, risk_means = (
        {name: file.text(entry, "means") for name, entry in entries(file.section(key, dict))}
        for key in ("topics", "risks")
    )
    bare = Taxonomy(routes=routes, topics=topics, risks=risks, means=means, risk_means=risk_means)
    return replace(bare, askers=read_askers(shared, bare), shared_questions=read_shared_questions(shared, bare))


def _all_facts(root: Path) -> dict[str, Fact]:
    facts: dict[str, Fact] = {}
    for path in sorted((root / "facts").glob("*.yml")):
        file = File(path, root)
        for fact in _facts(file):
            if fact.id in facts:
                raise file.wrong(file.data, f"fact '{fact.id}' stands twice. Remove one.")
            facts[fact.id] = fact
    return facts


def _facts(file: File) -> Iterator[Fact]:
    for entry in file.section("facts", list):
        file.sourced(entry)
        yield Fact(
            id=file.text(entry, "id"),
            says=file.text(entry, "says"),
            sources=tuple(entry.get("sources") or ()),
            show=file.text(entry, "show"),
            checked=bool(entry.get("checked")),
        )


def _risk_replies(
    file: File, taxonomy: Taxonomy, contacts: Mapping[str, Contact], facts: Mapping[str, Fact]
) -> dict[str, RiskReply]:
    replies = {
        name: RiskReply(
            text=file.said(entry, "text"),
            contacts=may_show(file, entry, contacts, staff=False),
            covered_by=file.ids(entry, "covered_by", taxonomy.topics, "topic"),
            means=file.id(entry, "means", taxonomy.topics, "topic"),
            checked=file.cited(entry, facts),
            sources=file.ids(entry, "sources", facts, "fact"),
        )
        for name, entry in entries(file.section("risk_replies", dict))
    }
    if set(replies) != set(taxonomy.risks):
        raise file.wrong(file.data, "there must be one reply for each risk of taxonomy.yml, and no other.")
    return replies


def _sentences(file: File, key: str) -> dict[str, str]:
    entry = file.section(key, dict)
    return {name: file.said(entry, name, IN_SENTENCES) for name, _ in entries(entry)}


def _all_sentences(*files: File) -> dict[str, str]:
    found: dict[str, str] = {}
    for file in files:
        for name, text in _sentences(file, "sentences").items():
            if name in found:
                raise file.wrong(file.data, f"the sentence '{name}' stands twice. Remove one.")
            found[name] = text
    return found


def _risk_titles(file: File, taxonomy: Taxonomy) -> dict[str, str]:
    titles = _sentences(file, "risk_titles")
    if set(titles) != set(taxonomy.risks):
        raise file.wrong(file.data["risk_titles"], "there must be one title for each risk of taxonomy.yml.")
    return titles


def _pseudonyms(file: File) -> tuple[tuple[str, ...], tuple[str, ...]]:
    first, second = tuple(file.data.get("first") or ()), tuple(file.data.get("second") or ())
    if not first or not second:
        raise file.wrong(file.data, "'first' and 'second' must each hold words.")
    return first, second
