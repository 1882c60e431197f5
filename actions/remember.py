"""What the conversation remembers of a turn: the topic, whom the talk is with, the risks heard."""

from __future__ import annotations

from actions.turn import Memory, Turn
from content.model import Content


def remember(content: Content, turn: Turn, memory: Memory, topic: str) -> None:
    """Remember a topic that was answered."""
    memory.last_topic = topic
    remember_asker(content, turn, memory, (topic,))


def remember_asker(content: Content, turn: Turn, memory: Memory, topics: tuple[str, ...]) -> None:
    """Remember whom the talk is with, where all of `topics` that tell say the same.

    A question that only wants to know (route `answer`) tells it where nothing else has: a buyer may ask about selling.
    """
    if memory.asker and all(content.topics[topic].route == "answer" for topic in topics):
        return
    askers = {asker for topic in topics if (asker := content.taxonomy.asker(topic))}
    if askers == {"exploited"} and "minor" in {*memory.heard, *heard_in(turn)}:
        askers = {"minors"}
    if len(askers) == 1:
        memory.asker = askers.pop()


def heard_in(turn: Turn) -> set[str]:
    """Give the risks of a turn; somebody whose topic is wanting to die has said so, however they put it."""
    return {*turn.risks, "suicide"} if turn.topic == "suicidal" and not turn.ask_back else set(turn.risks)
