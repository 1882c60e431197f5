"""Turns while the store is down, and after a restart: nothing accepted is lost, and nobody meets silence."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import make_url
from sqlalchemy.exc import OperationalError

from gateway.app import Gateway
from gateway.storage.store import Store
from tests.conftest import Clock, base_of, settings_for
from tests.connectors.test_webchat import ID, refused, said
from tests.engine_double import EngineDouble
from tests.gateway.test_turns import gateway as gateway  # the impatient one
from tests.system import Visitor

SAY = {"type": "say", "id": ID, "text": "hej"}


@asynccontextmanager
async def locked(gateway: Gateway) -> AsyncIterator[None]:
    """Hold the SQLite file's write lock, as a backup gone wrong does; what the gateway is writing ends first."""
    file = gateway.settings.var / "varsam.sqlite"
    other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")
    yield
    other.execute("ROLLBACK")
    other.close()


@contextmanager
def switched_off(url: str) -> Iterator[None]:
    """Let nobody into a PostgreSQL database, and throw out who is there."""
    name = make_url(url).database
    server = url.replace("+psycopg", "").rsplit("/", 1)[0] + "/postgres"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        connection.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        yield
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


async def test_words_that_cannot_be_stored_are_refused_with_112_and_taken_later(
    visitor: Visitor, gateway: Gateway
) -> None:
    async with locked(gateway):
        await visitor.send(SAY)
        error = (await visitor.until("error", 5))[-1]
        assert (error["code"], error["id"], error["text"][:8]) == ("unavailable", ID, "Ring 112")
        numbers = [gateway.words.card(contact).phone for contact in gateway.words.reachable()]
        assert [number for number in numbers if number not in error["text"]] == []
    await visitor.send(SAY)
    assert said(await visitor.until("answered", 5, id=ID)) == [("bot", "Svar på: hej")]


async def test_an_answer_that_cannot_be_stored_is_given_once_when_the_store_is_back(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble
) -> None:
    engine_double.gate = asyncio.Event()
    await visitor.send(SAY)
    await visitor.until("typing")
    async with locked(gateway):
        engine_double.gate.set()
        error = (await visitor.until("error", 5))[-1]
        assert (error["code"], error["text"][:8]) == ("unavailable", "Ring 112")
    assert said(await visitor.until("answered", 8, id=ID)) == [("bot", "Svar på: hej")]
    assert said(await visitor.say("igen")) == [("bot", "Svar på: igen")]


async def test_what_was_accepted_is_not_called_unsaved(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble
) -> None:
    engine_double.gate = asyncio.Event()
    await visitor.send(SAY)
    await visitor.until("accepted", id=ID)
    async with locked(gateway):
        engine_double.gate.set()
        error = (await visitor.until("error", 5))[-1]
    assert "inte sparat" not in error["text"]
    await visitor.until("answered", 8, id=ID)


@pytest.mark.parametrize("method", ["get", "lines", "unanswered", "answered", "place", "change"])
async def test_any_failing_read_or_write_is_recovered_from(
    visitor: Visitor, gateway: Gateway, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    with monkeypatch.context() as patch:

        def down(*given: Any, **named: Any) -> Any:
            raise OperationalError("", {}, OSError())

        patch.setattr(Store, method, down)
        await visitor.send(SAY)
        error = (await visitor.until("error", 5))[-1]
        assert (error["code"], error["text"][:8]) == ("unavailable", "Ring 112")
    await visitor.send(SAY)
    assert said(await visitor.until("answered", 8, id=ID)) == [("bot", "Svar på: hej")]


async def test_a_start_while_the_store_is_down_is_refused_with_112(client: TestClient, gateway: Gateway) -> None:
    async with client.ws_connect("/ws/chat") as socket:
        async with locked(gateway):
            await socket.send_json({"type": "start", "token": None, "after": 0})
            error = await socket.receive_json(timeout=5)
            assert (error["code"], error["text"][:8]) == ("unavailable", "Ring 112")
            assert (await client.get("/readyz")).status == 503
        await socket.send_json({"type": "start", "token": None, "after": 0})
        assert (await socket.receive_json(timeout=5))["type"] == "started"
    assert (await client.get("/readyz")).status == 200


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_postgresql_may_go_and_come_back(
    tmp_path: Path, clock: Clock, engine_double: EngineDouble, database_url: str, read_once: None
) -> None:
    made = Gateway(settings_for(tmp_path, database_url), engine_double.url, clock)
    async with TestClient(TestServer(made.app())) as client, Visitor(base_of(client)) as visitor:
        engine_double.gate = asyncio.Event()
        await visitor.send({**SAY, "text": "före"})
        await visitor.until("typing")
        with switched_off(database_url):
            engine_double.gate.set()
            assert (await visitor.until("error", 8))[-1]["text"][:8] == "Ring 112"
            error = await refused(visitor, {**SAY, "id": ID[:-1] + "2"})
            assert error["code"] == "unavailable"
        assert said(await visitor.until("answered", 8, id=ID)) == [("bot", "Svar på: före")]
        assert said(await visitor.say("efter")) == [("bot", "Svar på: efter")]


async def test_what_a_crash_left_unanswered_is_taken_up_at_start(
    tmp_path: Path, clock: Clock, engine_double: EngineDouble, read_once: None, gateway: Gateway
) -> None:
    begun, token = await gateway.store.begin("web")
    async with gateway.store.change(begun.id) as change:
        await change.add("visitor", {"text": "hej"}, ID, answered=False)
    await gateway.database.dispose()
    gateway.keyring.close()  # the process is dead
    again = Gateway(settings_for(tmp_path), engine_double.url, clock)
    async with TestClient(TestServer(again.app())) as client:
        async with asyncio.timeout(5):
            while await again.store.unanswered(begun.id):
                await asyncio.sleep(0.02)
        async with client.ws_connect("/ws/chat") as socket:
            await socket.send_json({"type": "start", "token": token, "after": 1})
            frames = [await socket.receive_json(timeout=3) for _ in range(3)]
    assert [frame["type"] for frame in frames] == ["started", "message", "state"]
    assert (frames[1]["text"], len(engine_double.calls)) == ("Svar på: hej", 1)
