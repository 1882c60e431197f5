"""What goes out: in order, once, not lost, not late; whatever the platform does."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import given
from hypothesis import strategies as st

from connectors.messaging import FAILURES, Inbound, Outbound, SendFailed
from connectors.registry import CHANNELS
from gateway.app import Gateway
from gateway.channels.courier import LONGEST_BACKOFF, MOST_ATTEMPTS, backoff, waits
from gateway.handoff import State
from gateway.storage.outbox import MOST_DOUBTS
from tests.channels.platforms import NAMES, Platforms
from tests.channels.sending import Gate, Held, Sending, quick, until
from tests.conftest import Clock
from tests.console_client import add_counsellor

pytestmark = pytest.mark.usefixtures("quick")
__all__ = ["quick"]
ANNA, BEA = "46701740602", "46701740603"
DAY = 24 * 3600.0


@pytest.fixture
def telegram(gateway: Gateway, client: TestClient, platforms: Platforms, clock: Clock) -> Sending:
    return Sending(gateway, client, platforms, clock, "telegram")


@pytest.fixture
def make(gateway: Gateway, client: TestClient, platforms: Platforms, clock: Clock) -> Any:
    return lambda name: Sending(gateway, client, platforms, clock, name)


def fail(
    sending: Sending, *failures: Exception | None, monkeypatch: pytest.MonkeyPatch, only: str = ""
) -> list[Outbound]:
    """Have the next sends of the channel (that hold `only`) end so, None: well; give all that were tried."""
    channel = sending.gateway.messaging.full(sending.name)
    assert channel is not None
    due, tried, send = list(failures), list[Outbound](), channel.send

    async def sent(http: Any, message: Outbound) -> str:
        tried.append(message)
        failure = due.pop(0) if due and only in message.text else None
        if failure is not None:
            raise failure
        return await send(http, message)

    monkeypatch.setattr(channel, "send", sent)
    return tried


# order, and others


async def test_what_comes_after_waits_while_the_first_is_tried_again(telegram: Sending) -> None:
    id = await telegram.greeted()
    telegram.provider.moods.extend(["503"])
    for text in ("ett", "två", "tre"):
        await telegram.speak(id, text)
    await until(lambda: telegram.counted().get("later"))
    await asyncio.sleep(0.1)
    assert len(telegram.texts()) == 2
    other = await telegram.greeted(BEA)
    assert [row.state for row in await telegram.rows(other)] == ["sent", "sent"]
    telegram.clock.pass_seconds(10)
    await telegram.settled(id)
    assert telegram.texts()[2:] == ["Svar:\nett", "Svar:\ntvå", "Svar:\ntre"]
    assert telegram.counted() == {"sent": 7, "later": 1}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("mood", ["429", "500", "503"])
async def test_a_platform_that_takes_nothing_gets_it_again_once(name: str, mood: str, make: Any) -> None:
    sending = make(name)
    id = await sending.greeted()
    sending.provider.moods.append(mood)
    await sending.speak(id, "Ring 112.")
    await until(lambda: sending.counted().get("later"))
    sending.gateway.messaging._limits._until.clear()
    sending.clock.pass_seconds(70)
    await sending.settled(id)
    assert [text for text in sending.texts() if "112." in text][1:] == ["Svar:\nRing 112."]
    assert sending.counted() == {"sent": 3, "later": 1}


@pytest.mark.parametrize("name", [name for name in NAMES if not CHANNELS[name].capabilities.keys])
@pytest.mark.parametrize("mood", ["garbage", "drop", "hang"])
async def test_what_is_in_doubt_is_left_at_that(name: str, mood: str, make: Any) -> None:
    sending = make(name)
    id = await sending.greeted()
    sending.provider.moods.append(mood)
    await sending.speak(id, "Du kan ringa i morgon.")
    rows = await sending.settled(id)
    assert (rows[-1].state, rows[-1].failure, rows[-1].sealed) == ("doubt", "in_doubt", None)
    assert sending.counted() == {"sent": 2, "doubt": 1}
    arrived = [text for text in sending.texts() if "morgon" in text]
    assert len(arrived) == (0 if mood == "hang" or (name, mood) == ("signal", "garbage") else 1)


@pytest.mark.parametrize("name", NAMES)
async def test_a_slow_platform_is_waited_for(name: str, make: Any) -> None:
    sending = make(name)
    id = await sending.greeted()
    sending.provider.slow_seconds = sending.provider.seconds = 0.15
    sending.provider.moods.append("slow")
    await sending.speak(id, "Jag är kvar.")
    assert [row.state for row in await sending.settled(id)] == ["sent"] * 3
    assert sending.texts()[2:] == ["Svar:\nJag är kvar."]


# failures


@pytest.mark.parametrize(("sender", "text"), [("bot", "Ring 112 nu."), ("counsellor", "Jag är här.")])
async def test_an_urgent_word_in_doubt_is_repeated_but_not_for_ever(
    sender: str, text: str, telegram: Sending, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = await telegram.greeted()
    down, doubt = SendFailed("provider_down"), SendFailed("in_doubt")
    tried = fail(telegram, down, down, down, down, *[doubt] * 9, monkeypatch=monkeypatch)
    await telegram.speak(id, text, sender)
    while (rows := await telegram.rows(id))[-1].state != "doubt":
        telegram.clock.pass_seconds(20)
        await asyncio.sleep(0.005)
    assert len(tried) == 4 + MOST_DOUBTS
    assert (rows[-1].doubts, rows[-1].attempts) == (MOST_DOUBTS, 4 + MOST_DOUBTS)
    assert telegram.counted() == {"sent": 2, "later": 4, "repeated": MOST_DOUBTS - 1, "doubt": 1}


@pytest.mark.parametrize(
    "name", [name for name, failure in FAILURES.items() if not failure.retry and name != "in_doubt"]
)
async def test_what_would_not_go_the_next_time_is_given_up_at_once(
    name: Any, telegram: Sending, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = await telegram.greeted()
    counsellor = await add_counsellor(telegram.gateway, "Alva")
    await telegram.claim(id, counsellor)
    await telegram.settled(id)
    tried = fail(telegram, SendFailed(name, code="4711"), monkeypatch=monkeypatch)
    await telegram.gateway.desk.say(id, counsellor, "c1", "hemligt ord")
    await telegram.settled(id)
    row = next(row for row in await telegram.rows(id) if row.sender == "counsellor")
    assert (row.state, row.failure, row.sealed, len(tried)) == ("failed", name, None, 1)
    assert await telegram.dead() == [("telegram", "counsellor", name, "4711")]
    delivery = await telegram.gateway.messaging.rows.delivery_of(id)
    assert (delivery[row.seq].state, delivery[row.seq].failure) == ("failed", name)


@pytest.mark.parametrize(
    ("failure", "least", "most"),
    [
        (SendFailed("retry_later", 40), 40, 41), (SendFailed("provider_down", 0), 0, 1),
        (SendFailed("provider_down"), 1, 3), (SendFailed("misconfigured"), 30, 30), (SendFailed("misconfigured", 90), 90, 91),
    ],
)  # fmt: skip
async def test_what_the_platform_asks_for_is_waited(
    failure: SendFailed, least: float, most: float, telegram: Sending, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = await telegram.greeted()
    tried = fail(telegram, failure, monkeypatch=monkeypatch)
    await telegram.speak(id, "hej")
    await until(lambda: telegram.counted().get("later"))
    row = (await telegram.rows(id))[-1]
    assert least <= row.due_at - telegram.clock() <= most
    assert (row.state, row.failure) == ("pending", failure.name)
    telegram.clock.pass_seconds(max(least - 1, 0))
    await asyncio.sleep(0.05)
    assert len(tried) == 1


async def test_a_retry_after_of_the_platform_itself_is_obeyed(make: Any) -> None:
    sms = make("sms")
    id = await sms.greeted()
    sms.provider.retry_after = "77"
    sms.provider.moods.append("429")
    await sms.speak(id, "hej")
    await until(lambda: sms.counted().get("later"))
    assert 77 <= (await sms.rows(id))[-1].due_at - sms.clock() <= 78


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_waits_grow_and_are_never_the_same_for_all(attempts: int, chance: float) -> None:
    wait = backoff(attempts, lambda: chance)
    middle = min(LONGEST_BACKOFF, 2.0 ** min(attempts, 20))
    assert wait == middle * (0.5 + chance)
    assert backoff(attempts + 1, lambda: chance) >= wait


@pytest.mark.parametrize("asked", [None, 1.0, 5.0])
@pytest.mark.parametrize("name", ["provider_down", "retry_later"])
def test_a_short_wait_that_is_asked_for_each_time_does_not_use_up_the_attempts(name: Any, asked: float | None) -> None:
    given_up = sum(waits(attempts, SendFailed(name, asked)) for attempts in range(1, MOST_ATTEMPTS))
    assert given_up > 8 * 3600


async def test_only_what_concerns_all_stops_all(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    telegram, sms = make("telegram"), make("sms")
    limits = telegram.gateway.messaging._limits
    id, other = await telegram.greeted(), await sms.greeted()
    fail(telegram, SendFailed("retry_later", 60), SendFailed("retry_later", 60, whole=True), monkeypatch=monkeypatch)
    await telegram.speak(id, "hej")
    await until(lambda: telegram.counted().get("later"))
    assert limits._until == {}
    telegram.clock.pass_seconds(62)
    await until(lambda: telegram.counted().get("later") == 2)
    assert list(limits._until) == ["telegram"]
    await sms.speak(other, "hej")
    await sms.settled(other)
    assert sms.texts()[-1] == "Svar:\nhej"


async def test_of_an_answer_in_two_parts_the_second_can_fail_alone(make: Any) -> None:
    sms = make("sms")
    id = await sms.greeted()
    sms.provider.moods.extend(["ok", "503"])
    await sms.speak(id, "Det här är en mening. " * 40)
    await until(lambda: sms.counted().get("later"))
    assert [(row.part, row.state) for row in (await sms.rows(id))[2:]] == [(0, "sent"), (1, "pending"), (2, "pending")][
        : len((await sms.rows(id))[2:])
    ]
    sms.clock.pass_seconds(10)
    await sms.settled(id)
    parts = sms.texts()[2:]
    assert [part.split("\n")[0] for part in parts] == ["Svar:", *["Mer:"] * (len(parts) - 1)]
    assert " ".join(part.split("\n")[1] for part in parts) == ("Det här är en mening. " * 40).strip()


@pytest.mark.parametrize("failure", [SendFailed("refused", code="99"), ValueError("han slår mig")])
async def test_what_is_refused_of_the_bots_is_followed_by_numbers_that_work(
    failure: Exception, telegram: Sending, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = await telegram.greeted()
    fail(telegram, failure, failure, monkeypatch=monkeypatch, only="långt")
    await telegram.speak(id, "Ett svar som är långt. " * 80)
    await telegram.settled(id)
    await until(lambda: len(telegram.texts()) == 3)
    await asyncio.sleep(0.1)
    assert len(telegram.texts()) == 3
    assert "112" in telegram.texts()[2].partition(".")[0]
    assert "slår" not in str(await telegram.dead())


async def test_a_first_word_that_is_refused_is_no_silence(telegram: Sending, monkeypatch: pytest.MonkeyPatch) -> None:
    fail(telegram, SendFailed("refused"), monkeypatch=monkeypatch, only="maskin")
    await telegram.say("hej")
    (greeting,) = (await telegram.platforms.until("telegram", 1))[:1]
    fail(telegram, SendFailed("refused"), monkeypatch=monkeypatch, only="maskin")
    await telegram.say("/start", BEA)
    (fallback,) = await telegram.platforms.until("telegram", 1, BEA)
    assert "maskin" not in greeting
    assert "112" in fallback.partition(".")[0]
    await asyncio.sleep(0.1)
    assert not [text for text in telegram.texts() if "Något har gått fel" in text]  # the answer that follows is one


@pytest.mark.parametrize("how", ["radera", "stopp", "human", "stopped"])
async def test_what_is_refused_is_not_told_to_whom_it_does_not_concern_any_more(
    how: str, telegram: Sending, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = await telegram.greeted()
    held = Held(telegram, monkeypatch, "botens")
    await telegram.speak(id, "botens")
    await held.began.wait()
    if how in ("human", "stopped"):
        await telegram.claim(id, await add_counsellor(telegram.gateway, "Alva"))
    if how != "human":
        await telegram.say("radera" if how == "radera" else "stopp")
        await telegram.platforms.until("telegram", 3)
    held.end(SendFailed("refused"))
    await until(lambda: telegram.counted().get("failed"))
    await asyncio.sleep(0.1)
    assert not [text for text in telegram.texts() if "Något har gått fel" in text]
    assert await telegram.dead() == [("telegram", "bot", "refused", "")]


async def test_a_line_that_cannot_be_shaped_does_not_stop_what_comes_after(
    telegram: Sending, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = await telegram.greeted()
    await telegram.speak(id, "går inte", contacts=[{}])
    await telegram.speak(id, "går bra")
    await telegram.settled(id)
    assert [row.state for row in await telegram.rows(id)] == ["sent", "sent", "failed", "sent"]
    assert "Svar:\ngår bra" in telegram.texts()


async def test_a_defect_on_the_way_out_leaves_nobody_in_silence(
    telegram: Sending, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = await telegram.greeted()
    rows, following, broken = telegram.gateway.messaging.rows, telegram.gateway.messaging.rows.next, [1]

    async def breaks(conversation: str) -> Any:
        if broken:
            raise ValueError(broken.pop())
        return await following(conversation)

    monkeypatch.setattr(rows, "next", breaks)
    await telegram.speak(id, "hej")
    await telegram.settled(id)
    assert telegram.texts()[2:] == ["Svar:\nhej"]


async def test_a_clock_that_is_set_back_holds_up_nothing_new(telegram: Sending) -> None:
    id = await telegram.greeted()
    async with telegram.gateway.store.change(id) as change:
        await change.add("bot", {"text": "hej", "choices": [], "contacts": []})
        telegram.clock.pass_seconds(-7200)
    await telegram.settled(id)
    assert telegram.texts()[2:] == ["Svar:\nhej"]


# the counsellor


async def test_a_claim_recalls_what_the_bot_has_not_sent(telegram: Sending) -> None:
    id = await telegram.greeted()
    counsellor = await add_counsellor(telegram.gateway, "Alva")
    telegram.provider.moods.append("503")
    await telegram.speak(id, "botens ett")
    await telegram.speak(id, "botens två")
    await until(lambda: telegram.counted().get("later"))
    await telegram.claim(id, counsellor)
    telegram.clock.pass_seconds(400)
    await telegram.settled(id)
    assert [draft["text"] for draft in await telegram.gateway.store.drafts(id)] == ["botens ett", "botens två"]
    assert not [text for text in telegram.texts() if "botens" in text]
    assert {row.sender for row in (await telegram.rows(id))[2:]} == {"system"}


@pytest.mark.parametrize("name", ["provider_down", "in_doubt"])
async def test_what_was_on_its_way_at_the_claim_is_not_tried_again(
    name: Any, telegram: Sending, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = await telegram.greeted()
    counsellor = await add_counsellor(telegram.gateway, "Alva")
    channel, gate, began = telegram.gateway.messaging.full("telegram"), asyncio.Event(), asyncio.Event()
    send = channel.send  # type: ignore[union-attr]

    async def held(http: Any, message: Outbound) -> str:
        if "botens" not in message.text:
            return await send(http, message)
        began.set()
        await gate.wait()
        raise SendFailed(name)

    monkeypatch.setattr(channel, "send", held)
    await telegram.speak(id, "botens 112")
    await began.wait()
    await telegram.claim(id, counsellor)
    gate.set()
    await until(lambda: telegram.counted().get("recalled"))
    telegram.clock.pass_seconds(400)
    await telegram.settled(id)
    assert not [text for text in telegram.texts() if "botens" in text]
    assert [draft["text"] for draft in await telegram.gateway.store.drafts(id)] == ["botens 112"]


async def test_whatever_puts_a_word_of_the_bots_in_during_a_talk_it_is_not_sent(telegram: Sending) -> None:
    id = await telegram.greeted()
    await telegram.claim(id, await add_counsellor(telegram.gateway, "Alva"))
    await telegram.settled(id)
    await telegram.speak(id, "botens")
    await telegram.settled(id)
    assert "Svar:\nbotens" not in telegram.texts()
    assert [draft["text"] for draft in await telegram.gateway.store.drafts(id)] == ["botens"]


@pytest.mark.parametrize("name", ["blocked", "visitor_gone"])
@pytest.mark.parametrize("state", ["bot", "waiting", "human"])
async def test_who_cannot_be_reached_is_let_go(
    name: Any, state: str, telegram: Sending, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = await telegram.greeted()
    if state == "waiting":
        await telegram.wait_for_human(id)
    if state == "human":
        await telegram.claim(id, await add_counsellor(telegram.gateway, "Alva"))
        await telegram.settled(id)
    tried = fail(telegram, SendFailed(name), monkeypatch=monkeypatch)
    for text in ("ett", "två"):
        await telegram.speak(id, text, "counsellor" if state == "human" else "system")
    if state == "human":
        rows = await telegram.settled(id)
        assert [row.failure for row in rows][-2:] == [name, "blocked"]
        address = await telegram.gateway.messaging.addresses.of(id)
        assert address is not None
        assert address.stopped
        assert (await telegram.gateway.store.get(id)).state is State.HUMAN
    else:
        while await telegram.gateway.store.ids():
            await asyncio.sleep(0.01)
        assert await telegram.gateway.store.in_states(State.WAITING) == []
    assert len(tried) == 1


# windows and age


@pytest.mark.parametrize(
    ("name", "sender", "hours", "goes"),
    [
        ("whatsapp", "counsellor", 23.9, True), ("whatsapp", "counsellor", 24.1, False),
        ("messenger", "counsellor", 24.1, True), ("messenger", "counsellor", 167.9, True),
        ("messenger", "counsellor", 168.1, False), ("messenger", "system", 24.1, False), ("messenger", "system", 23.9, True),
        ("telegram", "counsellor", 1000, True), ("sms", "counsellor", 1000, True), ("signal", "system", 1000, True),
    ],
)  # fmt: skip
async def test_after_the_window_nothing_is_tried(
    name: str, sender: str, hours: float, goes: bool, make: Any, platforms: Platforms
) -> None:
    sending = make(name)
    platforms[name].clock = sending.clock
    id = await sending.greeted()
    sending.clock.pass_seconds(hours * 3600)
    await sending.speak(id, "Är du kvar?", sender)
    row = (await sending.settled(id))[-1]
    assert (row.state, row.failure) == (("sent", None) if goes else ("failed", "window_closed"))
    assert sending.texts()[2:] == (["Svar:\nÄr du kvar?"] if goes else [])


@pytest.mark.parametrize(
    ("sender", "minutes", "goes"),
    [("bot", 14, True), ("bot", 16, False), ("system", 16, False), ("counsellor", 16, True), ("counsellor", 600, True)],
)
async def test_what_a_machine_said_is_not_sent_late(sender: str, minutes: float, goes: bool, telegram: Sending) -> None:
    id = await telegram.greeted()
    telegram.provider.moods.extend(["503"])
    await telegram.speak(id, "Ring 112.", sender)
    await until(lambda: telegram.counted().get("later"))
    telegram.clock.pass_seconds(minutes * 60)
    row = (await telegram.settled(id))[-1]
    assert (row.state, row.failure) == (("sent", None) if goes else ("failed", "too_late"))
    assert len(telegram.texts()) == (3 if goes else 2)
    if not goes:
        assert await telegram.dead() == [("telegram", sender, "too_late", "waited")]


async def test_who_writes_after_an_outage_hears_the_first_word_again(telegram: Sending) -> None:
    telegram.provider.moods.extend(["503"])
    await telegram.say("hej")
    await until(lambda: telegram.counted().get("later"))
    (id,) = await telegram.gateway.store.ids()
    telegram.clock.pass_seconds(1000)
    await telegram.settled(id)
    assert telegram.texts() == []
    await telegram.say("är du där?")
    texts = await telegram.platforms.until("telegram", 2)
    assert "maskin" in texts[0]


async def test_a_stale_word_does_not_hold_up_a_counsellor(telegram: Sending, monkeypatch: pytest.MonkeyPatch) -> None:
    id = await telegram.greeted()
    fail(telegram, SendFailed("retry_later", 3600), monkeypatch=monkeypatch)
    await telegram.speak(id, "gammalt", "system")
    await until(lambda: telegram.counted().get("later"))
    await telegram.speak(id, "Jag är här.", "counsellor")
    telegram.clock.pass_seconds(901)
    await telegram.settled(id)
    assert telegram.texts()[2:] == ["Svar:\nJag är här."]


async def test_what_grows_old_while_it_waits_for_its_turn_is_not_sent(
    telegram: Sending, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = await telegram.greeted()
    gate = Gate(monkeypatch)
    await telegram.speak(id, "gammalt")
    await until(lambda: gate.waiting)
    telegram.clock.pass_seconds(3600)
    gate.open()
    assert (await telegram.settled(id))[-1].failure == "too_late"
    assert len(telegram.texts()) == 2


async def test_a_number_that_is_anothers_by_the_time_of_its_turn_gets_nothing(
    make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sms = make("sms")
    id = await sms.greeted()
    gate = Gate(monkeypatch)
    await sms.speak(id, "Jag är här.", "counsellor")
    await until(lambda: gate.waiting)
    channel = sms.gateway.messaging.full("sms")
    await sms.gateway.messaging._take(channel, [Inbound("renamed", "r", ("phone:+46701740699", "phone:+46701740601"))])
    while (await sms.gateway.messaging.addresses.of(id)).to != "phone:+46701740699":
        await asyncio.sleep(0.01)
    gate.open()
    await sms.settled(id)
    assert (len(sms.texts()), sms.texts("+46701740699")) == (2, ["Svar:\nJag är här."])


# going away


async def test_what_arrives_after_the_erasure_is_deleted_there(telegram: Sending) -> None:
    id = await telegram.greeted()
    telegram.provider.slow_seconds = 0.2
    telegram.provider.moods.append("slow")
    await telegram.speak(id, "sent svar")
    await until(lambda: "Svar:\nsent svar" in telegram.texts())
    await telegram.gateway.intake.erase(id)
    late = telegram.provider.sent[-1].id
    await until(lambda: late in [one.id for one in telegram.provider.deleted])


async def test_what_arrives_after_the_erasure_is_deleted_there_though_it_takes_several_tries(
    telegram: Sending, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = await telegram.greeted()
    held = Held(telegram, monkeypatch, "sent svar")
    await telegram.speak(id, "sent svar")
    await held.began.wait()
    await telegram.gateway.intake.erase(id)
    telegram.provider.moods.extend(["ok", "503"])
    held.end()
    await until(lambda: not telegram.provider.moods)
    late = telegram.provider.sent[-1].id
    assert late not in [one.id for one in telegram.provider.deleted]
    while late not in [one.id for one in telegram.provider.deleted]:
        telegram.clock.pass_seconds(1)
        telegram.gateway.messaging._bidder.kick()
        await asyncio.sleep(0.01)


async def test_a_graceful_stop_lets_what_is_on_its_way_arrive(telegram: Sending, client: TestClient) -> None:
    id, other = await telegram.greeted(), await telegram.greeted(BEA)
    telegram.provider.slow_seconds = 0.2
    telegram.provider.moods.extend(["slow", "503"])
    await telegram.speak(id, "på väg")
    await until(lambda: "Svar:\npå väg" in telegram.texts())
    await telegram.speak(id, "väntar")
    await telegram.speak(other, "kö")
    await until(lambda: telegram.counted().get("later"))
    began = asyncio.get_running_loop().time()
    await telegram.gateway.messaging.stop()
    assert asyncio.get_running_loop().time() - began < 1
    assert [row.state for row in await telegram.rows(id)] == ["sent", "sent", "sent", "pending"]
    assert [row.state for row in await telegram.rows(other)] == ["sent", "sent", "pending"]


async def test_an_outage_of_the_store_makes_no_doubt_of_what_was_sent(
    telegram: Sending, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = await telegram.greeted()
    rows, broken = telegram.gateway.messaging.rows, itertools.count()
    sent = rows.sent

    async def failing(*given: Any) -> bool:
        if next(broken) < 2:
            raise OSError("no space left")
        return await sent(*given)

    monkeypatch.setattr(rows, "sent", failing)
    monkeypatch.setattr("gateway.channels.courier.LONGEST_PAUSE", 0.01)
    await telegram.speak(id, "Ring 112.")
    await telegram.settled(id)
    assert telegram.texts()[2:] == ["Svar:\nRing 112."]
    assert (await telegram.rows(id))[-1].state == "sent"


# restart


@pytest.mark.parametrize(
    ("sender", "text", "state", "result"),
    [
        ("bot", "Ett svar.", "doubt", "doubt"), ("bot", "Ring 112.", "sent", "repeated"),
        ("system", "Ett svar.", "doubt", "doubt"), ("counsellor", "Jag är här.", "sent", "repeated"),
    ],
)  # fmt: skip
async def test_a_restart_knows_what_was_on_its_way_and_what_waited(
    sender: str,
    text: str,
    state: str,
    result: str,
    telegram: Sending,
    platforms: Platforms,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    id = await telegram.greeted()
    telegram.provider.moods.append("hang")
    monkeypatch.setattr("gateway.channels.messaging.DRAIN_SECONDS", 0.05)
    await telegram.speak(id, text, sender)
    await telegram.speak(id, "väntar", sender)
    await telegram.settled(id, "sent", "sent", "sending", "pending")
    await telegram.gateway.messaging.stop()
    again = Gateway(telegram.gateway.settings, telegram.gateway.engine._url, telegram.clock)
    monkeypatch.setattr("gateway.app.only_one", _no_lock)
    async with TestClient(TestServer(again.app())) as client:
        new = Sending(again, client, platforms, telegram.clock, "telegram")
        rows = await new.settled(id)
        assert [row.state for row in rows][2:] == [state, "sent"]
        assert new.counted()[result] == 1
    assert telegram.texts()[2:] == [*([f"Svar:\n{text}"] if state == "sent" else []), "Svar:\nväntar"]


class _no_lock:
    """The first gateway of the test holds the database's lock still."""

    def __init__(self, database: Any) -> None: ...

    async def __aenter__(self) -> None: ...

    async def __aexit__(self, *problem: object) -> None: ...
