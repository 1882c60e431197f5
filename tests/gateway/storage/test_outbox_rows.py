"""The outbox's rows on each kind of database: one is sent at a time, a claim and an erasure win, a restart knows."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.handoff import Event
from gateway.keyring import Keyring
from gateway.storage.outbox import DEAD_SECONDS, MOST_DOUBTS, Delivery, OutboxRows, Row
from gateway.storage.records import Gone
from gateway.storage.schema import dead_letters, outbox
from gateway.storage.staff import Staff
from gateway.storage.store import Store
from tests.conftest import Clock


@pytest.fixture
def rows(database: AsyncEngine, keyring: Keyring, clock: Clock) -> OutboxRows:
    return OutboxRows(database, keyring, clock)


@pytest.fixture(autouse=True)
async def alva(database: AsyncEngine, clock: Clock) -> int:
    """A counsellor who can claim."""
    return (await Staff(database, clock).add("Alva", "hash", False)).id


def part(text: str, urgent: bool = False) -> tuple[dict[str, Any], bool]:
    return {"text": text}, urgent


async def talk(store: Store, *said: tuple[str, str], channel: str = "sms") -> str:
    conversation, _ = await store.begin(channel)
    async with store.change(conversation.id) as change:
        for sender, text in said:
            await change.add(sender, {"text": text, "choices": [], "contacts": []})
    return conversation.id


async def shaped(rows: OutboxRows, id: str, *parts: tuple[dict[str, Any], bool]) -> Row:
    """Shape what comes next into these parts (or one); give the first."""
    row = await rows.next(id)
    assert row is not None
    await rows.shaped(row, list(parts) or [part("x")])
    first = await rows.next(id)
    assert first is not None
    return first


async def states(database: AsyncEngine) -> list[tuple[int, int, str, str | None, bool]]:
    async with database.connect() as connection:
        what = outbox.c
        found = select(what.seq, what.part, what.state, what.failure, what.sealed.is_not(None))
        return [tuple(row) for row in (await connection.execute(found.order_by(what.seq, what.part))).all()]


async def test_lines_go_out_in_order_and_only_where_there_is_a_platform(store: Store, rows: OutboxRows) -> None:
    id = await talk(store, ("visitor", "hej"), ("bot", "ett"), ("system", "två"))
    web = await talk(store, ("bot", "ett"), channel="web")
    assert await rows.with_waiting() == [id]
    assert await rows.next(web) is None
    row = await rows.next(id)
    assert row is not None
    assert (row.seq, row.part, row.sender, row.urgent, row.attempts, row.doubts, row.ready) == (
        2,
        0,
        "bot",
        False,
        0,
        0,
        None,
    )


async def test_a_line_becomes_a_row_for_each_message_once(
    store: Store, rows: OutboxRows, database: AsyncEngine
) -> None:
    id = await talk(store, ("bot", "ett"))
    row = await rows.next(id)
    assert row is not None
    await rows.shaped(row, [part("a"), part("b", urgent=True)])
    await rows.shaped(row, [part("a"), part("b")])
    assert await states(database) == [(1, 0, "pending", None, True), (1, 1, "pending", None, True)]
    first = await rows.next(id)
    assert first is not None
    assert (first.ready, first.urgent, first.said_at) == ({"text": "a"}, False, row.due_at)


async def test_what_says_nothing_leaves_no_row(store: Store, rows: OutboxRows, database: AsyncEngine) -> None:
    id = await talk(store, ("bot", ""))
    row = await rows.next(id)
    assert row is not None
    await rows.shaped(row, [])
    assert await states(database) == []


async def test_of_many_who_begin_one_row_one_sends_it(store: Store, rows: OutboxRows) -> None:
    row = await shaped(rows, await talk(store, ("bot", "ett")))
    assert sorted(await asyncio.gather(*(rows.begin(row) for _ in range(8)))) == [False] * 7 + [True]


async def test_what_was_recalled_does_not_take_the_place_of_what_comes_next(
    store: Store, rows: OutboxRows, database: AsyncEngine
) -> None:
    """SQLite gives the next row the id of the one that was deleted."""
    id = await talk(store, ("bot", "ett"))
    row = await shaped(rows, id)
    async with store.change(id) as change:
        await change.recall()
        await change.add("system", {"text": "kuratorn är här", "choices": [], "contacts": []})
    assert not await rows.begin(row)
    assert await rows.failed(row, "sms", "refused", "") is None
    assert await states(database) == [(2, 0, "pending", None, False)]


async def test_a_claim_and_a_send_at_once_do_not_both_win(
    store: Store, rows: OutboxRows, database: AsyncEngine
) -> None:
    for _ in range(10):
        id = await talk(store, ("bot", "ett"))
        row = await shaped(rows, id)

        async def claim(id: str = id) -> None:
            async with store.change(id) as change:
                await change.step(Event.HANDOFF_REQUESTED)
                await change.step(Event.CLAIMED, 1)

        begun, _ = await asyncio.gather(rows.begin(row), claim())
        assert bool(await store.drafts(id)) != begun
        await store.erase(id)


async def test_after_a_claim_what_failed_is_a_draft(store: Store, rows: OutboxRows, database: AsyncEngine) -> None:
    id = await talk(store, ("bot", "ett"))
    row = await shaped(rows, id)
    assert await rows.begin(row)
    async with store.change(id) as change:
        await change.step(Event.HANDOFF_REQUESTED)
        await change.step(Event.CLAIMED, 1)
    assert await states(database) == [(1, 0, "sending", None, True)]
    async with store.change(id) as change:
        assert await rows.later(change, row, 0.0, "provider_down") is False
    assert await states(database) == []
    assert [draft["text"] for draft in await store.drafts(id)] == ["ett"]
    assert await store.lines(id) == []


async def test_of_a_line_half_sent_at_the_claim_the_line_stays(store: Store, rows: OutboxRows) -> None:
    id = await talk(store, ("bot", "ett"))
    row = await shaped(rows, id, part("a"), part("b"))
    assert await rows.begin(row)
    assert await rows.sent(row, "sms", "s1")
    async with store.change(id) as change:
        await change.step(Event.HANDOFF_REQUESTED)
        await change.step(Event.CLAIMED, 1)
    assert await rows.next(id) is None
    assert [line.words["text"] for line in await store.lines(id)] == ["ett"]
    assert [draft["text"] for draft in await store.drafts(id)] == ["ett"]


async def test_later_counts_attempts_and_doubts_apart(store: Store, rows: OutboxRows, clock: Clock) -> None:
    id = await talk(store, ("bot", "ett"))
    row: Row | None = await shaped(rows, id)
    for failure in ("provider_down", "in_doubt", "retry_later", "in_doubt"):
        assert row is not None
        assert await rows.begin(row)
        async with store.change(id) as change:
            assert await rows.later(change, row, clock() + 7, failure)
        row = await rows.next(id)
    assert row is not None
    assert (row.attempts, row.doubts, row.due_at) == (4, 2, clock() + 7)


async def test_what_was_erased_on_its_way_is_not_written_down(
    store: Store, rows: OutboxRows, database: AsyncEngine
) -> None:
    id = await talk(store, ("bot", "ett"))
    row = await shaped(rows, id)
    assert await rows.begin(row)
    await store.erase(id)
    assert await rows.sent(row, "sms", "s1") is False
    await rows.doubt(row)
    with pytest.raises(Gone):
        async with store.change(id) as change:
            await rows.later(change, row, 0.0, "provider_down")
    assert await states(database) == []


async def test_an_erasure_waits_for_what_is_just_being_written_down(store: Store, rows: OutboxRows) -> None:
    """Either the erasure knows the platform's id, or whoever sent it learns that the conversation is gone."""
    for number in range(10):
        id = await talk(store, ("bot", "ett"))
        row = await shaped(rows, id)
        assert await rows.begin(row)

        async def erase(id: str = id) -> tuple[list[str], int]:
            async with store.change(id) as change:
                known = await rows.out_there(change)
                await change.step(Event.ERASED)
            return known

        written, (ids, doubts) = await asyncio.gather(rows.sent(row, "sms", f"s{number}"), erase())
        assert (ids == [f"s{number}"]) == written
        assert doubts == (0 if written else 1)


