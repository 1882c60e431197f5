"""Mailboxes from their visitors' side, on both databases: what words open, what is kept, what goes away."""

from __future__ import annotations

import asyncio

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.keyring import Keyring
from gateway.letters.inbox import Inbox
from gateway.letters.keys import Derivation
from gateway.letters.mailboxes import HasReplies, Mailboxes
from gateway.letters.records import Letter, OpenMailbox
from gateway.storage.records import Gone
from gateway.storage.schema import letters, times
from gateway.storage.schema import mailboxes as table
from gateway.storage.store import Store
from tests.conftest import OFFICE_HOURS, Clock
from tests.gateway.letters.conftest import CHEAP
from tests.gateway.storage.test_store import at_rest

DAY = 24 * 3600.0
TEXT = "kanariefågel: han vet var jag bor"
UNDERSTOOD = {"topic": "controlled_by_other", "risks": ["coercion"], "lang": "sv", "route": "human_now"}
RED, CALM = 1, 5


async def booked(database: AsyncEngine, mailbox: str, counsellor: int, starts: float) -> str:
    """Let a mailbox hold a time of an hour; give the time's id."""
    values = {
        "id": f"{int(starts):032d}", "kind": "visit", "place": None, "audience": "others", "starts_at": starts,
        "ends_at": starts + 3600, "buffer_seconds": 0, "staff_needed": 1, "counsellor": counsellor, "mailbox": mailbox,
        "booked_at": OFFICE_HOURS,
    }  # fmt: skip
    async with database.begin() as connection:
        await connection.execute(insert(times).values(**values))
    return str(values["id"])


async def texts(mailboxes: Mailboxes, opened: OpenMailbox) -> list[tuple[int, str, str | None]]:
    return [(one.number, one.sender, one.text) for one in await mailboxes.thread(opened)]


async def rows(database: AsyncEngine, mailbox: str) -> int:
    """Count what is stored of a mailbox."""
    async with database.connect() as connection:
        count = len((await connection.execute(select(table).where(table.c.id == mailbox))).all())
        return count + len((await connection.execute(select(letters).where(letters.c.mailbox == mailbox))).all())


async def test_the_words_find_the_mailbox_and_read_the_letter(mailboxes: Mailboxes, changes: list[str]) -> None:
    id, words = await mailboxes.begin()
    assert await mailboxes.write(id, TEXT, UNDERSTOOD, RED) == 1
    opened = await mailboxes.find(words)
    assert (opened.id, opened.expires_at) == (id, OFFICE_HOURS + 30 * DAY)
    assert await mailboxes.thread(opened) == [
        Letter(1, "visitor", OFFICE_HOURS, TEXT, None, None, False, UNDERSTOOD)
    ]  # fmt: skip
    assert changes == [id]


async def test_other_words_find_nothing(mailboxes: Mailboxes) -> None:
    _, words = await mailboxes.begin()
    for wrong in (words[:5], words[::-1] if words != words[::-1] else ("gran",) * 6, (*words[:5], "traktor")):
        if wrong != words:
            with pytest.raises(Gone):
                await mailboxes.find(wrong)


async def test_a_reply_is_read_with_the_words_and_then_counts_as_opened(
    mailboxes: Mailboxes, inbox: Inbox, alva_id: int, clock: Clock, changes: list[str]
) -> None:
    id, words = await mailboxes.begin()
    await mailboxes.write(id, TEXT, UNDERSTOOD, RED)
    await inbox.reply(id, alva_id, "svar-1", "Tack för att du skrev.")
    assert (await inbox.read(id))[1].read_at is None
    clock.pass_seconds(DAY)
    changes.clear()
    opened = await mailboxes.find(words)
    assert await texts(mailboxes, opened) == [(1, "visitor", TEXT), (2, "counsellor", "Tack för att du skrev.")]
    clock.pass_seconds(DAY)
    await mailboxes.thread(opened)
    assert [one.read_at for one in await inbox.read(id)] == [OFFICE_HOURS, OFFICE_HOURS + DAY]
    assert changes == [id]  # told once, when it was opened


