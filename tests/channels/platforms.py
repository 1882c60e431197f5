"""All six platforms as real servers on loopback, and how Varsam is told of them. What tests and the storm stand on."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
from aiohttp.test_utils import TestServer

from connectors.messaging import Request
from tests.providers.matrix import MatrixProvider
from tests.providers.messenger import MessengerProvider
from tests.providers.signal import Signal as SignalProvider
from tests.providers.sms import SmsProvider
from tests.providers.telegram import TelegramProvider
from tests.providers.whatsapp import WhatsAppProvider

NAMES = ("telegram", "sms", "whatsapp", "messenger", "signal", "matrix")
DECISION = "SN 2026/123, 2026-10-15"
PERSON = {name: "46701740601" if name == "whatsapp" else "+46701740601" for name in NAMES}


class Platforms:
    """`by_name` has each provider; `texts` what a person's phone shows of ours."""

    def __init__(self) -> None:
        self.by_name: dict[str, Any] = {
            "telegram": TelegramProvider(),
            "sms": SmsProvider(),
            "whatsapp": WhatsAppProvider(),
            "messenger": MessengerProvider(),
            "signal": SignalProvider(),
            "matrix": MatrixProvider(),
        }
        self._stack = AsyncExitStack()
        self._http: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Platforms:
        for provider in self.by_name.values():
            server = TestServer(provider.app())
            await server.start_server()
            provider.url = str(server.make_url("")).rstrip("/")
            self._stack.push_async_callback(server.close)
        self._http = await self._stack.enter_async_context(aiohttp.ClientSession())
        return self

    async def __aexit__(self, *problem: object) -> None:
        await self._stack.aclose()

    def __getitem__(self, name: str) -> Any:
        return self.by_name[name]

    def values(self, name: str) -> dict[str, str]:
        """Give what an operator would set for a channel."""
        provider = self.by_name[name]
        if name == "telegram":
            return {"token": provider.token, "secret": provider.secret, "api_url": provider.url}
        if name == "signal":
            return {"number": provider.number, "api_url": provider.url}
        return dict(provider.values())

    def settings(self, mode: str = "full", names: tuple[str, ...] = NAMES) -> dict[str, str]:
        """Give settings without their `VARSAM_`, for channels in one mode."""
        given: dict[str, str] = {}
        for name in names:
            values = {"mode": mode, **self.values(name)}
            if mode == "full":
                values["decision"] = DECISION
            given |= {f"{name}_{setting}": value for setting, value in values.items()}
        return given

    async def send(self, name: str, base: str, request: Request) -> int:
        """Have the platform deliver something to us; give the status of our answer."""
        assert self._http is not None
        status: int = await self.by_name[name].deliver(self._http, base, request)
        return status

    async def say(self, name: str, base: str, text: str, person: str = "") -> int:
        who = person or PERSON[name]
        return await self.send(name, base, self.by_name[name].text(who, text))

    def texts(self, name: str, person: str = "") -> list[str]:
        return [sent.text for sent in self.by_name[name].to(person or PERSON[name])]

    async def until(self, name: str, count: int, person: str = "", seconds: float = 10) -> list[str]:
        """Wait until a person's phone has got at least so many messages; give their texts."""
        for _ in self._tries(seconds):
            if len(texts := self.texts(name, person)) >= count:
                return texts
            await asyncio.sleep(0.02)
        raise AssertionError(f"{name}: {self.texts(name, person)}")

    def _tries(self, seconds: float) -> Iterator[None]:
        end = asyncio.get_running_loop().time() + seconds
        while asyncio.get_running_loop().time() < end:
            yield None
