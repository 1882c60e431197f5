"""Nothing ends without a word: tells visitors before the counsellors' hours end, and before a silent chat goes away.

Decides what may end; ending it is the sweeper's work. Each is told once: what is told is forgotten when the
conversation changes hands, and of silence with the visitor's next word.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from gateway.availability import Availability
from gateway.delivery import say_as_system
from gateway.handoff import State
from gateway.known import about
from gateway.live import Live
from gateway.settings import Settings
from gateway.storage.change import Change
from gateway.storage.records import Conversation, Gone
from gateway.storage.store import Store
from gateway.summons import LEAVE_QUEUE
from gateway.words import Words

WARNING_SECONDS = 5 * 60.0
HERE_SECONDS = 60.0  # somebody who was connected so recently is here: a phone may be changing networks
LETTER = "letter:write"


class Closing:
    """One for the sweeper."""

    def __init__(
        self,
        store: Store,
        live: Live,
        words: Words,
        availability: Availability,
        settings: Settings,
        clock: Callable[[], float],
    ) -> None:
        self._store = store
        self._live = live
        self._words = words
        self._availability = availability
        self._clock = clock
        self._bot_seconds = settings.bot_minutes * 60
        self._silent_seconds = settings.silent_hours * 3600
        self._warn_seconds = words.content.organisation.warn_minutes * 60.0

    # -- silence

    def may_erase(self, conversation: Conversation, now: float) -> bool:
        """Tell whether one that the store names as due may go: nobody is here, or they were told five minutes ago."""
        if conversation.leave_at is not None and conversation.leave_at < now:
            return True
        if conversation.state is State.BOT:
            return self._may_end(conversation, self._bot_seconds, now)
        return conversation.state is State.CLOSED

    def is_silent(self, conversation: Conversation, now: float) -> bool:
        """Tell whether a waiting or held conversation may be closed for silence."""
        return self._may_end(conversation, self._silent_seconds, now)

    async def warn_quiet_bots(self) -> None:
        """Tell those who are here and have been quiet with the bot that it will all be erased soon."""
        now = self._clock()

        def due(one: Conversation, at: float) -> bool:
            return one.state is State.BOT and self._is_quiet(one, self._bot_seconds, at)

        for id in await self._store.quiet_bots(now - self._bot_seconds + WARNING_SECONDS):
            with contextlib.suppress(Gone):
                if self._is_here(id) and due(await self._store.get(id), now):
                    await self._warn(id, "erased_soon", due)

    async def warn_silent(self, conversation: Conversation, now: float) -> None:
        """Tell the visitor of a waiting or held conversation that it closes soon. Raises Gone."""

        def due(one: Conversation, at: float) -> bool:
            silent = one.state in (State.WAITING, State.HUMAN)
            return silent and self._is_quiet(one, self._silent_seconds, at)

        if due(conversation, now) and self._is_here(conversation.id):
            await self._warn(conversation.id, "silent_soon", due)

    async def _warn(self, id: str, name: str, due: Callable[[Conversation, float], bool]) -> None:
        async with self._store.change(id) as change:
            if due(change.conversation, change.now):  # a word may just have come
                change.conversation.warned_at = change.now
                await say_as_system(change, name, self._words.sentence(name))

    def _is_quiet(self, conversation: Conversation, limit: float, now: float) -> bool:
        left = conversation.visitor_at + limit - now
        asked = not conversation.goes_out  # a phone is not rung to say that it is quiet
        return asked and left <= WARNING_SECONDS and conversation.leave_at is None and not _was_told(conversation)

    def _may_end(self, conversation: Conversation, limit: float, now: float) -> bool:
        if now - conversation.visitor_at <= limit:
            return False
        told = _was_told(conversation) and now - (conversation.warned_at or now) >= WARNING_SECONDS
        return told or conversation.goes_out or not self._is_here(conversation.id)

    def _is_here(self, id: str) -> bool:
        return self._live.away_seconds(id) <= HERE_SECONDS

    # -- the counsellors' hours

    def is_over(self, conversation: Conversation) -> bool:
        """Tell whether a waiting visitor waits in vain, because the counsellors' hours have ended.

        Whoever is in danger, or has lost a counsellor, still waits while a counsellor is online; and who left by the
        quick exit waits until that time is over, since there is nobody to be told.
        """
        if not self._availability.is_over() or conversation.leave_at is not None:
            return False
        first = conversation.front or conversation.priority == 0
        return not (first and self._live.present())

    async def warn_hours(self, conversation: Conversation, now: float) -> None:
        """Tell a waiting visitor that the hours end soon and what else they can do. Raises Gone."""
        closes_at = self._availability.closes_at()
        if closes_at is None or not self._hours_due(conversation, closes_at, now):
            return
        async with self._store.change(conversation.id) as change:
            if self._hours_due(change.conversation, closes_at, change.now):
                change.conversation.warned_at = change.now
                await self._say_hours(change, closes_at)

    def _hours_due(self, conversation: Conversation, closes_at: float, now: float) -> bool:
        begins, told = closes_at - self._warn_seconds, conversation.warned_at
        waits = conversation.state is State.WAITING and conversation.leave_at is None
        return waits and now >= begins and (told is None or told < begins)

    async def _say_hours(self, change: Change, closes_at: float) -> None:
        text = self._words.sentence("closing_soon", clock=self._words.clock(closes_at))
        names = (("letter_write", LETTER), ("leave_queue", LEAVE_QUEUE))
        choices = [{"title": self._words.sentence(name), "payload": payload} for name, payload in names]
        contacts = self._words.reachable(about(change.conversation.understood))
        await say_as_system(change, "closing_soon", text, choices, contacts)


def _was_told(conversation: Conversation) -> bool:
    return conversation.warned_at is not None and conversation.warned_at > conversation.visitor_at
