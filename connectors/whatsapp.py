"""WhatsApp through Meta's Cloud API: who may call, and sending. Reading is whatsapp_inbound.py, the errors
whatsapp_errors.py, the check whatsapp_check.py.

Never marks as read and never shows typing: the Cloud API's typing indicator is sent as a read receipt, and whoever
holds the phone may not be the one who wrote. What is sent cannot be deleted by us.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any, ClassVar

import aiohttp

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
from connectors.meta import attempt, bearer, challenge, proven, raise_for_trouble, secret_proof
from connectors.reading import identifier, parts
from connectors.whatsapp_check import check
from connectors.whatsapp_errors import CODES
from connectors.whatsapp_inbound import read
from connectors.wire import call

DAY = 24 * 3600.0
LIST_LABEL = 20  # characters on the button that opens a list


class WhatsApp(Channel):
    """One business number."""

    name: ClassVar[str] = "whatsapp"
    settings: ClassVar[tuple[Setting, ...]] = (
        Setting(
            "token",
            "the permanent access token of a system user at Meta",
            r"[\x21-\x7e]{20,1000}",
            "EAAJB...",
            secret=True,
        ),
        Setting("app_secret", "the app secret of the Meta app", r"[0-9a-f]{32}", 32 * "0", secret=True),
        Setting(
            "verify_token",
            "a word of your own of at least 16 letters and digits that you also enter at Meta as verify token",
            r"[A-Za-z0-9_-]{16,100}",
            "what-openssl-rand-hex-16-gives",
            secret=True,
        ),
        Setting(
            "phone_number_id", "the id of the phone number at Meta, not the number itself", r"[0-9]{5,25}", "10654035"
        ),
        Setting(
            "business_account_id",
            "the id of the WhatsApp Business account, for the check whether an app gets its messages",
            r"[0-9]{1,25}",
            "10229012",
            optional=True,
        ),
        Setting(
            "api_url",
            "the address of the Graph API, with its version",
            ADDRESS,
            "https://graph.facebook.com/v26.0",
            default="https://graph.facebook.com/v26.0",
        ),
    )
    # Lengths: .../whatsapp/messages/interactive-reply-buttons-messages, interactive-list-messages, text-messages; Meta
    # says characters and not which, so the longer count is kept to. best: each message is paid for since October 2026.
    # 20 a second is what a number has that is used in the phone app too (.../whatsapp/throughput).
    capabilities: ClassVar[Capabilities] = Capabilities(
        unit="utf16",
        longest=4096,
        best=4096,
        longest_with_options=1024,
        buttons=3,
        button_title=20,
        rows=10,
        row_title=24,
        row_description=72,
        window=DAY,
        human_window=DAY,
        per_second=20.0,
        burst=20.0,
        chat_seconds=6.0,
        chat_burst=45.0,
    )

    def __init__(self, values: Mapping[str, str], hook: str) -> None:
        self._values, self._hook = values, hook
        self._number = values["phone_number_id"]
        self._secret = values["app_secret"]

    def verify(self, request: Request) -> bool:
        return proven(request, self._secret)

    def handshake(self, request: Request) -> str | None:
        return challenge(request, self._values["verify_token"])

    def parse(self, request: Request) -> list[Inbound]:
        return read(request, self._number)

    async def send(self, http: aiohttp.ClientSession, message: Outbound) -> str:
        token = self._values["token"]
        answer = await call(
            http,
            "POST",
            f"{self._values['api_url']}/{self._number}/messages",
            params=secret_proof(token, self._secret),
            headers=bearer(token),
            json=payload(message),
        )
        raise_for_trouble(answer, CODES)
        first = next(iter(parts(answer.body, "messages")), None)
        id = identifier(first.get("id")) if isinstance(first, dict) else ""
        if not id:
            raise SendFailed("in_doubt", code="no id")
        return id

    async def check(self, http: aiohttp.ClientSession) -> list[Finding]:
        return await check(http, self._values, self._hook)

    def loopback(self) -> Request | None:
        change = {"field": "loopback", "value": {"metadata": {"phone_number_id": self._number}}}
        entry = {"id": self._values["business_account_id"], "changes": [change]}
        body = json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()
        proof = hmac.new(self._secret.encode(), body, hashlib.sha256).hexdigest()
        headers = {"content-type": "application/json", "x-hub-signature-256": f"sha256={proof}"}
        return Request("POST", {}, headers, body)

    def trial(self) -> Request | None:
        return attempt(self._values["verify_token"])


def payload(message: Outbound) -> dict[str, Any]:
    """Write the body of one message. Raises SendFailed where it is to nobody we could name."""
    whole: dict[str, Any] = {"messaging_product": "whatsapp", "recipient_type": "individual", **_recipient(message.to)}
    if message.form == "text" or not message.options:
        return {**whole, "type": "text", "text": {"preview_url": False, "body": message.text}}
    shown = _buttons(message) if message.form == "buttons" else _list(message)
    return {**whole, "type": "interactive", "interactive": {**shown, "body": {"text": message.text}}}


def _recipient(to: str) -> dict[str, str]:
    """Name the person: a user id and a phone number have parameters of their own."""
    kind, _, value = to.partition(":")
    if kind == "user" and value:
        return {"recipient": value}
    if kind == "phone" and value:
        return {"to": value}
    raise SendFailed("refused", code="recipient")


def _buttons(message: Outbound) -> dict[str, Any]:
    buttons = [{"type": "reply", "reply": {"id": one.reference, "title": one.title}} for one in message.options]
    return {"type": "button", "action": {"buttons": buttons}}


def _list(message: Outbound) -> dict[str, Any]:
    rows = [
        {"id": one.reference, "title": one.title, **({"description": one.description} if one.description else {})}
        for one in message.options
    ]
    return {"type": "list", "action": {"button": message.list_label[:LIST_LABEL], "sections": [{"rows": rows}]}}
