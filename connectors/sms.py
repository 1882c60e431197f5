"""SMS by 46elks: a Swedish number that people write to. What the platform says no with is in `sms_refusals`.

The platform signs nothing: who may call is told by a secret in the path. Whatever text our answer to its call holds
it sends to the person as an SMS, so that answer must be empty, always. It knows no keys against sending twice.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar, Literal
from urllib.parse import parse_qsl, quote, urlencode

import aiohttp

from connectors import sms_check
from connectors.lengths import PART_SEPTETS
from connectors.messaging import (
    ADDRESS,
    UNKNOWN,
    Capabilities,
    Channel,
    FailureName,
    Finding,
    Inbound,
    Media,
    Outbound,
    Request,
    SendFailed,
    Setting,
)
from connectors.sms_numbers import can_answer, e164
from connectors.sms_refusals import raise_refusal
from connectors.wire import Answer, call, raise_for_server, same

FORM = "application/x-www-form-urlencoded"
# The trial that sends nothing goes to a number that PTS, the regulator, keeps for fiction: were it sent, nobody has it.
_TRIAL, _NOBODY = "Varsam", "+46701740605"
_MOST_FIELDS = 100
_LONGEST_ID = 200
_PAGES = 20
_STATUSES: dict[str, Literal["sent", "delivered", "failed"]] = {
    "sent": "sent",
    "delivered": "delivered",
    "failed": "failed",
}
# What only calls have in what the platform posts about them.
_OF_CALLS = frozenset({"callid", "state", "duration"})


class Sms(Channel):
    """The channel `sms`. Buttons, deletion and typing do not exist in it."""

    name: ClassVar[str] = "sms"
    settings: ClassVar[tuple[Setting, ...]] = (
        Setting(
            "username", "the API username of the 46elks account, or of a subaccount", r"[A-Za-z0-9_-]{3,100}",
            "u0123456789abcdef0123456789abcdef",
        ),
        Setting("password", "the API password of that username", r"[!-~]{8,200}", "0123456789ABCDEF", secret=True),
        Setting("number", "the number that people write to, from +46", r"\+46[1-9]\d{6,12}", "+46766861001"),
        Setting(
            "path_secret",
            "a random word of your own of at least 24 letters and digits in the address that 46elks calls",
            r"[A-Za-z0-9_-]{24,200}", "what-openssl-rand-hex-24-gives", secret=True,
        ),
        Setting("api_url", "the address of the 46elks API", ADDRESS + "/?", "https://api.46elks.com",
                default="https://api.46elks.com"),
    )  # fmt: skip
    # 100 SMS a minute and account, the rest is queued (46elks.com/docs/overview); what one answer costs is held down.
    capabilities: ClassVar[Capabilities] = Capabilities(
        unit="septets",
        longest=6 * PART_SEPTETS,
        best=3 * PART_SEPTETS,
        contacts=3,
        per_second=100 / 60,
        burst=20.0,
        chat_seconds=2.0,
        chat_burst=3.0,
    )

    def __init__(self, values: Mapping[str, str], hook: str) -> None:
        self._number = values["number"]
        self._secret = values["path_secret"]
        self._api = values["api_url"].rstrip("/") + "/a1"
        self._hook = hook
        token = base64.b64encode(f"{values['username']}:{values['password']}".encode()).decode()
        self._headers = {"Authorization": f"Basic {token}"}

    @property
    def tail(self) -> str:
        return self._secret

    def verify(self, request: Request) -> bool:
        kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
        known = same(request.tail, self._secret)
        return known and request.method == "POST" and kind == FORM

    def parse(self, request: Request) -> list[Inbound]:
        fields = _fields(request.body)
        if "status" in fields and "from" not in fields:
            return [_report(fields)]
        return [self._message(fields)]

    def _message(self, fields: Mapping[str, str]) -> Inbound:
        """Read an SMS or MMS. What cannot be answered is unknown: so is an echo of ours, which must not answer itself,
        and what was written to another number that has our address by mistake.
        """
        person, to = e164(fields.get("from", "")), e164(fields.get("to", ""))
        id = fields.get("id", "")
        if fields.get("direction", "incoming") != "incoming" or not _is_id(id) or _OF_CALLS & fields.keys():
            return UNKNOWN
        if person == self._number or not can_answer(person) or (to and to != self._number):
            return UNKNOWN
        text = fields.get("message", "")
        picture = any(re.fullmatch(r"image\d*", name) for name in fields)
        media: Media = "picture" if picture else "" if text.strip() else "other"
        return Inbound(
            "media" if media else "text",
            id,
            (f"phone:{person}",),
            text,
            media=media,
            at=_seconds(fields.get("created", "")),
        )

    async def send(self, http: aiohttp.ClientSession, message: Outbound) -> str:
        kind, _, number = message.to.partition(":")
        if kind != "phone" or not can_answer(number):
            raise SendFailed("refused", code="number")
        form = {"from": self._number, "to": number, "message": message.text, "dontlog": "message"}
        if self._hook:
            form["whendelivered"] = self._hook
        answer = await self._post(http, "/sms", form)
        id, status = answer.body.get("id"), answer.body.get("status")
        if status == "failed":
            raise SendFailed("visitor_gone", code="failed")
        if not isinstance(id, str) or not _is_id(id):
            raise SendFailed("in_doubt", code="answer")
        return id

    async def check(self, http: aiohttp.ClientSession) -> list[Finding]:
        try:
            account = (await self._get(http, "/me")).body
            number = await self._own(http)
        except SendFailed as failure:
            return [sms_check.failed(failure)]
        if not account:
            return [sms_check.failed(SendFailed("misconfigured", code="200 address"))]
        findings = [sms_check.account(account)]
        if not number:
            return [*findings, sms_check.no_number(self._number)]
        findings += sms_check.number(number, self._number, self._hook)
        if number.get("active") != "yes":
            return findings
        try:
            trial = await self._trial(http)
        except SendFailed as failure:
            return [*findings, sms_check.failed(failure)]
        return [*findings, *sms_check.money(account, trial)]

    async def register(self, http: aiohttp.ClientSession) -> Finding | None:
        if not self._hook:
            return sms_check.NO_HOOK
        number = await self._own(http)
        if not number:
            return sms_check.no_number(self._number)
        form = {"sms_url": self._hook, "sms_replies": "no"}
        if "mms" in sms_check.capabilities(number):
            form["mms_url"] = self._hook
        await self._post(http, _path_of(number), form)
        return Finding(True, f"46elks now sends what is written to {self._number} to this service.")

    def loopback(self) -> Request | None:
        body = urlencode({"direction": "loopback", "id": "loopback", "to": self._number})
        return Request("POST", {}, {"content-type": FORM}, body.encode(), self._secret)

    def trial(self) -> Request | None:
        return None

    async def _get(self, http: aiohttp.ClientSession, path: str, **how: Any) -> Answer:
        return await self._call(http, "GET", path, **how)

    async def _post(self, http: aiohttp.ClientSession, path: str, form: Mapping[str, str]) -> Answer:
        return await self._call(
            http, "POST", path, data=urlencode(form, errors="replace").encode(), headers={"Content-Type": FORM}
        )

    async def _call(
        self, http: aiohttp.ClientSession, method: str, path: str, headers: Mapping[str, str] | None = None, **how: Any
    ) -> Answer:
        headers = {**self._headers, **(headers or {})}
        answer = await call(http, method, self._api + path, headers=headers, **how)
        raise_refusal(answer)
        if answer.status == 429:
            raise SendFailed("retry_later", answer.retry_after, whole=True, code="429")
        raise_for_server(answer)
        return answer

    async def _own(self, http: aiohttp.ClientSession) -> dict[str, Any]:
        """Give what 46elks knows of our number; empty where it is not the account's.

        The list holds also what was given up, once for each time it was rented, and goes by a hundred a page.
        """
        ours: list[dict[str, Any]] = []
        params: dict[str, str] = {}
        for _ in range(_PAGES):
            page = (await self._get(http, "/numbers", params=params)).body
            listed = page.get("data")
            entries = [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []
            ours += [entry for entry in entries if entry.get("number") == self._number]
            if not isinstance(page.get("next"), str) or any(entry.get("active") == "yes" for entry in ours):
                break
            params = {"start": page["next"]}
        ours.sort(key=lambda entry: entry.get("active") != "yes")
        return {**ours[0], **(await self._get(http, _path_of(ours[0]))).body} if ours else {}

    async def _trial(self, http: aiohttp.ClientSession) -> dict[str, Any]:
        """Have a message tried that is not sent; it tells what one part costs."""
        form = {"from": self._number, "to": _NOBODY, "message": _TRIAL, "dryrun": "yes", "dontlog": "message"}
        return (await self._post(http, "/sms", form)).body


def _path_of(number: Mapping[str, Any]) -> str:
    return f"/numbers/{quote(str(number.get('id')), safe='')}"


def _fields(body: bytes) -> dict[str, str]:
    """Read a form; the first of equal names counts. Nothing is left that could not be stored."""
    try:
        pairs = parse_qsl(
            body.decode("utf-8", "replace"), keep_blank_values=True, errors="replace", max_num_fields=_MOST_FIELDS
        )
    except ValueError:
        return {}
    fields: dict[str, str] = {}
    for name, value in pairs:
        fields.setdefault(name, value.replace("\0", "").encode("utf-8", "replace").decode())
    return fields


def _report(fields: Mapping[str, str]) -> Inbound:
    id, status = fields.get("id", ""), fields["status"]
    if not _is_id(id) or status not in _STATUSES:
        return UNKNOWN
    failure: FailureName | None = "visitor_gone" if status == "failed" else None
    at = _seconds(fields.get("delivered", ""))
    return Inbound("status", f"{id}:{status}", refers=id, at=at, status=_STATUSES[status], failure=failure)


def _is_id(id: str) -> bool:
    return 0 < len(id) <= _LONGEST_ID and id.isascii() and id.isalnum()


def _seconds(time: str) -> float | None:
    """Read a time of the platform's: UTC, and it does not say so."""
    try:
        read = datetime.fromisoformat(time)
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
