"""The buttons under a reply: titles are content's, payloads are read back by the engine (bot/in_talk.py) or gateway."""

from __future__ import annotations

from content.model import Content, Step, Topic

HUMAN = "talk_to_human"
MOST_CHOICES = 3
ERRANDS = {"letter": ("letter:write", "letter_write"), "time": ("time:start", "time_start")}


def topic_choice(content: Content, topic: str) -> dict[str, str]:
    """Give the button that asks about a topic."""
    return {"title": content.topics[topic].choice, "payload": f"topic:{topic}"}


def errand_choice(content: Content, errand: str) -> dict[str, str]:
    """Give the button that begins an errand of the gateway's: `letter` or `time`."""
    payload, title = ERRANDS[errand]
    return {"title": content.sentences[title], "payload": payload}


def topic_choices(content: Content, topic: Topic) -> list[dict[str, str]]:
    """Give the buttons that lead on from a topic to others."""
    return [topic_choice(content, other) for other in topic.buttons]


def errand_choices(content: Content, topic: Topic) -> list[dict[str, str]]:
    """Give the buttons of the errands that a topic offers."""
    return [errand_choice(content, errand) for errand in topic.offers]


def more_choice(content: Content, topic: str) -> dict[str, str]:
    """Give the button that asks for what else is known about a topic."""
    return {"title": content.sentences["choice_more"], "payload": f"more:{topic}"}


def human_choice(content: Content) -> dict[str, str]:
    """Give the button that asks for a human."""
    return {"title": content.sentences["choice_human"], "payload": f"topic:{HUMAN}"}


def resume_choice(content: Content, step: str) -> dict[str, str]:
    """Give the button that puts a guided question again."""
    return {"title": content.sentences["choice_resume"], "payload": f"guide:{step}"}


def step_choices(step: Step) -> list[dict[str, str]]:
    """Give the buttons of a guided question."""
    choices = []
    for option in step.options:
        choice = {"title": option.title, "payload": f"guide:{step.id}:{option.id}"}
        choices.append({**choice, "weight": "large"} if option.large else choice)
    return choices
