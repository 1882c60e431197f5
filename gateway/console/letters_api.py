"""The console's calls about letters left for a reply (docs/protocol.md, section 3): one line each to the inbox."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from aiohttp import web

from gateway.console.board import Board
from gateway.console.guard import Guard, Handler
from gateway.console.texts import problem
from gateway.letters.deadline import EXPIRES_SOON_SECONDS, Deadline
from gateway.letters.inbox import Inbox
from gateway.letters.records import Letter, LetterCard
from gateway.storage.records import Gone, Session
from gateway.storage.staff import Staff
from gateway.views import iso
from gateway.words import Words

LONGEST = 4000
_LAST = 2**31 - 1


class LettersApi:
    """Routes below `/console/api/letters`. What is gone answers 410 `letter_gone`."""

    def __init__(
        self,
        inbox: Inbox,
        staff: Staff,
        board: Board,
        words: Words,
        deadline: Deadline,
        guard: Guard,
        clock: Callable[[], float],
    ) -> None:
        self._inbox = inbox
        self._staff = staff
        self._board = board
        self._words = words
        self._deadline = deadline
        self._guard = guard
        self._clock = clock

    def routes(self) -> list[web.RouteDef]:
        api, one = "/console/api/letters", "/console/api/letters/{mailbox:[0-9a-f]{32}}"
        return [
            web.get(api, self._guarded(self._waiting)),
            web.get(one, self._guarded(self._read)),
            web.post(f"{one}/acknowledge", self._guarded(self._acknowledge)),
            web.post(f"{one}/reply", self._guarded(self._reply)),
            web.post(f"{one}/set-aside", self._guarded(self._set_aside)),
        ]

    def _guarded(self, handler: Handler) -> Callable[[web.Request], Any]:
        async def handle(request: web.Request, session: Session) -> web.StreamResponse:
            try:
                return await handler(request, session)
            except Gone:
                return problem(410, "letter_gone")

        return self._guard.session(handle)

    async def _waiting(self, request: web.Request, session: Session) -> web.StreamResponse:
        names = await self._names()
        return web.json_response({"letters": [self._card(card, names) for card in await self._inbox.waiting()]})

    async def _read(self, request: web.Request, session: Session) -> web.StreamResponse:
        mailbox, names = request.match_info["mailbox"], await self._names()
        card, letters = await self._inbox.card(mailbox), await self._inbox.read(mailbox)
        return web.json_response({**self._card(card, names), "letters": [_letter(one, names) for one in letters]})

    async def _acknowledge(self, request: web.Request, session: Session) -> web.StreamResponse:
        up_to = _up_to(await _body(request))
        await self._inbox.acknowledge(request.match_info["mailbox"], session.counsellor.id, up_to)
        return web.json_response({})

    async def _reply(self, request: web.Request, session: Session) -> web.StreamResponse:
        body = await _body(request)
        text = str(body["text"]).replace("\x00", "").strip()
        if not text:
            return problem(400, "bad_request")
        if len(text) > LONGEST:
            return problem(400, "too_long")
        client_id = str(uuid.UUID(str(body["id"])))
        mailbox = request.match_info["mailbox"]
        number = await self._inbox.reply(mailbox, session.counsellor.id, client_id, text, _up_to(body))
        return web.json_response({"number": number})

    async def _set_aside(self, request: web.Request, session: Session) -> web.StreamResponse:
        up_to = _up_to(await _body(request))
        await self._inbox.set_aside(request.match_info["mailbox"], session.counsellor.id, up_to)
        return web.json_response({})

    async def _names(self) -> dict[int, str]:
        return {one.id: one.name for one in await self._staff.all()}

    def _card(self, card: LetterCard, names: dict[int, str]) -> dict[str, Any]:
        content = self._words.content
        topic = content.topics.get(card.topic or "")
        routes = content.taxonomy.routes
        due = None if card.red_at is None else self._deadline.due(card.red_at)
        expires = card.read_by is None and card.expires_at < self._clock() + EXPIRES_SOON_SECONDS
        return {
            "mailbox": card.mailbox,
            "pseudonym": self._board.pseudonym(card.mailbox),
            "priority": card.priority,
            "route": routes[card.priority] if card.priority < len(routes) else None,
            "topic": topic.id if topic else None,
            "title": topic.title if topic else None,
            "risks": [{"id": risk, "title": content.risk_titles[risk]} for risk in card.risks],
            "lang": card.lang,
            "at": iso(card.at),
            "waiting_seconds": max(0, int(self._clock() - card.at)),
            "count": card.count,
            "read_by": _name(card.read_by, names),
            "red": card.red,
            "due": None if due is None else iso(due),
            "expires": iso(card.expires_at) if expires else None,
        }


def _letter(letter: Letter, names: dict[int, str]) -> dict[str, Any]:
    given = {"number": letter.number, "sender": letter.sender, "at": iso(letter.at)}
    if letter.sender == "counsellor":
        return {**given, "opened": letter.read_at is not None}
    return {**given, "text": letter.text, "read_by": _name(letter.read_by, names)}


def _name(counsellor: int | None, names: dict[int, str]) -> str | None:
    return None if counsellor is None else names.get(counsellor)


async def _body(request: web.Request) -> dict[str, Any]:
    """Give the body, an object; an empty one where there is none. Raises ValueError."""
    body = await request.json() if request.body_exists else {}
    if not isinstance(body, dict):
        raise ValueError("not an object")
    return body


def _up_to(body: dict[str, Any]) -> int | None:
    """Give the number of the last letter that was shown, if the body says so. Raises ValueError."""
    given = body.get("up_to")
    if given is not None and (isinstance(given, bool) or not isinstance(given, int)):
        raise ValueError("not a number")
    return None if given is None else max(0, min(given, _LAST))
