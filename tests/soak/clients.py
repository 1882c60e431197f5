"""Browsers of the soak: real sockets and HTTP calls against a gateway that may be killed at any moment.

They do what the pages do: connect again, send again what was not accepted, ask for what was missed. And they keep
all they were told, for the inspector.
"""

from __future__ import annotations

import asyncio
import itertools
import uuid
from random import Random
from typing import Any

import aiohttp

from gateway.storage.store import token_hash
from tests.console_client import ConsoleClient
from tests.model.reasons import Broken
from tests.soak.moody_engine import MOODS

DEAD = (aiohttp.ClientError, OSError, TimeoutError, aiohttp.WSMessageTypeError)
_marks = itertools.count(1)


class Told:
    """One conversation as its visitor knows it."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.hash = token_hash(token)
        self.mark = f"v{next(_marks)}"
        self.accepted: dict[str, tuple[int, str | None]] = {}
        self.seen: dict[int, dict[str, Any]] = {}
        self.over = False  # erased, left or closed: the visitor does not come back to it
        self.asked_to_go = False


class VisitorClient:
    """One device after the other, one conversation after the other."""

    def __init__(self, base: str, http: aiohttp.ClientSession, name: int, source: Random) -> None:
        self._url = f"{base.replace('http', 'ws', 1)}/ws/chat"
        self._http = http
        self._random = source
        self._name = name
        self.conversations: list[Told] = []
        self._now: Told | None = None
        self._unsure: dict[str, dict[str, Any]] = {}
        self._count = 0
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._last = 0

    async def live(self, until: asyncio.Event) -> None:
        """Do one thing after the other until told to stop; a connection that breaks is made again."""
        while not until.is_set():
            try:
                await self._connect()
                reader = asyncio.create_task(self._read())
                try:
                    while not until.is_set() and not reader.done():
                        await self._act()
                        await asyncio.sleep(self._random.random() * 0.3)
                finally:
                    reader.cancel()
                    problems = await asyncio.gather(reader, return_exceptions=True)
                    if isinstance(problems[0], Broken):
                        raise problems[0]
                    await self._hang_up()
            except DEAD:
                await asyncio.sleep(0.1)

    async def look(self) -> None:
        """Connect once more and read all there is, as whoever comes back does."""
        if self._now is not None and not self._now.over:
            try:
                await self._connect()
                await asyncio.wait_for(self._read(), 1.5)
            except DEAD:
                pass
            await self._hang_up()

    async def _hang_up(self) -> None:
        if self._socket is not None:
            await asyncio.wait_for(asyncio.shield(self._socket.close()), 2)
        self._socket = None

    async def _connect(self) -> None:
        if self._now is not None and self._now.over:
            self._now, self._unsure = None, {}
        address = f"10.{self._name % 250}.{len(self.conversations) // 250}.{len(self.conversations) % 250 + 1}"
        self._socket = await self._http.ws_connect(self._url, headers={"X-Forwarded-For": address}, max_msg_size=0)
        self._last = max(self._now.seen, default=0) if self._now else 0
        token = self._now.token if self._now else None
        await self._send({"type": "start", "token": token, "after": self._last})
        frame = await self._socket.receive_json(timeout=5)
        if frame["type"] != "started":
            if self._now is not None and frame.get("code") == "unknown_token":
                self._now.over = True
            raise aiohttp.ClientError
        if self._now is None:
            self._now = Told(frame["token"])
            self._count = 0
            self.conversations.append(self._now)
        for frame in list(self._unsure.values()):
            await self._send(frame)

    async def _send(self, frame: dict[str, Any]) -> None:
        if self._socket is None:
            raise aiohttp.ClientError
        await self._socket.send_json(frame)

    async def _act(self) -> None:
        now, draw = self._now, self._random.random()
        if now is None or now.over:
            raise aiohttp.ClientError
        offered = [choice["payload"] for frame in now.seen.values() for choice in frame["choices"]]
        id = str(uuid.UUID(int=self._random.getrandbits(128), version=4))
        if draw < 0.55:
            self._count += 1
            text = f"{now.mark}:{self._count} ({self._random.choice(MOODS)})"
            await self._keep_and_send(id, {"type": "say", "id": id, "text": text})
        elif draw < 0.75 and offered:
            payload = self._random.choice([*offered[-3:], "queue:leave"])
            await self._keep_and_send(id, {"type": "choose", "id": id, "payload": payload})
        elif draw < 0.80 and now.accepted:
            again = self._random.choice(list(now.accepted))
            _, text = now.accepted[again]
            if text is not None:
                await self._send({"type": "say", "id": again, "text": text})
        elif draw < 0.90:
            await self._send({"type": "typing"})
        elif draw < 0.96:
            raise aiohttp.ClientError  # the connection breaks
        else:
            now.asked_to_go = now.over = True
            await self._send(self._random.choice(LEAVE))
            await asyncio.sleep(0.2)

    async def _keep_and_send(self, id: str, frame: dict[str, Any]) -> None:
        self._unsure[id] = frame
        await self._send(frame)

    async def _read(self) -> None:
        socket, now = self._socket, self._now
        assert socket is not None
        assert now is not None
        while True:
            frame = await socket.receive_json()
            if frame["type"] == "accepted":
                self._accepted(now, frame)
            elif frame["type"] == "message" and "seq" in frame:
                self._message(now, frame)
            elif frame["type"] == "state" and frame["state"] == "closed":
                now.over = True
            elif frame["type"] == "error" and frame["code"] in ("bad_frame", "unknown_token") and "id" in frame:
                self._unsure.pop(frame["id"], None)

    def _accepted(self, now: Told, frame: dict[str, Any]) -> None:
        sent = self._unsure.pop(frame["id"], None)
        text = sent.get("text") if sent and sent["type"] == "say" else None
        known = now.accepted.setdefault(frame["id"], (frame["seq"], text))
        if known[0] != frame["seq"]:
            raise Broken("a repeated line got another seq")

    def _message(self, now: Told, frame: dict[str, Any]) -> None:
        if frame["seq"] <= self._last:
            raise Broken("a line came twice, or out of order")
        self._last = frame["seq"]
        now.seen[frame["seq"]] = frame


LEAVE: list[dict[str, Any]] = [{"type": "erase"}, {"type": "bye", "quick": False}, {"type": "bye", "quick": True}]


class CounsellorClient:
    """A console: HTTP calls, and the socket that says what there is to do."""

    def __init__(self, base: str, id: int, name: str, source: Random) -> None:
        self._console = ConsoleClient(base)
        self.id = id
        self.name = name
        self._random = source
        self._queue: dict[str, Any] = {"waiting": [], "mine": [], "colleagues": []}
        self._count = 0
        self.won: list[str] = []
        self.said: dict[str, tuple[str, int, str]] = {}
        self.read: list[tuple[str, int, str]] = []

    async def __aenter__(self) -> CounsellorClient:
        await self._console.__aenter__()
        return self

    async def __aexit__(self, *problem: object) -> None:
        await self._console.__aexit__()

    async def live(self, until: asyncio.Event) -> None:
        while not until.is_set():
            try:
                if not self._console.csrf:
                    await self._console.login(self.name)
                await self._console.watch()
                reader = asyncio.create_task(self._read())
                try:
                    while not until.is_set() and not reader.done():
                        await self._act()
                        await asyncio.sleep(self._random.random() * 0.4)
                finally:
                    reader.cancel()
                    await asyncio.gather(reader, return_exceptions=True)
                    await asyncio.wait_for(self._console.socket.close(), 2)
            except DEAD:
                await asyncio.sleep(0.1)

    async def _read(self) -> None:
        while True:
            frame = await self._console.socket.receive_json()
            if frame["type"] == "queue":
                self._queue = frame
            elif frame["type"] == "message":
                self._saw(frame["conversation"], frame["message"])

    def _saw(self, key: str, message: dict[str, Any]) -> None:
        self.read.append((key, message["seq"], message["text"]))

    async def _act(self) -> None:
        draw = self._random.random()
        waiting, mine = self._queue["waiting"], self._queue["mine"]
        if waiting and draw < 0.4:
            await self._claim(self._random.choice(waiting[:3])["id"])
        elif mine and draw < 0.7:
            await self._say(self._random.choice(mine)["id"])
        elif mine and draw < 0.9:
            await self._pass_on(self._random.choice(mine)["id"])
        elif draw > 0.97:
            raise aiohttp.ClientError  # the connection breaks

    async def _claim(self, key: str) -> None:
        status, body = await self._console.claim(key)
        if status == 200:
            self.won.append(key)
            for message in body["messages"]:
                self._saw(key, message)

    async def _say(self, key: str) -> None:
        self._count += 1
        id, text = str(uuid.UUID(int=self._random.getrandbits(128), version=4)), f"k{self.id}.{self._count}"
        status, body = await self._console.say(key, text, id)
        if status == 200:
            self.said[id] = (key, body["seq"], text)

    async def _pass_on(self, key: str) -> None:
        colleagues = [one["name"] for one in self._queue["colleagues"]]
        call = self._random.choice(["release", "requeue", "close", "transfer", "typing"])
        body = {"to": self._random.choice(colleagues)} if call == "transfer" and colleagues else None
        await self._console.post(f"conversations/{key}/{call}", body)
