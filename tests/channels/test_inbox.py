"""From the platform's call to the work: once, in order, nobody starved, nothing lost through a crash or a defect."""

from __future__ import annotations

import asyncio
import io
import logging
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy.exc import IntegrityError

from connectors.messaging import Inbound, Request
from gateway.app import Gateway
from gateway.channels.inbox import A_ROUND, by_person
from gateway.channels.reception import Reception
from gateway.keyring import HOURLY
from gateway.storage.arrivals import Arrival
from tests.channels.kept import (
    PHONE,
    came,
    conversations,
    counted,
    eventually,
    idle,
    metrics,
    row_counts,
    rows,
    running,
    said,
    text,
)  # fmt: skip
from tests.channels.platforms import NAMES, PERSON, Platforms
from tests.conftest import Clock, base_of
from tests.engine_double import EngineDouble

DAY = 24 * 3600.0


def numbered(count: int, who: tuple[str, ...] = (PHONE,), start: int = 0) -> list[Inbound]:
    return [text(f"{who[0]} {i}", f"ord {i}", who) for i in range(start, start + count)]


async def taken(gateway: Gateway, inbounds: list[Inbound], name: str = "sms") -> None:
    connector = gateway.messaging.full(name)
    assert connector is not None
    await gateway.messaging._take(connector, inbounds)


# -- once


@pytest.mark.parametrize("name", NAMES)
async def test_the_same_request_is_answered_once(
    name: str, client: TestClient, gateway: Gateway, platforms: Platforms, engine_double: EngineDouble
) -> None:
    request: Request = platforms[name].text(PERSON[name], "hej")
    statuses = await asyncio.gather(*(platforms.send(name, base_of(client), request) for _ in range(5)))
    assert set(statuses) == {200}
    await eventually(lambda: _of(gateway, name, "repeated"), lambda number: number == 4)
    await idle(gateway, 1)
    assert (await said(gateway), len(engine_double.calls)) == (["hej"], 1)


async def _of(gateway: Gateway, name: str, kind: str) -> float:
    return counted(gateway, name, kind)


@pytest.mark.parametrize("name", NAMES)
async def test_what_comes_again_after_radera_stays_erased(
    name: str, client: TestClient, gateway: Gateway, platforms: Platforms
) -> None:
    first, erase = (platforms[name].text(PERSON[name], words) for words in ("det hemliga", "radera"))
    for request in (first, erase, first, erase):
        assert await platforms.send(name, base_of(client), request) == 200
    await eventually(lambda: _of(gateway, name, "repeated"), lambda number: number == 2)
    await eventually(lambda: row_counts(gateway), lambda counts: counts["arrivals"] == 0 and counts["farewells"] == 0)
    assert await gateway.store.ids() == []
    assert sum("raderat hos oss" in words for words in platforms.texts(name)) == 1


async def test_what_comes_again_after_a_restart_is_known(
    tmp_path: Path, clock: Clock, engine_double: EngineDouble, platforms: Platforms, read_once: None, database_url: str
) -> None:
    requests = {name: platforms[name].text(PERSON[name], "hej") for name in NAMES}
    for _ in range(2):
        async with running(tmp_path, clock, engine_double, platforms, database_url) as (gateway, client):
            for name, request in requests.items():
                assert await platforms.send(name, base_of(client), request) == 200
            await idle(gateway, len(NAMES))
            if _:
                await eventually(lambda: _of(gateway, "signal", "repeated"), lambda number: number == 1)
            assert len(await gateway.store.ids()) == len(NAMES)
    assert len(engine_double.calls) == len(NAMES)


async def test_two_requests_that_share_messages_are_stored_once_each(
    tmp_path: Path, clock: Clock, engine_double: EngineDouble, platforms: Platforms, read_once: None, database_url: str
) -> None:
    """At once and in another order: neither is refused, nothing is doubled."""
    async with running(tmp_path, clock, engine_double, platforms, database_url) as (gateway, _):
        gateway.messaging._inbox._wake.clear()  # type: ignore[union-attr]  # nothing is worked on: only taken
        some = [text(f"m{i}", f"ord {i}", (f"phone:+4670174{i:04d}",)) for i in range(30)]
        await asyncio.gather(*(taken(gateway, some[i:] + some[:i][::-1]) for i in range(0, 30, 3)))
        assert (await row_counts(gateway))["arrivals"] == 30
        assert counted(gateway, "sms", "repeated") == 9 * 30


