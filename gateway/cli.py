"""The `varsam` command. Each is thin: it reads the settings, calls the module that does the work, and prints."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy.ext.asyncio import AsyncEngine

from content.model import ContentError
from content.registry import load_content
from gateway.booking.times import Times
from gateway.channel_cli import channel_app
from gateway.console.auth import Auth
from gateway.content_cli import content_app
from gateway.ending import end, unanswered, unusable
from gateway.engine_client import EngineFailed
from gateway.keyring import Keyring, KeyringError, master_keys
from gateway.letters.mailboxes import Mailboxes
from gateway.letters.secret_words import SecretWords
from gateway.log import quiet_logging
from gateway.report import report_of
from gateway.settings import Settings, SettingsError, read_settings
from gateway.storage.addresses import Addresses
from gateway.storage.arrivals import Arrivals
from gateway.storage.database import DatabaseError, connect, migrate
from gateway.storage.failures import STORE_FAILURES
from gateway.storage.farewells import Farewells
from gateway.storage.outbox import OutboxRows
from gateway.storage.staff import NameTaken, Staff
from gateway.storage.store import Store
from gateway.training import TrainingFailed, train
from gateway.understand import BadLine, read_lines, understand
from gateway.up import ROOT, PortTaken
from gateway.up import up as run_up

ORPHAN_SECONDS = 60.0  # a running gateway writes the row of a new key long before that
app = typer.Typer(help="Varsam: anonymous first-line guidance with a human at hand.", no_args_is_help=True)
counsellor_app = typer.Typer(help="Who may take over conversations.", no_args_is_help=True)
app.add_typer(content_app, name="content")
app.add_typer(channel_app, name="channel")
app.add_typer(counsellor_app, name="counsellor")


@app.command()
def up() -> None:
    """Start engine and gateway, and keep them running until Ctrl-C."""
    load_content()  # content that is wrong stops the start before anything is started
    asyncio.run(run_up(read_settings()))


@app.command("train")
def train_command() -> None:
    """Train the model if what it learns from has changed."""
    model, seconds = train(read_settings(needs_key=False), ROOT)
    typer.echo(f"{model} " + (f"(trained in {seconds:.0f} s)" if seconds else "(up to date)"))


@app.command("understand")
def understand_command(
    file: Annotated[Path | None, typer.Option("--in", help="JSON lines; standard input if left out.")] = None,
    explain: Annotated[bool, typer.Option(help="Also which words raised a risk.")] = False,
) -> None:
    """Say what is understood of each line: topic, confidence, ranking, risks, route, language."""
    if file is None:
        lines = read_lines(sys.stdin)
    else:
        with file.open(encoding="utf-8") as opened:
            lines = read_lines(opened)
    for line in asyncio.run(understand(read_settings(needs_key=False), lines, explain)):
        typer.echo(json.dumps(line, ensure_ascii=False))


@counsellor_app.command("add")
def counsellor_add(name: str) -> None:
    """Add a counsellor; prints a one-time password."""

    async def add(staff: Staff) -> str:
        return await Auth(staff, time.time).add(name)

    typer.echo(f"{name} / {_with_staff(add)} (one time: the first login asks for a new one)")


@counsellor_app.command("list")
def counsellor_list() -> None:
    """List counsellors."""
    for counsellor in _with_staff(lambda staff: staff.all()):
        status = "disabled" if counsellor.disabled else "has not logged in yet" if counsellor.must_change else "active"
        typer.echo(f"{counsellor.name}\t{status}")


@counsellor_app.command("disable")
def counsellor_disable(name: str) -> None:
    """Disable a counsellor; their sessions end at once."""

    async def disable(staff: Staff) -> bool:
        found = await staff.named(name)
        if found is not None:
            await staff.set(found.id, disabled=True)
        return found is not None

    if not _with_staff(disable):
        end(f"there is no counsellor called {name}; see 'varsam counsellor list'")


def _with_staff(work: Callable[[Staff], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        settings = read_settings()
        await migrate(settings.database)
        database = connect(settings.database)
        try:
            return await work(Staff(database, time.time))
        finally:
            await database.dispose()

    return asyncio.run(run())


@app.command()
def report(days: Annotated[int, typer.Option(min=1)] = 30) -> None:
    """Print numbers that identify nobody: how conversations went in the last days."""

    async def run() -> dict[str, int]:
        settings = read_settings()
        await migrate(settings.database)
        database = connect(settings.database)
        try:
            return await report_of(database, time.time() - days * 24 * 3600)
        finally:
            await database.dispose()

    for name, number in asyncio.run(run()).items():
        typer.echo(f"{name}\t{number}")


@app.command()
def purge(
    everything: Annotated[bool, typer.Option("--all", help="Every conversation and letter, expired or not.")] = False,
) -> None:
    """Erase what has expired, as the sweeper does; or everything. Takes a minute where something is left of a crash."""

    async def run(settings: Settings) -> tuple[int, int]:
        database = connect(settings.database)
        keys = master_keys(settings.master_key.get_secret_value(), settings.var, settings.env == "development")
        keyring = Keyring(settings.keyring_file, keys)
        try:
            store, now = Store(database, keyring, time.time), time.time()
            bot, closed = now - settings.bot_minutes * 60, now - settings.counselled_hours * 3600
            due = await store.ids() if everything else await store.due(bot, closed, now)
            for id in due:
                await store.erase(id)
            await Times(database, time.time, load_content().booking).remove_ended()
            nothing_drawn = SecretWords(())
            mailboxes = Mailboxes(database, keyring, nothing_drawn, time.time, settings.letter_days)
            await _purge_channels(database, keyring, everything)
            orphans = await store.remove_orphans(lambda: asyncio.sleep(ORPHAN_SECONDS))
            return len(due) + orphans, await _purge_letters(mailboxes, everything)
        finally:
            keyring.close()
            await database.dispose()

    conversations, letters = asyncio.run(run(read_settings()))
    typer.echo(f"erased {conversations} conversations, {letters} mailboxes")


async def _purge_channels(database: AsyncEngine, keyring: Keyring, everything: bool) -> None:
    """Delete what messaging channels keep and has had its time: links, receipts, last words.

    With `everything` also all last words, and what has come and nobody has worked on.
    """
    farewells, arrivals = Farewells(database, keyring, time.time), Arrivals(database, keyring, time.time)
    await (farewells.forget_all() if everything else farewells.forget_old())
    if everything:
        await arrivals.forget_of((), time.time() + 1)
    for rows in (Arrivals, Addresses, OutboxRows):
        await rows(database, keyring, time.time).forget_old()


async def _purge_letters(mailboxes: Mailboxes, everything: bool) -> int:
    """Delete the expired mailboxes, or all; give how many."""
    if not everything:
        return await mailboxes.remove_expired() + await mailboxes.remove_orphans()
    ids = await mailboxes.ids()
    for id in ids:
        await mailboxes.delete(id)
    return len(ids)


def main() -> None:
    """Run a command; what is wrong with settings, content, data or the disk is one sentence and exit code 2."""
    quiet_logging()
    try:
        app()
    except (SettingsError, ContentError, KeyringError, DatabaseError, PortTaken, BadLine, NameTaken) as problem:
        what = f"the name {problem} is taken" if isinstance(problem, NameTaken) else str(problem)
        end(what)
    except (TrainingFailed, EngineFailed) as problem:
        end(f"the engine failed: {problem}")
    except OSError as problem:
        end(unusable(problem))
    except STORE_FAILURES as failure:
        end(unanswered(failure))


if __name__ == "__main__":
    main()
