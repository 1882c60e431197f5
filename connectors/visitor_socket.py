"""One visitor's WebSocket. Reading and writing run side by side.

The writer only ever asks the desk for what comes after the last seq it sent, so a replay, a reconnect and
a new message are one mechanism: nothing is lost or doubled.
"""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from connectors.contract import Desk, News, Nudge, Opened, Refused, Standing
from connectors.frames import (
    BadFrame,
    Frame,
    answered_frame,
    error_frame,
    message_frame,
    read_frame,
    state_frame,
)

CHANNEL = "web"
START_SECONDS = 10.0
LONGEST_PAUSE = 10.0
REPLACED = 4001


class VisitorSocket:
    """One socket: a reader and a writer on the same conversation."""

    def __init__(self, desk: Desk, socket: web.WebSocketResponse, address: str) -> None:
        self._desk = desk
        self._socket = socket
        self._address = address
        self._seq = 0
        self._standing: Standing | None = None
        self._waiting_for: set[str] = set()
        self._replaying = False

    async def run(self) -> None:
        opened = await self._opened()
        if opened is None:
            return
        await self._socket.send_json({"type": "started", "token": opened.token, "state": opened.state})
        async with self._desk.listen(opened.key) as nudges:
            tasks = [asyncio.create_task(self._write(opened.key, nudges)), asyncio.create_task(self._read(opened.key))]
            try:
                done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
            finally:  # also where this itself is cancelled: a writer left behind would be a sign of life from nobody
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    async def _opened(self) -> Opened | None:
        """Wait for a start that can be taken; the socket lives on after one that cannot."""
        try:
            async with asyncio.timeout(START_SECONDS):
                while True:
                    raw = await self._socket.receive()
                    if raw.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                        return None
                    opened = await self._try_open(raw.data if raw.type is WSMsgType.TEXT else "")
                    if opened is not None:
                        return opened
        except TimeoutError:
            await self._socket.close(code=WSCloseCode.POLICY_VIOLATION)
            return None

    async def _try_open(self, raw: str) -> Opened | None:
        try:
            frame = read_frame(raw)
            if frame.type != "start":
                raise BadFrame(id=frame.id or None)
            if frame.token is None:
                opened = await self._desk.start(CHANNEL, self._address)
            else:
                opened = await self._desk.resume(frame.token, frame.id)
                self._waiting_for = set(await self._desk.awaiting(opened.key, frame.after))
                self._replaying = True
            self._seq = frame.after
            return opened
        except (BadFrame, Refused) as problem:
            await self._socket.send_json(refused_frame(self._desk, problem, None))
            return None

    async def _read(self, key: str) -> None:
        async for raw in self._socket:
            frame: Frame | None = None
            new = False
            try:
                if raw.type is not WSMsgType.TEXT:
                    raise BadFrame
                frame = read_frame(raw.data)
                new = bool(frame.id) and frame.id not in self._waiting_for
                if new:
                    self._waiting_for.add(frame.id)
                for answer in await act(self._desk, key, frame):
                    await self._socket.send_json(answer)
            except (BadFrame, Refused) as problem:
                if frame is not None and new:
                    self._waiting_for.discard(frame.id)
                await self._socket.send_json(refused_frame(self._desk, problem, frame))

    async def _write(self, key: str, nudges: Any) -> None:
        await self._send_news(key)
        self._replaying = False
        async for nudge in nudges:
            if not await self._pass_on(key, nudge):
                return

    async def _pass_on(self, key: str, nudge: Nudge) -> bool:
        """Tell the browser; False where the conversation is over for this socket."""
        match nudge.kind:
            case "typing":
                await self._socket.send_json({"type": "typing", "sender": nudge.sender})
            case "unavailable":
                await self._socket.send_json(error_frame("unavailable", nudge.text or ""))
            case "replaced":
                await self._socket.close(code=REPLACED)
                return False
            case "gone":
                await self._say_gone(nudge.text)
                return False
            case "standing":
                await self._send_place(nudge.standing)
            case "news":
                await self._send_news(key)
        return True

    async def _send_place(self, standing: Standing | None) -> None:
        """Tell a new place to somebody who still waits; whatever else has happened comes as news."""
        if standing is None or self._standing is None or self._standing.state != standing.state:
            return
        if standing != self._standing:
            self._standing = standing
            await self._socket.send_json(state_frame(standing))

    async def _say_gone(self, text: str | None) -> None:
        if text is not None:
            await self._socket.send_json(farewell(text))
        for id in sorted(self._waiting_for):
            await self._socket.send_json({"type": "answered", "id": id})
        await self._socket.send_json(state_frame(Standing("closed")))
        await self._socket.close()

    async def _news(self, key: str) -> News | None:
        """Read what is new; while the store is down say so once, and try until it is back."""
        pause = 0.5
        while True:
            try:
                return await self._desk.news(key, self._seq, frozenset(self._waiting_for))
            except Refused as problem:
                if problem.code == "unknown_token":
                    return None  # it was erased; the nudge that says so is on its way
                if pause == 0.5:
                    await self._socket.send_json(error_frame(problem.code, problem.text))
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _send_news(self, key: str) -> None:
        news = await self._news(key)
        if news is None:
            return
        for message in news.messages:
            self._seq = max(self._seq, message.seq)
            if message.sender != "visitor" or self._replaying or message.id is None:
                await self._socket.send_json(message_frame(message))
        if news.standing != self._standing:
            self._standing = news.standing
            await self._socket.send_json(state_frame(news.standing))
        for answer in news.answers:
            self._waiting_for.discard(answer.id)
            await self._socket.send_json(answered_frame(answer))


def refused_frame(desk: Desk, problem: BadFrame | Refused, frame: Frame | None) -> dict[str, Any]:
    """Give the error frame for something that was not taken."""
    refused = problem if isinstance(problem, Refused) else desk.refusal(problem.code)
    id = problem.id if isinstance(problem, BadFrame) else frame.id if frame else None
    return error_frame(refused.code, refused.text, id)


async def act(desk: Desk, key: str, frame: Frame) -> list[dict[str, Any]]:
    """Carry out one frame of an open conversation; give the frames that answer it. Raises Refused."""
    desk.allow(key)
    match frame.type:
        case "say":
            return [{"type": "accepted", "id": frame.id, "seq": await desk.say(key, frame.id, frame.text)}]
        case "choose":
            seq = await desk.choose(key, frame.id, frame.payload, frame.text)
            return [{"type": "accepted", "id": frame.id, "seq": seq}]
        case "typing":
            await desk.typing(key)
        case "erase":
            await desk.erase(key)
        case "bye":
            await desk.bye(key, frame.quick)
        case _:
            raise desk.refusal("bad_frame")
    return []


def farewell(text: str) -> dict[str, Any]:
    """The last words, which are stored nowhere and have no seq."""
    return {"type": "message", "sender": "system", "text": text, "choices": [], "contacts": []}