# -- order, batches


async def test_a_batch_keeps_its_order_and_of_two_alike_the_first(gateway: Gateway, client: TestClient) -> None:
    await came(gateway, text("a", "ett"), text("b", "två"), text("a", "något annat"), text("c", "tre"))
    assert await said(gateway) == ["ett", "två", "tre"]


@pytest.mark.parametrize("name", ["whatsapp", "messenger"])
async def test_one_request_with_several_people_is_worked_on_apart(
    name: str, client: TestClient, gateway: Gateway, platforms: Platforms
) -> None:
    import json

    provider, people = platforms[name], ("46701740601", "46701740602", "46701740603")
    requests = [provider.text(person, f"{person} säger {i}") for i in range(3) for person in people]
    if name == "messenger":
        together = provider.together(*requests)
    else:
        from tests.providers.whatsapp import APP_SECRET
        from tests.providers.whatsapp_phones import escaped, signed

        whole = json.loads(requests[0].body)
        whole["entry"] = [entry for request in requests for entry in json.loads(request.body)["entry"]]
        together = signed(escaped(whole), APP_SECRET)
    assert await platforms.send(name, base_of(client), together) == 200
    await idle(gateway, 9)
    found = [
        [line.words["text"] for line in await gateway.store.lines(id) if line.sender == "visitor"]
        for id in await gateway.store.ids()
    ]
    assert sorted(found) == [[f"{person} säger {i}" for i in range(3)] for person in people]


def test_waiting_things_are_ordered_by_person_whatever_ids_they_come_with() -> None:
    ids = [("phone:1",), ("phone:2",), ("user:1", "phone:1"), ("user:1",), ()]
    waiting = [Arrival(i, 0, 0.0, Inbound("text", str(i), who)) for i, who in enumerate(ids)]
    waiting.append(Arrival(5, 0, 0.0, None))
    assert [[one.id for one in theirs] for theirs in by_person(waiting)] == [[0, 2, 3], [1], [4], [5]]


async def test_a_wave_from_one_person_starves_nobody_and_loses_nothing(
    gateway: Gateway, client: TestClient, engine_double: EngineDouble
) -> None:
    engine_double.gate = asyncio.Event()  # what comes meanwhile joins one turn
    other = text("other", "hej", ("phone:+46701740699",))
    await taken(gateway, numbered(300))
    worked: list[str] = []
    take = Reception.take

    async def noted(self: Reception, channel: Any, arrival: Arrival) -> None:
        worked.append(arrival.inbound.who[0] if arrival.inbound else "")
        await take(self, channel, arrival)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Reception, "take", noted)
        await taken(gateway, [other])
        await eventually(lambda: row_counts(gateway), lambda counts: counts["arrivals"] == 0, 30)
    engine_double.gate.set()
    await idle(gateway, 301)
    assert worked.index("phone:+46701740699") <= 2 * A_ROUND
    flooded = max(await conversations(gateway), key=lambda one: one.last_seq)
    texts = [line.words["text"] for line in await gateway.store.lines(flooded.id) if line.sender == "visitor"]
    assert texts == [f"ord {i}" for i in range(300)]


async def test_what_goes_beyond_is_counted_and_dropped_but_no_act_and_no_deletion(
    gateway: Gateway, client: TestClient, clock: Clock
) -> None:
    gateway.messaging._inbox._wake.clear()  # type: ignore[union-attr]  # nothing is worked on: only taken
    await taken(gateway, numbered(310))
    assert counted(gateway, "sms", "too_many") == 10
    await taken(gateway, [text("d", kind="delete", refers=f"{PHONE} 0"), text("r", "radera")])
    assert (await row_counts(gateway))["arrivals"] == 302
    clock.pass_seconds(5)
    await taken(gateway, numbered(10, start=400))
    assert counted(gateway, "sms", "too_many") == 15


async def test_a_thousand_messages_of_a_thousand_people_are_acknowledged_in_a_second(
    tmp_path: Path, clock: Clock, engine_double: EngineDouble, platforms: Platforms, read_once: None, database_url: str,
    record_property: Any,
) -> None:  # fmt: skip
    async with running(tmp_path, clock, engine_double, platforms, database_url) as (gateway, _):
        gateway.messaging._inbox._wake.clear()  # type: ignore[union-attr]  # nothing is worked on: only taken
        some = [text(f"m{i}", f"ord {i}", (f"phone:+4670{i:07d}",)) for i in range(1000)]
        began = time.monotonic()
        await taken(gateway, some)
        took = time.monotonic() - began
        record_property("seconds", took)
        print(f"1,000 stored in {took:.2f} s")
        assert took < 1.5
        assert (await row_counts(gateway))["arrivals"] == 1000


