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
from playwright.async_api import Browser, Locator, Page, expect

from content.model import Content
from gateway.app import Gateway
from gateway.processes import free_port
from gateway.storage.database import migrate
from tests.browser.people import PHONE, Chat, Console, eventually
from tests.browser.test_access import RULES, SIDEWAYS, SIZES
from tests.channels.platforms import PERSON, Platforms
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
    assert "en-gang" not in await chat.page.content()  # the line that brought it tells only that there was one
    await expect(chat.log).to_contain_text(content.sentences["link_mark"])

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


# -- the console


@pytest.fixture
def claim(
    client: TestClient, platforms: Platforms, own_consoles: Enter, engine_double: EngineDouble
) -> Callable[..., Awaitable[tuple[Console, Phone, str]]]:
    """Let somebody write through a channel and Alva take them; gives console, phone and pseudonym."""

    async def taken(name: str, console: Console | None = None, **options: Any) -> tuple[Console, Phone, str]:
        phone, alva = Phone(name, base_of(client), platforms), console or await own_consoles("Alva", **options)
        before = await alva.waiting()
        engine_double.summon()
        await phone.say(NEED, 2)
        who = await alva.newcomer(before)
        await alva.claim(who).click()
        await expect(alva.talk(who)).to_be_focused()
        engine_double.calm()
        return alva, phone, who

    return taken


def fate(console: Console, text: str) -> Locator:
    """What stands under one of the counsellor's messages."""
    return console.log.locator(".message.counsellor", has_text=text).locator(".meta")


Claim = Callable[..., Awaitable[tuple[Console, Phone, str]]]


async def test_what_became_of_each_message_stands_under_it(claim: Claim, platforms: Platforms) -> None:
    alva, _, _ = await claim("sms")
    await alva.say("det här kommer fram")
    await expect(fate(alva, "det här kommer fram")).to_have_text("10.00")
    platforms["sms"].moods.append("503")
    await alva.say("det här får vänta")
    await expect(fate(alva, "det här får vänta")).to_contain_text("Vi försöker igen av oss själva.")
    await expect(fate(alva, "det här kommer fram")).to_have_text("10.00")


async def test_what_did_not_arrive_is_said_at_once_wherever_one_reads(
    claim: Claim, platforms: Platforms, client: TestClient
) -> None:
    alva, _, _ = await claim("sms")
    await alva.say("det här kommer fram")
    await expect(fate(alva, "det här kommer fram")).to_have_text("10.00")
    platforms["sms"].refuse = (400, "Message is too long")
    await alva.say("det här går inte")
    await expect(fate(alva, "det här går inte")).to_contain_text("Det kom inte fram.")
    notice = alva.page.locator(".conversation-under").get_by_role("status").filter(has_text="Det kom inte fram.")
    await expect(notice).to_be_visible()
    platforms["sms"].refuse = None
    await alva.say("men det här")
    await expect(fate(alva, "men det här")).to_have_text("10.00")
    await expect(notice).to_have_count(0)
    await alva.page.reload()
    await alva.page.get_by_role("button", name="Öppna samtalet med").click()
    await expect(fate(alva, "det här går inte")).to_contain_text("Det kom inte fram.")
    await expect(notice).to_have_count(0)  # it is no news any more


async def test_who_has_said_stopp_is_shown_on_the_card_and_above_the_field(claim: Claim) -> None:
    alva, phone, who = await claim("sms")
    await phone.say("stopp")
    told = alva.page.get_by_role("status").filter(
        has_text="Personen har skrivit stopp, blockerat oss eller går inte att nå."
    )
    await expect(told).to_be_visible()
    await expect(alva.card(who)).to_contain_text("Har skrivit stopp eller går inte att nå.")
    await expect(alva.page.get_by_text("Besökaren har lämnat chatten.")).to_have_count(0)  # said once, and more surely
    await alva.say("når det här fram?")
    await expect(fate(alva, "når det här fram?")).to_contain_text("Det kom inte fram. Personen har skrivit stopp")
    await phone.say("jag ångrar mig", 0)
    await expect(told).to_have_count(0)
    await expect(alva.card(who)).not_to_contain_text("stopp")


