"""One call to a platform. What goes wrong on the way becomes SendFailed here, once for all connectors.

Nothing of the request is in what is raised: an address of a platform may hold a token, a body a person's words.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import ipaddress
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp

from connectors.messaging import SendFailed

SECONDS = 15.0
CONNECT_SECONDS = 5.0
MOST_BYTES = 1_000_000
LONGEST_WAIT = 24 * 3600.0
NOT_HANDED_OVER = (
    aiohttp.ClientConnectorError,
    aiohttp.ClientHttpProxyError,  # a proxy that opens no way to the platform
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
    aiohttp.NonHttpUrlClientError,
    UnicodeError,  # a name that can be no host's, as with two dots: nobody is asked for it
)


@dataclass(frozen=True)
class Answer:
    """What a platform answered. `json`: what it sent, of any kind, None where it was no JSON. `text`: as it came."""

    status: int
    json: Any = None
    retry_after: float | None = None
    text: str = ""

    @property
    def body(self) -> dict[str, Any]:
        """The JSON object it sent; empty where it was none."""
        return self.json if isinstance(self.json, dict) else {}

    @property
    def good(self) -> bool:
        return 200 <= self.status < 300


def session() -> aiohttp.ClientSession:
    """Give a session for platforms. Each call has a connection of its own: one that was kept and has just been closed
    by the other side could not be told from one that broke after the message had arrived.

    No call waits for a free connection: a platform that hangs must not hold up the others, and what has waited in vain
    would look as if it had been handed over. How many there are is bounded by `gateway/channels/limits`.
    """
    connector = aiohttp.TCPConnector(force_close=True, limit=0)
    timeout = aiohttp.ClientTimeout(total=SECONDS, connect=CONNECT_SECONDS)
    return aiohttp.ClientSession(connector=connector, timeout=timeout, trust_env=True, middlewares=(_without_proxy,))


async def _without_proxy(request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Call what is on this machine or our own network itself: a proxy that the environment names for the internet, in
    `http_proxy`, would be told people's words and numbers in plain text, and could not pass them on.
    """
    if _is_near(request.url.host or ""):
        request.proxy = None
    return await send(request)


def _is_near(host: str) -> bool:
    """Tell whether it is an address of no use on the internet, or a name without a dot, as of a container."""
    try:
        return not ipaddress.ip_address(host.partition("%")[0]).is_global
    except ValueError:
        return "." not in host


async def call(http: aiohttp.ClientSession, method: str, url: str, most: int = MOST_BYTES, **how: Any) -> Answer:
    """Call a platform; redirects are not followed. Of an answer longer than `most` bytes only the beginning is read.

    Raises:
        SendFailed: `provider_down` where nothing can have been taken: there was no connection, or it was a GET, which
            hands over nothing; `in_doubt` where something was handed over and no answer came.
    """
    try:
        async with http.request(method, url, allow_redirects=False, **how) as response:
            raw = await _read(response, most)
            text, waits = raw.decode("utf-8", "replace"), _seconds(response.headers.get("Retry-After"))
            return Answer(response.status, _json(raw), waits, text)
    except NOT_HANDED_OVER as failure:
        raise SendFailed("provider_down", code=type(failure).__name__) from None
    except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as failure:
        raise SendFailed("provider_down" if method == "GET" else "in_doubt", code=type(failure).__name__) from None


async def _read(response: aiohttp.ClientResponse, most: int) -> bytes:
    """Read a body; of one that is too long only the beginning, which then is no JSON. So too of one that breaks off
    after a status that tells by itself that nothing was taken; any other refusal is in the body.
    """
    raw = b""
    try:
        async for piece in response.content.iter_any():
            raw += piece
            if len(raw) > most:
                return raw[:most]
    except (aiohttp.ClientError, asyncio.TimeoutError, OSError):
        if response.status != 429 and not _is_down(response.status):
            raise
    return raw


def raise_for_server(answer: Answer) -> None:
    """Raise what a status alone tells, after a connector has looked for what its platform says in the body.

    A redirect, and a path or method that is not there: something else answers at the address that we were given.
    """
    if answer.status == 504:
        raise SendFailed("in_doubt", code="504")
    if _is_down(answer.status):
        raise SendFailed("provider_down", answer.retry_after, code=str(answer.status))
    if answer.status == 429:
        raise SendFailed("retry_later", answer.retry_after, code="429")
    if 300 <= answer.status < 400 or answer.status in (401, 403, 404, 405, 407):
        raise SendFailed("misconfigured", code=str(answer.status))
    if not answer.good:
        raise SendFailed("refused", code=str(answer.status))


def _is_down(status: int) -> bool:
    """Tell whether a status says that nothing was taken and may be tried again; 408: the request came too slowly."""
    return status == 408 or (status >= 500 and status != 504)


def signed(secret: str, body: bytes, given: str) -> bool:
    """Tell whether `given` is `sha256=` and the HMAC-SHA-256 of the raw body in hexadecimal digits."""
    due = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return same(given, due)


def same(given: str, due: str) -> bool:
    """Compare in constant time; what is not ASCII is never the same."""
    return given.isascii() and hmac.compare_digest(given.encode(), due.encode())


def read_object(body: bytes) -> dict[str, Any]:
    """Give the JSON object in a body; empty where it is none. Never raises."""
    found = _json(body)
    return found if isinstance(found, dict) else {}


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None


def _seconds(header: str | None) -> float | None:
    """Read Retry-After: seconds, or a date (RFC 9110 section 10.2.3). None at all, or what is past, asks for no wait:
    then the caller's own pace holds, which grows."""
    if header is None:
        return None
    try:
        seconds = float(header)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(header).astimezone(UTC) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError, OverflowError):
            return None
    return min(seconds, LONGEST_WAIT) if seconds > 0 else None  # also NaN is no time
