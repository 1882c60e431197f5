"""What the gateway has stored, and waiting until it has stored or sent something."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from aiohttp.test_utils import TestClient, TestServer
from prometheus_client import generate_latest
from sqlalchemy import func, select

from connectors.messaging import Inbound
from gateway.app import Gateway
from gateway.storage.records import Conversation, Line
from gateway.storage.schema import arrivals, metadata, receipts
from tests.channels.platforms import NAMES, Platforms
from tests.conftest import Clock, settings_for
from tests.engine_double import EngineDouble
from tests.schema import give_schema

T = TypeVar("T")
PHONE = "phone:+46701740601"
PUBLIC = "http://localhost:8080"


@asynccontextmanager
async def running(
    folder: Path,
    clock: Clock,
    engine: EngineDouble,
    platforms: Platforms,
    database: str = "",
    mode: str = "full",
    names: tuple[str, ...] = NAMES,
) -> AsyncIterator[tuple[Gateway, TestClient]]:
    """A gateway of the test's own, for as long as it is needed; the next one finds what this one has stored."""
    settings = settings_for(folder, database, public_origin=PUBLIC, **platforms.settings(mode, names))
    made = Gateway(settings, engine.url, clock)
    await give_schema(made.settings.database)
    async with TestClient(TestServer(made.app())) as client:
        if "signal" in names:
            await platforms["signal"].connected()
        yield made, client


async def eventually(what: Callable[[], Awaitable[T]], good: Callable[[T], bool], seconds: float = 8) -> T:
    """Give what is true at last; what it was where it never is."""
    end = asyncio.get_running_loop().time() + seconds
    while not good(found := await what()):
        assert asyncio.get_running_loop().time() < end, found
        await asyncio.sleep(0.02)
    return found


async def rows(gateway: Gateway, table: str) -> list[dict[str, Any]]:
    async with gateway.database.connect() as connection:
        found = await connection.execute(select(metadata.tables[table]))
        return [dict(row._mapping) for row in found.all()]


async def row_counts(gateway: Gateway) -> dict[str, int]:
    async with gateway.database.connect() as connection:
        return {
            name: (await connection.execute(select(func.count()).select_from(table))).scalar_one()
            for name, table in metadata.tables.items()
        }


async def idle(gateway: Gateway, count: int = 0) -> None:
    """Wait until everything that came has been worked on and answered; `count`: how many have come by then."""

    async def left() -> tuple[bool, int, int]:
        async with gateway.database.connect() as connection:
            came = (await connection.execute(select(func.count()).select_from(receipts))).scalar_one()
            waits = (await connection.execute(select(func.count()).select_from(arrivals))).scalar_one()
        return came >= count, waits, len(await gateway.store.with_unanswered())

    await eventually(left, lambda found: found == (True, 0, 0))


async def conversations(gateway: Gateway) -> list[Conversation]:
    found = [await gateway.store.get(id) for id in await gateway.store.ids()]
    return sorted(found, key=lambda one: one.created_at)


async def lines(gateway: Gateway) -> list[Line]:
    """Give the lines of the only conversation there is; none where there is none yet."""
    ids = await gateway.store.ids()
    assert len(ids) < 2
    return await gateway.store.lines(ids[0]) if ids else []


async def said(gateway: Gateway, sender: str = "visitor") -> list[str]:
    return [line.words["text"] for line in await lines(gateway) if line.sender == sender]


def counted(gateway: Gateway, channel: str, kind: str) -> float:
    value = gateway.metrics.registry.get_sample_value("varsam_inbound_total", {"channel": channel, "kind": kind})
    return value or 0.0


def metrics(gateway: Gateway) -> str:
    return generate_latest(gateway.metrics.registry).decode()


async def came(gateway: Gateway, *inbounds: Inbound, channel: str = "sms") -> None:
    """Take these in as one request, and wait until they are worked on and answered."""
    connector = gateway.messaging.full(channel)
    assert connector is not None
    await gateway.messaging._take(connector, list(inbounds))
    await idle(gateway)


def text(id: str, words: str = "", who: tuple[str, ...] = (PHONE,), **more: Any) -> Inbound:
    return Inbound(more.pop("kind", "text"), id, who, words, **more)
