"""What one open console is told: the queue at every change, and what happens in the counsellor's own conversations."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

from aiohttp import web

from gateway.console.board import Board, Whole
from gateway.console.overview import Overview
from gateway.delivery import NotYours
from gateway.handoff import Event
from gateway.live import Live
from gateway.storage.failures import STORE_FAILURES
from gateway.storage.holds import Holds
from gateway.storage.records import Gone, Session

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
# Told by themselves, whatever conversation; and what does not change the queue. A letter changes its numbers.
APART = ("times", "letters")
LEAVES_QUEUE = ("times", "typing", "delivery")


class Watch:
    """The writing half of a console's socket: nothing is told to a session that is over.

    What happens in one's own conversations is told at once; the queue follows when the overview has it.
    `_seen` holds one's own conversations with the last seq told of each.
    """

    def __init__(
        self,
        socket: web.WebSocketResponse,
        session: Session,
        valid: Callable[[], Awaitable[bool]],
        board: Board,
        overview: Overview[Whole],
        holds: Holds,
        live: Live,
    ) -> None:
        self._socket = socket
        self._valid = valid
        self._me = session.counsellor
        self._board = board
        self._overview = overview
        self._holds = holds
        self._live = live
        self._seen: dict[str, int] = {}
        self._stale = asyncio.Event()
        self._telling = asyncio.Lock()

    async def run(self) -> None:
        """Push until cancelled; a store that is down is waited out, not given up on."""
        left_at = self._live.console_left_at(self._me.id)
        async with self._live.console(self._me.id, self._me.away) as events, asyncio.TaskGroup() as both:
            await self._tell(self._push_queue)
            await self._tell(lambda: self._push_lost(left_at))
            both.create_task(self._keep_queue())
            async for what, id in events:
                if id in self._seen or what == "own" or what in APART or what.startswith("alarm:"):
                    await self._tell(partial(self._push, what, id))
                if what not in LEAVES_QUEUE and not what.startswith("alarm:"):
                    self._stale.set()

    async def _keep_queue(self) -> None:
        while True:
            await self._stale.wait()
            self._stale.clear()
            await self._tell(self._push_queue)

    async def _tell(self, push: Callable[[], Awaitable[None]]) -> None:
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
        if what in APART:
            await self._socket.send_json({"type": what})
        elif what.startswith("alarm:"):
            await self._alarm(what.removeprefix("alarm:"), id)
        elif what == "typing":
            await self._socket.send_json({"type": "typing", "conversation": id})
        elif what == "left":
            await self._gone(id, "left")
        else:
            async with self._telling:
                await self._push_own(what, id)

    async def _push_own(self, what: str, id: str) -> None:
        if id not in self._seen:
            if what == "own":
                await self._gain(id)
            return  # else the queue has just said that it is no longer one's own
        if what.startswith("gone:"):
            del self._seen[id]
            await self._gone(id, what.removeprefix("gone:"))
            return
        try:
            await self._push_lines(id)
        except (Gone, NotYours):
            await self._lose(id)

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
        queue = self._board.queue_of(await self._overview.fresh(), self._me.id)
        mine = {card["id"] for card in queue["mine"]}
        async with self._telling:
            for id in [id for id in self._seen if id not in mine]:
                await self._lose(id)
            for id in mine - set(self._seen):
                await self._gain(id)
            await self._socket.send_json({"type": "queue", **queue})

    async def _gain(self, id: str) -> None:
        """From here on its lines are told; those that came since it was claimed, and before this, too."""
        self._seen[id] = 0
        try:
            await self._push_lines(id)
        except (Gone, NotYours):
            del self._seen[id]  # the next queue will say so

    async def _lose(self, id: str) -> None:
        ended = await self._holds.ended_by(id, self._me.id)
        del self._seen[id]
        await self._gone(id, "erased" if ended is None else REASONS[ended])

    async def _push_lines(self, id: str) -> None:
        whole = await self._board.conversation(id, self._me, self._seen[id])
        lines = whole.pop("messages")
        await self._socket.send_json({"type": "conversation", "conversation": whole})
        for line in lines:
            self._seen[id] = line["seq"]
            await self._socket.send_json({"type": "message", "conversation": id, "message": line})
