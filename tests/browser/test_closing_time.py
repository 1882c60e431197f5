"""The end of the counsellors' hours as visitors see it: warned, offered to leave a message, moved out of the queue.

The gateway serves in the test's own process, so that its clock obeys the test; engine, database and browser are real.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, expect

from gateway.app import Gateway
from gateway.storage.database import migrate
from tests.browser.people import NEED, PASSWORD, Chat, Console
from tests.conftest import Clock, settings_for
from tests.console_client import add_counsellor
from tests.system import System

pytestmark = [pytest.mark.browser, pytest.mark.system]
Visit = Callable[..., Awaitable[Chat]]
WAITS = "Du väntar på en kurator."


def at(time: str) -> float:
    """Give a moment of Tuesday 24 November, when counsellors' hours end at 16.30."""
    return datetime.fromisoformat(f"2026-11-24T{time}").replace(tzinfo=ZoneInfo("Europe/Stockholm")).timestamp()


class Day:
    """A gateway that keeps the hours of content/organisation.yml, and its clock."""

    def __init__(self, gateway: Gateway, clock: Clock, base: str) -> None:
        self.gateway, self.base, self._clock = gateway, base, clock

    async def becomes(self, time: str) -> None:
        """Move the clock; whatever is due then happens."""
        self._clock.now = at(time)
        await self.gateway.sweeper.sweep()


@pytest_asyncio.fixture
async def day(system: System, tmp_path: Path, read_once: None) -> AsyncIterator[Day]:
    clock = Clock(at("16:15"))
    gateway = Gateway(settings_for(tmp_path, hours="schedule"), system.running["engine"], clock)
    await migrate(gateway.settings.database)
    async with TestServer(gateway.app()) as server:
        yield Day(gateway, clock, f"http://localhost:{server.port}")


async def test_closing_time_is_told_before_and_nobody_waits_in_vain(day: Day, visit: Visit, browser: Browser) -> None:
    sentences = day.gateway.content.sentences
    await add_counsellor(day.gateway, "Alva")
    console = Console(await (await browser.new_context(locale="sv-SE")).new_page(), day.base, "Alva")
    await console.enter(PASSWORD)
    talks, writes, waits = [await visit(day.base, day.base) for _ in range(3)]
    for chat in (talks, writes, waits):
        before = await console.waiting()
        await chat.ask(NEED)
        await expect(chat.status).to_contain_text(WAITS)
        if chat is talks:
            await console.claim(await console.newcomer(before)).click()
            await expect(chat.status).to_contain_text("Du skriver nu med en kurator.")
    soon = day.gateway.words.sentence("closing_soon", clock="16.30")

    await day.becomes("16:19")
    assert soon not in [text for chat in (talks, writes, waits) for _, text in await chat.transcript()]
    await day.becomes("16:21")
    for chat in (writes, waits):
        await expect(chat.said_by("system").last).to_have_text(soon)
        await expect(chat.status).to_contain_text(WAITS)
    await writes.choose(sentences["letter_write"])
    await expect(writes.status).to_contain_text("Du skriver med ett datorprogram.")
    await writes.tell("jag hinner inte vänta, kan ni svara i morgon")
    await writes.choose(sentences["letter_send"])
    await writes.six_words()

    await day.becomes("16:31")
    await expect(waits.said_by("system").last).to_have_text(sentences["wait_expired"])
    await expect(waits.status).to_contain_text("Du skriver med ett datorprogram.")
    await expect(waits.button("Ja, visa")).to_have_attribute("aria-disabled", "true")  # nobody is coming to see it
    assert [text for _, text in await waits.transcript()].count(soon) == 1
    await expect(console.part("Väntar")).to_contain_text("Ingen väntar just nu.")
    await waits.choose(sentences["letter_write"])
    await expect(waits.button(sentences["letter_send"])).to_be_visible()

    await console.say("Vi hinner prata klart.")  # who talks is not cut off
    await expect(talks.said_by("counsellor")).to_have_text(["Vi hinner prata klart."])
    assert soon not in [text for _, text in await talks.transcript()]
