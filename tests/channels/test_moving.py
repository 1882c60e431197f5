"""Going on in the web chat by a one-time link, and where the address is meanwhile: sealed, and gone with the talk."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select

from connectors.messaging import SendFailed
from gateway.app import Gateway
from gateway.handoff import State
from gateway.keyring import ADDRESS
from gateway.storage.schema import address_hashes, addresses, links, outbox
from tests.channels.platforms import NAMES, PERSON, Platforms
from tests.channels.sending import Held, Sending, quick, until
from tests.conftest import Clock
from tests.console_client import add_counsellor
from tests.system import Visitor

pytestmark = pytest.mark.usefixtures("quick")
__all__ = ["quick"]


@pytest.fixture
def make(gateway: Gateway, client: TestClient, platforms: Platforms, clock: Clock) -> Any:
    return lambda name: Sending(gateway, client, platforms, clock, name)


@pytest.fixture
def telegram(make: Any) -> Sending:
    sending = make("telegram")
    sending.provider.limited = False
    return sending


async def link_of(sending: Sending) -> str:
    """Ask for a link; give its token."""
    before = len(sending.texts())
    await sending.say("webb")
    text = (await sending.platforms.until(sending.name, before + 1))[-1]
    found = re.search(r"http://localhost:8080/chat#fortsatt=(\S+)", text)
    assert found is not None
    return found.group(1)


async def opened(base: str, token: str) -> Visitor | None:
    """Open the web chat with a link; None where it does not count. To be closed by the caller."""
    visitor = Visitor(base)
    visitor._http = aiohttp.ClientSession()
    visitor._socket = await visitor._http.ws_connect(visitor._url, max_msg_size=0)
    await visitor.send({"type": "start", "token": token, "after": 0})
    frame = await visitor.receive()
    if frame["type"] == "started":
        return visitor
    assert frame["code"] in ("unknown_token", "bad_frame")
    await visitor._http.close()
    return None


async def moved(base: str, token: str) -> Visitor:
    visitor = await opened(base, token)
    assert visitor is not None
    await visitor.until("state")
    return visitor


def shown(visitor: Visitor) -> list[str]:
    return [frame["text"] for frame in visitor.frames if frame["type"] == "message"]


async def count(gateway: Gateway, *tables: Any) -> list[int]:
    async with gateway.database.connect() as connection:
        return [len((await connection.execute(select(table))).all()) for table in tables]


@pytest.mark.parametrize("name", NAMES)
async def test_the_talk_goes_on_in_the_web_chat_and_its_origin_is_forgotten(name: str, make: Any) -> None:
    sending = make(name)
    id = await sending.greeted(text="är jag anonym här?")
    visitor = await moved(sending.base, await link_of(sending))
    texts = shown(visitor)
    assert "är jag anonym här?" in texts
    assert "Svar på: är jag anonym här?" in texts
    assert texts[-1].startswith("Nu är du i webbchatten, och vi har glömt var du skrev ifrån.")
    assert await count(sending.gateway, outbox, address_hashes, addresses, links) == [0, 0, 0, 0]
    assert id + ADDRESS not in sending.gateway.keyring.ids()
    before = len(sending.texts())
    answer = [frame["text"] for frame in await visitor.say("och nu?") if frame["type"] == "message"]
    assert answer[-1] == "Svar på: och nu?"
    await asyncio.sleep(0.05)
    assert len(sending.texts()) <= before
    await sending.say("hej igen")
    await until(lambda: [text for text in sending.texts()[-2:] if "maskin" in text])
    assert len(await sending.gateway.store.ids()) == 2
    await visitor._http.close()


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("telegram", "bett appen ta bort det här samtalet"), ("signal", "bett appen ta bort våra svar där"),
        ("sms", "Det du skrev i appen kan ligga kvar där"), ("whatsapp", "kan ligga kvar"), ("messenger", "kan ligga kvar"),
    ],
)  # fmt: skip
async def test_what_is_deleted_there_is_said_and_nothing_more(name: str, sentence: str, make: Any) -> None:
    sending = make(name)
    await sending.greeted()
    token = await link_of(sending)
    ours = {one.id for one in sending.provider.to(PERSON[name])}
    visitor = await moved(sending.base, token)
    assert sentence in shown(visitor)[-1]
    if name in ("telegram", "signal"):
        most = len(ours) + (2 if name == "telegram" else 0)
        await until(lambda: len(sending.provider.deleted) == most)
        assert ours <= {one.id for one in sending.provider.deleted}
    else:
        await asyncio.sleep(0.05)
        assert list(sending.provider.deleted) == []
    said = len(sending.texts())
    await asyncio.sleep(0.05)
    assert len(sending.texts()) == said  # nothing is said there
    await visitor._http.close()


@pytest.mark.parametrize("name", NAMES)
async def test_what_is_kept_with_the_words_does_not_tell_who_they_are(name: str, make: Any) -> None:
    sending = make(name)
    id = await sending.greeted()
    address = await sending.gateway.messaging.addresses.of(id)
    assert address is not None
    visitor = await moved(sending.base, await link_of(sending))
    conversation = await sending.gateway.store.get(id)
    kept = str([conversation, *await sending.gateway.store.lines(id)])
    assert address.to.partition(":")[2] not in kept
    await visitor._http.close()


async def test_a_link_opens_once(telegram: Sending) -> None:
    await telegram.greeted()
    token = await link_of(telegram)
    visitor = await moved(telegram.base, token)
    assert await opened(telegram.base, token) is None
    await visitor._http.close()


async def test_of_two_who_open_it_at_once_one_comes_in(telegram: Sending) -> None:
    await telegram.greeted()
    token = await link_of(telegram)
    both = [one for one in await asyncio.gather(*(opened(telegram.base, token) for _ in range(4))) if one is not None]
    assert len(both) == 1
    await both[0]._http.close()


@pytest.mark.parametrize(("seconds", "opens"), [(599, True), (601, False)])
async def test_a_link_lives_for_ten_minutes(seconds: float, opens: bool, telegram: Sending) -> None:
    await telegram.greeted()
    token = await link_of(telegram)
    telegram.clock.pass_seconds(seconds)
    visitor = await opened(telegram.base, token)
    assert (visitor is not None) == opens
    await telegram.gateway.messaging.forget_old()
    assert await count(telegram.gateway, links) == [0]
    if visitor is not None:
        await visitor._http.close()


async def test_a_newer_link_kills_the_older(telegram: Sending) -> None:
    await telegram.greeted()
    older, newer = await link_of(telegram), await link_of(telegram)
    assert await opened(telegram.base, older) is None
    visitor = await moved(telegram.base, newer)
    await visitor._http.close()


@pytest.mark.parametrize("token", ["en-gang.", "en-gang.åäö", "en-gang." + "A" * 43, "en-gang.'; drop table links"])
async def test_a_forged_link_opens_nothing(token: str, telegram: Sending) -> None:
    await telegram.greeted()
    await link_of(telegram)
    assert await opened(telegram.base, token) is None


async def test_an_erased_talk_has_no_link(telegram: Sending) -> None:
    await telegram.greeted()
    token = await link_of(telegram)
    await telegram.say("radera")
    while await telegram.gateway.store.ids():
        await asyncio.sleep(0.01)
    assert await opened(telegram.base, token) is None


async def test_the_link_is_not_kept_with_what_was_said(telegram: Sending) -> None:
    id = await telegram.greeted()
    token = await link_of(telegram)
    lines = await telegram.gateway.store.lines(id)
    assert not [line for line in lines if token in str(line.words)]
    assert [line.words["text"] for line in lines][-2:] == ["webb", "[en länk till webbchatten]"]


@pytest.mark.parametrize("state", ["waiting", "human"])
async def test_a_counsellors_talk_goes_on_across_the_move(state: str, telegram: Sending) -> None:
    id = await telegram.greeted()
    counsellor = await add_counsellor(telegram.gateway, "Alva")
    await telegram.wait_for_human(id)
    if state == "human":
        await telegram.gateway.desk.claim(id, counsellor)
        await telegram.settled(id)
    visitor = await moved(telegram.base, await link_of(telegram))
    conversation = await telegram.gateway.store.get(id)
    assert (conversation.channel, conversation.state) == ("web", State(state))
    if state == "waiting":
        assert visitor.frames[-1]["position"] == 1
        await telegram.gateway.desk.claim(id, counsellor)
    await telegram.gateway.desk.say(id, counsellor, "c1", "Nu är jag här.")
    frames = await visitor.until("message", sender="counsellor")
    assert frames[-1]["text"] == "Nu är jag här."
    await asyncio.sleep(0.05)
    assert "Svar:\nNu är jag här." not in telegram.texts()
    await visitor._http.close()


async def test_what_waited_to_go_out_is_read_in_the_web_chat_and_not_sent(telegram: Sending) -> None:
    id = await telegram.greeted()
    token = await link_of(telegram)
    telegram.provider.moods.extend(["503"])
    await telegram.speak(id, "väntande ord", "counsellor")
    await until(lambda: telegram.counted().get("later"))
    visitor = await moved(telegram.base, token)
    assert "väntande ord" in shown(visitor)
    telegram.clock.pass_seconds(400)
    await asyncio.sleep(0.1)
    assert "Svar:\nväntande ord" not in telegram.texts()
    await visitor._http.close()


@pytest.mark.parametrize("failure", [None, "refused", "visitor_gone", "blocked", "in_doubt", "provider_down"])
async def test_what_becomes_of_a_message_on_its_way_is_nothing_to_the_talk_that_has_moved(
    failure: Any, telegram: Sending, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = await telegram.greeted()
    token = await link_of(telegram)
    held = Held(telegram, monkeypatch, "på väg")
    await telegram.speak(id, "112, på väg")
    await held.began.wait()
    visitor = await moved(telegram.base, token)
    held.end(None if failure is None else SendFailed(failure))
    await asyncio.sleep(0.2)
    assert (await visitor.say("är du kvar?"))[-1]["type"] != "error"
    assert await telegram.gateway.store.ids() == [id]
    assert await count(telegram.gateway, outbox, address_hashes, addresses) == [0, 0, 0]
    late = [one for one in telegram.provider.sent if "på väg" in one.text]
    assert [one.id in [gone.id for gone in telegram.provider.deleted] for one in late] == [True] * (failure is None)
    assert not [text for text in telegram.texts() if "Något har gått fel" in text]
    await visitor._http.close()


# the address


@pytest.mark.parametrize("name", NAMES)
async def test_neither_address_nor_words_are_in_the_files(name: str, make: Any) -> None:
    sending = make(name)
    id = await sending.greeted(text="kanariefågeln sjunger")
    address = await sending.gateway.messaging.addresses.of(id)
    assert address is not None
    sending.provider.moods.append("503")
    await sending.speak(id, "papegojan väntar")
    await until(lambda: sending.counted().get("later"))
    token = await link_of_stored(sending, id)
    sent = sending.provider.to(PERSON[name])[0].id
    secret = [
        address.to,
        address.to.partition(":")[2],
        PERSON[name].lstrip("+"),
        "kanariefågel",
        "papegoja",
        token,
        sent,
    ]
    for path in sending.gateway.settings.var.rglob("*"):
        raw = path.read_bytes() if path.is_file() else b""
        assert not [word for word in secret if word.encode() in raw], path


async def link_of_stored(sending: Sending, id: str) -> str:
    async with sending.gateway.store.change(id) as change:
        token = await sending.gateway.messaging.addresses.make_link(change)
    return token.partition(".")[2]


@pytest.mark.parametrize("how", ["erased", "expired", "purged"])
async def test_the_address_goes_with_the_conversation(how: str, telegram: Sending) -> None:
    id = await telegram.greeted()
    assert id + ADDRESS in telegram.gateway.keyring.ids()
    assert await telegram.gateway.messaging.addresses.of(id) is not None
    if how == "erased":
        await telegram.gateway.intake.erase(id)
    elif how == "expired":
        telegram.clock.pass_seconds(61 * 60)
        await telegram.gateway.sweeper.sweep()
    else:
        await telegram.gateway.store.erase(id)
    assert await telegram.gateway.messaging.addresses.of(id) is None
    assert await count(telegram.gateway, outbox, address_hashes, addresses) == [0, 0, 0]
    assert not {id, id + ADDRESS} & telegram.gateway.keyring.ids()


async def test_without_its_key_an_address_is_nobodys(telegram: Sending) -> None:
    id = await telegram.greeted()
    await telegram.gateway.messaging.addresses.forget_key(id)
    assert await telegram.gateway.messaging.addresses.of(id) is None
    await telegram.speak(id, "hej")
    await telegram.settled(id, "sent", "sent")
    assert len(telegram.texts()) == 2


async def test_the_sweeper_forgets_what_the_channels_keep(telegram: Sending) -> None:
    await telegram.greeted()
    telegram.clock.pass_seconds(40 * 24 * 3600)
    await telegram.gateway.messaging.rows.bury("telegram", "out", "bot", "refused", "", 1)
    telegram.clock.pass_seconds(31 * 24 * 3600)
    await telegram.gateway.sweeper.sweep()
    assert await telegram.dead() == []
    assert not [key for key in telegram.gateway.keyring.ids() if len(key) < 32]
