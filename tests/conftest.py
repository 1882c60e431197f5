"""What every test may use: a clock that stands still, content, databases of both kinds, a gateway.

The people of the tests are always the same: the visitor, and the counsellors Alva and Bo.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy.ext.asyncio import AsyncEngine

from content.model import Content
from content.recognition import Recogniser
from content.registry import load_content
from content.risks import RiskLexicon
from gateway.app import Gateway
from gateway.keyring import Keyring
from gateway.processes import free_port
from gateway.settings import Settings, read_settings
from gateway.storage.database import connect
from gateway.storage.store import Store
from gateway.up import wait_for
from tests.console_client import ConsoleClient, add_counsellor
from tests.engine_double import EngineDouble
from tests.postgres import NoPostgres, new_database, postgres_server
from tests.schema import give_schema
from tests.system import ROOT, System, Visitor

# Tuesday 2026-11-24 10:00 in Stockholm: counsellors' hours.
OFFICE_HOURS = 1795510800.0


class Clock:
    """A clock that moves when told to."""

    def __init__(self, now: float = OFFICE_HOURS) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def pass_seconds(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture(scope="session")
def content() -> Content:
    return load_content()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A PostgreSQL server of the tests' own; gives the base URL."""
    try:
        with postgres_server() as server:
            yield server
    except NoPostgres as missing:
        pytest.fail(str(missing))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind, with its asynchronous driver; every test that asks for it runs on both."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'varsam.sqlite'}"
    return new_database(request.getfixturevalue("postgres"))


def settings_for(tmp_path: Path, database_url: str = "", **more: str) -> Settings:
    """Development settings in a folder of the test's own."""
    given = {"VARSAM_ENV": "development", "VARSAM_VAR": str(tmp_path / "var"), "VARSAM_HOURS": "open"}
    given |= {"VARSAM_DATABASE_URL": database_url, "VARSAM_SWEEP_SECONDS": "3600", "VARSAM_EXPLAIN": "1"}
    return read_settings(given | {f"VARSAM_{name.upper()}": value for name, value in more.items()})


@pytest_asyncio.fixture
async def engine_double() -> AsyncIterator[EngineDouble]:
    """A small real server that answers as the engine does, or misbehaves as told."""
    double = EngineDouble()
    server = TestServer(double.app())
    await server.start_server()
    double.url = str(server.make_url("")).rstrip("/")
    yield double
    await server.close()


@pytest.fixture(scope="session")
def read_once() -> Iterator[None]:
    """Content and risk words never change in a run; reading them takes two seconds, so gateways share them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gateway.app.load_content", cache(load_content))
        patch.setattr("gateway.app.RiskLexicon", SimpleNamespace(load=cache(RiskLexicon.load)))
        patch.setattr("gateway.app.Recogniser", SimpleNamespace(load=cache(Recogniser.load)))
        yield


@pytest_asyncio.fixture
async def gateway(tmp_path: Path, clock: Clock, engine_double: EngineDouble, read_once: None) -> AsyncIterator[Gateway]:
    """A gateway on SQLite with the engine's double, served on loopback as `client` sees it."""
    made = Gateway(settings_for(tmp_path), engine_double.url, clock)
    await give_schema(made.settings.database)
    yield made


@pytest_asyncio.fixture
async def client(gateway: Gateway) -> AsyncIterator[TestClient]:
    """An HTTP client of the running gateway."""
    async with TestClient(TestServer(gateway.app())) as opened:
        yield opened


@pytest_asyncio.fixture
async def visitor(client: TestClient) -> AsyncIterator[Visitor]:
    """A visitor in a new conversation, greeted."""
    async with Visitor(base_of(client)) as opened:
        await opened.until("state")
        yield opened


@pytest_asyncio.fixture
async def alva(client: TestClient, gateway: Gateway) -> AsyncIterator[ConsoleClient]:
    """The counsellor Alva, logged in."""
    async with ConsoleClient(base_of(client)) as console:
        console.id = await add_counsellor(gateway, "Alva")
        await console.login("Alva")
        yield console


@pytest_asyncio.fixture
async def bo(client: TestClient, gateway: Gateway) -> AsyncIterator[ConsoleClient]:
    """The counsellor Bo, logged in."""
    async with ConsoleClient(base_of(client)) as console:
        console.id = await add_counsellor(gateway, "Bo")
        await console.login("Bo")
        yield console


@pytest.fixture
def keyring(tmp_path: Path) -> Iterator[Keyring]:
    made = Keyring(tmp_path / "keyring.sqlite", [bytes(32)])
    yield made
    made.close()


@pytest_asyncio.fixture
async def database(database_url: str) -> AsyncIterator[AsyncEngine]:
    """A database of each kind with the schema in it."""
    await give_schema(database_url)
    engine = connect(database_url)
    yield engine
    await engine.dispose()


@pytest.fixture
def store(database: AsyncEngine, keyring: Keyring, clock: Clock) -> Store:
    """A store on each kind of database."""
    return Store(database, keyring, clock)


def base_of(client: TestClient) -> str:
    """Give the origin that a client's server is reached at."""
    return str(client.make_url("")).rstrip("/")


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """Engine and gateway as `varsam up` starts them, counsellors assumed present; shared by the whole run."""
    made = System(tmp_path_factory.mktemp("system"))
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="session")
def closed_base(system: System, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A second gateway on the same engine, where no counsellor can come; gives its base URL."""
    port, folder = free_port(), tmp_path_factory.mktemp("closed")
    closed = {"VARSAM_HOURS": "closed", "VARSAM_PORT": str(port), "VARSAM_VAR": str(folder)}
    command = [sys.executable, "-m", "gateway", "--engine", system.running["engine"]]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=system.environment | closed, stdout=log, stderr=log)
    base = f"http://localhost:{port}"
    try:
        asyncio.run(wait_for(f"{base}/readyz", 30))
        yield base
    finally:
        process.terminate()
        process.wait(30)


__all__ = ["OFFICE_HOURS", "Clock", "base_of", "connect", "settings_for"]