async def test_the_private_key_is_not_shown(mailboxes: Mailboxes) -> None:
    id, words = await mailboxes.begin()
    await mailboxes.write(id, TEXT, UNDERSTOOD, RED)
    opened = await mailboxes.find(words)
    shown = f"{opened} {await mailboxes.thread(opened)}"
    assert [word for word in ("private", "kanariefågel", "coercion") if word in shown] == []


async def test_the_same_client_id_is_stored_once(mailboxes: Mailboxes) -> None:
    id, words = await mailboxes.begin()
    other, _ = await mailboxes.begin()
    given = [await mailboxes.write(id, text, {}, CALM, "id-1") for text in ("ett", "ett igen")]
    given.append(await mailboxes.write(id, "två", {}, CALM, "id-2"))
    assert given == [1, 1, 2]
    assert await mailboxes.write(other, "ett", {}, CALM, "id-1") == 1
    assert await texts(mailboxes, await mailboxes.find(words)) == [(1, "visitor", "ett"), (2, "visitor", "två")]


async def test_twenty_letters_at_once_are_all_kept_and_numbered(mailboxes: Mailboxes) -> None:
    id, words = await mailboxes.begin()
    numbers = await asyncio.gather(*(mailboxes.write(id, f"brev {one}", {}, CALM) for one in range(20)))
    assert sorted(numbers) == list(range(1, 21))
    kept = await texts(mailboxes, await mailboxes.find(words))
    assert sorted(kept) == sorted((n, "visitor", f"brev {one}") for one, n in enumerate(numbers))


async def test_the_same_letter_twenty_times_at_once_is_kept_once(mailboxes: Mailboxes) -> None:
    id, words = await mailboxes.begin()
    numbers = await asyncio.gather(*(mailboxes.write(id, "brev", {}, CALM, "id") for _ in range(20)))
    assert numbers == [1] * 20
    assert await texts(mailboxes, await mailboxes.find(words)) == [(1, "visitor", "brev")]


async def test_twenty_mailboxes_at_once_have_words_of_their_own(mailboxes: Mailboxes) -> None:
    made = await asyncio.gather(*(mailboxes.begin() for _ in range(20)))
    assert [(await mailboxes.find(words)).id for _, words in made] == [id for id, _ in made]


async def test_new_words_open_it_and_the_old_do_not(mailboxes: Mailboxes, inbox: Inbox, alva_id: int) -> None:
    id, old = await mailboxes.begin()
    await mailboxes.write(id, TEXT, {}, CALM)
    new = await mailboxes.new_words(id)
    with pytest.raises(Gone):
        await mailboxes.find(old)
    await inbox.reply(id, alva_id, "svar", "hej")
    assert [text for *_, text in await texts(mailboxes, await mailboxes.find(new))] == [TEXT, "hej"]
    with pytest.raises(HasReplies):
        await mailboxes.new_words(id)
    assert (await mailboxes.find(new)).id == id


async def test_a_reply_that_races_with_new_words_can_be_opened(
    mailboxes: Mailboxes, inbox: Inbox, alva_id: int
) -> None:
    for number in range(5):
        id, old = await mailboxes.begin()
        await mailboxes.write(id, TEXT, {}, CALM)
        new, _ = await asyncio.gather(
            mailboxes.new_words(id), inbox.reply(id, alva_id, f"svar-{number}", "hej"), return_exceptions=True
        )
        opened = await mailboxes.find(old if isinstance(new, HasReplies) else new)  # type: ignore[arg-type]
        assert await texts(mailboxes, opened) == [(1, "visitor", TEXT), (2, "counsellor", "hej")]


async def test_delete_leaves_nothing_and_frees_the_time(
    mailboxes: Mailboxes, inbox: Inbox, database: AsyncEngine, keyring: Keyring, alva_id: int, changes: list[str]
) -> None:
    kept, _ = await mailboxes.begin()
    id, words = await mailboxes.begin()
    await mailboxes.write(id, TEXT, UNDERSTOOD, RED)
    await inbox.reply(id, alva_id, "svar", "hej")
    await booked(database, id, alva_id, OFFICE_HOURS + DAY)
    opened = await mailboxes.find(words)
    changes.clear()
    await mailboxes.delete(id)
    assert (await rows(database, id), keyring.ids(), await mailboxes.ids(), changes) == (0, {kept}, {kept}, [id])
    async with database.connect() as connection:
        [time] = (await connection.execute(select(times))).all()
    assert (time.mailbox, time.booked_at, time.starts_at) == (None, None, OFFICE_HOURS + DAY)
    for call in (
        mailboxes.find(words), mailboxes.thread(opened), mailboxes.write(id, "x", {}, CALM), mailboxes.new_words(id),
        inbox.read(id), inbox.card(id), inbox.reply(id, alva_id, "a", "x"), inbox.acknowledge(id, alva_id),
        inbox.set_aside(id, alva_id),
    ):  # fmt: skip
        with pytest.raises(Gone):
            await call
    await mailboxes.delete(id)  # once more is no error


