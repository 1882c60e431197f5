"""A gateway process of a test's own on the engine that all share: settings and a database of its own, any number of starts."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

from gateway.processes import free_port
from gateway.up import wait_for
from tests.system import ROOT, System

STOP_SECONDS = 30


class OwnGateway:
    """`start` may change settings from one start to the next; what was stored stays."""

    def __init__(self, system: System, folder: Path, **settings: str) -> None:
        self._engine = system.running["engine"]
        self._folder = folder
        self.port = free_port()
        self.base = f"http://localhost:{self.port}"
        own = {"PORT": str(self.port), "VAR": str(folder / "var"), **settings}
        self._environment = system.environment | {f"VARSAM_{name}": value for name, value in own.items()}
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self, **settings: str) -> None:
        """Start, or start again, and wait until it is ready."""
        await self.stop()
        self._environment |= {f"VARSAM_{name}": value for name, value in settings.items()}
        with (self._folder / "log").open("a") as log:
            command = [sys.executable, "-m", "gateway", "--engine", self._engine]
            self._process = subprocess.Popen(command, cwd=ROOT, env=self._environment, stdout=log, stderr=log)
        await wait_for(f"{self.base}/readyz", STOP_SECONDS)

    async def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            await asyncio.to_thread(self._process.wait, STOP_SECONDS)
            self._process = None

    def add_counsellor(self, name: str) -> str:
        """Add a counsellor as an operator does; give the one-time password."""
        command = [sys.executable, "-m", "gateway.cli", "counsellor", "add", name]
        done = subprocess.run(command, cwd=ROOT, env=self._environment, capture_output=True, text=True, check=True)
        return done.stdout.split(" / ")[1].split()[0]
