"""From a visitor's `say` to the holding counsellor's screen, with a full queue.

    .venv/bin/python benchmarks/load.py [--waiting 200] [--counsellors 20] [--rounds 40] [--engine URL]

A real gateway process, the engine's double beside it (or a real engine by its address); every visitor and every
console is a WebSocket of this process. Each counsellor holds one conversation, whose visitor says a line every
second, while the others wait and every tenth of them talks with the bot. Measured with this process's monotonic
clock: from sending the frame to the arrival of the message on the counsellor's socket. The peer, in turns within
the same run, is a bare aiohttp relay between the same number of sockets: the ratio takes the machine's noise out.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import random
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import psutil
from aiohttp import web

sys.path.insert(0, str(Path(__file__).parent.parent))

from gateway.processes import free_port
from gateway.up import wait_for
from tests.console_client import ConsoleClient
from tests.gateway_process import EngineProcess, GatewayProcess

BLOCK = 10  # rounds of one kind before it is the other's turn
LETTERS = str.maketrans("0123456789", "ghijklmnop")  # digits in a row could be a phone number, and be masked
Say = Callable[[int, str], Awaitable[None]]


class Stopwatch:
    """When each text was sent, and how long it took to arrive."""

    def __init__(self) -> None:
        self._sent: dict[str, float] = {}
        self.taken: list[float] = []

    def sends(self) -> str:
        text = "rad " + uuid.uuid4().hex.translate(LETTERS)
        self._sent[text] = time.monotonic()
        return text

    def arrives(self, text: str) -> None:
        sent = self._sent.pop(text, None)
        if sent is not None:
            self.taken.append(time.monotonic() - sent)

    @property
    def lost(self) -> int:
        return len(self._sent)


class Crowd:
    """Visitors by WebSocket, each with an address of its own; what they are told is read and let go."""

    def __init__(self, http: aiohttp.ClientSession, base: str) -> None:
        self._http = http
        self._url = base.replace("http", "ws", 1) + "/ws/chat"
        self._sockets: list[aiohttp.ClientWebSocketResponse] = []
        self._readers: list[asyncio.Task[None]] = []
        self.frames = 0
        self.refused = 0

    async def join(self, number: int) -> None:
        """One more visitor, who asks for a human and waits."""
        address = f"10.0.{number // 250}.{number % 250 + 1}"
        socket = await self._http.ws_connect(self._url, headers={"X-Forwarded-For": address}, max_msg_size=0)
        await socket.send_json({"type": "start", "token": None, "after": 0})
        await self._until(socket, "started")
        self._sockets.append(socket)
        await self.say(len(self._sockets) - 1, "jag vill prata med någon")
        await self._until(socket, "answered")
        self._readers.append(asyncio.create_task(self._read(socket)))

    async def say(self, number: int, text: str) -> None:
        await self._sockets[number].send_json({"type": "say", "id": str(uuid.uuid4()), "text": text})

    async def _until(self, socket: aiohttp.ClientWebSocketResponse, kind: str) -> None:
        while (await socket.receive_json(timeout=60))["type"] != kind:
            pass

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for raw in socket:
            self.frames += 1
            self.refused += json.loads(raw.data)["type"] == "error"

    async def leave(self) -> None:
        for reader in self._readers:
            reader.cancel()
        await asyncio.gather(*(socket.close() for socket in self._sockets))


async def _watch(console: ConsoleClient, watch: Stopwatch) -> None:
    async for raw in console.socket:
        frame = json.loads(raw.data)
        if frame["type"] == "message":
            watch.arrives(frame["message"]["text"])


async def _console(base: str, name: str, watch: Stopwatch) -> ConsoleClient:
    """A counsellor with the console open who holds the first conversation that can be had."""
    console = ConsoleClient(base)
    await console.__aenter__()
    await console.login(name)
    await console.watch()
    for card in (await console.get("queue"))[1]["waiting"]:
        if (await console.claim(card["id"]))[0] == 200:
            break
    console.reader = asyncio.create_task(_watch(console, watch))  # type: ignore[attr-defined]
    return console


def _serve_relay(port: int) -> None:
    """The peer: what comes from /in/<n> goes to /out/<n>, nothing else."""
    out: dict[str, web.WebSocketResponse] = {}

    async def take(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if request.match_info["way"] == "out":
            out[request.match_info["n"]] = socket
        async for raw in socket:
            await out[request.match_info["n"]].send_str(raw.data)
        return socket

    async def ready(request: web.Request) -> web.Response:
        return web.Response()

    app = web.Application()
    app.add_routes([web.get("/{way:in|out}/{n}", take), web.get("/ready", ready)])
    web.run_app(app, host="127.0.0.1", port=port, print=None, access_log=None)


class Relay:
    """The peer's client side, on as many pairs of sockets."""

    def __init__(self, http: aiohttp.ClientSession, pairs: int) -> None:
        self._http = http
        self._pairs = pairs
        self._port = free_port()
        self.watch = Stopwatch()

    async def start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._process = context.Process(target=_serve_relay, args=(self._port,), daemon=True)
        self._process.start()
        await wait_for(f"http://127.0.0.1:{self._port}/ready", 30)
        url = f"ws://127.0.0.1:{self._port}"
        self._out = [await self._http.ws_connect(f"{url}/out/{n}") for n in range(self._pairs)]
        self._in = [await self._http.ws_connect(f"{url}/in/{n}") for n in range(self._pairs)]
        self._readers = [asyncio.create_task(self._read(socket)) for socket in self._out]

    async def say(self, number: int, text: str) -> None:
        await self._in[number].send_json({"type": "say", "id": str(uuid.uuid4()), "text": text})

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for raw in socket:
            self.watch.arrives(json.loads(raw.data)["text"])

    async def stop(self) -> None:
        for socket in (*self._in, *self._out):
            await socket.close()
        self._process.terminate()


