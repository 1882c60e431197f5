"""A counsellor's browser for tests: own cookies, the CSRF header, and the console's socket."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import aiohttp
from argon2 import PasswordHasher

from gateway.app import Gateway

PASSWORD = "korrekt häst batteri"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)  # the cost is the hash's own, and not tested here


class ConsoleClient:
    """Speaks docs/protocol.md, section 3. `base` is the gateway's own origin."""

    def __init__(self, base: str) -> None:
        self.base = base.rstrip("/")
        self.id = 0
        self.csrf = ""
        self.pushed: list[dict[str, Any]] = []

    async def __aenter__(self) -> ConsoleClient:
        self.http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        return self

    async def __aexit__(self, *problem: object) -> None:
        await self.http.close()

    async def call(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, dict[str, Any]]:
        """Give status and body; the CSRF token is sent unless `headers` say otherwise."""
        given = {"X-CSRF-Token": self.csrf, **{name.replace("_", "-"): value for name, value in headers.items()}}
        url = f"{self.base}/console/api/{path}"
        async with self.http.request(method, url, json=body, headers=given) as answer:
            return answer.status, await answer.json()

    async def get(self, path: str) -> tuple[int, dict[str, Any]]:
        return await self.call("GET", path)

    async def post(self, path: str, body: Any = None, **headers: str) -> tuple[int, dict[str, Any]]:
        return await self.call("POST", path, body, **headers)

    async def login(self, name: str, password: str = PASSWORD) -> tuple[int, dict[str, Any]]:
        status, body = await self.post("login", {"name": name, "password": password})
        self.csrf = body.get("csrf", self.csrf)
        return status, body

    async def claim(self, id: str) -> tuple[int, dict[str, Any]]:
        return await self.post(f"conversations/{id}/claim")

    async def say(self, id: str, text: str, client_id: str | None = None) -> tuple[int, dict[str, Any]]:
        return await self.post(f"conversations/{id}/messages", {"id": client_id or str(uuid.uuid4()), "text": text})

    async def watch(self) -> None:
        """Open the console's socket; the first queue is read."""
        self.socket = await self.http.ws_connect(f"{self.base.replace('http', 'ws', 1)}/console/ws")
        await self.until("queue")

    async def until(self, kind: str, seconds: float = 5, **fields: Any) -> dict[str, Any]:
        """Give the first pushed frame of a type that has these fields."""
        async with asyncio.timeout(seconds):
            while True:
                frame: dict[str, Any] = await self.socket.receive_json()
                self.pushed.append(frame)
                if frame["type"] == kind and all(frame.get(name) == value for name, value in fields.items()):
                    return frame


async def add_counsellor(gateway: Gateway, name: str, must_change: bool = False) -> int:
    """Add a counsellor whose password is PASSWORD; give the id."""
    return (await gateway.staff.add(name, CHEAP.hash(PASSWORD), must_change)).id
