"""A shift: two counsellors and three visitors at once. Nobody is dropped, nobody reads what is another's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import expect

from content.model import Content
from tests.browser.people import NEED, Chat, Console, stored_transcript
from tests.browser.wire import Wire
from tests.own_gateway import OwnGateway

pytestmark = [pytest.mark.browser, pytest.mark.system]
Visit = Callable[..., Awaitable[Chat]]
Enter = Callable[..., Awaitable[Console]]
NAMES = ("ett", "två", "tre")
WAITS, TALKS = "Du väntar på en kurator.", "Du skriver nu med en kurator."


def mark(name: str) -> str:
    """Give what only this visitor says, and only their counsellors to them."""
    return f"märke-{name}"


class Shift:
    """Three visitors, known to the counsellors by pseudonym only."""

    def __init__(self, visit: Visit, base: str) -> None:
        self._visit, self._base = visit, base
        self.chats: dict[str, Chat] = {}
        self.who: dict[str, str] = {}

    async def arrives(self, name: str, console: Console) -> None:
        """Let a visitor come who needs a human and shows what they wrote."""
        before = await console.waiting()
        chat = await self._visit(self._base, self._base)
        await chat.ask(f"{NEED}. {mark(name)}")
        await expect(chat.status).to_contain_text(WAITS)
        await chat.button("Ja, visa").click()
        self.chats[name], self.who[name] = chat, await console.newcomer(before)

    async def claim(self, console: Console, name: str) -> None:
        await console.claim(self.who[name]).click()
        await expect(console.talk(self.who[name])).to_be_focused()
        await expect(console.log).to_contain_text(mark(name))
        await expect(self.chats[name].status).to_contain_text(TALKS)

    async def exchange(self, console: Console, name: str) -> None:
        """Both say something in the conversation that is open at the console, and each sees it."""
        chat = self.chats[name]
        hello, answer = f"{console.name} till {mark(name)}", f"svar till {console.name} från {mark(name)}"
        heard, answers = chat.said_by("counsellor"), console.log.locator(".message.visitor .text")
        before, answered = await heard.count(), await answers.count()  # the same two may have said the same before
        await console.say(hello)
        await expect(heard).to_have_count(before + 1)
        await expect(heard.last).to_have_text(hello)
        await chat.say(answer)
        await expect(answers).to_have_count(answered + 1)
        await expect(answers.last).to_have_text(answer)

    async def nobody_reads_anothers(self) -> None:
        """Compare every page with what the gateway has stored for it, and find no word of the other two in either."""
        for name, chat in self.chats.items():
            token = await chat.kept()
            assert token
            shown = await chat.transcript()
            assert shown == await stored_transcript(chat.base, token)
            said = " ".join(text for _, text in shown)
            assert [other for other in NAMES if mark(other) in said] == [name]


async def told(chat: Chat, text: str) -> None:
    await expect(chat.said_by("system").last).to_have_text(text)


async def test_shift_of_two_counsellors_and_three_visitors(
    own_gateway: OwnGateway, visit: Visit, counsellors: Enter, content: Content
) -> None:
    await own_gateway.start(LOST_SECONDS="1", SWEEP_SECONDS="0.3")
    async with Wire(own_gateway.port) as wire:
        alva = await counsellors("Alva", base=wire.base, at=own_gateway)
        bo = await counsellors("Bo", at=own_gateway)
        shift = Shift(visit, own_gateway.base)
        for name in NAMES:
            await shift.arrives(name, bo)
        assert await alva.waiting() == await bo.waiting() == set(shift.who.values())
        await expect(shift.chats["tre"].status).to_contain_text("Du är nummer 3 i kön.")

        await each_takes_one(shift, alva, bo)
        await alva_is_lost(shift, wire, alva, bo, content)
        await bo_hands_back(shift, bo, content)
        await alva_returns(shift, wire, alva, bo)
        await bo_gives_his_to_alva(shift, alva, bo, content)
        assert [mark(name) for name in ("tre",) if mark(name) in await bo.told() + await alva.told()] == []
        await shift.nobody_reads_anothers()


async def each_takes_one(shift: Shift, alva: Console, bo: Console) -> None:
    await shift.claim(alva, "ett")
    await expect(bo.part("Tagna av andra")).to_contain_text(shift.who["ett"])
    await expect(bo.part("Tagna av andra")).to_contain_text(f"Hos {alva.name}")
    await expect(bo.claim(shift.who["ett"])).to_have_count(0)
    await shift.claim(bo, "två")
    await shift.exchange(alva, "ett")
    await shift.exchange(bo, "två")
    await expect(shift.chats["tre"].status).to_contain_text("Du är nummer 1 i kön.")


async def alva_is_lost(shift: Shift, wire: Wire, alva: Console, bo: Console, content: Content) -> None:
    """Her visitor is told and goes before the one who waits already."""
    wire.cut()
    await told(shift.chats["ett"], content.sentences["counsellor_lost"])
    await expect(shift.chats["ett"].status).to_contain_text("Du är nummer 1 i kön.")
    await expect(shift.chats["tre"].status).to_contain_text("Du är nummer 2 i kön.")
    await expect(alva.page.get_by_text("Förbindelsen bröts. Kön kan vara gammal.")).to_be_visible()
    await expect(bo.part("Väntar").locator(".who")).to_have_text([shift.who["ett"], shift.who["tre"]])
    await expect(bo.card(shift.who["ett"])).to_contain_text("Har redan pratat med en kurator.")


async def bo_hands_back(shift: Shift, bo: Console, content: Content) -> None:
    """His visitor goes before those who wait, but not before the one who lost Alva."""
    await bo.button("Lämna över").click()
    await bo.button("Tillbaka till kön").click()
    await told(shift.chats["två"], content.sentences["counsellor_requeued"])
    order = [shift.who[name] for name in NAMES]
    await expect(bo.part("Väntar").locator(".who")).to_have_text(order)
    for place, name in enumerate(NAMES, start=1):
        await expect(shift.chats[name].status).to_contain_text(f"Du är nummer {place} i kön.")


async def alva_returns(shift: Shift, wire: Wire, alva: Console, bo: Console) -> None:
    """She hears that she lost hers and takes the one of Bo, and he hers, with all that was said before."""
    wire.mend()
    await expect(alva.page.get_by_text("Din förbindelse var borta för länge.").first).to_be_visible()
    await expect(alva.part("Väntar").locator(".who")).to_have_text([shift.who[name] for name in NAMES])
    await shift.claim(alva, "två")
    await expect(alva.log).to_contain_text(f"{bo.name} till {mark('två')}")
    await shift.exchange(alva, "två")
    await shift.claim(bo, "ett")
    await expect(bo.log).to_contain_text(f"{alva.name} till {mark('ett')}")
    await shift.exchange(bo, "ett")


async def bo_gives_his_to_alva(shift: Shift, alva: Console, bo: Console, content: Content) -> None:
    """A colleague who has one already gets a second; what she says reaches the one whose conversation is open."""
    await bo.button("Lämna över").click()
    await bo.page.get_by_label("En kollega").select_option(alva.name)
    await bo.button("Lämna till kollegan").click()
    await told(shift.chats["ett"], content.sentences["counsellor_transferred"])
    await expect(bo.part("Tagna av andra").locator(".who")).to_have_text([shift.who["ett"], shift.who["två"]])
    await alva.button(f"Öppna samtalet med {shift.who['ett']}").click()
    await expect(alva.talk(shift.who["ett"])).to_be_focused()
    await expect(alva.log).to_contain_text(f"{bo.name} till {mark('ett')}")
    await shift.exchange(alva, "ett")
    await alva.button(f"Öppna samtalet med {shift.who['två']}").click()
    await expect(alva.talk(shift.who["två"])).to_be_focused()
    await shift.exchange(alva, "två")
    await expect(shift.chats["tre"].status).to_contain_text("Du är nummer 1 i kön.")
