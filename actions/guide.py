"""Guided questions (content/guides.yml) in a talk: put one at a time, answered by a button or in words, or left."""

from __future__ import annotations

from actions.buttons import HUMAN, MOST_CHOICES, resume_choice, step_choices
from actions.remember import known_of
from actions.turn import Memory, Said, Turn
from content.model import Content, Option
from content.reach import lines_for

GUIDE = "guide:"
MOST_OFFERS = 3  # times that a way back to an open question is offered


def chosen(content: Content, payload: str) -> tuple[str, Option | None]:
    """Give the step that a payload `guide:<guide>:<step>[:<option>]` names, and the answer to it.

    Raises KeyError for a step or an answer that content does not have (any more).
    """
    guide, name, *rest = payload.removeprefix(GUIDE).split(":")
    step = content.steps[f"{guide}:{name}"]
    if not rest:
        return step.id, None
    return step.id, {option.id: option for option in step.options}[rest[0]]


def put(content: Content, memory: Memory, said: Said, step_id: str) -> None:
    """Put a question."""
    step = content.steps[step_id]
    text = step.easy if memory.easy and step.easy else step.ask
    said.say(text, step_choices(step), checked=step.checked)
    memory.pending, memory.guide = f"{GUIDE}{step_id}", step_id


def take(content: Content, turn: Turn, memory: Memory, said: Said, option: Option, step_id: str) -> str | None:
    """Say what an answer calls for and put the next question; give the topic that it leads to instead, if one."""
    memory.guide = memory.pending = None
    if option.says is not None:
        text = option.easy if memory.easy and option.easy else option.says
        known = known_of(content, turn, memory)
        contacts = lines_for(content, option.contacts, known, memory.place)
        said.say(text, None, contacts, content.steps[step_id].checked)
    if option.to in content.steps:
        put(content, memory, said, option.to)
        return None
    return option.to


def offer_return(content: Content, turn: Turn, memory: Memory, said: Said) -> None:
    """After an answer to something else: a button back to the question that is still open, unless it was left."""
    if memory.guide is None or memory.pending in (f"{GUIDE}{memory.guide}", "share"):
        return
    step = content.steps.get(memory.guide)
    theirs = content.taxonomy.asker(step.topic) if step else None
    if step is None or turn.route == "emergency" or theirs not in (None, memory.asker):
        memory.guide = None
        return
    offered = memory.worded.get(f"return {step.id}", 0)
    memory.worded[f"return {step.id}"] = offered + 1
    if said.replies and offered < MOST_OFFERS:
        choices = said.replies[-1]["choices"]
        human = [choice for choice in choices if choice["payload"] == f"topic:{HUMAN}"]
        others = [choice for choice in choices if choice not in human][: MOST_CHOICES - 1 - len(human)]
        said.replies[-1]["choices"] = [*others, *human, resume_choice(content, step.id)]
