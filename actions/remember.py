"""What the conversation remembers of a turn: the topic, whom the talk is with, the risks and circumstances heard."""

from __future__ import annotations

from actions.turn import Memory, Turn
from content.model import Content
from content.sayings import ADULT, AGES, UNDER_18


def remember(content: Content, turn: Turn, memory: Memory, topic: str) -> None:
    """Remember a topic that was answered."""
    memory.last_topic = topic
    remember_asker(content, turn, memory, (topic,))


def remember_asker(content: Content, turn: Turn, memory: Memory, topics: tuple[str, ...]) -> None:
    """Remember whom the talk is with, where all of `topics` that tell say the same, and not one alone among several.

    A question that only wants to know (route `answer`) tells it where nothing else has: a buyer may ask about selling.
    """
    if memory.asker and all(content.topics[topic].route == "answer" for topic in topics):
        return
    told = [asker for topic in topics if (asker := content.taxonomy.asker(topic))]
    askers = {*told} if len(told) == len(topics) or len(told) > 1 else set()
    if askers == {"exploited"} and "minor" in {*memory.heard, *heard_in(turn)}:
        askers = {"minors"}
    if askers == {"minors"} and _no_child(turn, memory):
        askers = {memory.asker if memory.asker in ("others", "buyers") else "exploited"}
    if len(askers) == 1:
        memory.asker = askers.pop()


def _no_child(turn: Turn, memory: Memory) -> bool:
    """Tell whether somebody asks a child's question without being one: of age, or known as another."""
    if ADULT in memory.about:
        return True
    if UNDER_18 in memory.about or memory.asker in (None, "minors"):
        return False
    return memory.asker == "others" or "minor" not in {*memory.heard, *turn.risks}


def remember_about(turn: Turn, memory: Memory) -> None:
    """Remember what a turn tells of the writer; an age that is told anew corrects what was thought before."""
    told = {*turn.about}
    if told & AGES:
        memory.about = [one for one in memory.about if one not in AGES]
    if ADULT in told:
        memory.heard = [risk for risk in memory.heard if risk != "minor"]
        memory.asker = "exploited" if memory.asker == "minors" else memory.asker
    memory.about = sorted({*memory.about, *told})
    memory.place = turn.place or memory.place


def known_of(content: Content, turn: Turn, memory: Memory) -> frozenset[str]:
    """Give what is known of the writer: who asks, circumstances, risks. It decides in which variant a topic is said."""
    # who once worried for another may now speak of themself
    risks = {*memory.heard} - {"third_party_at_risk"} | heard_in(turn)
    about = {*memory.about}
    asker = memory.asker or content.taxonomy.asker(turn.topic)
    child = UNDER_18 in about or ("minor" in risks and asker in (None, "exploited", "minors"))
    people = {"minors"} if child and ADULT not in about else {asker} - {None}
    if ADULT in about and people == {"minors"}:
        people = {"exploited"}
    about -= {*memory.advised} - {*turn.about}
    return frozenset({*people, *about, *risks})  # type: ignore[arg-type]  # None was taken out


def heard_in(turn: Turn) -> set[str]:
    """Give the risks of a turn; somebody whose topic is wanting to die has said so, however they put it."""
    return {*turn.risks, "suicide"} if turn.topic == "suicidal" and not turn.ask_back else set(turn.risks)