async def test_a_reply_or_letter_that_races_with_delete_leaves_nothing(
    mailboxes: Mailboxes, inbox: Inbox, database: AsyncEngine, keyring: Keyring, alva_id: int
) -> None:
    for number in range(5):
        id, _ = await mailboxes.begin()
        await mailboxes.write(id, TEXT, {}, CALM)
        told = await asyncio.gather(
            inbox.reply(id, alva_id, f"svar-{number}", "hej"), mailboxes.delete(id), mailboxes.write(id, "x", {}, CALM),
            return_exceptions=True,
        )  # fmt: skip
        assert [one for one in told if isinstance(one, BaseException) and not isinstance(one, Gone)] == []
        assert (await rows(database, id), keyring.ids()) == (0, set())


async def test_nothing_of_words_or_letters_is_kept_in_clear(
    mailboxes: Mailboxes, inbox: Inbox, database: AsyncEngine, alva_id: int
) -> None:
    id, words = await mailboxes.begin()
    await mailboxes.write(id, TEXT, UNDERSTOOD, RED)
    await inbox.reply(id, alva_id, "svar", f"Svar: {TEXT}")
    stored = await at_rest(database)
    assert id.encode() in stored  # it was looked for in the right place
    opened = await mailboxes.find(words)
    secrets = [TEXT, "kanariefågel", "coercion", "controlled_by_other", " ".join(words), *words]
    hidden = [encoded for one in secrets for encoded in (one.encode(), one.encode("utf-16-le"))]
    assert [one for one in (*hidden, opened.private, opened.private.hex().encode()) if one in stored] == []


async def test_the_database_alone_does_not_say_which_words(
    mailboxes: Mailboxes, database: AsyncEngine, keyring: Keyring
) -> None:
    """The same words at another installation, or guessed without the keyring's secret, give another lookup id."""
    id, words = await mailboxes.begin()
    async with database.connect() as connection:
        [lookup] = (await connection.execute(select(table.c.lookup))).scalars()
    guesses = [await _lookup(words, salt) for salt in (bytes(32), id.encode(), b"varsam six words")]
    assert await _lookup(words, keyring.secret("six_words")) == lookup
    assert lookup not in guesses


async def _lookup(words: tuple[str, ...], salt: bytes) -> str:
    return (await Derivation(salt, CHEAP).keys(words)).lookup


async def test_after_delete_no_byte_of_a_letter_is_left(
    mailboxes: Mailboxes, database: AsyncEngine, keyring: Keyring
) -> None:
    id, _ = await mailboxes.begin()
    await mailboxes.write(id, TEXT, UNDERSTOOD, RED)
    async with database.connect() as connection:
        [sealed] = (await connection.execute(select(letters.c.sealed))).scalars()
    await mailboxes.delete(id)
    if database.dialect.name == "sqlite":
        async with database.connect() as connection:
            await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    stored = await at_rest(database)
    assert (sealed[:16] in stored, id.encode() in stored) == (False, False)


async def test_a_mailbox_goes_thirty_days_after_its_last_letter(
    mailboxes: Mailboxes, inbox: Inbox, clock: Clock, alva_id: int
) -> None:
    answered, calm = (await mailboxes.begin())[0], (await mailboxes.begin())[0]
    for id in (answered, calm):
        await mailboxes.write(id, TEXT, {}, CALM)
    clock.pass_seconds(20 * DAY)
    await inbox.reply(answered, alva_id, "svar", "hej")
    clock.pass_seconds(10 * DAY)
    assert (await mailboxes.due(clock()), await mailboxes.remove_expired()) == ([], 0)
    clock.pass_seconds(1)
    assert (await mailboxes.due(clock()), await mailboxes.remove_expired()) == ([calm], 1)
    clock.pass_seconds(20 * DAY)
    assert (await mailboxes.remove_expired(), await mailboxes.ids()) == (1, set())


