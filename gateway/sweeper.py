"""What goes away, goes away here: expired conversations, too long waits, people who are gone, times that are over."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

import structlog

from gateway.booking.times import Times
from gateway.console.desk import CounsellorDesk
from gateway.delivery import say_as_system
from gateway.handoff import Event, State
from gateway.letters.rounds import LetterRounds
from gateway.live import Live
from gateway.metrics import Metrics
from gateway.settings import Settings
from gateway.storage.change import Conflict
from gateway.storage.failures import STORE_FAILURES
from gateway.storage.records import Conversation, Gone
from gateway.storage.store import Store
from gateway.unclaimed import Unclaimed
from gateway.waiting import UsualWait
from gateway.words import Words

log = structlog.get_logger()


class Sweeper:
    """`sweep` does one round; `run` repeats it until cancelled."""

    def __init__(
        self,
        store: Store,
        desk: CounsellorDesk,
        unclaimed: Unclaimed,
        live: Live,
        words: Words,
        settings: Settings,
        metrics: Metrics,
        clock: Callable[[], float],
        times: Times,
        usual_wait: UsualWait,
        letters: LetterRounds,
    ) -> None:
        self._store = store
        self._desk = desk
        self._unclaimed = unclaimed
        self._live = live
        self._words = words
        self._settings = settings
        self._metrics = metrics
        self._clock = clock
        self._times = times
        self._usual_wait = usual_wait
        self._letters = letters

    async def run(self) -> None:
        while True:
            try:
                await self.sweep()
            except STORE_FAILURES as failure:
                log.error("sweep_failed", kind=type(failure).__name__)
            await asyncio.sleep(self._settings.sweep_seconds)

    async def sweep(self) -> None:
        """Remove and move on whatever is due at this moment."""
        now, limits = self._clock(), self._settings
        bot, closed = now - limits.bot_minutes * 60, now - limits.counselled_hours * 3600
        for id in await self._store.due(bot, closed, now):
            await self._store.erase(id)
            self._metrics.erased.labels(why="expired").inc()
            self._live.gone(id, "left")
        await self._times.remove_ended()
        await self._usual_wait.forget_old()
        await self._letters.sweep()
        waiting = 0
        for conversation in await self._store.in_states(State.WAITING, State.HUMAN):
            waiting += conversation.state is State.WAITING
            with contextlib.suppress(Gone, Conflict):
                await self._move_on(conversation, now)
                await self._unclaimed.call_again(conversation, now)
        self._metrics.waiting.set(waiting)
        self._metrics.consoles.set(self._live.present())

    async def _move_on(self, conversation: Conversation, now: float) -> None:
        limits = self._settings
        if now - conversation.visitor_at > limits.silent_hours * 3600:
            await self._step(conversation.id, Event.EXPIRED, "closed_expired")
        elif conversation.state is State.WAITING:
            # after a quick exit it waits on purpose, until `leave_at`
            away = conversation.leave_at is None and self._live.away_seconds(conversation.id)
            if away > limits.gone_minutes * 60:
                await self._step(conversation.id, Event.VISITOR_GONE)
            elif now - (conversation.waiting_at or now) > limits.wait_minutes * 60:
                await self._step(conversation.id, Event.WAIT_EXPIRED, "wait_expired")
        elif self._live.console_away_seconds(conversation.holder or 0) > limits.lost_seconds:
            await self._desk.lost(conversation.id)

    async def _step(self, id: str, event: Event, sentence: str | None = None) -> None:
        async with self._store.change(id) as change:
            if await change.step(event) is not None and sentence is not None:
                text, again = self._words.sentence(sentence), None
                if event is Event.WAIT_EXPIRED:
                    again = [{"title": self._words.sentence("choice_human"), "payload": "topic:talk_to_human"}]
                contacts = self._words.reachable() if again else ()
                await say_as_system(change, sentence, text, again, contacts)
