"""What a counsellor is told of somebody at a phone: until when, whether they want it, what became of each line."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from connectors.messaging import FAILURES
from gateway.app import Gateway
from gateway.console.reach import reads_of
from gateway.console.texts import said
from gateway.storage.outbox import Delivery
from gateway.storage.schema import outbox
from tests.channels.platforms import PERSON, Platforms
from tests.conftest import Clock, base_of
from tests.console_client import ConsoleClient
from tests.engine_double import EngineDouble

WORDS = "jag orkar inte mer med det här"
Summon = Callable[..., Awaitable[str]]


@pytest.fixture(autouse=True)
def unlimited(gateway: Gateway) -> None:
    """How fast a platform may be written to is not tested here."""

    async def at_once(seconds: float) -> None:
        await asyncio.sleep(0)

    gateway.messaging._limits._sleep = at_once


@pytest.fixture
def summon(client: TestClient, gateway: Gateway, engine_double: EngineDouble, platforms: Platforms) -> Summon:
    """Let somebody write through a channel, so that they wait for a counsellor; give the conversation."""

    async def waits(name: str, text: str = WORDS) -> str:
        engine_double.summon()
        assert await platforms.say(name, base_of(client), text) == 200
        await platforms.until(name, 2)
        engine_double.calm()
        return await conversation_of(gateway, name)

    return waits


async def conversation_of(gateway: Gateway, name: str) -> str:
    [id] = [id for id in await gateway.store.ids() if (await gateway.store.get(id)).channel == name]
    return id


async def eventually(read: Callable[[], Awaitable[Any]], wanted: Any) -> None:
    async with asyncio.timeout(5):
        while (found := await read()) != wanted:
            assert found is not None
            await asyncio.sleep(0.02)


async def read(console: ConsoleClient, id: str) -> dict[str, Any]:
    status, conversation = await console.get(f"conversations/{id}")
    assert status == 200
    return conversation


def fates(conversation: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Give (text, state, what is said of it) of the counsellor's lines."""
    told = conversation["delivery"]
    lines = [line for line in conversation["messages"] if line["sender"] == "counsellor"]
    return [(line["text"], told[str(line["seq"])]["state"], told[str(line["seq"])]["text"]) for line in lines]


@pytest.mark.parametrize(("name", "hours"), [("sms", None), ("whatsapp", 24), ("messenger", 7 * 24)])
async def test_window_is_counted_from_the_last_word_for_the_card_and_the_talk(
    name: str, hours: int | None, summon: Summon, alva: ConsoleClient, clock: Clock, client: TestClient,
    platforms: Platforms, gateway: Gateway,
) -> None:  # fmt: skip
    id = await summon(name)
    [card] = (await alva.get("queue"))[1]["waiting"]
    assert (card["channel"], card["stopped"]) == (name, False)
    ends = {24: "2026-11-25T09:00:00+00:00", 168: "2026-12-01T09:00:00+00:00", None: None}[hours]
    assert card["window_ends"] == ends
    status, conversation = await alva.claim(id)
    assert (status, conversation["window_ends"]) == (200, ends)
    assert conversation["silent_ends"] == "2026-11-24T21:00:00+00:00"
    clock.pass_seconds(3600)
    assert (await read(alva, id))["window_ends"] == ends
    await platforms.say(name, base_of(client), "är du kvar?")
    later = None if ends is None else ends.replace("T09", "T10")
    await eventually(lambda: _window(alva, id), (later, "2026-11-24T22:00:00+00:00"))


async def _window(console: ConsoleClient, id: str) -> tuple[str | None, str | None]:
    conversation = await read(console, id)
    return conversation["window_ends"], conversation["silent_ends"]


async def test_of_a_web_chat_there_is_nothing_of_it(
    client: TestClient, visitor: Any, gateway: Gateway, engine_double: EngineDouble, alva: ConsoleClient
) -> None:
    engine_double.summon()
    await visitor.say(WORDS)
    id = await conversation_of(gateway, "web")
    await alva.claim(id)
    await alva.say(id, "hej")
    conversation = await read(alva, id)
    names = ("window_ends", "silent_ends", "stopped", "delivery", "blanked")
    assert [conversation[name] for name in names] == [None, None, False, {}, []]


