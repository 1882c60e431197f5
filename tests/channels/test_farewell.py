"""`radera` and `stopp`: what is deleted there, what the last words say, and that they are said once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select

from connectors.messaging import Capabilities, SendFailed
from connectors.registry import CHANNELS
from gateway.app import Gateway
from gateway.channels.farewell import last_words
from gateway.handoff import State
from gateway.storage.farewells import Farewell, Farewells
from gateway.storage.schema import farewells
from tests.channels.platforms import NAMES, PERSON, Platforms
from tests.channels.sending import Gate, Held, Sending, quick, until
from tests.conftest import Clock
from tests.console_client import add_counsellor

pytestmark = pytest.mark.usefixtures("quick")
__all__ = ["quick"]
BEA = "46701740603"
PHONE = "Allt du skrev är raderat hos oss. I din telefon ligger chatten kvar"
OURS = "Allt du skrev är raderat hos oss, och våra svar i det här samtalet är borttagna"
ALL = "Allt du skrev är raderat hos oss, och det här samtalet är borttaget i chatten också"
SOME = "Allt du skrev är raderat hos oss. I chatten gick det inte att ta bort allt"
STOPPED = "Då skickar vi inget mer."


DONE: list[str] = []
SEEN: list[int] = []


@pytest.fixture(autouse=True)
def counting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Count the last words that have come to their end, so that `over` does not look too early."""
    DONE.clear()
    SEEN[:] = [0]
    done = Farewells.done

    async def counted(self: Farewells, id: str) -> None:
        await done(self, id)
        DONE.append(id)

    monkeypatch.setattr(Farewells, "done", counted)


@pytest.fixture
def make(gateway: Gateway, client: TestClient, platforms: Platforms, clock: Clock) -> Any:
    return lambda name: Sending(gateway, client, platforms, clock, name)


@pytest.fixture
def telegram(make: Any) -> Sending:
    sending = make("telegram")
    sending.provider.clock = sending.provider.phones.clock = sending.clock
    sending.provider.limited = False
    return sending


async def kept(gateway: Gateway) -> list[str]:
    async with gateway.database.connect() as connection:
        return list((await connection.execute(select(farewells.c.state))).scalars())


async def over(sending: Sending, seconds: float = 5) -> None:
    """Wait until the next last words have been said, and none are left to say."""
    async with asyncio.timeout(seconds):
        while len(DONE) == SEEN[0] or await kept(sending.gateway):
            sending.gateway.messaging._bidder.kick()
            await asyncio.sleep(0.02)
    SEEN[0] = len(DONE)


def said(sending: Sending) -> list[str]:
    return [text.removeprefix("Svar:\n") for text in sending.texts() if "radera" in text and "Skriv webb" not in text]


def later(sending: Sending, monkeypatch: pytest.MonkeyPatch, *failures: SendFailed, what: str = "send") -> list[Any]:
    """Have the next calls fail so; give what was asked of all."""
    channel = sending.gateway.messaging.full(sending.name)
    due, tried, well = list(failures), list[Any](), getattr(channel, what)

    async def called(http: Any, *given: Any) -> Any:
        tried.append(given)
        if due:
            raise due.pop(0)
        return await well(http, *given)

    monkeypatch.setattr(channel, what, called)
    return tried


# radera


@pytest.mark.parametrize(
    ("name", "words"),
    [("telegram", ALL), ("signal", OURS), ("sms", PHONE), ("whatsapp", PHONE), ("messenger", PHONE)],
)
async def test_last_words_say_what_was_deleted_there(name: str, words: str, make: Any, platforms: Platforms) -> None:
    sending = make(name)
    await sending.greeted()
    ours = [one.id for one in sending.provider.to(PERSON[name])]
    await sending.say("radera")
    await over(sending)
    (last,) = said(sending)
    assert last.startswith(words)
    assert await sending.gateway.store.ids() == []
    deleted = [one.id for one in platforms[name].deleted]
    assert set(ours) <= set(deleted) if name in ("telegram", "signal") else deleted == []
    if name == "telegram":
        assert len(deleted) == len(ours) + 2  # and both that were written: hej, radera
    assert not [key for key in sending.gateway.keyring.ids() if len(key) == 32]


async def test_whom_nothing_is_known_of_hears_the_truth_too(telegram: Sending) -> None:
    await telegram.say("radera")
    await over(telegram)
    assert [text.startswith(PHONE) for text in said(telegram)] == [True]


