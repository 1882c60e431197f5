"""Facebook Messenger on loopback: a real server with the Graph API's rules, and the people who write to the page.

It demands what Meta's documentation says (Send API, quick replies, windows, message tags, error codes), answers in
the Graph API's own JSON, remembers what reached whose phone, and misbehaves as told by `moods` (one a call).
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import web

from connectors.messaging import Request

PAGE = "104857600123456"
APP = "520816133774411"
DAY = 24 * 3600.0
TOKEN = "EAAHZCtest0page0token0of0nobody"
LONGEST, MOST_REPLIES, TITLE, PAYLOAD = 2000, 13, 20, 1000


@dataclass(frozen=True)
class Sent:
    """What a person's phone got. `options`: titles and payloads of the quick replies, titles as shown."""

    to: str
    text: str
    options: tuple[tuple[str, str], ...]
    id: str
    tag: str = ""


class Refusal(Exception):
    """An error of the Graph API."""

    def __init__(self, code: int, subcode: int = 0, message: str = "", status: int = 400) -> None:
        super().__init__(message)
        self.code, self.subcode, self.message, self.status = code, subcode, message or "Refused", status

    def answer(self) -> web.Response:
        error: dict[str, Any] = {"message": f"(#{self.code}) {self.message}", "type": "OAuthException"}
        error |= {"code": self.code, "fbtrace_id": "BLBz/WZt8dN"}
        if self.subcode:
            error["error_subcode"] = self.subcode
        return web.json_response({"error": error}, status=self.status)


