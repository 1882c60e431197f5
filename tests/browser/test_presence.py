"""Who is here, who takes over, and what calls everybody: presence, handing over, corrections, alarms at the console."""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import Awaitable, Callable

import pytest
from aiohttp.test_utils import TestClient
from playwright.async_api import Locator, Route, expect

from content.model import Content
from gateway.app import Gateway
from tests.browser.people import NEED, PHONE, Chat, Console
from tests.conftest import Clock, base_of
from tests.connectors.test_webchat import key_of
from tests.engine_double import EngineDouble
from tests.gateway.console.test_api import waiting
from tests.gateway.test_disclosure import DANGER, STREET
from tests.gateway.test_sweeper import sweep_after
from tests.system import Visitor

pytestmark = pytest.mark.browser
Visit = Callable[..., Awaitable[Chat]]
Enter = Callable[..., Awaitable[Console]]
TITLE = re.compile("^LARM")


async def claimed(visit: Visit, console: Console) -> tuple[Chat, str]:
    """Let a visitor come who shows what they wrote, and a counsellor claim them; give chat and pseudonym."""
    before = await console.waiting()
    chat = await visit()
    await chat.ask(NEED)
    await chat.button("Ja, visa").click()
    who = await console.newcomer(before)
    await console.claim(who).click()
    await expect(console.talk(who)).to_be_focused()
    await expect(console.log).to_contain_text(NEED)
    return chat, who


def alarms(console: Console) -> Locator:
    return console.page.locator(".alarms").get_by_role("alert")


@pytest.mark.system
async def test_presence_is_told_by_oneself_and_seen_by_colleagues(counsellors: Enter) -> None:
    alva, bo = await counsellors("Alva"), await counsellors("Bo")
    await bo.button("Du är här 0 av 4").click()
    await bo.button("Jag är borta").click()
    await expect(bo.button("Jag är borta")).to_have_attribute("aria-pressed", "true")
    await bo.page.keyboard.press("Escape")
    await expect(bo.button("Du är borta 0 av 4")).to_be_focused()
    await expect(bo.page.get_by_role("status").filter(has_text="Du är borta. Du räknas inte")).to_be_visible()

    await alva.button("Du är här 0 av 4").click()
    await expect(alva.page.get_by_text(f"{bo.name} är borta")).to_be_visible()
    await bo.page.reload()  # it lasts until one says otherwise
    await bo.page.locator(".banner").get_by_role("button", name="Jag är här").click()
    await expect(bo.button("Du är här 0 av 4")).to_be_focused()
    await expect(alva.page.get_by_text(f"{bo.name} är här")).to_be_visible()


@pytest.mark.system
async def test_handing_over_to_a_colleague_who_reads_on(visit: Visit, counsellors: Enter, content: Content) -> None:
    alva, bo = await counsellors("Alva"), await counsellors("Bo")
    chat, who = await claimed(visit, alva)
    await bo.go("Tider")
    await alva.button("Lämna över").click()
    await expect(alva.page.get_by_role("group", name="Vem ska ta över?")).to_be_visible()
    await alva.page.get_by_label("En kollega").select_option(bo.name)
    await alva.button("Lämna till kollegan").click()
    await expect(alva.page.get_by_text("En kollega har tagit över samtalet.").first).to_be_visible()
    await expect(alva.part("Tagna av andra")).to_contain_text(f"Hos {bo.name}")

    given = bo.page.get_by_role("status").filter(has_text="En kollega har lämnat över ett samtal till dig.")
    await expect(given).to_be_visible()
    await bo.button("Visa kön").click()
    await bo.button(f"Öppna samtalet med {who}").click()
    await expect(bo.log).to_contain_text(NEED)
    await bo.say("Hej, jag heter Bo.")
    await expect(chat.said_by("counsellor")).to_have_text(["Hej, jag heter Bo."])
    await expect(chat.log).to_contain_text(content.sentences["counsellor_transferred"])


@pytest.mark.system
async def test_handing_back_to_the_queue_lets_the_visitor_go_first(visit: Visit, counsellors: Enter) -> None:
    alva, bo = await counsellors("Alva"), await counsellors("Bo")
    before = await alva.waiting()
    other = await visit()
    await other.ask(NEED)  # waits, and has waited longer
    await expect(other.status).to_contain_text("Du väntar på en kurator.")
    await alva.newcomer(before)  # or they would be taken for the one who comes now
    chat, who = await claimed(visit, alva)
    await alva.button("Lämna över").click()
    await alva.button("Tillbaka till kön").click()
    await expect(alva.page.get_by_text("Samtalet är tillbaka i kön och går före.").first).to_be_visible()
    first = bo.part("Väntar").locator(".card").first
    await expect(first.locator(".who")).to_have_text(who)
    await expect(first).to_contain_text("Har redan pratat med en kurator.")
    await bo.claim(who).click()
    await bo.say("Nu är jag här.")
    await expect(chat.said_by("counsellor")).to_have_text(["Nu är jag här."])