# -- crashes and defects


async def test_what_a_crash_left_is_worked_on_at_start_once(
    tmp_path: Path, clock: Clock, engine_double: EngineDouble, platforms: Platforms, read_once: None, database_url: str
) -> None:
    async with running(tmp_path, clock, engine_double, platforms, database_url) as (gateway, _):
        gateway.messaging._inbox._wake.clear()  # type: ignore[union-attr]  # it dies before it comes to working
        await taken(gateway, numbered(5))
        assert (await row_counts(gateway))["arrivals"] == 5
    for _ in range(2):
        async with running(tmp_path, clock, engine_double, platforms, database_url) as (gateway, _client):
            await idle(gateway, 5)
            assert await said(gateway) == [f"ord {i}" for i in range(5)]
    assert sum(call["text"].count("ord 0") for call in engine_double.calls) == 1


async def test_what_could_not_be_stored_does_not_count_as_too_many(
    client: TestClient, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A platform brings the same again and again while the store is down."""

    async def down(channel: str, inbounds: list[Inbound]) -> int:
        raise OSError

    with monkeypatch.context() as patch:
        patch.setattr(gateway.messaging.arrivals, "accept", down)
        for _ in range(7):
            with pytest.raises(OSError):
                await taken(gateway, numbered(50))
    await taken(gateway, numbered(50))
    await idle(gateway, 50)
    assert counted(gateway, "sms", "too_many") == 0


@pytest.mark.parametrize("defect", [KeyError("hemligt"), IntegrityError("hemligt", {}, OSError())])
async def test_a_defect_is_buried_after_three_tries_and_the_visitor_is_told(
    defect: Exception, client: TestClient, gateway: Gateway, platforms: Platforms, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[str] = []
    store_said = Reception._store_said

    async def broken(self: Reception, channel: Any, change: Any, id: str, inbound: Inbound, *rest: Any) -> None:
        tries.append(inbound.text)
        if inbound.text == "går sönder":
            raise defect
        await store_said(self, channel, change, id, inbound, *rest)

    monkeypatch.setattr(Reception, "_store_said", broken)
    await taken(gateway, [text("a", "går sönder"), text("b", "går bra"), text("c", "går bra", ("phone:+46701740602",))])
    await idle(gateway, 3)
    assert tries == ["går sönder", "går bra", "går sönder", "går sönder", "går bra"]  # the same person's comes after it
    (dead,) = await rows(gateway, "dead_letters")
    assert (dead["direction"], dead["failure"], dead["code"]) == ("in", "defect", type(defect).__name__)
    told = await platforms.until("sms", 3)
    assert any("112" in words.removeprefix("Svar:\n").split(".")[0] for words in told)


async def test_nobody_is_told_of_a_defect_in_what_they_did_not_say(
    client: TestClient, gateway: Gateway, platforms: Platforms, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*given: Any) -> None:
        raise KeyError

    monkeypatch.setattr(Reception, "_taken_back", broken)
    await came(gateway, text("d", kind="delete", refers="m"))
    assert ((await row_counts(gateway))["farewells"], platforms.texts("sms")) == (0, [])


async def test_the_worker_lives_through_anything(
    client: TestClient, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:

        async def broken(*given: Any) -> None:
            raise KeyError("also here")

        patch.setattr(Reception, "take", broken)
        patch.setattr(Reception, "apologise", broken)
        await taken(gateway, [text("a", "hej")])
        await eventually(lambda: rows(gateway, "dead_letters"), lambda dead: len(dead) == 1)
    await idle(gateway, 1)
    assert await said(gateway) == ["hej"]


async def test_a_conversation_that_lost_its_key_blocks_nobody(client: TestClient, gateway: Gateway) -> None:
    await came(gateway, text("a", "hej"))
    (id,) = await gateway.store.ids()
    gateway.keyring.delete(id)
    await came(gateway, text("d", kind="delete", refers="a"), text("b", "hej igen"))
    (new,) = await gateway.store.ids()
    assert (new == id, await said(gateway)) == (False, ["hej igen"])


# -- what stays and what goes


async def test_keys_of_hours_go_and_receipts_stay_for_nine_days(
    client: TestClient, gateway: Gateway, clock: Clock
) -> None:
    await came(gateway, text("a", "hej"))
    await eventually(gateway.messaging.rows.with_waiting, lambda waiting: waiting == [])
    assert [key for key in gateway.keyring.ids() if key.startswith(HOURLY)] != []
    clock.pass_seconds(2.1 * 3600)
    await gateway.sweeper.sweep()
    assert [key for key in gateway.keyring.ids() if key.startswith(HOURLY)] == []
    clock.pass_seconds(8.5 * DAY)
    await gateway.sweeper.sweep()
    assert (await row_counts(gateway))["receipts"] == 1
    await came(gateway, text("a", "hej"))
    assert counted(gateway, "sms", "repeated") == 1
    await eventually(gateway.messaging.rows.with_waiting, lambda waiting: waiting == [])
    clock.pass_seconds(1 * DAY)
    await gateway.sweeper.sweep()
    counts = await row_counts(gateway)
    left = {table: number for table, number in counts.items() if number and table != "alembic_version"}
    assert left == {}


async def test_what_waits_on_a_channel_that_was_switched_off_is_forgotten_and_counted(
    tmp_path: Path, clock: Clock, engine_double: EngineDouble, platforms: Platforms, read_once: None
) -> None:
    async with running(tmp_path, clock, engine_double, platforms, names=("sms", "telegram")) as (gateway, _):
        await came(gateway, text("z", "hej"))
        gateway.messaging._inbox._wake.clear()  # type: ignore[union-attr]
        await taken(gateway, [text("a", "ett"), text("b", "två")])
    async with running(tmp_path, clock, engine_double, platforms, names=("telegram",)) as (gateway, _):
        await gateway.sweeper.sweep()
        assert (await row_counts(gateway))["arrivals"] == 2  # it may have been switched off by mistake
        clock.pass_seconds(3700)
        await gateway.sweeper.sweep()
        counts = await row_counts(gateway)
        assert [counts[table] for table in ("arrivals", "conversations", "addresses", "outbox")] == [0, 0, 0, 0]
        (dead,) = await rows(gateway, "dead_letters")
        assert (dead["channel"], dead["failure"], dead["code"]) == ("sms", "off", "2")


# -- nobody in the records


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    written, root = io.StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(written), root.level
    handler.addFilter(lambda record: record.name != "aiohttp.access")  # off where it is real (gateway/__main__.py)
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield written
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.mark.parametrize("name", NAMES)
async def test_no_number_no_text_and_no_token_is_logged_or_counted(
    name: str, client: TestClient, gateway: Gateway, platforms: Platforms, engine_double: EngineDouble,
    logged: io.StringIO, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    base, provider = base_of(client), platforms[name]
    provider.moods.append("500")
    await platforms.say(name, base, "kanarieblyg")
    await eventually(lambda: _failed(gateway), lambda states: "provider_down" in states)
    if name != "signal":
        request = provider.text(PERSON[name], "kanarieblyg")
        await platforms.send(name, base, Request("POST", {"kanarieblyg": "1"}, {}, request.body, "kanarieblyg"))

    async def broken(*given: Any) -> None:
        raise RuntimeError("kanarieblyg")

    monkeypatch.setattr(Reception, "_store_said", broken)
    await platforms.say(name, base, "kanarieblyg igen")
    await eventually(lambda: rows(gateway, "dead_letters"), lambda dead: len(dead) > 0)
    printed = capfd.readouterr()
    everything = f"{printed.out}{printed.err}{logged.getvalue()}{metrics(gateway)}"
    assert "arrival_failed" in everything
    secrets = [value for key, value in platforms.values(name).items() if key in SECRET]
    people = ["701740601", *([provider.psid(PERSON[name])] if name == "messenger" else [])]
    people += [provider.person(PERSON[name]).uuid] if name == "signal" else []
    assert [one for one in ("kanarieblyg", *people, *secrets) if one in everything] == []
    file = b"".join(one.read_bytes() for one in gateway.settings.var.rglob("varsam.sqlite*"))
    assert [one for one in ("kanarieblyg", *people) if one.encode() in file] == []


async def _failed(gateway: Gateway) -> list[str]:
    return [row["failure"] for row in await rows(gateway, "outbox")]


SECRET = {"token", "secret", "app_secret", "verify_token", "password", "path_secret"}
