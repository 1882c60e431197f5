"""A real gateway process, killed and started again while real clients talk; then everything is inspected.

One life, from start to kill -9, is one interleaving: nobody decides it but the clock of the machine, so a seed gives
the same people and the same intentions, not the same order.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import aiohttp

from content.model import Content
from gateway.keyring import Keyring, master_keys
from tests.gateway_process import GatewayProcess
from tests.model.engine import EngineInside
from tests.model.ground import direct_connection
from tests.model.observer import HANDED_BACK, Observer, Seen, Sentences
from tests.model.reasons import Broken
from tests.model.turnstile import Turnstile
from tests.soak.clients import CounsellorClient, Told, VisitorClient

VISITORS, COUNSELLORS = 6, 3
LIFE = (1.0, 5.0)  # seconds between a start and the kill


class Siege:
    """One database, one gateway after the other."""

    def __init__(self, folder: Path, engine: str, database_url: str, content: Content, seed: int) -> None:
        self._folder = folder
        self._random = Random(seed)
        self.gateway = GatewayProcess(
            folder, engine, database_url, SWEEP_SECONDS="0.5", LOST_SECONDS="1", GONE_MINUTES="0.05", WAIT_MINUTES="0.2"
        )
        self._sentences = Sentences(content)
        self.lives = 0
        self.counts: dict[str, int] = {}

    async def run(self, lives: int) -> None:
        """Live and die so often. Raises Broken."""
        names = await self.gateway.prepare(COUNSELLORS)
        self._db = direct_connection(self.gateway.database_url)
        ids = dict(self._db.execute("SELECT name, id FROM counsellors").fetchall())
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
            base = self.gateway.base
            visitors = [VisitorClient(base, http, n, Random(self._random.random())) for n in range(VISITORS)]
            counsellors = [CounsellorClient(base, ids[name], name, Random(self._random.random())) for name in names]
            for counsellor in counsellors:
                await counsellor.__aenter__()
            try:
                await self._live(lives, visitors, counsellors)
            finally:
                self.gateway.kill()
                for counsellor in counsellors:
                    await counsellor.__aexit__()
                self._db.close()

    async def _live(self, lives: int, visitors: list[VisitorClient], counsellors: list[CounsellorClient]) -> None:
        self._observer: Observer | None = None
        for _ in range(lives):
            await self.gateway.start()
            until = asyncio.Event()
            people = [asyncio.create_task(one.live(until)) for one in (*visitors, *counsellors)]
            done, _pending = await asyncio.wait(
                people, timeout=self._random.uniform(*LIFE), return_when=asyncio.FIRST_EXCEPTION
            )
            self.gateway.kill()
            until.set()
            for task in done:
                task.result()
            await asyncio.gather(*people)
            self._inspect(visitors, counsellors)
            self.lives += 1
        await self._come_to_an_end(visitors, counsellors)

    async def _come_to_an_end(self, visitors: list[VisitorClient], counsellors: list[CounsellorClient]) -> None:
        """Started once more and left alone, it answers whatever it has accepted."""
        await self.gateway.start()
        async with asyncio.timeout(60):
            while self._db.execute(OWED).fetchone()[0]:
                await asyncio.sleep(0.2)
        await asyncio.gather(*(visitor.look() for visitor in visitors))
        self.gateway.kill()
        self._inspect(visitors, counsellors)

    # -- what must hold

    def _inspect(self, visitors: list[VisitorClient], counsellors: list[CounsellorClient]) -> None:
        var = self._folder / "var"
        keyring = Keyring(var / "keyring.sqlite", master_keys("", var, development=True))
        try:
            observer = self._observed(keyring)
            found = self._by_hash(observer)
            told = [one for visitor in visitors for one in visitor.conversations]
            observer.marks = {found[one.hash]: one.mark for one in told if one.hash in found}
            observer.look(self.lives, single=False)
            for one in told:
                self._inspect_told(one, observer.now.get(found.get(one.hash, "")))
            for counsellor in counsellors:
                self._inspect_counsellor(counsellor, observer.now)
            self._count(told, counsellors)
        finally:
            keyring.close()

    def _observed(self, keyring: Keyring) -> Observer:
        before = self._observer
        nothing: Any = SimpleNamespace()
        self._observer = Observer(self._db, keyring, self._sentences, EngineInside(Turnstile(True)), nothing)
        if before is not None:
            self._observer.now = before.now
        return self._observer

    def _by_hash(self, observer: Observer) -> dict[str, str]:
        return {hashed: id for id, hashed in self._db.execute("SELECT id, token_hash FROM conversations")}

    def _inspect_told(self, told: Told, seen: Seen | None) -> None:
        if seen is None:
            if not told.over and not told.asked_to_go and told.accepted:
                raise Broken("a conversation with accepted words is gone, and nobody asked for it")
            return
        for id, (seq, text) in told.accepted.items():
            line = seen.lines.get(seq)
            if line is None or line.client_id != id or (text is not None and line.text != text):
                raise Broken(f"line {seq} was accepted and is not stored so")
        held = False
        for seq, frame in sorted(told.seen.items()):
            line = seen.lines.get(seq)
            if line is None or line.sender != frame["sender"] or not line.reads(frame["text"]):
                raise Broken(f"the visitor was told line {seq}, which is not stored so")
            if frame["sender"] == "system":
                name = self._sentences.name(line.text)
                held = True if name == "counsellor_here" else held and name not in HANDED_BACK
            elif frame["sender"] == "bot" and held:
                raise Broken(f"the visitor heard the bot after a claim, in line {seq}")

    def _inspect_counsellor(self, counsellor: CounsellorClient, now: dict[str, Seen]) -> None:
        for key in counsellor.won:
            if key in now and not any(
                event == "claimed" and actor == counsellor.id for event, *_, actor in now[key].audit
            ):
                raise Broken("a claim was told as won, and is not in the audit")
        for id, (key, seq, text) in counsellor.said.items():
            line = now[key].lines.get(seq) if key in now else None
            if key in now and (line is None or (line.client_id, line.text, line.sender) != (id, text, "counsellor")):
                raise Broken("a counsellor's line was accepted and is not stored so")
        for key, seq, text in counsellor.read:
            line = now[key].lines.get(seq) if key in now else None
            if key in now and (line is None or line.text != text):
                raise Broken("a counsellor was shown a line that is not stored so")

    def _count(self, told: list[Told], counsellors: list[CounsellorClient]) -> None:
        self.counts = {
            "conversations": len(told),
            "accepted": sum(len(one.accepted) for one in told),
            "messages_seen": sum(len(one.seen) for one in told),
            "claims_won": sum(len(one.won) for one in counsellors),
            "counsellors_lines": sum(len(one.said) for one in counsellors),
        }


OWED = """
    SELECT count(*) FROM messages JOIN conversations ON conversations.id = messages.conversation
    WHERE sender = 'visitor' AND NOT answered
"""
