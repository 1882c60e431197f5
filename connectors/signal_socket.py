"""Takes in what comes through signal-cli-rest-api's WebSocket, and hands it over one thing at a time.

The API keeps nothing: what signal-cli receives while no socket is open, or while the one there is busy, is lost
(bbernhard/signal-cli-rest-api, issue 834; `ReceiveData` in `src/client/jsonrpc2.go`). So the socket is read on while
something is being handed over, and opened again at once when it breaks; what was read waits here until it is taken,
through broken sockets and failed attempts to store it.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable

import aiohttp

from connectors.messaging import Inbound, SendFailed, Take

HEARTBEAT = 20.0  # a ping each; without its answer within half of that the socket is given up
SILENCE = 600.0  # after so long without a message it is asked whether signal-cli still answers
STEADY = 5.0  # a socket that lived for so long was a good one
PATIENCE = 60  # attempts in a row before it is told that there is no way: longer than the container takes to start
MOST_BYTES = 4_000_000  # of one message; a larger one breaks the socket
MOST_WAITING = 5_000
MOST_IN_HAND = 100
LONGEST_PAUSE = 1.0  # between attempts: it is a machine of ours, and what comes meanwhile is lost
LONGEST_TAKE_PAUSE = 10.0  # between attempts to hand over
_SHORTEST_PAUSE = 0.25

Ask = Callable[[aiohttp.ClientSession], Awaitable[None]]
Read = Callable[[str], list[Inbound]]


class Inbox:
    """What came and has not been taken; it outlives the sockets.

    ready: raises SendFailed unless the socket may be opened. alive: raises SendFailed unless signal-cli answers.
    """

    def __init__(self, url: str, read: Read, ready: Ask, alive: Ask) -> None:
        self._url, self._read_frame, self._ready, self._alive = url, read, ready, alive
        self._waiting: asyncio.Queue[str] = asyncio.Queue(MOST_WAITING)
        self._in_hand: list[str] = []

    async def run(self, http: aiohttp.ClientSession, take: Take) -> None:
        """Take in and hand over, for ever. Raises SendFailed; what waits is handed over by the next run."""
        handing = asyncio.create_task(self._hand_over(take))
        try:
            await self._listen(http)
        finally:
            handing.cancel()
            await asyncio.gather(handing, return_exceptions=True)

    async def _hand_over(self, take: Take) -> None:
        failures = 0
        while True:
            if not self._in_hand:
                self._in_hand.append(await self._waiting.get())
            while len(self._in_hand) < MOST_IN_HAND and not self._waiting.empty():
                self._in_hand.append(self._waiting.get_nowait())  # stored together, so that little is lost with us
            try:
                await take([inbound for frame in self._in_hand for inbound in self._read_frame(frame)])
            except Exception:  # whatever kept it from being stored: it exists nowhere else
                failures += 1
                await asyncio.sleep(pause(failures, LONGEST_TAKE_PAUSE))
                continue
            self._in_hand, failures = [], 0

    async def _listen(self, http: aiohttp.ClientSession) -> None:
        failures = 0
        while True:
            try:
                await self._ready(http)
                opened = await self._open(http)
            except SendFailed as failure:
                failures += 1
                if failure.name == "misconfigured" or failures >= PATIENCE:
                    raise
            else:
                failures = 0 if await self._lasts(http, opened) else failures + 1
                if failures >= PATIENCE:
                    raise SendFailed("provider_down", code="socket")
            if failures:
                await asyncio.sleep(pause(failures, LONGEST_PAUSE))

    async def _lasts(self, http: aiohttp.ClientSession, opened: aiohttp.ClientWebSocketResponse) -> bool:
        """Read a socket to its end, and tell whether it lasted. Raises SendFailed where signal-cli does not answer."""
        began = asyncio.get_running_loop().time()
        async with opened:
            await self._read(http, opened)
        return asyncio.get_running_loop().time() - began >= STEADY

    async def _open(self, http: aiohttp.ClientSession) -> aiohttp.ClientWebSocketResponse:
        try:
            return await http.ws_connect(
                self._url,
                heartbeat=HEARTBEAT,
                max_msg_size=MOST_BYTES,
                timeout=aiohttp.ClientWSTimeout(ws_close=2.0),
            )
        except aiohttp.WSServerHandshakeError as failure:
            if failure.status < 500:
                raise SendFailed("misconfigured", code=f"socket {failure.status}") from None
            raise SendFailed("provider_down", code=f"socket {failure.status}") from None
        except (aiohttp.ClientError, TimeoutError, OSError) as failure:
            raise SendFailed("provider_down", code=type(failure).__name__) from None

    async def _read(self, http: aiohttp.ClientSession, socket: aiohttp.ClientWebSocketResponse) -> None:
        while True:
            try:
                frame = await socket.receive(SILENCE)
            except TimeoutError:
                await self._alive(http)
                continue
            if frame.type in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY):
                text = frame.data if isinstance(frame.data, str) else bytes(frame.data).decode("utf-8", "replace")
                await self._waiting.put(text)
            elif frame.type not in (aiohttp.WSMsgType.PING, aiohttp.WSMsgType.PONG):
                return


def pause(failures: int, longest: float) -> float:
    """Give how long to wait after so many failures in a row: doubling, and anywhere from half to the whole of it."""
    whole = min(_SHORTEST_PAUSE * 2.0 ** min(failures - 1, 10), longest)
    return secrets.SystemRandom().uniform(whole / 2, whole)
