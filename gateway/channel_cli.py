"""`varsam channel`: what the messaging channels do, whether one works, and telling a platform our address."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from typing import Annotated

import typer

from connectors.messaging import Finding
from connectors.registry import CHANNELS
from connectors.wire import session
from gateway.channels.check import Check, Unanswered, ask, without_secrets
from gateway.channels.settings import ChannelSettings
from gateway.keyring import Keyring, master_keys
from gateway.settings import Settings, SettingsError, read_settings
from gateway.storage.arrivals import Arrivals
from gateway.storage.database import DatabaseError, connect, migrate
from gateway.storage.failures import STORE_FAILURES
from gateway.storage.outbox import OutboxRows

DAY = 24 * 3600.0
STATES = {"pending": "wait", "sending": "on their way", "doubt": "in doubt", "failed": "given up"}
Lines = dict[str, list[str]]
channel_app = typer.Typer(help="The messaging channels.", no_args_is_help=True)


@channel_app.command("list")
def channel_list(days: Annotated[int, typer.Option(min=1, help="Of how many days dead letters are told.")] = 7) -> None:
    """List the channels: mode, decision, what waits, and what was given up. No content, nobody's name or number."""
    settings = read_settings()
    on = {one.name: one for one in settings.channels}
    lines = asyncio.run(_backlog(settings, days))
    for name in CHANNELS:
        one = on.get(name)
        decided = f" by {one.decision}" if one is not None and one.decision else ""
        typer.echo(f"{name:<10} {one.mode}{decided}, {one.shown(settings.public_origin)}" if one else f"{name:<10} off")
        for line in lines.get(name, [] if one is None else ["nothing waits"]):
            typer.echo(f"{'':<10} {line}")


@channel_app.command("check")
def channel_check(name: str) -> None:
    """Check a channel: settings, token, webhook, secret, and a trial message over the internet that stores nothing.

    Exit code 0: all good; 1: something is wrong, and it says what to do; 2: the settings are wrong.
    """
    settings, one = _named(name)

    async def check() -> int:
        wrong = 0
        async with session() as http:
            async for finding in Check(settings, one, http).findings():
                _tell(finding)
                wrong += not finding.good
        return wrong

    if wrong := asyncio.run(check()):
        typer.echo(f"{one.name}: {wrong} to mend; see docs/channels/{one.name}.md.")
        raise typer.Exit(1)
    typer.echo(f"{one.name}: all good.")


@channel_app.command("register")
def channel_register(name: str) -> None:
    """Tell a channel's platform our address, where that can be done from here."""
    settings, one = _named(name)
    channel = one.made(settings.public_origin)

    async def register() -> Finding | None:
        async with session() as http:
            try:
                return await ask(one, channel.register(http))
            except Unanswered as problem:
                return Finding(False, str(problem))

    finding = asyncio.run(register())
    if finding is None:
        where = (
            "There is no address to tell: messages are fetched."
            if channel.pulls
            else "It is told on the platform's own page."
        )
        finding = Finding(False, f"{one.name} cannot be registered from here. {where} See docs/channels/{one.name}.md.")
    _tell(Finding(finding.good, without_secrets(finding.text, one)))
    if not finding.good:
        raise typer.Exit(1)
    typer.echo(f"Now run `varsam channel check {one.name}`.")


def _tell(finding: Finding) -> None:
    typer.echo(f"{'ok   ' if finding.good else 'WRONG'}  {finding.text}")


def _named(name: str) -> tuple[Settings, ChannelSettings]:
    """Give the settings and those of a channel. Raises SettingsError where there is none by that name, or it is off."""
    if name not in CHANNELS:
        raise SettingsError(f"there is no channel '{name}'; there are {', '.join(CHANNELS)}.")
    settings = read_settings(needs_key=False)
    for one in settings.channels:
        if one.name == name:
            return settings, one
    variable = f"VARSAM_{name.upper()}_MODE"
    raise SettingsError(f"{name} is off: set {variable} to signpost or full; docs/channels/{name}.md says what else.")


async def _backlog(settings: Settings, days: int) -> Lines:
    """Give lines by channel. Raises DatabaseError."""
    database = connect(settings.database)
    keys = master_keys(settings.master_key.get_secret_value(), settings.var, settings.env == "development")
    keyring = Keyring(settings.keyring_file, keys)
    try:
        await migrate(settings.database)
        arrivals, rows = Arrivals(database, keyring, time.time), OutboxRows(database, keyring, time.time)
        lines: Lines = defaultdict(list)
        for channel, number in (await arrivals.count()).items():
            lines[channel].append(f"in: {number} wait")
        counts = await rows.count()
        for state, said in STATES.items():
            for (channel, found), number in counts.items():
                if found == state:
                    lines[channel].append(f"out: {number} {said}")
        for channel, direction, sender, failure, code, number in await rows.dead(time.time() - days * DAY):
            why = f"{failure} {code}".strip()
            lines[channel].append(f"dead letters of {days} days: {number} {direction}, {sender}: {why}")
        return lines
    except STORE_FAILURES as failure:
        raise DatabaseError(f"the database does not answer ({type(failure).__name__})") from None
    finally:
        keyring.close()
        await database.dispose()