async def test_what_is_known_there_and_what_is_in_doubt(store: Store, rows: OutboxRows) -> None:
    id = await talk(store, ("bot", "ett"), ("bot", "två"), ("bot", "tre"), ("bot", "fyra"))
    for name in ("s1", "s2", "", "-"):
        row = await shaped(rows, id)
        assert await rows.begin(row)
        if name == "":
            await rows.doubt(row)
        elif name == "-":
            await rows.failed(row, "sms", "refused", "")
        else:
            assert await rows.sent(row, "sms", name)
    assert await rows.failed_there("sms", "s2", "visitor_gone", "131026") == id
    assert await rows.failed_there("sms", "unknown", "visitor_gone", "") is None
    assert await rows.failed_there("whatsapp", "s1", "visitor_gone", "") is None
    async with store.change(id) as change:
        assert await rows.out_there(change) == (["s1", "s2"], 1)
    assert await rows.delivery_of(id) == {
        1: Delivery("sent", None), 2: Delivery("failed", "visitor_gone"), 3: Delivery("doubt", "in_doubt"),
        4: Delivery("failed", "refused"),
    }  # fmt: skip
    assert await rows.count() == {("sms", "sent"): 1, ("sms", "failed"): 2, ("sms", "doubt"): 1}


async def test_the_first_failure_of_a_line_is_known_as_such(store: Store, rows: OutboxRows) -> None:
    id = await talk(store, ("bot", "ett"))
    await shaped(rows, id, part("a"), part("b"))
    told = []
    while (row := await rows.next(id)) is not None:
        told.append(await rows.failed(row, "sms", "refused", "99"))
    assert told == [True, False]


