"""What a counsellor may do with a conversation: claim, speak, hand over, hand back, correct, close.

Each is one change in the store.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from gateway import known
from gateway.delivery import NotYours, say_as_counsellor, say_as_system
from gateway.handoff import Event, State
from gateway.metrics import Metrics
from gateway.storage.change import Change, Conflict
from gateway.storage.records import Conversation
from gateway.storage.store import Store
from gateway.words import Words

CORRECTIONS = ("emergency", "human_now", "offer_human")


class Taken(Exception):
    """Another counsellor was first, or nobody waits here any more."""


class Full(Exception):
    """The counsellor talks with as many as they may; only an emergency may still be taken."""


class NotThere(Exception):
    """The colleague has no console open, or is away."""


class CounsellorDesk:
    """Raises Gone where the conversation does not exist, Taken or NotYours where it is not theirs to change.

    `kept_seconds`: how long what is closed stays.
    """

    def __init__(self, store: Store, words: Words, metrics: Metrics, kept_seconds: float) -> None:
        self._kept_seconds = kept_seconds
        self._store = store
        self._words = words
        self._metrics = metrics

    async def claim(self, id: str, counsellor: int) -> Conversation:
        """Take a waiting conversation; claiming one's own again changes nothing. Raises Taken or Full."""
        try:
            async with self._store.change(id) as change:
                held = change.conversation
                if held.state is not State.HUMAN or held.holder != counsellor:
                    await self._has_room(change, counsellor)
                    if await change.step(Event.CLAIMED, counsellor) is None:
                        raise Taken
                    await say_as_system(change, "counsellor_here", self._words.sentence("counsellor_here"))
        except (Taken, Conflict, Full) as lost:
            self._metrics.claims.labels(won="no").inc()
            raise lost if isinstance(lost, Full) else Taken from None
        self._metrics.claims.labels(won="yes").inc()
        return await self._store.get(id)

    async def _has_room(self, change: Change, counsellor: int) -> None:
        """Raises Full where one more would be too much. Two claims at once are counted one after the other."""
        load, conversation = self._words.content.organisation.counsellor_load, change.conversation
        if conversation.state is not State.WAITING:
            raise Taken
        now = (await change.carried(load, counsellor)).get(counsellor, 0)
        if conversation.priority > 0 and now + load.weight(conversation.priority) > load.most:
            raise Full

    async def say(self, id: str, counsellor: int, client_id: str, text: str) -> int:
        """Say something to the visitor; the same id is stored once. Raises NotYours."""
        async with self._store.change(id) as change:
            seq = await change.seq_of(client_id)
            return seq if seq is not None else await say_as_counsellor(change, counsellor, text, client_id)

    async def end(self, id: str, counsellor: int, event: Event) -> None:
        """Hand back to the bot or close. Raises NotYours."""
        name = "counsellor_released" if event is Event.RELEASED_TO_BOT else "counsellor_closed"
        async with self._store.change(id) as change:
            if change.conversation.state is not State.HUMAN or change.conversation.holder != counsellor:
                raise NotYours
            await change.step(event, counsellor)
            change.conversation.share = "none"
            text = self._words.sentence(name, kept=self._words.after(self._kept_seconds))
            await say_as_system(change, name, text)

    async def requeue(self, id: str, counsellor: int) -> None:
        """Put one's own conversation at the front of the queue, for a colleague. Raises NotYours."""
        await self._pass_on(id, counsellor, Event.REQUEUED, counsellor, "counsellor_requeued")

    async def transfer(self, id: str, counsellor: int, to: int) -> None:
        """Give one's own conversation to a colleague, who reads what one could read oneself. Raises NotYours."""
        await self._pass_on(id, counsellor, Event.TRANSFERRED, to, "counsellor_transferred")

    async def _pass_on(self, id: str, counsellor: int, event: Event, actor: int, sentence: str) -> None:
        async with self._store.change(id) as change:
            if change.conversation.state is not State.HUMAN or change.conversation.holder != counsellor:
                raise NotYours
            await change.step(event, actor)
            await say_as_system(change, sentence, self._words.sentence(sentence))

    async def correct(self, id: str, counsellor: int, topic: str | None, route: str | None) -> Conversation:
        """Set what a conversation is about and how urgent it is, of one that waits or is one's own.

        Shows nobody a word more than before, whatever the route. Raises NotYours, Taken, or ValueError for a
        topic or a route that cannot be meant.
        """
        self._check(topic, route)
        async with self._store.change(id) as change:
            conversation = change.conversation
            if conversation.state is State.HUMAN and conversation.holder != counsellor:
                raise NotYours
            if await change.step(Event.CORRECTED, counsellor) is None:
                raise Taken
            known.correct(conversation.understood, topic, route)
            if route is not None:
                conversation.priority = self._words.content.taxonomy.routes.index(route)
        return await self._store.get(id)

    def _check(self, topic: str | None, route: str | None) -> None:
        topics = self._words.content.topics
        if topic is None and route is None:
            raise ValueError("nothing to correct")
        if topic is not None and (topic not in topics or topics[topic].group == "smalltalk"):
            raise ValueError("no such topic")
        if route is not None and route not in CORRECTIONS:
            raise ValueError("no such route")

    async def held(self, id: str, counsellor: int) -> Conversation:
        """Read one's own conversation. Raises NotYours."""
        conversation = await self._store.get(id)
        if conversation.holder != counsellor:
            raise NotYours
        return conversation

    async def lost(self, id: str, is_gone: Callable[[int], bool]) -> None:
        """The holder's console is gone: the visitor goes to the front and is told.

        `is_gone` is asked inside the change of whoever holds it then: they may be back, or have handed it over.
        """
        with contextlib.suppress(Conflict):
            async with self._store.change(id) as change:
                holder = change.conversation.holder
                if holder is None or not is_gone(holder):
                    return
                await change.step(Event.COUNSELLOR_LOST, holder)
                await say_as_system(change, "counsellor_lost", self._words.sentence("counsellor_lost"))
