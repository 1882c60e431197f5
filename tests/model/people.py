"""The people of the model: visitors and counsellors who call the gateway's own objects, and remember what they were told."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

from connectors.contract import Message, Refused
from gateway.console.desk import Full, Taken
from gateway.delivery import NotYours
from gateway.handoff import Event
from gateway.storage import records
from gateway.storage.records import Gone
from tests.model.reasons import Broken

if TYPE_CHECKING:
    from tests.model.world import World

T = TypeVar("T")


class Visitor:
    """One device. After an erase or an exit it begins a new conversation, with a mark of its own."""

    def __init__(self, world: World, name: str) -> None:
        self._world = world
        self.name = name
        self._beginning = asyncio.Lock()
        self.forget()

    def forget(self) -> None:
        self.key = ""
        self._token = ""
        self._mark = ""
        self._count = 0
        self.seen: dict[int, Message] = {}
        self._unsure: dict[str, tuple[str, str]] = {}  # sent, not yet accepted: what a browser sends again
        self.accepted: dict[str, int] = {}
        self._awaited: set[str] = set()
        self.nudges: list[str] = []
        self._ear: asyncio.Task[None] | None = None

    @property
    def after(self) -> int:
        return max(self.seen, default=0)

    @property
    def connected(self) -> bool:
        return self._ear is not None and not self._ear.done()

    async def begin(self) -> bool:
        async with self._beginning:
            if not self.key:
                await self._told(self._begin())
        return bool(self.key)

    async def _begin(self) -> None:
        opened = await self._world.gateway.intake.start("web", self.name)
        self._mark = self._world.new_mark(opened.key)
        self.key, self._token = opened.key, opened.token
        self._listen()

    def _listen(self) -> None:
        async def listen() -> None:
            async with self._world.gateway.intake.listen(self.key) as nudges:
                async for nudge in nudges:
                    self.nudges.append(nudge.kind)

        self.hang_up()
        self.nudges = ["news"]  # whoever connects looks
        self._ear = self._world.idle(listen())

    def hang_up(self) -> None:
        if self._ear is not None:
            self._ear.cancel()
        self._ear = None

    async def come_back(self) -> None:
        """Connect again as a browser does: resume, send again what was not accepted, see what was missed."""
        if self.key and await self._told(self._world.gateway.intake.resume(self._token)) is not None:
            self._listen()
            for id, (kind, words) in list(self._unsure.items()):
                await self._send(id, kind, words)
            await self.look()

    async def say(self, mood: str) -> None:
        if not await self.begin():
            return
        self._count += 1
        mark = f"{self._mark}:{self._count}"
        self._world.engine.moods[mark] = mood
        more = {"danger": " hjälp, han har låst in mig", "hidden": " ring 070-123 45 67"}.get(mood.split()[-1], "")
        await self._send(str(uuid.UUID(int=self._world.number())), "say", f"{mark}{more}")

    async def choose(self, pick: int) -> None:
        if not await self.begin():
            return
        offered = [choice.payload for _, message in sorted(self.seen.items()) for choice in message.choices]
        known = list(dict.fromkeys(["queue:leave", *reversed(offered)]))
        await self._send(str(uuid.UUID(int=self._world.number())), "choose", known[pick % len(known)])

    async def repeat(self, pick: int) -> None:
        """Send again what was accepted already: it keeps its seq."""
        if self.accepted:
            id = list(self.accepted)[pick % len(self.accepted)]
            await self._send(id, *self._sent[id])

    async def _send(self, id: str, kind: str, words: str) -> None:
        intake = self._world.gateway.intake
        self._unsure[id] = (kind, words)
        self._awaited.add(id)
        key = self.key
        call = intake.say(key, id, words) if kind == "say" else intake.choose(key, id, words)
        seq = await self._told(call)
        if key != self.key:
            return
        self._unsure.pop(id, None)
        if seq is None:
            self._awaited.discard(id)
        elif self.accepted.setdefault(id, seq) != seq:
            raise Broken("a repeated line got another seq")
        else:
            self._world.told.accepted(key, id, seq, kind, words)
        self._sent[id] = (kind, words)

    @property
    def _sent(self) -> dict[str, tuple[str, str]]:
        return self._world.sent

    async def look(self) -> None:
        """Read what is new, and compare it with what the database held at the time."""
        if not self.key:
            return
        key, after, began = self.key, self.after, self._world.moment
        self.nudges = [nudge for nudge in self.nudges if nudge != "news"]
        news = await self._told(self._world.gateway.intake.news(key, after, frozenset(self._awaited)))
        if news is None or key != self.key:
            return
        self._world.told.saw_news(key, after, news, began)
        self.seen |= {message.seq: message for message in news.messages}
        self._awaited -= {answer.id for answer in news.answers}

    async def type(self) -> None:
        await self._told(self._world.gateway.intake.typing(self.key))

    async def erase(self) -> None:
        key = self.key
        if key:
            self._world.told.leaves(key)
            await self._told(self._world.gateway.intake.erase(key))
            self._world.told.is_gone(key)
            self._leave(key)

    async def bye(self, quick: bool) -> None:
        key, began = self.key, self._world.moment
        if key:
            self._world.told.leaves(key)
            await self._told(self._world.gateway.intake.bye(key, quick))
            self._world.told.said_bye(key, quick, began)
            self._leave(key)

    def _leave(self, key: str) -> None:
        if key == self.key:
            self.hang_up()
            self.forget()

    async def _told(self, call: Awaitable[T]) -> T | None:
        """None where it was refused; a conversation that is gone or closed is left for a new one."""
        key = self.key
        try:
            return await call
        except Refused as refused:
            if refused.code == "unknown_token":
                self._leave(key)
            elif refused.code == "unavailable":
                raise Broken("the store was said to be down") from refused
            return None


class Counsellor:
    """One counsellor's console, by what the API calls."""

    def __init__(self, world: World, me: records.Counsellor) -> None:
        self._world = world
        self._me = me
        self.id = me.id
        self.name = me.name
        self._count = 0
        self._sent: dict[str, tuple[str, str]] = {}
        self.accepted: dict[tuple[str, str], int] = {}
        self.told: list[tuple[str, str]] = []
        self._ear: asyncio.Task[None] | None = None

    @property
    def there(self) -> bool:
        return self._ear is not None and not self._ear.done()

    def come(self) -> None:
        async def listen() -> None:
            async with self._world.gateway.live.console(self.id) as events:
                async for event in events:
                    self.told.append(event)

        if not self.there:
            self._ear = self._world.idle(listen())

    def go(self) -> None:
        if self._ear is not None:
            self._ear.cancel()
        self._ear = None

    async def claim(self, key: str) -> None:
        began = self._world.moment
        gateway = self._world.gateway

        async def claim() -> dict[str, Any]:
            await gateway.desk.claim(key, self.id)
            self._world.told.won(key, self, began)
            return await gateway.board.conversation(key, self._me, 0)

        view = await self._told(claim())
        if view is not None:
            self._world.told.saw_conversation(key, self, view, began)

    async def read(self, key: str) -> None:
        began = self._world.moment
        view = await self._told(self._world.gateway.board.conversation(key, self._me, 0))
        if view is not None:
            self._world.told.saw_conversation(key, self, view, began)

    async def say(self, key: str) -> None:
        self._count += 1
        id = str(uuid.UUID(int=self._world.number()))
        self._sent[id] = (key, f"k{self.id}.{self._count} {self._world.observer.marks.get(key, '')}:0")
        await self._send(id)

    async def repeat(self, pick: int) -> None:
        if self._sent:
            await self._send(list(self._sent)[pick % len(self._sent)])

    async def _send(self, id: str) -> None:
        key, text = self._sent[id]
        seq = await self._told(self._world.gateway.desk.say(key, self.id, id, text))
        if seq is not None:
            if self.accepted.setdefault((key, id), seq) != seq:
                raise Broken("a counsellor's repeated line got another seq")
            self._world.told.accepted(key, id, seq, "say", text)

    async def type(self, key: str) -> None:
        async def types() -> None:
            self._world.gateway.live.counsellor_types((await self._world.gateway.desk.held(key, self.id)).id)

        await self._told(types())

    async def requeue(self, key: str) -> None:
        await self._told(self._world.gateway.desk.requeue(key, self.id))

    async def transfer(self, key: str, to: Counsellor) -> None:
        """As gateway/console/triage.py: to a colleague who is there."""
        if to is not self and to.id in self._world.gateway.live.online():
            await self._told(self._world.gateway.desk.transfer(key, self.id, to.id))

    async def correct(self, key: str, route: str) -> None:
        await self._told(self._world.gateway.desk.correct(key, self.id, None, route))

    async def end(self, key: str, event: Event) -> None:
        await self._told(self._world.gateway.desk.end(key, self.id, event))

    async def look(self) -> None:
        began = self._world.moment
        queue = await self._world.gateway.board.queue(self.id)
        self._world.told.saw_queue(self, queue, began)

    async def _told(self, call: Awaitable[T]) -> T | None:
        try:
            return await call
        except (Taken, Full, NotYours, Gone):
            return None


Action = Callable[[], Awaitable[None]]
