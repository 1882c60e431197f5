"""A canary word for every path there is, and how to look for it afterwards (tests/gateway/test_canary.py)."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import aiohttp

from tests.console_client import ConsoleClient
from tests.engine_double import EngineDouble

CANARY = "kanarieblyg"


def canaries_in(text: str | bytes) -> int:
    found = text if isinstance(text, bytes) else text.encode("utf-8", "replace")
    return sum(found.lower().count(CANARY.encode(encoding)) for encoding in ("utf-8", "utf-16-le"))


def kept(var: Path) -> bytes:
    """Give every byte below the folder: databases, write-ahead logs, keyring."""
    return b"".join(f"{file}".encode() + file.read_bytes() for file in sorted(var.rglob("*")) if file.is_file())


async def frames_of_every_kind(socket: aiohttp.ClientWebSocketResponse) -> None:
    """Send the canary in every field a frame has, and in some it has not."""
    id = lambda: str(uuid.uuid4())  # noqa: E731
    huge = f"{CANARY} " * 8000
    for frame in (
        {"type": "say", "id": id(), "text": f"jag heter {CANARY}"}, {"type": "say", "id": id(), "text": f"/{CANARY}"},
        {"type": "say", "id": id(), "text": huge}, {"type": "say", "id": CANARY, "text": "hej"}, {"type": CANARY},
        {"type": "say", "id": id(), "text": f"{CANARY}@{CANARY}.se, {CANARY}gatan 7"}, {"type": "say", "id": id(), CANARY: 1},
        {"type": "choose", "id": id(), "payload": CANARY}, {"type": "choose", "id": id(), "payload": f"topic:{CANARY}"},
        {"type": "typing", "text": CANARY}, {"type": "start", "token": CANARY, "after": 0}, {"type": "bye", "quick": CANARY},
    ):  # fmt: skip
        await socket.send_json(frame)
    await socket.send_str(CANARY)
    await socket.send_str('{"type":"say","text":"' + CANARY)
    await socket.send_bytes(CANARY.encode())


async def visit(base: str) -> None:
    """Talk the canary over a socket."""
    async with aiohttp.ClientSession() as http:
        headers = {"User-Agent": CANARY, "X-Forwarded-For": CANARY, "X-Whatever": CANARY, "Cookie": f"a={CANARY}"}
        async with http.ws_connect(
            f"{base.replace('http', 'ws', 1)}/ws/chat?{CANARY}={CANARY}", headers=headers
        ) as socket:
            await socket.send_json({"type": "start", "token": CANARY, "after": 0})
            await socket.send_json({"type": "start", "token": None, "after": 0})
            await frames_of_every_kind(socket)
            await drained(socket)
        async with http.ws_connect(f"{base.replace('http', 'ws', 1)}/ws/chat") as socket:
            await socket.send_json({"type": "start", "token": f"\ud800{CANARY}", "after": 0})
            await drained(socket)


async def drained(socket: aiohttp.ClientWebSocketResponse) -> None:
    """Read until nothing has come for a while."""
    try:
        while (await socket.receive(timeout=0.7)).type is aiohttp.WSMsgType.TEXT:
            pass
    except TimeoutError:
        pass


async def knock(base: str) -> None:
    """Send the canary as path, query, header, body and Origin, over plain HTTP."""
    async with aiohttp.ClientSession() as http:
        bodies = (json.dumps({"frames": [{"type": "start", "token": CANARY}]}), CANARY, "[" * 50_000 + CANARY)
        for path in (f"/{CANARY}", f"/static/{CANARY}", f"/api/chat?after={CANARY}", f"/console/api/{CANARY}?{CANARY}"):
            async with http.get(
                base + path, headers={"Authorization": f"Bearer {CANARY}", "Origin": f"http://{CANARY}"}
            ):
                pass
        for headers in (
            {},
            {"Origin": f"https://{CANARY}"},
            {"Origin": f"http://[{CANARY}"},
            {"Content-Type": f"a/b; charset={CANARY}"},
        ):
            for body in bodies:
                for path in ("/api/chat", "/console/api/login"):
                    async with http.post(base + path, data=body, headers={**headers, "Referer": CANARY}):
                        pass
    for line in (f"GET /{CANARY} HTTP/9\r\n\r\n", f"{CANARY}\r\n\r\n", f"GET / HTTP/1.1\r\n{CANARY}\r\n\r\n"):
        await raw(base, line.encode())
    await raw(base, b"GET /api/chat HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \xff" + CANARY.encode() + b"\r\n\r\n")


async def raw(base: str, request: bytes) -> None:
    """Send what no proper client sends."""
    host, port = base.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(request)
    await asyncio.wait_for(reader.read(1000), 5)
    writer.close()


async def counsel(base: str, console: ConsoleClient) -> None:
    """Log in wrongly with the canary, then claim what waits and say it."""
    for name, password in ((CANARY, "fel"), ("Alva", CANARY), (f"{CANARY}\x00", CANARY)):
        await console.login(name, password)
    await console.post("password", {"old": CANARY, "new": f"{CANARY} {CANARY}"})
    _, queue = await console.get("queue")
    for card in queue["waiting"]:
        await console.claim(card["id"])
        await console.say(card["id"], f"hej {CANARY}")
        await console.say(card["id"], f"{CANARY} " * 500)
        await console.say(card["id"], "hej", CANARY)
    await console.get(f"conversations/{'0' * 32}?after={CANARY}")
    _, letters = await console.get(f"letters?{CANARY}")
    for mailbox in (*(letter["mailbox"] for letter in letters["letters"]), "0" * 32):
        for id, text in ((str(uuid.uuid4()), f"svar {CANARY}"), (CANARY, "hej"), (str(uuid.uuid4()), CANARY * 500)):
            await console.post(f"letters/{mailbox}/reply", {"id": id, "text": text, "up_to": CANARY})
            await console.post(f"letters/{mailbox}/reply", {"id": id, "text": text})


async def everything(
    base: str, engine: EngineDouble, console: ConsoleClient, store_down: Callable[[], AbstractContextManager[None]]
) -> None:
    """Go down every path, with the engine well and otherwise, and with the store down."""
    engine.summon()
    engine.choices = [{"title": CANARY, "payload": f"topic:{CANARY}"}]
    for mode in ("well", "dead", "garbage", "empty", "slow"):
        engine.mode = mode
        await visit(base)
    engine.mode = "well"
    engine.spoil = lambda answer: {**answer, "understood": {**answer["understood"], "route": CANARY, "topic": CANARY}}
    await visit(base)
    engine.spoil = lambda answer: {**answer, "replies": [{"text": CANARY, "contacts": [CANARY]}]}
    await visit(base)
    engine.spoil = lambda answer: answer
    await knock(base)
    await counsel(base, console)
    with store_down():
        await visit(base)
        await knock(base)