async def test_who_has_said_stopp_is_shown_so_until_they_write_again(
    summon: Summon, alva: ConsoleClient, bo: ConsoleClient, client: TestClient, platforms: Platforms
) -> None:
    id = await summon("sms")
    await alva.claim(id)
    await alva.watch()
    await platforms.say("sms", base_of(client), "stopp")
    assert (await alva.until("gone", reason="left"))["conversation"] == id
    told = [one["conversation"]["stopped"] for one in alva.pushed if one["type"] == "conversation"]
    assert told[-1] is True
    assert [card["stopped"] for card in (await bo.get("queue"))[1]["taken"]] == [True]
    assert (await alva.say(id, "jag finns kvar"))[0] == 200
    gone = ("jag finns kvar", "failed", said("delivery", "delivery_blocked"))
    await eventually(lambda: _fates(alva, id), [gone])
    corrected = (await alva.post(f"conversations/{id}/correct", {"route": "offer_human"}))[1]
    assert corrected["stopped"] is True
    await platforms.say("sms", base_of(client), "jo, skriv")
    await eventually(lambda: _stopped(alva, id), False)


async def _fates(console: ConsoleClient, id: str) -> list[tuple[str, str, str]]:
    return fates(await read(console, id))


async def _stopped(console: ConsoleClient, id: str) -> bool:
    return bool((await read(console, id))["stopped"])


async def test_what_became_of_a_line_is_pushed_and_leaves_the_queue_alone(
    summon: Summon, alva: ConsoleClient, client: TestClient, platforms: Platforms, gateway: Gateway
) -> None:
    gateway.console._overview._pause = 0.0
    id = await summon("sms")
    await alva.claim(id)
    await platforms.until("sms", 3)
    await alva.watch()
    seq = str((await alva.say(id, "hej, jag heter Alva"))[1]["seq"])
    told: dict[str, str] = {}
    while told.get("state") != "sent":
        told = (await alva.until("conversation"))["conversation"]["delivery"].get(seq, {})
    assert told == {"state": "sent", "text": ""}
    [sms] = [one for one in platforms["sms"].to(PERSON["sms"]) if "jag heter Alva" in one.text]
    await asyncio.sleep(0.05)
    alva.pushed.clear()
    await platforms.send("sms", base_of(client), platforms["sms"].report(sms.id, "failed"))
    while told["state"] != "failed":
        told = (await alva.until("conversation"))["conversation"]["delivery"][seq]
    assert told["text"].startswith("Det kom inte fram")
    await asyncio.sleep(0.2)  # a queue would have come by now
    gateway.live.tell_consoles("typing", id)
    await alva.until("typing")
    assert {one["type"] for one in alva.pushed} == {"conversation", "typing"}


async def test_only_lines_that_are_shown_are_told_of(summon: Summon, alva: ConsoleClient) -> None:
    id = await summon("telegram")
    await alva.claim(id)
    conversation = await read(alva, id)
    seqs = {str(line["seq"]) for line in conversation["messages"] if line["sender"] != "visitor"}
    assert conversation["hidden"] > 0
    assert set(conversation["delivery"]) == seqs != set()


@pytest.mark.parametrize(
    ("state", "failure", "works", "name"),
    [
        ("sent", None, True, ""), ("pending", None, True, "pending"), ("sending", None, True, "pending"),
        ("pending", None, False, "delivery_misconfigured"), ("pending", "in_doubt", True, "again"),
        ("sending", "in_doubt", True, "again"), ("doubt", "in_doubt", True, "delivery_in_doubt"),
        ("failed", "something new", True, "given_up"), ("failed", None, True, "given_up"),
        ("failed", "misconfigured", True, "delivery_misconfigured"),
        *[("pending", one, True, f"delivery_{one}") for one in ("retry_later", "provider_down", "misconfigured")],
        *[("failed", one, True, "given_up") for one in ("retry_later", "provider_down")],
        *[("failed", one, True, f"delivery_{one}") for one in ("window_closed", "visitor_gone", "blocked", "refused")],
    ],
)  # fmt: skip
def test_each_fate_has_its_sentence(state: str, failure: str | None, works: bool, name: str) -> None:
    assert reads_of(Delivery(state, failure), works) == name
    assert not name or said("delivery", name)


def test_nothing_that_is_given_up_is_promised_to_be_tried_again() -> None:
    for failure in FAILURES:
        assert "försöker igen av" not in said("delivery", reads_of(Delivery("failed", failure)))