async def test_of_messages_that_are_too_old_the_last_words_say_so(telegram: Sending) -> None:
    id = await telegram.greeted()
    async with telegram.gateway.store.change(id):
        telegram.clock.pass_seconds(49 * 3600)
    await telegram.say("radera")
    await over(telegram)
    assert [text.startswith(SOME) for text in said(telegram)] == [True]


@pytest.mark.parametrize("name", ["provider_down", "retry_later", "in_doubt"])
async def test_a_deletion_that_fails_for_the_moment_is_tried_again(
    name: Any, telegram: Sending, monkeypatch: pytest.MonkeyPatch
) -> None:
    await telegram.greeted()
    tried = later(telegram, monkeypatch, SendFailed(name), SendFailed(name, 5), what="delete")
    await telegram.say("radera")
    await until(lambda: tried)
    assert said(telegram) == []
    for _ in range(20):
        telegram.clock.pass_seconds(10)
        telegram.gateway.messaging._bidder.kick()
        await asyncio.sleep(0.02)
    await over(telegram)
    assert [text.startswith(ALL) for text in said(telegram)] == [True]
    assert len(tried) == 6
    assert len(telegram.provider.deleted) == 4


async def test_a_deletion_that_is_refused_is_not_told_as_done(
    telegram: Sending, monkeypatch: pytest.MonkeyPatch
) -> None:
    await telegram.greeted()
    later(telegram, monkeypatch, SendFailed("refused"), what="delete")
    await telegram.say("radera")
    await over(telegram)
    assert [text.startswith(SOME) for text in said(telegram)] == [True]
    assert len(telegram.provider.deleted) == 3


async def test_what_is_in_doubt_may_lie_there_still(telegram: Sending) -> None:
    id = await telegram.greeted()
    telegram.provider.moods.append("drop")
    await telegram.speak(id, "ett svar")
    await telegram.settled(id, "sent", "sent", "doubt")
    await telegram.say("radera")
    await over(telegram)
    assert [text.startswith(SOME) for text in said(telegram)] == [True]


