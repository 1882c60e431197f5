"""The website chat: `/ws/chat` and, for clients without WebSocket, `/api/chat`. Speaks docs/protocol.md."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import WSCloseCode, web

from connectors.contract import Desk, Opened, Refused, Standing
from connectors.frames import (
    MAX_FRAME_BYTES,
    BadFrame,
    Frame,
    answered_frame,
    message_frame,
    read_frame,
    state_frame,
)
from connectors.visitor_socket import CHANNEL, VisitorSocket, act, farewell, refused_frame


class WebChat:
    """Routes of the web chat. `allowed(request)` checks the Origin; `address(request)` serves the rate limit only."""

    def __init__(
        self, desk: Desk, allowed: Callable[[web.Request], bool], address: Callable[[web.Request], str]
    ) -> None:
        self._desk = desk
        self._allowed = allowed
        self._address = address
        self._sockets: set[web.WebSocketResponse] = set()

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/ws/chat", self._socket),
            web.post("/api/chat", self._post),
            web.get("/api/chat", self._get),
        ]

    async def close(self) -> None:
        """Close every socket: the service restarts, come back."""
        for socket in list(self._sockets):
            await socket.close(code=WSCloseCode.SERVICE_RESTART)

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        if not self._allowed(request):
            raise web.HTTPForbidden
        socket = web.WebSocketResponse(heartbeat=25, max_msg_size=MAX_FRAME_BYTES, compress=False)
        await socket.prepare(request)
        self._sockets.add(socket)
        try:
            await VisitorSocket(self._desk, socket, self._address(request)).run()
        except ConnectionError:
            pass  # the visitor is gone; what was accepted is stored
        finally:
            self._sockets.discard(socket)
        return socket

    async def _post(self, request: web.Request) -> web.StreamResponse:
        if not self._allowed(request):
            raise web.HTTPForbidden
        try:
            body = await request.json()
            frames = body["frames"]
            if not isinstance(frames, list) or not frames or len(frames) > 30:
                raise ValueError
        except (ValueError, LookupError, TypeError, RecursionError):
            return _frames([self._refused(BadFrame(), None)])
        given: list[dict[str, Any]] = []
        token: str | None = _token(request)
        opened: Opened | None = None
        for raw in frames:
            frame: Frame | None = None
            try:
                frame = read_frame(raw if isinstance(raw, dict) else {})
                if opened is None:
                    opened = await self._open(frame, token, request)
                    if frame.type == "start":
                        given.append({"type": "started", "token": opened.token, "state": opened.state})
                        continue
                if frame.type == "erase":
                    given += [farewell(await self._desk.erase(opened.key)), state_frame(Standing("closed"))]
                    break
                given.extend(await act(self._desk, opened.key, frame))
            except (BadFrame, Refused) as problem:
                given.append(self._refused(problem, frame))
        return _frames(given)

    async def _open(self, frame: Frame, token: str | None, request: web.Request) -> Opened:
        if frame.type == "start" and token is None and frame.token is None:
            return await self._desk.start(CHANNEL, self._address(request))
        if token is None and frame.token is None:
            raise self._desk.refusal("unknown_token")
        return await self._desk.resume(token or frame.token or "", frame.id if frame.type == "start" else None)

    async def _get(self, request: web.Request) -> web.StreamResponse:
        after = request.query.get("after", "0")
        try:
            if not self._allowed(request) or not (after.isascii() and after.isdigit() and len(after) < 10):
                raise BadFrame
            opened = await self._desk.resume(_token(request) or "")
            awaiting = await self._desk.awaiting(opened.key, int(after))
            news = await self._desk.news(opened.key, int(after), awaiting)
        except (BadFrame, Refused) as problem:
            return _frames([self._refused(problem, None)])
        return _frames(
            [
                *(message_frame(message) for message in news.messages),
                state_frame(news.standing),
                *(answered_frame(answer) for answer in news.answers),
            ]
        )

    def _refused(self, problem: BadFrame | Refused, frame: Frame | None) -> dict[str, Any]:
        return refused_frame(self._desk, problem, frame)


def _token(request: web.Request) -> str | None:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" and token.isascii() and 0 < len(token) <= 200 else None


def _frames(frames: list[dict[str, Any]]) -> web.Response:
    return web.json_response({"frames": frames}, headers={"Cache-Control": "no-store"})
