"""A TCP line to the gateway that can be cut, mended, made deaf, or made to refuse WebSockets as some networks do."""

from __future__ import annotations

import asyncio
from types import TracebackType

_REFUSAL = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Wire:
    """While `deaf`, nothing from the gateway reaches the browser; a deaf line must be cut before it hears again."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._writers: set[asyncio.StreamWriter] = set()
        self.down = False
        self.deaf = False
        self.refuses_sockets = False
        self.sockets_refused = 0

    async def __aenter__(self) -> Wire:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.base = f"http://localhost:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        self.cut()

    def cut(self) -> None:
        """End every connection, and refuse new ones until mended."""
        self.down, self.deaf = True, False
        for writer in list(self._writers):
            writer.transport.abort()

    def mend(self) -> None:
        self.down = False

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.down:
            writer.transport.abort()
            return
        self._writers.add(writer)
        try:
            first = await reader.read(65536)
            if self.refuses_sockets and b"upgrade: websocket" in first.lower():
                self.sockets_refused += 1
                writer.write(_REFUSAL)
                await writer.drain()
                return
            await self._join(first, reader, writer)
        except OSError:
            pass  # either end went away
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _join(self, first: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_gateway, to_gateway = await asyncio.open_connection("127.0.0.1", self._port)
        self._writers.add(to_gateway)
        try:
            to_gateway.write(first)
            ways = (self._pump(reader, to_gateway, False), self._pump(from_gateway, writer, True))
            pumps = [asyncio.create_task(way) for way in ways]
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
        finally:
            self._writers.discard(to_gateway)
            to_gateway.close()

    async def _pump(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, from_gateway: bool) -> None:
        while data := await source.read(65536):
            if from_gateway and self.deaf:
                continue
            target.write(data)
            await target.drain()
