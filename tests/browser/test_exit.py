"""Ways out: the quick exit by button and by Shift three times, and erasing. Nothing of the chat is left behind."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Browser, Page, expect

from content.model import Content
from tests.browser.people import NEED, PATIENCE, PHONE, QUESTION, Chat, eventually, is_dead
from tests.system import System

pytestmark = [pytest.mark.browser, pytest.mark.system]
BEFORE = "http://before.example/"
# The page reports its own cover: while a navigation waits, Chromium answers no question about the page.
REPORT_COVER = """html => new MutationObserver(() =>
  console.log('cover', getComputedStyle(html).display, document.title)).observe(html, {attributes: true})"""


class Elsewhere:
    """The pages around the chat, without a network: the one before it, and the neutral one, which loads slowly."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked, self.may_load = asyncio.Event(), asyncio.Event()

    async def stand_in(self, page: Page) -> None:
        await page.context.route(
            f"{BEFORE}**", lambda route: route.fulfill(body="<h1>Före</h1>", content_type="text/html")
        )
        await page.context.route(f"{self.url}**", self._neutral)

    async def _neutral(self, route: Any) -> None:
        self.asked.set()
        await asyncio.wait_for(self.may_load.wait(), PATIENCE)
        await route.fulfill(body="<h1>Väder</h1>", content_type="text/html")


async def neutral_site(system: System) -> str:
    async with aiohttp.ClientSession() as http, http.get(f"{system.base}/chat/settings.json") as answer:
        return str((await answer.json())["exit_url"])


async def chat_in(place: str, page: Page, base: str) -> Chat:
    """Open the chat as a page or in the bubble of a host page, coming from another site."""
    chat = Chat(page, base)
    await page.goto(BEFORE)
    await page.goto(f"{base}/{place}")
    if place == "demo":
        await page.get_by_role("button", name="Öppna chatten").click()
        chat.inside = page.frame_locator("varsam-launcher iframe")
    await chat.begun()
    await expect(chat.inside.locator("#organisation")).not_to_be_empty()  # the settings are here
    return chat


async def leave_by(way: str, chat: Chat) -> None:
    if way == "button":
        await chat.button("Lämna snabbt").click()
    else:
        await chat.field.focus()
        for _ in range(3):
            await chat.page.keyboard.press("Shift")


@pytest.mark.parametrize("way", ["button", "shift"])
@pytest.mark.parametrize("place", ["chat", "demo"])
async def test_exit_covers_leaves_and_forgets(place: str, way: str, browser: Browser, system: System) -> None:
    elsewhere = Elsewhere(await neutral_site(system))
    page = await (await browser.new_context(viewport=PHONE)).new_page()
    await elsewhere.stand_in(page)
    chat = await chat_in(place, page, system.base)
    await chat.ask(QUESTION)
    token = await chat.kept()
    assert token

    covers: list[str] = []
    page.on("console", lambda line: covers.append(line.text) if line.text.startswith("cover ") else None)
    documents = [page.locator("html")] + ([chat.inside.locator("html")] if place == "demo" else [])
    for document in documents:
        await document.evaluate(REPORT_COVER)
    leaving = asyncio.create_task(leave_by(way, chat))
    await asyncio.wait_for(elsewhere.asked.wait(), PATIENCE)
    site = elsewhere.url.split("/")[2]

    async def covered() -> bool:
        return covers == [f"cover none {site}"] * len(documents)

    await eventually(covered, "everything is covered before anything else loads")
    elsewhere.may_load.set()
    await page.wait_for_url(f"{elsewhere.url}**")
    await leaving

    await eventually(lambda: is_dead(system.base, token), "the conversation is erased at the gateway")
    await page.go_back()
    assert page.url == BEFORE  # not the page with the chat
    await page.go_forward()
    assert page.url == elsewhere.url
    await page.goto(f"{system.base}/chat/settings.json")  # our origin, without our scripts
    assert await page.evaluate("[sessionStorage.length, localStorage.length, document.cookie]") == [0, 0, ""]
    assert await page.context.cookies() == []


async def test_exit_goes_where_the_settings_say(browser: Browser, system: System) -> None:
    elsewhere = Elsewhere("http://neutral.example/")
    elsewhere.may_load.set()
    page = await (await browser.new_context(viewport=PHONE)).new_page()
    await elsewhere.stand_in(page)
    settings = {"organisation": "Exempel", "exit_url": elsewhere.url, "language": "sv"}
    await page.route("**/chat/settings.json", lambda route: route.fulfill(json=settings))
    chat = await chat_in("chat", page, system.base)
    await leave_by("button", chat)
    await page.wait_for_url(elsewhere.url)
    assert chat.tokens
    await eventually(lambda: is_dead(system.base, chat.tokens[0]), "the conversation is erased")


async def test_exit_works_before_the_chat_has_loaded(browser: Browser, system: System) -> None:
    elsewhere = Elsewhere(await neutral_site(system))
    elsewhere.may_load.set()
    page = await (await browser.new_context(viewport=PHONE)).new_page()
    await elsewhere.stand_in(page)
    await page.route("**/static/chat/main.js", lambda route: route.abort())
    await page.goto(f"{system.base}/chat")
    await page.get_by_role("button", name="Lämna snabbt").click()
    await page.wait_for_url(f"{elsewhere.url}**")


async def test_exit_is_not_set_off_by_writing(visit: Callable[..., Awaitable[Chat]]) -> None:
    chat = await visit()
    await chat.field.focus()
    keyboard = chat.page.keyboard
    for key in ("Shift", "Shift", "a", "Shift", "Shift", "b", "Escape", "Escape", "Escape"):
        await keyboard.press(key)
    await chat.ask(QUESTION)
    assert chat.page.url.endswith("/chat")


async def test_erase_asks_first_then_nothing_is_left(visit: Callable[..., Awaitable[Chat]], content: Content) -> None:
    chat = await visit()
    dialogs: list[str] = []
    chat.page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    await chat.ask(NEED)
    token = await chat.kept()
    assert token

    await chat.button("Radera chatten").click()
    await expect(chat.inside.get_by_text("Vill du radera hela chatten?")).to_be_visible()
    await chat.button("Nej, behåll").click()
    await expect(chat.inside.get_by_text("Vill du radera hela chatten?")).to_have_count(0)
    await expect(chat.said_by("visitor")).to_have_text([NEED])
    assert not await is_dead(chat.base, token)

    await chat.button("Radera chatten").click()
    await chat.button("Ja, radera").click()
    await expect(chat.log).to_contain_text(content.sentences["erased"])
    await expect(chat.status).to_contain_text("Samtalet är avslutat.")
    assert await chat.transcript() == [("system", content.sentences["erased"])]
    assert await is_dead(chat.base, token)
    assert await chat.page.evaluate("[sessionStorage.length, localStorage.length, document.cookie]") == [0, 0, ""]
    assert dialogs == []  # asked in the page

    await chat.page.reload()
    await chat.begun()
    assert NEED not in await chat.page.content()
    assert await chat.kept() != token
