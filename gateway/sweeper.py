"""What goes away, goes away here: expired conversations, too long waits, people who are gone, times that are over."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import structlog

from gateway.booking.times import Times
from gateway.closing import LETTER, Closing
from gateway.console.desk import CounsellorDesk
from gateway.delivery import say_as_system
from gateway.handoff import Event, State
from gateway.known import about
from gateway.letters.rounds import LetterRounds
from gateway.live import Live
from gateway.metrics import Metrics
from gateway.settings import Settings
from gateway.storage.change import Change, Conflict
from gateway.storage.failures import STORE_FAILURES
from gateway.storage.records import Conversation, Gone
from gateway.storage.store import Store
from gateway.unclaimed import Unclaimed
from gateway.waiting import UsualWait
from gateway.words import Words

WAYS_ON = (("choice_human", "topic:talk_to_human"), ("letter_write", LETTER))
log = structlog.get_logger()


class Sweeper:
    """`sweep` does one round; `run` repeats it until cancelled. `forget_old` is for what the channels keep."""

    def __init__(
        self,
        store: Store,
        closing: Closing,
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
        forget_old: Callable[[], Awaitable[None]],
    ) -> None:
        self._store = store
        self._closing = closing
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
        self._forget_old = forget_old

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
            await self._erase(id, now)
        await self._closing.warn_quiet_bots()
        await self._times.remove_ended()
        await self._usual_wait.forget_old()
        await self._letters.sweep()
        await self._forget_old()
        waiting = 0
        for conversation in await self._store.in_states(State.WAITING, State.HUMAN):
            waiting += conversation.state is State.WAITING
            with contextlib.suppress(Gone, Conflict):
                await self._move_on(conversation, now)
                await self._unclaimed.call_again(conversation, now)
        self._metrics.waiting.set(waiting)
        self._metrics.consoles.set(self._live.present())

    async def _erase(self, id: str, now: float) -> None:
        """Erase what is due, unless its visitor is here and has not been told for long enough, or has just spoken."""
        try:
            if not self._closing.may_erase(await self._store.get(id), now):
                return
            async with self._store.change(id) as change:
                if not self._closing.may_erase(change.conversation, change.now):
                    return
                await change.step(Event.ERASED)
        except Gone:
            await self._store.erase(id)  # the key is gone already: the rows follow
        self._metrics.erased.labels(why="expired").inc()
        self._live.gone(id, "left")

    async def _move_on(self, conversation: Conversation, now: float) -> None:
        if self._closing.is_silent(conversation, now):
            await self._close(conversation.id)
            return
        if conversation.state is State.WAITING:
            await self._wait_on(conversation, now)
        elif self._is_lost(conversation.holder or 0):
            await self._desk.lost(conversation.id, self._is_lost)
        await self._closing.warn_silent(conversation, now)

    def _is_lost(self, counsellor: int) -> bool:
        return self._live.console_away_seconds(counsellor) > self._settings.lost_seconds

    async def _wait_on(self, conversation: Conversation, now: float) -> None:
        if self._is_away(conversation):
            await self._let_go(conversation.id)
        elif self._closing.is_over(conversation) or self._waits_too_long(conversation, now):
            await self._end_wait(conversation.id)
        else:
            await self._closing.warn_hours(conversation, now)

    def _is_away(self, conversation: Conversation) -> bool:
        if conversation.state is not State.WAITING or conversation.leave_at is not None or conversation.goes_out:
            return False  # after a quick exit it waits on purpose, until `leave_at`; a phone is always there
        return self._live.away_seconds(conversation.id) > self._settings.gone_minutes * 60

    def _waits_too_long(self, conversation: Conversation, now: float) -> bool:
        return now - (conversation.waiting_at or now) > self._settings.wait_minutes * 60

    async def _let_go(self, id: str) -> None:
        """A visitor without a connection waits no longer; whoever comes back must not think that they do."""
        async with self._store.change(id) as change:
            if self._is_away(change.conversation):  # else back, or a counsellor has come
                await change.step(Event.VISITOR_GONE)
                await self._say_over(change, "wait_left", WAYS_ON)

    async def _close(self, id: str) -> None:
        async with self._store.change(id) as change:
            if not self._closing.is_silent(change.conversation, change.now):
                return  # a word has just come
            if await change.step(Event.EXPIRED) is not None:
                await say_as_system(change, "closed_expired", self._words.sentence("closed_expired"))

    async def _end_wait(self, id: str) -> None:
        """Nobody came, or the counsellors' hours have ended: say so and what else there is."""
        async with self._store.change(id) as change:
            conversation, over = change.conversation, self._closing.is_over(change.conversation)
            if not over and not self._waits_too_long(conversation, change.now):
                return  # it has begun to wait anew
            if await change.step(Event.WAIT_EXPIRED) is None:
                return
            danger = "closed_now_danger" if over else "wait_expired_danger"
            name = danger if conversation.in_danger or conversation.priority == 0 else "wait_expired"
            await self._say_over(change, name, WAYS_ON[1:] if over else WAYS_ON)

    async def _say_over(self, change: Change, name: str, ways: tuple[tuple[str, str], ...]) -> None:
        choices = [{"title": self._words.sentence(one), "payload": payload} for one, payload in ways]
        contacts = self._words.reachable(about(change.conversation.understood))
        await say_as_system(change, name, self._words.sentence(name), choices, contacts)
