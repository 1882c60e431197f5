"""Calls our own address as a platform would, and says what an answer or its absence means."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import aiohttp

from connectors.messaging import Request
from gateway.channels.settings import path_of

SECONDS = 10.0
MOST_CHARACTERS = 1000
# What kept an answer away, the first that fits, and what to do.
_SILENCES: tuple[tuple[type[BaseException], str], ...] = (
    (aiohttp.ClientConnectorDNSError, "its name is not found in DNS"),
    (
        aiohttp.ClientConnectorCertificateError,
        "its certificate is not accepted: it must be valid, for this very name, and be sent with its whole chain",
    ),
    (aiohttp.ClientConnectorSSLError, "no encrypted connection can be made: look at the proxy's certificate and port"),
    (aiohttp.ClientConnectorError, "nobody listens there: start Varsam, and the proxy before it"),
    (TimeoutError, f"no answer came within {SECONDS:.0f} seconds: look at the firewall and the proxy"),
)
_CUT = "the connection was cut before an answer came: look at the proxy"
_STATUSES: dict[int, str] = {
    401: "something before Varsam asks for a password (401): let /channels/ through without one",
    404: "what answers there knows no such channel (404): it is another program, or a Varsam that was started with the "
    "channel off; start Varsam again after a change of its settings",
    405: "what answers there takes no POST (405): it is not Varsam",
    413: "something before Varsam takes only short messages (413): let it take 4 MB",
    502: "the proxy gets no answer from Varsam (502): start Varsam, or correct the address that the proxy has of it",
    503: "Varsam could store nothing now (503): look at its database and its log; or the proxy does not reach it",
    504: "the proxy waits for Varsam in vain (504): look at Varsam's log",
}


@dataclass(frozen=True)
class Answer:
    """What came back. `status` 0: nothing, for the reason in `silence`. `text` is the beginning of the body."""

    status: int
    text: str = ""
    silence: str = ""

    @property
    def taken(self) -> bool:
        """Whether it is how Varsam acknowledges."""
        return self.status == 200 and not self.text

    def meaning(self) -> str:
        """Say what is wrong and what to do, as the second half of a sentence."""
        if self.status == 0:
            return self.silence
        if self.status == 200:
            return (
                "something before Varsam answers with a page of its own (200), which a platform may send on to "
                "people: look at the proxy"
            )
        if 300 <= self.status < 400:
            return (
                f"it leads elsewhere ({self.status}), where no platform follows: if that is another name of ours, set "
                "VARSAM_PUBLIC_ORIGIN to it; if it is a login, let /channels/ through without one"
            )
        return _STATUSES.get(self.status, f"the answer is none of Varsam's ({self.status}): look at the proxy")


async def call(
    http: aiohttp.ClientSession, origin: str, name: str, request: Request, headers: Mapping[str, str] | None = None
) -> Answer:
    """Call a channel's address at an origin. Redirects are not followed, as platforms do not."""
    try:
        async with (
            asyncio.timeout(SECONDS),
            http.request(
                request.method,
                origin + path_of(name, request.tail),
                params=dict(request.query),
                headers={**request.headers, **(headers or {})},
                data=request.body or None,
                allow_redirects=False,
            ) as response,
        ):
            text = (await response.content.read(MOST_CHARACTERS)).decode("utf-8", "replace")
            return Answer(response.status, text)
    except (aiohttp.ClientError, TimeoutError, OSError) as failure:
        return Answer(0, silence=next((why for kind, why in _SILENCES if isinstance(failure, kind)), _CUT))


def unproven(request: Request) -> Request:
    """Give the same request with every proof it may hold made wrong: in a header or in the path."""
    headers = {name: value if name == "content-type" else _other(value) for name, value in request.headers.items()}
    return replace(request, headers=headers, tail=_other(request.tail))


def altered(request: Request) -> list[Request]:
    """Give the same request with one value of its query made another, for each of them."""
    return [replace(request, query={**request.query, name: _other(value)}) for name, value in request.query.items()]


def _other(value: str) -> str:
    return value[:-1] + ("b" if value.endswith("a") else "a") if value else ""


async def is_public(origin: str) -> bool:
    """Tell whether the internet can know the address that a name leads to from here; unknown names may be."""
    try:
        host = urlsplit(origin).hostname or ""
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, ValueError):
        return True
    return any(ipaddress.ip_address(str(one[4][0]).partition("%")[0]).is_global for one in found)
