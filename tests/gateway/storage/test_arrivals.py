"""The inbox's rows on each kind of database: stored once, in order, sealed; receipts and keys that go in time."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from connectors.messaging import Inbound
from gateway.keyring import HOURLY, Keyring
from gateway.storage.arrivals import KEY_SECONDS, MOST_RACES, RECEIPT_SECONDS, Arrivals
from gateway.storage.schema import arrivals, receipts
from tests.conftest import Clock

WHOLE = Inbound(
    "edit", "id", ("user:a", "phone:1"), "hej 😀", "1.2", "före", "7", "tryck", "picture", 12.5, "failed", "blocked", "131"
)  # fmt: skip


def inbound(id: str, text: str = "hej") -> Inbound:
    return Inbound("text", id, ("phone:1",), text)


@pytest.fixture
def inbox(database: AsyncEngine, keyring: Keyring, clock: Clock) -> Arrivals:
    return Arrivals(database, keyring, clock)


async def ids(inbox: Arrivals, channel: str = "sms") -> list[str]:
    return [one.inbound.id if one.inbound else "?" for one in await inbox.waiting(channel, 100)]


async def test_what_is_stored_comes_out_whole(inbox: Arrivals) -> None:
    await inbox.accept("sms", [WHOLE])
    (arrival,) = await inbox.waiting("sms", 10)
    assert (arrival.inbound, arrival.tries) == (WHOLE, 0)


async def test_each_is_stored_once_in_the_order_in_which_it_came(inbox: Arrivals) -> None:
    assert await inbox.accept("sms", [inbound("a"), inbound("b"), inbound("a", "annat"), inbound("c")]) == 3
    assert await inbox.accept("sms", [inbound("d"), inbound("b")]) == 1
    assert await inbox.accept("sms", []) == 0
    assert await inbox.accept("signal", [inbound("a")]) == 1
    assert (await ids(inbox), await ids(inbox, "signal")) == (["a", "b", "c", "d"], ["a"])
    assert (await inbox.waiting("sms", 10))[0].inbound == inbound("a")
    assert await inbox.count() == {"sms": 4, "signal": 1}


async def test_at_once_it_is_stored_once(inbox: Arrivals) -> None:
    some = [inbound(str(i)) for i in range(20)]
    stored = await asyncio.gather(*(inbox.accept("sms", some[i:] + some[:i]) for i in range(8)))
    assert (sum(stored), len(await ids(inbox))) == (20, 20)


async def test_what_was_sealed_with_a_lost_keyrings_key_keeps_nobody_else_waiting(
    inbox: Arrivals, keyring: Keyring
) -> None:
    """A keyring that was removed makes the hour's key anew, under the same name."""
    await inbox.accept("sms", [inbound("a")])
    for key in [key for key in keyring.ids() if key.startswith(HOURLY)]:
        keyring.delete(key)
    await inbox.accept("sms", [inbound("b")])
    assert await ids(inbox) == ["?", "b"]


async def test_a_refusal_that_is_no_race_ends(inbox: Arrivals, monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[int] = []

    async def refused(*given: object) -> int:
        tries.append(1)
        raise IntegrityError("", {}, OSError())

    monkeypatch.setattr(inbox, "_insert", refused)
    with pytest.raises(IntegrityError):
        await inbox.accept("sms", [inbound("a")])
    assert len(tries) == MOST_RACES


async def test_nothing_in_the_rows_can_be_read(inbox: Arrivals, database: AsyncEngine) -> None:
    await inbox.accept("sms", [Inbound("text", "kanarie1", ("phone:kanarie2",), "kanarie3")])
    async with database.connect() as connection:
        found = [
            *(await connection.execute(select(arrivals))).all(),
            *(await connection.execute(select(receipts))).all(),
        ]
    assert (len(found), "kanarie" in str(found)) == (2, False)


async def test_what_is_closed_leaves_receipts(inbox: Arrivals, database: AsyncEngine) -> None:
    await inbox.accept("sms", [inbound("a")])
    (arrival,) = await inbox.waiting("sms", 10)
    async with database.begin() as connection:
        await inbox.close(connection, arrival, [inbox.receipt("sms", "b"), inbox.receipt("sms", "a")])
        assert await inbox.is_known(connection, inbox.receipt("sms", "b"))
    assert await inbox.accept("sms", [inbound("a"), inbound("b"), inbound("c")]) == 1
    assert await ids(inbox) == ["c"]


async def test_receipts_and_keys_go_in_time_and_no_sooner(
    inbox: Arrivals, database: AsyncEngine, keyring: Keyring, clock: Clock
) -> None:
    await inbox.accept("sms", [inbound("a")])
    clock.pass_seconds(3 * KEY_SECONDS)
    await inbox.forget_old()
    assert await ids(inbox) == ["a"]  # it waits, and so does its key
    async with database.begin() as connection:
        await inbox.done(connection, (await inbox.waiting("sms", 10))[0].id)
    await inbox.forget_old()
    assert [key for key in keyring.ids() if key.startswith(HOURLY)] == []
    clock.pass_seconds(RECEIPT_SECONDS - 4 * KEY_SECONDS)
    await inbox.forget_old()
    assert await inbox.accept("sms", [inbound("a")]) == 0
    clock.pass_seconds(2 * KEY_SECONDS)
    await inbox.forget_old()
    assert await inbox.accept("sms", [inbound("a")]) == 1


def test_receipts_are_kept_for_more_than_eight_days() -> None:
    assert RECEIPT_SECONDS > 8 * 24 * 3600


async def test_what_has_lost_its_key_is_there_and_cannot_be_read(inbox: Arrivals, keyring: Keyring) -> None:
    await inbox.accept("sms", [inbound("a")])
    for key in keyring.ids():
        keyring.delete(key)
    assert await ids(inbox) == ["?"]


async def test_what_waits_on_other_channels_goes_after_a_while(inbox: Arrivals, clock: Clock) -> None:
    await inbox.accept("sms", [inbound("a"), inbound("b")])
    await inbox.accept("signal", [inbound("a")])
    clock.pass_seconds(100)
    await inbox.accept("sms", [inbound("c")])
    assert await inbox.forget_of(["signal"], clock() - 50) == {"sms": 2}
    assert await inbox.forget_of(["sms", "signal"], clock()) == {}
    assert (await ids(inbox), await ids(inbox, "signal")) == (["c"], ["a"])
