"""Signal, through a signal-cli-rest-api container of our own in JSON-RPC mode (bbernhard/signal-cli-rest-api).

The container is the account's device: it holds the keys, and whoever reaches its address can write as us. It proves
nothing of a request and asks for nothing, so that it must be reached from our own machine or private network only, and
nothing is ever taken from a webhook. docs/channels/signal.md has the sources of what is relied on.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit

import aiohttp

from connectors.messaging import Capabilities, Channel, Finding, Inbound, Outbound, Request, SendFailed, Setting, Take
from connectors.signal_envelope import read
from connectors.signal_errors import raise_for_answer
from connectors.signal_socket import Inbox
from connectors.wire import Answer, call

_DAY = 24 * 3600.0
_MODE = "json-rpc"  # what /v1/about says of json-rpc-native too


class Signal(Channel):
    """The channel. One object a number; `pull` is to be run once at a time."""

    name: ClassVar[str] = "signal"
    settings: ClassVar[tuple[Setting, ...]] = (
        Setting(
            "number",
            "the phone number of your Signal account, with + and country code",
            r"\+[1-9][0-9]{6,14}",
            "+46700000000",
        ),
        Setting(
            "api_url",
            "the address of your signal-cli-rest-api container, on this machine or a private network",
            r"https?://([A-Za-z0-9_.\-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(/[A-Za-z0-9_.\-/]*)?",
            "http://signal:8080",
            default="http://127.0.0.1:8085",
        ),
    )
    # longest: Signal's apps drop what is over 2,048 bytes. deletes_own: they heed a deletion within a day of the
    # message. The pace is ours: whoever writes too fast is asked for a proof that it is no machine.
    capabilities: ClassVar[Capabilities] = Capabilities(
        unit="utf8",
        longest=2000,
        best=900,
        typing=True,
        deletes_own=_DAY - 300,
        per_second=2.0,
        burst=6.0,
        chat_seconds=1.5,
        chat_burst=5.0,
    )

    def __init__(self, values: Mapping[str, str], hook: str) -> None:
        self._number = values["number"]
        self._url = values["api_url"].rstrip("/")
        self._inbox = Inbox(self._at("/v1/receive"), self._read, self._ready, self._alive)

    def parse(self, request: Request) -> list[Inbound]:
        return read(request.body, self._number)

    async def pull(self, http: aiohttp.ClientSession, take: Take) -> None:
        """Keep the socket open and hand over what comes.

        A socket that breaks is opened again here; SendFailed tells that there is no way in, or that the container does
        not run as it must.
        """
        await self._inbox.run(http, take)

    async def send(self, http: aiohttp.ClientSession, message: Outbound) -> str:
        body = {
            "number": self._number,
            "recipients": [_recipient(message.to)],
            "message": message.text,
            "text_mode": "normal",
        }
        answer = await call(http, "POST", self._url + "/v2/send", json=body)
        raise_for_answer(answer)
        sent = answer.body.get("timestamp")
        if not isinstance(sent, str) or not (sent.isascii() and sent.isdigit()):
            raise SendFailed("in_doubt", code="no_timestamp")
        return sent

    async def delete(self, http: aiohttp.ClientSession, to: str, id: str) -> None:
        """Delete a message of ours for the visitor too; what stays is a line that says that one was deleted."""
        if not (id.isascii() and id.isdigit()):
            raise SendFailed("refused", code="not_ours")
        body = {"recipient": _recipient(to), "timestamp": int(id)}
        raise_for_answer(await call(http, "DELETE", self._at("/v1/remote-delete"), json=body))

    async def show_typing(self, http: aiohttp.ClientSession, to: str) -> None:
        body = {"recipient": _recipient(to)}
        raise_for_answer(await call(http, "PUT", self._at("/v1/typing-indicator"), json=body))

    async def check(self, http: aiohttp.ClientSession) -> list[Finding]:
        found = [await _reach(self._url)]
        try:
            about = await self._get(http, "/v1/about")
        except SendFailed as failure:
            return [*found, Finding(False, _NO_ANSWER.format(url=self._url, failure=failure))]
        found.append(_mode(about))
        if not found[-1].good:
            return found
        for finding in (self._registered, self._can_delete, self._files, self._logs):
            try:
                found.append(await finding(http))
            except SendFailed as failure:
                found.append(Finding(False, _FAILED.format(what=_ASKED[finding.__name__], failure=failure)))
        return found

    def _at(self, path: str) -> str:
        return f"{self._url}{path}/{quote(self._number, safe='')}"

    def _read(self, frame: str) -> list[Inbound]:
        return read(frame, self._number)

    async def _ready(self, http: aiohttp.ClientSession) -> None:
        """Raise unless the container is in JSON-RPC mode: in another, asking for the socket would fetch what waits at
        Signal and lose it.
        """
        if (await self._get(http, "/v1/about")).get("mode") != _MODE:
            raise SendFailed("misconfigured", code="mode")

    async def _alive(self, http: aiohttp.ClientSession) -> None:
        """Raise unless signal-cli answers behind the API, and knows our account."""
        if self._number not in await self._list(http, "/v1/accounts"):
            raise SendFailed("misconfigured", code="not_registered")

    async def _registered(self, http: aiohttp.ClientSession) -> Finding:
        if self._number in await self._list(http, "/v1/accounts"):
            return Finding(True, f"The number {self._number} is an account of the container.")
        return Finding(False, _NO_ACCOUNT.format(number=self._number))

    async def _can_delete(self, http: aiohttp.ClientSession) -> Finding:
        """Look into the API's own description, which tells what this version can do better than its number."""
        paths = (await self._get(http, "/swagger/doc.json")).get("paths")
        if isinstance(paths, dict) and "/v1/remote-delete/{number}" in paths:
            return Finding(True, "This version can delete messages that we sent.")
        return Finding(False, _OLD)

    async def _files(self, http: aiohttp.ClientSession) -> Finding:
        files = await self._list(http, "/v1/attachments")
        return Finding(False, _FILES.format(count=len(files))) if files else Finding(True, _NO_FILES)

    async def _logs(self, http: aiohttp.ClientSession) -> Finding:
        logging = (await self._get(http, "/v1/configuration")).get("logging")
        level = logging.get("Level") if isinstance(logging, dict) else None
        if isinstance(level, str) and level.lower() in ("debug", "trace"):
            return Finding(False, _DEBUG)
        return Finding(True, _QUIET)

    async def _get(self, http: aiohttp.ClientSession, path: str) -> dict[str, Any]:
        return (await self._asked(http, path)).body

    async def _list(self, http: aiohttp.ClientSession, path: str) -> list[str]:
        found = (await self._asked(http, path)).json
        if not isinstance(found, list):
            raise SendFailed("misconfigured", code="no_list")
        return [item for item in found if isinstance(item, str)]

    async def _asked(self, http: aiohttp.ClientSession, path: str) -> Answer:
        answer = await call(http, "GET", self._url + path)
        raise_for_answer(answer)
        return answer


