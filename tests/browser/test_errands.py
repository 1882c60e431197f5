"""What a visitor does beside talking, as it looks and as it goes away: six words, the bar of those who wait, help sent."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import expect

from content.model import Content
from tests.browser.people import NEED, PATIENCE, Chat, Console, eventually, is_dead
from tests.browser.test_exit import Elsewhere, leave_by, neutral_site
from tests.system import System

pytestmark = [pytest.mark.browser, pytest.mark.system]
Visit = Callable[..., Awaitable[Chat]]
Enter = Callable[..., Awaitable[Console]]
WISH = "kan ni svara mig i morgon"
STREET = "Storgatan 12"
DANGER = f"han har låst in mig, jag är på {STREET}"
BOXES = "all => all.map(one => [one.textContent, one.offsetWidth * one.offsetHeight])"


async def waiting(visit: Visit) -> Chat:
    chat = await visit()
    await chat.ask(NEED)
    await expect(chat.status).to_contain_text("Du väntar på en kurator.")
    return chat


async def with_words(visit: Visit, content: Content) -> tuple[Chat, list[str]]:
    """Leave a message instead of waiting; give the chat and the six words it shows."""
    chat = await waiting(visit)
    await chat.choose("Jag skriver senare")
    await chat.tell(WISH)
    await chat.choose(content.sentences["letter_send"])
    return chat, await chat.six_words()


async def test_six_words_are_read_in_order_and_can_be_shown_again(visit: Visit, content: Content) -> None:
    chat, words = await with_words(visit, content)
    items = "\n".join(f"    - listitem: {word}" for word in words)
    await expect(chat.log).to_match_aria_snapshot(
        f'- log "Samtalet":\n  - list "Dina sex ord i ordning":\n{items}\n  - paragraph: /Skriv upp orden/'
    )
    await chat.choose(content.sentences["words_show"])
    assert await chat.inside.locator(".six-words").last.locator("li").all_text_contents() == words
    assert await chat.page.get_by_role("button", name="Kopiera").count() == 0  # docs/decisions/0007-six-words.md


async def test_leaving_the_queue_keeps_the_place_of_whoever_uses_a_keyboard(visit: Visit) -> None:
    chat = await waiting(visit)
    await chat.button("Jag skriver senare").focus()
    await chat.page.keyboard.press("Enter")
    await expect(chat.status).to_contain_text("Du skriver med ett datorprogram.")
    await expect(chat.log).to_be_focused()
    await expect(chat.button("Ja, visa")).to_have_attribute("aria-disabled", "true")  # nobody comes who could read it


@pytest.mark.parametrize("way", ["erase", "button", "shift"])
async def test_leaving_in_the_middle_of_an_errand_leaves_nothing(
    way: str, visit: Visit, system: System, content: Content
) -> None:
    elsewhere = Elsewhere(await neutral_site(system))
    chat, words = await with_words(visit, content)
    await elsewhere.stand_in(chat.page)
    await chat.ask("kan man boka en tid")
    await chat.choose(content.sentences["time_start"])
    token = await chat.kept()
    assert token
    if way == "erase":
        await chat.button("Radera chatten").click()
        await chat.button("Ja, radera").click()
        await expect(chat.said_by("system")).to_have_text([content.sentences["erased_but_letter"]])
    else:
        leaving = asyncio.create_task(leave_by(way, chat))
        await asyncio.wait_for(elsewhere.asked.wait(), PATIENCE)
        elsewhere.may_load.set()
        await chat.page.wait_for_url(f"{elsewhere.url}**")
        await leaving
        await chat.page.goto(f"{system.base}/chat/settings.json")  # our origin, without our scripts
    assert await chat.page.evaluate("[sessionStorage.length, localStorage.length, document.cookie]") == [0, 0, ""]
    assert [one for one in (*words, WISH) if one in await chat.page.content()] == []
    await eventually(lambda: is_dead(system.base, token), "the conversation is erased at the gateway")


async def test_help_is_sent_to_an_address_by_the_largest_button(
    visit: Visit, counsellors: Enter, content: Content
) -> None:
    alva = await counsellors("Alva")
    before = await alva.waiting()
    chat = await visit()
    await chat.ask(DANGER)
    await expect(chat.log).to_contain_text(content.sentences["masked_danger_address"].split("\n")[0])
    show = chat.button(content.sentences["show_hidden"])
    sizes = dict(await chat.inside.locator(".choice").evaluate_all(BOXES))
    assert max(sizes, key=lambda title: sizes[title]) == content.sentences["show_hidden"]
    assert await show.evaluate("one => one === one.parentElement.firstElementChild")
    await expect(show).to_be_enabled()  # also once the state has changed from bot to waiting

    who = await alva.newcomer(before)
    assert STREET not in await alva.told()
    await show.click()
    await expect(chat.said_by("system").last).to_have_text(content.sentences["hidden_shown_waiting_danger"])
    await alva.claim(who).click()
    card = alva.page.get_by_role("alert").filter(has_text="Ring 112 och läs upp det här")
    await expect(card).to_contain_text(STREET)
    await expect(card.get_by_role("link", name="Ring 112")).to_have_attribute("href", "tel:112")