@pytest.mark.parametrize(
    ("sender", "urgent", "doubts", "human", "state"),
    [
        ("bot", False, 0, False, "doubt"), ("bot", True, 0, False, "pending"), ("counsellor", False, 0, True, "pending"),
        ("system", False, 0, False, "doubt"), ("bot", True, 0, True, "doubt"),
        ("bot", True, MOST_DOUBTS - 1, False, "doubt"), ("counsellor", True, MOST_DOUBTS - 2, False, "pending"),
    ],
)  # fmt: skip
async def test_after_a_restart_what_was_on_its_way_is_in_doubt(
    sender: str,
    urgent: bool,
    doubts: int,
    human: bool,
    state: str,
    store: Store,
    rows: OutboxRows,
    database: AsyncEngine,
) -> None:
    id = await talk(store, (sender, "ett"), (sender, "två"))
    row: Row | None = await shaped(rows, id, part("a", urgent))
    for _ in range(doubts):
        assert row is not None
        assert await rows.begin(row)
        async with store.change(id) as change:
            await rows.later(change, row, 0.0, "in_doubt")
        row = await rows.next(id)
    assert row is not None
    assert await rows.begin(row)
    if human:
        async with store.change(id) as change:
            await change.step(Event.HANDOFF_REQUESTED)
            await change.step(Event.CLAIMED, 1)
    counted = await rows.take_up()
    assert counted == {("sms", "repeated" if state == "pending" else "doubt"): 1}
    assert (await states(database))[0] == (1, 0, state, "in_doubt", state == "pending")
    assert await rows.take_up() == {}


async def test_a_dead_letter_names_nobody(store: Store, rows: OutboxRows, database: AsyncEngine, clock: Clock) -> None:
    id = await talk(store, ("counsellor", "hemligt"))
    row = await shaped(rows, id)
    await rows.failed(row, "sms", "refused", "4" * 200)
    await rows.bury("sms", "in", "visitor", "defect", "KeyError", 3)
    async with database.connect() as connection:
        letters = [dict(row._mapping) for row in (await connection.execute(select(dead_letters))).all()]
    assert {name for letter in letters for name in letter} == {
        "id", "at", "channel", "direction", "sender", "failure", "code", "attempts",
    }  # fmt: skip
    assert not [letter for letter in letters if id in str(letter) or "hemligt" in str(letter)]
    assert await rows.dead(0) == [
        ("sms", "in", "visitor", "defect", "KeyError", 1), ("sms", "out", "counsellor", "refused", "4" * 40, 1),
    ]  # fmt: skip
    clock.pass_seconds(DEAD_SECONDS + 1)
    await rows.forget_old()
    assert await rows.dead(0) == []


async def test_nothing_is_left_of_a_conversation_that_is_gone(
    store: Store, rows: OutboxRows, database: AsyncEngine
) -> None:
    id = await talk(store, ("bot", "ett"), ("bot", "två"))
    row = await shaped(rows, id)
    assert await rows.begin(row)
    await rows.drop(id)
    assert await states(database) == [(1, 0, "sending", None, True)]
    await store.erase(id)
    assert await states(database) == []