async def _rounds(count: int, people: int, say: Say, watch: Stopwatch, also: Say | None, waiting: range) -> None:
    """Everybody says a line a second, each at a moment of their own; every tenth of those who wait speaks too."""

    async def one(number: int) -> None:
        await asyncio.sleep(random.random())
        await say(number, watch.sends())

    async def aside(number: int) -> None:
        await asyncio.sleep(random.random())
        assert also is not None
        await also(number, "hur länge dröjer det?")

    for turn in range(count):
        began = time.monotonic()
        talkers = [aside(number) for number in waiting if also is not None and number % 10 == turn % 10]
        await asyncio.gather(*(one(number) for number in range(people)), *talkers)
        await asyncio.sleep(max(0.0, began + 1 - time.monotonic()))


def _figures(name: str, watch: Stopwatch) -> dict[str, float]:
    milliseconds = sorted(1000 * one for one in watch.taken)
    found = {
        "p50": statistics.median(milliseconds), "p95": milliseconds[int(0.95 * len(milliseconds))],
        "max": milliseconds[-1],
    }  # fmt: skip
    shown = ", ".join(f"{key} {value:.1f} ms" for key, value in found.items())
    print(f"{name}: {shown}, n {len(milliseconds)}, not arrived {watch.lost}")
    return found


async def _measure(given: argparse.Namespace, gateway: GatewayProcess) -> None:
    names = await gateway.prepare(given.counsellors)
    await gateway.start()
    assert gateway.process is not None
    process, watch = psutil.Process(gateway.process.pid), Stopwatch()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        crowd, relay = Crowd(http, gateway.base), Relay(http, given.counsellors)
        # The first come are the first served: the counsellors hold visitors 0, 1, 2 ...
        for number in range(given.counsellors):
            await crowd.join(number)
        consoles = [await _console(gateway.base, name, watch) for name in names]
        for number in range(given.counsellors, given.counsellors + given.waiting):
            await crowd.join(number)
        await relay.start()
        await asyncio.sleep(3)
        spent = 0.0
        for _ in range(given.rounds // BLOCK):
            before = sum(process.cpu_times()[:2])
            others = range(given.counsellors, given.counsellors + given.waiting)
            await _rounds(BLOCK, given.counsellors, crowd.say, watch, crowd.say, others)
            await _until_arrived(watch)
            spent += sum(process.cpu_times()[:2]) - before
            await _rounds(BLOCK, given.counsellors, relay.say, relay.watch, None, range(0))
        ours, peer = _figures("say to the counsellor's screen", watch), _figures("bare relay", relay.watch)
        print("ratio: " + ", ".join(f"{key} {ours[key] / peer[key]:.1f}" for key in ours))
        print(f"gateway: {spent:.1f} s of processor time in {given.rounds} s")
        print(f"visitors: {crowd.frames} frames, {crowd.refused} of them errors")
        await relay.stop()
        await crowd.leave()
        for console in consoles:
            await console.__aexit__()


async def _until_arrived(watch: Stopwatch) -> None:
    """Give what is still on its way a minute, so that slowness is measured and not cut off."""
    until = time.monotonic() + 60
    while watch.lost and time.monotonic() < until:
        await asyncio.sleep(0.05)


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--waiting", type=int, default=200)
    parser.add_argument("--counsellors", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--engine", default="", help="address of a running engine; default: its double")
    parser.add_argument("--database-url", default="", help="default: SQLite in a new folder")
    given = parser.parse_args()
    double: Any = None
    if not given.engine:
        double = EngineProcess()
        await double.start()
    gateway = GatewayProcess(Path(tempfile.mkdtemp()), given.engine or double.url, given.database_url)
    try:
        await _measure(given, gateway)
    finally:
        gateway.kill()
        if double is not None:
            double.stop()


if __name__ == "__main__":
    asyncio.run(main())
