"""What one open console is told: the queue at every change, and what happens in the counsellor's own conversations."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web

from gateway.console.board import Board
from gateway.delivery import NotYours
from gateway.handoff import Event
from gateway.live import Live
from gateway.storage.failures import STORE_FAILURES
from gateway.storage.holds import Holds
from gateway.storage.records import Gone, Session
from gateway.storage.store import Store
from gateway.words import Words

LOGGED_OUT = 4003
# Why a conversation is no longer one's own, by what ended the hold; erased where nothing is left of it.
REASONS = {
    Event.RELEASED_TO_BOT: "released",
    Event.CANCELLED_BY_VISITOR: "released",
    Event.REQUEUED: "requeued",
    Event.TRANSFERRED: "transferred",
    Event.COUNSELLOR_LOST: "lost",
    Event.CLOSED: "closed",
    Event.EXPIRED: "closed",
}


class Watch:
    """The writing half of a console's socket: nothing is told to a session that is over.

    `_seen` holds one's own conversations with the last seq told of each.
    """

    def __init__(
        self,
        socket: web.WebSocketResponse,
        session: Session,
        valid: Callable[[], Awaitable[bool]],
        board: Board,
        store: Store,
        holds: Holds,
        live: Live,
        words: Words,
    ) -> None:
        self._socket = socket
        self._valid = valid
        self._me = session.counsellor
        self._board = board
        self._store = store
        self._holds = holds
        self._live = live
        self._words = words
        self._seen: dict[str, int] = {}

    async def run(self) -> None:
        """Push until cancelled; a store that is down is waited out, not given up on."""
        left_at = self._live.console_left_at(self._me.id)
        async with self._live.console(self._me.id, self._me.away) as events:
            await self._tell("changed", "")
            await self._until_told(lambda: self._push_lost(left_at))
            async for what, id in events:
                await self._tell(what, id)

    async def _tell(self, what: str, id: str) -> None:
        await self._until_told(lambda: self._push(what, id))

    async def _until_told(self, push: Callable[[], Awaitable[None]]) -> None:
        while not self._socket.closed:
            try:
                if not await self._valid():
                    await self._socket.close(code=LOGGED_OUT)
                    return
                await push()
                return
            except ConnectionError:
                return  # the console is gone; its reader ends this
            except STORE_FAILURES:
                await asyncio.sleep(1)

    async def _push(self, what: str, id: str) -> None:
        if what in ("times", "letters"):
            await self._socket.send_json({"type": what})
        if what == "times":
            return
        if what == "typing":
            if id in self._seen:
                await self._socket.send_json({"type": "typing", "conversation": id})
            return
        if what.startswith("alarm:"):
            await self._alarm(what.removeprefix("alarm:"), id)
            return
        if id in self._seen and what == "left":
            await self._gone(id, "left")
        elif id in self._seen and what.startswith("gone:"):
            del self._seen[id]
            await self._gone(id, what.removeprefix("gone:"))
        elif id in self._seen:
            await self._push_lines(id)
        await self._push_queue()

    async def _gone(self, id: str, reason: str) -> None:
        await self._socket.send_json({"type": "gone", "conversation": id, "reason": reason})

    async def _alarm(self, what: str, id: str) -> None:
        """Call everybody, also those away, to what nobody has seen to."""
        reason, _, seconds = what.partition(":")
        frame = {"type": "alarm", "reason": reason, "id": id, "pseudonym": self._board.pseudonym(id)}
        await self._socket.send_json({**frame, "seconds": int(seconds) if seconds else None})

    async def _push_lost(self, since: float) -> None:
        """Tell which conversations went to a colleague's queue while the connection was down."""
        for id in await self._holds.lost_since(self._me.id, since):
            if id not in self._seen:
                await self._gone(id, "lost")

    async def _push_queue(self) -> None:
        queue = await self._board.queue(self._me.id)
        mine = {card["id"] for card in queue["mine"]}
        for id in [id for id in self._seen if id not in mine]:
            del self._seen[id]
            await self._gone(id, await self._why_lost(id))
        for id in mine - set(self._seen):
            try:
                self._seen[id] = (await self._store.get(id)).last_seq
            except Gone:
                continue
        await self._socket.send_json({"type": "queue", **queue})

    async def _why_lost(self, id: str) -> str:
        ended = await self._holds.ended_by(id, self._me.id)
        return "erased" if ended is None else REASONS[ended]

    async def _push_lines(self, id: str) -> None:
        try:
            whole = await self._board.conversation(id, self._me, self._seen[id])
        except (Gone, NotYours):
            return  # the queue that follows says so
        lines = whole.pop("messages")
        await self._socket.send_json({"type": "conversation", "conversation": whole})
        for line in lines:
            self._seen[id] = line["seq"]
            await self._socket.send_json({"type": "message", "conversation": id, "message": line})
