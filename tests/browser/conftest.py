"""A real Chromium, and how visitors and counsellors come into it. Everybody leaves at the end of a test."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient
from playwright.async_api import Browser, async_playwright

from gateway.app import Gateway
from gateway.processes import free_port
from gateway.up import wait_for
from tests.browser.people import PASSWORD, PHONE, Chat, Console, erase
from tests.browser.wire import Wire
from tests.conftest import Clock, base_of
from tests.console_client import add_counsellor
from tests.own_gateway import OwnGateway
from tests.system import ROOT, System

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest_asyncio.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        yield opened
        await opened.close()


@pytest_asyncio.fixture
async def visit(browser: Browser, system: System) -> AsyncIterator[Callable[..., Awaitable[Chat]]]:
    """Open the chat in a context of its own; its conversations are erased when the test ends."""
    chats: list[Chat] = []

    async def open_chat(base: str = system.base, behind: str = system.base, **options: Any) -> Chat:
        """`base` is where the browser goes, `behind` the gateway itself."""
        context = await browser.new_context(**{"viewport": PHONE, "locale": "sv-SE", **options})
        page = await context.new_page()
        chat = Chat(page, behind)
        chats.append(chat)
        await page.goto(f"{base}/chat")
        await chat.begun()
        return chat

    yield open_chat
    for chat in chats:
        kept: str | None = None
        with contextlib.suppress(Exception):  # a page that has left keeps nothing
            kept = await chat.kept()
        for token in {*chat.tokens, *([kept] if kept else [])}:
            await erase(chat.base, token)


@pytest.fixture(scope="session")
def passwords() -> dict[tuple[str, str], str]:
    """The counsellors that have been added, by gateway and name, and the passwords they have chosen."""
    return {}


@pytest.fixture
def counsellors(
    browser: Browser, system: System, passwords: dict[tuple[str, str], str]
) -> Callable[..., Awaitable[Console]]:
    """Open the console as a counsellor with a password of their own; the first time, they are added."""

    async def enter(name: str, base: str = "", at: System | OwnGateway = system, **options: Any) -> Console:
        """`base` is where the browser goes, `at` whose counsellor it is."""
        login = f"{name} Berg"  # other tests of the same run may have an Alva of their own
        viewport = {"width": 1200, "height": 800}
        context = await browser.new_context(**{"viewport": viewport, "locale": "sv-SE", **options})
        console = Console(await context.new_page(), base or at.base, login)
        if (at.base, login) not in passwords:
            await console.choose_password(await asyncio.to_thread(at.add_counsellor, login), PASSWORD)
            passwords[at.base, login] = PASSWORD
        await console.enter(passwords[at.base, login])
        return console

    return enter


@pytest.fixture
def own_consoles(
    browser: Browser, client: TestClient, gateway: Gateway, clock: Clock
) -> Callable[..., Awaitable[Console]]:
    """Open a console of the test's own gateway, whose clock and engine obey the test; the browser has the same date."""

    async def enter(name: str, **options: Any) -> Console:
        await add_counsellor(gateway, name)
        seen = {"viewport": {"width": 1200, "height": 800}, "locale": "sv-SE", "timezone_id": "Europe/Stockholm"}
        context = await browser.new_context(**{**seen, **options})
        await context.clock.set_fixed_time(clock.now)
        console = Console(await context.new_page(), base_of(client), name)
        await console.enter(PASSWORD)
        return console

    return enter


@pytest_asyncio.fixture
async def own_gateway(system: System, tmp_path: Path) -> AsyncIterator[OwnGateway]:
    """A gateway process that is the test's to start and stop. Ask for it before `visit`: visitors leave first."""
    made = OwnGateway(system, tmp_path)
    yield made
    await made.stop()


@pytest_asyncio.fixture
async def wire(system: System) -> AsyncIterator[Wire]:
    """A line to the gateway that the test can cut."""
    async with Wire(system.port) as line:
        yield line


@pytest.fixture(scope="session")
def host_port() -> int:
    """The port of the foreign site that embeds the chat; its origin must be known before the gateway starts."""
    return free_port()


@pytest.fixture(scope="session")
def embedding_base(system: System, host_port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A second gateway on the same engine that lets the foreign site embed the chat; gives its base URL."""
    port, folder = free_port(), tmp_path_factory.mktemp("embedding")
    settings = {"VARSAM_PORT": str(port), "VARSAM_VAR": str(folder)}
    settings["VARSAM_EMBED_ORIGINS"] = f"http://127.0.0.1:{host_port}"
    command = [sys.executable, "-m", "gateway", "--engine", system.running["engine"]]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=system.environment | settings, stdout=log, stderr=log)
    base = f"http://localhost:{port}"
    try:
        asyncio.run(wait_for(f"{base}/readyz", 30))
        yield base
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture(scope="session")
def picture() -> Callable[[str], Path | None]:
    """Give where a picture for the documentation goes; None unless VARSAM_PICTURES=1."""

    def path(name: str) -> Path | None:
        return ROOT / "docs/images" / name if os.environ.get("VARSAM_PICTURES") == "1" else None

    return path
