"""Easy-read at the press of a button, by keyboard too; and questions that are answered with buttons on a phone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import expect

from content.model import Content
from tests.browser.people import Chat

pytestmark = [pytest.mark.browser, pytest.mark.system]
Visit = Callable[..., Awaitable[Chat]]


async def test_easy_read_is_a_button_that_says_its_word_and_stays_pressed_after_a_reload(
    visit: Visit, content: Content
) -> None:
    chat = await visit()
    button = chat.inside.get_by_role("button", name="Lättläst")
    await chat.ask("vad kostar det")
    await button.focus()
    await chat.page.keyboard.press("Enter")
    await expect(chat.said_by("bot").filter(has_text=content.topics["cost"].easy)).to_be_visible()
    await expect(button).to_have_attribute("aria-pressed", "true")

    await chat.page.reload()
    await expect(button).to_have_attribute("aria-pressed", "true")
    await button.click()
    await expect(chat.said_by("bot").filter(has_text=content.sentences["easy_off"])).to_be_visible()
    await expect(button).to_have_attribute("aria-pressed", "false")


async def test_guided_question_is_answered_by_buttons_and_can_be_left(visit: Visit, content: Content) -> None:
    chat = await visit()
    await chat.inside.get_by_role("button", name=content.sentences["choice_exploited"]).click()
    await expect(chat.said_by("bot").filter(has_text=content.steps["exploited:safe"].ask)).to_be_visible()
    await chat.inside.get_by_role("button", name="Ja", exact=True).click()
    await expect(chat.said_by("bot").filter(has_text=content.steps["exploited:screen"].ask)).to_be_visible()
    await chat.ask("vad kostar det")
    await chat.inside.get_by_role("button", name=content.sentences["choice_resume"]).click()
    await expect(chat.said_by("bot").filter(has_text=content.steps["exploited:screen"].ask)).to_have_count(2)
