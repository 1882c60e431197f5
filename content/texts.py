"""Every text that a visitor reads, under an id that stays: what is reviewed, measured and signed. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from content.model import Content, Language, Step, Topic, Way

RISKS, SENTENCES, BOOKING, LANGUAGES = "risks", "sentences", "booking", "languages"  # groups beside those of topics
# What a text is. `answer`, `more` and `guide` are what a topic, or a variant of one, says of the matter.
KINDS = ("answer", "button", "easy", "again", "more", "guide", "risk", "sentence", "booking", "language")


@dataclass(frozen=True)
class Text:
    """One text as a visitor reads it: an answer and its next step are one, a language with all it says another.

    `sources` are ids of facts, `heard` is for whom a variant is, `topic` or `risk` what the text belongs to.
    `route` is None where no route leads to it.
    """

    id: str
    says: str
    kind: str
    group: str
    route: str | None = None
    sources: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()
    topic: str | None = None
    risk: str | None = None
    heard: frozenset[str] = frozenset()


def texts(content: Content) -> Iterator[Text]:
    """Yield every text, each id once: topics with their layers, guides, risk replies, booking, sentences, languages."""
    for text in _all(content):
        yield replace(text, says=content.organisation.filled(text.says))


def _all(content: Content) -> Iterator[Text]:
    for topic in content.topics.values():
        yield from _topic(topic)
    for step in content.steps.values():
        yield from _step(content, step)
    for name, reply in content.risk_replies.items():
        route = content.taxonomy.risks[name]
        yield Text(f"risk reply {name}", reply.text, "risk", RISKS, route, reply.sources, reply.contacts, risk=name)
    for place in content.booking.places.values():
        named = " ".join(filter(None, (f"{place.name}.", place.entrance, place.way.text)))
        yield _booking(f"place {place.id}", named, place.way)
    for kind, way in content.booking.ways.items():
        yield _booking(f"booked {kind}", way.text, way)
    for name, says in content.sentences.items():
        yield Text(f"sentence {name}", says, "sentence", SENTENCES)
    for name, (_, app) in content.in_apps.sentences.items():
        if app:
            yield Text(f"in apps {name}", app, "sentence", SENTENCES)
    yield from map(_language, content.languages.values())


def _topic(topic: Topic) -> Iterator[Text]:
    main = Text(
        id=f"topic {topic.id}",
        says=f"{topic.answer} {topic.next_step}",
        kind="answer",
        group=topic.group,
        route=topic.route,
        sources=topic.sources,
        contacts=topic.contacts,
        topic=topic.id,
    )
    yield main
    yield replace(main, id=f"{main.id} button", says=topic.choice, kind="button", sources=(), contacts=())
    yield from _layers(topic, main)
    for variant in topic.variants:
        told = variant.topic
        other = replace(
            main,
            id=f"{main.id} for {'+'.join(sorted(variant.heard))}",
            says=f"{told.answer} {told.next_step}",
            sources=told.sources,
            contacts=told.contacts,
            heard=variant.heard,
        )
        yield other
        # what a variant leaves as it is has been yielded already
        yield from _layers(replace(told, more=None if told.more == topic.more else told.more), other)


def _layers(topic: Topic, main: Text) -> Iterator[Text]:
    if topic.easy:
        yield replace(main, id=f"{main.id} easy", says=topic.easy, kind="easy")
    if topic.more is not None:
        more, sources = topic.more.text, topic.more.sources
        yield replace(main, id=f"{main.id} more", says=more, kind="more", sources=sources)
    for number, says in enumerate(topic.again, 1):
        yield replace(main, id=f"{main.id} again {number}", says=says, kind="again")


def _step(content: Content, step: Step) -> Iterator[Text]:
    """Yield a guided question with its buttons, and what each answer to it says."""
    group, route = content.taxonomy.topics[step.topic]
    question = Text(f"guide {step.id}", "", "guide", group, route, step.sources, topic=step.topic)
    yield replace(question, says=" | ".join((step.ask, *(option.title for option in step.options))))
    if step.easy:
        yield replace(question, id=f"{question.id} easy", says=step.easy, kind="easy")
    for option in step.options:
        said = replace(question, id=f"{question.id} {option.id}", contacts=option.contacts)
        if option.says:
            yield replace(said, says=option.says)
        if option.easy:
            yield replace(said, id=f"{said.id} easy", says=option.easy, kind="easy")


def _booking(name: str, says: str, way: Way) -> Text:
    return Text(f"booking: {name}", says, "booking", BOOKING, None, way.sources, way.contacts)


def _language(language: Language) -> Text:
    """Give all that is said in a language, a line for each; its name comes before a line."""
    parts = [*language.says.items()]
    parts += [(f"topic {name}", says) for name, says in language.answers.items()]
    parts += [(f"risk reply {name}", says) for name, says in language.risks.items()]
    says = "\n".join(f"{name}: {text}" for name, text in parts)
    return Text(f"language {language.code}", says, "language", LANGUAGES, None, language.sources, language.contacts)
