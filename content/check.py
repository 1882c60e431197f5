"""What an editor must still do: verify, look at anew, source, show or remove, reword. One line for each thing.

Who has signed what is the work of `reviews`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path

from content.model import Content, Topic, Way
from content.reach import near
from content.texts import Text, texts
from content.wording import Wording, lix, words

# What only the web page's own visitors are told.
WEB_ONLY = frozenset(f"sentence {name}" for name in ("greeting", "erased", "erased_but_letter", "error_bad_frame"))
_BUILT = re.compile(r"""f["'](\w*){[^{}]*}(\w*)["']""")  # a name that code puts together: f"month_{number}"


def unverified(content: Content) -> list[str]:
    """Give one line for each contact, fact, way and language for which something is shown with 'ej kontrollerad'."""
    ways, cited = _ways(content), _cited(content)
    return [
        *(f"contact {id}: verify number and hours, then set 'checked: true'" for id in sorted(_shown(content))
          if not content.contacts[id].checked),
        *(f"fact {id}: verify it, then set 'checked: true'; cited by {_some(ids)}" for id, ids in cited.items()
          if not content.facts[id].checked),
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


def unsourced(content: Content) -> list[str]:
    """Give one line for each text that says something of the matter and cites no fact."""
    told = (text for text in texts(content) if text.kind in ("answer", "more", "guide", "risk", "booking"))
    return [f"{text.id}: cites no fact; give 'sources'" for text in told if not text.sources]


def unreachable(content: Content, code: Iterable[str]) -> list[str]:
    """Give one line for each contact, fact and sentence that nobody can come across. `code`: all source texts."""
    shown, cited = _shown(content), _cited(content)
    contacts = [one.id for one in content.contacts.values() if one.show == "default" and one.id not in shown]
    facts = [one.id for one in content.facts.values() if one.show == "default" and one.id not in cited]
    return [
        *(f"contact {id}: shown nowhere; name it in a topic, or set 'show: hold'" for id in contacts),
        *(f"fact {id}: cited nowhere; cite it, or remove it" for id in facts),
        *(f"sentence {name}: no code names it; remove it" for name in _unnamed(content.sentences, "\n".join(code))),
    ]


def only_on_the_web(content: Content) -> list[str]:
    """Give one line for each text that says in an app what is true of the web page only, and for what is never said."""
    swedish = [text for text in texts(content) if text.kind != "language"]
    told = "\n".join(text.says for text in swedish)
    wrong = [
        f"{text.id}: says '{left}' in an app too; put its sentence in in_apps.yml"
        for text in swedish if text.id not in WEB_ONLY for left in content.in_apps.left(text.says)
    ]  # fmt: skip
    stale_ones = [
        f"in_apps.yml {name}: no text says '{web}' any more; remove it"
        for name, (web, _) in content.in_apps.sentences.items()
        if web not in told
    ]
    return [*wrong, *stale_ones]


def too_hard(content: Content, wording: Wording) -> list[str]:
    """Give one line for each easy-read text that is not easy to read."""
    return _lix_from(content, ("easy",), wording.limits["easy_lix"])


def rather_hard(content: Content, wording: Wording) -> list[str]:
    """Give one line for each ordinary text that is hard to read: a hint, and no fault."""
    return _lix_from(content, ("answer", "again", "more", "risk"), wording.limits["hard_lix"])


def badly_worded(content: Content, wording: Wording) -> list[str]:
    """Give one line for each text that does against wording.yml. Other languages are not measured by Swedish."""
    swedish = [text for text in texts(content) if text.kind != "language"]
    topics = content.topics.values()
    return [
        *(f"{text.id}: {one}" for text in swedish for one in _wrong(text, wording)),
        *(f"topic {topic.id}: {one}" for topic in topics for one in wording.complaints(topic.title, topic.id)),
        *(f"{name}: {one}" for name, topic in _versions(content) for one in _wrong_shape(topic, wording)),
    ]


def code_of(root: Path, packages: Iterable[str]) -> list[str]:
    """Read the Python source of some packages below `root`."""
    paths = (path for package in packages for path in sorted((root / package).rglob("*.py")))
    return [path.read_text(encoding="utf-8") for path in paths]


def _wrong(text: Text, wording: Wording) -> Iterator[str]:
    """Yield what is wrong with one text: words, sentences, and the length of what a topic has beside its answer."""
    yield from wording.complaints(text.says, text.topic)
    most = wording.limits[f"{text.kind}_words"] if text.kind in ("easy", "more", "again") else None
    if most is not None and len(words(text.says)) > most:
        yield f"{len(words(text.says))} words: at most {most}"


def _wrong_shape(topic: Topic, wording: Wording) -> Iterator[str]:
    """Yield what is wrong with an answer's parts, which are one text to a visitor and two to an editor."""
    limits = wording.limits
    for name, text in (("answer", topic.answer), ("next_step", topic.next_step)):
        if len(words(text)) > limits[f"{name}_words"]:
            yield f"'{name}' has {len(words(text))} words: at most {limits[f'{name}_words']}"
    if (topic.answer + topic.next_step).count("?") > limits["questions"]:
        yield f"more than {limits['questions']} question a turn"
    if len(topic.buttons) + len(topic.offers) > limits["buttons"]:
        yield f"more than {limits['buttons']} buttons"


def _versions(content: Content) -> Iterator[tuple[str, Topic]]:
    """Yield each topic, and each variant of it, by the id of its text."""
    for topic in content.topics.values():
        yield f"topic {topic.id}", topic
        for variant in topic.variants:
            yield f"topic {topic.id} for {'+'.join(sorted(variant.heard))}", variant.topic


def _lix_from(content: Content, kinds: tuple[str, ...], limit: int) -> list[str]:
    measured = ((text.id, lix(text.says)) for text in texts(content) if text.kind in kinds)
    return [f"{id}: LIX {index:.0f}, {limit} or more: shorter words and sentences" for id, index in measured
            if index >= limit]  # fmt: skip


def _cited(content: Content) -> dict[str, list[str]]:
    """Give the facts that are cited, each with the ids of the texts that rest on it."""
    cited: dict[str, list[str]] = {}
    for text in texts(content):
        for fact in text.sources:
            cited.setdefault(fact, []).append(text.id)
    return cited


def _some(ids: list[str]) -> str:
    return ids[0] if len(ids) == 1 else f"{ids[0]} and {len(ids) - 1} more"


def _unnamed(names: Collection[str], code: str) -> list[str]:
    """Give the names that no string of the code holds, whole or put together with a part that ends or begins in _.

    A name that ends in a number is another wording of the name before it, where there is one.
    """
    built = {(head, tail) for head, tail in _BUILT.findall(code) if head.endswith("_") or tail.startswith("_")}
    built |= {("", tail) for tail in re.findall(r"""["'](_[a-z]\w*)["']""", code)}  # name + "_alone"
    known = set(names)
    stems = {name: stem if (stem := re.sub(r"_\d+$", "", name)) in known else name for name in names}
    return [
        name
        for name, stem in stems.items()
        if not re.search(rf"""["']{stem}["']""", code)
        and not any(stem.startswith(head) and stem.endswith(tail) for head, tail in built)
    ]


def _shown(content: Content) -> set[str]:
    """Give the contacts that a visitor may be shown."""
    shown = {contact for text in texts(content) for contact in text.contacts}
    shown |= {contact for ids in content.organisation.reach.values() for contact in ids}
    shown |= {other for others in content.organisation.instead.values() for other in others.values()}
    there = {contact for place in content.places.by_id.values() for contact in near(content, place)}
    return shown | {one for one in there if "professional" not in content.contacts[one].groups}


def _ways(content: Content) -> dict[str, Way]:
    places = {f"place {place.id}": place.way for place in content.booking.places.values()}
    return places | {f"booked {kind}": way for kind, way in content.booking.ways.items()}
