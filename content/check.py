"""What an editor must still do: verify what is shown and marked unchecked or old, reword what sounds wrong."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from content.model import Content, Topic, Way
from content.wording import Wording, words


def unverified(content: Content) -> list[str]:
    """Give one line for each contact, topic, risk reply and language that is shown with 'ej kontrollerad'."""
    ways = _ways(content)
    return [
        *(f"contact {id}: verify number and hours, then set 'checked: true'" for id in sorted(_shown(content))
          if not content.contacts[id].checked),
        *(f"topic {topic.id}: a cited fact is unchecked" for topic in content.topics.values() if not topic.checked),
        *(f"risk reply {id}: a cited fact is unchecked" for id, reply in content.risk_replies.items()
          if not reply.checked),
        *(f"{name}: verify entrance, way and cited facts, then set 'checked: true'" for name, way in ways.items()
          if not way.checked),
        *(f"language {code} ({language.name}): a native speaker must read it and sign, then set 'checked: true'"
          for code, language in content.languages.items() if not language.checked),
    ]  # fmt: skip


def stale(content: Content, wording: Wording, today: date) -> list[str]:
    """Give one line for each contact whose number and hours were last looked at too long ago."""
    oldest = today - timedelta(days=wording.limits["review_days"])
    return [
        f"contact {id}: last looked at {content.contacts[id].reviewed}; check it, then set 'reviewed' anew"
        for id in sorted(_shown(content))
        if content.contacts[id].reviewed < oldest
    ]


def badly_worded(content: Content, wording: Wording) -> list[str]:
    """Give one line for each text that does against wording.yml."""
    said = {f"sentence {name}": text for name, text in content.sentences.items()}
    said |= {f"risk reply {name}": reply.text for name, reply in content.risk_replies.items()}
    said |= {f"booking: {name}": way.text for name, way in _ways(content).items()}
    found = [f"{where}: {one}" for where, text in said.items() for one in wording.complaints(text)]
    topics = content.topics.values()
    return [*found, *(f"topic {topic.id}: {one}" for topic in topics for one in _wrong(topic, wording))]


def _wrong(topic: Topic, wording: Wording) -> Iterator[str]:
    limits = wording.limits
    for text in (topic.title, topic.choice, topic.answer, topic.next_step):
        yield from wording.complaints(text, topic.id)
    for name, text in (("answer", topic.answer), ("next_step", topic.next_step)):
        if len(words(text)) > limits[f"{name}_words"]:
            yield f"'{name}' has {len(words(text))} words: at most {limits[f'{name}_words']}"
    if (topic.answer + topic.next_step).count("?") > limits["questions"]:
        yield f"more than {limits['questions']} question a turn"
    if len(topic.buttons) + len(topic.offers) > limits["buttons"]:
        yield f"more than {limits['buttons']} buttons"


def _shown(content: Content) -> set[str]:
    """Give the contacts that a visitor may be shown."""
    shown = {contact for topic in content.topics.values() for contact in topic.contacts}
    shown |= {contact for reply in content.risk_replies.values() for contact in reply.contacts}
    shown |= {contact for ids in content.organisation.reach.values() for contact in ids}
    shown |= {contact for language in content.languages.values() for contact in language.contacts}
    return shown | {contact for way in _ways(content).values() for contact in way.contacts}


def _ways(content: Content) -> dict[str, Way]:
    places = {f"place {place.id}": place.way for place in content.booking.places.values()}
    return places | {f"booked {kind}": way for kind, way in content.booking.ways.items()}
