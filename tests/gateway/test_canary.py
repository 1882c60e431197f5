"""Promise 3: one canary word goes down every path, and is looked for wherever something is kept or printed."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client import generate_latest
from sqlalchemy.exc import OperationalError

from gateway.app import Gateway
from gateway.log import _NoWords
from gateway.processes import free_port
from gateway.storage.database import connect, migrate
from gateway.storage.staff import Staff
from gateway.storage.store import Store
from gateway.up import wait_for
from tests.canary import CANARY, canaries_in, everything, kept
from tests.conftest import Clock, base_of, settings_for
from tests.console_client import CHEAP, PASSWORD, ConsoleClient, add_counsellor
from tests.engine_double import EngineDouble
from tests.system import ROOT


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """Everything libraries log, at DEBUG, through the filter that every handler of ours has; structlog prints unfiltered."""
    written, root = io.StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(written), root.level
    handler.addFilter(_NoWords())
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    root.setLevel(level)


@contextmanager
def store_down() -> Iterator[None]:
    """Let the store fail with an error that has the canary in it."""

    def down(*given: Any, **named: Any) -> Any:
        raise OperationalError(f"SELECT '{CANARY}'", {"text": CANARY}, OSError(CANARY))

    with pytest.MonkeyPatch.context() as patch:
        for method in ("begin", "by_token", "get", "change", "lines", "unanswered"):
            patch.setattr(Store, method, down)
        yield


async def test_the_canary_is_in_no_log_no_metric_and_nothing_kept(
    tmp_path: Path, clock: Clock, engine_double: EngineDouble, read_once: None, logged: io.StringIO,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    gateway = Gateway(settings_for(tmp_path, engine_seconds="0.4"), engine_double.url, clock)
    server = TestServer(gateway.app())
    await server.start_server(access_log=None)  # as gateway/__main__.py does
    async with TestClient(server) as client, ConsoleClient(base_of(client)) as alva:
        await add_counsellor(gateway, "Alva")
        await alva.login("Alva")
        mailbox, _ = await gateway.mailboxes.begin()
        await gateway.mailboxes.write(mailbox, f"brev {CANARY}", {"lang": CANARY}, 0)
        await everything(base_of(client), engine_double, alva, store_down)
        ids = await gateway.store.ids()
        lines = [line for id in ids for line in await gateway.store.lines(id)]
        came = Counter(line.sender for line in lines if canaries_in(line.words["text"]))
        assert set(came) == {"visitor", "bot", "counsellor"}  # it came everywhere; how often is the machine's pace
        assert came["visitor"] > 10
        assert sum(canaries_in(call["text"]) > 0 for call in engine_double.calls) > 3
        assert canaries_in(kept(gateway.settings.var)) == 0
        assert [one.sender for one in await gateway.inbox.read(mailbox)] == ["visitor", "counsellor"]
        for hours in (13, 25, 31 * 24):
            clock.pass_seconds(hours * 3600)
            await gateway.sweeper.sweep()
        assert (await gateway.store.ids(), gateway.keyring.ids()) == ([], set())
    assert canaries_in(kept(gateway.settings.var)) == 0
    assert canaries_in(generate_latest(gateway.metrics.registry)) == 0
    printed = capfd.readouterr()
    said = f"{printed.out}{printed.err}{logged.getvalue()}"
    assert [word for word in ("engine_failed", "aiohttp.server: error", "aiosqlite: debug") if word not in said] == []
    assert [line[:300] for line in said.splitlines() if canaries_in(line)] == []


@contextmanager
def locked(file: Path) -> Iterator[None]:
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.execute("ROLLBACK")
    other.close()


async def test_the_canary_is_in_nothing_the_real_process_prints(tmp_path: Path, engine_double: EngineDouble) -> None:
    var, port = tmp_path / "var", free_port()
    settings = settings_for(tmp_path)
    await migrate(settings.database)
    database = connect(settings.database)
    await Staff(database, time.time).add("Alva", CHEAP.hash(PASSWORD), must_change=False)
    await database.dispose()
    given = {"VAR": str(var), "PORT": str(port), "ENV": "development", "HOURS": "open", "ENGINE_SECONDS": "0.4"}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("VARSAM_")}
    environment |= {f"VARSAM_{name}": value for name, value in given.items()} | {"PYTHONASYNCIODEBUG": "1"}
    command = [sys.executable, "-m", "gateway", "--engine", engine_double.url, "--ports-file", str(tmp_path / "ports")]
    with (tmp_path / "printed").open("w") as printed:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=printed, stderr=subprocess.STDOUT)
    try:
        base = f"http://127.0.0.1:{port}"
        await wait_for(f"{base}/readyz", 30)
        async with ConsoleClient(base) as alva, aiohttp.ClientSession() as http:
            await alva.login("Alva")
            await everything(base, engine_double, alva, lambda: locked(var / "varsam.sqlite"))
            metrics = json.loads((tmp_path / "ports").read_text())["metrics"]
            async with http.get(f"http://127.0.0.1:{metrics}/metrics") as answer:
                assert canaries_in(await answer.read()) == 0
    finally:
        process.send_signal(signal.SIGTERM)
        code = await asyncio.to_thread(process.wait, 30)
    said = (tmp_path / "printed").read_text()
    assert (code, "engine_failed" in said, "Traceback" in said) == (0, True, False)
    assert [line[:300] for line in said.splitlines() if canaries_in(line)] == []
    assert [line[:300] for line in said.splitlines() if "127.0.0.1" in line] == []
    assert canaries_in(kept(var)) == 0
