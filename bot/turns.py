"""A tracker store that remembers nothing: a tracker lives in memory for the length of one turn.

Each turn runs under a sender id of its own, so turns of the same person never meet here either.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker


class TurnTrackerStore(TrackerStore):
    """Holds the trackers of turns under way; `end` gives one back and forgets it."""

    def __init__(self, domain: Domain | None = None, event_broker: EventBroker | None = None, **kwargs: Any) -> None:
        super().__init__(domain, event_broker, **kwargs)
        self._turns: dict[str, DialogueStateTracker] = {}

    def begin(self, turn: str, slots: dict[str, Any]) -> None:
        """Start a turn whose tracker holds `slots` and waits for the visitor."""
        tracker = DialogueStateTracker(turn, self.domain.slots)
        tracker.update(ActionExecuted(ACTION_LISTEN_NAME))
        for name, value in slots.items():
            tracker.update(SlotSet(name, value))
        self._turns[turn] = tracker

    def end(self, turn: str) -> DialogueStateTracker:
        """Give the turn's tracker and forget it. Raises KeyError where it never began."""
        return self._turns.pop(turn)

    async def save(self, tracker: DialogueStateTracker) -> None:
        if tracker.sender_id in self._turns:
            self._turns[tracker.sender_id] = tracker

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        return self._turns.get(sender_id)

    async def keys(self) -> Iterable[str]:
        return self._turns.keys()
