"""What leads to a text and where it leads: buttons, a plain yes, guided questions. In the words people see. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from content.model import Content, Step, Topic
from content.texts import Text

_GUIDE = "guide "


def leads_here(content: Content, text: Text) -> tuple[str, ...]:
    """Give the titles of what leads to a text's topic, or to a guided question."""
    step = _step(content, text)
    if step is not None:
        found = [topic.title for topic in content.topics.values() if any(one.guide == step.id for one in _all(topic))]
        return (*found, *_options_to(content, step.id))
    if text.topic is None:
        return ()
    here = text.topic
    found = [
        topic.title
        for topic in content.topics.values()
        if any(here in one.buttons or here == one.leads_to for one in _all(topic))
    ]
    return (*found, *_options_to(content, here))


def leads_on(content: Content, text: Text, errands: Mapping[str, str]) -> tuple[str, ...]:
    """Give the buttons under a text and what follows it; `errands` has the words for leaving a message and booking."""
    step = _step(content, text)
    if step is not None:
        leads = [(option.title, option.to) for option in step.options if option.to]
        return tuple(f"{title} → {_title(content, to)}" for title, to in leads)
    if text.topic is None or text.kind == "button":
        return ()
    topic = content.topics[text.topic]
    topic = next((variant.topic for variant in topic.variants if variant.heard == text.heard), topic)
    buttons = [f"{content.topics[other].choice} → {content.topics[other].title}" for other in topic.buttons]
    then = [_title(content, one) for one in (topic.leads_to, topic.guide) if one]
    return (*(errands.get(offer, offer) for offer in topic.offers), *buttons, *then)


def _all(topic: Topic) -> Iterator[Topic]:
    yield topic
    yield from (variant.topic for variant in topic.variants)


def _step(content: Content, text: Text) -> Step | None:
    name = text.id.removeprefix(_GUIDE).partition(" ")[0]
    return content.steps.get(name) if text.id.startswith(_GUIDE) else None


def _options_to(content: Content, id: str) -> Iterator[str]:
    """Yield the answers to guided questions that lead to a step or topic."""
    for step in content.steps.values():
        yield from (f"{step.ask} – {option.title}" for option in step.options if option.to == id)


def _title(content: Content, id: str) -> str:
    """Say what a topic or a step is called: a step by its question."""
    return content.topics[id].title if id in content.topics else content.steps[id].ask
