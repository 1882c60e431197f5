"""From a phone to the browser: the one-time link in a real page, and what the console shows of talks at a phone."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from content.model import Content
from gateway.app import Gateway
from gateway.processes import free_port
from gateway.storage.database import migrate
from tests.browser.people import PHONE, Chat, Console, eventually
from tests.browser.test_access import RULES, SIDEWAYS, SIZES
from tests.channels.platforms import Platforms
from tests.conftest import Clock, base_of, settings_for
from tests.engine_double import EngineDouble

pytestmark = pytest.mark.browser
QUESTION = "är jag anonym här?"
NEED = "jag vill prata med någon"
TAKE, FRESH = "Fortsätt samtalet här", "Börja ett nytt samtal"
DEAD = "Länken gäller inte längre"
Enter = Callable[..., Awaitable[Console]]
Open = Callable[..., Awaitable[Chat]]
Picture = Callable[[str], Path | None]


@pytest.fixture
def port() -> int:
    """The links that people get name our own address, so it must be known before the gateway is made."""
    return free_port()


@pytest_asyncio.fixture
async def platforms() -> AsyncIterator[Platforms]:
    async with Platforms() as opened:
        yield opened


@pytest_asyncio.fixture
async def gateway(
    tmp_path: Path, clock: Clock, engine_double: EngineDouble, platforms: Platforms, read_once: None, port: int
) -> AsyncIterator[Gateway]:
    channels = platforms.settings(names=("sms", "telegram", "whatsapp"))
    made = Gateway(
        settings_for(tmp_path, public_origin=f"http://localhost:{port}", **channels), engine_double.url, clock
    )
    await migrate(made.settings.database)

    async def at_once(seconds: float) -> None:
        await asyncio.sleep(0)

    made.messaging._limits._sleep = at_once  # how fast a platform may be written to is not tested here
    yield made


@pytest_asyncio.fixture
async def client(gateway: Gateway, port: int) -> AsyncIterator[TestClient]:
    async with TestClient(TestServer(gateway.app(), host="localhost", port=port)) as opened:
        yield opened


@pytest.fixture
def page_at(browser: Browser, client: TestClient, clock: Clock) -> Open:
    """Open an address of ours on a phone (or as told) without waiting for anything."""

    async def open_page(url: str, **options: Any) -> Chat:
        context = await browser.new_context(**{"viewport": PHONE, "locale": "sv-SE", **options})
        await context.clock.set_fixed_time(clock.now)
        chat = Chat(await context.new_page(), base_of(client))
        await chat.page.goto(url)
        return chat

    return open_page


class Phone:
    """Somebody who writes to us by SMS or in an app."""

    def __init__(self, name: str, base: str, platforms: Platforms) -> None:
        self.name, self._base, self._platforms = name, base, platforms

    async def say(self, text: str, more: int = 1) -> list[str]:
        """Say something and wait for so many messages more; give all there are."""
        before = len(self._platforms.texts(self.name))
        assert await self._platforms.say(self.name, self._base, text) == 200
        return await self._platforms.until(self.name, before + more)

    async def link(self) -> str:
        """Ask for a link; give its address."""
        texts = await self.say("webb")
        for _ in range(200):
            if found := re.findall(r"http://\S+/chat#fortsatt=\S+", " ".join(texts)):
                return str(found[-1])
            await asyncio.sleep(0.02)
            texts = self._platforms.texts(self.name)
        raise AssertionError("no link came")


@pytest.fixture
def sms(client: TestClient, platforms: Platforms) -> Phone:
    return Phone("sms", base_of(client), platforms)


async def check(page: Page, what: str) -> None:
    found = (await Axe().run(page, options=RULES)).response
    assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found["violations"]] == [], what
    assert not await page.evaluate(SIDEWAYS), f"{what} scrolls sideways"


# -- the link


async def test_a_talk_goes_on_in_the_browser_and_is_the_same_at_the_console(
    sms: Phone, page_at: Open, own_consoles: Enter, engine_double: EngineDouble, content: Content, gateway: Gateway
) -> None:
    alva = await own_consoles("Alva")
    await sms.say(QUESTION, 2)
    engine_double.summon()
    await sms.say(NEED)
    who = await alva.newcomer(set())
    await expect(alva.card(who)).to_contain_text("Sms")
    await alva.claim(who).click()
    await expect(alva.talk(who)).to_be_focused()
    engine_double.calm()
    await alva.say("Hej, jag heter Alva.")
    await expect(alva.page.get_by_text("På väg.")).to_have_count(0)

    link = await sms.link()
    chat = await page_at(link)
    assert chat.page.url == f"{chat.base}/chat"
    await expect(chat.button(TAKE)).to_be_visible()
    await expect(chat.field).to_be_hidden()
    [id] = await gateway.store.ids()
    assert (await gateway.store.get(id)).channel == "sms"  # looking at it does nothing
    await chat.button(TAKE).click()

    for words in (QUESTION, f"Svar på: {QUESTION}", NEED, content.sentences["counsellor_here"], "Hej, jag heter Alva."):
        await expect(chat.log).to_contain_text(words)
    await expect(chat.said_by("system").last).to_have_text(content.sentences["link_arrived"])
    await expect(chat.status).to_contain_text("Du skriver nu med en kurator.")
    assert await gateway.store.ids() == [id]
    assert (await gateway.store.get(id)).channel == "web"
    await expect(alva.page.locator(".conversation .facts")).to_contain_text("Webbchatt")

    await chat.say("nu är jag i webbläsaren")
    await expect(alva.log.locator(".message.visitor .text").last).to_have_text("nu är jag i webbläsaren")
    await alva.say("Bra. Då fortsätter vi här.")
    await expect(chat.said_by("counsellor").last).to_have_text("Bra. Då fortsätter vi här.")
    await expect(alva.log.locator(".meta").last).to_contain_text("skickat")
    history = await chat.page.evaluate("[history.length, location.href, JSON.stringify(sessionStorage)]")
    assert "fortsatt" not in str(history)
    assert "en-gang" not in str(history)

    await chat.page.reload()
    await expect(chat.said_by("counsellor").last).to_have_text("Bra. Då fortsätter vi här.")


async def test_a_link_opened_again_says_so_and_leads_on(sms: Phone, page_at: Open) -> None:
    await sms.say(QUESTION, 2)
    link = await sms.link()
    first = await page_at(link)
    await first.button(TAKE).click()
    await expect(first.log).to_contain_text(QUESTION)
    again = await page_at(link)
    await again.button(TAKE).click()
    heading = again.page.get_by_role("heading", name=DEAD)
    await expect(heading).to_be_focused()
    assert QUESTION not in await again.page.content()
    await expect(again.page.get_by_role("link", name="112")).to_be_visible()
    await again.button(FRESH).click()
    await again.begun()
    await expect(again.field).to_be_editable()
    await again.ask("hej")
    await expect(first.log).not_to_contain_text("Svar på: hej")


async def test_after_ten_minutes_a_link_is_dead(sms: Phone, page_at: Open, clock: Clock, gateway: Gateway) -> None:
    await sms.say(QUESTION, 2)
    chat = await page_at(await sms.link())
    clock.pass_seconds(601)
    await chat.button(TAKE).click()
    await expect(chat.page.get_by_role("heading", name=DEAD)).to_be_focused()
    [id] = await gateway.store.ids()
    assert (await gateway.store.get(id)).channel == "sms"
    assert "webb igen" in (await chat.page.locator("#offer").text_content() or "")


@pytest.mark.parametrize("fragment", ["#fortsatt=", "#fortsatt=en-gang.kort", "#fortsatt=%00%ff", "#fortsatt=<b>x</b>"])
async def test_a_broken_link_is_a_dead_one(page_at: Open, client: TestClient, fragment: str) -> None:
    chat = await page_at(f"{base_of(client)}/chat?fbclid=abc{fragment}")
    await expect(chat.page.get_by_role("heading", name=DEAD)).to_be_visible()
    assert chat.page.url == f"{chat.base}/chat"
    await chat.button(FRESH).click()
    await chat.begun()


async def test_the_link_goes_before_the_page_is_loaded(page_at: Open, sms: Phone, browser: Browser) -> None:
    await sms.say(QUESTION, 2)
    link = await sms.link()
    context = await browser.new_context(viewport=PHONE)
    page = await context.new_page()
    never: asyncio.Event = asyncio.Event()
    await page.route("**/static/chat/main.js", lambda route: never.wait())
    await page.goto(link, wait_until="commit")

    async def clean() -> bool:
        return await page.evaluate("location.href") == link.split("#")[0]

    await eventually(clean, "the address is clean")
    await context.close()


async def test_a_tab_with_a_conversation_of_its_own_may_keep_it_or_leave_it(
    sms: Phone, page_at: Open, client: TestClient, gateway: Gateway
) -> None:
    await sms.say(QUESTION, 2)
    link = await sms.link()
    chat = await page_at(f"{base_of(client)}/chat")
    await chat.begun()
    await chat.ask("det här är ett annat samtal")
    own = await chat.kept()
    await chat.page.evaluate("where => { location.href = where }", link)  # as in the address bar: nothing is loaded
    await expect(chat.page.get_by_role("heading", name="Fortsätt samtalet")).to_be_focused()
    await expect(chat.page.get_by_text("Du har redan ett annat samtal i den här fliken.")).to_be_visible()
    assert "#" not in chat.page.url
    await chat.button("Behåll samtalet jag har här").click()
    await expect(chat.log).to_be_focused()
    await chat.ask("och det går vidare")
    assert (await chat.kept(), await chat.said_by("visitor").count()) == (own, 2)

    await chat.page.goto("about:blank")
    await chat.page.goto(link)
    await chat.button(TAKE).click()
    await expect(chat.log).to_contain_text(QUESTION)
    await expect(chat.log).not_to_contain_text("ett annat samtal")
    assert await chat.kept() != own
    assert (await gateway.store.by_token(own or "")).channel == "web"


async def test_a_dead_link_in_a_tab_with_a_conversation_leads_back_to_it(page_at: Open, client: TestClient) -> None:
    chat = await page_at(f"{base_of(client)}/chat")
    await chat.begun()
    await chat.ask("mitt eget")
    await chat.page.evaluate("location.hash = 'fortsatt=en-gang.' + 'x'.repeat(43)")
    await chat.button(TAKE).click()
    await chat.button("Tillbaka till samtalet jag har här").click()
    await chat.ask("är kvar")
    await expect(chat.said_by("visitor")).to_have_text(["mitt eget", "är kvar"])


async def test_an_answer_lost_on_the_way_costs_no_conversation(sms: Phone, page_at: Open, gateway: Gateway) -> None:
    """The socket breaks when the link has been used and before the page has heard of it; then a reload, too."""
    await sms.say(QUESTION, 2)
    chat = await page_at(await sms.link())
    lost = 0

    async def cut(socket: Any) -> None:
        nonlocal lost
        server = socket.connect_to_server()
        lost += 1
        if lost == 1:
            server.on_message(lambda message: asyncio.ensure_future(socket.close(code=1011)))

    await chat.page.route_web_socket("**/ws/chat", cut)
    await chat.button(TAKE).click()
    await expect(chat.log).to_contain_text(QUESTION)
    assert lost == 1  # after a broken socket the page tries without one
    [id] = await gateway.store.ids()
    assert (await gateway.store.get(id)).channel == "web"


async def test_without_sockets_the_link_works_too(sms: Phone, page_at: Open) -> None:
    await sms.say(QUESTION, 2)
    chat = await page_at(await sms.link())
    none = "() => { window.WebSocket = function () { setTimeout(() => this.onclose({ code: 1006 }), 10); this.close = () => {}; }; }"
    await chat.page.evaluate(none)
    await chat.button(TAKE).click()
    await expect(chat.log).to_contain_text(QUESTION)
    await chat.ask("utan uttag")


@pytest.mark.parametrize("pressed", [False, True])
async def test_the_quick_exit_works_on_the_link_page(
    sms: Phone, page_at: Open, gateway: Gateway, pressed: bool
) -> None:
    await sms.say(QUESTION, 2)
    chat = await page_at(await sms.link())
    await chat.page.route("https://**", lambda route: route.fulfill(body="väder"))
    if pressed:
        await chat.page.route_web_socket("**/ws/chat", lambda socket: None)  # no answer comes
        await chat.button(TAKE).click()
    for _ in range(3):
        await chat.page.keyboard.press("Shift")
    await chat.page.wait_for_url(re.compile("^https://"))

    async def ended() -> bool:
        return await gateway.store.ids() == []

    if pressed:  # they had said that they go on here: what was on its way is ended, too
        await eventually(ended, "the conversation is erased")
    else:
        [id] = await gateway.store.ids()
        assert (await gateway.store.get(id)).channel == "sms"


@pytest.mark.parametrize("size", ["narrow", "zoomed", "desktop"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_link_page_is_usable_by_everyone(sms: Phone, page_at: Open, scheme: str, size: str) -> None:
    await sms.say(QUESTION, 2)
    link = await sms.link()
    seen = {"viewport": SIZES[size], "color_scheme": scheme, "reduced_motion": "reduce"}
    chat = await page_at(link, **seen)
    await expect(chat.button(TAKE)).to_be_visible()
    await check(chat.page, "asked")
    await chat.page.keyboard.press("Tab")
    await expect(chat.button("Lämna snabbt")).to_be_focused()
    await chat.page.keyboard.press("Tab")
    await expect(chat.button(TAKE)).to_be_focused()
    await chat.page.keyboard.press("Enter")
    await expect(chat.log).to_contain_text(QUESTION)
    await expect(chat.log).to_be_focused()
    again = await page_at(link, **seen)
    await again.button(TAKE).click()
    await expect(again.page.get_by_role("heading", name=DEAD)).to_be_focused()
    await check(again.page, "dead")
