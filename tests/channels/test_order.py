"""What comes in another order than it was sent, and what comes when a talk is over."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from aiohttp.test_utils import TestClient

from gateway.app import Gateway
from gateway.handoff import Event
from gateway.storage.records import Line
from tests.channels.platforms import PERSON, Platforms
from tests.conftest import base_of
from tests.soak.couriers import together

WHO = PERSON["whatsapp"]


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(10):
        while not await holds():
            await asyncio.sleep(0.02)


async def test_an_edit_that_is_quicker_than_its_message_stands(client: TestClient, platforms: Platforms) -> None:
    phone, base = platforms["whatsapp"], base_of(client)
    both = [phone.edit(WHO, "wamid.A", "nya ord"), phone.text(WHO, "gamla ord", "wamid.A")]
    assert await platforms.send("whatsapp", base, together(platforms, "whatsapp", both)) == 200
    await platforms.say("whatsapp", base, "något annat")
    texts = "".join(await platforms.until("whatsapp", 3))
    assert "Svar på: nya ord" in texts
    assert "något annat" in texts
    assert "gamla ord" not in texts


async def test_what_was_taken_back_stays_so_though_it_comes_late(client: TestClient, platforms: Platforms) -> None:
    phone, base = platforms["whatsapp"], base_of(client)
    all_three = [phone.unsend(WHO, "wamid.A"), phone.edit(WHO, "wamid.A", "nya ord"), phone.text(WHO, "ord", "wamid.A")]
    assert await platforms.send("whatsapp", base, together(platforms, "whatsapp", all_three)) == 200
    await platforms.say("whatsapp", base, "något annat")
    texts = await platforms.until("whatsapp", 2)
    assert texts[1].startswith("Svar:\nSvar på: något annat")


async def test_radera_erases_what_a_counsellor_has_closed_too(
    client: TestClient, gateway: Gateway, platforms: Platforms
) -> None:
    base = base_of(client)
    await platforms.say("whatsapp", base, "det första")
    await platforms.until("whatsapp", 2)
    for text in ("det andra", ""):
        (id,) = [one for one in await gateway.store.ids() if (await gateway.store.get(one)).state.value == "bot"]
        async with gateway.store.change(id) as change:
            await change.step(Event.CLOSED)
        if text:
            await platforms.say("whatsapp", base, text)
            await platforms.until("whatsapp", 4)
    assert len(await gateway.store.ids()) == 2
    await platforms.say("whatsapp", base, "radera")

    async def erased() -> bool:
        return await gateway.store.ids() == []

    await until(erased)


async def test_words_that_come_as_a_counsellor_closes_begin_a_new_talk(
    client: TestClient, gateway: Gateway, platforms: Platforms, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = base_of(client)
    await platforms.say("whatsapp", base, "det första")
    await platforms.until("whatsapp", 2)
    lines = gateway.store.lines

    async def meanwhile(id: str, after: int = 0) -> list[Line]:
        monkeypatch.undo()
        async with gateway.store.change(id) as change:
            await change.step(Event.CLOSED)
        return await lines(id, after)

    monkeypatch.setattr(gateway.store, "lines", meanwhile)
    await platforms.say("whatsapp", base, "det andra")
    assert "Svar på: det andra" in "".join(await platforms.until("whatsapp", 4))
    assert len(await gateway.store.ids()) == 2


@pytest.mark.parametrize("has_written_since", [False, True])
async def test_an_edit_after_the_close_leaves_no_old_words(
    client: TestClient, gateway: Gateway, platforms: Platforms, has_written_since: bool
) -> None:
    phone, base = platforms["whatsapp"], base_of(client)
    await platforms.send("whatsapp", base, phone.text(WHO, "gamla ord", "wamid.A"))
    await platforms.until("whatsapp", 2)
    (id,) = await gateway.store.ids()
    async with gateway.store.change(id) as change:
        await change.step(Event.CLOSED)
    if has_written_since:
        await platforms.say("whatsapp", base, "något annat")
        await platforms.until("whatsapp", 4)
    await platforms.send("whatsapp", base, phone.edit(WHO, "wamid.A", "nya ord"))
    assert "Svar på: nya ord" in "".join(await platforms.until("whatsapp", 5 if has_written_since else 4))
    assert "gamla ord" not in [line.words["text"] for line in await gateway.store.lines(id)]


async def test_radera_finds_a_closed_talk_whose_follower_was_stopped(
    client: TestClient, gateway: Gateway, platforms: Platforms
) -> None:
    base = base_of(client)
    await platforms.say("whatsapp", base, "det första")
    await platforms.until("whatsapp", 2)
    (first,) = await gateway.store.ids()
    async with gateway.store.change(first) as change:
        await change.step(Event.CLOSED)
    await platforms.say("whatsapp", base, "det andra")
    await platforms.until("whatsapp", 4)
    await platforms.say("whatsapp", base, "stopp")

    async def stopped() -> bool:
        return await gateway.store.ids() == [first]

    await until(stopped)
    await platforms.say("whatsapp", base, "radera")

    async def erased() -> bool:
        return await gateway.store.ids() == []

    await until(erased)
