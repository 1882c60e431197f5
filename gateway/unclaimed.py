"""An emergency that nobody has taken: calls every counsellor again, and tells the visitor once what to do now."""

from __future__ import annotations

from gateway.delivery import say_as_system
from gateway.handoff import State
from gateway.known import about
from gateway.live import Live
from gateway.storage.change import Change
from gateway.storage.records import Conversation
from gateway.storage.store import Store
from gateway.words import Words

UNCLAIMED_SECONDS = 120.0
EMERGENCY = 0  # the priority: the place of the route in taxonomy.yml


class Unclaimed:
    """One call for each waiting conversation at each sweep; repeated every two minutes until somebody comes."""

    def __init__(self, store: Store, live: Live, words: Words) -> None:
        self._store = store
        self._live = live
        self._words = words

    async def call_again(self, conversation: Conversation, now: float) -> None:
        """Alarm all consoles where it is time to. Raises Gone."""
        if not _is_due(conversation, now):
            return
        async with self._store.change(conversation.id) as change:
            due = _is_due(change.conversation, change.now)  # somebody may just have come
            if due:
                await self._tell_visitor(change)
                change.conversation.alarmed_at = change.now
            waited = change.now - (change.conversation.waiting_at or change.now)
        if due:
            self._live.tell_consoles(f"alarm:unclaimed:{waited:.0f}", conversation.id)

    async def _tell_visitor(self, change: Change) -> None:
        conversation = change.conversation
        if conversation.alarmed_at is not None or conversation.leave_at is not None:
            return  # has heard it already, or has left by the quick exit
        name = "unclaimed" if self._live.logged_in() else "unclaimed_nobody"
        await say_as_system(
            change, name, self._words.sentence(name), contacts=self._words.reachable(about(conversation.understood))
        )


def _is_due(conversation: Conversation, now: float) -> bool:
    if conversation.state is not State.WAITING or conversation.priority != EMERGENCY:
        return False
    called = conversation.alarmed_at or conversation.waiting_at or now
    return now - called >= UNCLAIMED_SECONDS
