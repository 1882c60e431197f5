"""A real gateway process (`python -m gateway`) on a database of its own, and the engine's double as a process."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from pathlib import Path

from aiohttp import web

from gateway.processes import free_port
from gateway.storage.database import connect, migrate
from gateway.storage.staff import Staff
from gateway.up import wait_for
from tests.console_client import CHEAP, PASSWORD
from tests.engine_double import EngineDouble
from tests.system import ROOT


class GatewayProcess:
    """Start, kill -9 and start again; the port and the database stay. What it prints is kept in `log`."""

    def __init__(self, folder: Path, engine: str, database_url: str = "", **more: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.database_url = database_url or f"sqlite+aiosqlite:///{folder / 'var' / 'varsam.sqlite'}"
        self.log = folder / "gateway.log"
        self.process: subprocess.Popen[bytes] | None = None
        self._engine = engine
        given = {"ENV": "development", "HOURS": "open", "PORT": str(self.port), "VAR": str(folder / "var")}
        given |= {"DATABASE_URL": self.database_url, "TRUSTED_PROXIES": "127.0.0.1", **more}
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("VARSAM_")}
        self._environment = inherited | {f"VARSAM_{name}": value for name, value in given.items()}

    async def prepare(self, counsellors: int) -> list[str]:
        """Migrate, and add counsellors whose password is PASSWORD; give their names."""
        await migrate(self.database_url)
        database = connect(self.database_url)
        names = [f"Kurator {number}" for number in range(counsellors)]
        staff = Staff(database, lambda: 0.0)
        for name in names:
            await staff.add(name, CHEAP.hash(PASSWORD), must_change=False)
        await database.dispose()
        return names

    async def start(self, seconds: float = 60) -> None:
        command = [sys.executable, "-m", "gateway", "--engine", self._engine]
        with self.log.open("a") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=self._environment, stdout=log, stderr=log)
        await wait_for(f"{self.base}/readyz", seconds)

    def kill(self) -> None:
        """Kill -9, where it runs."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()


class EngineProcess:
    """The engine's double in a process of its own, so that its work is not the client's."""

    def __init__(self, summons: str | None = "human_now") -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process = multiprocessing.get_context("spawn").Process(
            target=_serve_double, args=(self.port, summons), daemon=True
        )

    async def start(self) -> None:
        self._process.start()
        await wait_for(f"{self.url}/webhooks/varsam/", 30)

    def stop(self) -> None:
        self._process.terminate()
        self._process.join()


def _serve_double(port: int, summons: str | None) -> None:
    double = EngineDouble()
    if summons is not None:
        double.summon(summons)
    web.run_app(double.app(), host="127.0.0.1", port=port, print=None, access_log=None)
