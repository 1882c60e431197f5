"""The store, on SQLite and PostgreSQL alike: what it keeps, what nobody can read there, and what goes away."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.handoff import Event, State
from gateway.keyring import Keyring
from gateway.storage.change import Conflict
from gateway.storage.database import DatabaseError, migrate
from gateway.storage.records import Gone
from gateway.storage.schema import audit, conversations, drafts, messages, metadata
from gateway.storage.store import Store
from tests.conftest import OFFICE_HOURS, Clock

CANARY = "kanariefågel-i-gruvan"


async def at_rest(database: AsyncEngine) -> bytes:
    """Give every byte of a SQLite database's files; of PostgreSQL every column of every row."""
    if database.dialect.name == "sqlite":
        path = Path(str(database.url.database))
        return b"".join(file.read_bytes() for file in sorted(path.parent.glob(f"{path.name}*")))
    found = b""
    async with database.connect() as connection:
        for table in metadata.sorted_tables:
            for row in await connection.execute(select(table)):
                found += b"|".join(one if isinstance(one, bytes) else str(one).encode() for one in row)
    return found


async def rows_of(database: AsyncEngine, id: str) -> int:
    """Count what is stored of a conversation, in every table."""
    async with database.connect() as connection:
        count = len((await connection.execute(select(conversations).where(conversations.c.id == id))).all())
        for table in (messages, drafts, audit):
            count += len((await connection.execute(select(table).where(table.c.conversation == id))).all())
    return count


async def say(store: Store, id: str, *texts: str, client_id: str | None = None) -> None:
    async with store.change(id) as change:
        for one in texts:
            await change.add("visitor", {"text": one}, client_id or f"id-{one}", answered=False)


async def step(store: Store, id: str, *events: Event) -> None:
    async with store.change(id) as change:
        for event in events:
            assert await change.step(event) is not None


async def test_begin_gives_a_bot_conversation_that_its_token_opens(store: Store) -> None:
    begun, token = await store.begin("web")
    assert (begun.channel, begun.state, begun.generation, begun.last_seq) == ("web", State.BOT, 1, 0)
    assert (begun.created_at, begun.visitor_at, begun.share, begun.holder) == (OFFICE_HOURS, OFFICE_HOURS, "none", None)
    assert await store.by_token(token) == begun == await store.get(begun.id)


async def test_by_token_refuses_what_was_never_given(store: Store) -> None:
    begun, token = await store.begin("web")
    for wrong in (token + "x", token[:-1], "", begun.id):
        with pytest.raises(Gone):
            await store.by_token(wrong)


async def test_words_are_sealed_in_every_place_they_are_kept(store: Store, database: AsyncEngine) -> None:
    begun, token = await store.begin("web")
    async with store.change(begun.id) as change:
        await change.add("visitor", {"text": CANARY}, "id-1", answered=False)
        await change.add("bot", {"text": CANARY, "choices": [{"title": CANARY, "payload": CANARY}]})
        await change.answer(1, {"text": CANARY, "explained": {"topic": CANARY}})
        await change.add_draft({"text": CANARY})
        change.conversation.context, change.conversation.understood = {"said": CANARY}, {"topic": CANARY}
    stored = await at_rest(database)
    assert begun.id.encode() in stored  # it was looked for in the right place
    assert (CANARY.encode() in stored, CANARY.encode("utf-16-le") in stored, token.encode() in stored) == (False,) * 3
    assert [line.words["text"] for line in await store.lines(begun.id)] == [CANARY, CANARY]
    assert (await store.get(begun.id)).context == {"said": CANARY}


async def test_lines_come_in_order_after_a_seq(store: Store) -> None:
    begun, _ = await store.begin("web")
    await say(store, begun.id, "ett", "två", "tre")
    lines = await store.lines(begun.id, 1)
    assert [(line.seq, line.words["text"], line.sender) for line in lines] == [
        (2, "två", "visitor"),
        (3, "tre", "visitor"),
    ]


async def test_answered_moves_a_line_out_of_the_unanswered(store: Store) -> None:
    begun, _ = await store.begin("web")
    other, _ = await store.begin("web")
    await say(store, begun.id, "ett", "två")
    await say(store, other.id, "tre")
    async with store.change(begun.id) as change:
        await change.answer(1, {"text": "ett", "explained": {"topic": "cost"}})
    assert [line.seq for line in await store.unanswered(begun.id)] == [2]
    answered = await store.answered(begun.id, ["id-ett", "id-två", "id-tre"])
    assert [(line.client_id, line.words["explained"]) for line in answered] == [("id-ett", {"topic": "cost"})]
    assert sorted(await store.with_unanswered()) == sorted([begun.id, other.id])


async def test_seq_of_an_id_is_its_own_conversations_only(store: Store) -> None:
    begun, _ = await store.begin("web")
    other, _ = await store.begin("web")
    await say(store, begun.id, "ett", client_id="id")
    async with store.change(begun.id) as change:
        assert (await change.seq_of("id"), await change.seq_of("annat")) == (1, None)
    async with store.change(other.id) as change:
        assert await change.seq_of("id") is None


async def test_a_change_that_fails_leaves_nothing(store: Store) -> None:
    begun, _ = await store.begin("web")
    with pytest.raises(ZeroDivisionError):
        async with store.change(begun.id) as change:
            await change.add("visitor", {"text": "halv"})
            await change.step(Event.HANDOFF_REQUESTED)
            _ = 1 / 0
    assert (await store.lines(begun.id), await store.get(begun.id)) == ([], begun)


