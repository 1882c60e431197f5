"""What a message means in this talk, beyond its words: an answer to a guided question, "berätta mer", "lättläst".

Such words stand for a button that might have been pressed. Danger in them is never read away.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from bot.components.normalise import fold
from bot.follow_up import ADDING
from content.model import Content, Option, Step
from content.sayings import plain

SHORT = 3  # words; so few may hold an answer anywhere, also where they are sure to mean something else
LONGEST = 14  # words; who writes more answers in their own way
YES_OR_NO = 4  # letters of a word like "ja", "nej", "japp"
YES_NO = {"affirm": "yes", "deny": "no"}
LOCAL = "find_local_support"
NO_HUMAN = "no_human"
IDENTITY = "identity"
REACHED_BY = ("phone_contact", "email_contact", "find_local_support")  # what a number or an address is taken for
_HIDDEN = re.compile(r"\[(?:personnummer|telefonnummer|mejladress|adress)\]")  # what the gateway leaves of them


@dataclass(frozen=True)
class Told:
    """What a message tells in passing (content/sayings.py, places.py): circumstances, an aside, a place's id."""

    about: frozenset[str]
    aside: str | None
    place: str | None

    @classmethod
    def of(cls, content: Content, text: str, memory: dict[str, Any]) -> Told:
        """Hear a message; who was told what there is near them may answer with the name of a place alone."""
        place = content.places.find(text, asked=memory.get("last_topic") == LOCAL)
        return cls(content.sayings.heard(text), content.sayings.aside(text), place.id if place else None)


def as_choice(
    content: Content, text: str, memory: dict[str, Any], parsed: dict[str, Any], told: Told | None = None
) -> str | None:
    """Give the payload that a message stands for (docs/protocol.md, section 4), or None.

    `memory` is the conversation's, `parsed` what the message was understood as by itself, `told` what was heard in it
    (heard here where it is not given).
    """
    told = told or Told.of(content, text, memory)
    if any(content.taxonomy.risks[risk] == "emergency" for risk in parsed["risks"]):
        return None
    aside, last = told.aside, memory.get("last_topic")
    if aside in ("easy", "standard"):
        return f"easy:{'on' if aside == 'easy' else 'off'}"
    if aside == "more":
        return f"more:{last}" if _tells(content, last) else "topic:menu"
    if content.sayings.refuses_human(text) and _loose(content, parsed, "talk_to_human"):
        return NO_HUMAN
    asked = str(memory.get("pending") or "").removeprefix("guide:")
    if aside == "skip" and asked in content.steps:  # a no to the question is one to what was offered beside it
        return NO_HUMAN if content.topics[content.steps[asked].topic].route == "offer_human" else "skip"
    option = _answer(content, content.steps[asked], text, parsed) if asked in content.steps else None
    if option is None and (asked := memory.get("guide") or "") in content.steps and _loose(content, parsed):
        option = _typed(content.steps[asked], plain(text), LONGEST)  # put some time ago, and still open
    if option is not None:
        return f"guide:{asked}:{option.id}"
    if _HIDDEN.search(text) and not parsed["risks"] and _loose(content, parsed, *REACHED_BY):
        return IDENTITY
    # hardly more than a place, or one in answer to what there is near somebody
    longest = LONGEST if last == LOCAL or LOCAL in parsed["ask_back"] else SHORT
    if told.place is not None and _loose(content, parsed) and len(plain(text).split()) <= longest:
        return f"topic:{LOCAL}"
    return _told(content, text, memory, parsed, told.about) or _by_risk(content, parsed)


def topic_of_choice(content: Content, choice: str, memory: dict[str, Any]) -> str | None:
    """Give the topic that a payload is understood as; None where content has no such button (any more)."""
    kind, _, rest = choice.partition(":")
    if kind in ("topic", "more", "told"):
        return rest if rest in content.topics else None
    if kind in ("easy", IDENTITY, "skip"):
        return memory.get("last_topic") or "menu"
    if kind == NO_HUMAN:
        return "deny"
    if kind == "guide":
        guide, _, name = rest.partition(":")
        step = content.steps.get(f"{guide}:{name.partition(':')[0]}")
        options = {option.id: option for option in step.options} if step else {}
        answered = options.get(name.partition(":")[2])
        return answered.topic if answered else step.topic if step and ":" not in name else None
    return None


def _tells(content: Content, topic: str | None) -> bool:
    return topic in content.topics and content.topics[topic].group != "smalltalk"


def _loose(content: Content, parsed: dict[str, Any], *but: str) -> bool:
    """Tell whether a message is understood as nothing sure of its own: unsure, small talk, or one of some topics."""
    topic = parsed["intent"]["name"]
    return bool(parsed["ask_back"]) or topic in but or content.topics[topic].group == "smalltalk"


def _answer(content: Content, step: Step, text: str, parsed: dict[str, Any]) -> Option | None:
    """Give the answer to a guided question that a message is."""
    said, topic = plain(text), parsed["intent"]["name"]
    whole = [option for option in step.options if option.typed.fullmatch(said)]
    if whole:
        return whole[0]
    asked = content.topics[step.topic]
    elsewhere = (
        not _loose(content, parsed) and content.topics[topic].group != asked.group and asked.route != "emergency"
    )
    found = _typed(step, said, SHORT if elsewhere else LONGEST)
    meant = YES_NO.get(topic) if not parsed["ask_back"] else None
    return found or next((option for option in step.options if option.id == meant), None)


def _typed(step: Step, said: str, longest: int) -> Option | None:
    """Give the answer whose words are in a message; a mere yes or no must begin it."""
    if len(said.split()) > longest:
        return None
    for option in step.options:
        for found in option.typed.finditer(said):
            if len(found.group()) > YES_OR_NO or found.start() == 0:
                return option
    return None


def _told(
    content: Content, text: str, memory: dict[str, Any], parsed: dict[str, Any], about: frozenset[str]
) -> str | None:
    """Read a message that only tells something of the writer ("ja e 34", "jag är kille") against what was answered."""
    last = memory.get("last_topic")
    if not about or len(plain(text).split()) > LONGEST:
        return None
    adds = ADDING.fullmatch(fold(text.strip())) and len(plain(text).split()) <= SHORT
    if not _loose(content, parsed) and not content.sayings.only_an_age(text) and not adds:
        return None
    asker = memory.get("asker") or content.taxonomy.asker(parsed["intent"]["name"])
    answers = [topics[asker] for one, topics in content.sayings.answered.items() if one in about and asker in topics]
    if answers:
        return f"topic:{answers[0]}"
    return f"told:{last}" if _tells(content, last) else None


def _by_risk(content: Content, parsed: dict[str, Any]) -> str | None:
    """Give the topic that an unclear message with a risk is about where it is near, or where a child is harmed."""
    if not parsed["ask_back"]:
        return None
    near = {one["name"] for one in parsed["intent_ranking"]}
    for risk in parsed["risks"]:
        meant = content.risk_replies[risk].means
        if meant is not None and (meant in near or risk == "child_victim_of_writer"):
            return f"topic:{meant}"
    return None
