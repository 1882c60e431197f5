"""Lost connections: nothing is lost, nothing is doubled, and networks without WebSockets are served all the same."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Route, expect

from tests.browser.people import NEED, QUESTION, Chat, Console, eventually, is_dead, stored, stored_transcript
from tests.browser.wire import Wire
from tests.system import System

pytestmark = [pytest.mark.browser, pytest.mark.system]
Visit = Callable[..., Awaitable[Chat]]
LOST = "Förbindelsen bröts. Jag försöker igen."


async def token_of(chat: Chat) -> str:
    token = await chat.kept()
    assert token
    return token


async def shows_all(chat: Chat) -> list[tuple[str, str]]:
    """Wait until the page shows exactly what the gateway has, in its order; give it."""
    token = await token_of(chat)

    async def same() -> bool:
        return await chat.transcript() == await stored_transcript(chat.base, token)

    with contextlib.suppress(AssertionError):  # asking counts against the conversation's bucket: not too often
        await eventually(same, "", every=1)
    shown = await chat.transcript()
    assert shown == await stored_transcript(chat.base, token)
    return shown


async def test_reconnect_after_a_break_in_the_middle_of_an_answer(visit: Visit, wire: Wire) -> None:
    chat = await visit(wire.base)
    token = await token_of(chat)
    wire.deaf = True  # the words arrive; neither `accepted` nor the answer comes back
    await chat.say(QUESTION)

    async def answered() -> bool:
        return any(frame["type"] == "answered" for frame in await stored(chat.base, token))

    await eventually(answered, "the gateway has answered")
    assert [sender for sender, _ in await chat.transcript()] == ["bot", "visitor"]
    wire.cut()
    await expect(chat.inside.get_by_text(LOST)).to_be_visible()
    wire.mend()
    await expect(chat.inside.get_by_text(LOST)).to_have_count(0)
    shown = await shows_all(chat)
    assert [sender for sender, _ in shown] == ["bot", "visitor", "bot"]
    await expect(chat.inside.locator(".delivery")).to_have_text("skickat")
    await expect(chat.inside.locator(".contact").first).to_be_visible()


async def test_reconnect_sends_what_was_written_meanwhile_once_and_in_order(visit: Visit, wire: Wire) -> None:
    chat = await visit(wire.base)
    await chat.ask(QUESTION)
    wire.cut()
    await expect(chat.inside.get_by_text(LOST)).to_be_visible()
    await chat.say("det första medan det var brutet")
    await chat.say("det andra medan det var brutet")
    await expect(chat.inside.get_by_text("väntar på förbindelse")).to_have_count(2)
    wire.mend()
    await expect(chat.inside.get_by_text("väntar på förbindelse")).to_have_count(0)
    await expect(chat.inside.locator(".dots")).to_be_hidden()
    shown = await shows_all(chat)
    said = [text for sender, text in shown if sender == "visitor"]
    assert said == [QUESTION, "det första medan det var brutet", "det andra medan det var brutet"]


async def test_reconnect_of_both_ends_while_a_counsellor_writes(
    visit: Visit, counsellors: Callable[..., Awaitable[Console]], wire: Wire, system: System
) -> None:
    """The counsellor reads over the same line; what each writes meanwhile reaches the other once."""
    alva = await counsellors("Alva", base=wire.base)
    before = await alva.waiting()
    chat = await visit(wire.base)
    await chat.ask(NEED)
    await alva.claim(await alva.newcomer(before)).click()
    await expect(chat.status).to_contain_text("Du skriver nu med en kurator.")
    async with alva.page.expect_response(lambda answer: answer.url.endswith("/messages")) as said:
        await alva.say("Hej, jag är här.")
    conversation = (await said.value).url.split("/")[-2]
    await expect(chat.said_by("counsellor")).to_have_text(["Hej, jag är här."])

    wire.cut()
    await expect(chat.inside.get_by_text(LOST)).to_be_visible()
    await expect(alva.page.get_by_text("Förbindelsen bröts. Kön kan vara gammal.")).to_be_visible()
    await chat.say("är du kvar?")
    alva.base = system.base  # past the cut line
    await alva.say_unseen(conversation, "Jag är kvar.")
    wire.mend()
    await expect(alva.page.get_by_text("Förbindelsen bröts")).to_have_count(0)
    await expect(alva.log.locator(".message.visitor .text")).to_have_text(["är du kvar?"])
    await expect(alva.log.locator(".message.counsellor .text")).to_have_text(["Hej, jag är här.", "Jag är kvar."])
    shown = await shows_all(chat)
    assert [text for sender, text in shown if sender == "counsellor"] == ["Hej, jag är här.", "Jag är kvar."]
    assert [text for sender, text in shown if sender == "visitor"] == [NEED, "är du kvar?"]


async def test_reload_restores_the_conversation(visit: Visit) -> None:
    chat = await visit()
    await chat.ask(QUESTION)
    await chat.ask(NEED)
    before = await shows_all(chat)
    cards = await chat.inside.locator(".contact").all_text_contents()
    assert cards
    await chat.button("Ja, visa").click()
    await expect(chat.inside.locator(".delivery").last).to_have_text("skickat")
    await expect(chat.inside.locator(".dots")).to_be_hidden()
    before = await shows_all(chat)
    await chat.page.reload()
    assert await shows_all(chat) == before
    assert await chat.inside.locator(".contact").all_text_contents() == cards
    await expect(chat.status).to_contain_text("Du väntar på en kurator.")
    await expect(chat.button("Ja, visa")).to_have_attribute("aria-pressed", "true")  # answered, not asked again
    await expect(chat.button("Visa inte")).to_have_attribute("aria-disabled", "true")


async def test_polling_where_sockets_are_refused(visit: Visit, wire: Wire) -> None:
    wire.refuses_sockets = True
    chat = await visit(wire.base)
    assert chat.tokens == []  # no socket ever told one
    assert wire.sockets_refused > 0
    await chat.ask(QUESTION)
    await shows_all(chat)
    first = chat.inside.locator(".message.bot").last.locator(".choice").first
    title = await first.text_content()
    bot_said = await chat.said_by("bot").count()
    await first.click()
    await expect(chat.said_by("bot").nth(bot_said)).to_be_visible()
    shown = await shows_all(chat)
    assert ("visitor", title) in shown

    wire.cut()
    await chat.say("hörs jag nu?")
    await expect(chat.inside.get_by_text("väntar på förbindelse")).to_be_visible()
    wire.mend()
    await expect(chat.inside.get_by_text("väntar på förbindelse")).to_have_count(0)
    shown = await shows_all(chat)
    assert shown.count(("visitor", "hörs jag nu?")) == 1

    token = await token_of(chat)
    await chat.button("Radera chatten").click()
    await chat.button("Ja, radera").click()
    await expect(chat.status).to_contain_text("Samtalet är avslutat.")
    assert await is_dead(chat.base, token)


async def test_console_shows_its_own_words_once_when_the_push_overtakes_the_answer(
    visit: Visit, counsellors: Callable[..., Awaitable[Console]]
) -> None:
    alva = await counsellors("Alva")
    before = await alva.waiting()
    chat = await visit()
    await chat.ask(NEED)
    await alva.claim(await alva.newcomer(before)).click()
    shown = alva.log.locator(".message.counsellor .text")

    async def slow(route: Route) -> None:
        answer = await route.fetch()
        await expect(chat.said_by("counsellor")).to_have_text(["Hej, jag är här."])
        await alva.page.request.get(f"{alva.base}/console/api/queue")  # the push has been written by now
        await route.fulfill(response=answer)

    await alva.page.route("**/messages", slow)
    await alva.say("Hej, jag är här.")
    await expect(alva.log.get_by_text("skickat")).to_be_visible()
    await expect(shown).to_have_text(["Hej, jag är här."])
