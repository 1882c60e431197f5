"""The manager's numbers and the operator's purge, letters among them; both on the command line's own functions."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from typer.testing import CliRunner

from gateway.cli import app
from gateway.handoff import Event
from gateway.keyring import Keyring, master_keys
from gateway.letters.inbox import Inbox
from gateway.letters.keys import Cost
from gateway.letters.mailboxes import Mailboxes
from gateway.letters.secret_words import SecretWords
from gateway.report import report_of
from gateway.storage.database import connect, migrate
from gateway.storage.outbox import OutboxRows
from gateway.storage.staff import Staff
from gateway.storage.store import Store
from tests.conftest import Clock, settings_for

CHEAP = Cost(passes=1, memory=8, lanes=1)
WORDS = SecretWords(["gran", "sked", "lampa", "spegel", "klocka", "trumma"])


async def test_report_counts_events_states_and_letters(
    store: Store, database: AsyncEngine, keyring: Keyring, clock: Clock
) -> None:
    begun, _ = await store.begin("web")
    async with store.change(begun.id) as change:
        await change.step(Event.HANDOFF_REQUESTED)
    alva = (await Staff(database, clock).add("Alva", "-", False)).id
    mailboxes, inbox = Mailboxes(database, keyring, WORDS, clock, 30, cost=CHEAP), Inbox(database, keyring, clock, 30)
    answered, waiting, aside = [(await mailboxes.begin())[0] for _ in range(3)]
    for id in (answered, waiting, waiting, aside):
        await mailboxes.write(id, "brev", {}, 5)
    await inbox.reply(answered, alva, "svar", "hej")
    await inbox.set_aside(aside, alva)
    await store.begin("sms")
    rows = OutboxRows(database, keyring, clock)
    await rows.bury("sms", "out", "bot", "blocked", "stopped", 1)
    await rows.bury("sms", "out", "counsellor", "blocked", "stopped", 2)
    now = {"now bot": 1, "now waiting": 1, "now on sms": 1, "now on web": 1}
    assert await report_of(database, clock()) == {
        "event handoff_requested": 1, **now, "undelivered sms blocked": 2, "letters replies": 1, "letters seen to": 2, "letters waiting": 2,
    }  # fmt: skip
    assert await report_of(database, clock() + 1) == now


@pytest.mark.parametrize(("options", "kept"), [([], 1), (["--all"], 0)])
def test_purge_takes_expired_mailboxes_or_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], kept: int
) -> None:
    settings = settings_for(tmp_path)
    for name, value in (("ENV", "development"), ("VAR", str(settings.var))):
        monkeypatch.setenv(f"VARSAM_{name}", value)

    async def in_store(expired: bool) -> int:
        await migrate(settings.database)
        database = connect(settings.database)
        keyring = Keyring(settings.keyring_file, master_keys("", settings.var, True))
        try:
            mailboxes = Mailboxes(database, keyring, WORDS, Clock(0.0 if expired else 9e9), 30, cost=CHEAP)
            await mailboxes.write((await mailboxes.begin())[0], "brev", {}, 5)
            return len(keyring.ids())
        finally:
            keyring.close()
            await database.dispose()

    assert [asyncio.run(in_store(expired)) for expired in (True, False)] == [1, 2]
    ran = CliRunner().invoke(app, ["purge", *options])
    assert (ran.exit_code, ran.output) == (0, f"erased 0 conversations, {2 - kept} mailboxes\n")
    assert asyncio.run(in_store(False)) == kept + 1