async def test_words_edited_and_taken_back_are_replaced_while_the_talk_is_open(
    summon: Summon, alva: ConsoleClient, client: TestClient, platforms: Platforms
) -> None:
    id, base, phone = await summon("whatsapp"), base_of(client), platforms["whatsapp"]
    person = PERSON["whatsapp"]
    await alva.claim(id)
    await alva.watch()
    await platforms.send("whatsapp", base, phone.text(person, "jag är rädd", "wamid.ONE"))
    first = (await _line(alva, "jag är rädd"))["seq"]
    await platforms.send("whatsapp", base, phone.edit(person, "wamid.ONE", "jag är väldigt rädd"))
    edited = {"seq": first, "text": "[ändrat, se längre ned]"}
    await _until_blanked(alva, [edited])
    second = (await _line(alva, "jag är väldigt rädd"))["seq"]
    await platforms.send("whatsapp", base, phone.unsend(person, "wamid.ONE"))
    taken_back = {"seq": second, "text": "[borttaget av den som skrev]"}
    await _until_blanked(alva, [edited, taken_back])
    conversation = await read(alva, id)
    texts = [line["text"] for line in conversation["messages"] if line["sender"] == "visitor"]
    assert (conversation["blanked"], texts) == ([edited, taken_back], [edited["text"], taken_back["text"]])


async def _line(console: ConsoleClient, text: str) -> dict[str, Any]:
    while True:
        message: dict[str, Any] = (await console.until("message"))["message"]
        if message["text"] == text:
            return message


async def _until_blanked(console: ConsoleClient, wanted: list[dict[str, Any]]) -> None:
    while (await console.until("conversation"))["conversation"]["blanked"] != wanted:
        pass


async def test_what_a_claim_recalled_becomes_drafts_and_what_had_begun_says_so(
    client: TestClient, gateway: Gateway, engine_double: EngineDouble, platforms: Platforms, alva: ConsoleClient
) -> None:
    platforms["sms"].moods.extend(["503"] * 9)  # nothing goes out now
    engine_double.summon()
    await platforms.say("sms", base_of(client), WORDS)
    await eventually(lambda: _waiting(alva), 1)
    id = await conversation_of(gateway, "sms")

    async def failed() -> set[tuple[str, str | None]]:
        return {(one.state, one.failure) for one in (await gateway.messaging.rows.delivery_of(id)).values()}

    await eventually(failed, {("pending", "provider_down"), ("pending", None)})
    status, conversation = await alva.claim(id)
    assert (status, {one["begun"] for one in conversation["drafts"]}) == (200, {False})
    assert [one["text"] for one in conversation["drafts"]] == [f"Svar på: {WORDS}"]
    assert [one["name"] for one in conversation["drafts"][0]["contacts"]] != []
    waits = [line["text"] for line in conversation["messages"] if line["sender"] == "system"]
    assert all(not text.startswith("Svar på") for text in waits)


async def _waiting(console: ConsoleClient) -> int:
    return len((await console.get("queue"))[1]["waiting"])


async def test_of_a_line_that_had_begun_to_go_out_the_draft_says_so(
    summon: Summon, gateway: Gateway, alva: ConsoleClient
) -> None:
    id = await summon("sms")
    async with gateway.store.change(id) as change:
        seq = await change.add("bot", {"text": "Första. Andra.", "choices": [], "contacts": []})
        await change.connection.execute(outbox.update().where(outbox.c.seq == seq).values(state="sent"))
        await change.send(seq, "bot", 1, {"text": "Andra."})
    conversation = (await alva.claim(id))[1]
    assert [(one["text"], one["begun"]) for one in conversation["drafts"]] == [("Första. Andra.", True)]


async def test_what_waits_behind_a_line_that_cannot_go_out_says_why(
    summon: Summon, alva: ConsoleClient, platforms: Platforms
) -> None:
    id = await summon("sms")
    await alva.claim(id)
    await alva.say(id, "det här går")
    await eventually(lambda: _fates(alva, id), [("det här går", "sent", "")])
    platforms["sms"].refuse = (401, "API access denied")
    for text in ("ett", "två"):
        await alva.say(id, text)
    why = said("delivery", "delivery_misconfigured")
    wanted = [("det här går", "sent", ""), ("ett", "pending", why), ("två", "pending", why)]
    await eventually(lambda: _fates(alva, id), wanted)
