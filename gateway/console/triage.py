"""Where a conversation goes next: back to the queue, to a colleague, or to another place in the queue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web

from gateway.console.board import Board
from gateway.console.desk import CounsellorDesk, NotThere
from gateway.console.guard import Guard
from gateway.storage.records import Session
from gateway.storage.staff import Staff
from gateway.words import Words


class Triage:
    """Routes below `/console/api`. `online` gives who has a console open and is not away."""

    def __init__(
        self,
        desk: CounsellorDesk,
        board: Board,
        staff: Staff,
        words: Words,
        guard: Guard,
        online: Callable[[], set[int]],
    ) -> None:
        self._desk = desk
        self._board = board
        self._staff = staff
        self._words = words
        self._guard = guard
        self._online = online

    def routes(self) -> list[web.RouteDef]:
        api, one = "/console/api", "/console/api/conversations/{id:[0-9a-f]{32}}"
        return [
            web.get(f"{api}/topics", self._guard.session(self._topics)),
            web.post(f"{one}/requeue", self._guard.session(self._requeue)),
            web.post(f"{one}/transfer", self._guard.session(self._transfer)),
            web.post(f"{one}/correct", self._guard.session(self._correct)),
        ]

    async def _topics(self, request: web.Request, session: Session) -> web.StreamResponse:
        content = self._words.content
        listed = [content.topics[id] for id, (group, _) in content.taxonomy.topics.items() if group != "smalltalk"]
        return web.json_response({"topics": [{"id": one.id, "title": one.title, "group": one.group} for one in listed]})

    async def _requeue(self, request: web.Request, session: Session) -> web.StreamResponse:
        await self._desk.requeue(request.match_info["id"], session.counsellor.id)
        return web.json_response({})

    async def _transfer(self, request: web.Request, session: Session) -> web.StreamResponse:
        body = await request.json()
        colleague = await self._staff.named(str(body["to"]).strip()[:80])
        if colleague is not None and colleague.id == session.counsellor.id:
            raise ValueError("to oneself")
        if colleague is None or colleague.disabled or colleague.id not in self._online():
            raise NotThere
        await self._desk.transfer(request.match_info["id"], session.counsellor.id, colleague.id)
        return web.json_response({})

    async def _correct(self, request: web.Request, session: Session) -> web.StreamResponse:
        body = await request.json()
        topic, route = _given(body, "topic"), _given(body, "route")
        conversation = await self._desk.correct(request.match_info["id"], session.counsellor.id, topic, route)
        holder = session.counsellor.name if conversation.holder == session.counsellor.id else None
        return web.json_response(await self._board.card(conversation, holder))


def _given(body: dict[str, Any], name: str) -> str | None:
    return str(body[name]) if body.get(name) is not None else None
