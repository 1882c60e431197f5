"""A gateway with all six platforms around it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer

from gateway.app import Gateway
from tests.channels.platforms import Platforms
from tests.conftest import Clock, settings_for
from tests.engine_double import EngineDouble
from tests.schema import give_schema


@pytest_asyncio.fixture
async def platforms() -> AsyncIterator[Platforms]:
    async with Platforms() as opened:
        yield opened


@pytest_asyncio.fixture
async def gateway(
    tmp_path: Path, clock: Clock, engine_double: EngineDouble, platforms: Platforms, read_once: None
) -> AsyncIterator[Gateway]:
    """As everywhere, and with all channels in full."""
    public = {"public_origin": "http://localhost:8080"}
    made = Gateway(settings_for(tmp_path, **public, **platforms.settings()), engine_double.url, clock)
    await give_schema(made.settings.database)
    yield made


@pytest_asyncio.fixture
async def client(gateway: Gateway, platforms: Platforms) -> AsyncIterator[TestClient]:
    async with TestClient(TestServer(gateway.app())) as opened:
        for name in ("signal", "matrix"):
            await platforms[name].connected()
        yield opened
