"""Two counsellors and one visitor: one wins, the other is told calmly and sees no word."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import expect

from content.model import Content
from tests.browser.people import NEED, PATIENCE, Chat, Console

pytestmark = [pytest.mark.browser, pytest.mark.system]
Visit = Callable[..., Awaitable[Chat]]
Enter = Callable[..., Awaitable[Console]]


async def waiting_visitor(visit: Visit, alva: Console, bo: Console) -> tuple[Chat, str]:
    before = await alva.waiting()
    chat = await visit()
    await chat.ask(NEED)
    who = await alva.newcomer(before)
    await expect(bo.claim(who)).to_be_visible()
    return chat, who


async def test_claim_at_the_same_moment_has_one_winner(visit: Visit, counsellors: Enter, content: Content) -> None:
    alva, bo = await counsellors("Alva"), await counsellors("Bo")
    chat, who = await waiting_visitor(visit, alva, bo)
    both = asyncio.Barrier(2)

    async def together(route: Any) -> None:
        await asyncio.wait_for(both.wait(), PATIENCE)
        await route.fallback()

    for console in (alva, bo):
        await console.page.route("**/claim", together)
    await asyncio.gather(alva.claim(who).click(), bo.claim(who).click())

    heading = {one: one.page.get_by_role("heading", name=who, level=2) for one in (alva, bo)}
    await expect(heading[alva].or_(alva.page.get_by_text("Någon annan hann före"))).to_be_visible()
    winner, loser = (alva, bo) if await heading[alva].count() else (bo, alva)
    await expect(heading[winner]).to_be_focused()
    await expect(winner.part("Dina samtal")).to_contain_text(who)

    told = loser.page.get_by_role("status").filter(has_text="Någon annan hann före. Samtalet är redan taget.")
    await expect(told).to_be_visible()  # a status, not an alert
    assert [text for text in await loser.page.get_by_role("alert").all_text_contents() if text] == []
    await expect(loser.part("Tagna av andra")).to_contain_text(f"Hos {winner.name}")
    await expect(loser.claim(who)).to_have_count(0)
    assert await heading[loser].count() == 0
    assert NEED not in await loser.told()

    greeted = (await chat.log.text_content() or "").count(content.sentences["counsellor_here"])
    assert greeted == 1


async def test_claim_is_seen_by_the_others_who_cannot_read_or_speak(visit: Visit, counsellors: Enter) -> None:
    alva, bo = await counsellors("Alva"), await counsellors("Bo")
    chat, who = await waiting_visitor(visit, alva, bo)
    await chat.button("Ja, visa").click()
    await bo.page.evaluate("document.querySelector('h1').tabIndex = -1; document.querySelector('h1').focus()")
    await alva.claim(who).click()
    await expect(alva.log).to_contain_text(NEED)

    await expect(bo.part("Tagna av andra")).to_contain_text(who)
    await expect(bo.part("Tagna av andra")).to_contain_text(f"Hos {alva.name}")
    await expect(bo.part("Tagna av andra").get_by_role("button")).to_have_count(0)
    await expect(bo.page.get_by_role("heading", level=1)).to_be_focused()

    answered = alva.page.expect_response(lambda answer: answer.url.endswith("/messages"))
    async with answered as said:
        await alva.say("Hej, jag är kurator.")
    conversation = (await said.value).url.split("/")[-2]
    answer = await bo.page.evaluate(
        "async id => { const one = await fetch(`/console/api/conversations/${id}`);"
        " return [one.status, (await one.json()).error] }",
        conversation,
    )
    assert answer == [403, "not_yours"]
    url = f"{bo.base}/console/api/conversations/{conversation}/messages"
    body = {"id": "8b0e8ab7-6d1c-4b52-8f0f-0a5c8c1d9d10", "text": "Hej från Bo"}
    spoken = await bo.page.context.request.post(url, data=body, headers={"X-CSRF-Token": bo.csrf})
    assert (spoken.status, (await spoken.json())["error"]) == (409, "not_yours")
    await expect(chat.said_by("counsellor")).to_have_text(["Hej, jag är kurator."])
    assert NEED not in await bo.told()


async def test_what_is_shown_while_the_claim_is_on_its_way_is_seen(visit: Visit, counsellors: Enter) -> None:
    alva, bo = await counsellors("Alva"), await counsellors("Bo")
    chat, who = await waiting_visitor(visit, alva, bo)

    async def late(route: Any) -> None:
        answer = await route.fetch()  # older than what follows
        await chat.button("Ja, visa").click()
        await expect(chat.log).to_contain_text("Nu kan kuratorn läsa det du skrivit.")
        await route.fulfill(response=answer)

    await alva.page.route("**/claim", late)
    await alva.claim(who).click()
    await expect(alva.log).to_contain_text(NEED)
