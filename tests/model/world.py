"""A gateway with its people, driven one transaction at a time, with everything that must hold looked at after each.

The gateway is built by gateway/app.py and started by its own start-up; in place of the engine stands a double, in
front of the database a turnstile. HTTP and sockets are left to tests/connectors, tests/gateway/console and the soak.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Coroutine
from types import SimpleNamespace
from typing import Any
from unittest import mock

from aiohttp import web

from gateway.app import Gateway
from gateway.keyring import Keyring
from tests.conftest import Clock
from tests.model.engine import EngineInside
from tests.model.ground import Ground
from tests.model.observer import Observer, Sentences
from tests.model.people import Counsellor, Visitor
from tests.model.reasons import Broken, Reasons
from tests.model.told import Told
from tests.model.turnstile import AtOnce, PacedEngine, Turnstile, doing

VISITORS = 3


class World:
    """One interleaving's world. Use as `async with`; `run` takes one step."""

    def __init__(self, ground: Ground, free: bool = False, hours: str = "open") -> None:
        self._ground = ground
        self._hours = hours
        self.clock = Clock()
        self.turnstile = Turnstile(free)
        self.engine = EngineInside(self.turnstile)
        self.moment = 0
        self.history: list[str] = []
        self.sent: dict[str, tuple[str, str]] = {}
        self.told = Told(self)
        self._failed = False
        self._numbers = itertools.count(1)
        self._marks = itertools.count(1)
        self._idle: set[asyncio.Task[None]] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._me = asyncio.current_task()
        self._killed = False

    async def __aenter__(self) -> World:
        asyncio.get_running_loop().set_default_executor(AtOnce())
        for table in ("drafts", "messages", "audit", "waits", "conversations"):
            self._ground.direct.execute(f"DELETE FROM {table}")
        (self._ground.folder / "var" / "keyring.sqlite").unlink(missing_ok=True)
        self._build()
        keyring = Keyring(self.gateway.settings.keyring_file, [bytes(32)])
        self.observer = Observer(
            self._ground.direct, keyring, Sentences(self._ground.content), self.engine, self._reasons()
        )
        self.engine.generation_of = self._generation_of
        self.visitors = [Visitor(self, f"v{number}") for number in range(VISITORS)]
        self.counsellors = [Counsellor(self, one) for one in self._ground.counsellors]
        await self._start()
        for counsellor in self.counsellors:
            counsellor.come()
        return self

    async def __aexit__(self, *problem: object) -> None:
        await self._cancel_all()
        self.gateway.keyring.close()
        self.observer._keyring.close()

    def _reasons(self) -> Reasons:
        return Reasons(
            self.gateway.settings,
            self.clock,
            lambda counsellor: self.gateway.live.console_away_seconds(counsellor),
            lambda key: self.gateway.live.away_seconds(key),
            lambda: self.gateway.availability.is_over(),
        )

    # -- the gateway's life

    def _build(self) -> None:
        paced = PacedEngine(self._ground.engine, self.turnstile)
        stands_in: dict[str, Any] = {
            "load_content": lambda: self._ground.content,
            "RiskLexicon": SimpleNamespace(load=lambda path: self._ground.lexicon),
            "Recogniser": SimpleNamespace(load=lambda root: self._ground.recogniser),
            "connect": lambda url: paced,
            "EngineClient": lambda url, seconds: self.engine,
        }
        settings = self._ground.settings(self._hours)
        with mock.patch.multiple("gateway.app", **stands_in):
            self.gateway = Gateway(settings, "", self.clock)
        self.gateway.router.fall_back = self._turn_failed  # type: ignore[method-assign]

    async def _turn_failed(self, id: str, lines: Any) -> None:
        self._failed = True

    async def _start(self) -> None:
        """Start as the application starts, the sweeper's first round included."""
        life = self.gateway._life(web.Application())
        with mock.patch.multiple("gateway.app", migrate=mock.AsyncMock(), only_one=lambda database: _Nothing()):
            await self._all([("start", anext(life))], iter(()))
        self._life = life

    async def kill(self) -> None:
        """Everything in memory is gone at once; a new gateway starts on the same database and keyring."""
        await self._cancel_all()
        self.turnstile.crash = False
        self.gateway.keyring.close()
        self.engine.held.clear()
        self.engine.given.clear()
        self._build()
        self._look(single=False)
        await self._start()

    async def _cancel_all(self) -> None:
        tasks = [task for task in asyncio.all_tasks() if task is not self._me]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.turnstile.forget()
        self._tasks.clear()
        self._idle.clear()

    def idle(self, ear: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Start something that only listens."""
        task = asyncio.create_task(ear)
        self._idle.add(task)
        return task

    # -- one step

    async def run(self, events: list[tuple[str, Coroutine[Any, Any, Any]]], order: list[int]) -> None:
        """Let events happen at once, their transactions in this order, until nobody has anything to do."""
        self.history.append(f"-- {', '.join(name for name, _ in events)}")
        self.observer.changed.clear()
        for counsellor in self.counsellors:
            counsellor.told.clear()
        there = [counsellor for counsellor in self.counsellors if counsellor.there]
        await self._all(events, iter(order))
        if self._killed:
            self._killed = False
            await self.kill()
        else:
            self.told.everybody_was_told(there)
        self.told.settle()
        if self._failed:
            raise Broken("a turn failed with an error that nobody expects")

    async def killed(self, in_a_change: bool) -> None:
        """Kill the gateway when it is this event's turn: at once, or in front of the next commit."""
        await self.turnstile.enter("comes")
        self._killed = True
        self.turnstile.crash = in_a_change

    async def _all(self, events: list[tuple[str, Any]], order: Any) -> None:
        self._tasks = [asyncio.create_task(self._named(name, event)) for name, event in events]
        await self.turnstile.still()
        while self.turnstile.waiting and not self._killed_now():
            what = self.turnstile.let_in(next(order, 0))
            self.moment += 1
            self.history.append(f"   {what}")
            await self.turnstile.still()
            self._look()
        self._look(single=not self.turnstile.free)
        for task in self._tasks:
            if task.done() and not task.cancelled():
                task.result()

    def _killed_now(self) -> bool:
        return (self._killed and not self.turnstile.crash) or any(task.cancelled() for task in self._tasks)

    async def _named(self, name: str, event: Any) -> None:
        doing.set(name)
        await event

    def _look(self, single: bool = True) -> None:
        self.observer.look(self.moment, single)

    # -- marks

    def number(self) -> int:
        return next(self._numbers)

    def new_mark(self, key: str) -> str:
        self.observer.marks[key] = mark = f"v{next(self._marks)}"
        return mark

    def _generation_of(self, mark: str) -> int | None:
        for key, own in self.observer.marks.items():
            if own == mark.split(":")[0] and key in self.observer.now:
                return self.observer.now[key].generation
        return None


class _Nothing:
    async def __aenter__(self) -> None:
        pass

    async def __aexit__(self, *problem: object) -> None:
        pass
