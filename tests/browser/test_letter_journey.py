"""A message left at night, answered in the morning, fetched with six words on another device, and deleted."""

from __future__ import annotations

import unicodedata
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import expect

from content.model import Content
from tests.browser.people import Chat, Console, stored_transcript
from tests.own_gateway import OwnGateway

pytestmark = [pytest.mark.browser, pytest.mark.system]
Visit = Callable[..., Awaitable[Chat]]
Enter = Callable[..., Awaitable[Console]]
WISH = "jag vill prata med en människa"
FIRST, SECOND = "hej jag vet inte vem jag ska fråga", "kan ni hjälpa mig att sluta utan att nån får veta"
REPLY = "Hej! Bra att du skrev.\n\nDet kan vi. Kom in i chatten när du vill."
AGAIN = "tack, jag kommer i chatten nu"
GREETING = "Hej, jag läste det du skrev i natt."


def badly(words: list[str]) -> str:
    """Give the words as a tired thumb types them: capitals, no å ä ö, commas."""
    plain = unicodedata.normalize("NFD", ", ".join(words))
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).upper()


async def test_letter_from_a_closed_office_to_a_talk_and_gone(
    own_gateway: OwnGateway, visit: Visit, counsellors: Enter, content: Content
) -> None:
    sentences = content.sentences
    await own_gateway.start(HOURS="closed")
    words = await leave_a_message(visit, own_gateway.base, content)
    console = await counsellors("Alva", at=own_gateway)
    await read_and_answer(console)
    await console.page.context.close()

    await own_gateway.start(HOURS="open")
    console = await counsellors("Alva", at=own_gateway)
    chat = await visit(own_gateway.base, own_gateway.base)
    await chat.tell(badly(words))
    await expect(chat.said_by("system")).to_have_count(1)
    await expect(chat.said_by("system")).to_contain_text(REPLY.split("\n\n")[1])
    await nothing_is_kept_of(chat, words)
    await write_again(chat, content)
    await go_on_to_a_talk(chat, console)

    await console.button("Lämna över").click()
    await console.button("Lämna tillbaka till boten").click()
    await expect(chat.status).to_contain_text("Du skriver med ett datorprogram.")
    await chat.tell(badly(words))
    await chat.choose(sentences["mailbox_delete"])
    await chat.choose(sentences["mailbox_delete_yes"])
    await expect(chat.said_by("system").last).to_have_text(sentences["mailbox_deleted"])
    await console.go("Meddelanden")
    await expect(console.page.get_by_text("Inget meddelande väntar på svar.")).to_be_visible()
    await chat.tell(badly(words))
    await expect(chat.said_by("system").last).to_contain_text("Jag hittar inget med de orden.")


async def leave_a_message(visit: Visit, base: str, content: Content) -> list[str]:
    """Leave a message where nobody reads now; give the six words, and leave without a trace."""
    sentences = content.sentences
    chat = await visit(base, base)
    await chat.ask(WISH)
    await expect(chat.log).to_contain_text("Ingen människa läser här just nu.")
    await chat.choose(sentences["letter_write"])
    for line in (FIRST, SECOND):
        await chat.tell(line)
        await expect(chat.said_by("system").last).to_have_text(sentences["letter_more"])
    await chat.choose(sentences["letter_send"])
    words = await chat.six_words()
    list_ = chat.inside.locator(".six-words")
    assert await list_.evaluate("one => [one.tagName, one.translate, one.getAttribute('aria-label')]") == [
        "OL", False, "Dina sex ord i ordning"
    ]  # fmt: skip
    token = await chat.kept()
    assert token
    assert await chat.transcript() == await stored_transcript(base, token)
    await nothing_is_kept_of(chat, words)
    await chat.page.context.close()
    return words


async def nothing_is_kept_of(chat: Chat, words: list[str]) -> None:
    """See that the tab keeps neither the words nor anything else that was said."""
    kept = await chat.page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}, document.cookie])")
    ours = await chat.page.evaluate("Object.keys(JSON.parse(sessionStorage.varsam))")
    assert sorted(ours) == ["erasing", "link", "seq", "token"]
    assert await chat.page.evaluate("JSON.parse(sessionStorage.varsam).link") is None  # of who came by none
    assert [one for one in (*words, badly(words), FIRST) if one in kept] == []


async def read_and_answer(console: Console) -> None:
    await console.go("Meddelanden")
    await console.page.get_by_role("button", name="Öppna meddelandet från").click()
    letters = console.page.locator(".pages .message .text")
    await expect(letters).to_have_text([f"{FIRST}\n{SECOND}"])
    assert WISH not in await console.told()  # what was said to the bot is not in the letter
    await console.page.get_by_label("Ditt svar").fill(REPLY)
    await console.button("Skicka svaret").click()
    await expect(letters).to_have_count(2)
    await expect(letters.last).to_have_text("Texten går inte att läsa igen.")
    assert REPLY.split("\n\n")[1] not in await console.told()  # no answer of the gateway has it, and no page


async def write_again(chat: Chat, content: Content) -> None:
    await chat.choose(content.sentences["letter_answer"])
    await chat.tell(AGAIN)
    await chat.choose(content.sentences["letter_send"])
    await expect(chat.said_by("system").last).to_contain_text("Samma sex ord gäller.")
    assert await chat.inside.locator(".six-words").count() == 0


async def go_on_to_a_talk(chat: Chat, console: Console) -> None:
    before = await console.waiting()
    await chat.ask(WISH)
    await expect(chat.status).to_contain_text("Du väntar på en kurator.")
    await console.claim(await console.newcomer(before)).click()
    await expect(chat.status).to_contain_text("Du skriver nu med en kurator.")
    await console.say(GREETING)
    await expect(chat.said_by("counsellor")).to_have_text([GREETING])
