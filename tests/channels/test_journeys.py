"""Whole journeys with the real engine and the real gateway process: a question, danger, the summons, a counsellor, erased.

And one visitor who goes from SMS to the web chat. The platforms are servers that enforce their own rules.
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from gateway.processes import free_port
from gateway.up import wait_for
from tests.channels.platforms import NAMES, PERSON, Platforms
from tests.console_client import PASSWORD, ConsoleClient
from tests.system import ROOT, System, Visitor

pytestmark = pytest.mark.system

ADDRESSES = ("addresses", "address_hashes", "outbox", "farewells", "links", "arrivals")
FAREWELL = {
    "telegram": "det här samtalet är borttaget i chatten också",
    "sms": "I din telefon ligger chatten kvar",
    "whatsapp": "I din telefon ligger chatten kvar",
    "messenger": "I din telefon ligger chatten kvar",
    "signal": "Det du själv skrev ligger kvar i din telefon",
    "matrix": "Det du själv skrev ligger kvar i din telefon",
}
TRACES = {
    "telegram": "Telegram ser ditt konto",
    "sms": "Din operatör ser ditt nummer",
    "whatsapp": "Whatsapp ser ditt nummer",
    "messenger": "Messenger ser ditt konto",
    "signal": "Signal känner till ditt nummer",
    "matrix": "Din och vår matrixserver ser ditt konto",
}


class Running:
    """A gateway process with all channels on, and Alva who has logged in."""

    def __init__(self, base: str, folder: Path, platforms: Platforms, alva: ConsoleClient) -> None:
        self.base, self.folder, self.platforms, self.alva = base, folder, platforms, alva

    async def conversation(self, channel: str) -> str:
        """Give the waiting conversation of a channel."""
        for _ in range(200):
            _, queue = await self.alva.get("queue")
            found = [card["id"] for card in queue["waiting"] if card["channel"] == channel]
            if found:
                return str(found[0])
            await asyncio.sleep(0.05)
        raise AssertionError(f"nobody waits on {channel}")

    def left(self) -> dict[str, int]:
        """Give how many rows each table of addresses still has."""
        with sqlite3.connect(self.folder / "var" / "varsam.sqlite") as database:
            return {table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ADDRESSES}


@pytest_asyncio.fixture
async def running(system: System, tmp_path: Path) -> AsyncIterator[Running]:
    port = free_port()
    base = f"http://localhost:{port}"
    async with Platforms() as platforms:
        own = {"PORT": str(port), "VAR": str(tmp_path / "var"), "PUBLIC_ORIGIN": base}
        own |= {name.upper(): value for name, value in platforms.settings().items()}
        environment = system.environment | {f"VARSAM_{name}": value for name, value in own.items()}
        add = [sys.executable, "-m", "gateway.cli", "counsellor", "add", "Alva"]
        printed = subprocess.run(add, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout
        command = [sys.executable, "-m", "gateway", "--engine", system.running["engine"]]
        with (tmp_path / "log").open("w") as log:
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            await wait_for(f"{base}/readyz", 30)
            for name in ("signal", "matrix"):
                await platforms[name].connected()
            async with ConsoleClient(base) as alva:
                first = printed.split(" / ")[1].split()[0]
                await alva.login("Alva", first)
                await alva.post("password", {"old": first, "new": PASSWORD})
                await alva.login("Alva")
                yield Running(base, tmp_path, platforms, alva)
        finally:
            process.terminate()
            process.wait(30)
        said = (tmp_path / "log").read_text()
        for person in set(PERSON.values()):
            assert person.lstrip("+") not in said


async def test_a_whole_journey_through_each_channel(running: Running) -> None:
    await asyncio.gather(*(journey(running, name) for name in NAMES))
    for _ in range(100):
        if not any(running.left().values()):
            break
        await asyncio.sleep(0.1)
    assert running.left() == dict.fromkeys(ADDRESSES, 0)


async def journey(running: Running, name: str) -> None:
    base, platforms, alva = running.base, running.platforms, running.alva

    async def until(pattern: str, seconds: float = 30) -> str:
        for _ in range(int(seconds / 0.05)):
            for text in platforms.texts(name):
                if re.search(pattern, text):
                    return text
            await asyncio.sleep(0.05)
        raise AssertionError(f"{name}: no '{pattern}' in {platforms.texts(name)}")

    assert await platforms.say(name, base, "är jag anonym här?") == 200
    await until("Jag heter Varsam och är en maskin")
    await until(TRACES[name])
    answer = await until("Skriver du i en app har vi ditt nummer eller id")
    assert answer.startswith("Svar:\n")
    seen = await settled(platforms, name)

    assert await platforms.say(name, base, "han har låst in mig och har en kniv 😢") == 200
    await platforms.until(name, seen + 1, seconds=30)
    danger = platforms.texts(name)[seen]
    assert "112" in re.split(r"(?<=[.!?])\s", danger)[0]
    await until("Jag har kallat på en kurator. Eftersom det kan vara fara ser hen det du skrivit")

    id = await running.conversation(name)
    status, opened = await alva.claim(id)
    assert (status, opened["channel"]) == (200, name)
    assert "han har låst in mig och har en kniv 😢" in [line["text"] for line in opened["messages"]]
    await until("En kurator är här|kurator")
    await alva.say(id, "Hej, jag heter Alva. Kan du prata nu?")
    assert await until("Hej, jag heter Alva") == "Svar:\nHej, jag heter Alva. Kan du prata nu?"

    assert await platforms.say(name, base, "jag är i badrummet") == 200
    for _ in range(200):
        _, talk = await alva.get(f"conversations/{id}?after=0")
        if "jag är i badrummet" in [line["text"] for line in talk["messages"]]:
            break
        await asyncio.sleep(0.05)
    else:
        raise AssertionError(f"{name}: the counsellor does not see the answer")
    number = PERSON[name].lstrip("+")
    assert number not in str(talk)

    assert await platforms.say(name, base, "radera") == 200
    await until(FAREWELL[name])
    status, _ = await alva.get(f"conversations/{id}?after=0")
    assert status == 410
    if name in ("telegram", "signal", "matrix"):
        assert len(platforms[name].deleted) >= 4


async def settled(platforms: Platforms, name: str) -> int:
    """Wait until nothing more comes to the phone for two seconds; give how many messages it has."""
    count, quiet = -1, 0
    while quiet < 20:
        await asyncio.sleep(0.1)
        now = len(platforms.texts(name))
        quiet = quiet + 1 if now == count else 0
        count = now
    return count


async def test_a_visitor_goes_on_from_sms_to_the_web(running: Running) -> None:
    base, platforms = running.base, running.platforms
    await platforms.say("sms", base, "jag är skyldig en man pengar och måste sälja mig")
    await platforms.until("sms", 2, seconds=30)
    await platforms.say("sms", base, "webb")
    for _ in range(400):
        link = re.search(r"http\S+#fortsatt=(\S+)", "\n".join(platforms.texts("sms")))
        if link:
            break
        await asyncio.sleep(0.05)
    assert link is not None
    visitor = Visitor(base)
    visitor.token = link.group(1)
    async with visitor:
        assert visitor.token is not None
        assert not visitor.token.startswith("en-gang.")
        await visitor.until("state")
        told = [frame["text"] for frame in visitor.frames if frame["type"] == "message"]
        assert "jag är skyldig en man pengar och måste sälja mig" in told
        assert any("vi har glömt var du skrev ifrån" in text for text in told)
        frames = await visitor.say("är jag anonym här?")
        assert any("behöver inte säga vem du är" in frame.get("text", "") for frame in frames)
    assert running.left() == dict.fromkeys(ADDRESSES, 0)
    again = len(platforms.texts("sms"))
    await platforms.say("sms", base, "hej igen")
    texts = await platforms.until("sms", again + 1, seconds=30)
    assert "Jag heter Varsam och är en maskin" in texts[again]
