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
from content.model import (
    Contact,
    Content,
    ContentError,
    Fact,
    RiskReply,
    Taxonomy,
    Topic,
)
from content.organisation import read_organisation
from content.places import read_places
from content.secret_words import read_secret_words
from content.shared_questions import read_askers, read_shared_questions
from content.tongues import read_languages

HERE = Path(__file__).parent
OFFERS = dict.fromkeys(("letter", "time"))  # the errands a topic may offer (actions/compose.py has their buttons)
IN_TOPICS = frozenset({"organisation", "counsellor_hours"})
IN_SENTENCES = IN_TOPICS | {
    "reopens",
    "kept",
    "number",
    "what",
    "limit",
    "numbers",
    "clock",
    "day",
    "date",
    "reads",
    "days",
    "when",
    "minutes",
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
    topics = {topic.id: topic for topic in _topics(root, taxonomy, contacts, facts)}
    missing = sorted(set(taxonomy.topics) - set(topics))
    if missing:
        raise ContentError(f"content/topics: no file for {', '.join(missing)}. Write one for each.")
    sentences_file = File(root / "sentences.yml", root)
    return Content(
        taxonomy=taxonomy,
        topics=topics,
        contacts=contacts,
        facts=facts,
        risk_replies=_risk_replies(File(root / "risk_replies.yml", root), taxonomy, contacts, facts),
        sentences=_all_sentences(sentences_file, File(root / "errands.yml", root)),
        risk_titles=_risk_titles(sentences_file, taxonomy),
        pseudonyms=_pseudonyms(File(root / "pseudonyms.yml", root)),
        organisation=read_organisation(File(root / "organisation.yml", root), contacts, taxonomy),
        booking=read_booking(File(root / "booking.yml", root), contacts, facts),
        languages=read_languages(root, taxonomy, contacts, facts),
        places=places,
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
    bare = Taxonomy(routes=routes, topics=topics, risks=risks)
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


def _topics(
    root: Path, taxonomy: Taxonomy, contacts: Mapping[str, Contact], facts: Mapping[str, Fact]
) -> Iterator[Topic]:
    for path in sorted((root / "topics").glob("*/*.yml")):
        file = File(path, root)
        entry = file.data
        name = file.text(entry, "topic")
        if name not in taxonomy.topics:
            raise file.wrong(entry, f"unknown topic '{name}'. Use one from taxonomy.yml.")
        group, route = taxonomy.topics[name]
        if path.stem != name or path.parent.name != group:
            raise file.wrong(entry, f"topic '{name}' belongs in topics/{group}/{name}.yml. Move the file.")
        file.sourced({**entry, "id": name})
        leads = [entry["leads_to"]] if entry.get("leads_to") else []
        yield Topic(
            id=name,
            group=group,
            route=route,
            title=file.said(entry, "title"),
            choice=file.said(entry, "choice"),
            answer=file.said(entry, "answer", IN_TOPICS),
            next_step=file.said(entry, "next_step", IN_TOPICS),
            contacts=may_show(file, entry, contacts, staff=name == "professional_advice"),
            buttons=file.ids(entry, "buttons", taxonomy.topics, "topic"),
            offers=file.ids(entry, "offers", OFFERS, "errand"),
            leads_to=next(iter(file.ids({**entry, "leads_to": leads}, "leads_to", taxonomy.topics, "topic")), None),
            checked=file.cited(entry, facts),
        )


def _risk_replies(
    file: File, taxonomy: Taxonomy, contacts: Mapping[str, Contact], facts: Mapping[str, Fact]
) -> dict[str, RiskReply]:
    replies = {
        name: RiskReply(
            text=file.said(entry, "text"),
            contacts=may_show(file, entry, contacts, staff=False),
            covered_by=file.ids(entry, "covered_by", taxonomy.topics, "topic"),
            checked=file.cited(entry, facts),
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