async def test_an_empty_mailbox_stays_as_long_as_its_words_were_said_to(
    mailboxes: Mailboxes, database: AsyncEngine, keyring: Keyring, clock: Clock, alva_id: int
) -> None:
    ids = {name: (await mailboxes.begin())[0] for name in ("unused", "written", "booked")}
    await mailboxes.write(ids["written"], TEXT, {}, CALM)
    await booked(database, ids["booked"], alva_id, OFFICE_HOURS + 40 * DAY)
    clock.pass_seconds(30 * DAY)
    assert await mailboxes.remove_expired() == 0
    clock.pass_seconds(1)
    assert await mailboxes.remove_expired() == 2
    assert keyring.ids() == {ids["booked"]}


async def test_a_mailbox_with_a_booked_time_stays_until_that_is_over(
    mailboxes: Mailboxes, database: AsyncEngine, clock: Clock, alva_id: int
) -> None:
    id, words = await mailboxes.begin()
    await booked(database, id, alva_id, OFFICE_HOURS + 40 * DAY)
    clock.pass_seconds(40 * DAY)
    assert (await mailboxes.remove_expired(), (await mailboxes.find(words)).id) == (0, id)
    clock.pass_seconds(3601)
    assert (await mailboxes.remove_expired(), await mailboxes.ids()) == (1, set())


async def test_a_letter_that_comes_while_the_mailbox_expires_is_not_lost(
    mailboxes: Mailboxes, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    id, words = await mailboxes.begin()
    await mailboxes.write(id, "ett", {}, CALM)
    clock.pass_seconds(31 * DAY)
    due = mailboxes.due

    async def due_then_written(now: float) -> list[str]:
        found = await due(now)
        await mailboxes.write(id, "två", {}, CALM)
        return found

    monkeypatch.setattr(mailboxes, "due", due_then_written)
    assert await mailboxes.remove_expired() == 0
    assert [text for *_, text in await texts(mailboxes, await mailboxes.find(words))] == ["ett", "två"]


async def test_orphans_are_removed_and_the_keys_of_mailboxes_are_not(
    mailboxes: Mailboxes, store: Store, keyring: Keyring
) -> None:
    conversation, _ = await store.begin("web")
    kept, words = await mailboxes.begin()
    without_key, _ = await mailboxes.begin()
    await mailboxes.write(kept, TEXT, {}, CALM)
    await mailboxes.write(without_key, TEXT, {}, CALM)
    keyring.delete(without_key)
    keyring.create("f" * 32)
    assert (await store.remove_orphans(), await mailboxes.remove_orphans()) == (1, 1)
    assert (keyring.ids(), await mailboxes.ids()) == ({conversation.id, kept}, {kept})
    assert await texts(mailboxes, await mailboxes.find(words)) == [(1, "visitor", TEXT)]
    assert (await store.remove_orphans(), await mailboxes.remove_orphans()) == (0, 0)


async def test_a_mailbox_without_its_key_is_gone(mailboxes: Mailboxes, inbox: Inbox, keyring: Keyring) -> None:
    id, words = await mailboxes.begin()
    await mailboxes.write(id, TEXT, {}, CALM)
    opened = await mailboxes.find(words)
    keyring.delete(id)
    for call in (mailboxes.thread(opened), mailboxes.write(id, "x", {}, CALM), inbox.read(id), inbox.card(id)):
        with pytest.raises(Gone):
            await call
    assert await inbox.waiting() == []


async def test_a_letter_moved_to_another_place_cannot_be_read(mailboxes: Mailboxes, database: AsyncEngine) -> None:
    id, words = await mailboxes.begin()
    for text in ("ett", "två"):
        await mailboxes.write(id, text, {}, CALM)
    async with database.begin() as connection:
        await connection.execute(update(letters).where(letters.c.number == 1).values(number=3))
    with pytest.raises(InvalidTag):
        await mailboxes.thread(await mailboxes.find(words))
