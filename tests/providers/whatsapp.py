"""The WhatsApp Cloud API as a real server on loopback: it enforces Meta's rules, remembers what reached people, and
misbehaves as told. What people do on their phones is whatsapp_phones.py.

A person is a name (who then has a phone number and a user id), the digits of a number, or a user id.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
import re
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientSession, web

from connectors.messaging import Request
from tests.providers.whatsapp_phones import Phones, person_ids

TOKEN = "EAAJB" + "x7Kq9" * 12
APP_SECRET = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
VERIFY_TOKEN = "ett-eget-ord-som-bara-vi-vet"
NUMBER_ID = "106540352242922"
ACCOUNT_ID = "102290129340398"
DAY = 24 * 3600.0
PAIR = (45.0, 1 / 6)  # messages to one person at once, and a second
THROUGHPUT = 80  # messages a second

# What Meta says: HTTP status, and the words of the error, by its code.
WORDS: dict[int, tuple[int, str]] = {
    1: (500, "An unknown error occurred"),
    2: (503, "Service temporarily unavailable"),
    100: (400, "Invalid parameter"),
    190: (401, "Invalid OAuth access token - Cannot parse access token"),
    130429: (429, "Rate limit hit"),
    131000: (500, "Something went wrong"),
    131008: (400, "Required parameter is missing"),
    131009: (400, "Parameter value is not valid"),
    131026: (400, "Message undeliverable"),
    131047: (400, "Re-engagement message"),
    131056: (400, "(Business Account, Consumer Account) pair rate limit hit"),
}


@dataclass(frozen=True)
class Sent:
    """What reached a person's phone. `to` is as it was addressed: a user id, or digits; `form`: text, button or list."""

    to: str
    text: str
    options: tuple[tuple[str, str], ...]
    id: str
    at: float
    form: str
    body: dict[str, Any]


class Refused(Exception):
    """An error of the Graph API."""

    def __init__(self, code: int, details: str = "", subcode: int | None = None, status: int | None = None) -> None:
        super().__init__(code)
        self.code, self.details, self.subcode = code, details, subcode
        self.status = status or WORDS.get(code, (400, ""))[0]

    def body(self) -> dict[str, Any]:
        words = WORDS.get(self.code, (400, "Error"))[1]
        error: dict[str, Any] = {
            "message": self.details if self.code == 100 and self.details else f"(#{self.code}) {words}",
            "type": "OAuthException",
            "code": self.code,
            "error_data": {"messaging_product": "whatsapp", "details": self.details},
            "fbtrace_id": "AbCdEfGhIjKlMnOpQrStUv",
        }
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        return {"error": error}


