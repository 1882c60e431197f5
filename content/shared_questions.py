"""Reads shared_questions.yml: who asks, and what they mean by words that others ask something else with."""

from __future__ import annotations

from content.files import File, entries
from content.model import SharedQuestion, Taxonomy


def read_askers(file: File, topics: Taxonomy) -> dict[str, str]:
    """Give who asks a topic that is not asked by its own group. Raises ContentError."""
    askers = dict(entries(file.section("askers", dict)))
    file.ids({**file.data, "askers": list(askers)}, "askers", topics.topics, "topic")
    file.ids({**file.data, "askers": list(askers.values())}, "askers", _groups(topics), "group")
    return askers


def read_shared_questions(file: File, topics: Taxonomy) -> tuple[SharedQuestion, ...]:
    """Give the questions. Raises ContentError, also where two of them claim the same topic."""
    claimed: set[str] = set()
    questions = []
    for entry in file.section("questions", list):
        asked_by = dict(entries(entry.get("asked_by") or {}))
        file.ids({**entry, "asked_by": list(asked_by)}, "asked_by", _groups(topics), "group")
        file.ids({**entry, "asked_by": list(asked_by.values())}, "asked_by", topics.topics, "topic")
        after = dict(entries(entry.get("after") or {}))
        file.ids({**entry, "after": [*after, *after.values()]}, "after", topics.topics, "topic")
        heard_as = file.ids(entry, "heard_as", topics.topics, "topic")
        if not heard_as or not (asked_by or after):
            raise file.wrong(entry, "'heard_as' is missing, or both 'asked_by' and 'after' are. Write it.")
        if claimed & set(heard_as):
            raise file.wrong(entry, f"'{min(claimed & set(heard_as))}' stands in two questions. Keep one.")
        claimed.update(heard_as)
        unless, only = (tuple(str(word) for word in entry.get(key) or ()) for key in ("unless", "only"))
        questions.append(SharedQuestion(heard_as, asked_by, unless, only, after))
    return tuple(questions)


def _groups(topics: Taxonomy) -> dict[str, None]:
    return dict.fromkeys(group for group, _ in topics.topics.values())
