"""The real thing for tests: `varsam up` in a folder of its own, and a visitor who speaks the protocol."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import Any

import aiohttp

from gateway.processes import free_port

ROOT = Path(__file__).parent.parent


class System:
    """Engine and gateway as an operator starts them; everything they print is kept in `log`."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.base = f"http://localhost:{self.port}"
        self.log = folder / "up.log"
        given = {"ENV": "development", "HOURS": "open", "EXPLAIN": "1", "SWEEP_SECONDS": "1"}
        given |= {"PORT": str(self.port), "VAR": str(folder / "var"), "MODELS": str(ROOT / "models"), **settings}
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("VARSAM_")}
        self.environment = inherited | {f"VARSAM_{name}": value for name, value in given.items()}

    def start(self, seconds: float = 240) -> None:
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gateway.cli", "up"],
                cwd=ROOT, env=self.environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        self.wait_for(r"login +\S+ / \S+|console +http", seconds)
        self.wait_for(r"login +\S+ / \S+", 15)

    def wait_for(self, pattern: str, seconds: float) -> re.Match[str]:
        """Wait until what was printed matches; give the last match."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            found = list(re.finditer(pattern, self.log.read_text()))
            if found:
                return found[-1]
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise AssertionError(f"'{pattern}' was not printed; this was:\n{self.log.read_text()[-3000:]}")

    @property
    def login(self) -> tuple[str, str]:
        found = self.wait_for(r"login +(\S+) / (\S+)", 5)
        return found.group(1), found.group(2)

    @property
    def running(self) -> dict[str, Any]:
        return dict(json.loads((self.folder / "var" / "run.json").read_text()))

    def add_counsellor(self, name: str) -> str:
        """Add a counsellor as an operator does; give the one-time password."""
        printed = self.varsam("counsellor", "add", name).stdout
        return printed.split(" / ")[1].split()[0]

    def varsam(self, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "gateway.cli", *arguments],
            cwd=ROOT, env=self.environment, input=given, capture_output=True, text=True, check=False,
        )  # fmt: skip

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(40)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            raise


class Visitor:
    """A visitor with a WebSocket. `say` and `choose` give the frames up to `answered`."""

    def __init__(self, base: str) -> None:
        self._url = base.replace("http://", "ws://") + "/ws/chat"
        self.token: str | None = None
        self.seq = 0
        self.frames: list[dict[str, Any]] = []

    async def __aenter__(self) -> Visitor:
        self._http = aiohttp.ClientSession()
        await self.connect()
        return self

    async def __aexit__(self, *problem: object) -> None:
        await self._http.close()

    async def connect(self) -> None:
        self._socket = await self._http.ws_connect(self._url, max_msg_size=0)
        await self.send({"type": "start", "token": self.token, "after": self.seq})
        await self.until("started")

    async def drop(self) -> None:
        await self._socket.close()

    async def send(self, frame: dict[str, Any]) -> None:
        await self._socket.send_json(frame)

    async def receive(self, seconds: float = 15) -> dict[str, Any]:
        frame: dict[str, Any] = await self._socket.receive_json(timeout=seconds)
        if frame["type"] == "started":
            self.token = frame["token"]
        if frame["type"] == "message" and "seq" in frame:
            self.seq = frame["seq"]
        self.frames.append(frame)
        return frame

    async def until(self, kind: str, seconds: float = 15, **fields: Any) -> list[dict[str, Any]]:
        """Give the frames up to and with the first of a type that has these fields."""
        got: list[dict[str, Any]] = []
        async with asyncio.timeout(seconds):
            while True:
                frame = await self.receive(seconds)
                got.append(frame)
                if frame["type"] == kind and all(frame.get(name) == value for name, value in fields.items()):
                    return got

    async def say(self, text: str) -> list[dict[str, Any]]:
        return await self._ask({"type": "say", "text": text})

    async def choose(self, payload: str) -> list[dict[str, Any]]:
        return await self._ask({"type": "choose", "payload": payload})

    async def _ask(self, frame: dict[str, Any]) -> list[dict[str, Any]]:
        id = str(uuid.uuid4())
        await self.send({**frame, "id": id})
        return await self.until("answered", id=id)
