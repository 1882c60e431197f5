"""The whole way in the real browser: a question, a need, a counsellor, and back to the bot."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from content.model import Content
from tests.browser.people import NEED, PASSWORD, PHONE, QUESTION, QUESTION_TOPIC, Chat, Console, erase
from tests.system import System

pytestmark = [pytest.mark.browser, pytest.mark.system]
GREETING = "Hej, jag heter Alva. Bra att du skriver. Vad behöver du mest just nu?"
SECOND_WORDS = "Då ordnar vi någonstans att sova. Jag är kvar här."
REPLY = "jag vågar inte gå hem ikväll"
SECOND_QUESTION, SECOND_TOPIC = "Jag vill sluta köpa sex", "stop_buying"


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


async def test_journey_question_summons_counsellor_and_back(
    browser: Browser, system: System, content: Content,
    picture: Callable[[str], Path | None],
) -> None:  # fmt: skip
    name = "Alva Lind"
    password = await asyncio.to_thread(system.add_counsellor, name)
    desk = await browser.new_context(viewport={"width": 1200, "height": 760}, locale="sv-SE")
    console = Console(await desk.new_page(), system.base, name)
    await log_in(console, password)
    before = await console.waiting()

    phone = await browser.new_context(viewport=PHONE, device_scale_factor=2, has_touch=True, locale="sv-SE")
    chat = await open_bubble(Chat(await phone.new_page(), system.base))
    try:
        await get_a_true_answer(chat, content)
        await be_offered_a_counsellor(chat, content)
        who = await see_only_the_card(console, before)
        await talk(chat, console, who, content)
        if path := picture("console.png"):
            await console.page.screenshot(path=path, animations="disabled")
        if path := picture("chat.png"):
            await chat.page.screenshot(path=path, animations="disabled")
        await hand_back(chat, console, who, content)
    finally:
        for token in chat.tokens:
            await erase(system.base, token)


async def log_in(console: Console, password: str) -> None:
    page = console.page
    await page.goto(f"{console.base}/console")
    await page.get_by_label("Namn").fill(console.name)
    await page.get_by_label("Lösenord").fill(password)
    await page.get_by_role("button", name="Logga in").click()
    await expect(page.get_by_role("heading", name="Välj ett eget lösenord")).to_be_visible()
    await page.goto(f"{console.base}/console")  # there is no way around it
    await expect(page.get_by_role("heading", name="Välj ett eget lösenord")).to_be_visible()
    await expect(page.get_by_role("heading", name="Väntar")).to_have_count(0)
    await page.get_by_label("Engångslösenord").fill(password)
    await page.get_by_label("Nytt lösenord", exact=True).fill(PASSWORD)
    await page.get_by_label("Nytt lösenord igen").fill(PASSWORD)
    await page.get_by_role("button", name="Spara lösenordet").click()
    await expect(page.get_by_role("heading", name="Väntar")).to_be_visible()


async def open_bubble(chat: Chat) -> Chat:
    await chat.page.goto(f"{chat.base}/demo")
    await chat.page.get_by_role("button", name="Öppna chatten").click()
    chat.inside = chat.page.frame_locator("varsam-launcher iframe")
    await chat.begun()
    return chat


async def get_a_true_answer(chat: Chat, content: Content) -> None:
    await chat.ask(QUESTION)
    topic = content.topics[QUESTION_TOPIC]
    assert plain(topic.answer) in plain(await chat.said_by("bot").last.text_content() or "")
    contact = content.contacts[topic.contacts[0]]
    card = chat.inside.locator(".contact", has_text=contact.name)
    await expect(card).to_be_visible()
    call = card.get_by_role("link", name=f"Ring {contact.phone}")
    digits = re.sub(r"\D", "", contact.phone or "")
    assert digits
    await expect(call).to_have_attribute("href", f"tel:{digits}")


async def be_offered_a_counsellor(chat: Chat, content: Content) -> None:
    await chat.ask(NEED)
    await expect(chat.status).to_contain_text("Du väntar på en kurator.")
    summons = chat.inside.locator(".message.bot").last
    await expect(summons.locator(".text")).to_have_text(plain(content.sentences["summons"]))
    asked = [content.sentences[one] for one in ("share_yes", "share_no", "human_no")]
    assert await summons.get_by_role("button").all_text_contents() == asked
    await chat.button(content.sentences["share_yes"]).click()
    await expect(chat.log).to_contain_text(content.sentences["share_yes_done"])


async def see_only_the_card(console: Console, before: set[str]) -> str:
    who = await console.newcomer(before)
    card = console.page.locator(".card", has=console.claim(who))
    await expect(card.locator(".badge")).to_have_text("Brådskar")
    await expect(card.locator(".risks")).to_contain_text("Under 18")
    everything = await console.told()
    for words in (NEED, QUESTION, "han tvingar", "betalar mig"):
        assert words not in everything
    return who


async def talk(chat: Chat, console: Console, who: str, content: Content) -> None:
    await console.claim(who).click()
    await expect(console.page.get_by_role("heading", name=who, level=2)).to_be_focused()
    await expect(console.page.get_by_text("Besökaren vill att du ser")).to_be_visible()
    for words in (QUESTION, NEED):
        await expect(console.log).to_contain_text(words)
    await expect(chat.status).to_contain_text("Du skriver nu med en kurator.")
    await expect(chat.log).to_contain_text(content.sentences["counsellor_here"])
    bot_said = await chat.said_by("bot").count()

    await console.field.press_sequentially(GREETING[:5])
    await expect(chat.inside.get_by_text("Kuratorn skriver")).to_be_visible()
    await console.say(GREETING)
    await expect(chat.said_by("counsellor")).to_have_text([GREETING])
    await expect(chat.inside.get_by_text("Kuratorn skriver")).to_have_count(0)

    await chat.field.press_sequentially(REPLY[:5])
    await expect(console.page.get_by_text("Besökaren skriver")).to_be_visible()
    await chat.say(REPLY)
    await expect(console.log.locator(".message.visitor .text").last).to_have_text(REPLY)
    await console.say(SECOND_WORDS)
    await expect(chat.said_by("counsellor")).to_have_text([GREETING, SECOND_WORDS])
    await expect(console.log.locator(".message.counsellor .text")).to_have_text([GREETING, SECOND_WORDS])
    assert await chat.said_by("bot").count() == bot_said  # while a human speaks the bot is silent


async def hand_back(chat: Chat, console: Console, who: str, content: Content) -> None:
    await console.page.get_by_role("button", name="Lämna över").click()
    await console.page.get_by_role("button", name="Lämna tillbaka till boten").click()
    await expect(console.page.get_by_text("Boten har tagit över igen.").first).to_be_visible()
    await expect(console.log).to_have_count(0)
    await expect(chat.log).to_contain_text(content.sentences["counsellor_released"])
    await expect(chat.status).to_contain_text("Du skriver med ett datorprogram.")
    await chat.ask(SECOND_QUESTION)
    answer = content.topics[SECOND_TOPIC].said_to({"minors"}).answer  # she has said that she is fifteen
    assert plain(answer) in plain(await chat.said_by("bot").last.text_content() or "")
    assert SECOND_QUESTION not in await console.told()