async def test_a_row_changed_meanwhile_is_a_conflict_and_leaves_nothing(store: Store) -> None:
    begun, _ = await store.begin("web")
    with pytest.raises(Conflict):
        async with store.change(begun.id) as change:
            await change.add("bot", {"text": "för sent"})
            where = update(conversations).where(conversations.c.id == begun.id)
            await change.connection.execute(where.values(generation=2))  # as if the row's lock had been lost
    assert (await store.lines(begun.id), (await store.get(begun.id)).generation) == ([], 1)


async def test_a_late_event_changes_nothing_and_is_counted(store: Store, database: AsyncEngine) -> None:
    begun, _ = await store.begin("web")
    async with store.change(begun.id) as change:
        assert await change.step(Event.CLAIMED, 1) is None
    assert (await store.get(begun.id), store.late_events, await rows_of(database, begun.id)) == (begun, 1, 1)


async def test_erase_deletes_rows_and_key(store: Store, database: AsyncEngine, keyring: Keyring) -> None:
    begun, token = await store.begin("web")
    kept, _ = await store.begin("web")
    await say(store, begun.id, "ett")
    async with store.change(begun.id) as change:
        await change.add_draft({"text": "utkast"})
        await change.step(Event.HANDOFF_REQUESTED)
    assert await rows_of(database, begun.id) == 4
    await store.erase(begun.id)
    assert (await rows_of(database, begun.id), keyring.ids()) == (0, {kept.id})
    for reading in (store.get(begun.id), store.by_token(token)):
        with pytest.raises(Gone):
            await reading
    await store.erase(begun.id)  # once more is no error
    assert await store.ids() == [kept.id]


async def test_words_without_their_key_are_gone_everywhere(store: Store, keyring: Keyring) -> None:
    begun, token = await store.begin("web")
    await say(store, begun.id, "ett")
    keyring.delete(begun.id)
    for read in (store.get, store.lines, store.unanswered):
        with pytest.raises(Gone):
            await read(begun.id)
    with pytest.raises(Gone):
        await store.by_token(token)
    assert await store.in_states(State.BOT) == []


async def test_drafts_without_their_key_are_gone(store: Store, keyring: Keyring) -> None:
    begun, _ = await store.begin("web")
    async with store.change(begun.id) as change:
        await change.add_draft({"text": "utkast"})
    assert await store.drafts(begun.id) == [{"text": "utkast"}]
    keyring.delete(begun.id)
    with pytest.raises(Gone):
        await store.drafts(begun.id)


async def test_remove_orphans_removes_keys_without_rows_and_rows_without_keys(
    store: Store, database: AsyncEngine, keyring: Keyring
) -> None:
    kept, _ = await store.begin("web")
    without_key, _ = await store.begin("web")
    await say(store, without_key.id, "ett")
    keyring.delete(without_key.id)
    keyring.create("f" * 32)
    assert await store.remove_orphans() == 2
    assert (await store.ids(), keyring.ids(), await rows_of(database, without_key.id)) == ([kept.id], {kept.id}, 0)
    assert await store.remove_orphans() == 0


async def test_remove_orphans_beside_a_running_gateway_leaves_what_is_being_made(
    store: Store, keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyring.create("f" * 32)  # left of a crash
    create, made, go_on = keyring.create, threading.Event(), threading.Event()

    def create_and_wait(id: str, address: bool = False) -> None:
        create(id, address)
        made.set()
        go_on.wait()

    monkeypatch.setattr(keyring, "create", create_and_wait)
    beginning = asyncio.create_task(store.begin("web"))
    await asyncio.to_thread(made.wait)

    async def pause() -> None:
        go_on.set()
        await beginning

    assert await store.remove_orphans(pause) == 1
    assert keyring.ids() == {beginning.result()[0].id}


async def test_due_gives_what_has_expired(store: Store, clock: Clock) -> None:
    ids = {name: (await store.begin("web"))[0].id for name in ("bot", "closed", "counselled", "waiting", "left")}
    await step(store, ids["closed"], Event.CLOSED)
    await step(store, ids["counselled"], Event.HANDOFF_REQUESTED, Event.CLAIMED, Event.CLOSED)
    await step(store, ids["waiting"], Event.HANDOFF_REQUESTED)
    async with store.change(ids["left"]) as change:
        await change.step(Event.HANDOFF_REQUESTED)
        change.conversation.leave_at = clock() + 600
    start = clock()
    assert sorted(await store.due(start, start, start)) == []
    assert sorted(await store.due(start + 1, start, start)) == sorted([ids["bot"], ids["closed"]])
    assert sorted(await store.due(start, start + 1, start)) == sorted([ids["closed"], ids["counselled"]])
    assert sorted(await store.due(start, start, start + 601)) == [ids["left"]]


async def test_place_follows_priority_and_then_waiting_time(store: Store, clock: Clock) -> None:
    waiting = []
    for priority in (1, 1, 0):
        begun, _ = await store.begin("web")
        async with store.change(begun.id) as change:
            await change.step(Event.HANDOFF_REQUESTED)
            change.conversation.priority = priority
        waiting.append(await store.get(begun.id))
        clock.pass_seconds(1)
    assert [await store.place(one) for one in waiting] == [2, 3, 1]
    assert [one.id for one in await store.in_states(State.WAITING)] == [waiting[2].id, waiting[0].id, waiting[1].id]
    assert await store.place((await store.begin("web"))[0]) is None


async def test_migrate_refuses_a_database_newer_than_the_program(database: AsyncEngine, database_url: str) -> None:
    await migrate(database_url)  # once more is no error
    async with database.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseError, match=r"newer than this program \(revision 9999\)"):
        await migrate(database_url)
