"""Other languages on the page: from right to left where they are, named for screen readers, with a human a press away."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Locator, expect

from content.model import Content
from tests.browser.people import Chat

pytestmark = [pytest.mark.browser, pytest.mark.system]
Visit = Callable[..., Awaitable[Chat]]
READ = "one => { const s = getComputedStyle(one); return [s.direction, one.lang, one.scrollWidth <= one.clientWidth] }"


async def drawn(text: Locator) -> list[object]:
    found: list[object] = await text.evaluate(READ)
    return found


@pytest.mark.parametrize(
    ("code", "line", "direction"),
    [
        ("ar", "ما عندي مكان أنام فيه", "rtl"),
        ("prs", "جایی برای خواب ندارم", "rtl"),
        ("ti", "ብዙሕ ፈሪሐ ኣለኹ", "ltr"),
        ("th", "หนูอยากกลับบ้าน", "ltr"),
    ],
)
async def test_the_safety_message_is_drawn_as_its_script_is_read(
    visit: Visit, content: Content, picture: Callable[[str], Path | None], code: str, line: str, direction: str
) -> None:
    chat, language = await visit(), content.languages[code]
    await chat.ask(line)
    safety = chat.said_by("bot").filter(has_text=language.says["rights"][:20])
    await expect(safety).to_have_text(language.safety())
    assert await drawn(safety) == [direction, code, True]
    assert (await drawn(chat.said_by("visitor").last))[0] == direction
    assert (await drawn(chat.said_by("bot").first))[:2] == ["ltr", ""]
    await expect(safety.locator("a.tel")).to_have_text("112")
    if path := picture(f"language-{code}.png"):
        await chat.page.screenshot(path=path, animations="disabled")


async def test_the_button_for_a_human_is_in_the_language_and_so_is_the_summons(visit: Visit, content: Content) -> None:
    chat, arabic = await visit(), content.languages["ar"]
    await chat.ask("هل الترجمة مجانية هنا")
    button = chat.button(arabic.says["human"]).last
    assert await button.evaluate("one => getComputedStyle(one).direction") == "rtl"
    await button.click()
    summons = chat.said_by("bot").filter(has_text=arabic.says["summons"][:30])
    await expect(summons).to_have_text(arabic.says["summons"])
    assert (await drawn(summons))[:2] == ["rtl", "ar"]
