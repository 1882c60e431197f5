"""Without a mouse, with a screen reader, with movement off and colours forced: everything is reached, seen and said."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.people import NEED, QUESTION, Chat, Console
from tests.system import System

pytestmark = [pytest.mark.browser, pytest.mark.system]
Visit = Callable[..., Awaitable[Chat]]
FOCUSED = """() => {
  const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
  const name = one.getAttribute("aria-label") ?? one.labels?.[0]?.textContent ?? one.textContent.trim();
  const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  return { tag: one.tagName, name, ring, seen: box.width > 0 && box.bottom > 0 && box.top < innerHeight };
}"""
REACHABLE = """() => [...document.querySelectorAll("a[href], button, textarea, input, summary, [tabindex='0']")]
  .filter(one => one.checkVisibility()).map(one => one.getAttribute("aria-label")
    ?? one.labels?.[0]?.textContent ?? one.textContent.trim())"""


async def tab_through(page: Page, most: int = 60) -> list[dict[str, Any]]:
    """Press Tab in a page just loaded until the focus leaves it; give what it was on."""
    visited: list[dict[str, Any]] = []
    for _ in range(most):
        await page.keyboard.press("Tab")
        now = await page.evaluate(FOCUSED)
        if now["tag"] == "BODY" or (visited and now["name"] == visited[0]["name"]):
            break
        visited.append(now)
    return visited


async def tab_to(page: Page, name: str) -> None:
    for _ in range(60):
        await page.keyboard.press("Tab")
        if (await page.evaluate(FOCUSED))["name"] == name:
            return
    raise AssertionError(f"Tab does not reach '{name}'")


async def test_keyboard_reaches_everything_in_order(visit: Visit) -> None:
    chat = await visit()
    await chat.ask(QUESTION)
    before = len(await chat.transcript())
    await chat.page.reload()
    await expect(chat.inside.locator(".message")).to_have_count(before)
    visited = await tab_through(chat.page)
    assert [one["name"] for one in visited] == await chat.page.evaluate(REACHABLE)
    assert [one["name"] for one in visited if not (one["ring"] and one["seen"])] == []
    names = [one["name"] for one in visited]
    assert names[0] == "Lämna snabbt"  # the way out comes first
    assert names[-4:] == ["Skriv ditt meddelande", "Skicka", "Lättläst", "Radera chatten"]


async def test_keyboard_alone_carries_a_conversation(visit: Visit) -> None:
    chat = await visit()
    keyboard = chat.page.keyboard
    await tab_to(chat.page, "Jag är under 18")
    await keyboard.press("Enter")
    await expect(chat.said_by("visitor")).to_have_text(["Jag är under 18"])
    await expect(chat.said_by("bot").nth(1)).to_be_visible()
    await expect(chat.button("Jag är under 18")).to_be_focused()  # the pressed button keeps it
    await tab_to(chat.page, "Skriv ditt meddelande")
    await keyboard.type(NEED)
    await keyboard.press("Shift+Enter")
    await keyboard.type("hjälp mig")
    await keyboard.press("Enter")
    await expect(chat.said_by("visitor").last).to_have_text(f"{NEED} hjälp mig")
    await expect(chat.field).to_be_focused()
    await expect(chat.button("Ja, visa")).to_be_visible()
    await expect(chat.inside.locator(".dots")).to_be_hidden()
    while (await chat.page.evaluate(FOCUSED))["name"] != "Ja, visa":
        await keyboard.press("Shift+Tab")
        assert (await chat.page.evaluate(FOCUSED))["tag"] != "BODY"
    await keyboard.press("Space")
    await expect(chat.said_by("visitor").last).to_have_text("Ja, visa")
    await tab_to(chat.page, "Radera chatten")
    await keyboard.press("Enter")
    await expect(chat.button("Nej, behåll")).to_be_focused()
    await keyboard.press("Escape")
    await expect(chat.button("Radera chatten")).to_be_focused()


async def test_keyboard_opens_and_closes_the_bubble(browser: Browser, system: System) -> None:
    page = await browser.new_page()
    await page.goto(f"{system.base}/demo")
    bubble = page.get_by_role("button", name="Öppna chatten")
    await expect(bubble).to_be_visible()
    await bubble.focus()
    await page.keyboard.press("Enter")
    chat = Chat(page, system.base, page.frame_locator("varsam-launcher iframe"))
    await chat.begun()
    for _ in range(3):
        await page.keyboard.press("Tab")
        if await chat.button("Stäng chatten").evaluate("one => one === document.activeElement"):
            break
    await page.keyboard.press("Enter")
    await expect(page.locator("varsam-launcher iframe")).to_be_hidden()
    await expect(bubble).to_be_focused()
    await expect(bubble).to_have_attribute("aria-expanded", "false")


async def test_keyboard_focus_is_never_stolen_and_news_is_announced(
    visit: Visit, counsellors: Callable[..., Awaitable[Console]]
) -> None:
    alva = await counsellors("Alva")
    before = await alva.waiting()
    chat = await visit()
    await chat.page.evaluate("window.log = document.querySelector('[role=log][aria-live=polite]')")
    await chat.ask(NEED)
    who = await alva.newcomer(before)
    await tab_to(alva.page, f"Ta över samtalet med {who}")
    await alva.page.keyboard.press("Enter")
    await expect(alva.page.get_by_role("heading", name=who, level=2)).to_be_focused()
    await tab_to(alva.page, "Skriv till besökaren")
    await alva.page.keyboard.type("Hej, jag")

    await chat.field.fill("jag håller på att skr")
    async with alva.page.expect_response(lambda answer: answer.url.endswith("/messages")) as said:
        await alva.page.keyboard.type(" är kurator.")
        await alva.page.keyboard.press("Enter")
    await expect(chat.said_by("counsellor")).to_have_text(["Hej, jag är kurator."])
    await expect(chat.field).to_be_focused()
    await expect(chat.field).to_have_value("jag håller på att skr")

    await alva.field.fill("Jag undrar")
    await chat.say("hej du")
    await expect(alva.log.locator(".message.visitor .text")).to_have_text(["hej du"])
    await expect(alva.field).to_be_focused()
    await expect(alva.field).to_have_value("Jag undrar")

    await chat.button("Lämna snabbt").focus()
    await alva.say_unseen((await said.value).url.split("/")[-2], "Är du kvar?")
    await expect(chat.said_by("counsellor").last).to_have_text("Är du kvar?")
    await expect(chat.button("Lämna snabbt")).to_be_focused()

    # All of it came into a live region that stood there before: nothing else makes a screen reader say it.
    outside = "[...document.querySelectorAll('.message')].filter(one => !log.contains(one)).length"
    assert await chat.page.evaluate(f"[log.isConnected, {outside}]") == [True, 0]
    assert await chat.page.evaluate("log.getAttribute('aria-relevant')") == "additions"
    await expect(alva.page.locator("[role=log][aria-live=polite] .message")).not_to_have_count(0)


@pytest.mark.parametrize(
    "taste", [{"reduced_motion": "reduce"}, {"forced_colors": "active"}], ids=lambda one: next(iter(one))
)
async def test_taste_hides_nothing(taste: dict[str, str], visit: Visit) -> None:
    chat = await visit(**taste)
    await chat.ask(QUESTION)
    await chat.button("Radera chatten").click()
    page = chat.page
    await page.evaluate("Promise.all(document.getAnimations().map(one => one.finished))")
    shown = await page.evaluate(
        """() => [...document.querySelectorAll(".message, .contact, .button, textarea, .confirm, #status p, .composer")]
        .filter(one => !one.closest("[hidden]")).map(one => {
          const style = getComputedStyle(one), box = one.getBoundingClientRect();
          return { what: one.className || one.id, opacity: Number(style.opacity), moves: style.animationName !== "none",
            there: one.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) && box.width * box.height > 0,
            border: parseFloat(style.borderTopWidth) > 0, same: style.color === style.backgroundColor };
        })"""
    )
    assert len(shown) > 10
    still = {"opacity": 1, "there": True, "same": False}
    assert [one for one in shown if {name: one[name] for name in still} != still] == []
    if "reduced_motion" in taste:
        assert [one["what"] for one in shown if one["moves"]] == []
    else:  # colours carry nothing now: lines must
        lined = [one for one in shown if one["what"].startswith(("button", "contact", "confirm"))]
        assert [one["what"] for one in lined if not one["border"]] == []
    await expect(chat.inside.get_by_text("Du skriver med ett datorprogram.")).to_be_visible()
