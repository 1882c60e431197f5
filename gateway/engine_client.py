"""Asks the engine, and gives up in time. Remembers nothing; a failure is one exception with a content-free reason."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import aiohttp
import structlog

AT_ONCE = 16
# Signals that the gateway answers with a sentence of its own.
ANSWERED_BY_US = frozenset({"share", "no_human"})
log = structlog.get_logger()


class EngineFailed(Exception):
    """No usable answer. The reason is one word: slow, down, status, shape or empty."""


@dataclass(frozen=True)
class EngineAnswer:
    """What the engine made of one message; shapes in docs/protocol.md, section 4."""

    replies: list[dict[str, Any]]
    signals: list[dict[str, Any]]
    understood: dict[str, Any]
    context: Any


class EngineClient:
    """At most 16 calls at once; `seconds` bounds a call with its wait for a place."""

    def __init__(self, url: str, seconds: float) -> None:
        self._url = f"{url.rstrip('/')}/webhooks/varsam/messages"
        self._seconds = seconds
        self._places = asyncio.Semaphore(AT_ONCE)
        self._http: aiohttp.ClientSession | None = None

    async def ask(
        self, text: str, context: Any, metadata: dict[str, Any], seconds: float | None = None
    ) -> EngineAnswer:
        """Send one message; `seconds` shortens the wait. Raises EngineFailed for what is not a whole answer in time."""
        try:
            async with asyncio.timeout(seconds or self._seconds), self._places:
                given = await self._post({"text": text, "context": context, "metadata": metadata})
        except TimeoutError:
            raise EngineFailed("slow") from None
        except (aiohttp.ClientError, OSError):
            raise EngineFailed("down") from None
        except ValueError:
            raise EngineFailed("shape") from None
        return self._read(given, listening=metadata.get("mode") == "listen")

    async def _post(self, body: dict[str, Any]) -> Any:
        if self._http is None:
            self._http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=AT_ONCE))
        async with self._http.post(self._url, json=body) as response:
            if response.status != 200:
                raise EngineFailed("status")
            return await response.json()

    def _read(self, given: Any, listening: bool) -> EngineAnswer:
        try:
            answer = EngineAnswer(given["replies"], given["signals"], given["understood"], given["context"])
            well = _is_understood(answer.understood) and all(_is_reply(reply) for reply in answer.replies)
            asked = {signal["name"] for signal in answer.signals}
        except (KeyError, TypeError, AttributeError):
            raise EngineFailed("shape") from None
        if not well:
            raise EngineFailed("shape")
        spoken = any(reply["text"].strip() for reply in answer.replies)
        if not listening and not spoken and not asked & ANSWERED_BY_US:
            raise EngineFailed("empty")
        return answer

    async def close(self) -> None:
        if self._http is not None:
            await self._http.close()


def _is_understood(understood: dict[str, Any]) -> bool:
    words = all(isinstance(understood[key], str) for key in ("topic", "route", "lang"))
    return words and all(isinstance(risk, str) for risk in understood["risks"])


def _is_reply(reply: dict[str, Any]) -> bool:
    choices, contacts = reply["choices"], reply["contacts"]
    return (
        isinstance(reply["text"], str)
        and isinstance(choices, list)
        and all(isinstance(choice["title"], str) and isinstance(choice["payload"], str) for choice in choices)
        and isinstance(contacts, list)
        and all(isinstance(contact, str) for contact in contacts)
    )
