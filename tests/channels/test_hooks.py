"""The addresses that platforms call: who is let in, what is answered, and that the answer is empty whatever comes."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import psycopg
import pytest
from aiohttp.test_utils import TestClient

from connectors.messaging import Request
from gateway.app import Gateway
from gateway.channels.hooks import MOST_BYTES
from tests.channels.kept import counted, eventually, idle, row_counts, running, said
from tests.channels.platforms import NAMES, PERSON, Platforms
from tests.conftest import Clock, base_of
from tests.engine_double import EngineDouble
from tests.gateway.test_turns_outage import locked, switched_off

HOOKED = tuple(name for name in NAMES if name not in ("signal", "matrix"))
BODIES = (
    b"", b"{", b"null", b"[]", b"7", b'"hej"', b"\xff\xfe\x00", b"[" * 100_000, b'{"a":' * 5_000, b"from=&id=&message=",
    b'{"object":"page","entry":{"messaging":7}}', b'{"object":"whatsapp_business_account","entry":[{"changes":[null]}]}',
    b'{"update_id":1,"message":{"chat":[],"message_id":"x"}}', b"a=%ff&from=%00&b=%ud800", b"&" * 1_000,
    b'{"object":"page","entry":[{"id":"104857600123456","messaging":[{"sender":{"id":"\\ud800"}}]}]}',
)  # fmt: skip


def proven(platforms: Platforms, name: str, body: bytes) -> Request:
    """Give any body with a right proof."""
    like: Request = platforms[name].text(PERSON[name], "hej")
    if name == "whatsapp":
        from tests.providers.whatsapp import APP_SECRET
        from tests.providers.whatsapp_phones import signed

        return signed(body, APP_SECRET)
    if name == "messenger":
        made: Request = platforms[name].signed_bytes(body)
        return made
    return replace(like, body=body)


async def post(client: TestClient, name: str, request: Request) -> tuple[int, bytes]:
    path = f"/channels/{name}" + (f"/{request.tail}" if request.tail else "")
    async with client.request(request.method, path, data=request.body, headers=dict(request.headers)) as answer:
        return answer.status, await answer.read()


@pytest.mark.parametrize("name", HOOKED)
async def test_the_answer_is_empty_whatever_comes(
    name: str, client: TestClient, gateway: Gateway, platforms: Platforms
) -> None:
    dice = random.Random(7)
    like = platforms[name].text(PERSON[name], "hej").body
    garbled = [bytes(sign if dice.random() > 0.03 else dice.randrange(256) for sign in like) for _ in range(40)]
    cut = [like[: dice.randrange(len(like))] for _ in range(20)]
    for body in (*BODIES, *garbled, *cut, like):
        assert await post(client, name, proven(platforms, name, body)) == (200, b""), body[:80]
    assert counted(gateway, name, "unknown") >= len(BODIES)


@pytest.mark.parametrize("name", HOOKED)
async def test_a_connector_that_raises_is_acknowledged_and_counted(
    name: str, client: TestClient, gateway: Gateway, platforms: Platforms, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: Any, request: Request) -> Any:
        raise KeyError("hemligt")

    monkeypatch.setattr(type(gateway.messaging.full(name)), "parse", broken)
    assert await post(client, name, platforms[name].text(PERSON[name], "hej")) == (200, b"")
    assert counted(gateway, name, "unknown") == 1


@pytest.mark.parametrize("name", HOOKED)
async def test_who_has_no_proof_is_refused_and_nothing_is_kept(
    name: str, client: TestClient, gateway: Gateway, platforms: Platforms
) -> None:
    before = await row_counts(gateway)
    good: Request = platforms[name].text(PERSON[name], "hej")
    bad = [replace(good, headers={"content-type": good.headers["content-type"]}, tail="")]
    for header in ("x-hub-signature-256", "x-telegram-bot-api-secret-token"):
        if header in good.headers:
            for value in (
                "",
                "sha256=",
                "sha256=" + "0" * 64,
                good.headers[header][:-1],
                "å",
                good.headers[header] + "0",
            ):
                bad.append(replace(good, headers={**good.headers, header: value}))
    if name in ("whatsapp", "messenger"):
        bad.append(replace(good, body=good.body + b" "))
        without = {key: value for key, value in good.headers.items() if key != "x-hub-signature-256"}
        bad.append(replace(good, headers=without))
    if good.tail:
        bad += [replace(good, tail=tail) for tail in (good.tail[:-1], good.tail + "x", "%C3%A5", good.tail.lower())]
    for request in bad:
        assert await post(client, name, request) == (403, b"")
    assert counted(gateway, name, "unproven") == len(bad)
    assert await row_counts(gateway) == before
    assert platforms[name].sent == []


@pytest.mark.parametrize("name", HOOKED)
async def test_methods_and_sizes(name: str, client: TestClient, gateway: Gateway, platforms: Platforms) -> None:
    good: Request = platforms[name].text(PERSON[name], "hej")
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
        assert await post(client, name, replace(good, method=method)) == (405, b"")
    assert (await post(client, name, replace(good, method="GET", body=b"")))[0] == 403
    huge = proven(platforms, name, b" " * (MOST_BYTES + 1))
    assert await post(client, name, huge) == (413, b"")
    assert counted(gateway, name, "too_big") == 1
    assert await post(client, name, good) == (200, b"")


async def test_what_is_off_is_not_there(
    tmp_path: Path, clock: Clock, engine_double: EngineDouble, platforms: Platforms, read_once: None
) -> None:
    async with running(tmp_path, clock, engine_double, platforms, names=("sms",)) as (gateway, client):
        for name in (*HOOKED[:1], "whatsapp", "messenger", "signal", "okänd"):
            like = platforms["telegram"].text(PERSON["telegram"], "hej")
            assert (await post(client, name, like))[0] == 404
        assert set((await row_counts(gateway)).values()) <= {0, 1}


@pytest.mark.parametrize("mode", ["dead", "hanging"])
@pytest.mark.parametrize("name", NAMES)
async def test_it_is_acknowledged_at_once_though_the_engine_is_gone(
    name: str, mode: str, client: TestClient, gateway: Gateway, platforms: Platforms, engine_double: EngineDouble
) -> None:
    engine_double.mode, engine_double.gate = mode, asyncio.Event() if mode == "hanging" else None
    began = time.monotonic()
    assert await platforms.say(name, base_of(client), "hej, är jag anonym?") == 200
    assert time.monotonic() - began < 1.0
    if mode == "dead":
        assert "112" in "".join(await platforms.until(name, 2))
    else:
        await eventually(lambda: said(gateway), lambda texts: texts == ["hej, är jag anonym?"])
    if engine_double.gate is not None:
        engine_double.gate.set()


# -- storing is impossible


@asynccontextmanager
async def hanging(url: str) -> AsyncIterator[None]:
    """Hold a table that everything that comes is written to."""
    async with await psycopg.AsyncConnection.connect(url.replace("+psycopg", "")) as connection:
        await connection.execute("LOCK TABLE receipts IN ACCESS EXCLUSIVE MODE")
        yield


@asynccontextmanager
async def unusable(gateway: Gateway) -> AsyncIterator[None]:
    """Take the table away that things are received in, as a file that is damaged does."""
    file = gateway.settings.var / "varsam.sqlite"
    other = sqlite3.connect(file, isolation_level=None, timeout=30, check_same_thread=False)
    # in a thread: the gateway, which may be writing, runs in this one
    await asyncio.to_thread(other.execute, "ALTER TABLE receipts RENAME TO elsewhere")
    yield
    await asyncio.to_thread(other.execute, "ALTER TABLE elsewhere RENAME TO receipts")
    other.close()


async def refused_then_taken(
    gateway: Gateway, client: TestClient, platforms: Platforms, broken: Any, names: tuple[str, ...] = HOOKED
) -> None:
    requests = {name: platforms[name].text(PERSON[name], "hej, är jag anonym?") for name in names}
    async with broken:
        began = time.monotonic()
        answers = await asyncio.gather(*(post(client, name, request) for name, request in requests.items()))
        assert answers == [(503, b"")] * len(names)
        assert time.monotonic() - began < 3.0
        assert [(await post(client, name, request))[0] for name, request in requests.items()] == [503] * len(names)
        for name in names:  # nobody is met with silence meanwhile, however often the platform tries
            assert "112" in (await platforms.until(name, 1))[0].removeprefix("Svar:\n").split(".")[0]
    for name, request in requests.items():
        answer = await post(client, name, request)
        if answer[0] == 503:  # what the outage left behind ends in a moment
            await asyncio.sleep(0.3)
            answer = await post(client, name, request)
        assert answer == (200, b"")
    await idle(gateway, len(names))
    for name in names:
        texts = await platforms.until(name, 3)
        assert sum("Svar på: hej" in text for text in texts) == 1
        assert sum("Något har gått fel" in text for text in texts) == 1


async def test_what_a_locked_file_cannot_store_is_brought_again(
    client: TestClient, gateway: Gateway, platforms: Platforms
) -> None:
    await refused_then_taken(gateway, client, platforms, locked(gateway))


async def test_what_a_damaged_file_cannot_store_is_brought_again(
    client: TestClient, gateway: Gateway, platforms: Platforms
) -> None:
    await refused_then_taken(gateway, client, platforms, unusable(gateway))


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("how", ["gone", "hanging"])
async def test_what_postgresql_cannot_store_is_brought_again(
    how: str, tmp_path: Path, clock: Clock, engine_double: EngineDouble, platforms: Platforms, database_url: str,
    read_once: None,
) -> None:  # fmt: skip
    @asynccontextmanager
    async def gone() -> AsyncIterator[None]:
        with switched_off(database_url):
            yield

    async with running(tmp_path, clock, engine_double, platforms, database_url) as (gateway, client):
        broken = gone() if how == "gone" else hanging(database_url)
        await refused_then_taken(gateway, client, platforms, broken)


async def test_what_signal_brings_meanwhile_is_stored_when_it_can_be(
    client: TestClient, gateway: Gateway, platforms: Platforms
) -> None:
    async with unusable(gateway):
        await platforms.say("signal", base_of(client), "hej")
        assert "Något har gått fel" in (await platforms.until("signal", 1))[0]
    assert "Svar på: hej" in "".join(await platforms.until("signal", 3))


async def test_what_was_stored_though_it_was_refused_is_worked_on(
    client: TestClient, gateway: Gateway, platforms: Platforms, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection broke after the commit: the platform hears no, and its repeat is known."""
    insert = gateway.messaging.arrivals._insert

    async def breaks(*given: Any) -> int:
        await insert(*given)
        raise ConnectionResetError

    request = platforms["sms"].text(PERSON["sms"], "hej")
    with monkeypatch.context() as patch:
        patch.setattr(gateway.messaging.arrivals, "_insert", breaks)
        assert (await post(client, "sms", request))[0] == 503
    assert (await post(client, "sms", request))[0] == 200
    assert sum("Svar på: hej" in text for text in await platforms.until("sms", 3)) == 1


async def test_a_body_that_breaks_off_is_no_message(client: TestClient, gateway: Gateway, platforms: Platforms) -> None:
    async def half() -> AsyncIterator[bytes]:
        yield b'{"update_id"'
        raise aiohttp.ClientConnectionError

    headers = dict(platforms["telegram"].text("a", "hej").headers)
    with pytest.raises(aiohttp.ClientError):
        await client.post("/channels/telegram", data=half(), headers=headers)
    assert (await row_counts(gateway))["receipts"] == 0
