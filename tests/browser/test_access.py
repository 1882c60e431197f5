"""Usable by everyone, as axe sees it: every page and state, light and dark, on a narrow phone and a desktop."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Frame, Page, WebSocketRoute, expect

from content.model import Content
from gateway.app import Gateway
from tests.browser.people import NEED, PASSWORD, QUESTION, Chat, Console
from tests.browser.test_times import publish, times
from tests.browser.wire import Wire
from tests.conftest import Clock, base_of
from tests.console_client import add_counsellor
from tests.engine_double import EngineDouble
from tests.gateway.console.test_letters_api import TEXT, left
from tests.gateway.errands.test_booking import publish as publish_time
from tests.gateway.test_disclosure import DANGER, STREET
from tests.gateway.test_sweeper import sweep_after
from tests.gateway.test_waiting import add as add_waits
from tests.system import System, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.system]
Visit = Callable[..., Awaitable[Chat]]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
SIZES = {"narrow": {"width": 320, "height": 640}, "desktop": {"width": 1280, "height": 800}}
SIZES["zoomed"] = {"width": 320, "height": 256}  # a desktop at 400 %
SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
SCHEMES = pytest.mark.parametrize("scheme", ["light", "dark"])
WIDTHS = pytest.mark.parametrize("size", ["narrow", "desktop"])


async def check(page: Page | Frame, what: str) -> None:
    """Find no violation, and nothing that makes the page scroll sideways."""
    found = (await Axe().run(page, options=RULES)).response
    wrong = [
        (one["id"], node["target"], node.get("failureSummary")) for one in found["violations"] for node in one["nodes"]
    ]
    assert wrong == [], what
    assert len(found["passes"]) > 5, what  # axe did look
    assert not await page.evaluate(SIDEWAYS), f"{what} scrolls sideways"


def look(scheme: str, size: str) -> dict[str, Any]:
    # without movement, so that axe measures colours and not a fading
    return {"color_scheme": scheme, "viewport": SIZES[size], "reduced_motion": "reduce"}


@SCHEMES
@WIDTHS
async def test_access_chat(scheme: str, size: str, visit: Visit, wire: Wire) -> None:
    chat = await visit(wire.base, **look(scheme, size))
    page = chat.page
    await check(page, "fresh")
    await chat.ask(QUESTION)
    await expect(chat.inside.locator(".contact").first).to_be_visible()
    await check(page, "after an answer with cards")
    await chat.ask(NEED)
    await expect(chat.status).to_contain_text("Du väntar på en kurator.")
    await chat.field.fill("x" * 1950)
    await expect(chat.inside.get_by_text("50 tecken kvar")).to_be_visible()
    await check(page, "waiting, and a long text")
    wire.cut()
    await expect(chat.inside.get_by_text("Förbindelsen bröts. Jag försöker igen.")).to_be_visible()
    await chat.say("når det här fram?")
    await check(page, "connection lost")
    wire.mend()
    await expect(chat.inside.get_by_text("väntar på förbindelse")).to_have_count(0)
    await chat.button("Radera chatten").click()
    await check(page, "asked whether to erase")
    await chat.button("Ja, radera").click()
    await expect(chat.status).to_contain_text("Samtalet är avslutat.")
    await check(page, "over")


@SCHEMES
@pytest.mark.parametrize("size", ["narrow", "desktop", "zoomed"])
async def test_access_chat_errands(
    scheme: str, size: str, gateway: Gateway, client: TestClient, clock: Clock, engine_double: EngineDouble, visit: Visit,
    content: Content,
) -> None:  # fmt: skip
    """The bar of those who wait, six words shown, times offered, a mailbox opened, and the largest button there is."""
    said, base = content.sentences, base_of(client)
    alva = await add_counsellor(gateway, "Alva")
    for hour in range(9, 16):
        await publish_time(gateway, alva, hour)
    await add_waits(gateway.database, clock(), *[180.0] * 15, *[540.0] * 5)
    chat = await visit(base, base, **look(scheme, size))
    engine_double.summon()
    await chat.ask(NEED)
    await expect(chat.status).to_contain_text("Det brukar ta 3 till 9 minuter.")
    await check(chat.page, "waiting")
    await chat.choose("Jag skriver senare")
    engine_double.calm()
    await chat.tell("kan ni svara mig")
    await check(chat.page, "writing a message")
    await chat.choose(said["letter_send"])
    words = await chat.six_words()
    await check(chat.page, "six words")
    await chat.tell(" ".join(words))
    await check(chat.page, "a mailbox opened")
    await chat.choose(said["time_start"])
    await chat.choose(said["time_for_others"])
    await chat.choose(said["time_age_15"])
    await expect(chat.inside.locator(".message.system").last.locator(".choice")).to_have_count(6)
    await check(chat.page, "times offered")
    engine_double.summon("emergency")
    await chat.say(DANGER)
    await expect(chat.status).to_contain_text("Du väntar på en kurator.")
    await expect(chat.button(said["show_hidden"])).to_be_visible()
    await check(chat.page, "whether to show the address")
    await expect(chat.button("Lämna snabbt")).to_be_in_viewport()


@SCHEMES
@WIDTHS
async def test_access_chat_in_trouble(scheme: str, size: str, visit: Visit, browser: Browser, system: System) -> None:
    """The gateway says that it is unavailable: an alert that starts with 112."""
    context = await browser.new_context(**look(scheme, size))
    page = await context.new_page()

    def troubled(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def from_page(raw: str | bytes) -> None:
            if '"say"' in str(raw):
                socket.send(
                    '{"type":"error","code":"unavailable","text":"Ring 112 om det är fara nu. Det går inte just nu."}'
                )
            else:
                server.send(raw)

        socket.on_message(from_page)

    await page.route_web_socket("**/ws/chat", troubled)
    chat = Chat(page, system.base)
    await page.goto(f"{system.base}/chat")
    await chat.begun()
    await chat.say(QUESTION)
    await expect(page.get_by_role("alert").filter(has_text="Ring 112")).to_be_visible()
    await check(page, "unavailable")


@SCHEMES
@WIDTHS
async def test_access_demo_and_launcher(scheme: str, size: str, browser: Browser, system: System) -> None:
    page = await (await browser.new_context(**look(scheme, size))).new_page()
    await page.goto(f"{system.base}/demo")
    bubble = page.get_by_role("button", name="Öppna chatten")
    await expect(bubble).to_be_visible()
    await check(page, "demo")
    await bubble.click()
    chat = Chat(page, system.base, page.frame_locator("varsam-launcher iframe"))
    await chat.begun()
    await check(page, "launcher opened")
    await check(page.frames[-1], "the chat in the launcher")


@SCHEMES
@WIDTHS
async def test_access_login(scheme: str, size: str, browser: Browser, system: System) -> None:
    page = await (await browser.new_context(**look(scheme, size))).new_page()
    await page.goto(f"{system.base}/console")
    await expect(page.get_by_label("Namn")).to_be_focused()
    await check(page, "login")
    await page.get_by_label("Namn").fill("Ingen")
    await page.get_by_label("Lösenord").fill(PASSWORD)
    await page.get_by_role("button", name="Logga in").click()
    await expect(page.get_by_role("alert")).not_to_be_empty()
    await check(page, "login refused")


@SCHEMES
@WIDTHS
async def test_access_console(
    scheme: str, size: str, visit: Visit, counsellors: Callable[..., Awaitable[Console]]
) -> None:
    console = await counsellors("Alva", **look(scheme, size))
    before = await console.waiting()
    chat = await visit(**look(scheme, size))
    await chat.ask(NEED)
    await chat.button("Ja, visa").click()
    who = await console.newcomer(before)
    await expect(console.page.get_by_text("En ny person väntar.")).to_be_visible()
    await check(console.page, "queue")
    await console.claim(who).click()
    await expect(console.log).to_contain_text(NEED)
    await console.say("Hej, jag är kurator.")
    await expect(chat.said_by("counsellor")).to_have_count(1)
    await check(chat.page, "with a counsellor")
    await console.page.get_by_role("button", name="Avsluta").click()
    await expect(console.page.get_by_role("button", name="Ja, avsluta")).to_be_visible()
    await check(console.page, "conversation")


@SCHEMES
@WIDTHS
async def test_access_console_hands_over_corrects_and_is_alarmed(
    scheme: str, size: str, own_consoles: Callable[..., Awaitable[Console]], gateway: Gateway, clock: Clock,
    engine_double: EngineDouble, client: TestClient, visitor: Visitor,
) -> None:  # fmt: skip
    alva, _ = await own_consoles("Alva", **look(scheme, size)), await own_consoles("Bo")
    await alva.page.locator(".presence").click()
    await alva.button("Jag är borta").click()
    await expect(alva.page.get_by_text("Du är borta. Du räknas inte")).to_be_visible()
    await check(alva.page, "away, with the colleagues")
    await alva.page.keyboard.press("Escape")
    engine_double.summon("emergency")
    await visitor.say(DANGER)
    await visitor.choose("show:hidden")
    who = await alva.newcomer(set())
    await alva.button(f"Rätta ämne och brådska för {who}").click()
    await check(alva.page, "correcting somebody who waits")
    await alva.page.keyboard.press("Escape")
    await left(gateway)
    await sweep_after(gateway, clock, 16 * 60)
    await expect(alva.page.locator(".alarms").get_by_role("alert")).to_have_count(2)
    await check(alva.page, "alarmed")
    await alva.claim(who).click()
    await expect(alva.page.locator(".help-text")).to_contain_text(STREET)
    await check(alva.page, "what to read aloud to 112")
    await alva.button("Lämna över").click()
    await expect(alva.page.get_by_label("En kollega")).to_be_visible()
    await check(alva.page, "handing over")


@SCHEMES
@WIDTHS
async def test_access_console_letters_and_times(
    scheme: str, size: str, own_consoles: Callable[..., Awaitable[Console]], gateway: Gateway
) -> None:
    alva = await own_consoles("Alva", **look(scheme, size))
    await alva.go("Meddelanden")
    await check(alva.page, "no letters")
    await left(gateway)
    await left(gateway, "en fråga om öppettider", 6)
    await alva.page.get_by_role("button", name="Öppna meddelandet från").first.click()
    await expect(alva.page.get_by_text(TEXT)).to_be_visible()
    await alva.page.get_by_label("Ditt svar").fill("x" * 3900)
    await alva.button("Behöver inget svar").click()
    await check(alva.page, "a letter, and whether to set it aside")
    await alva.page.get_by_label("Ditt svar").fill("Hej.")
    await alva.button("Skicka svaret").click()
    await expect(alva.page.get_by_text("Texten går inte att läsa igen.")).to_be_visible()
    await check(alva.page, "a letter answered")
    if size == "narrow":
        await alva.button("Till meddelandena").click()
        await check(alva.page, "the other letters")
    await publish(alva, two="yes", until="2026-12-25")
    await expect(alva.page.get_by_text("4 tider är utlagda.")).to_be_visible()
    await check(alva.page, "published, and what was left out")
    await alva.button("Lägg ut tider").click()
    await alva.button("Kalenderadress").click()
    await alva.button("Gör en ny adress").click()
    await times(alva).get_by_role("button", name="Dra in").click()
    await expect(alva.page.locator(".address")).to_be_visible()
    await check(alva.page, "a time to withdraw, and the calendar's address")