async def test_the_window_counts_down_and_ends_in_a_clear_sentence(claim: Claim, clock: Clock) -> None:
    alva, _, who = await claim("whatsapp")
    line = alva.page.locator(".reach-until")
    await expect(line).to_have_text("Du kan svara till 22.00, 12 tim kvar.")  # the silence of 12 hours comes first
    await expect(alva.card(who)).not_to_contain_text("svar till")
    await alva.page.context.clock.set_fixed_time(clock.now + 23 * 3600 + 30 * 60)
    await expect(alva.card(who)).to_contain_text("Kan bara få svar till 10.00.")
    await alva.page.context.clock.set_fixed_time(clock.now + 24 * 3600)
    over = alva.page.get_by_role("status").filter(has_text="Tiden för svar är ute. WhatsApp släpper inte fram något")
    await expect(over).to_be_visible()
    await expect(line).to_be_hidden()
    await expect(alva.card(who)).to_contain_text("Tiden för svar är ute.")


async def test_what_a_phone_leaves_behind_is_said_at_the_first_talk_of_a_channel(
    claim: Claim, client: TestClient, engine_double: EngineDouble
) -> None:
    alva, _, _ = await claim("sms")
    hint = alva.page.get_by_role("note")
    await expect(hint).to_contain_text("Sms: det du skriver hamnar i personens telefon")
    await hint.get_by_role("button", name="Uppfattat").click()
    await expect(hint).to_have_count(0)
    await expect(alva.field).to_be_focused()
    await claim("telegram", alva)
    await expect(hint).to_contain_text("Telegram: ")
    await alva.page.get_by_role("button", name="Öppna samtalet med").first.click()
    await expect(alva.page.locator(".conversation .facts")).to_contain_text("Sms")
    await expect(hint).to_have_count(0)


async def test_nobody_at_a_phone_is_told_that_the_counsellor_types(claim: Claim) -> None:
    alva, _, _ = await claim("sms")
    asked: list[str] = []
    alva.page.on("request", lambda request: asked.append(request.url))
    await alva.field.press_sequentially("jag skriver nu")
    await alva.say("jag skriver nu")
    await expect(fate(alva, "jag skriver nu")).to_have_text("10.00")
    assert [url for url in asked if url.endswith("/typing")] == []


async def test_words_taken_back_go_from_the_screen(claim: Claim, platforms: Platforms, client: TestClient) -> None:
    alva, _, _ = await claim("whatsapp")
    provider, person, base = platforms["whatsapp"], PERSON["whatsapp"], base_of(client)
    await platforms.send("whatsapp", base, provider.text(person, "min bror slår mig", "wamid.ONE"))
    await expect(alva.log).to_contain_text("min bror slår mig")
    await platforms.send("whatsapp", base, provider.unsend(person, "wamid.ONE"))
    await expect(alva.log.locator(".message.visitor.blank .text")).to_have_text("[borttaget av den som skrev]")
    assert "min bror slår mig" not in await alva.page.content()
    await platforms.send("whatsapp", base, provider.text(person, "jag heter nog inget", "wamid.TWO"))
    await expect(alva.log).to_contain_text("jag heter nog inget")
    await platforms.send("whatsapp", base, provider.edit(person, "wamid.TWO", "jag säger inget"))
    await expect(alva.log).to_contain_text("[ändrat, se längre ned]")
    await expect(alva.log).to_contain_text("jag säger inget")
    assert "heter nog" not in await alva.page.content()


async def test_what_a_claim_recalled_are_drafts(
    client: TestClient, platforms: Platforms, own_consoles: Enter, engine_double: EngineDouble
) -> None:
    alva = await own_consoles("Alva")
    platforms["sms"].moods.extend(["503"] * 20)
    engine_double.summon()
    assert await platforms.say("sms", base_of(client), NEED) == 200
    who = await alva.newcomer(set())
    await alva.claim(who).click()
    drafts = alva.page.locator(".drafts")
    await drafts.locator("summary").click()
    await expect(drafts).to_contain_text("Besökaren har inte fått de här svaren.")
    await expect(drafts).to_contain_text(f"Svar på: {NEED}")
    await expect(alva.log).not_to_contain_text(f"Svar på: {NEED}")


@pytest.mark.parametrize("size", ["narrow", "desktop"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_console_of_a_talk_at_a_phone_is_usable_by_everyone(
    claim: Claim, platforms: Platforms, scheme: str, size: str
) -> None:
    seen = {"viewport": SIZES[size], "color_scheme": scheme, "reduced_motion": "reduce"}
    alva, phone, _ = await claim("whatsapp", **seen)
    await check(alva.page, "the hint and the window")
    platforms["whatsapp"].moods.append("error 131047")
    await alva.say("kommer det fram?")
    await expect(fate(alva, "kommer det fram?")).to_contain_text("Det kom inte fram")
    await check(alva.page, "a message that failed")
    await phone.say("stopp", 0)
    await expect(alva.page.get_by_text("Personen har skrivit stopp").first).to_be_visible()
    await check(alva.page, "who has said stopp")
