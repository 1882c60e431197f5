"""`varsam up`: engine and gateway together, until Ctrl-C. Prints where to go once a real question is answered."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
import uuid
from pathlib import Path

import aiohttp

from gateway.console.auth import Auth
from gateway.processes import Child, free_port, is_taken
from gateway.settings import Settings
from gateway.storage.database import connect
from gateway.storage.staff import Staff
from gateway.training import engine_environment, train

ROOT = Path(__file__).parent.parent
FIRST_COUNSELLOR = "kurator"
QUESTION = "är jag anonym här?"
START_SECONDS = 180.0
GATEWAY_STOP_SECONDS = 25.0


class PortTaken(Exception):
    """Something already listens on the gateway's port. The message says what to do."""


def say(text: str) -> None:
    """Tell the operator."""
    print(f"varsam: {text}", flush=True)


async def answers(url: str) -> bool:
    """Tell whether a GET is answered with 200 within 2 s."""
    try:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2)) as http, http.get(url) as response:
            return response.status == 200
    except (aiohttp.ClientError, TimeoutError, OSError):
        return False


def engine_child(settings: Settings, model: Path, port: int) -> Child:
    """Give the engine as a child process: loopback, none of our settings in its environment."""
    python = str(settings.engine_python.absolute())
    command = [python, "-m", "bot", "serve", "--port", str(port), "--model", str(model)]
    url = f"http://127.0.0.1:{port}/webhooks/varsam/"
    return Child("engine", command, engine_environment(), lambda: answers(url), say)


async def wait_for(url: str, seconds: float = START_SECONDS) -> None:
    """Wait until `url` answers. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not await answers(url):
            await asyncio.sleep(0.2)


async def up(settings: Settings) -> None:
    """Run everything until SIGINT or SIGTERM. Raises PortTaken."""
    started = time.monotonic()
    everywhere = settings.host in ("0.0.0.0", "::")  # noqa: S104 - read, not bound: the operator chose it
    host = "127.0.0.1" if everywhere else settings.host
    if is_taken(host, settings.port):
        raise PortTaken(f"port {settings.port} is taken: stop what runs there, or set VARSAM_PORT to another")
    model, seconds = await asyncio.to_thread(train, settings, ROOT)
    if seconds:
        say(f"trained the model in {seconds:.0f} s")
    engine_port, ports_file = free_port(), settings.ports_file
    settings.var.mkdir(parents=True, exist_ok=True)
    engine = engine_child(settings, model, engine_port)
    base = f"http://{host}:{settings.port}"
    gateway = Child(
        "gateway",
        [
            sys.executable,
            "-m",
            "gateway",
            "--engine",
            f"http://127.0.0.1:{engine_port}",
            "--ports-file",
            str(ports_file),
        ],
        dict(os.environ),
        lambda: answers(f"{base}/healthz"),
        say,
    )
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    kept = [asyncio.create_task(engine.keep()), asyncio.create_task(gateway.keep())]
    try:
        greeting = asyncio.create_task(_greet(settings, base, engine, gateway, engine_port, ports_file, started))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({greeting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if greeting.done() and greeting.exception() is not None:
            say(f"it did not start within {START_SECONDS:.0f} s; see the lines above")
        await stopping
    finally:
        say("stopping")
        await gateway.stop(GATEWAY_STOP_SECONDS)
        await engine.stop(5)
        for task in kept:
            task.cancel()
        await asyncio.gather(*kept, return_exceptions=True)
        for file in (settings.runtime_file, ports_file):
            file.unlink(missing_ok=True)


async def _greet(
    settings: Settings, base: str, engine: Child, gateway: Child, engine_port: int, ports_file: Path, started: float
) -> None:
    await wait_for(f"http://127.0.0.1:{engine_port}/webhooks/varsam/")
    await wait_for(f"{base}/readyz")
    await ask(base, QUESTION)
    ports = json.loads(ports_file.read_text())
    running = {"engine": f"http://127.0.0.1:{engine_port}", "gateway": base, "metrics_port": ports["metrics"]}
    running |= {"pids": {"engine": engine.pid, "gateway": gateway.pid}}
    settings.runtime_file.write_text(json.dumps(running))
    say(f"ready after {time.monotonic() - started:.0f} s")
    local = f"http://localhost:{settings.port}"
    say(f"chat     {local}/chat")
    if settings.env == "development":
        say(f"demo     {local}/demo")
    say(f"console  {local}/console")
    for channel in settings.channels:
        say(f"{channel.name:<8} {channel.mode}, {channel.shown(settings.public_origin)}")
    if settings.env == "development":
        await _first_login(settings)


async def ask(base: str, question: str) -> None:
    """Ask a real question over the visitors' own way, wait for the answer, erase it. Raises TimeoutError."""
    async with aiohttp.ClientSession() as http, asyncio.timeout(30):
        frames = [{"type": "start", "token": None, "after": 0}]
        async with http.post(f"{base}/api/chat", json={"frames": frames}) as response:
            token = (await response.json())["frames"][0]["token"]
        headers = {"Authorization": f"Bearer {token}"}
        frames = [{"type": "say", "id": str(uuid.uuid4()), "text": question}]
        async with http.post(f"{base}/api/chat", json={"frames": frames}, headers=headers) as response:
            await response.read()
        answered = False
        while not answered:
            await asyncio.sleep(0.1)
            async with http.get(f"{base}/api/chat?after=0", headers=headers) as response:
                answered = any(frame["type"] == "answered" for frame in (await response.json())["frames"])
        async with http.post(f"{base}/api/chat", json={"frames": [{"type": "erase"}]}, headers=headers) as response:
            await response.read()


async def _first_login(settings: Settings) -> None:
    """In development: print a one-time login while no counsellor has made one their own."""
    database = connect(settings.database)
    try:
        staff = Staff(database, time.time)
        auth, everyone = Auth(staff, time.time), await staff.all()
        if not everyone:
            password = await auth.add(FIRST_COUNSELLOR)
        elif len(everyone) == 1 and everyone[0].name == FIRST_COUNSELLOR and everyone[0].must_change:
            password = await auth.renew(everyone[0])
        else:
            return
        say(f"login    {FIRST_COUNSELLOR} / {password} (one time; development only)")
    finally:
        await database.dispose()


def running(settings: Settings) -> dict[str, str] | None:
    """Give what `varsam up` wrote of a running system; None where none runs."""
    with contextlib.suppress(OSError, ValueError):
        found: dict[str, str] = json.loads(settings.runtime_file.read_text())
        return found
    return None