@pytest.mark.system
async def test_correcting_topic_and_urgency_of_somebody_who_waits(visit: Visit, counsellors: Enter) -> None:
    alva, bo = await counsellors("Alva"), await counsellors("Bo")
    before = await alva.waiting()
    await (await visit()).ask(NEED)
    who = await alva.newcomer(before)
    await alva.button(f"Rätta ämne och brådska för {who}").click()
    topic = alva.page.get_by_label("Vad det gäller")
    await expect(topic).to_be_focused()
    await topic.select_option("controlled_by_other")
    title = await topic.locator("option:checked").text_content()
    await alva.page.get_by_label("Akut. Fara för liv").check()
    await alva.button("Spara").click()
    await expect(alva.button(f"Rätta ämne och brådska för {who}")).to_be_focused()
    for console in (alva, bo):
        await expect(console.card(who).locator(".badge")).to_have_text("Akut. Fara för liv")
        await expect(console.card(who).locator(".card-title")).to_have_text(title or "")


@pytest.mark.system
async def test_risk_words_are_shown_with_the_text_and_not_before(visit: Visit, counsellors: Enter) -> None:
    alva = await counsellors("Alva")
    before = await alva.waiting()
    chat = await visit()
    await chat.ask(NEED)
    who = await alva.newcomer(before)
    await alva.claim(who).click()
    await expect(alva.talk(who)).to_be_focused()
    await expect(alva.page.locator(".about .risks li").first).to_be_visible()
    assert await alva.page.locator(".risk-words").count() == 0
    await chat.button("Ja, visa").click()
    words = alva.page.locator(".risk-words")
    await expect(words.first).to_be_visible()
    quoted = re.findall("”(.+?)”", " ".join(await words.all_text_contents()))
    assert quoted
    assert [one for one in quoted if one.lower() not in NEED.lower()] == []


async def test_an_alarm_is_heard_everywhere_until_somebody_takes_over(
    own_consoles: Enter, gateway: Gateway, engine_double: EngineDouble, clock: Clock, client: TestClient
) -> None:
    alva, bo = await own_consoles("Alva"), await own_consoles("Bo", viewport=PHONE)
    async with Visitor(base_of(client)) as visitor:
        await visitor.until("state")
        await waiting(visitor, gateway, engine_double, "emergency")
        who = await alva.newcomer(set())
        await alva.go("Tider")
        await alva.button("Veckan efter").focus()
        await sweep_after(gateway, clock, 120)
        words = f"Larm: {who} kan vara i fara och har väntat i 2 min 0 s. Ingen har tagit över. Ta samtalet nu."
        for console in (alva, bo):
            await expect(alarms(console)).to_have_text([words])
            await expect(console.page).to_have_title(TITLE)
        await expect(alva.button("Veckan efter")).to_be_focused()

        await alva.page.locator(".alarms").get_by_role("button", name="Uppfattat").click()
        await expect(alva.page.get_by_role("link", name="Tider")).to_be_focused()
        await expect(alarms(alva)).to_have_count(0)
        await expect(alva.page).not_to_have_title(TITLE)
        await sweep_after(gateway, clock, 120)  # nobody has taken over
        await expect(alarms(alva)).to_contain_text(["4 min 0 s"])
        await alva.button("Till samtalet").click()
        await expect(alva.claim(who)).to_be_focused()
        await bo.claim(who).click()
        await expect(bo.talk(who)).to_be_visible()
        for console in (alva, bo):
            await expect(alarms(console)).to_have_count(0)
            await expect(console.page).not_to_have_title(TITLE)


async def test_the_address_of_somebody_in_danger_stands_above_all_to_be_read_to_112(
    own_consoles: Enter, engine_double: EngineDouble, client: TestClient
) -> None:
    alva = await own_consoles("Alva", permissions=["clipboard-read", "clipboard-write"])
    help_card = alva.page.get_by_role("alert").filter(has_text="Ring 112 och läs upp det här")
    async with Visitor(base_of(client)) as visitor:
        await visitor.until("state")
        engine_double.summon("emergency")
        await visitor.say(DANGER)
        await alva.claim(await alva.newcomer(set())).click()
        await expect(alva.log).to_contain_text("han slår mig nu")
        assert STREET not in await alva.told()
        await alva.field.fill("Jag ringer")
        await visitor.choose("show:hidden")
        await expect(help_card.locator(".help-text")).to_contain_text(STREET)
        await expect(alva.field).to_be_focused()
        await expect(alva.field).to_have_value("Jag ringer")
        await expect(help_card.get_by_role("link", name="Ring 112")).to_have_attribute("href", "tel:112")
        await help_card.get_by_role("button", name="Kopiera").click()
        assert STREET in await alva.page.evaluate("navigator.clipboard.readText()")

        await visitor.send({"type": "bye", "quick": True})
        gone = alva.page.get_by_role("status").filter(has_text="Allt raderas klockan 10.10.")
        await expect(gone).to_be_visible()
        await expect(help_card).to_be_visible()  # it is still true, and may be all that is left


