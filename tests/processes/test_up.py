"""`varsam up` as an operator meets it: what dies is restarted with its reason, nothing said is lost, it stops cleanly."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.system import ROOT, System, Visitor

pytestmark = pytest.mark.system


SIGNPOST = {
    "SMS_MODE": "signpost", "SMS_USERNAME": "u0123456789", "SMS_PASSWORD": "hemligthemligt", "SMS_NUMBER": "+46766861001",
    "SMS_PATH_SECRET": "hemligt" * 4,
}  # fmt: skip


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """A system of this module's own, since its processes are killed."""
    made = System(tmp_path_factory.mktemp("up"), ENGINE_SECONDS="3", **SIGNPOST)
    made.start()
    yield made
    if made.process.poll() is None:
        made.stop()


def _pids(system: System) -> dict[str, int]:
    """The children by name, as they are now (run.json has those of the start)."""
    found = {}
    for child in psutil.Process(system.process.pid).children():
        line = " ".join(child.cmdline())
        found["engine" if "-m bot" in line else "gateway"] = child.pid
    return found


async def _answered_by_engine(visitor: Visitor, seconds: float) -> None:
    async with asyncio.timeout(seconds):
        while True:
            frames = await visitor.say("vad kostar det att prata med er")
            if frames[-1]["topic"] == "cost":
                return
            await asyncio.sleep(1)


def test_channels_that_are_on_are_told_and_no_secret(own: System) -> None:
    printed = own.log.read_text()
    assert "varsam: sms      signpost, nobody can call us: VARSAM_PUBLIC_ORIGIN is not set\n" in printed
    assert "hemligt" not in printed


async def test_engine_killed_mid_conversation_falls_back_and_recovers(own: System) -> None:
    async with Visitor(own.base) as visitor:
        assert (await visitor.say("är jag anonym här?"))[-1]["topic"] == "anonymity"
        os.kill(_pids(own)["engine"], signal.SIGKILL)
        frames = await visitor.say("jag är rädd för honom")
        said = [frame for frame in frames if frame["type"] == "message" and frame["sender"] == "bot"]
        assert said[0]["text"].startswith("Ring 112")
        assert "sos_112" in [contact["id"] for contact in said[0]["contacts"]]
        assert frames[-1]["handoff"] == "queued"
        own.wait_for(r"engine stopped \(signal SIGKILL\)", 10)
        await _answered_by_engine(visitor, 90)


async def test_engine_that_hangs_falls_back_within_the_limit(own: System) -> None:
    engine = _pids(own)["engine"]
    async with Visitor(own.base) as visitor:
        os.kill(engine, signal.SIGSTOP)
        try:
            frames = await visitor.say("hej på er")
        finally:
            os.kill(engine, signal.SIGCONT)
        said = [frame for frame in frames if frame["type"] == "message" and frame["sender"] == "bot"]
        assert said[-2 if frames[-1]["handoff"] == "queued" else -1]["text"].startswith("Ring 112")
        await _answered_by_engine(visitor, 60)


async def test_gateway_killed_mid_turn_loses_and_doubles_nothing(own: System) -> None:
    engine = _pids(own)["engine"]
    async with Visitor(own.base) as visitor:
        await visitor.say("hej")
        os.kill(engine, signal.SIGSTOP)  # so that the turn is under way when the gateway dies
        id = "11111111-1111-4111-8111-111111111111"
        await visitor.send({"type": "say", "id": id, "text": "kan jag få sova nånstans i natt"})
        await visitor.until("accepted", id=id)
        os.kill(_pids(own)["gateway"], signal.SIGKILL)
        os.kill(engine, signal.SIGCONT)
        own.wait_for(r"gateway stopped \(signal SIGKILL\)", 10)
        async with asyncio.timeout(60):
            while True:
                try:
                    await visitor.connect()
                    break
                except OSError:
                    await asyncio.sleep(0.3)
        await visitor.until("answered", id=id)
        await visitor.say("tack")
        seqs = [frame["seq"] for frame in visitor.frames if frame["type"] == "message" and frame.get("id") != id]
        assert seqs == sorted(set(seqs))
        answered = [frame for frame in visitor.frames if frame["type"] == "answered" and frame["id"] == id]
        assert len(answered) == 1


def test_run_file_tells_where_things_are(own: System) -> None:
    running = own.running
    assert set(running) == {"engine", "gateway", "metrics_port", "pids"}
    assert running["engine"].startswith("http://127.0.0.1:")


def test_understand_uses_the_running_engine_and_keeps_the_order(own: System) -> None:
    lines = [{"text": "är jag anonym?", "n": 1}, {"text": "/restart", "n": 2}, {"text": "vill inte leva mer", "n": 3}]
    done = own.varsam("understand", given="\n".join(json.dumps(line) for line in lines))
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["n"] for line in found] == [1, 2, 3]
    assert {"topic", "confidence", "ranking", "risks", "route", "lang"} <= set(found[0])
    assert (found[0]["topic"], found[2]["route"]) == ("anonymity", "emergency")
    assert len(found[0]["ranking"]) == 3


@pytest.mark.parametrize("given", ["hej", "[]", '{"txt": "hej"}', '{"text": 1}'])
def test_understand_refuses_a_bad_line_with_a_sentence(own: System, given: str) -> None:
    done = own.varsam("understand", given=f'{{"text": "hej"}}\n{given}\n')
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("varsam: line 2 ")


def test_port_in_use_is_one_sentence(own: System, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "gateway", "--engine", own.running["engine"]]
    # a database of its own: on the same one it would wait for the active gateway, and take over
    environment = own.environment | {"VARSAM_VAR": str(tmp_path)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert "Set VARSAM_PORT to a free one" in done.stderr


def test_a_second_start_on_a_taken_port_says_what_to_do(own: System) -> None:
    refused = own.varsam("up")

    assert refused.returncode == 2
    assert f"port {own.port} is taken: stop what runs there, or set VARSAM_PORT to another" in refused.stderr


def test_it_stops_cleanly_and_leaves_no_process(own: System) -> None:
    children = list(_pids(own).values())
    assert own.stop() == 0
    assert [pid for pid in children if psutil.pid_exists(pid)] == []
    assert not (own.folder / "var" / "run.json").exists()
