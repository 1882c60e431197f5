"""Telegram as a real server on loopback: the Bot API with its rules, and the phones of the people who write to the bot.

The rules and the words of the errors are those of https://core.telegram.org/bots/api and of its server,
https://github.com/tdlib/telegram-bot-api (Client.cpp, WebhookActor.cpp). How many messages fit in a burst is not
published; here it is `CHAT_BURST`.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web

from connectors.messaging import Request
from tests.providers.telegram_phones import Phones

TOKEN = "7312345678:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1"
SECRET = "provens_av_telegram-1"
CHAT_BURST, BOT_BURST = 5.0, 30.0
TWO_DAYS = 48 * 3600.0


@dataclass(frozen=True)
class Sent:
    """A message of the bot as a phone got it. `options`: title and data of each button, one a row."""

    to: str
    text: str
    options: tuple[tuple[str, str], ...]
    id: str
    at: float
    protected: bool
    preview: bool


@dataclass(frozen=True)
class Deleted:
    to: str
    id: str


class Refusal(Exception):
    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters


class TelegramProvider:
    """One bot at the Bot API. `moods` and `poll_moods` (of getUpdates) tell how the next calls go wrong:

    slow: answers after `slow_seconds`, having done it; hang: never answers and has done nothing; drop: does it and
    closes the connection; garbage: does it and answers no JSON; 429, 500, 503: refuses.
    """

    def __init__(self, token: str = TOKEN, secret: str = SECRET, clock: Callable[[], float] = time.time) -> None:
        self.url = ""
        self.token, self.secret, self.clock = token, secret, clock
        self.phones = Phones(secret, clock)
        self.sent: list[Sent] = []
        self.deleted: list[Deleted] = []
        self.typing: list[str] = []
        self.acknowledged: list[str] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.moods: deque[str] = deque()
        self.poll_moods: deque[str] = deque()
        self.slow_seconds, self.retry_after = 0.3, 1
        self.limited = True
        self.revoked = False
        self.can_join_groups = False
        self.pulls = False
        self.webhook: dict[str, Any] = {"url": ""}
        self.last_error: dict[str, Any] = {}
        self.pending: deque[dict[str, Any]] = deque()
        self._levels: dict[str, tuple[float, float]] = {}
        self._poll: asyncio.Event | None = None
        self._news = asyncio.Event()
        self._over = asyncio.Event()

    # what the connector sees

    def app(self) -> web.Application:
        app = web.Application(client_max_size=4_000_000)
        app.router.add_route("*", "/{bot}/{method}", self._call)
        app.on_shutdown.append(self._close)
        return app

    async def _close(self, app: web.Application) -> None:
        self._over.set()
        self._news.set()

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"].lower()
        moods = self.poll_moods if method == "getupdates" else self.moods
        mood = moods.popleft() if moods else "ok"
        if mood == "hang":
            await self._over.wait()
            return web.Response(status=499)
        if mood == "503":
            return web.Response(status=503, text="<html>503 Service Temporarily Unavailable</html>")
        try:
            if mood == "429":
                raise Refusal(429, f"Too Many Requests: retry after {self.retry_after}", retry_after=self.retry_after)
            if mood == "500":
                raise Refusal(500, "Internal Server Error: restart")
            result = await self._result(request, method)
        except Refusal as no:
            body: dict[str, Any] = {"ok": False, "error_code": no.code, "description": no.description}
            if no.parameters:
                body["parameters"] = no.parameters
            headers = {"Retry-After": str(no.parameters["retry_after"])} if "retry_after" in no.parameters else {}
            return web.json_response(body, status=no.code, headers=headers)
        if mood == "slow":
            await asyncio.sleep(self.slow_seconds)
        if mood == "drop":
            assert request.transport is not None
            request.transport.abort()
        if mood == "garbage":
            return web.Response(text="<html>Logga in på nätet</html>", content_type="text/html")
        return web.json_response({"ok": True, "result": result})

    async def _result(self, request: web.Request, method: str) -> Any:
        given = request.match_info["bot"].removeprefix("bot")
        if not re.fullmatch(r"[1-9][0-9]*:[A-Za-z0-9_-]{24,}", given):
            raise Refusal(404, "Not Found")
        if given != self.token or self.revoked:
            raise Refusal(401, "Unauthorized")
        asked = await self._asked(request)
        self.calls.append((method, asked))
        match method:
            case "getme":
                return self._me()
            case "sendmessage":
                return self._send(asked)
            case "deletemessage":
                return self._delete(asked)
            case "answercallbackquery":
                return self._acknowledge(asked)
            case "sendchataction":
                return self._action(asked)
            case "setwebhook":
                return self._set_webhook(asked)
            case "deletewebhook":
                self.webhook = {"url": ""}
                return True
            case "getwebhookinfo":
                return self._webhook_info()
            case "getupdates":
                return await self._updates(asked)
        raise Refusal(404, "Not Found: method not found")

    async def _asked(self, request: web.Request) -> dict[str, Any]:
        raw = await request.read()
        if not raw:
            return {}
        if request.content_type != "application/json":
            raise Refusal(400, "Bad Request: this double reads JSON only")
        try:
            asked = json.loads(raw)
            raw.decode()
        except ValueError:
            raise Refusal(400, "Bad Request: can't parse JSON object") from None
        return asked if isinstance(asked, dict) else {}

    def _me(self) -> dict[str, Any]:
        return {
            "id": int(self.token.partition(":")[0]), "is_bot": True, "first_name": "Varsam", "username": "VarsamBot",
            "can_join_groups": self.can_join_groups, "can_read_all_group_messages": False,
            "supports_inline_queries": False, "can_connect_to_business": False, "has_main_web_app": False,
        }  # fmt: skip

    def _chat(self, asked: dict[str, Any], writes: bool = True) -> int:
        chat = asked.get("chat_id")
        if chat in (None, ""):
            raise Refusal(400, "Bad Request: chat_id is empty")
        if not isinstance(chat, int) or chat not in self.phones.people:
            raise Refusal(400, "Bad Request: chat not found")
        if chat in self.phones.deactivated:
            raise Refusal(403, "Forbidden: user is deactivated")
        if writes and chat in self.phones.blocking:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        if writes and chat in self.phones.strangers:
            raise Refusal(403, "Forbidden: bot can't initiate conversation with a user")
        return chat

    def _send(self, asked: dict[str, Any]) -> dict[str, Any]:
        chat = self._chat(asked)
        text = asked.get("text", "")
        if not isinstance(text, str) or not text.strip():
            raise Refusal(400, "Bad Request: message text is empty")
        try:
            units = len(text.encode("utf-16-le")) // 2
        except UnicodeEncodeError:
            raise Refusal(400, "Bad Request: strings must be encoded in UTF-8") from None
        if units > 4096:
            raise Refusal(400, "Bad Request: message is too long")
        options = read_keyboard(asked.get("reply_markup"))
        preview = asked.get("link_preview_options", {})
        if not isinstance(preview, dict):
            raise Refusal(400, "Bad Request: object expected as link preview options")
        self._take("bot", BOT_BURST, 30.0)
        self._take(f"chat {chat}", CHAT_BURST, 1.0)
        number = self.phones.number()
        sent = Sent(
            self.phones.people[chat], text.strip(), options, f"{chat}.{number}", self.clock(),
            asked.get("protect_content") is True, preview.get("is_disabled") is not True,
        )  # fmt: skip
        self.sent.append(sent)
        return self.phones.message_of_bot(self._me(), chat, number, sent.text, options)

    def _take(self, name: str, size: float, refill: float) -> None:
        now = self.clock()
        level, at = self._levels.get(name, (size, now))
        level = min(size, level + (now - at) * refill)
        if self.limited and level < 1:
            wait = int((1 - level) / refill) + 1
            raise Refusal(429, f"Too Many Requests: retry after {wait}", retry_after=wait)
        self._levels[name] = (level - 1, now)

    def _delete(self, asked: dict[str, Any]) -> bool:
        chat, number = self._chat(asked, writes=False), asked.get("message_id")
        id = f"{chat}.{number}"
        written = {one.id: one.at for one in self.sent} | self.phones.written
        if not isinstance(number, int) or id not in written or Deleted(self.phones.people[chat], id) in self.deleted:
            raise Refusal(400, "Bad Request: message to delete not found")
        if self.clock() - written[id] > TWO_DAYS:
            raise Refusal(400, "Bad Request: message can't be deleted for everyone")
        self.deleted.append(Deleted(self.phones.people[chat], id))
        return True

    def _acknowledge(self, asked: dict[str, Any]) -> bool:
        press = asked.get("callback_query_id")
        if press not in self.phones.presses or press in self.acknowledged:
            words = "query is too old and response timeout expired or query ID is invalid"
            raise Refusal(400, f"Bad Request: {words}")
        self.acknowledged.append(press)
        return True

    def _action(self, asked: dict[str, Any]) -> bool:
        chat = self._chat(asked)
        if asked.get("action") != "typing":
            raise Refusal(400, "Bad Request: wrong parameter action in request")
        self.typing.append(self.phones.people[chat])
        return True

    def _set_webhook(self, asked: dict[str, Any]) -> bool:
        url, secret = asked.get("url", ""), asked.get("secret_token", "")
        if len(secret) > 256:
            raise Refusal(400, "Bad Request: secret token is too long")
        if not re.fullmatch(r"[A-Za-z0-9_-]*", secret):
            raise Refusal(400, "Bad Request: secret token contains unallowed characters")
        parts = urlsplit(url)
        if not parts.hostname:
            raise Refusal(400, "Bad Request: invalid webhook URL specified")
        if parts.scheme != "https":
            raise Refusal(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        if (parts.port or 443) not in (443, 80, 88, 8443):
            raise Refusal(400, "Bad Request: bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
        if asked.get("drop_pending_updates") is True:
            self.pending.clear()
        self.webhook = {
            "url": url, "secret_token": secret, "max_connections": min(max(asked.get("max_connections", 40), 1), 100),
            "allowed_updates": asked.get("allowed_updates", []),
        }  # fmt: skip
        if self._poll is not None:
            self._poll.set()
            self._news.set()
        return True

    def _webhook_info(self) -> dict[str, Any]:
        info = {name: value for name, value in self.webhook.items() if name != "secret_token" and value != []}
        return {**info, "has_custom_certificate": False, "pending_update_count": len(self.pending), **self.last_error}

    async def _updates(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        if self.webhook["url"]:
            words = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
            raise Refusal(409, f"Conflict: {words}")
        if self._poll is not None:
            self._poll.set()
            self._news.set()
        mine = self._poll = asyncio.Event()
        offset, until = asked.get("offset", 0), time.monotonic() + min(asked.get("timeout", 0), 50)
        while self.pending and self.pending[0]["update_id"] < offset:
            self.pending.popleft()
        while not self.pending and not self._over.is_set() and time.monotonic() < until:
            self._news.clear()
            try:
                await asyncio.wait_for(self._news.wait(), until - time.monotonic())
            except TimeoutError:
                break
            if mine.is_set():
                by = "setWebhook request" if self.webhook["url"] else "other getUpdates request"
                only = "" if self.webhook["url"] else "; make sure that only one bot instance is running"
                raise Refusal(409, f"Conflict: terminated by {by}{only}")
        if self._poll is mine:
            self._poll = None
        return list(self.pending)[: asked.get("limit", 100)]

    # the other direction: what people do with their phones

    def text(self, person: str, text: str, id: str | None = None, at: float | None = None) -> Request:
        return self.phones.text(person, text, id, at)

    def press(self, person: str, option_index: int) -> Request:
        gone = {one.id for one in self.deleted}
        latest = next((one for one in reversed(self.to(person)) if one.id not in gone), None)
        if latest is None or not latest.options:
            raise LookupError("the latest message has no buttons")
        return self.phones.press(person, self._me(), latest.id, latest.text, latest.options, option_index)

    def edit(self, person: str, id: str, text: str) -> Request:
        return self.phones.edit(person, id, text)

    def picture(self, person: str, caption: str = "") -> Request:
        return self.phones.picture(person, caption)

    def block(self, person: str) -> Request:
        return self.phones.block(person, self._me())

    def to(self, person: str) -> list[Sent]:
        return [one for one in self.sent if one.to == person]

    def enqueue(self, request: Request) -> None:
        """Keep an update until it is fetched."""
        self.pending.append(json.loads(request.body))
        self._news.set()

    async def deliver(self, http: aiohttp.ClientSession, base: str, request: Request) -> int:
        """Bring an update to our webhook, or keep it to be fetched where the bot `pulls`; give the status."""
        if self.pulls:
            self.enqueue(request)
            return 200
        url = f"{base}/channels/telegram" + (f"/{request.tail}" if request.tail else "")
        async with http.post(url, data=request.body, headers=dict(request.headers)) as response:
            return response.status


def read_keyboard(markup: object) -> tuple[tuple[str, str], ...]:
    """Give title and data of the buttons of an inline keyboard. Raises Refusal."""
    if markup is None:
        return ()
    if not isinstance(markup, dict):
        raise Refusal(400, "Bad Request: object expected as reply markup")
    found = []
    for row in markup.get("inline_keyboard", []):
        if not isinstance(row, list):
            words = 'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays'
            raise Refusal(400, f"Bad Request: {words}")
        for button in row:
            title, data = button.get("text", ""), button.get("callback_data", "")
            if not title.strip():
                raise Refusal(400, "Bad Request: can't parse inline keyboard button: text buttons are unallowed")
            if not 1 <= len(data.encode()) <= 64:
                raise Refusal(400, "Bad Request: BUTTON_DATA_INVALID")
            found.append((title, data))
    if len(found) > 100:
        raise Refusal(400, "Bad Request: reply markup is too long")
    return tuple(found)