def _recipient(to: str) -> str:
    """Give an address as the API takes it: an account's id, or a number."""
    kind, _, value = to.partition(":")
    if kind not in ("uuid", "phone") or not value:
        raise SendFailed("refused", code="address")
    return value


def _mode(about: Mapping[str, Any]) -> Finding:
    mode = about.get("mode")
    if mode == _MODE:
        version = about.get("version")
        known = version if isinstance(version, str) else "unknown"
        return Finding(True, f"signal-cli-rest-api answers, version {known}.")
    return Finding(False, _WRONG_MODE if isinstance(mode, str) else _SOMETHING_ELSE)


async def _reach(url: str) -> Finding:
    """Tell whether the address can be one of the whole internet."""
    try:
        host = urlsplit(url).hostname or ""
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, ValueError):
        return Finding(False, _NO_NAME.format(url=url))
    if any(ipaddress.ip_address(str(one[4][0]).partition("%")[0]).is_global for one in found):
        return Finding(False, _PUBLIC.format(host=host))
    return Finding(True, f"{host} is on this machine or a private network.")


_PUBLIC = (
    "{host} is a public address. Whoever reaches signal-cli-rest-api can read and write everything in your name: it "
    "has no password. Move it to this machine or a private network, and set VARSAM_SIGNAL_API_URL to that address."
)
_NO_NAME = "There is no machine by the name in {url}. Set VARSAM_SIGNAL_API_URL to the address of the container."
_NO_ANSWER = (
    "Nothing answers at {url} ({failure}). See that the container runs, and that VARSAM_SIGNAL_API_URL is its address."
)
_SOMETHING_ELSE = "What answers is not signal-cli-rest-api. Set VARSAM_SIGNAL_API_URL to the address of the container."
_WRONG_MODE = (
    "The container does not run in JSON-RPC mode, and nothing can be received. Set MODE=json-rpc in its compose file "
    "and start it again."
)
_NO_ACCOUNT = (
    "The container has no account with the number {number}. Register the number as docs/channels/signal.md says, or "
    "correct VARSAM_SIGNAL_NUMBER."
)
_OLD = (
    "This version of signal-cli-rest-api cannot delete messages, and may not be able to answer people who hide their "
    "number. Fetch the newest image and start the container again."
)
_FILES = (
    "{count} files that people have sent lie in the container. Set JSON_RPC_IGNORE_ATTACHMENTS=true in its compose "
    "file, start it again, and delete what lies in the folder attachments of its volume."
)
_NO_FILES = (
    "No files from people lie in the container. See that its compose file has JSON_RPC_IGNORE_ATTACHMENTS=true: that "
    "cannot be read from here."
)
_DEBUG = (
    "The container writes people's messages in its log. Remove LOG_LEVEL from its compose file, or set it to info, "
    "start it again and delete the old log."
)
_QUIET = (
    "The API does not write messages in its log. signal-cli beside it does: see that the compose file keeps "
    "/var/log/signal-cli-json-rpc-1 in memory, as docs/channels/signal.md says."
)
_FAILED = "The container could not say {what} ({failure}). Look in its log, and check again."
_ASKED = {
    "_registered": "which accounts it has",
    "_can_delete": "what it can do",
    "_files": "which files it keeps",
    "_logs": "how much it writes in its log",
}
