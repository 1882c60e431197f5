"""What a message means in this talk, beyond its words: an answer to a guided question, "berätta mer", "lättläst".

Such words stand for a button that might have been pressed. Danger in them is never read away.
"""

from __future__ import annotations

from typing import Any

from content.model import Content, Option, Step
from content.sayings import plain

SHORT = 3  # words; so few may hold an answer anywhere, also where they are sure to mean something else
LONGEST = 10  # words; who writes more answers in their own way
YES_NO = {"affirm": "yes", "deny": "no"}


def as_choice(content: Content, text: str, memory: dict[str, Any], parsed: dict[str, Any]) -> str | None:
    """Give the payload that a message stands for (docs/protocol.md, section 4), or None.

    `memory` is the conversation's, `parsed` what the message was understood as by itself.
    """
    if any(content.taxonomy.risks[risk] == "emergency" for risk in parsed["risks"]):
        return None
    aside, last = content.sayings.aside(text), memory.get("last_topic")
    if aside in ("easy", "standard"):
        return f"easy:{'on' if aside == 'easy' else 'off'}"
    if aside == "more":
        told = last in content.topics and content.topics[last].group != "smalltalk"
        return f"more:{last}" if told else "topic:menu"
    asked = str(memory.get("pending") or "").removeprefix("guide:")
    option = _answer(content, content.steps[asked], text, parsed) if asked in content.steps else None
    return f"guide:{asked}:{option.id}" if option is not None else _told(content, text, memory, parsed)


def _told(content: Content, text: str, memory: dict[str, Any], parsed: dict[str, Any]) -> str | None:
    """Read a message that only tells something of the writer ("ja e 34", "jag är kille") against what was answered."""
    about, asker, last = content.sayings.heard(text), memory.get("asker"), memory.get("last_topic")
    unsure = parsed["ask_back"] or content.topics[parsed["intent"]["name"]].group == "smalltalk"
    if not about or not unsure or len(plain(text).split()) > LONGEST:
        return None
    answers = [topics[asker] for one, topics in content.sayings.answered.items() if one in about and asker in topics]
    if answers:
        return f"topic:{answers[0]}"
    return f"told:{last}" if last in content.topics and content.topics[last].group != "smalltalk" else None


def _answer(content: Content, step: Step, text: str, parsed: dict[str, Any]) -> Option | None:
    """Give the answer to a guided question that a message is."""
    said, topic = plain(text), parsed["intent"]["name"]
    whole = [option for option in step.options if option.typed.fullmatch(said)]
    if whole:
        return whole[0]
    words = len(said.split())
    sure = not parsed["ask_back"] and content.topics[topic].group != "smalltalk"
    elsewhere = sure and content.topics[topic].group != content.topics[step.topic].group
    if words <= (SHORT if elsewhere else LONGEST):
        found = [option for option in step.options if option.typed.search(said)]
        if found:
            return found[0]
    meant = YES_NO.get(topic) if not parsed["ask_back"] else None
    return next((option for option in step.options if option.id == meant), None)


def topic_of_choice(content: Content, choice: str, memory: dict[str, Any]) -> str | None:
    """Give the topic that a button's payload is understood as; None where content has no such button (any more)."""
    kind, _, rest = choice.partition(":")
    if kind in ("topic", "more", "told"):
        return rest if rest in content.topics else None
    if kind == "easy":
        return memory.get("last_topic") or "menu"
    if kind == "guide":
        guide, _, name = rest.partition(":")
        step = content.steps.get(f"{guide}:{name.partition(':')[0]}")
        options = {option.id: option for option in step.options} if step else {}
        answered = options.get(name.partition(":")[2])
        return answered.topic if answered else step.topic if step and ":" not in name else None
    return None
