"""The gateway's desk: takes what visitors send, stores it once, and gives them what is new.

Verify, store, acknowledge; the answering is `turns`' work. Implements `connectors.contract.Desk`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import cast

from connectors.contract import Answer, Code, News, Nudge, Opened, Refused, StateName
from gateway.channels.greeting import first_choices
from gateway.channels.moving import Moving
from gateway.disclosure import Disclosure
from gateway.errands.six_words import has_words
from gateway.handoff import Event, State
from gateway.live import Live
from gateway.metrics import Metrics
from gateway.rates import Rates
from gateway.storage.addresses import LINK
from gateway.storage.change import Change
from gateway.storage.failures import STORE_FAILURES
from gateway.storage.records import Gone
from gateway.storage.store import Store
from gateway.summons import LEAVE_QUEUE
from gateway.taking import Taking, asks_to_erase
from gateway.turns import Turns
from gateway.veil import Veil
from gateway.views import choices_of, message_of, standing_of
from gateway.waiting import UsualWait
from gateway.words import Words

STORE_SECONDS = 6.0
# What may be chosen while waiting though no line offers it: the page has buttons of its own for it.
WHILE_WAITING = {LEAVE_QUEUE: "leave_queue", "letter:write": "letter_later"}


class Intake:
    """One object serves every channel."""

    def __init__(
        self,
        store: Store,
        turns: Turns,
        live: Live,
        words: Words,
        rates: Rates,
        disclosure: Disclosure,
        veil: Veil,
        taking: Taking,
        moving: Moving,
        usual_wait: UsualWait,
        metrics: Metrics,
        quick_seconds: float,
        explain: bool,
    ) -> None:
        self._store = store
        self._turns = turns
        self._live = live
        self._words = words
        self._rates = rates
        self._disclosure = disclosure
        self._veil = veil
        self._taking = taking
        self._moving = moving
        self._usual_wait = usual_wait
        self._metrics = metrics
        self._quick_seconds = quick_seconds
        self._explain = explain

    def refusal(self, code: Code) -> Refused:
        self._metrics.refused.labels(code=code).inc()
        return self._words.refusal(code)

    @asynccontextmanager
    async def _guarded(self) -> AsyncIterator[None]:
        """Turn a missing conversation and a store that is down into refusals with words."""
        try:
            async with asyncio.timeout(STORE_SECONDS):
                yield
        except Gone:
            raise self.refusal("unknown_token") from None
        except STORE_FAILURES:
            self._metrics.unavailable.inc()
            raise self.refusal("unavailable") from None

    def allow(self, key: str) -> None:
        if not self._rates.frame(key):
            raise self.refusal("too_fast")

    async def start(self, channel: str, address: str) -> Opened:
        if not self._rates.start(address):
            raise self.refusal("too_fast")
        async with self._guarded():
            conversation, token = await self._store.begin(channel)
            self._rates.began(conversation.id, address)
            async with self._store.change(conversation.id) as change:
                await change.add(
                    "bot", {"text": self._words.sentence("greeting"), "choices": first_choices(self._words)}
                )
        self._metrics.started.labels(channel=channel).inc()
        return Opened(conversation.id, token, "bot")

    async def resume(self, token: str, start: str | None = None) -> Opened:
        async with self._guarded():
            if token.startswith(LINK) and start is not None:
                conversation, token = await self._moving.to_web(token, start)
                self._veil.forget_with(conversation.id, LINK)  # it is used, and stays nowhere
            else:
                conversation = await self._store.by_token(token)
        if conversation.leave_at is not None:
            raise self.refusal("unknown_token")  # the device was cleaned; what stayed is the counsellor's
        self._live.seen(conversation.id)
        return Opened(conversation.id, token, cast(StateName, conversation.state.value))

    async def say(self, key: str, id: str, text: str) -> int:
        self._taking.hold(key, id, text)
        async with self._guarded(), self._store.change(key) as change:
            seq = await self._once(change, id)
            if seq is None:
                seq = await self._taking.text(change, id, text)
        if asks_to_erase(text):
            await self.erase(key)
        else:
            self._turns.kick(key)
        return seq

    async def choose(self, key: str, id: str, payload: str, title: str = "") -> int:
        async with self._guarded():
            known = await self._store.answered(key, [id])
            title = known[0].words["text"] if known else await self._offered(key, payload, title)
            async with self._store.change(key) as change:
                seq = await self._once(change, id)
                if seq is None:
                    seq = await self._taking.choice(change, id, payload, title)
        self._turns.kick(key)
        return seq

    async def _once(self, change: Change, id: str) -> int | None:
        """Give the seq this id already has. Refuses a conversation that is closed, or left by the quick exit."""
        if change.conversation.state is State.CLOSED or change.conversation.leave_at is not None:
            raise self.refusal("unknown_token")
        return await change.seq_of(id)

    async def _offered(self, key: str, payload: str, title: str) -> str:
        """Give the words of a choice that was offered here; a forged one is refused."""
        conversation = await self._store.get(key)
        if payload in WHILE_WAITING and conversation.state is State.WAITING:
            return self._words.sentence(WHILE_WAITING[payload])
        lines = [line for line in await self._store.lines(key) if line.sender != "visitor"]
        titles = [choice.title for line in lines for choice in choices_of(line.words) if choice.payload == payload]
        if not titles:
            self._metrics.refused.labels(code="bad_frame").inc()
            raise self._words.refusal("bad_frame", "error_wrong_choice")
        return title if title in titles else titles[-1]

    async def typing(self, key: str) -> None:
        self._live.tell_consoles("typing", key)

    async def erase(self, key: str) -> str:
        async with self._guarded():
            left = (await self._store.get(key)).errand or {}
            await self._store.erase(key)
        text = self._words.sentence("erased_but_letter" if has_words(left) else "erased")
        self.leave(key, "erased", text)
        return text

    async def bye(self, key: str, quick: bool) -> None:
        """A bot conversation goes at once; what a counsellor waits for or holds stays as the design says."""
        async with self._guarded(), self._store.change(key) as change:
            state = change.conversation.state
            stays = state is State.HUMAN or (state is State.WAITING and quick)
            if not stays or state is State.HUMAN:
                await change.step(Event.VISITOR_GONE if stays else Event.ERASED)
            if stays and quick:
                change.conversation.leave_at = change.now + self._quick_seconds
        if not stays:
            self.leave(key, "left")
            return
        self._live.tell_consoles("left", key)
        if quick:
            self._disclosure.forget(key)
            self._veil.forget(key)
            self._live.nudge(key, Nudge("gone"))

    def leave(self, key: str, why: str, text: str | None = None) -> None:
        self._metrics.erased.labels(why=why).inc()
        self._disclosure.forget(key)
        self._veil.forget(key)
        self._live.gone(key, why, text)

    async def news(self, key: str, after: int, waiting_for: frozenset[str]) -> News:
        async with self._guarded():
            conversation = await self._store.get(key)
            position = await self._store.place(conversation)
            usual = await self._usual_wait.minutes() if conversation.state is State.WAITING else None
            # What is answered is read before the lines, so that an answer is never announced before its words.
            answered = await self._store.answered(key, waiting_for) if waiting_for else []
            lines = self._veil.lift(key, await self._store.lines(key, after))
        self._live.seen(key)
        return News(
            tuple(message_of(line, self._words) for line in lines),
            standing_of(conversation, position, usual),
            tuple(Answer(line.client_id or "", self._explained(line.words)) for line in answered),
        )

    def _explained(self, words: dict[str, object]) -> dict[str, object]:
        return dict(cast(dict[str, object], words.get("explained", {}))) if self._explain else {}

    async def awaiting(self, key: str, after: int) -> frozenset[str]:
        async with self._guarded():
            unanswered = await self._store.unanswered(key)
            own = [line for line in await self._store.lines(key) if line.sender == "visitor" and line.client_id]
        # The latest too: its `answered` may have been lost on the way, and nothing else would tell.
        missed = [line for line in own if line.seq > after or line is own[-1]]
        return frozenset(line.client_id for line in (*unanswered, *missed) if line.client_id)

    def listen(self, key: str) -> AbstractAsyncContextManager[AsyncIterator[Nudge]]:
        return self._live.listen(key)