@pytest.mark.parametrize("failure", [None, SendFailed("in_doubt")])
async def test_what_is_on_its_way_may_lie_there_still(
    failure: SendFailed | None, telegram: Sending, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = await telegram.greeted()
    held = Held(telegram, monkeypatch, "ett svar")
    await telegram.speak(id, "ett svar")
    await held.began.wait()
    await telegram.say("radera")
    await over(telegram)
    held.end(failure)
    if failure is None:
        await over(telegram)
        assert telegram.provider.sent[-1].id in [one.id for one in telegram.provider.deleted]
    assert [text.startswith(SOME) for text in said(telegram)] == [True]


async def test_words_left_in_a_mailbox_are_told_of(telegram: Sending) -> None:
    can = CHANNELS["telegram"].capabilities
    assert last_words(Farewell("x", "erased", deleted=1, letter=True), can) == ("farewell_all", "farewell_letter")


@pytest.mark.parametrize(
    ("own", "theirs", "kept", "deleted", "name"),
    [
        (0, 0, 0, 0, "phone"), (0, 0, 3, 0, "phone"), (1, 1, 0, 0, "phone"), (1, 1, 0, 2, "all"), (1, 0, 0, 2, "ours"),
        (1, 1, 1, 2, "some"), (1, 1, 2, 0, "some"), (1, 0, 1, 1, "some"),
    ],
)  # fmt: skip
def test_last_words_say_no_more_than_was_done(own: int, theirs: int, kept: int, deleted: int, name: str) -> None:
    can = Capabilities("utf16", 100, 100, deletes_own=own, deletes_theirs=theirs)
    assert last_words(Farewell("x", "erased", kept=kept, deleted=deleted), can) == (f"farewell_{name}",)


async def test_last_words_of_several_messages_are_not_said_twice(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    sms = make("sms")
    monkeypatch.setattr("gateway.channels.farewell.last_words", lambda farewell, can: ("signpost_numbers",) * 120)
    tried = []
    channel = sms.gateway.messaging.full("sms")
    well = channel.send

    async def send(http: Any, message: Any) -> str:
        tried.append(message.text)
        if len(tried) == 2:
            raise SendFailed("provider_down")
        return await well(http, message)

    monkeypatch.setattr(channel, "send", send)
    await sms.say("radera")
    await until(lambda: len(tried) == 2)
    await asyncio.sleep(0.05)
    sms.clock.pass_seconds(60)
    await over(sms)
    assert len(sms.texts()) == len(set(tried)) > 2 or tried[1] == tried[2]
    assert tried.count(tried[0]) == 1 + sum(text == tried[0] for text in tried[1:])
    assert len(sms.texts()) == len(tried) - 1


@pytest.mark.parametrize("mood", ["drop", "hang"])
async def test_last_words_in_doubt_are_left_at_that(mood: str, make: Any) -> None:
    sms = make("sms")
    sms.provider.moods.append(mood)
    await sms.say("radera")
    await over(sms)
    assert len(sms.provider.calls) == 1
    assert sms.counted() == {"doubt": 1}


async def test_after_a_quarter_of_an_hour_nothing_is_said(make: Any) -> None:
    sms = make("sms")
    sms.provider.moods.extend(["503"])
    await sms.say("radera")
    await until(lambda: sms.provider.calls)
    await asyncio.sleep(0.05)
    sms.clock.pass_seconds(1000)
    await over(sms)
    assert sms.texts() == []
    assert sms.counted() == {"failed": 1}


async def test_one_that_breaks_does_not_stop_the_others(telegram: Sending, monkeypatch: pytest.MonkeyPatch) -> None:
    await telegram.greeted()
    await telegram.greeted(BEA)
    channel = telegram.gateway.messaging.full("telegram")
    delete, broken = channel.delete, []  # type: ignore[union-attr]

    async def deletes(http: Any, to: str, id: str) -> None:
        if not broken:
            broken.append(to)
        if to == broken[0]:
            raise ValueError(id)
        await delete(http, to, id)

    monkeypatch.setattr(channel, "delete", deletes)
    await telegram.say("radera")
    await over(telegram)
    await telegram.say("radera", BEA)
    await over(telegram)
    assert [text for text in telegram.texts(BEA) if ALL in text]


async def test_a_slow_one_does_not_hold_up_the_others(telegram: Sending, monkeypatch: pytest.MonkeyPatch) -> None:
    await telegram.greeted()
    channel, gate = telegram.gateway.messaging.full("telegram"), asyncio.Event()

    async def waits(http: Any, to: str, id: str) -> None:
        await gate.wait()

    monkeypatch.setattr(channel, "delete", waits)
    await telegram.say("radera")
    await until(lambda: not telegram.provider.moods)
    await telegram.say("radera", BEA)
    await until(lambda: telegram.texts(BEA))
    gate.set()
    await over(telegram)


async def test_a_restart_in_the_middle_says_nothing_twice_and_deletes_the_rest(
    telegram: Sending, platforms: Platforms, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`sending` is what a `kill -9` leaves of last words on their way, `pending` of deletions."""
    await telegram.greeted()
    tried = later(telegram, monkeypatch, *[SendFailed("provider_down")] * 99, what="delete")
    await telegram.say("radera")
    await until(lambda: tried)
    telegram.gateway.messaging._bidder.kick()
    await telegram.gateway.messaging.stop()
    assert await kept(telegram.gateway) == ["pending"]
    telegram.clock.pass_seconds(120)
    again = Gateway(telegram.gateway.settings, telegram.gateway.engine._url, telegram.clock)
    await again.messaging.start()
    new = Sending.__new__(Sending)
    new.gateway, new.name, new.platforms = again, "telegram", platforms
    await over(new)
    assert [text.startswith(ALL) for text in said(telegram)] == [True]
    assert len(telegram.provider.deleted) == 4
    await again.messaging.stop()


async def test_last_words_that_were_on_their_way_are_not_said_again(telegram: Sending) -> None:
    rows = telegram.gateway.messaging.farewells
    await telegram.gateway.messaging.stop()
    async with rows.transaction() as connection:
        await rows.add(connection, "telegram", Farewell("chat:1", "stopped"))
    (row,) = await rows.waiting()
    await rows.begin(row)
    await rows.take_up()
    assert await kept(telegram.gateway) == []
    assert row.id not in telegram.gateway.keyring.ids()


async def test_last_words_whose_turn_has_not_come_are_said_after_a_restart(
    telegram: Sending, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.channels.messaging.DRAIN_SECONDS", 0.05)
    await telegram.greeted()
    gate = Gate(monkeypatch)
    await telegram.say("stopp")
    await until(lambda: gate.waiting)
    await telegram.gateway.messaging.stop()
    assert await kept(telegram.gateway) == ["pending"]
    gate.open()
    again = Gateway(telegram.gateway.settings, telegram.gateway.engine._url, telegram.clock)
    await again.messaging.start()
    await telegram.platforms.until("telegram", 3)
    await again.messaging.stop()
    assert [STOPPED in text for text in telegram.texts()] == [False, False, True]


async def test_last_words_whose_turn_comes_too_late_are_not_said(
    telegram: Sending, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch)
    await telegram.say("stopp")
    await until(lambda: gate.waiting)
    telegram.clock.pass_seconds(1000)
    gate.open()
    await over(telegram)
    assert (telegram.texts(), telegram.counted()) == ([], {"failed": 1})


async def test_what_another_version_has_left_does_not_keep_others_from_their_last_words(telegram: Sending) -> None:
    rows, keyring = telegram.gateway.messaging.farewells, telegram.gateway.keyring
    async with rows.transaction() as connection:
        await rows.add(connection, "telegram", Farewell("chat:1", "stopped"))
        (id,) = (await connection.execute(select(farewells.c.id))).scalars()
        sealed = keyring.seal(id, "farewell", {"to": "chat:1", "says": "stopped", "new": 1})
        await connection.execute(farewells.update().values(sealed=sealed))
    await telegram.say("stopp")
    await telegram.platforms.until("telegram", 1)
    await over(telegram)


async def test_a_defect_where_they_are_read_ends_nothing(telegram: Sending, monkeypatch: pytest.MonkeyPatch) -> None:
    rows, waiting, broken = telegram.gateway.messaging.farewells, telegram.gateway.messaging.farewells.waiting, [1]

    async def breaks() -> Any:
        if broken:
            raise ValueError(broken.pop())
        return await waiting()

    monkeypatch.setattr(rows, "waiting", breaks)
    await telegram.say("stopp")
    await until(lambda: not broken)
    await over(telegram)
    assert [STOPPED in text for text in telegram.texts()] == [True]


async def test_a_graceful_stop_lets_last_words_arrive(telegram: Sending) -> None:
    telegram.provider.slow_seconds = 0.2
    telegram.provider.moods.append("slow")
    await telegram.say("radera")
    await until(lambda: telegram.texts())
    await telegram.gateway.messaging.stop()
    assert await kept(telegram.gateway) == []
    assert telegram.counted() == {"sent": 1}


# stopp


@pytest.mark.parametrize("name", NAMES)
async def test_stop_ends_it_and_deletes_nothing_there(name: str, make: Any) -> None:
    sending = make(name)
    await sending.greeted()
    await sending.say("stopp")
    await over(sending)
    assert sending.texts()[2].startswith(f"Svar:\n{STOPPED}")
    assert await sending.gateway.store.ids() == []
    assert list(sending.provider.deleted) == []


@pytest.mark.parametrize("state", ["bot", "waiting", "human", "none"])
async def test_after_stop_nothing_goes_out_until_they_write_again(state: str, telegram: Sending) -> None:
    id = await telegram.greeted() if state != "none" else ""
    counsellor = await add_counsellor(telegram.gateway, "Alva")
    if state == "waiting":
        await telegram.wait_for_human(id)
    if state == "human":
        await telegram.claim(id, counsellor)
        await telegram.settled(id)
    before = len(telegram.texts())
    await telegram.say("Stopp!")
    await over(telegram)
    assert [STOPPED in text for text in telegram.texts()[before:]] == [True]
    if state == "human":
        await telegram.gateway.desk.say(id, counsellor, "c1", "Är du kvar?")
        await telegram.settled(id)
        assert len(telegram.texts()) == before + 1
        assert (await telegram.dead())[-1] == ("telegram", "counsellor", "blocked", "stopped")
    await telegram.say("hej igen")
    if state != "human":
        texts = await telegram.platforms.until("telegram", before + 3)
        assert "maskin" in texts[before + 1]
        return
    await until(lambda: True)
    await asyncio.sleep(0.1)
    await telegram.gateway.desk.say(id, counsellor, "c2", "Bra att du skrev.")
    assert (await telegram.platforms.until("telegram", before + 2))[-1] == "Svar:\nBra att du skrev."
    assert (await telegram.gateway.store.get(id)).state is State.HUMAN


async def test_what_waited_at_the_stop_is_not_sent(telegram: Sending) -> None:
    id = await telegram.greeted()
    await telegram.claim(id, counsellor := await add_counsellor(telegram.gateway, "Alva"))
    await telegram.settled(id)
    telegram.provider.moods.append("503")
    await telegram.gateway.desk.say(id, counsellor, "c1", "ett")
    await telegram.gateway.desk.say(id, counsellor, "c2", "två")
    await until(lambda: telegram.counted().get("later"))
    await telegram.say("stopp")
    await over(telegram)
    telegram.clock.pass_seconds(400)
    await asyncio.sleep(0.1)
    assert not {"Svar:\nett", "Svar:\ntvå"} & set(telegram.texts())
    assert [row.failure for row in (await telegram.rows(id)) if row.sender == "counsellor"] == ["blocked", "blocked"]
