"""46elks on loopback: the API that sends SMS, and the phones that write to our number.

It keeps what was sent, counts parts and money as the real one does, refuses as it refuses (one line of text), and
sends as an SMS to the person whatever text our webhook answers with. Its rules are from 46elks.com/docs; the texts of
refusals that no document gives are marked.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import re
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

import aiohttp
from aiohttp import web

from connectors.messaging import Request

USERNAME, PASSWORD = "u5a9566c072160b318445d163949bf505", "D81DEF1B65E19A83DBCEA0BE0D89D082"
NUMBER, SECRET = "+46766861001", "k3Vb9mQx7Rt2Lp8Wz5Nc4Hs6"
PRICE = 5200  # of a part to Sweden, in ten-thousandths of a krona
# GSM 03.38, written down a second time, so that a sign that is wrong in the product is not wrong here too.
BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = "^{}\\[~]|€\f"


@dataclass
class Sent:
    """An SMS that left for somebody's phone. `reply`: it was the body of our webhook's answer."""

    id: str
    to: str
    text: str
    options: tuple[str, ...] = ()
    parts: int = 1
    cost: int = PRICE
    encoding: str = "gsm7"
    logged: bool = True
    whendelivered: str = ""
    reply: bool = False
    form: dict[str, str] = field(default_factory=dict)


class NotInSms(Exception):
    """Something that SMS does not have."""


def weigh(text: str) -> tuple[str, int]:
    """Give alphabet and number of parts: 160 septets or 70 units alone, 153 or 67 a part of several.

    Neither an escaped sign nor a surrogate pair is cut in two (3GPP TS 23.040, 9.2.3.24.1).
    """
    if all(sign in BASIC or sign in EXTENDED for sign in text):
        encoding, sizes, alone, of_part = "gsm7", [2 if sign in EXTENDED else 1 for sign in text], 160, 153
    else:
        encoding, sizes, alone, of_part = "ucs2", [2 if ord(sign) > 0xFFFF else 1 for sign in text], 70, 67
    if sum(sizes) <= alone:
        return encoding, 1
    parts, left = 1, of_part
    for size in sizes:
        if size > left:
            parts, left = parts + 1, of_part
        left -= size
    return encoding, parts


class SmsProvider:
    """`moods`: what becomes of the next calls, one each. `balance` is in ten-thousandths of a krona."""

    def __init__(self, number: str = NUMBER, secret: str = SECRET) -> None:
        self.url = ""
        self.number, self.secret = number, secret
        self.username, self.password = USERNAME, PASSWORD
        self.balance = 9_670_500
        self.moods: deque[str] = deque()
        self.slow_seconds = 0.3
        self.retry_after: str | None = "7"
        self.sent: list[Sent] = []
        self.deleted: list[str] = []
        self.calls: list[tuple[str, str, dict[str, str]]] = []
        self.refuse: tuple[int, str] | None = None
        self.immediately = "created"
        self.numbers: list[dict[str, Any]] = [rented(number)]
        self.page = 100
        self.tries = 2
        self.pause = 0.01
        self.unanswered: list[tuple[str, Request]] = []
        self._count = 0

    def values(self) -> dict[str, str]:
        """Give the settings that an operator would have."""
        return {
            "username": self.username,
            "password": self.password,
            "number": self.number,
            "path_secret": self.secret,
            "api_url": self.url,
        }

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self._mood, self._known])
        app.add_routes(
            [
                web.get("/a1/me", self._me),
                web.get("/a1/numbers", self._numbers),
                web.get("/a1/numbers/{id}", self._get_number),
                web.post("/a1/numbers/{id}", self._set_number),
                web.post("/a1/sms", self._send),
                web.get("/a1/sms/{id}", self._show),
            ]
        )
        return app

    @web.middleware
    async def _mood(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.calls.append((request.method, request.path, {k: str(v) for k, v in (await request.post()).items()}))
        mood = self.moods.popleft() if self.moods else "ok"
        if mood == "hang":
            await asyncio.sleep(60)
        if mood == "429":
            headers = {"Retry-After": self.retry_after} if self.retry_after is not None else {}
            return web.Response(status=429, text="Too many requests", headers=headers)  # its text is not documented
        if mood in ("500", "503"):
            return web.Response(status=int(mood), text="Internal server error")  # its text is not documented
        response: web.StreamResponse = await handler(request)
        if mood == "slow":
            await asyncio.sleep(self.slow_seconds)
        if mood == "drop":
            assert request.transport is not None
            request.transport.abort()
        if mood == "garbage":
            return web.Response(text="<html><h1>It works</h1>", content_type="text/html")
        return response

    @web.middleware
    async def _known(self, request: web.Request, handler: Any) -> web.StreamResponse:
        due = base64.b64encode(f"{self.username}:{self.password}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {due}":
            return web.Response(status=401, text="API access denied")
        if self.refuse is not None:
            return web.Response(status=self.refuse[0], text=self.refuse[1])
        response: web.StreamResponse = await handler(request)
        return response

    async def _me(self, request: web.Request) -> web.StreamResponse:
        return web.json_response(
            {
                "mobilenumber": "+46766861647", "displayname": "Exempelstads kommun", "currency": "SEK",
                "id": self.username, "balance": self.balance, "email": "help@46elks.com", "creditalert": 200000,
            }
        )  # fmt: skip

    async def _numbers(self, request: web.Request) -> web.StreamResponse:
        start = next((i for i, n in enumerate(self.numbers) if n["created"] == request.query.get("start")), 0)
        listed = self.numbers[start : start + self.page]
        rest = self.numbers[start + self.page :]
        # the documentation's list shows no addresses: they are in what is told of one number
        shown = [{k: v for k, v in n.items() if k not in ("sms_url", "mms_url", "sms_replies")} for n in listed]
        return web.json_response({"data": shown, **({"next": rest[0]["created"]} if rest else {})})

    async def _get_number(self, request: web.Request) -> web.StreamResponse:
        found = [number for number in self.numbers if number["id"] == request.match_info["id"]]
        return web.json_response(found[0]) if found else web.Response(status=404, text="Unable to get number.")

    async def _set_number(self, request: web.Request) -> web.StreamResponse:
        found = [number for number in self.numbers if number["id"] == request.match_info["id"]]
        if not found:
            return web.Response(status=404, text="Unable to change number.")
        form = await request.post()
        for name in ("sms_url", "mms_url", "sms_replies", "voice_start", "name"):
            if name in form:
                found[0][name] = "" if form[name] in ("none", " ") else str(form[name])
        return web.json_response(found[0])

    async def _show(self, request: web.Request) -> web.StreamResponse:
        found = [sms for sms in self.sent if sms.id == request.match_info["id"]]
        if not found:
            return web.Response(status=404, text="Unable to get message.")
        sms = found[0]
        return web.json_response({"id": sms.id, "to": sms.to, **({"message": sms.text} if sms.logged else {})})

    async def _send(self, request: web.Request) -> web.StreamResponse:
        form = {name: str(value) for name, value in (await request.post()).items()}
        refusal = self._refusal(form)
        if refusal:
            return web.Response(status=403, text=refusal)
        encoding, parts = weigh(form["message"])
        dry, logged = form.get("dryrun") == "yes", form.get("dontlog") != "message"
        told: dict[str, Any] = {
            "status": "created" if dry else self.immediately,
            "direction": "outgoing",
            "from": form["from"],
            "to": form["to"],
            "parts": parts,
            **({"message": form["message"]} if logged else {"dontlog": "message"}),
        }
        if dry:
            return web.json_response({**told, "estimated_cost": parts * PRICE})
        sms = Sent(
            self._id("s"), form["to"], form["message"], (), parts, parts * PRICE, encoding, logged,
            form.get("whendelivered", ""), form=form,
        )  # fmt: skip
        self.balance -= sms.cost
        self.sent.append(sms)
        return web.json_response({**told, "id": sms.id, "created": _created(None), "cost": sms.cost})

    def _refusal(self, form: dict[str, str]) -> str:
        """Give the line of text with which a message is refused; empty where it is taken.

        That they are 403 and one line, and `disallowed by default`, was seen; the other words are our own.
        """
        own = [number["number"] for number in self.numbers if number["active"] == "yes"]
        sender, to = form.get("from", ""), form.get("to", "")
        if not re.fullmatch(r"\+[1-9]\d{6,14}", to):
            return "Invalid to number"
        if to.startswith("+1"):
            return "SMS to US is disallowed by default, please contact us"
        if sender.startswith("+") and sender not in own:
            return "The sender is not allowed"
        if not sender.startswith("+") and not re.fullmatch(r"[A-Za-z][A-Za-z0-9 .]{2,10}", sender):
            return "Invalid from"
        if not form.get("message"):
            return "Message is empty"
        return "Not enough credits" if self.balance < weigh(form["message"])[1] * PRICE else ""

    def to(self, person: str) -> list[Sent]:
        """Give what this person's phone got."""
        return [sms for sms in self.sent if sms.to == person]

    def text(self, person: str, text: str, id: str | None = None, at: float | None = None) -> Request:
        """Give what 46elks posts when somebody writes to our number."""
        return self.form(
            {
                "direction": "incoming", "id": id or self._id("s"), "from": person, "to": self.number,
                "created": _created(at), "message": text,
            }
        )  # fmt: skip

    def picture(self, person: str, caption: str = "") -> Request:
        id = self._id("m")
        return self.form(
            {
                "direction": "incoming", "id": id, "from": person, "to": self.number, "created": _created(None),
                "message": caption, "image": f"https://api.46elks.com/a1/images/{id}-i0.jpg",
            }
        )  # fmt: skip

    def press(self, person: str, option_index: int) -> Request:
        raise NotInSms("SMS has no buttons")

    def edit(self, person: str, id: str, text: str) -> Request:
        raise NotInSms("an SMS is not edited")

    def unsend(self, person: str, id: str) -> Request:
        raise NotInSms("an SMS is not taken back")

    def report(self, id: str, status: str, at: float | None = None) -> Request:
        """Give the delivery report of a message; `delivered` comes with the time alone."""
        fields = {"id": id, "status": status}
        return self.form({**fields, "delivered": _created(at)} if status == "delivered" else fields)

    def form(self, fields: dict[str, str], tail: str | None = None) -> Request:
        body = urlencode(fields, errors="surrogatepass").encode()
        headers = {"content-type": "application/x-www-form-urlencoded"}
        return Request("POST", {}, headers, body, self.secret if tail is None else tail)

    async def deliver(self, http: aiohttp.ClientSession, base: str, request: Request) -> int:
        """Post to our webhook; give the last status, 0 where nobody answered.

        What is not answered 200 to 204 is posted `tries` times in all, and then kept for `repeat`.
        """
        status = 0
        for attempt in range(self.tries):
            if attempt:
                await asyncio.sleep(self.pause)
            status = await self._post(http, base, request)
            if 200 <= status <= 204:
                return status
        self.unanswered.append((base, request))
        return status

    async def repeat(self, http: aiohttp.ClientSession) -> list[int]:
        """Post once more what was not answered: the real one goes on for at least 6 hours."""
        waiting, self.unanswered = self.unanswered, []
        return [await self.deliver(http, base, request) for base, request in waiting]

    async def _post(self, http: aiohttp.ClientSession, base: str, request: Request) -> int:
        url = f"{base}/channels/sms/{request.tail}"
        try:
            async with http.request(request.method, url, data=request.body, headers=dict(request.headers)) as answer:
                body = await answer.text(errors="replace")
        except (aiohttp.ClientError, TimeoutError):
            return 0
        if 200 <= answer.status <= 204:
            self._reply(request, body)
        return answer.status

    def _reply(self, request: Request, body: str) -> None:
        """Send what our answer says, as the real one does: a text, or the JSON actions reply and forward.

        Whether it looks at the content type is not documented: here it does not, which is the worse case. Of reports
        the body is ignored.
        """
        fields = dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
        replies = next((n.get("sms_replies") for n in self.numbers if n["number"] == fields.get("to")), "yes")
        if "from" not in fields or not body.strip() or replies == "no":
            return
        to, text = fields["from"], body
        try:
            action = json.loads(body)
        except ValueError:
            action = None
        if isinstance(action, dict):
            to, text = action.get("forward", to), action.get("reply", fields.get("message", ""))
            if not {"forward", "reply"} & action.keys():
                return
        encoding, parts = weigh(text)
        self.sent.append(Sent(self._id("s"), to, text, (), parts, parts * PRICE, encoding, reply=True))
        self.balance -= parts * PRICE

    def _id(self, letter: str) -> str:
        self._count += 1
        return letter + hashlib.md5(f"{self.number}{self._count}".encode()).hexdigest()


def rented(number: str, **other: Any) -> dict[str, Any]:
    """Give a number as 46elks tells of it."""
    digest = hashlib.md5(f"{number}{other}".encode()).hexdigest()
    return {
        "id": f"n{digest}", "active": "yes", "category": "mobile", "country": "se", "number": number,
        "capabilities": ["sms", "mms", "voice"], "created": f"2026-0{1 + int(digest[:2], 16) % 9}-07T14:14:14.{digest[-6:]}",
        "sms_replies": "yes", "name": "Stöd", **other,
    }  # fmt: skip


def _created(at: float | None) -> str:
    """Write a time as 46elks does: UTC, with microseconds, without saying so."""
    when = datetime.now(UTC) if at is None else datetime.fromtimestamp(at, UTC)
    return when.replace(tzinfo=None).isoformat(timespec="microseconds")
