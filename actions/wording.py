"""Which words a sentence is said in: easy-read where that is wanted, and not twice the same."""

from __future__ import annotations

from actions.turn import Memory
from content.model import Content


def worded(content: Content, memory: Memory, name: str) -> str:
    """Give a sentence of content, each time in the next of its wordings (`name`, `name_2`, `name_3`); `memory` counts.

    Where easy answers are wanted and there is a `name_easy`, that is said. Raises KeyError for an unknown name.
    """
    sentences = content.sentences
    if memory.easy and f"{name}_easy" in sentences:
        return content.organisation.filled(sentences[f"{name}_easy"])
    wordings = [name]
    while f"{name}_{len(wordings) + 1}" in sentences:
        wordings.append(f"{name}_{len(wordings) + 1}")
    times = memory.worded.get(name, 0)
    memory.worded[name] = times + 1
    return content.organisation.filled(sentences[wordings[times % len(wordings)]])