async def test_an_open_conversation_lives_on_behind_the_other_parts(
    own_consoles: Enter, gateway: Gateway, engine_double: EngineDouble, client: TestClient
) -> None:
    alva = await own_consoles("Alva")
    async with Visitor(base_of(client)) as visitor:
        await visitor.until("state")
        await waiting(visitor, gateway, engine_double)
        who = await alva.newcomer(set())
        await alva.claim(who).click()
        await alva.field.fill("Jag undrar")
        await alva.go("Tider")
        link = alva.page.get_by_role("link", name="Samtal")
        await expect(link).to_have_text("Samtal")
        await visitor.say("är du kvar?")
        await expect(link).to_have_text("Samtal Nytt i ditt samtal.")
        await alva.page.go_back()  # as on a phone
        await expect(alva.talk(who)).to_be_visible()
        await expect(alva.log).to_contain_text("är du kvar?")
        await expect(alva.field).to_have_value("Jag undrar")
        await expect(link).to_have_text("Samtal")


async def test_words_written_while_another_conversation_opens_reach_nobody(
    own_consoles: Enter, gateway: Gateway, engine_double: EngineDouble, client: TestClient
) -> None:
    alva = await own_consoles("Alva")
    async with Visitor(base_of(client)) as first, Visitor(base_of(client)) as second:
        names = []
        for visitor in (first, second):
            await visitor.until("state")
            await waiting(visitor, gateway, engine_double)
            names.append(await alva.newcomer(set(names)))
            await alva.claim(names[-1]).click()
            await expect(alva.talk(names[-1])).to_be_focused()
        opens = asyncio.Event()

        async def slow(route: Route) -> None:
            await opens.wait()
            await route.continue_()

        await alva.page.route("**/console/api/conversations/*?after=0", slow)
        await alva.field.fill("till den andra")
        await alva.button(f"Öppna samtalet med {names[0]}").click()
        await alva.field.focus()
        await alva.page.keyboard.type("till den första")
        await alva.page.keyboard.press("Enter")
        opens.set()
        await expect(alva.talk(names[0])).to_be_focused()
        await expect(alva.field).to_be_editable()
        await alva.say("Hej igen.")
        await first.until("message", sender="counsellor", text="Hej igen.")
        await gateway.desk.say(await key_of(gateway, second), 1, str(uuid.uuid4()), "efter")
        heard = (await second.until("message", sender="counsellor"))[-1]["text"]
        assert heard == "efter"


async def test_who_left_by_the_quick_exit_is_seen_on_the_card(
    own_consoles: Enter, gateway: Gateway, engine_double: EngineDouble, client: TestClient
) -> None:
    alva = await own_consoles("Alva")
    async with Visitor(base_of(client)) as visitor:
        await visitor.until("state")
        await waiting(visitor, gateway, engine_double, "emergency")
        await visitor.send({"type": "bye", "quick": True})
        card = alva.card(await alva.newcomer(set()))
        await expect(card).to_contain_text("Har lämnat chatten. Det som skrevs raderas klockan 10.10.")


async def test_who_is_full_is_told_so_and_may_still_take_an_emergency(
    own_consoles: Enter, gateway: Gateway, engine_double: EngineDouble, client: TestClient, content: Content
) -> None:
    most = content.organisation.counsellor_load.most
    alva = await own_consoles("Alva")
    visitors = [Visitor(base_of(client)) for _ in range(most + 2)]
    try:
        for count, visitor in enumerate(visitors):
            await visitor.__aenter__()
            await visitor.until("state")
            before = await alva.waiting()
            await waiting(visitor, gateway, engine_double, "emergency" if count > most else "human_now")
            who = await alva.newcomer(before)
            await alva.claim(who).click()
            if count == most:
                await expect(alva.page.get_by_role("status").filter(has_text="Akuta kan du alltid ta.")).to_be_visible()
                await expect(alva.button(f"Du har fullt {most} av {most}")).to_be_visible()
            else:
                await expect(alva.talk(who)).to_be_focused()
    finally:
        for visitor in visitors:
            await visitor.__aexit__()
