"""`varsam channel` beside a real gateway process and the real providers; no log holds a path.

The command runs in a thread of this process, but for one that shows that it is the same in a process of its own.
"""

from __future__ import annotations

import asyncio
import io
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

import aiohttp
import pytest
import pytest_asyncio
from sqlalchemy import insert
from typer.testing import CliRunner

from connectors.messaging import Inbound
from connectors.registry import CHANNELS
from gateway.channels.settings import path_of
from gateway.cli import app, main
from gateway.keyring import Keyring, master_keys
from gateway.processes import free_port
from gateway.settings import SettingsError
from gateway.storage.arrivals import Arrivals
from gateway.storage.database import connect, migrate
from gateway.storage.outbox import OutboxRows
from gateway.storage.schema import outbox
from gateway.storage.store import Store
from tests.channels.platforms import DECISION, NAMES, PERSON, Platforms
from tests.engine_double import EngineDouble
from tests.gateway_process import GatewayProcess
from tests.system import ROOT


class Operator:
    """Somebody at the command line, with the settings that the gateway has unless told otherwise."""

    def __init__(self, folder: Path, platforms: Platforms) -> None:
        self.port = free_port()
        self.origin = f"http://localhost:{self.port}"
        given = {"port": str(self.port), "public_origin": self.origin, "metrics_port": str(free_port())}
        self.settings = {name.upper(): value for name, value in {**platforms.settings(), **given}.items()}
        self.var = folder / "var"

    async def varsam(self, *command: str, of: tuple[str, ...] = ("channel",), **changed: str) -> tuple[int, str]:
        """Run a command; give its exit code and all that it prints, looked through for secrets."""
        printed = io.StringIO()
        argv = patch.object(sys, "argv", ["varsam", *of, *command])
        environ = patch.dict(os.environ, self._environment(changed), clear=True)
        logging = patch("gateway.cli.quiet_logging")  # is set once for a process, and this one is the tests'
        with argv, environ, logging, redirect_stdout(printed), redirect_stderr(printed):
            code = await asyncio.to_thread(_exit_code)
        return code, self._without_secrets(printed.getvalue())

    async def process(self, *command: str, **changed: str) -> tuple[int, str]:
        """Do the same in a process of its own."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "gateway.cli", "channel", *command, cwd=ROOT, env=self._environment(changed),
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        printed = (await process.communicate())[0].decode()
        return process.returncode or 0, self._without_secrets(printed)

    def _environment(self, changed: dict[str, str]) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("VARSAM_")}
        own = {"ENV": "development", "VAR": str(self.var), **self.settings, **changed}
        return inherited | {f"VARSAM_{name}": value for name, value in own.items()}

    def _without_secrets(self, printed: str) -> str:
        assert [secret for secret in self.secrets() if secret in printed] == []
        return printed

    def secrets(self) -> list[str]:
        secret = [(name, one.name) for name, kind in CHANNELS.items() for one in kind.settings if one.secret]
        return [self.settings[f"{name}_{setting}".upper()] for name, setting in secret]


def _exit_code() -> int:
    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


@pytest.fixture
def operator(tmp_path: Path, platforms: Platforms) -> Operator:
    return Operator(tmp_path, platforms)


@pytest_asyncio.fixture
async def process(tmp_path: Path, operator: Operator, engine_double: EngineDouble) -> AsyncIterator[GatewayProcess]:
    made = GatewayProcess(tmp_path, engine_double.url, **operator.settings)
    made.port, made.base = operator.port, operator.origin
    await made.start()
    yield made
    made.kill()


async def test_check_beside_a_running_gateway(
    operator: Operator, process: GatewayProcess, platforms: Platforms
) -> None:
    hook = f"{operator.origin}/channels"
    platforms["telegram"].webhook["url"] = f"{hook}/telegram"
    platforms["whatsapp"].hook, platforms["messenger"].callback = f"{hook}/whatsapp", f"{hook}/messenger"
    assert await operator.varsam("register", "sms") == (
        0,
        "ok     46elks now sends what is written to +46766861001 to this service.\n"
        "Now run `varsam channel check sms`.\n",
    )
    for name in ("signal", "matrix"):
        await platforms[name].connected()
    found = {name: await operator.varsam("check", name) for name in NAMES}
    assert await operator.process("check", "telegram") == found["telegram"]
    for name, (code, printed) in found.items():
        assert "Traceback" not in printed, printed
        assert (code, printed.count("WRONG")) == ((1, 1) if name == "telegram" else (0, 0)), printed
        assert printed.endswith("to mend; see docs/channels/telegram.md.\n" if code else f"{name}: all good.\n")
    code, printed = await operator.varsam("check", "messenger", MESSENGER_APP_SECRET="1" * 32)
    assert (code, "Varsam was started with another secret than is set here" in printed) == (1, True)
    await everything_but_right(operator)
    log = process.log.read_text()
    assert [line for line in log.splitlines() if "/channels/" in line or "127.0.0.1" in line] == []
    assert [secret for secret in [*operator.secrets(), "hemlig", *PERSON.values()] if secret in log] == []


async def everything_but_right(operator: Operator) -> None:
    """Call our addresses in ways that make a server complain, with a secret in the path."""
    secret = operator.settings["SMS_PATH_SECRET"]
    async with aiohttp.ClientSession() as http:
        for path in (path_of("sms", secret), path_of("sms", "hemlig"), "/channels/hemlig", f"/channels/sms/{secret}/x"):
            for method in ("GET", "POST", "PUT", "DELETE"):
                async with http.request(method, operator.origin + path, data=b"\xff" * 10) as answer:
                    assert answer.status in (200, 403, 404, 405)
        async with http.post(operator.origin + path_of("sms", secret), data=b"x" * 4_100_000) as answer:
            assert answer.status == 413
    for raw in (f"POST {path_of('sms', secret)} HTTP/9.9\r\n\r\n", f"P\0ST {path_of('sms', secret)}\r\n\r\n",
                f"POST {path_of('sms', secret)} HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
                f"POST {path_of('sms', secret)} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nab"):  # fmt: skip
        reader, writer = await asyncio.open_connection("localhost", operator.port)
        writer.write(raw.encode())
        await writer.drain()
        writer.write_eof()
        await asyncio.wait_for(reader.read(), 5)
        writer.close()


async def test_check_where_nothing_runs(operator: Operator) -> None:
    code, printed = await operator.varsam("check", "whatsapp")
    assert (code, "nobody listens there: start Varsam, and the proxy before it" in printed) == (1, True)


async def test_wrong_settings_are_exit_code_two_and_a_sentence_each(operator: Operator) -> None:
    code, printed = await operator.varsam("check", "sms", SMS_PASSWORD="", TELEGRAM_TOKN="x")
    assert (code, printed.count("\n")) == (2, 2)
    assert printed.startswith("varsam: VARSAM_TELEGRAM_TOKN is no setting: perhaps VARSAM_TELEGRAM_TOKEN was meant.\n")


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (("check", "telegarm"), "there is no channel 'telegarm'; there are telegram, sms,"),
        (("register", "fax"), "there is no channel 'fax'"),
        (("check", "sms"), "sms is off: set VARSAM_SMS_MODE to signpost or full; docs/channels/sms.md says what else."),
        (("register", "sms"), "sms is off"),
    ],
)
def test_a_channel_that_is_none_or_off(command: tuple[str, ...], says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VARSAM_ENV", "development")
    found = CliRunner().invoke(app, ["channel", *command])
    assert (type(found.exception), says in str(found.exception)) == (SettingsError, True)


async def test_register_tells_telegram_where_it_can(operator: Operator, platforms: Platforms) -> None:
    code, printed = await operator.varsam("register", "telegram", PUBLIC_ORIGIN="https://chatt.example.se")
    assert (code, platforms["telegram"].webhook["url"]) == (0, "https://chatt.example.se/channels/telegram")
    assert printed.startswith("ok     Telegram now calls https://chatt.example.se/channels/telegram.")
    code, printed = await operator.varsam("register", "telegram", PUBLIC_ORIGIN="")
    assert (code, "messages are fetched from Telegram instead, which works" in printed) == (1, True)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("whatsapp", "It is told on the platform's own page. See docs/channels/whatsapp.md."),
        ("messenger", "It is told on the platform's own page. See docs/channels/messenger.md."),
        ("signal", "There is no address to tell: messages are fetched. See docs/channels/signal.md."),
    ],
)
async def test_register_says_where_else_it_is_done(operator: Operator, name: str, says: str) -> None:
    assert await operator.varsam("register", name) == (1, f"WRONG  {name} cannot be registered from here. {says}\n")


async def test_register_where_the_platform_is_down(operator: Operator) -> None:
    code, printed = await operator.varsam("register", "sms", SMS_API_URL=f"http://127.0.0.1:{free_port()}")
    assert (code, "The platform could not be asked (provider_down ClientConnectorError)." in printed) == (1, True)


async def test_list_tells_what_waits_and_what_was_given_up(operator: Operator) -> None:
    var = operator.var
    url = f"sqlite+aiosqlite:///{var / 'varsam.sqlite'}"
    await migrate(url)
    database = connect(url)
    keyring = Keyring(var / "keyring.sqlite", master_keys("", var, True))
    now = time.time()
    arrivals, rows = (kind(database, keyring, lambda: now) for kind in (Arrivals, OutboxRows))
    store = Store(database, keyring, lambda: now)
    await arrivals.accept("sms", [Inbound("text", id, (f"phone:{PERSON['sms']}",), "hemligt") for id in "abc"])
    talk, _ = await store.begin("telegram")
    async with database.begin() as connection:
        row = {
            "conversation": talk.id,
            "sender": "bot",
            "urgent": False,
            "attempts": 0,
            "doubts": 0,
            "due_at": now,
            "part": 0,
        }
        states = ("pending", "pending", "doubt", "sent")
        await connection.execute(
            insert(outbox), [{**row, "seq": seq, "state": state} for seq, state in enumerate(states)]
        )
    for _ in range(2):
        await rows.bury("telegram", "out", "bot", "blocked", "403 bot was blocked by the user", 1)
    now -= 8 * 24 * 3600
    await rows.bury("whatsapp", "out", "counsellor", "window_closed", "131047", 1)
    keyring.close()
    await database.dispose()
    others = tuple(f"{name.upper()}_" for name in CHANNELS if name not in ("telegram", "messenger"))
    off = {name: "" for name in operator.settings if name.startswith(others)}
    code, printed = await operator.varsam("list", **off)
    week = [
        f"telegram   full by {DECISION}, webhook {operator.origin}/channels/telegram",
        "           out: 2 wait",
        "           out: 1 in doubt",
        "           dead letters of 7 days: 2 out, bot: blocked 403 bot was blocked by the user",
        "sms        off",
        "           in: 3 wait",
        "whatsapp   off",
        f"messenger  full by {DECISION}, webhook {operator.origin}/channels/messenger",
        "           nothing waits",
        *(f"{name:<10} off" for name in list(CHANNELS)[4:]),
    ]
    assert (code, printed.splitlines()) == (0, week)
    _, printed = await operator.varsam("list", "--days", "9", **off)
    assert "dead letters of 9 days: 1 out, counsellor: window_closed 131047" in printed


async def test_list_where_the_database_does_not_answer(operator: Operator) -> None:
    url = f"postgresql://varsam:hemlig@127.0.0.1:{free_port()}/varsam"
    code, printed = await operator.varsam("list", DATABASE_URL=url)
    assert (code, printed) == (2, "varsam: the database does not answer (OperationalError)\n")


async def test_report_needs_no_gateway_that_has_run(operator: Operator) -> None:
    code, printed = await operator.varsam("report", of=())
    assert (code, "Traceback" in printed) == (0, False)
    assert all(line.endswith("\t0") for line in printed.splitlines())


@pytest.mark.parametrize("command", [("channel", "list"), ("report",), ("purge",), ("counsellor", "list")])
async def test_a_database_or_folder_that_is_none_is_a_sentence(
    command: tuple[str, ...], operator: Operator, tmp_path: Path
) -> None:
    url = f"postgresql://varsam:hemlig@127.0.0.1:{free_port()}/varsam"
    code, printed = await operator.varsam(of=command, DATABASE_URL=url)
    assert (code, printed) == (2, "varsam: the database does not answer (OperationalError)\n")
    (tmp_path / "file").touch()
    code, printed = await operator.varsam(of=command, VAR=str(tmp_path / "file"))
    assert (code, printed) == (2, f"varsam: {tmp_path / 'file'} cannot be used (File exists); look at VARSAM_VAR\n")