class MessengerProvider:
    """`errors`: what the next messages are refused with. `clock`: of the windows."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.url = ""
        self.token, self.page, self.app_id = TOKEN, PAGE, APP
        self.app_secret = hashlib.md5(b"nobody's app").hexdigest()
        self.verify_token = "a-word-of-our-own-42"
        self.clock = clock
        self.moods: deque[str] = deque()
        self.errors: deque[Refusal] = deque()
        self.slow_seconds = 0.3
        self.per_second = 300
        self.human_agent = True  # whether Meta has approved the tag for the app
        self.needs_proof = False
        self.blocked: set[str] = set()
        self.gone: set[str] = set()
        self.sent: list[Sent] = []
        self.deleted: list[str] = []
        self.calls: list[tuple[str, str, dict[str, Any]]] = []
        self.callback = ""
        self.active = True
        self.fields = {"messages", "messaging_postbacks", "message_edits", "message_deliveries"}
        self.page_fields = set(self.fields)
        self.other_apps: list[dict[str, Any]] = []
        self.get_started = ""
        self.debug: dict[str, Any] = {}
        self._last: dict[str, float] = {}
        self._recent: deque[float] = deque()
        self._count = 0

    def values(self) -> dict[str, str]:
        """Give the settings of a connector that talks to this server."""
        given = {"token": self.token, "app_secret": self.app_secret, "verify_token": self.verify_token}
        return given | {"page_id": self.page, "api_url": f"{self.url}/v26.0"}

    def app(self) -> web.Application:
        app = web.Application()
        api = "/v{version:[0-9.]+}"
        routes = [
            web.post(api + "/{page}/messages", self._handle(self._message)),
            web.get(api + "/app", self._handle(self._app)),
            web.get(api + "/debug_token", self._handle(self._debug)),
            web.get(api + "/me/messenger_profile", self._handle(self._profile)),
            web.get(api + "/{page}", self._handle(self._page)),
            web.get(api + "/{page}/subscribed_apps", self._handle(self._subscribed)),
            web.get(api + "/{app}/subscriptions", self._handle(self._subscriptions)),
        ]
        app.add_routes(routes)
        return app

    # What we are asked.

    def _handle(self, what: Callable[[web.Request, dict[str, Any]], dict[str, Any]]) -> Any:
        async def handle(request: web.Request) -> web.StreamResponse:
            raw = await request.read()
            mood = self.moods.popleft() if self.moods else "ok"
            if mood == "hang":
                while request.transport is not None and not request.transport.is_closing():
                    await asyncio.sleep(0.02)
                return web.Response()
            if mood in ("429", "500", "503"):
                return _fails(mood)
            try:
                body = json.loads(raw) if raw else {}
                self.calls.append((request.method, request.path, body))
                self._authenticate(request)
                answer: web.StreamResponse = web.json_response(what(request, body))
            except ValueError:
                answer = Refusal(100, message="Invalid JSON").answer()
            except Refusal as refusal:
                answer = refusal.answer()
            if mood == "slow":
                await asyncio.sleep(self.slow_seconds)
            if mood == "drop" and request.transport is not None:
                request.transport.close()
            return web.Response(text="<html>", content_type="text/html") if mood == "garbage" else answer

        return handle

    def _authenticate(self, request: web.Request) -> None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        token = token if scheme == "Bearer" else request.query.get("access_token", "")
        as_app = token == f"{self.app_id}|{self.app_secret}"
        if token != self.token and not as_app:
            if token.startswith(f"{self.app_id}|"):
                raise Refusal(1, message="Error validating client secret.")
            raise Refusal(190, message="Invalid OAuth access token - Cannot parse access token", status=401)
        proof = request.query.get("appsecret_proof")
        if proof is None and self.needs_proof:
            raise Refusal(100, message="API calls from the server require an appsecret_proof argument")
        due = hmac.new(self.app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()
        if proof is not None and proof != due:
            raise Refusal(100, message="Invalid appsecret_proof provided in the API argument")
        if as_app != (request.path.endswith(("/subscriptions", "/debug_token"))):
            raise Refusal(15 if not as_app else 190, message="This method must be called with another access token")

    def _message(self, request: web.Request, body: dict[str, Any]) -> dict[str, Any]:
        self._own_page(request)
        now = time.monotonic()
        while self._recent and now - self._recent[0] > 1.0:
            self._recent.popleft()
        if len(self._recent) >= self.per_second:
            raise Refusal(613, message="Calls to this api have exceeded the rate limit.", status=429)
        self._recent.append(now)
        if self.errors:
            raise self.errors.popleft()
        text, options = _content(body.get("message"))
        to = self._reachable(body)
        self._count += 1
        id = f"m_{self._count:06d}-AG5Hz2Uq7tuwNEhXfYYKj8mJEM_QPpz5jdCK48PnKAjSdjfipqxqMvK8ma6AC8fplwlqLP_5cg"
        self.sent.append(Sent(to, text, options, id, body.get("tag", "")))
        return {"recipient_id": to, "message_id": id}

    def _reachable(self, body: dict[str, Any]) -> str:
        """Give whom a message is for, where it may be sent to them now."""
        recipient = body.get("recipient")
        to = recipient.get("id") if isinstance(recipient, dict) else None
        if not isinstance(to, str) or not to:
            raise Refusal(100, message="The parameter recipient is required")
        kind, tag = body.get("messaging_type"), body.get("tag")
        if kind not in ("RESPONSE", "UPDATE", "MESSAGE_TAG"):
            raise Refusal(100, message="Param messaging_type must be one of RESPONSE, UPDATE, MESSAGE_TAG")
        if (kind == "MESSAGE_TAG") != (tag is not None) or tag not in (None, "HUMAN_AGENT"):
            raise Refusal(100, message="Invalid parameter")
        if to not in self._last:
            raise Refusal(100, 2018001, "No matching user found")
        if to in self.gone:
            raise Refusal(551, 1545041, "This person isn't available right now.")
        if to in self.blocked:
            raise Refusal(551, message="This person isn't receiving messages from you right now.")
        if tag and not self.human_agent:
            raise Refusal(100, 2018276, "Cannot tag messages with 'HUMAN_AGENT' without prior approval.")
        if self.clock() - self._last[to] > (7 * DAY if tag else DAY):
            raise Refusal(10, 2018278, "This message is sent outside of allowed window.", 403)
        return to

    def _own_page(self, request: web.Request) -> None:
        if request.match_info["page"] not in (self.page, "me"):
            raise Refusal(100, 33, "Unsupported request. Object does not exist or cannot be loaded")

    def _page(self, request: web.Request, body: dict[str, Any]) -> dict[str, Any]:
        self._own_page(request)
        return {"name": "Varsam Umeå", "id": self.page}

    def _app(self, request: web.Request, body: dict[str, Any]) -> dict[str, Any]:
        return {"name": "Varsam", "id": self.app_id}

    def _subscribed(self, request: web.Request, body: dict[str, Any]) -> dict[str, Any]:
        self._own_page(request)
        ours = {"link": "https://www.facebook.com/games/", "name": "Varsam", "id": self.app_id}
        ours["subscribed_fields"] = sorted(self.page_fields)
        return {"data": ([ours] if self.page_fields else []) + self.other_apps}

    def _subscriptions(self, request: web.Request, body: dict[str, Any]) -> dict[str, Any]:
        if not self.callback:
            return {"data": []}
        fields = [{"name": name, "version": "v26.0"} for name in sorted(self.fields)]
        return {"data": [{"object": "page", "callback_url": self.callback, "active": self.active, "fields": fields}]}

    def _debug(self, request: web.Request, body: dict[str, Any]) -> dict[str, Any]:
        if request.query.get("input_token") != self.token:
            return {"data": {"is_valid": False, "error": {"code": 190, "message": "Invalid OAuth access token."}}}
        told = {"app_id": self.app_id, "type": "PAGE", "profile_id": self.page, "expires_at": 0, "is_valid": True}
        told["scopes"] = ["pages_show_list", "pages_messaging", "pages_manage_metadata"]
        return {"data": told | self.debug}

    def _profile(self, request: web.Request, body: dict[str, Any]) -> dict[str, Any]:
        return {"data": [{"get_started": {"payload": self.get_started}}] if self.get_started else []}

    # What people do.

    def psid(self, person: str) -> str:
        """Give the page-scoped id of somebody whom a test calls by any name."""
        return person if person.isdigit() else str(6 * 10**15 + int(hashlib.md5(person.encode()).hexdigest()[:12], 16))

    def to(self, person: str) -> list[Sent]:
        return [sent for sent in self.sent if sent.to == self.psid(person)]

    def text(self, person: str, text: str, id: str | None = None, at: float | None = None) -> Request:
        return self.from_person(person, {"message": {"mid": id or self._mid(), "text": text}}, at)

    def press(self, person: str, option_index: int) -> Request:
        latest = self.to(person)[-1:]
        if not latest or option_index >= len(latest[0].options):
            raise LookupError("no such button on the phone")
        title, payload = latest[0].options[option_index]
        message = {"mid": self._mid(), "text": title, "quick_reply": {"payload": payload}}
        return self.from_person(person, {"message": message})

    def start(self, person: str, payload: str = "GET_STARTED") -> Request:
        postback = {"mid": self._mid(), "title": "Kom igång", "payload": payload}
        return self.from_person(person, {"postback": postback})

    def edit(self, person: str, id: str, text: str, times: int = 1) -> Request:
        return self.from_person(person, {"message_edit": {"mid": id, "text": text, "num_edit": times}})

    def picture(self, person: str, caption: str = "") -> Request:
        payload = {"url": "https://scontent.xx.fbcdn.net/v/t1.15752-9/4711_n.jpg?_nc_cat=1&oh=03_Q7cD"}
        message: dict[str, Any] = {"mid": self._mid(), "attachments": [{"type": "image", "payload": payload}]}
        if caption:
            message["text"] = caption
        return self.from_person(person, {"message": message})

    def delivered(self, person: str, *ids: str) -> Request:
        return self.from_person(person, {"delivery": {"mids": list(ids), "watermark": _thousandths(self.clock())}})

    def from_person(self, person: str, what: dict[str, Any], at: float | None = None) -> Request:
        """Give one event from a person, as the webhook gets it; what they write or press opens the window."""
        psid, when = self.psid(person), self.clock() if at is None else at
        if "message" in what or "postback" in what:
            self._last[psid] = max(when, self._last.get(psid, 0.0))
        event = {"sender": {"id": psid}, "recipient": {"id": self.page}, "timestamp": _thousandths(when)}
        return self.signed({"object": "page", "entry": [self.entry(event | what)]})

    def entry(self, *events: dict[str, Any]) -> dict[str, Any]:
        return {"id": self.page, "time": _thousandths(self.clock()), "messaging": list(events)}

    def together(self, *requests: Request) -> Request:
        """Give several requests as the one that Meta may make of them."""
        entries = [entry for request in requests for entry in json.loads(request.body)["entry"]]
        return self.signed({"object": "page", "entry": entries})

    def signed(self, update: object) -> Request:
        """Sign as Meta does: over the bytes, in which all but ASCII is escaped."""
        return self.signed_bytes(json.dumps(update).encode())

    def signed_bytes(self, body: bytes) -> Request:
        proof = hmac.new(self.app_secret.encode(), body, hashlib.sha256).hexdigest()
        old = hmac.new(self.app_secret.encode(), body, hashlib.sha1).hexdigest()
        headers = {"content-type": "application/json", "user-agent": "facebookexternalua"}
        headers |= {"x-hub-signature": f"sha1={old}", "x-hub-signature-256": f"sha256={proof}"}
        return Request("POST", {}, headers, body)

    def trial(self, token: str | None = None, challenge: str = "1158201444") -> Request:
        """Give the GET by which Meta tries the address."""
        query = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": token or self.verify_token}
        return Request("GET", query, {}, b"")

    async def deliver(self, http: aiohttp.ClientSession, base: str, request: Request) -> int:
        """Bring a request to our webhook; give the status it was answered with."""
        url = f"{base}/channels/messenger" + (f"/{request.tail}" if request.tail else "")
        how: dict[str, Any] = {"params": dict(request.query), "headers": dict(request.headers), "data": request.body}
        async with http.request(request.method, url, **how) as response:
            return response.status

    def _mid(self) -> str:
        self._count += 1
        return f"m_{self._count:06d}-toDnmDkV0cZrbQyTYxjwrs7nuUcPNkDZc8AIZpUBv1oEgfGFOdYpPXTL6J3m4Tn0jSGpEp4"


def _fails(mood: str) -> web.Response:
    if mood == "429":
        return Refusal(4, message="Application request limit reached", status=429).answer()
    if mood == "500":
        return Refusal(
            2, message="An unexpected error has occurred. Please retry your request later.", status=500
        ).answer()
    return web.Response(text="<html>Service Unavailable</html>", status=503, content_type="text/html")


def _content(message: object) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Give text and quick replies of a message that the Send API takes."""
    if not isinstance(message, dict) or not isinstance(message.get("text"), str) or not message["text"].strip():
        raise Refusal(100, message="Message cannot be empty, must provide valid attachment or text")
    text = message["text"]
    if len(text.encode("utf-16-le")) // 2 > LONGEST:
        raise Refusal(100, message=f"Length of param message[text] must be less than or equal to {LONGEST}")
    replies = message.get("quick_replies")
    if replies is None:
        return text, ()
    if not isinstance(replies, list) or not replies:
        raise Refusal(194, message="Param message[quick_replies] has too few elements.")
    if len(replies) > MOST_REPLIES:
        raise Refusal(105, message="Param message[quick_replies] has too many elements.")
    return text, tuple(_reply(reply) for reply in replies)


def _reply(reply: dict[str, Any]) -> tuple[str, str]:
    title, payload = reply.get("title"), reply.get("payload")
    if reply.get("content_type") != "text" or not title or not payload or len(payload) > PAYLOAD:
        raise Refusal(100, message="Invalid quick reply")
    return str(title)[:TITLE], str(payload)


def _thousandths(seconds: float) -> int:
    return round(seconds * 1000)
