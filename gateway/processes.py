"""One child process that is kept alive: started, watched, restarted with the reason printed, stopped in order."""

from __future__ import annotations

import asyncio
import collections
import contextlib
import ctypes
import os
import random
import signal
import socket
import sys
from collections.abc import Awaitable, Callable

_PR_SET_PDEATHSIG = 1
UNASSIGNED = range(20000, 32768)  # below Linux's net.ipv4.ip_local_port_range
TRIED_PORTS = 100
LONGEST_PAUSE = 30.0


def free_port() -> int:
    """Give a port on loopback that is free now. OSError where there is none.

    Not of those that the system itself gives to whatever connects: one of these could take it before it is used, or
    while who listened there is started anew.
    """
    for port in random.sample(UNASSIGNED, TRIED_PORTS):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError("no port is free on loopback")


def is_taken(host: str, port: int) -> bool:
    """Tell whether somebody already listens there."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0


def _die_with_parent() -> None:
    """In the child: be told to stop if the parent is killed, so that no orphan stays behind."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class Child:
    """A named command with its environment. `healthy` says whether it still answers; three times no restarts it."""

    def __init__(
        self,
        name: str,
        command: list[str],
        environment: dict[str, str],
        healthy: Callable[[], Awaitable[bool]],
        say: Callable[[str], None],
    ) -> None:
        self.name = name
        self._command = command
        self._environment = environment
        self._healthy = healthy
        self._say = say
        self._process: asyncio.subprocess.Process | None = None
        self._last: collections.deque[str] = collections.deque(maxlen=5)
        self._echoing: asyncio.Task[None] | None = None
        self._stopping = False

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    async def keep(self) -> None:
        """Start it and start it again whenever it ends, until `stop`."""
        pause = 0.5
        while not self._stopping:
            await self._start()
            watch = asyncio.create_task(self._watch())
            began = asyncio.get_running_loop().time()
            assert self._process is not None  # started above
            code = await self._process.wait()
            watch.cancel()
            if self._stopping:
                return
            lived = asyncio.get_running_loop().time() - began
            pause = 0.5 if lived > 60 else min(pause * 2, LONGEST_PAUSE)
            said = f": {self._last[-1]}" if self._last else ""
            self._say(f"{self.name} stopped ({_reason(code)}){said}. Starting it again in {pause:.0f} s.")
            await asyncio.sleep(pause)

    async def _start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            env=self._environment,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )
        self._echoing = asyncio.create_task(self._echo(self._process))

    async def _echo(self, process: asyncio.subprocess.Process) -> None:
        assert process.stderr is not None  # piped above
        async for raw in process.stderr:
            line = raw.decode(errors="replace").rstrip()
            self._last.append(line)
            print(f"[{self.name}] {line}", file=sys.stderr, flush=True)

    async def _watch(self) -> None:
        """Kill it when it has answered once and then stays silent."""
        answered, misses = False, 0
        while True:
            await asyncio.sleep(5)
            if await self._healthy():
                answered, misses = True, 0
            elif answered:
                misses += 1
            if misses >= 3 and self._process is not None:
                self._say(f"{self.name} does not answer any more; stopping it.")
                self._process.kill()
                return

    async def stop(self, seconds: float) -> None:
        """Ask it to stop, and make it after so many seconds."""
        self._stopping = True
        if self._process is None or self._process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
            try:
                await asyncio.wait_for(self._process.wait(), seconds)
            except TimeoutError:
                os.killpg(self._process.pid, signal.SIGKILL)


def _reason(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
