"""The addresses that platforms call: `/channels/<name>`. Verified, stored once, acknowledged; then worked on.

Every acknowledgement is empty: what one platform takes for an answer it would send to somebody's phone. A request that
nobody has proven is refused and counted, and nothing of it is kept; what could not be stored is answered 503, so that
the platform brings it again.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web

from connectors.messaging import UNKNOWN, Channel, Inbound, Request
from gateway.metrics import Metrics
from gateway.storage.failures import STORE_FAILURES

LOOPBACK = "x-varsam-loopback"  # of `varsam channel check`: would a message be taken?
MOST_BYTES = 4_000_000  # Meta's are at most 3 MB
STORE_SECONDS = 2.5
Take = Callable[[Channel, list[Inbound]], Awaitable[None]]
log = structlog.get_logger()


class Hooks:
    """Routes for all channels. `channel` is None for one that is off; `take` stores what came, or answers it; `prove`
    fails where that would fail, and stores nothing; `not_stored` is told of what could not be taken.
    """

    def __init__(
        self,
        channel: Callable[[str], Channel | None],
        take: Take,
        prove: Take,
        not_stored: Callable[[Channel, list[Inbound]], None],
        metrics: Metrics,
    ) -> None:
        self._channel = channel
        self._take = take
        self._prove = prove
        self._not_stored = not_stored
        self._metrics = metrics
        self._late: set[asyncio.Task[None]] = set()

    def routes(self) -> list[web.RouteDef]:
        return [
            web.route("*", "/channels/{name}", self._called),
            web.route("*", "/channels/{name}/{tail}", self._called),
        ]

    async def _called(self, request: web.Request) -> web.StreamResponse:
        channel = self._channel(request.match_info["name"])
        if channel is None:
            raise web.HTTPNotFound(text="")
        if request.method == "GET":
            return self._tried(channel, _read(request, b""))
        if request.method != "POST":
            raise web.HTTPMethodNotAllowed(request.method, ["GET", "POST"], text="")
        body = await _body(request)
        if body is None:
            self._count(channel, "too_big")
            raise web.HTTPRequestEntityTooLarge(MOST_BYTES, 0, text="")
        came = _read(request, body)
        if not channel.verify(came):
            self._count(channel, "unproven")
            raise web.HTTPForbidden(text="")
        inbounds = self._parsed(channel, came)
        trial = LOOPBACK in came.headers and all(inbound.kind == "unknown" for inbound in inbounds)
        return await self._taken(channel, inbounds, self._prove if trial else self._take)

    def _parsed(self, channel: Channel, came: Request) -> list[Inbound]:
        try:
            return channel.parse(came)
        except Exception as defect:  # of a connector: the platform would bring the same again for days
            log.error("parsing_failed", channel=channel.name, kind=type(defect).__name__)
            return [UNKNOWN]

    def _tried(self, channel: Channel, came: Request) -> web.Response:
        answer = channel.handshake(came)
        if answer is None:
            raise web.HTTPForbidden(text="")
        return web.Response(text=answer, headers={"Cache-Control": "no-store"})

    async def _taken(self, channel: Channel, inbounds: list[Inbound], take: Take) -> web.Response:
        try:
            await self._in_time(take(channel, inbounds))
        except STORE_FAILURES as failure:
            log.error("store_failed", kind=type(failure).__name__)
            self._count(channel, "unavailable")
            self._not_stored(channel, inbounds)
            return web.Response(status=503, headers={"Retry-After": "5"})
        return web.Response()

    async def _in_time(self, taking: Awaitable[None]) -> None:
        """Wait so long and no longer: a store that hangs may not even let go. Raises TimeoutError.

        What is stored after all is known when the platform brings it again.
        """
        task = asyncio.ensure_future(taking)
        done, _ = await asyncio.wait({task}, timeout=STORE_SECONDS)
        if not done:
            task.cancel()
            self._late.add(task)
            task.add_done_callback(self._forget)
            raise TimeoutError
        task.result()

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._late.discard(task)
        with contextlib.suppress(Exception, asyncio.CancelledError):
            task.result()

    def _count(self, channel: Channel, kind: str) -> None:
        self._metrics.inbound.labels(channel=channel.name, kind=kind).inc()


def _read(request: web.Request, body: bytes) -> Request:
    return Request(
        method=request.method,
        query=dict(request.query),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=body,
        tail=request.match_info.get("tail", ""),
    )


async def _body(request: web.Request) -> bytes | None:
    """Read the body; None where it is too long."""
    pieces, size = [], 0
    async for piece in request.content.iter_any():
        pieces.append(piece)
        size += len(piece)
        if size > MOST_BYTES:
            return None
    return b"".join(pieces)
