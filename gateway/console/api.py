"""The console's HTTP calls and socket (docs/protocol.md, section 3): sessions, CSRF, then one line each to the desk."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import Awaitable, Callable

from aiohttp import WSCloseCode, WSMsgType, web

from gateway.console.auth import SESSION_SECONDS, Auth, Locked, WeakPassword, WrongLogin
from gateway.console.board import Board
from gateway.console.desk import CounsellorDesk
from gateway.console.guard import COOKIE, Guard, Handler
from gateway.console.overview import Overview
from gateway.console.texts import problem
from gateway.console.watch import LOGGED_OUT, Watch
from gateway.handoff import Event
from gateway.live import Live
from gateway.storage.failures import STORE_FAILURES
from gateway.storage.holds import Holds
from gateway.storage.records import Session

LONGEST = 4000
SESSION_CHECK_SECONDS = 5.0


class ConsoleApi:
    """Routes below `/console`: login, conversations, the socket. `secure(request)` sets the cookie so."""

    def __init__(
        self,
        auth: Auth,
        desk: CounsellorDesk,
        board: Board,
        holds: Holds,
        live: Live,
        guard: Guard,
        secure: Callable[[web.Request], bool],
    ) -> None:
        self._auth = auth
        self._desk = desk
        self._board = board
        self._holds = holds
        self._live = live
        self._guard = guard
        self._overview = Overview(board.whole, lambda: live.changes)
        self._secure = secure
        self._sockets: dict[web.WebSocketResponse, str] = {}

    def routes(self) -> list[web.RouteDef]:
        api, one = "/console/api", "/console/api/conversations/{id:[0-9a-f]{32}}"
        return [
            web.post(f"{api}/login", self._login),
            web.post(f"{api}/password", self._guard.session(self._password, changing=True)),
            web.get(f"{api}/me", self._guard.session(self._me, changing=True)),
            web.post(f"{api}/logout", self._guard.session(self._logout, changing=True)),
            web.get(f"{api}/queue", self._guard.session(self._queue)),
            web.get(one, self._guard.session(self._read)),
            web.post(f"{one}/claim", self._guard.session(self._claim)),
            web.post(f"{one}/messages", self._guard.session(self._say)),
            web.post(f"{one}/typing", self._guard.session(self._typing)),
            web.post(f"{one}/release", self._guard.session(self._end(Event.RELEASED_TO_BOT))),
            web.post(f"{one}/close", self._guard.session(self._end(Event.CLOSED))),
            web.get("/console/ws", self._socket),
        ]

    async def close(self) -> None:
        for socket in list(self._sockets):
            await socket.close(code=WSCloseCode.SERVICE_RESTART)

    # -- who is asking

    async def _login(self, request: web.Request) -> web.StreamResponse:
        if not self._guard.own(request):
            return problem(403, "forged")
        try:
            body = await request.json()
            name, password = str(body["name"]), str(body["password"])
            counsellor, token, csrf = await self._auth.login(name.strip()[:80], password[:200])
        except (ValueError, LookupError, TypeError, RecursionError):
            return problem(400, "bad_request")
        except WrongLogin:
            return problem(401, "wrong_login")
        except Locked:
            return problem(429, "locked")
        except STORE_FAILURES:
            return problem(503, "unavailable")
        answer = web.json_response({"name": counsellor.name, "csrf": csrf, "must_change": counsellor.must_change})
        self._set_cookie(request, answer, token)
        return answer

    def _set_cookie(self, request: web.Request, answer: web.Response, token: str) -> None:
        answer.set_cookie(
            COOKIE, token, max_age=int(SESSION_SECONDS), path="/console", httponly=True, samesite="Strict",
            secure=self._secure(request),
        )  # fmt: skip

    async def _password(self, request: web.Request, session: Session) -> web.StreamResponse:
        body = await request.json()
        try:
            token, csrf = await self._auth.change_password(session, str(body["old"]), str(body["new"])[:200])
        except WrongLogin:
            return problem(401, "wrong_login")
        except WeakPassword:
            return problem(400, "weak_password")
        answer = web.json_response({"name": session.counsellor.name, "csrf": csrf, "must_change": False})
        self._set_cookie(request, answer, token)
        return answer

    async def _me(self, request: web.Request, session: Session) -> web.StreamResponse:
        counsellor = session.counsellor
        return web.json_response({"name": counsellor.name, "csrf": session.csrf, "must_change": counsellor.must_change})

    async def _logout(self, request: web.Request, session: Session) -> web.StreamResponse:
        await self._auth.logout(session)
        await self._close_sockets(session.token_hash)
        answer = web.json_response({})
        answer.del_cookie(COOKIE, path="/console")
        return answer

    # -- what they do

    async def _queue(self, request: web.Request, session: Session) -> web.StreamResponse:
        return web.json_response(await self._board.queue(session.counsellor.id))

    async def _claim(self, request: web.Request, session: Session) -> web.StreamResponse:
        id = request.match_info["id"]
        await self._desk.claim(id, session.counsellor.id)
        return web.json_response(await self._board.conversation(id, session.counsellor, 0))

    async def _read(self, request: web.Request, session: Session) -> web.StreamResponse:
        after = int(request.query.get("after", "0"))
        return web.json_response(await self._board.conversation(request.match_info["id"], session.counsellor, after))

    async def _say(self, request: web.Request, session: Session) -> web.StreamResponse:
        body = await request.json()
        text = str(body["text"]).replace("\x00", "").strip()
        if not text:
            return problem(400, "bad_request")
        if len(text) > LONGEST:
            return problem(400, "too_long")
        client_id = str(uuid.UUID(str(body["id"])))
        seq = await self._desk.say(request.match_info["id"], session.counsellor.id, client_id, text)
        return web.json_response({"seq": seq})

    async def _typing(self, request: web.Request, session: Session) -> web.StreamResponse:
        conversation = await self._desk.held(request.match_info["id"], session.counsellor.id)
        self._live.counsellor_types(conversation.id)
        return web.json_response({})

    def _end(self, event: Event) -> Handler:
        async def end(request: web.Request, session: Session) -> web.StreamResponse:
            await self._desk.end(request.match_info["id"], session.counsellor.id, event)
            return web.json_response({})

        return end

    # -- what they are told

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        session = await self._guard.find(request)
        if session is None or session.counsellor.must_change or not self._guard.own(request):
            raise web.HTTPForbidden
        token = request.cookies[COOKIE]
        socket = web.WebSocketResponse(heartbeat=20, max_msg_size=4096)
        await socket.prepare(request)
        self._sockets[socket] = session.token_hash

        async def valid() -> bool:
            return await self._auth.session(token) is not None

        watch = Watch(socket, session, valid, self._board, self._overview, self._holds, self._live)
        tasks = [asyncio.create_task(watch.run()), asyncio.create_task(self._end_with_session(socket, valid))]
        try:
            async for raw in socket:
                if raw.type is WSMsgType.ERROR:
                    break
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            del self._sockets[socket]
        return socket

    async def _end_with_session(self, socket: web.WebSocketResponse, valid: Callable[[], Awaitable[bool]]) -> None:
        """Close a quiet socket too when its session ends elsewhere: disabled, a new password, too old."""
        while True:
            await asyncio.sleep(SESSION_CHECK_SECONDS)
            with contextlib.suppress(*STORE_FAILURES):
                if not await valid():
                    await socket.close(code=LOGGED_OUT)

    async def _close_sockets(self, token_hash: str) -> None:
        for socket in [socket for socket, hashed in self._sockets.items() if hashed == token_hash]:
            await socket.close(code=LOGGED_OUT)
