"""A gateway with its people, driven one transaction at a time, with everything that must hold looked at after each.

The gateway is built by gateway/app.py and started by its own start-up; in place of the engine stands a double, in
front of the database a turnstile. HTTP and sockets are left to tests/connectors, tests/gateway/console and the soak.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncEngine

from connectors.contract import News
from content.registry import HERE, load_content
from content.risks import RiskLexicon
from gateway.app import Gateway
from gateway.handoff import State
from gateway.keyring import Keyring
from gateway.masking import mask
from gateway.storage import records
from gateway.storage.database import migrate
from gateway.storage.staff import Staff
from tests.conftest import Clock, settings_for
from tests.model.engine import MARK, EngineInside
from tests.model.observer import Observer, Seen, Sentences
from tests.model.people import Counsellor, Visitor
from tests.model.reasons import Broken, Reasons
from tests.model.turnstile import AtOnce, PacedEngine, Turnstile, doing

VISITORS, COUNSELLORS = 3, 3


@dataclass
class Ground:
    """What many worlds stand on, one after the other: a migrated database, content, three counsellors."""

    url: str
    engine: AsyncEngine
    direct: Any  # a second, synchronous connection for looking
    folder: Path
    content: Any
    lexicon: Ears
    counsellors: list[records.Counsellor]

    def __post_init__(self) -> None:
        self.settings = cache(lambda hours: settings_for(self.folder, self.url, hours=hours, master_key="00" * 32))


class Ears:
    """The risk lexicon, which hears the same words but once: it takes longer than everything else here."""

    def __init__(self, lexicon: RiskLexicon) -> None:
        self._risks = cache(lexicon.risks)
        self._hear = cache(lexicon.hear)

    def risks(self, text: str) -> Any:
        return self._risks(MARK.sub("", text))

    def hear(self, text: str) -> Any:
        return self._hear(MARK.sub("", text))


async def make_ground(engine: AsyncEngine, direct: Callable[[], Any], folder: Path) -> Ground:
    """Migrate and people an empty database; `direct` opens a synchronous connection to it that commits by itself."""
    url = engine.url.render_as_string(hide_password=False)
    await migrate(url)
    staff = Staff(engine, Clock())
    people = [await staff.add(f"Kurator {number}", "-", must_change=False) for number in range(COUNSELLORS)]
    return Ground(url, engine, direct(), folder, load_content(), Ears(RiskLexicon.load(HERE / "risks.yml")), people)


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
        self._stored: dict[tuple[str, str], tuple[int, str | None]] = {}
        self._checks: list[Any] = []
        self._won: dict[tuple[str, int], str] = {}
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
            "connect": lambda url: paced,
            "EngineClient": lambda url, seconds: self.engine,
        }
        settings = self._ground.settings(self._hours)
        with mock.patch.multiple("gateway.app", **stands_in):
            self.gateway = Gateway(settings, "", self.clock)
        self.gateway.router.fall_back = self._turn_failed  # type: ignore[method-assign]

    async def _turn_failed(self, id: str, lines: Any) -> None:
        raise Broken("a turn failed with an error that nobody expects")

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
            self._everybody_was_told(there)
        self._settle()

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

    # -- what people were told

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

    def accepted(self, key: str, id: str, seq: int, kind: str, words: str) -> None:
        self._stored[key, id] = (seq, mask(words).text if kind == "say" else None)

    def won(self, key: str, counsellor: Counsellor, began: int) -> None:
        self._checks.append(lambda: self._check_won(key, counsellor, began, self.moment))

    def saw_news(self, key: str, after: int, news: News, began: int) -> None:
        ended = self.moment
        self._checks.append(lambda: self._check_news(key, after, news, began, ended))

    def saw_conversation(self, key: str, counsellor: Counsellor, view: dict[str, Any], began: int) -> None:
        ended = self.moment
        self._checks.append(lambda: self._check_view(key, counsellor, view, began, ended))

    def saw_queue(self, counsellor: Counsellor, queue: dict[str, Any], began: int) -> None:
        ended = self.moment
        self._checks.append(lambda: self._check_queue(counsellor, queue, began, ended))

    def leaves(self, key: str) -> None:
        """The visitor asks for the conversation to go; from here on it may."""
        self.observer.let_go.add(key)

    def is_gone(self, key: str) -> None:
        self._checks.append(lambda: self._check_gone(key))

    def said_bye(self, key: str, quick: bool, began: int) -> None:
        ended = self.moment
        self._checks.append(lambda: self._check_bye(key, quick, began, ended))

    def _settle(self) -> None:
        for check in self._checks:
            check()
        self._checks.clear()
        self._nothing_lost()

    def _nothing_lost(self) -> None:
        for (key, id), (seq, text) in self._stored.items():
            seen = self.observer.now.get(key)
            if seen is not None:
                line = seen.lines.get(seq)
                if line is None or line.client_id != id or (text is not None and line.text != text):
                    raise Broken(f"line {seq} was accepted and is not stored so")

    def _between(self, key: str, began: int, ended: int) -> list[Seen | None]:
        return self.observer.between(key, began, ended)

    def _check_won(self, key: str, counsellor: Counsellor, began: int, ended: int) -> None:
        held = [seen for seen in self._between(key, began, ended) if seen and seen.holder == counsellor.id]
        if not held:
            raise Broken(f"{counsellor.name} was told that the claim was won, and never held it")

    def _check_view(self, key: str, counsellor: Counsellor, view: dict[str, Any], began: int, ended: int) -> None:
        """What a counsellor read was at one moment theirs to read: held by them, and shown."""
        seqs = [message["seq"] for message in view["messages"]]
        drafts = [draft["text"] for draft in view["drafts"]]
        for seen in self._between(key, began, ended):
            if seen is None:
                continue
            theirs = self.turnstile.free or seen.holder == counsellor.id
            shown = [seq for seq, line in seen.lines.items() if seen.is_shown(seq, line)]
            if (theirs and set(seqs) <= set(shown) and set(drafts) <= set(seen.drafts)) or not (seqs or drafts):
                return
        raise Broken(f"{counsellor.name} saw lines {seqs} and drafts {drafts} that were never theirs to see")

    def _check_news(self, key: str, after: int, news: News, began: int, ended: int) -> None:
        given = [(message.seq, message.text) for message in news.messages]
        for seen in self._between(key, began, ended):
            if seen is None and not given:
                return  # it went while it was read; the visitor is told so
            new = [(seq, line) for seq, line in sorted(seen.lines.items()) if seq > after] if seen else []
            same = seen is not None and [seq for seq, _ in given] == [seq for seq, _ in new]
            if same and all(line.reads(text) for (_, text), (_, line) in zip(given, new, strict=True)):
                break
        else:
            raise Broken(f"the visitor saw {given} after {after}, which is not what was stored at any time")
        told = {answer.id for answer in news.answers}
        latest = max((seq for seq, _ in given), default=after)
        for seen in self.observer.past.get(key, []):
            new = seen[1]
            if new and any(line.client_id in told and line.answered for line in new.lines.values()):
                if new.last_seq > latest:
                    raise Broken("told as answered before its words")
                return

    def _check_queue(self, counsellor: Counsellor, queue: dict[str, Any], began: int, ended: int) -> None:
        given = ({card["id"] for card in queue["waiting"]}, {card["id"] for card in queue["mine"]})
        keys = self.observer.past
        for moment in range(began, ended + 1):
            present = {key: self._between(key, moment, moment)[-1:] for key in keys}
            there = [seen[0] for seen in present.values() if seen and seen[0]]
            waiting = {seen.id for seen in there if seen.state is State.WAITING}
            mine = {seen.id for seen in there if seen.holder == counsellor.id}
            if given == (waiting, mine):
                return
        if not self.turnstile.free:
            raise Broken(f"the queue shown to {counsellor.name} is not the queue: somebody is seen by nobody")

    def _check_gone(self, key: str) -> None:
        if key in self.observer.now:
            raise Broken("erased, and still there")

    def _check_bye(self, key: str, quick: bool, began: int, ended: int) -> None:
        """Whoever leaves leaves nothing behind, but for the counsellor what a quick exit or a held talk keeps."""
        for seen in self._between(key, began, ended):
            if seen is None or (seen.state is State.HUMAN and not quick):
                return
            if quick and seen.leave_at is not None and seen.state in (State.HUMAN, State.WAITING):
                return
        if not self.turnstile.free:
            raise Broken("the visitor has left, and what was said with the bot is still there")

    def _everybody_was_told(self, there: list[Counsellor]) -> None:
        for key in self.observer.changed:
            past = [seen for _, seen in self.observer.past[key][-2:]]
            if any(seen and seen.state in (State.WAITING, State.HUMAN) for seen in past):
                for counsellor in there:
                    if counsellor.there and key not in {id for _, id in counsellor.told}:
                        raise Broken(f"{counsellor.name} was not told that something changed")
        for visitor in self.visitors:
            seen = self.observer.now.get(visitor.key)
            if visitor.connected and visitor.key:
                if seen is None and "gone" not in visitor.nudges:
                    raise Broken("a visitor was not told that the conversation is gone")
                if seen is not None and seen.last_seq > visitor.after and "news" not in visitor.nudges:
                    raise Broken("a visitor was not told that there is news")
            if "unavailable" in visitor.nudges:
                raise Broken("the store was said to be down")


class _Nothing:
    async def __aenter__(self) -> None:
        pass

    async def __aexit__(self, *problem: object) -> None:
        pass
