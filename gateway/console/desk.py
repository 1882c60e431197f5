"""What a counsellor may do with a conversation: claim, speak, hand back, close. Each is one change in the store."""

from __future__ import annotations

import contextlib

from gateway.delivery import NotYours, say_as_counsellor, say_as_system
from gateway.handoff import Event, State
from gateway.metrics import Metrics
from gateway.storage.change import Change, Conflict
from gateway.storage.records import Conversation
from gateway.storage.store import Store
from gateway.words import Words


class Taken(Exception):
    """Another counsellor was first, or nobody waits here any more."""


class Full(Exception):
    """The counsellor talks with as many as they may; only an emergency may still be taken."""


class CounsellorDesk:
    """Raises Gone where the conversation does not exist, Taken or NotYours where it is not theirs to change."""

    def __init__(self, store: Store, words: Words, metrics: Metrics) -> None:
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
            await say_as_system(change, name, self._words.sentence(name))

    async def held(self, id: str, counsellor: int) -> Conversation:
        """Read one's own conversation. Raises NotYours."""
        conversation = await self._store.get(id)
        if conversation.holder != counsellor:
            raise NotYours
        return conversation

    async def lost(self, id: str) -> None:
        """The holder's console is gone: the visitor goes to the front and is told."""
        with contextlib.suppress(Conflict):
            async with self._store.change(id) as change:
                if await change.step(Event.COUNSELLOR_LOST) is not None:
                    await say_as_system(change, "counsellor_lost", self._words.sentence("counsellor_lost"))