class WhatsAppProvider(Phones):
    """`moods`: what to do with the next sends, one each (empty: ok): ok, slow, hang, drop, 429, 500, 503, garbage, or
    `error CODE`. `gone`: persons who cannot be reached; `windows`: whether 24 hours are enforced; `late`: errors of the
    message come as a status webhook (in `owed`, ready to be delivered) and not in the answer, as Meta often does.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        super().__init__(NUMBER_ID, ACCOUNT_ID, APP_SECRET, clock)
        self.url = ""
        self.moods: deque[str] = deque()
        self.sent: list[Sent] = []
        self.deleted: list[str] = []  # nothing can be
        self.calls: list[tuple[str, str]] = []
        self.gone: set[str] = set()
        self.owed: list[Request] = []
        self.windows, self.limits, self.late = True, True, False
        self.slow_seconds = 0.3
        self.hook = ""
        self.number: dict[str, Any] = {
            "display_phone_number": "+46 8 123 45 67",
            "verified_name": "Mikamottagningen",
            "quality_rating": "GREEN",
            "code_verification_status": "VERIFIED",
            "health_status": {"can_send_message": "AVAILABLE", "entities": []},
        }
        self.fields = ["account_update", "messages"]
        self.storage: Any = {"status": "DEFAULT"}
        self.token_data: dict[str, Any] = {
            "app_id": "634974688087057",
            "type": "SYSTEM_USER",
            "is_valid": True,
            "expires_at": 0,
            "scopes": ["whatsapp_business_management", "whatsapp_business_messaging", "public_profile"],
        }
        self.apps: list[dict[str, Any]] = [
            {
                "whatsapp_business_api_data": {
                    "id": "634974688087057",
                    "name": "Varsam",
                    "link": "https://www.facebook.com/",
                }
            }
        ]
        self._levels: dict[str, tuple[float, float]] = {}
        self._recent: deque[float] = deque()
        self._over = asyncio.Event()
        self._numbers = itertools.count(1)

    def values(self) -> dict[str, str]:
        """Give the settings of a channel that talks to this server."""
        return {
            "token": TOKEN,
            "app_secret": APP_SECRET,
            "verify_token": VERIFY_TOKEN,
            "phone_number_id": NUMBER_ID,
            "business_account_id": ACCOUNT_ID,
            "api_url": self.url + "/v26.0",
        }

    def app(self) -> web.Application:
        app = web.Application()
        app.add_routes(
            [
                web.post("/v26.0/{id}/messages", self._answering(self._messages)),
                web.get("/v26.0/debug_token", self._answering(self._debug)),
                web.get("/v26.0/{id}/subscriptions", self._subscriptions),
                web.get("/v26.0/{id}/subscribed_apps", self._answering(self._apps)),
                web.get("/v26.0/{id}/settings", self._answering(self._settings)),
                web.get("/v26.0/{id}", self._answering(self._node)),
            ]
        )
        app.on_shutdown.append(self._end)
        return app

    async def deliver(self, http: ClientSession, base: str, request: Request) -> int:
        """Call our webhook as Meta does; give the status."""
        url = f"{base}/channels/whatsapp" + (f"/{request.tail}" if request.tail else "")
        how = {"params": dict(request.query), "headers": dict(request.headers), "data": request.body or None}
        async with http.request(request.method, url, **how) as answer:
            await answer.read()
            return answer.status

    def to(self, person: str) -> list[Sent]:
        """Give what this person's phone got, the oldest first."""
        return [one for one in self.sent if one.to in person_ids(person)]

    async def _end(self, app: web.Application) -> None:
        self._over.set()

    def _answering(self, handle: Callable[[web.Request], Any]) -> Callable[[web.Request], Any]:
        """Check token and proof, as every call to the Graph API is; write errors as it does."""

        async def answered(request: web.Request) -> web.StreamResponse:
            self.calls.append((request.method, request.path))
            try:
                self._authorise(request)
                return await handle(request)
            except Refused as refused:
                return web.json_response(refused.body(), status=refused.status)

        return answered

    def _authorise(self, request: web.Request) -> None:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            raise Refused(190)
        due = hmac.new(APP_SECRET.encode(), TOKEN.encode(), hashlib.sha256).hexdigest()
        if request.query.get("appsecret_proof") != due:
            raise Refused(100, "Invalid appsecret_proof provided in the API argument", status=400)

    async def _messages(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["id"] != NUMBER_ID:
            raise Refused(
                100, f"Unsupported post request. Object with ID '{request.match_info['id']}' does not exist", 33
            )
        mood = self.moods.popleft() if self.moods else "ok"
        if mood.startswith("error "):
            raise Refused(int(mood.removeprefix("error ")), status=500 if mood == "error 131000" else None)
        if mood == "hang":
            await self._over.wait()
            return web.Response(status=503)
        if mood == "429":
            raise Refused(130429, "Message failed to send because there were too many messages sent")
        if mood == "500":
            raise Refused(1)
        if mood == "503":
            return web.Response(status=503, text="<html>Sorry, something went wrong.</html>", content_type="text/html")
        sent = self._take(await request.json())
        return await self._acknowledge(request, mood, sent)

    async def _acknowledge(self, request: web.Request, mood: str, sent: Sent) -> web.StreamResponse:
        if mood == "slow":
            await asyncio.wait([asyncio.create_task(self._over.wait())], timeout=self.slow_seconds)
        if mood == "drop" and request.transport is not None:
            request.transport.abort()
        if mood == "garbage":
            return web.Response(text="<html>ok</html>", content_type="text/html")
        key = "wa_id" if sent.to.isdecimal() else "user_id"
        contacts = [{"input": sent.to, key: sent.to}]
        return web.json_response({"messaging_product": "whatsapp", "contacts": contacts, "messages": [{"id": sent.id}]})

    def _take(self, body: Any) -> Sent:
        """Check a message as Meta does, and deliver it. Raises Refused."""
        if not isinstance(body, dict) or body.get("messaging_product") != "whatsapp":
            raise Refused(100, "(#100) The parameter messaging_product is required.")
        to = self._recipient(body)
        form, text, options = self._content(body)
        id = f"wamid.OUT{next(self._numbers):06d}"
        self._rates(to)
        trouble = self._trouble(to)
        sent = Sent(to, text, options, id, self.clock(), form, body)
        if trouble is not None and not self.late:
            raise trouble
        if trouble is not None:
            self.owed.append(self.status(id, to, "failed", trouble.code))
        else:
            self.sent.append(sent)
        return sent

    @staticmethod
    def _recipient(body: dict[str, Any]) -> str:
        if body.get("recipient_type", "individual") != "individual":
            raise Refused(131009, "recipient_type")
        to, recipient = body.get("to"), body.get("recipient")
        if to is not None:  # where both are given the number counts
            if not isinstance(to, str) or not re.fullmatch(r"\+?[0-9]{7,15}", to):
                raise Refused(131009, "to")
            return to.removeprefix("+")
        if recipient is None:
            raise Refused(131008, "to or recipient")
        if not isinstance(recipient, str) or not re.fullmatch(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}", recipient):
            raise Refused(131009, "recipient")
        return recipient

    def _trouble(self, to: str) -> Refused | None:
        if any(to in person_ids(person) for person in self.gone):
            return Refused(131026, "Message undeliverable.")
        last = max((self.heard.get(id, 0.0) for id in self.ids_with(to)), default=0.0)
        if self.windows and self.clock() - last > DAY:
            return Refused(131047, "More than 24 hours have passed since the recipient last replied")
        return None

    def _rates(self, to: str) -> None:
        if not self.limits:
            return
        now = self.clock()
        level, at = self._levels.get(to, (PAIR[0], now))
        level = min(PAIR[0], level + (now - at) * PAIR[1])
        if level < 1:
            raise Refused(131056, "Too many messages sent to the same recipient phone number")
        self._levels[to] = (level - 1, now)
        while self._recent and now - self._recent[0] > 1:
            self._recent.popleft()
        if len(self._recent) >= THROUGHPUT:
            raise Refused(130429, "Cloud API message throughput has been reached.")
        self._recent.append(now)

    def _content(self, body: dict[str, Any]) -> tuple[str, str, tuple[tuple[str, str], ...]]:
        kind = body.get("type", "text")
        if kind == "text":
            text = body.get("text")
            if not isinstance(text, dict) or not isinstance(text.get("body"), str) or not text["body"].strip():
                raise Refused(100, "(#100) The parameter text['body'] is required.")
            if text.get("preview_url"):
                raise AssertionError("a preview would make Meta fetch the address")
            _fits(text["body"], 4096, "text['body']")
            return "text", text["body"], ()
        if kind != "interactive":
            raise Refused(131051)
        interactive = body.get("interactive")
        if not isinstance(interactive, dict) or not isinstance(interactive.get("action"), dict):
            raise Refused(131008, "interactive")
        text = (interactive.get("body") or {}).get("text", "")
        if not text.strip():
            raise Refused(131008, "interactive['body']")
        _fits(text, 1024, "interactive['body']['text']")
        options = _buttons(interactive) if interactive.get("type") == "button" else _rows(interactive)
        return interactive["type"], text, options

    async def _node(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["id"] != NUMBER_ID:
            raise Refused(
                100, f"Unsupported get request. Object with ID '{request.match_info['id']}' does not exist", 33
            )
        known = {**self.number, "webhook_configuration": {"application": self.hook} if self.hook else {}}
        fields = request.query.get("fields", "").split(",")
        return web.json_response({"id": NUMBER_ID, **{field: known[field] for field in fields if field in known}})

    async def _subscriptions(self, request: web.Request) -> web.StreamResponse:
        """Only the app itself may ask this."""
        self.calls.append((request.method, request.path))
        app = self.token_data.get("app_id")
        if request.match_info["id"] != app or request.headers.get("Authorization") != f"Bearer {app}|{APP_SECRET}":
            return web.json_response(Refused(190).body(), status=401)
        fields = [{"name": name, "version": "v26.0"} for name in self.fields]
        whole = {"object": "whatsapp_business_account", "callback_url": self.hook, "active": True, "fields": fields}
        return web.json_response({"data": [whole]})

    async def _settings(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"storage_configuration": self.storage})

    async def _debug(self, request: web.Request) -> web.StreamResponse:
        if request.query.get("input_token") != TOKEN:
            raise Refused(190)
        return web.json_response({"data": self.token_data})

    async def _apps(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["id"] != ACCOUNT_ID:
            raise Refused(100, "Unsupported get request.", 33)
        return web.json_response({"data": self.apps})


def _buttons(interactive: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    buttons = interactive["action"].get("buttons")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
        raise Refused(131009, "buttons: 1 to 3")
    replies = [button["reply"] for button in buttons if button.get("type") == "reply"]
    return _distinct([(reply["id"], reply["title"]) for reply in replies], 256, 20)


def _rows(interactive: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    if interactive.get("type") != "list":
        raise Refused(131009, "interactive['type']")
    action = interactive["action"]
    if not action.get("button") or not isinstance(action.get("sections"), list):
        raise Refused(131008, "action['button']")
    _fits(action["button"], 20, "action['button']")
    rows = [row for section in action["sections"] for row in section["rows"]]
    if not 1 <= len(rows) <= 10 or len(action["sections"]) > 10:
        raise Refused(131009, "rows: 1 to 10")
    if len(action["sections"]) > 1 and not all(section.get("title") for section in action["sections"]):
        raise Refused(131009, "sections need titles")
    for row in rows:
        if "description" in row and not row["description"]:
            raise Refused(131009, "description")
        _fits(row.get("description", ""), 72, "description")
    return _distinct([(row["id"], row["title"]) for row in rows], 200, 24)


def _distinct(options: list[tuple[str, str]], id_length: int, title_length: int) -> tuple[tuple[str, str], ...]:
    for id, title in options:
        if not id or not title:
            raise Refused(131008, "id and title")
        _fits(id, id_length, "id")
        _fits(title, title_length, "title")
    if len({id for id, _ in options}) < len(options) or len({title for _, title in options}) < len(options):
        raise Refused(131009, "ids and titles must differ")
    return tuple(options)


def _fits(text: str, length: int, what: str) -> None:
    if len(text.encode("utf-16-le")) // 2 > length:
        raise Refused(131009, f"{what} must be at most {length} characters long")
