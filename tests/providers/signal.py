"""signal-cli-rest-api in JSON-RPC mode, and the phones behind it: a real server on loopback.

It keeps the API's rules: what it demands of a request, its sentences for what goes wrong, and that what comes while no
socket is open is lost. A phone drops a text over 2,048 bytes without a word, and heeds a deletion for a day.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
import uuid
from collections import deque
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import aiohttp
from aiohttp import web

from connectors.messaging import Request

NUMBER = "+46700000001"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
PHONE = re.compile(r"\+[1-9][0-9]{4,14}")
LONGEST_BYTES = 2048
DELETES_WITHIN = 24 * 3600.0
HTML = "<html><body>It works!</body></html>"
PATHS = ("/v1/about", "/v2/send", "/v1/receive/{number}", "/v1/remote-delete/{number}", "/v1/typing-indicator/{number}")


@dataclass(frozen=True)
class Sent:
    """A message that a phone shows."""

    to: str
    text: str
    options: tuple[str, ...]
    id: str


@dataclass(frozen=True)
class Deleted:
    to: str
    id: str


@dataclass
class Person:
    """Somebody with Signal; most hide their number."""

    uuid: str
    number: str | None = None
    name: str = "Anonym"
    device: int = 1
    registered: bool = True
    trusted: bool = True


class Signal:
    """`moods` are used up by what is sent, deleted or shown as typing, one a call; questions answer well.

    seconds: how slow `slow` is. challenge: every message is refused until a captcha is solved. lost: frames that no
    socket took. dropped: what phones dropped for its length.
    """

    def __init__(self, number: str = NUMBER) -> None:
        self.url = ""
        self.number = number
        self.mode, self.version = "json-rpc", "0.95"
        self.accounts, self.attachments = [number], list[str]()
        self.level = "info"
        self.paths = list(PATHS)
        self.moods: deque[str] = deque()
        self.seconds = 0.3
        self.challenge = False
        self.people: dict[str, Person] = {}
        self.sent: list[Sent] = []
        self.deleted: list[Deleted] = []
        self.typing: list[str] = []
        self.dropped: list[Sent] = []
        self.lost: list[bytes] = []
        self.asked: list[str] = []
        self.sockets: set[web.WebSocketResponse] = set()
        self._last = 0
        self._stamps: dict[tuple[str, str], int] = {}

    def app(self) -> web.Application:
        app = web.Application(client_max_size=4_000_000)
        app.add_routes(
            [
                web.get("/v1/about", self._about),
                web.get("/v1/accounts", self._accounts),
                web.get("/v1/attachments", self._attachments),
                web.get("/v1/configuration", self._configuration),
                web.get("/swagger/doc.json", self._description),
                web.get("/v1/receive/{number}", self._receive),
                web.post("/v2/send", self._send),
                web.delete("/v1/remote-delete/{number}", self._delete),
                web.put("/v1/typing-indicator/{number}", self._typing),
            ]
        )
        app.on_shutdown.append(self._close)
        return app

    # What the API answers.

    async def _about(self, request: web.Request) -> web.StreamResponse:
        self.asked.append("about")
        about = {"versions": ["v1", "v2"], "build": 2, "mode": self.mode, "version": self.version}
        return web.json_response({**about, "capabilities": {"v2/send": ["quotes", "mentions"]}})

    async def _accounts(self, request: web.Request) -> web.StreamResponse:
        self.asked.append("accounts")
        return web.json_response(self.accounts)

    async def _attachments(self, request: web.Request) -> web.StreamResponse:
        return web.json_response(self.attachments)

    async def _configuration(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"logging": {"Level": self.level}})

    async def _description(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"swagger": "2.0", "paths": {path: {} for path in self.paths}})

    async def _receive(self, request: web.Request) -> web.StreamResponse:
        """In normal mode this fetches what waits at Signal, whoever asks."""
        self.asked.append("receive")
        if self.mode != "json-rpc":
            return web.Response(text="[]")
        socket = web.WebSocketResponse(max_msg_size=512)
        await socket.prepare(request)
        if unquote(request.match_info["number"]) == self.number:
            self.sockets.add(socket)
        try:
            async for _ in socket:
                pass
        finally:
            self.sockets.discard(socket)
        return socket

    async def _send(self, request: web.Request) -> web.StreamResponse:
        body = await _object(request)
        if body is None:
            return _error("Couldn't process request - invalid request")
        recipients, number, text = body.get("recipients"), body.get("number"), body.get("message")
        if not isinstance(recipients, list) or not recipients:
            return _error("Couldn't process request - please provide at least one recipient")
        if not number:
            return _error("Couldn't process request - please provide a valid number")
        refused = self._refuses(str(number), str(recipients[0]))
        if refused is not None:
            return refused
        if not text:
            return _error(
                "Sending empty message is not allowed, either a message, attachment or sticker must be given."
            )
        if body.get("text_mode") != "normal":
            return _error("The text would be read as marked up, where DEFAULT_SIGNAL_TEXT_MODE is styled.")
        person = self._whose(str(recipients[0]))
        assert person is not None
        stamp = str(self._now())

        def take() -> None:
            message = Sent(person.uuid, str(text), (), stamp)
            fits = len(message.text.encode()) <= LONGEST_BYTES
            (self.sent if fits else self.dropped).append(message)

        return await self._answer(request, take, web.json_response({"timestamp": stamp}, status=201))

    async def _delete(self, request: web.Request) -> web.StreamResponse:
        body = await _object(request)
        if body is None:
            return _error("Couldn't process request - invalid request")
        recipient, stamp = str(body.get("recipient") or ""), body.get("timestamp")
        refused = self._refuses(unquote(request.match_info["number"]), recipient)
        if refused is not None:
            return refused
        if not isinstance(stamp, int):
            return _error("Couldn't process request - invalid request")
        person = self._whose(recipient)
        assert person is not None

        def take() -> None:
            ours = any(one.to == person.uuid and one.id == str(stamp) for one in self.sent)
            if ours and time.time() - stamp / 1000 < DELETES_WITHIN:
                self.deleted.append(Deleted(person.uuid, str(stamp)))

        return await self._answer(request, take, web.json_response({"timestamp": str(self._now())}, status=201))

    async def _typing(self, request: web.Request) -> web.StreamResponse:
        body = await _object(request)
        recipient = str((body or {}).get("recipient") or "")
        refused = self._refuses(unquote(request.match_info["number"]), recipient)
        if refused is not None:
            return refused
        person = self._whose(recipient)
        assert person is not None
        return await self._answer(request, lambda: self.typing.append(person.uuid), web.Response(status=204))

    def _refuses(self, number: str, recipient: str) -> web.Response | None:
        """Give what keeps anything from reaching this person; signal-cli's sentences, without more."""
        if number not in self.accounts:
            return _error("Specified account does not exist")
        if self.challenge:
            return self._limited(["1f2d0c3e-4a1b-4d6e-9a53-7d2f0c5b8e11"])
        if not UUID.fullmatch(recipient) and not PHONE.fullmatch(recipient):
            return _error(
                "java.lang.RuntimeException: org.signal.libsignal.usernames.MissingSeparatorException: "
                "Username must contain a '.'"
            )
        person = self._whose(recipient)
        if person is None or not person.registered:
            return _error("Failed to send message")
        if not person.trusted:
            return _error("Failed to send message due to untrusted identities")
        return None

    def _limited(self, tokens: list[str]) -> web.Response:
        said = (
            "Failed to send message due to rate limiting. Use the attached challenge tokens to lift the rate limit "
            "restrictions via the '/v1/accounts/{number}/rate-limit-challenge' endpoint."
        )
        return web.json_response({"error": said, "challenge_tokens": tokens, "account": self.number}, status=429)

    async def _answer(self, request: web.Request, take: Any, well: web.Response) -> web.StreamResponse:
        mood = self.moods.popleft() if self.moods else "ok"
        match mood:
            case "429":
                return self._limited([""])
            case "500" | "503":
                return web.Response(status=int(mood), text="upstream failed")
            case "garbage":
                return web.Response(text=HTML, content_type="text/html")
            case "hang":
                while request.transport is not None and not request.transport.is_closing():
                    await asyncio.sleep(0.02)
                return well
        take()
        if mood == "slow":
            await asyncio.sleep(self.seconds)
        if mood == "drop" and request.transport is not None:
            request.transport.abort()
        return well

    # What phones do.

    def person(self, name: str) -> Person:
        """Give somebody by any name, an account's id or a number; who is new has just got Signal."""
        known = self._whose(name)
        if known is None:
            value = name.partition(":")[2] or name
            known = Person(value if UUID.fullmatch(value) else str(uuid.uuid5(uuid.NAMESPACE_DNS, name)))
            known.number = value if PHONE.fullmatch(value) else None
            self.people[name] = known
        return known

    def to(self, person: str) -> list[Sent]:
        """Give what this person's phone shows of ours."""
        uuid = self.person(person).uuid
        return [one for one in self.sent if one.to == uuid and Deleted(uuid, one.id) not in self.deleted]

    def text(self, person: str, text: str, id: str | None = None, at: float | None = None) -> Request:
        stamp = self._stamp(person, id, at)
        return self.frame(person, stamp, {"dataMessage": data(stamp, message=text)})

    def picture(self, person: str, caption: str = "") -> Request:
        stamp = self._now()
        image = {
            "contentType": "image/jpeg", "filename": None, "id": "Zk3vQ.jpg", "size": 48123, "width": 900,
            "height": 1600, "caption": None, "uploadTimestamp": stamp,
        }  # fmt: skip
        return self.frame(person, stamp, {"dataMessage": data(stamp, message=caption or None, attachments=[image])})

    def edit(self, person: str, id: str, text: str) -> Request:
        stamp = self._now()
        edit = {"targetSentTimestamp": self._stamp(person, id), "dataMessage": data(stamp, message=text)}
        return self.frame(person, stamp, {"editMessage": edit})

    def unsend(self, person: str, id: str) -> Request:
        stamp = self._now()
        deletion = {"timestamp": self._stamp(person, id)}
        return self.frame(person, stamp, {"dataMessage": data(stamp, remoteDelete=deletion)})

    def press(self, person: str, option_index: int) -> Request:
        raise LookupError("Signal has no buttons")

    def receipt(self, person: str, ids: list[str], read: bool = False) -> Request:
        """A receipt of this person's phone for messages of ours."""
        stamp = self._now()
        receipt = {"when": stamp, "isDelivery": not read, "isRead": read, "isViewed": False}
        return self.frame(person, stamp, {"receiptMessage": {**receipt, "timestamps": [int(id) for id in ids]}})

    def frame(self, person: str, stamp: int, content: dict[str, Any]) -> Request:
        """What the socket gives of one thing that this person's phone sent."""
        who = self.person(person)
        envelope = {
            "source": who.number or who.uuid, "sourceNumber": who.number, "sourceUuid": who.uuid,
            "sourceName": who.name, "sourceDevice": who.device, "timestamp": stamp,
            "serverReceivedTimestamp": stamp, "serverDeliveredTimestamp": stamp + 60,
        }  # fmt: skip
        body = json.dumps({"envelope": {**envelope, **content}, "account": self.number}, ensure_ascii=False)
        return Request("GET", {}, {}, body.encode("utf-8", "surrogatepass"))

    async def deliver(self, http: aiohttp.ClientSession | None, base: str, request: Request) -> int:
        """Push through the open sockets; 503 where there is none, and the thing is lost for good.

        `http` and `base` are those of platforms that call us.
        """
        if not self.sockets:
            self.lost.append(request.body)
            return 503
        for socket in tuple(self.sockets):
            await socket.send_str(request.body.decode("utf-8", "replace"))
        return 200

    async def break_sockets(self) -> None:
        """Cut every socket off, as a container does that is restarted."""
        broken = set(self.sockets)
        for socket in broken:
            transport = socket._req.transport if socket._req is not None else None
            if transport is not None:
                transport.abort()
        async with asyncio.timeout(5):
            while broken & self.sockets:
                await asyncio.sleep(0.005)

    async def connected(self, seconds: float = 5.0) -> None:
        """Wait until somebody listens."""
        async with asyncio.timeout(seconds):
            while not self.sockets:
                await asyncio.sleep(0.005)

    async def _close(self, app: web.Application) -> None:
        for socket in tuple(self.sockets):
            await socket.close()

    def _whose(self, name: str) -> Person | None:
        value = name.partition(":")[2] or name
        if name in self.people:
            return self.people[name]
        return next((one for one in self.people.values() if value in (one.uuid, one.number)), None)

    def _stamp(self, person: str, id: str | None, at: float | None = None) -> int:
        """Give the time by which a message is known, the same for the same id."""
        if id is not None and id.isdigit():
            return int(id)
        key = (self.person(person).uuid, id or "")
        if id is None or key not in self._stamps:
            self._stamps[key] = int(at * 1000) if at is not None else self._now()
        return self._stamps[key]

    def _now(self) -> int:
        """Give the time in milliseconds, never the same twice."""
        self._last = max(int(time.time() * 1000), self._last + 1)
        return self._last


def data(stamp: int, **content: Any) -> dict[str, Any]:
    """A dataMessage with what every one has."""
    return {"timestamp": stamp, "message": None, "expiresInSeconds": 0, "viewOnce": False, **content}


async def _object(request: web.Request) -> dict[str, Any] | None:
    try:
        found = await request.json()
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _error(said: str, status: int = 400) -> web.Response:
    return web.json_response({"error": said}, status=status)
