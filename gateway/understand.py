"""`varsam understand`: JSON lines in, what the engine understood out, in the same order."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from gateway.engine_client import EngineAnswer, EngineClient
from gateway.processes import free_port
from gateway.settings import Settings
from gateway.training import train
from gateway.up import ROOT, answers, engine_child, running, wait_for

AT_ONCE = 8
SECONDS = 30.0


class BadLine(Exception):
    """A line that cannot be understood; the message names it and says what is expected."""


def read_lines(file: TextIO) -> list[dict[str, Any]]:
    """Read `{"text": …}` lines; blank ones are passed over. Raises BadLine."""
    lines = []
    for number, raw in enumerate(file, 1):
        if not raw.strip():
            continue
        try:
            line = json.loads(raw)
        except ValueError:
            raise BadLine(f'line {number} is not JSON: write one object like {{"text": "…"}} on each line') from None
        if not isinstance(line, dict) or not isinstance(line.get("text"), str):
            raise BadLine(f'line {number} has no "text": write one object like {{"text": "…"}} on each line')
        lines.append(line)
    return lines


async def understand(settings: Settings, lines: list[dict[str, Any]], explain: bool) -> list[dict[str, Any]]:
    """Give each line with topic, confidence, ranking, risks, route and lang added. Raises EngineFailed."""
    async with _engine(settings) as url:
        client = EngineClient(url, SECONDS)
        places = asyncio.Semaphore(AT_ONCE)

        async def one(line: dict[str, Any]) -> dict[str, Any]:
            metadata = {"mode": "listen", "now": datetime.now(UTC).isoformat(), "hours_open": True, "channel": "web"}
            async with places:
                return {**line, **_shown(await client.ask(line["text"], None, metadata), explain)}

        try:
            return list(await asyncio.gather(*(one(line) for line in lines)))
        finally:
            await client.close()


def _shown(answer: EngineAnswer, explain: bool) -> dict[str, Any]:
    understood = answer.understood
    kept = ("topic", "confidence", "ranking", "risks", "route", "lang")
    more = ("ask_back", "risk_words") if explain else ()
    return {key: understood[key] for key in (*kept, *more)}


@asynccontextmanager
async def _engine(settings: Settings) -> AsyncIterator[str]:
    """Use the engine that runs, or start one for the length of the call."""
    found = settings.engine_url or (running(settings) or {}).get("engine", "")
    if found and await answers(f"{found}/webhooks/varsam/"):
        yield found
        return
    model, _ = await asyncio.to_thread(train, settings, ROOT)
    port = free_port()
    child = engine_child(settings, Path(model), port)
    keeping = asyncio.create_task(child.keep())
    try:
        await wait_for(f"http://127.0.0.1:{port}/webhooks/varsam/")
        yield f"http://127.0.0.1:{port}"
    finally:
        await child.stop(5)
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
