"""Facebook Messenger: a page's conversations, over Meta's webhook and the Send API.

Reading stands in `messenger_inbound`, errors in `messenger_errors`, the operator's check in `messenger_check`. What a
person is called is never asked for, nothing is downloaded, and nothing is marked as seen.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any, ClassVar

import aiohttp

from connectors import meta
from connectors.messaging import (
    ADDRESS,
    Capabilities,
    Channel,
    Finding,
    Inbound,
    Outbound,
    Request,
    SendFailed,
    Setting,
)
from connectors.messenger_check import check
from connectors.messenger_errors import raise_for_answer
from connectors.messenger_inbound import read
from connectors.reading import identifier
from connectors.wire import call

HOUR = 3600.0


class Messenger(Channel):
    """One page. Answers are RESPONSE; only a counsellor's words, refused as too late, are tried again as HUMAN_AGENT.

    Text: "must be less than or equal to 2000" says the API and leaves the unit open; UTF-16 units are never fewer
    than characters. Windows: .../messenger-platform/policy. 300 calls a second: .../overview/rate-limiting, which also
    gives 200 calls a day for each person who has written to the page. `typing_on` is documented among the ways to
    show "that you have seen" a message, so it is not used.
    """

    name: ClassVar[str] = "messenger"
    settings: ClassVar[tuple[Setting, ...]] = (
        Setting("token", "the access token of the Facebook page", r"[\x21-\x7e]{20,1000}", "EAAG...", secret=True),
        Setting("app_secret", "the app secret of the Meta app", r"[0-9a-f]{32}", 32 * "0", secret=True),
        Setting(
            "verify_token",
            "a word of your own of at least 16 letters and digits that you also enter at Meta as verify token",
            r"[A-Za-z0-9_-]{16,100}",
            "what-openssl-rand-hex-16-gives",
            secret=True,
        ),
        Setting("page_id", "the number of the Facebook page at Meta", r"[0-9]{3,25}", "104857600123456"),
        Setting(
            "api_url",
            "the address of the Graph API, with its version",
            ADDRESS,
            "https://graph.facebook.com/v26.0",
            default="https://graph.facebook.com/v26.0",
        ),
    )
    capabilities: ClassVar[Capabilities] = Capabilities(
        unit="utf16",
        longest=2000,
        best=2000,
        longest_with_options=2000,
        buttons=13,
        button_title=20,
        window=24 * HOUR,
        human_window=7 * 24 * HOUR,
    )

    def __init__(self, values: Mapping[str, str], hook: str) -> None:
        self._token, self._secret = values["token"], values["app_secret"]
        self._verify_token, self._page = values["verify_token"], values["page_id"]
        self._api = values["api_url"].rstrip("/")
        self._hook = hook

    def verify(self, request: Request) -> bool:
        return meta.proven(request, self._secret)

    def handshake(self, request: Request) -> str | None:
        return meta.challenge(request, self._verify_token)

    def parse(self, request: Request) -> list[Inbound]:
        return read(request.body, self._page)

    async def send(self, http: aiohttp.ClientSession, message: Outbound) -> str:
        body = payload(message)
        try:
            return await self._send(http, body | {"messaging_type": "RESPONSE"})
        except SendFailed as failure:
            if failure.name != "window_closed" or not message.human:
                raise
        return await self._send(http, body | {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"})

    async def _send(self, http: aiohttp.ClientSession, body: Mapping[str, Any]) -> str:
        answer = await self._call(http, "POST", f"{self._page}/messages", self._token, json=body)
        id = identifier(answer.get("message_id"))
        if not id:  # taken, it seems, but without the id that it is answered with
            raise SendFailed("in_doubt", code="no id")
        return id

    async def _call(
        self, http: aiohttp.ClientSession, method: str, path: str, token: str, **how: Any
    ) -> dict[str, Any]:
        params = how.pop("params", {}) | meta.secret_proof(token, self._secret)
        answer = await call(http, method, f"{self._api}/{path}", headers=meta.bearer(token), params=params, **how)
        raise_for_answer(answer)
        return answer.body

    async def check(self, http: aiohttp.ClientSession) -> list[Finding]:
        async def ask(path: str, app: str = "", **params: str) -> dict[str, Any]:
            token = f"{app}|{self._secret}" if app else self._token
            return await self._call(http, "GET", path, token, params=params)

        return await check(ask, self._page, self._token, self._hook)

    def loopback(self) -> Request | None:
        event = {"sender": {"id": "0"}, "recipient": {"id": self._page}, "timestamp": 0, "trial": {}}
        update = {"object": "page", "entry": [{"id": self._page, "time": 0, "messaging": [event]}]}
        body = json.dumps(update).encode()
        signature = hmac.new(self._secret.encode(), body, hashlib.sha256).hexdigest()
        headers = {"content-type": "application/json", "x-hub-signature-256": f"sha256={signature}"}
        return Request("POST", {}, headers, body)

    def trial(self) -> Request | None:
        return meta.attempt(self._verify_token)


def payload(message: Outbound) -> dict[str, Any]:
    """Write a message, all but how it is to be sent. Raises SendFailed where it is to nobody we could name."""
    kind, _, person = message.to.partition(":")
    if kind != "psid" or not person:
        raise SendFailed("refused", code="recipient")
    content: dict[str, Any] = {"text": message.text}
    if message.options and message.form == "buttons":
        content["quick_replies"] = [
            {"content_type": "text", "title": option.title, "payload": option.reference} for option in message.options
        ]
    return {"recipient": {"id": person}, "message": content}
