"""That a counsellor writes is shown where the app can show it without marking anything as read; and nowhere else."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp.test_utils import TestClient

from gateway.app import Gateway
from tests.channels.platforms import NAMES, Platforms
from tests.conftest import Clock, base_of
from tests.console_client import ConsoleClient
from tests.engine_double import EngineDouble

SHOWN = ("telegram", "signal", "matrix")


@pytest.mark.parametrize("name", NAMES)
async def test_typing_is_shown_where_it_marks_nothing(
    name: str,
    gateway: Gateway,
    client: TestClient,
    platforms: Platforms,
    alva: ConsoleClient,
    engine_double: EngineDouble,
    clock: Clock,
) -> None:
    engine_double.summon("emergency")
    await platforms.say(name, base_of(client), "hjälp")
    await platforms.until(name, 1)
    _, queue = await alva.get("queue")
    id = queue["waiting"][0]["id"]
    await alva.claim(id)
    for _ in range(3):
        await alva.post(f"conversations/{id}/typing")
    shown = await typed(platforms, name)
    assert shown == (1 if name in SHOWN else 0)
    clock.pass_seconds(5)
    await alva.post(f"conversations/{id}/typing")
    assert await typed(platforms, name, shown + 1) == (2 if name in SHOWN else 0)


async def typed(platforms: Platforms, name: str, least: int = 1) -> int:
    """Give how often it has been shown, once what was on its way has come."""
    for _ in range(40):
        await asyncio.sleep(0.01)
        if len(getattr(platforms[name], "typing", [])) >= least:
            break
    return len(getattr(platforms[name], "typing", []))
