"""What was edited or taken back, on every platform that has it: the new words stand, and what is gone is gone."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from connectors.messaging import Request
from gateway.app import Gateway
from gateway.handoff import State
from tests.channels.kept import came, conversations, counted, eventually, idle, lines, rows, said, text
from tests.channels.platforms import PERSON, Platforms
from tests.conftest import base_of
from tests.console_client import ConsoleClient
from tests.engine_double import EngineDouble

pytestmark = pytest.mark.usefixtures("client")

EDITED = "[ändrat, se längre ned]"
UNSENT = "[borttaget av den som skrev]"
EDITING = ("telegram", "whatsapp", "messenger", "signal")
DELETING = ("whatsapp", "messenger", "signal")
ID = {"telegram": "77", "whatsapp": "wamid.A1", "messenger": "m_a1", "signal": "1795510800123"}


def unsend(platforms: Platforms, name: str) -> Request:
    provider, person = platforms[name], PERSON[name]
    if name == "messenger":
        return provider.from_person(person, {"message": {"mid": ID[name], "is_deleted": True}})  # type: ignore[no-any-return]
    return provider.unsend(person, ID[name])  # type: ignore[no-any-return]


class Phone:
    """One person on one platform, whose message has an id that the test knows."""

    def __init__(self, name: str, client: TestClient, gateway: Gateway, platforms: Platforms) -> None:
        self.name, self._base, self._gateway, self._platforms = name, base_of(client), gateway, platforms
        self._came = self._edits = 0
        if name == "messenger":  # the window is open: they have written before
            provider = platforms[name]
            provider._last[provider.psid(PERSON[name])] = provider.clock()

    async def send(self, request: Request, stored: bool = True) -> None:
        self._came += stored
        assert await self._platforms.send(self.name, self._base, request) == 200
        await idle(self._gateway, self._came)

    async def say(self, words: str, stored: bool = True) -> None:
        await self.send(self._platforms[self.name].text(PERSON[self.name], words, id=ID[self.name]), stored)

    async def edit(self, words: str) -> None:
        self._edits += 1
        more = {"times": self._edits} if self.name == "messenger" else {}
        await self.send(self._platforms[self.name].edit(PERSON[self.name], ID[self.name], words, **more))

    async def unsend(self) -> None:
        await self.send(unsend(self._platforms, self.name))


@pytest.fixture
def phone(name: str, client: TestClient, gateway: Gateway, platforms: Platforms) -> Phone:
    return Phone(name, client, gateway, platforms)


@pytest.mark.parametrize("name", EDITING)
async def test_an_edit_after_the_answer_is_answered_anew(phone: Phone, gateway: Gateway) -> None:
    await phone.say("hej")
    await phone.edit("är jag anonym?")
    await phone.edit("vad kostar det?")
    assert await said(gateway) == [EDITED, EDITED, "vad kostar det?"]
    answers = [answer for answer in await said(gateway, "bot") if answer.startswith("Svar på")]
    assert answers == ["Svar på: hej", "Svar på: är jag anonym?", "Svar på: vad kostar det?"]


@pytest.mark.parametrize("name", EDITING)
async def test_an_edit_to_the_same_words_changes_nothing(
    phone: Phone, gateway: Gateway, engine_double: EngineDouble
) -> None:
    await phone.say("hej")
    await phone.edit("hej")
    assert (await said(gateway), len(engine_double.calls)) == (["hej"], 1)


@pytest.mark.parametrize("name", EDITING)
async def test_an_edit_that_comes_first_stands(phone: Phone, gateway: Gateway, platforms: Platforms) -> None:
    await phone.edit("det nya")
    await phone._platforms.send(
        phone.name, phone._base, platforms[phone.name].text(PERSON[phone.name], "det gamla", id=ID[phone.name])
    )
    await eventually(lambda: _repeated(gateway, phone.name), lambda number: number == 1)
    assert await said(gateway) == ["det nya"]


async def _repeated(gateway: Gateway, name: str) -> float:
    return counted(gateway, name, "repeated")


@pytest.mark.parametrize("name", EDITING)
async def test_an_edit_into_danger_is_answered_with_112_first(
    phone: Phone, gateway: Gateway, platforms: Platforms, engine_double: EngineDouble
) -> None:
    engine_double.mode = "dead"
    await phone.edit("han försöker döda mig nu")
    texts = await platforms.until(phone.name, 2)
    assert "112" in texts[0].removeprefix("Svar:\n").split(".")[0]


@pytest.mark.parametrize("name", EDITING)
async def test_an_edit_into_radera_erases_and_the_late_original_stays_away(
    phone: Phone, gateway: Gateway, platforms: Platforms
) -> None:
    await phone.edit("radera")
    assert "raderat hos oss" in (await platforms.until(phone.name, 1))[-1]
    late = platforms[phone.name].text(PERSON[phone.name], "det hemliga", id=ID[phone.name])
    assert await platforms.send(phone.name, phone._base, late) == 200
    await eventually(lambda: _repeated(gateway, phone.name), lambda number: number == 1)
    assert await gateway.store.ids() == []


async def test_an_edit_of_an_earlier_edit_finds_what_stands_now(gateway: Gateway) -> None:
    """Signal may name the edit before, the others always the first version; both may be mixed."""
    await came(gateway, text("m", "ett"))
    await came(gateway, text("e1", "två", kind="edit", refers="m"))
    await came(gateway, text("e2", "tre", kind="edit", refers="e1"))
    await came(gateway, text("e3", "fyra", kind="edit", refers="m"))
    await came(gateway, text("e4", "fem", kind="edit", refers="e2"))
    assert await said(gateway) == [EDITED] * 4 + ["fem"]
    await came(gateway, text("d", "", kind="delete", refers="e1"))
    assert (await said(gateway))[-1] == UNSENT
    for late in ("m", "e1", "e2", "e4"):
        await came(gateway, text(f"late {late}", "tillbaka", kind="edit", refers=late))
    assert "tillbaka" not in await said(gateway)


async def test_an_older_edit_that_comes_late_does_not_stand(gateway: Gateway) -> None:
    await came(gateway, text("m", "ett", at=100.0))
    await came(gateway, text("e2", "tre", kind="edit", refers="m", at=120.0))
    await came(gateway, text("e1", "två", kind="edit", refers="m", at=110.0))
    assert await said(gateway) == [EDITED, "tre"]


async def test_long_texts_are_edited_whole(gateway: Gateway) -> None:
    long, short = "Först det här. " * 400, "Bara det här."
    await came(gateway, text("m", long))
    assert len(await said(gateway)) == 4
    await came(gateway, text("e1", "Sedan det här. " * 400, kind="edit", refers="m"))
    await came(gateway, text("e2", short, kind="edit", refers="m"))
    left = [words for words in await said(gateway) if words != EDITED]
    assert (left, await rows(gateway, "arrivals"), await rows(gateway, "dead_letters")) == ([short], [], [])


async def test_a_number_that_is_edited_means_what_it_meant_when_it_was_written(
    gateway: Gateway, engine_double: EngineDouble
) -> None:
    engine_double.choices = [{"title": "Boende", "payload": "topic:a"}, {"title": "Pengar", "payload": "topic:b"}]
    await came(gateway, text("m", "hej"))
    await came(gateway, text("n", "1"))
    engine_double.choices = [{"title": "Annat", "payload": "topic:c"}, {"title": "Mer", "payload": "topic:d"}]
    await came(gateway, text("e0", "1", kind="edit", refers="n"))
    assert len(engine_double.calls) == 2
    await came(gateway, text("e1", "2", kind="edit", refers="n"))
    choices = [call["metadata"]["choice"] for call in engine_double.calls]
    assert choices == [None, "topic:a", "topic:b"]


async def test_an_address_is_edited_though_it_is_masked(gateway: Gateway, engine_double: EngineDouble) -> None:
    """Nobody may send help to the house that was written by mistake."""
    engine_double.summon("emergency")
    await came(gateway, text("m", "jag är på Storgatan 12 i Umeå, han försöker döda mig"))
    await came(gateway, text("e", "jag är på Storgatan 21 i Umeå, han försöker döda mig", kind="edit", refers="m"))
    (id,) = await gateway.store.ids()
    hidden = gateway.intake._disclosure._hidden._kept[id]
    assert ["Storgatan 21" in one.text for one in hidden] == [True]
    await came(gateway, text("d", "", kind="delete", refers="m"))
    assert id not in gateway.intake._disclosure._hidden._kept


async def test_an_edit_of_a_closed_conversation_begins_a_new_one(gateway: Gateway, engine_double: EngineDouble) -> None:
    await came(gateway, text("m", "hej"))
    (old,) = await gateway.store.ids()
    await close(gateway, old)
    await came(gateway, text("e0", "hej", kind="edit", refers="m"))
    assert await gateway.store.ids() == [old]
    await came(gateway, text("e1", "hej igen", kind="edit", refers="m"))
    (second,) = [id for id in await gateway.store.ids() if id != old]
    assert [line.words["text"] for line in await gateway.store.lines(old) if line.sender == "visitor"] == [UNSENT]
    new = [line.words["text"] for line in await gateway.store.lines(second)]
    assert "hej igen" in new
    assert "Svar på: hej igen" in new


async def test_an_edit_of_a_conversation_that_is_gone_is_something_said_now(gateway: Gateway) -> None:
    await came(gateway, text("m", "hej"))
    await gateway.store.erase((await gateway.store.ids())[0])
    await came(gateway, text("e1", "hej igen", kind="edit", refers="m"))
    assert "Svar på: hej igen" in await said(gateway, "bot")


async def close(gateway: Gateway, id: str) -> None:
    async with gateway.store.change(id) as change:
        change.conversation.state = State.CLOSED
        change.conversation.closed_at, change.conversation.counselled = change.now, True


# -- taken back


@pytest.mark.parametrize("name", DELETING)
async def test_what_is_taken_back_is_gone_from_the_conversation(phone: Phone, gateway: Gateway) -> None:
    await phone.say("det hemliga")
    await phone.unsend()
    (only,) = await conversations(gateway)
    assert (await said(gateway), only.context) == ([UNSENT], None)
    assert [line.words for line in await lines(gateway) if line.sender == "visitor"] == [
        {"text": UNSENT, "blank": True}
    ]


@pytest.mark.parametrize("name", DELETING)
async def test_what_is_taken_back_before_it_comes_is_not_taken(phone: Phone, gateway: Gateway) -> None:
    await phone.unsend()
    await phone.say("det hemliga", stored=False)
    await eventually(lambda: _repeated(gateway, phone.name), lambda number: number == 1)
    assert await gateway.store.ids() == []


@pytest.mark.parametrize("kind", ["delete", "edit"])
async def test_a_turn_under_way_does_not_write_the_words_back(
    kind: str, gateway: Gateway, client: TestClient, engine_double: EngineDouble
) -> None:
    engine_double.gate = asyncio.Event()
    connector = gateway.messaging.full("sms")
    assert connector is not None
    await gateway.messaging._take(connector, [text("m", "det hemliga"), text("other", "och det här")])
    await eventually(lambda: _calls(engine_double), lambda number: number == 1)
    await gateway.messaging._take(connector, [text("x", "annat", kind=kind, refers="m")])
    await eventually(lambda: rows(gateway, "arrivals"), lambda waiting: waiting == [])
    engine_double.gate.set()
    await idle(gateway)
    assert "det hemliga" not in str([line.words for line in await lines(gateway) if line.sender == "visitor"])
    assert [call["context"] for call in engine_double.calls] == [None, None]  # of that turn nothing is kept


async def test_of_two_in_one_turn_the_one_that_stands_is_answered_and_nothing_gathered_is_kept(
    gateway: Gateway, engine_double: EngineDouble
) -> None:
    first = engine_double.gate = asyncio.Event()
    connector = gateway.messaging.full("sms")
    assert connector is not None
    await gateway.messaging._take(connector, [text("a", "hej")])
    await eventually(lambda: _calls(engine_double), lambda number: number == 1)
    await gateway.messaging._take(connector, [text("m", "det hemliga"), text("n", "det andra")])
    await eventually(lambda: rows(gateway, "arrivals"), lambda waiting: waiting == [])
    second = engine_double.gate = asyncio.Event()
    first.set()
    await eventually(lambda: _calls(engine_double), lambda number: number == 2)
    await gateway.messaging._take(connector, [text("x", "", kind="delete", refers="m")])
    await eventually(lambda: rows(gateway, "arrivals"), lambda waiting: waiting == [])
    second.set()
    await idle(gateway)
    (only,) = await conversations(gateway)
    assert (await said(gateway), only.context) == (["hej", UNSENT, "det andra"], None)


async def _calls(engine: EngineDouble) -> int:
    return len(engine.calls)


async def test_what_is_taken_back_before_its_turn_is_over_is_not_answered(
    gateway: Gateway, client: TestClient, engine_double: EngineDouble
) -> None:
    engine_double.gate = asyncio.Event()
    engine_double.summon()
    connector = gateway.messaging.full("sms")
    assert connector is not None
    await gateway.messaging._take(connector, [text("m", "det hemliga")])
    await eventually(lambda: _calls(engine_double), lambda number: number == 1)
    await came(gateway, text("x", "", kind="delete", refers="m"))
    engine_double.gate.set()
    await asyncio.sleep(0.1)
    (only,) = await conversations(gateway)
    assert (await said(gateway, "bot"), only.state, only.understood.get("topic")) == ([], State.BOT, None)


async def test_the_counsellor_sees_the_mark_only(
    gateway: Gateway, client: TestClient, alva: ConsoleClient, engine_double: EngineDouble
) -> None:
    engine_double.summon("emergency")
    await came(gateway, text("m", "min adress är Storgatan 12 i Umeå, han försöker döda mig"))
    (id,) = await gateway.store.ids()
    await alva.claim(id)
    engine_double.calm()
    await came(gateway, text("show", gateway.words.sentence("show_hidden")))
    shown = [line for line in await gateway.store.lines(id) if "shown" in line.words]
    await came(gateway, text("x", "", kind="delete", refers="m"))
    _, seen = await alva.get(f"conversations/{id}")
    assert "försöker" not in str(seen["messages"])
    assert (len(shown), "Storgatan" in str(seen)) == (1, False)
    assert UNSENT in str(seen["messages"])


async def test_a_deletion_reaches_a_closed_conversation(gateway: Gateway) -> None:
    await came(gateway, text("m", "det hemliga"))
    (old,) = await gateway.store.ids()
    await close(gateway, old)
    await came(gateway, text("n", "hej igen"))
    await came(gateway, text("x", "", kind="delete", refers="m"))
    assert UNSENT in [line.words["text"] for line in await gateway.store.lines(old)]


async def test_what_is_taken_back_is_in_no_letter(gateway: Gateway, client: TestClient) -> None:
    await came(gateway, text("a", "hej"))
    (id,) = await gateway.store.ids()
    async with gateway.store.change(id) as change:
        change.conversation.errand = {"letter": {"lines": [], "length": 0, "understood": {}, "open": True}}
    await came(gateway, text("m", "det hemliga"))
    await came(gateway, text("n", "det andra"))
    await came(gateway, text("x", "", kind="delete", refers="m"))
    errand: dict[str, Any] = (await gateway.store.get(id)).errand or {}
    seqs = {line.words["text"]: line.seq for line in await lines(gateway)}
    assert errand["letter"]["lines"] == [seqs["det andra"]]
    assert errand["letter"]["length"] == len("det andra")
