"""The gateway's process: `python -m gateway --engine URL`. Started by `varsam up`, or by a process manager."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import signal
from pathlib import Path

from aiohttp import web

from content.model import ContentError
from gateway.app import Gateway
from gateway.ending import end, unanswered, unusable
from gateway.keyring import KeyringError
from gateway.log import quiet_logging
from gateway.settings import Settings, SettingsError, read_settings
from gateway.storage.database import DatabaseError
from gateway.storage.failures import STORE_FAILURES

SHUTDOWN_SECONDS = 12.0


async def serve(settings: Settings, engine_url: str, ports_file: Path | None) -> None:
    """Serve until SIGTERM or SIGINT. Raises what `Gateway` raises, and OSError where the port is taken."""
    gateway = Gateway(settings, engine_url)
    stopped = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    # access_log=None: promise 3, nobody in the records
    public = web.AppRunner(gateway.app(), access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
    metrics = web.AppRunner(gateway.metrics_app(), access_log=None)
    await public.setup()
    await metrics.setup()
    try:
        await web.TCPSite(public, settings.host, settings.port).start()
        await web.TCPSite(metrics, "127.0.0.1", settings.metrics_port).start()
        if ports_file is not None:
            ports_file.write_text(json.dumps({"metrics": metrics.addresses[0][1]}))
        await stopped.wait()
    finally:
        await public.cleanup()
        await metrics.cleanup()


def main() -> None:
    """Read the settings and serve; what is wrong is one sentence on stderr and exit code 2."""
    parser = argparse.ArgumentParser(prog="python -m gateway")
    parser.add_argument("--engine", default="")
    parser.add_argument("--ports-file", type=Path)
    given = parser.parse_args()
    quiet_logging()
    try:
        settings = read_settings()
        engine = given.engine or settings.engine_url
        if not engine:
            raise SettingsError("VARSAM_ENGINE_URL is missing: say where the engine answers, or start with 'varsam up'")
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(serve(settings, engine, given.ports_file))
    except (SettingsError, ContentError, KeyringError, DatabaseError) as problem:
        end(str(problem))
    except OSError as problem:
        if problem.filename:
            end(unusable(problem))
        end(f"cannot serve on port {settings.port}: {problem.strerror}. Set VARSAM_PORT to a free one.")
    except STORE_FAILURES as failure:
        end(unanswered(failure))


if __name__ == "__main__":
    main()
