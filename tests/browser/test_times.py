"""Bookable times at the counsellor's console: published, shared, handed over, withdrawn; the calendar's address."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Locator, expect

from gateway.app import Gateway
from tests.browser.people import PHONE, Console
from tests.gateway.console.test_times_api import booked

pytestmark = pytest.mark.browser
Enter = Callable[..., Awaitable[Console]]
# the clock of these tests stands at Tuesday 2026-11-24
DAY = "2026-11-27"


def times(console: Console) -> Locator:
    return console.page.locator(".time")


async def publish(console: Console, start: str = "10:00", **given: str) -> None:
    """Fill in the form and publish: a call to exploited adults unless `given` says otherwise."""
    page = console.page
    await console.go("Tider")
    if await page.get_by_label("Vad", exact=True).is_hidden():
        await console.button("Lägg ut tider").click()
    await page.get_by_label("Vad", exact=True).select_option(label=given.get("kind", "Telefon"))
    await page.get_by_label("För vem").select_option(label=given.get("audience", "Utsatta vuxna"))
    await page.get_by_label("Dag", exact=True).fill(given.get("day", DAY))
    await page.get_by_label("Börjar").fill(start)
    await page.get_by_label("Två kuratorer ska vara med").set_checked("two" in given)
    await page.get_by_label("Upprepa").set_checked("until" in given)
    if "until" in given:
        await page.get_by_label("Till och med").fill(given["until"])
    await console.button("Lägg ut").click()


async def stored(console: Console) -> list[dict[str, Any]]:
    answer = await console.page.request.get(f"{console.base}/console/api/times?from={DAY}&days=60")
    return list((await answer.json())["times"])


async def test_a_series_is_published_and_what_was_left_out_is_said_with_its_reason(own_consoles: Enter) -> None:
    alva, bo = await own_consoles("Alva"), await own_consoles("Bo", viewport=PHONE)
    await bo.go("Tider")
    await expect(bo.page.get_by_role("heading", name="Vecka 48")).to_be_visible()
    await expect(bo.page.get_by_text("Inga tider den här veckan.")).to_be_visible()
    await publish(alva, until="2026-12-25")
    told = alva.page.get_by_role("status").filter(has_text="4 tider är utlagda.")
    await expect(told).to_be_visible()
    await expect(told.get_by_role("listitem")).to_have_text(["fredag 25 december 10.00: Det är helgdag."])
    await expect(times(alva)).to_contain_text(["10.00–10.45"])
    friday = bo.page.locator(".day", has=bo.page.get_by_role("heading", name="fredag 27 nov."))
    await expect(friday.locator(".time")).to_contain_text(["Ledig"])
    await expect(friday.locator(".time")).to_contain_text(["Alva"])
    await bo.button("Veckan efter").click()
    await expect(bo.page.get_by_role("heading", name="Vecka 49")).to_be_visible()
    await expect(times(bo)).to_have_count(1)
    assert len(await stored(bo)) == 4


async def test_what_cannot_be_published_is_said_and_what_was_chosen_stays(own_consoles: Enter) -> None:
    alva = await own_consoles("Alva")
    await publish(alva, day="")
    await expect(alva.page.get_by_role("alert").filter(has_text="Fyll i dag och klockslag.")).to_be_visible()
    await expect(alva.page.get_by_label("Dag", exact=True)).to_be_focused()
    await publish(alva)
    await expect(times(alva)).to_have_count(1)
    await publish(alva)  # the same again
    left_out = alva.page.get_by_role("listitem").filter(has_text="Du har något annat då")
    await expect(left_out).to_be_visible()
    await expect(alva.page.get_by_label("Börjar")).to_have_value("10:00")
    await expect(alva.page.get_by_label("Vad", exact=True)).to_have_value("phone")


async def test_two_share_a_time_and_a_booked_one_is_handed_over_not_withdrawn(
    own_consoles: Enter, gateway: Gateway
) -> None:
    alva, bo, cilla = [await own_consoles(name) for name in ("Alva", "Bo", "Cilla")]
    await publish(alva, two="yes")
    await bo.go("Tider")
    await expect(times(bo).locator(".time-state")).to_have_text(["Saknar en kollega"])
    await times(bo).get_by_role("button", name="Var med").click()
    for console in (alva, bo):
        await expect(times(console)).to_contain_text(["Alva och Bo"])
    await times(bo).get_by_role("button", name="Kliv av").click()
    await expect(times(alva).locator(".time-state")).to_have_text(["Saknar en kollega"])
    await times(bo).get_by_role("button", name="Var med").click()
    await expect(times(alva).locator(".time-state")).to_have_text(["Ledig"])

    await booked(gateway, (await stored(alva))[0]["id"])
    for console in (alva, bo):
        await expect(times(console).locator(".time-state")).to_have_text(["Bokad"])
        await expect(times(console).get_by_role("button")).to_have_text(["Lämna över"])
    await times(alva).get_by_role("button", name="Lämna över").click()
    await expect(alva.page.get_by_label("Vem tar tiden?")).to_be_focused()
    await alva.page.get_by_label("Vem tar tiden?").select_option("Cilla")
    await alva.button("Lämna över tiden").click()
    await cilla.go("Tider")
    for console in (alva, bo, cilla):
        await expect(times(console)).to_contain_text(["Cilla och Bo"])
    await times(alva).get_by_role("button", name="Ta över").click()  # and back again: Cilla is ill
    await alva.page.get_by_label("Vems plats tar du?").select_option("Cilla")
    await alva.button("Ta över platsen").click()
    await expect(times(cilla)).to_contain_text(["Alva och Bo"])


async def test_withdrawing_one_of_a_series_and_then_the_rest_that_nobody_has_booked(
    own_consoles: Enter, gateway: Gateway
) -> None:
    alva = await own_consoles("Alva")
    await publish(alva, until="2026-12-18")
    await expect(times(alva)).to_have_count(1)
    await booked(gateway, (await stored(alva))[1]["id"])
    await times(alva).get_by_role("button", name="Dra in").click()
    await expect(alva.button("Nej, låt den vara")).to_be_focused()
    await alva.button("Bara den här").click()
    await expect(alva.page.get_by_role("status").filter(has_text="1 tid är indragen.")).to_be_visible()
    await expect(alva.page.get_by_role("heading", name="fredag 27 nov.")).to_be_focused()
    assert len(await stored(alva)) == 3
    await alva.button("Veckan efter").click()
    await expect(times(alva).locator(".time-state")).to_have_text(["Bokad"])
    await expect(times(alva).get_by_role("button", name="Dra in")).to_have_count(0)
    await alva.button("Veckan efter").click()
    await expect(alva.page.get_by_role("heading", name="Vecka 50")).to_be_visible()
    await times(alva).get_by_role("button", name="Dra in").click()
    await alva.button("Alla obokade i serien").click()
    await expect(alva.page.get_by_role("status").filter(has_text="2 tider är indragna.")).to_be_visible()
    assert [one["booked"] for one in await stored(alva)] == [True]


async def test_the_calendars_address_is_shown_once_and_a_new_one_ends_the_old(own_consoles: Enter) -> None:
    alva = await own_consoles("Alva", permissions=["clipboard-read", "clipboard-write"])
    await publish(alva)
    await alva.button("Kalenderadress").click()
    await alva.button("Gör en ny adress").click()
    await expect(alva.page.get_by_role("status").filter(has_text="Den visas bara nu")).to_be_visible()
    first = await alva.page.locator(".address").text_content() or ""
    await alva.button("Kopiera").click()
    await expect(alva.page.get_by_text("Kopierat")).to_be_visible()
    assert await alva.page.evaluate("navigator.clipboard.readText()") == first
    browser = alva.page.context.browser
    assert browser
    stranger = (await browser.new_context()).request  # a calendar program has no cookie
    answer = await stranger.get(first)
    assert (answer.status, "SUMMARY:Upptagen" in await answer.text()) == (200, True)
    await alva.button("Gör en ny adress").click()
    await expect(alva.page.locator(".address")).not_to_have_text(first)
    assert (await stranger.get(first)).status == 404
    await alva.page.reload()
    await alva.button("Kalenderadress").click()
    await expect(alva.page.locator(".address")).to_be_hidden()
