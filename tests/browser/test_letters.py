"""Letters at the counsellor's console: seen, read, answered once and for all, set aside; red ones are not forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from aiohttp.test_utils import TestClient
from playwright.async_api import Locator, Route, expect

from gateway.app import Gateway
from tests.browser.people import PHONE, Console
from tests.conftest import Clock, base_of
from tests.engine_double import EngineDouble
from tests.gateway.console.test_api import waiting
from tests.gateway.console.test_letters_api import REPLY, TEXT, left
from tests.gateway.test_sweeper import sweep_after
from tests.system import Visitor

pytestmark = pytest.mark.browser
Enter = Callable[..., Awaitable[Console]]
ANSWER = 6  # the route's place: no hurry


async def opened(console: Console, place: int = 0) -> str:
    """Open a letter of the list; give its pseudonym."""
    await console.go("Meddelanden")
    card = letters(console).nth(place)
    who = await card.locator(".who").text_content() or ""
    await console.button(f"Öppna meddelandet från {who}").click()
    await expect(console.talk(who)).to_be_focused()
    return who


def letters(console: Console) -> Locator:
    return console.page.locator(".queue-part", has=console.page.get_by_role("heading", name="Väntar på svar")).locator(
        ".card"
    )


def pages(console: Console) -> Locator:
    return console.page.get_by_role("list", name="Meddelandena").locator(".text")


def reply(console: Console) -> Locator:
    return console.page.get_by_label("Ditt svar")


def told(console: Console, text: str) -> Locator:
    return console.page.get_by_role("status").filter(has_text=text)


async def test_a_letter_is_read_and_answered_and_the_answer_is_never_seen_again(
    own_consoles: Enter, gateway: Gateway
) -> None:
    alva, bo = await own_consoles("Alva"), await own_consoles("Bo", viewport=PHONE)
    _, words = await left(gateway)
    for console in (alva, bo):
        link = console.page.get_by_role("link", name="Meddelanden")
        await expect(link).to_have_text("Meddelanden1 (1 oläst, 1 brådskar)")
        await expect(told(console, "Ett nytt meddelande har kommit.")).to_have_count(1)
    await alva.go("Meddelanden")
    await expect(letters(alva)).to_contain_text(["Ska läsas inom 15 min 0 s"])
    assert TEXT not in await alva.told()
    await opened(alva)
    await expect(pages(alva)).to_have_text([TEXT])
    await alva.button("Jag har läst och ser till det").click()
    await expect(alva.page.get_by_text("Alva har läst och ser till det.", exact=True)).to_be_visible()
    await expect(alva.page.get_by_role("link", name="Meddelanden")).to_have_text("Meddelanden")
    await bo.go("Meddelanden")
    await expect(letters(bo)).to_contain_text(["Alva har läst och ser till det"])

    await expect(alva.page.get_by_text("Varken du eller någon kollega kan läsa det igen.")).to_be_visible()
    await reply(alva).fill(REPLY)
    await alva.page.keyboard.press("Enter")  # a letter is not a chat: a new line, nothing is sent
    await expect(reply(alva)).to_have_value(f"{REPLY}\n")
    await alva.button("Skicka svaret").click()
    await expect(told(alva, "Svaret är skickat och kan inte läsas igen här.")).to_be_visible()
    await expect(reply(alva)).to_have_value("")
    await expect(pages(alva)).to_have_text([TEXT, "Texten går inte att läsa igen."])
    await expect(alva.page.get_by_text("Besökaren har inte läst svaret än.")).to_be_visible()
    await expect(alva.page.get_by_text("Besvarat eller undanlagt. Inget väntar på svar.")).to_be_visible()
    await expect(alva.button("Behöver inget svar")).to_be_hidden()
    for console in (alva, bo):
        await expect(letters(console)).to_have_count(0)
        assert REPLY not in await console.told()

    thread = await gateway.mailboxes.thread(await gateway.mailboxes.find(words))
    assert [letter.text for letter in thread] == [TEXT, REPLY]
    await alva.page.reload()
    await alva.go("Samtal")
    assert REPLY not in await alva.page.content()


async def test_a_half_written_answer_is_kept_and_sent_once_though_the_line_breaks(
    own_consoles: Enter, gateway: Gateway
) -> None:
    alva = await own_consoles("Alva")
    (_, words), _ = await left(gateway), await left(gateway, "ett annat", ANSWER)
    who = await opened(alva)
    await reply(alva).fill(REPLY)
    await alva.go("Samtal")
    await opened(alva, 1)
    await expect(reply(alva)).to_have_value("")
    await alva.button(f"Öppna meddelandet från {who}").click()
    await expect(reply(alva)).to_have_value(REPLY)

    async def arrives_but_is_not_heard_of(route: Route) -> None:
        await route.fetch()
        await route.abort()

    await alva.page.route("**/reply", arrives_but_is_not_heard_of, times=1)
    await alva.button("Skicka svaret").click()
    await expect(alva.page.get_by_role("alert").filter(has_text="Det gick inte just nu.")).to_be_visible()
    await expect(reply(alva)).to_have_value(REPLY)
    await alva.button("Skicka svaret").click()
    await expect(told(alva, "Svaret är skickat")).to_be_visible()
    thread = await gateway.mailboxes.thread(await gateway.mailboxes.find(words))
    assert [letter.text for letter in thread] == [TEXT, REPLY]


async def test_what_came_while_one_read_stays_unread(own_consoles: Enter, gateway: Gateway) -> None:
    alva = await own_consoles("Alva")
    mailbox, _ = await left(gateway)
    hearing, deaf = asyncio.Lock(), asyncio.Event()

    async def gate(route: Route) -> None:
        if route.request.method != "GET":
            await route.continue_()
            return
        async with hearing:  # an answer under way when the page goes deaf is whole before anything new is written
            await (route.abort() if deaf.is_set() else route.fulfill(response=await route.fetch()))

    await alva.page.route("**/console/api/letters**", gate)
    await opened(alva)
    async with hearing:
        deaf.set()  # the page hears of nothing new
    await gateway.mailboxes.write(mailbox, "nu är han här", {"topic": "acute_danger", "risks": []}, 0)
    async with alva.page.expect_response("**/acknowledge"):
        await alva.button("Jag har läst och ser till det").click()
    await alva.page.unroute("**/console/api/letters**")
    await alva.page.reload()
    await opened(alva)
    await expect(pages(alva)).to_have_text([TEXT, "nu är han här"])
    await expect(alva.page.get_by_text("Ingen har sagt att de ser till det än.")).to_be_visible()


async def test_another_letter_that_comes_while_one_writes_is_pointed_out(own_consoles: Enter, gateway: Gateway) -> None:
    alva = await own_consoles("Alva")
    mailbox, _ = await left(gateway)
    await opened(alva)
    await reply(alva).fill("Tack för")
    await gateway.mailboxes.write(mailbox, "nu är han här", {"topic": "acute_danger", "risks": []}, 0)
    await expect(told(alva, "Läs det innan du svarar.")).to_be_visible()
    await expect(pages(alva)).to_have_text([TEXT, "nu är han här"])
    await expect(reply(alva)).to_be_focused()
    await expect(reply(alva)).to_have_value("Tack för")


async def test_a_red_letter_calls_everybody_until_somebody_sees_to_it(
    own_consoles: Enter, gateway: Gateway, clock: Clock
) -> None:
    alva, bo = await own_consoles("Alva"), await own_consoles("Bo")
    await left(gateway)
    await expect(alva.page.get_by_role("link", name="Meddelanden (1 oläst, 1 brådskar)")).to_be_visible()
    answer = await alva.page.request.get(f"{alva.base}/console/api/letters")
    who = (await answer.json())["letters"][0]["pseudonym"]
    await sweep_after(gateway, clock, 15 * 60 + 1)
    words = f"Larm: ett brådskande meddelande från {who} är fortfarande oläst efter 15 min 1 s. Läs det nu."
    for console in (alva, bo):
        await expect(console.page.locator(".alarms").get_by_role("alert")).to_have_text([words])
    await alva.button("Till meddelandet").click()
    await expect(alva.talk(who)).to_be_focused()
    await alva.button("Jag har läst och ser till det").click()
    for console in (alva, bo):
        await expect(console.page.locator(".alarms").get_by_role("alert")).to_have_count(0)


async def test_the_letter_of_somebody_who_goes_on_to_talk_is_at_hand(
    own_consoles: Enter, gateway: Gateway, engine_double: EngineDouble, client: TestClient
) -> None:
    alva = await own_consoles("Alva")
    _, words = await left(gateway)
    async with Visitor(base_of(client)) as visitor:
        await visitor.until("state")
        await visitor.say(" ".join(words))
        await waiting(visitor, gateway, engine_double)
        await alva.claim(await alva.newcomer(set())).click()
        show = alva.button("Visa besökarens meddelande")
        await expect(alva.page.get_by_text("Det här ser du")).to_be_visible()
        await expect(show).to_be_hidden()
        await visitor.choose("share:yes")
        await show.click()
        await expect(pages(alva)).to_have_text([TEXT])
        await expect(alva.field).to_be_hidden()
        await alva.go("Samtal")
        await expect(show).to_be_visible()


async def test_a_letter_set_aside_and_one_deleted_leave_the_list(own_consoles: Enter, gateway: Gateway) -> None:
    alva, bo = await own_consoles("Alva"), await own_consoles("Bo")
    (mailbox, _), _ = await left(gateway), await left(gateway, "tack för i går", ANSWER)
    await opened(alva, 1)
    await alva.button("Behöver inget svar").click()
    await alva.button("Ja, lägg undan").click()
    await expect(told(alva, "Meddelandet är undanlagt.").first).to_be_visible()
    await bo.go("Meddelanden")
    for console in (alva, bo):
        await expect(letters(console)).to_have_count(1)
    await opened(bo)
    await expect(pages(bo)).to_have_text([TEXT])
    await gateway.mailboxes.delete(mailbox)
    await expect(told(bo, "Meddelandet finns inte kvar.").first).to_be_visible()
    await expect(pages(bo)).to_have_count(0)
    for console in (alva, bo):
        await expect(letters(console)).to_have_count(0)
