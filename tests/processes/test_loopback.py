"""The engine talks to nobody: every connection it opens, from its first import on, is to this machine itself."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import subprocess
from pathlib import Path

import psutil
import pytest

from gateway.engine_client import EngineClient
from gateway.processes import free_port
from gateway.settings import read_settings
from gateway.training import engine_environment, model_for
from gateway.up import wait_for
from tests.system import ROOT, System

HOOK = """
import os, sys
def note(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto"):
        with open(os.environ["CONNECTIONS"], "a") as file:
            file.write(f"{event} {arguments[1] if event != 'socket.getaddrinfo' else arguments[0]!r}\\n")
sys.addaudithook(note)
"""


def _is_loopback(line: str) -> bool:
    address = line.split("'")[1] if "'" in line else ""
    if address.startswith("/") or address in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


@pytest.mark.system
async def test_engine_opens_no_connection_but_loopback(system: System, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(HOOK)
    noted, port = tmp_path / "connections", free_port()
    noted.write_text("")
    environment = engine_environment() | {"PYTHONPATH": str(tmp_path), "CONNECTIONS": str(noted)}
    settings = read_settings({"VARSAM_ENV": "development"})
    model = model_for(settings, ROOT)
    command = [str(ROOT / ".venv-engine/bin/python"), "-m", "bot", "serve", "--port", str(port), "--model", str(model)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    client = EngineClient(f"http://127.0.0.1:{port}", 30)
    try:
        await wait_for(f"http://127.0.0.1:{port}/webhooks/varsam/", 90)
        metadata = {"mode": "talk", "now": "2026-11-24T10:00:00+01:00", "hours_open": True, "channel": "web"}
        await client.ask("hej", None, metadata)
        await asyncio.sleep(2)
        foreign = [line for line in noted.read_text().splitlines() if not _is_loopback(line)]
        assert foreign == []
        listening = [c.laddr.ip for c in psutil.Process(process.pid).net_connections("inet") if c.status == "LISTEN"]
        assert set(listening) == {"127.0.0.1"}
    finally:
        await client.close()
        process.terminate()
        process.wait(20)


def test_engine_environment_has_no_secret_and_no_telemetry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "VARSAM_MASTER_KEY", "0" * 64)
    environment = engine_environment()
    assert [name for name in environment if name.startswith("VARSAM_")] == []
    assert environment["RASA_TELEMETRY_ENABLED"] == "false"


def test_the_check_itself_knows_a_foreign_address() -> None:
    assert not _is_loopback("socket.connect ('10.1.2.3', 443)")
    assert not _is_loopback("socket.getaddrinfo 'api.segment.io'")
    assert _is_loopback("socket.connect ('127.0.0.1', 80)")
