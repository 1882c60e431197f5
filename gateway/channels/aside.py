"""What is said of what came and is not kept: pictures, voices, places, a press of a button of long ago, a start.

Reception stores a mark that owes a sentence. It is said in a turn, after the answer to the words that came with it: in
danger 112 comes first, and ten pictures at once get one sentence.
"""

from __future__ import annotations

from collections.abc import Iterable

from gateway.channels.greeting import Greeting
from gateway.delivery import ANSWERED_BY_BOT, say_as_system
from gateway.storage.change import Change
from gateway.storage.records import Line
from gateway.storage.store import Store
from gateway.words import Words

OWES = "owes"  # in a visitor's line: the name of the sentence, or START
START = "start"
QUIET_SECONDS = 60.0
# An album has several of these in it, and each sentence says that only text is read.
_ALBUM = frozenset({"media_picture", "media_sticker", "media_other"})


def is_aside(line: Line) -> bool:
    """Tell whether a line has no words to answer."""
    return OWES in line.words


class Aside:
    """Says what is owed, and greets with it whoever has not been greeted."""

    def __init__(self, store: Store, words: Words, greeting: Greeting) -> None:
        self._store = store
        self._words = words
        self._greeting = greeting

    async def turn(self, id: str, lines: list[Line]) -> None:
        """Say what these lines owe, once. Raises Gone and what the store raises."""
        said = await self._store.lines(id)
        async with self._store.change(id) as change:
            standing = await change.standing(lines)
            if standing:
                await self._say(change, dict.fromkeys(line.words[OWES] for line in standing), said)
            for line in standing:
                await change.answer(line.seq, line.words)

    async def _say(self, change: Change, names: Iterable[str], said: list[Line]) -> None:
        conversation = change.conversation
        if conversation.state in ANSWERED_BY_BOT:
            if self._greeting.is_due(conversation):
                await self._greeting.say(change)
            elif START in names:
                await self._greeting.say_again(change)
        recent = {line.words["text"] for line in said if change.now - line.at < QUIET_SECONDS}
        for name in names:
            if name != START and not recent & self._alike(name):
                await say_as_system(change, name, self._words.sentence(name))
                recent.add(self._words.sentence(name))

    def _alike(self, name: str) -> set[str]:
        names = _ALBUM if name in _ALBUM else {name}
        return {self._words.sentence(one) for one in names}
