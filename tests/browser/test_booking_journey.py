"""A time published by a counsellor, booked by somebody who says nothing of who they are, changed, cancelled, and free again."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import date, timedelta

import pytest
from playwright.async_api import Locator, expect

from content.hours import is_holiday
from content.model import Content
from tests.browser.people import Chat, Console
from tests.browser.test_letter_journey import badly
from tests.browser.test_times import publish, times
from tests.own_gateway import OwnGateway

pytestmark = [pytest.mark.browser, pytest.mark.system]
Visit = Callable[..., Awaitable[Chat]]
Enter = Callable[..., Awaitable[Console]]
TIME = {
    "id", "kind", "place", "audience", "start", "end", "minutes", "buffer_minutes", "staff_needed", "counsellor", "second",
    "staffed", "series", "booked", "mine",
}  # fmt: skip


def next_workday() -> date:
    """Give a day soon enough to be offered and late enough to be booked."""
    day = date.today() + timedelta(days=3)
    while day.weekday() > 4 or is_holiday(day):
        day += timedelta(days=1)
    return day


def offered(chat: Chat) -> Locator:
    """The times of the newest offer."""
    return chat.inside.locator(".message.system").last.locator(".choice")


async def look_for_times(chat: Chat, content: Content) -> None:
    await chat.ask("kan man boka en tid")
    await chat.choose(content.sentences["time_start"])
    await chat.choose(content.sentences["choice_exploited"])


async def take(chat: Chat, time: str, content: Content) -> None:
    await offered(chat).filter(has_text=time).click()
    await chat.choose(content.sentences["time_take"])


async def test_booking_made_changed_and_cancelled_with_nothing_but_six_words(
    own_gateway: OwnGateway, visit: Visit, counsellors: Enter, content: Content
) -> None:
    await own_gateway.start()
    console = await counsellors("Alva", at=own_gateway)
    for start in ("10:00", "13:00"):
        await publish(console, start, day=next_workday().isoformat(), kind="Besök")
        await expect(console.page.get_by_role("status").filter(has_text="1 tid är utlagd.")).to_be_visible()
    await expect(times(console)).to_contain_text(["10.00–10.45", "13.00–13.45"])

    words = await book(visit, own_gateway.base, content)
    await expect(times(console)).to_contain_text(["Bokad", "Ledig"])
    other = await visit(own_gateway.base, own_gateway.base)
    await look_for_times(other, content)
    await expect(offered(other)).to_contain_text(["klockan 13.00"])

    await move(visit, own_gateway.base, words, content)
    await expect(times(console)).to_contain_text(["Ledig", "Bokad"])
    await look_for_times(other, content)
    await expect(offered(other)).to_contain_text(["klockan 10.00"])

    await cancel(visit, own_gateway.base, words, content)
    await expect(times(console)).to_contain_text(["Ledig", "Ledig"])
    await look_for_times(other, content)
    await expect(offered(other)).to_contain_text(["klockan 10.00", "klockan 13.00"])
    await nobody_knows_by_whom(console, words)


async def book(visit: Visit, base: str, content: Content) -> list[str]:
    """Book the first time; give the six words, and leave."""
    chat = await visit(base, base)
    await look_for_times(chat, content)
    await expect(offered(chat)).to_contain_text(["klockan 10.00", "klockan 13.00"])
    await offered(chat).first.click()
    asked = chat.inside.locator(".message.system").last
    await expect(asked).to_contain_text("45 minuter.")
    await expect(asked.locator(".unchecked").first).to_be_visible()  # nobody has confirmed the way there
    await chat.choose(content.sentences["time_take"])
    words = await chat.six_words()
    await expect(chat.log).to_contain_text("Nu är tiden bokad.")
    await chat.page.context.close()
    return words


async def back_with(visit: Visit, base: str, words: list[str], time: str) -> Chat:
    """Come back on another device; the words show the time."""
    chat = await visit(base, base)
    await chat.tell(badly(words))
    await expect(chat.said_by("system")).to_have_count(1)
    await expect(chat.said_by("system")).to_contain_text("Du har en bokad tid.")
    await expect(chat.said_by("system")).to_contain_text(f"klockan {time}")
    return chat


async def move(visit: Visit, base: str, words: list[str], content: Content) -> None:
    chat = await back_with(visit, base, words, "10.00")
    await chat.choose(content.sentences["time_move"])
    await chat.choose(content.sentences["choice_exploited"])
    await expect(offered(chat)).to_contain_text(["klockan 13.00"])
    await take(chat, "13.00", content)
    await expect(chat.said_by("system").last).to_contain_text("klockan 13.00, 45 minuter.")
    assert await chat.inside.locator(".six-words").count() == 0  # the same words still hold
    await chat.page.context.close()


async def cancel(visit: Visit, base: str, words: list[str], content: Content) -> None:
    chat = await back_with(visit, base, words, "13.00")
    await chat.choose(content.sentences["time_cancel"])
    await chat.choose(content.sentences["time_cancel_yes"])
    await expect(chat.said_by("system").last).to_have_text(content.sentences["time_cancelled"])


async def nobody_knows_by_whom(console: Console, words: list[str]) -> None:
    """Look at everything the counsellor was told: that a time is booked, and nothing of anybody."""
    api = console.page.request
    told = await (await api.get(f"{console.base}/console/api/times")).json()
    assert [set(one) for one in told["times"]] == [TIME] * 2
    queue = await (await api.get(f"{console.base}/console/api/queue")).json()
    assert [queue[name] for name in ("waiting", "taken", "mine", "letters")] == [[], [], [], {"unread": 0, "red": 0}]
    everything = await console.told()
    assert [word for word in words if re.search(rf"\b{word}\b", everything)] == []  # "sked" also stands in "Besked"
