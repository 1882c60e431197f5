"""A call to a platform, and every way it can fail: by name, and with nothing of the request in what is raised."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors import wire
from connectors.messaging import FAILURES, SendFailed
from connectors.wire import Answer, call, raise_for_server, read_object, session, signed
from gateway.processes import free_port

TOKEN, WORDS, NUMBER = "kanariefagel-token-4711", "han slår mig", "+46701740601"
Answering = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\n"


class Rude:
    """A server that answers with these bytes, then does as it is told; `calls`: how many came."""

    def __init__(self, answer: bytes = b"", after: str = "close") -> None:
        self.answer, self.after, self.calls, self.open = answer, after, 0, 0
        self.over = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.calls, self.open = self.calls + 1, self.open + 1
        try:
            if self.after != "deaf":
                await reader.readuntil(b"\r\n\r\n")
            writer.write(self.answer)
            await writer.drain()
            if self.after in ("hang", "deaf"):
                await self.over.wait()
            while self.after == "drip" and not self.over.is_set():
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(0.02)
            if self.after == "reset":
                writer.transport.abort()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.open -= 1
            writer.close()


@asynccontextmanager
async def served(rude: Rude) -> AsyncIterator[str]:
    server = await asyncio.start_server(rude.serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        rude.over.set()
        await asyncio.sleep(0.01)


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "SECONDS", 0.6)
    monkeypatch.setattr(wire, "CONNECT_SECONDS", 0.5)


async def called(base: str) -> Answer:
    async with session() as http:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        return await call(http, "POST", f"{base}/bot{TOKEN}/send", json={"to": NUMBER, "text": WORDS}, headers=headers)


async def failed(base: str) -> SendFailed:
    """Give what was raised, after a look for anything of the request in it."""
    with pytest.raises(SendFailed) as caught:
        await called(base)
    failure = caught.value
    assert failure.__cause__ is None
    assert failure.__suppress_context__
    shown = "".join(traceback.format_exception(failure)) + repr(vars(failure)) + repr(failure.args)
    assert not [secret for secret in (TOKEN, WORDS, NUMBER, base.rpartition(":")[2]) if secret in shown]
    return failure


HEAD = OK + b"Content-Type: application/json\r\n"


@pytest.mark.parametrize(
    ("answer", "after"),
    [
        (b"", "close"), (b"", "reset"), (b"", "hang"), (b"", "deaf"), (b"", "drip"),
        (b"HTTP/1.1 2", "close"), (b"\x16\x03\x01 no HTTP\r\n\r\n", "close"), (b"<html>", "close"),
        (OK, "hang"), (HEAD + b"Content-Length: 20\r\n\r\n{", "close"), (HEAD + b"Content-Length: 20\r\n\r\n{", "reset"),
        (HEAD + b"Content-Length: 20\r\n\r\n{", "hang"), (HEAD + b"\r\n{", "drip"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n", "close"),
        (HEAD + b"Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nno gz", "close"),
        (OK + b"X-Long: " + b"x" * 100_000 + b"\r\n\r\n", "close"), (OK + b"Content-Length: -1\r\n\r\n", "close"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", "close"), (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", "reset"),
    ],
)  # fmt: skip
async def test_what_was_handed_over_without_an_answer_is_in_doubt(answer: bytes, after: str) -> None:
    rude = Rude(answer, after)
    async with served(rude) as base:
        if answer.startswith(b"HTTP/1.1 101"):
            assert not (await called(base)).good
            return
        assert (await failed(base)).name == "in_doubt"
    assert rude.calls == 1


@pytest.mark.parametrize("status", [403, 407, 503])
async def test_a_proxy_that_opens_no_way_took_nothing(status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    async with served(Rude(f"HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n".encode())) as proxy:
        monkeypatch.setenv("https_proxy", proxy)
        assert (await failed("https://platform.example")).name == "provider_down"


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
async def test_what_is_on_this_machine_is_called_without_a_proxy(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy, rude = Rude(b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"), Rude(OK + b"Content-Length: 2\r\n\r\n{}")
    async with served(proxy) as between, served(rude) as base:
        monkeypatch.setenv("http_proxy", between)
        monkeypatch.delenv("no_proxy", raising=False)
        assert (await called(base.replace("127.0.0.1", name))).status == 200
        assert (proxy.calls, rude.calls) == (0, 1)
        assert (await called("http://platform.example")).status == 403
        assert proxy.calls == 1


@pytest.mark.parametrize(
    ("host", "near"),
    [
        ("10.1.2.3", True), ("192.168.0.7", True), ("::1", True), ("fd00::7", True), ("fe80::1%eth0", True),
        ("signal", True), ("8.8.8.8", False), ("2001:9b0:2:902::199", False), ("api.telegram.org", False),
        ("signal.example.se", False),
    ],
)  # fmt: skip
def test_what_is_near_is_told_from_the_internet(host: str, near: bool) -> None:
    assert wire._is_near(host) is near


@pytest.mark.parametrize("after", ["close", "reset", "hang", "drip"])
@pytest.mark.parametrize("status", [408, 429, 500, 503])
async def test_a_status_that_tells_enough_is_believed_though_the_body_breaks_off(status: int, after: str) -> None:
    head = f"HTTP/1.1 {status} No\r\nRetry-After: 7\r\nContent-Length: 2000000\r\n\r\n{{".encode()
    rude = Rude(head, after)
    async with served(rude) as base:
        answer = await called(base)
    assert (answer.status, answer.retry_after, answer.body, rude.calls) == (status, 7.0, {}, 1)


async def test_nobody_there_took_nothing() -> None:
    assert (await failed(f"http://127.0.0.1:{free_port()}")).name == "provider_down"


@pytest.mark.parametrize(
    "base",
    ["http://nowhere.invalid", "http://[::bad", "ftp://127.0.0.1", "no address", "http://graph..example", "http://."],
)
async def test_an_address_that_leads_nowhere_took_nothing(base: str) -> None:
    assert (await failed(base)).name == "provider_down"


async def test_a_server_without_the_certificate_took_nothing() -> None:
    async with served(Rude(b"HTTP/1.1 200 OK\r\n\r\n")) as base:
        assert (await failed(base.replace("http:", "https:"))).name == "provider_down"


async def test_a_name_that_is_looked_up_for_ever_took_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async def for_ever(*_: object, **__: object) -> list[object]:
        await asyncio.sleep(60)
        return []

    monkeypatch.setattr(aiohttp.ThreadedResolver, "resolve", for_ever)
    monkeypatch.setattr(aiohttp.resolver.DefaultResolver, "resolve", for_ever)
    assert (await failed("http://platform.example")).name == "provider_down"


async def test_a_platform_that_hangs_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "SECONDS", 30.0)
    monkeypatch.setattr(wire, "CONNECT_SECONDS", 30.0)
    stuck, well = Rude(after="hang"), Rude(HEAD + b"Content-Length: 2\r\n\r\n{}")
    async with served(stuck) as slow, served(well) as quick, session() as http:
        waiting = [asyncio.create_task(call(http, "POST", slow)) for _ in range(130)]
        async with asyncio.timeout(5):
            while stuck.open < 130:
                await asyncio.sleep(0.005)
            assert (await call(http, "POST", quick)).good
        stuck.over.set()
        failures = await asyncio.gather(*waiting, return_exceptions=True)
    assert {getattr(failure, "name", failure) for failure in failures} == {"in_doubt"}


@pytest.mark.parametrize(
    ("body", "read"),
    [
        (b'{"id": 1}', {"id": 1}), (b"", {}), (b"[1]", {}), (b"<html>", {}), (b'"x"', {}), (b"\xff\xfe", {}),
        (b"[" * 100_000, {}), (b'{"a":' * 100_000, {}), (b"1" * 10_000, {}), (b"NaN", {}), (b"null", {}),
        (b'{"a": "' + b"x" * 3_000_000 + b'"}', {}),
    ],
    ids=range(12),
)  # fmt: skip
async def test_of_an_answer_only_a_json_object_is_read(body: bytes, read: dict[str, object]) -> None:
    async with served(Rude(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body)) as base:
        assert (await called(base)).body == read
    assert read_object(body) == read or len(body) > 1_000_000


async def test_a_redirect_is_not_followed() -> None:
    elsewhere = Rude(HEAD + b"\r\n{}")
    async with served(elsewhere) as other:
        moved = b"HTTP/1.1 307 Moved\r\nLocation: " + other.encode() + b"/\r\nContent-Length: 0\r\n\r\n"
        async with served(Rude(moved)) as base:
            assert (await called(base)).status == 307
    assert elsewhere.calls == 0


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (500, "provider_down"), (502, "provider_down"), (503, "provider_down"), (599, "provider_down"),
        (408, "provider_down"), (504, "in_doubt"), (429, "retry_later"), (401, "misconfigured"), (403, "misconfigured"),
        (400, "refused"), (404, "misconfigured"), (418, "refused"), (302, "misconfigured"),
    ],
)  # fmt: skip
def test_a_status_alone_has_a_name(status: int, name: str) -> None:
    with pytest.raises(SendFailed) as caught:
        raise_for_server(Answer(status, {}, 7.0))
    assert (caught.value.name, caught.value.code) == (name, str(status))
    assert caught.value.retry_after == (7.0 if status in (408, 429, 500, 502, 503, 599) else None)


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_a_good_status_raises_nothing(status: int) -> None:
    raise_for_server(Answer(status))


async def retry_after(header: str) -> float | None:
    head = f"HTTP/1.1 429 Too Many\r\nRetry-After: {header}\r\nContent-Length: 0\r\n\r\n"
    async with served(Rude(head.encode())) as base:
        return (await called(base)).retry_after


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0), ("0.5", 0.5), ("0", None), ("-3", None), ("1e9", 86400.0), ("inf", 86400.0), ("nan", None),
        ("soon", None), ("", None), ("7 seconds", None), ("Mon, 99 Foo 2026", None),
        ("Wed, 21 Oct 2015 07:28:00 GMT", None), ("Fri, 31 Dec 9999 23:59:59 -1200", None),
        ("Mon, 01 Jan 0001 00:00:00 +1200", None),
    ],
)  # fmt: skip
async def test_what_a_platform_asks_to_wait_is_read_or_left(header: str, seconds: float | None) -> None:
    assert await retry_after(header) == seconds


async def test_a_moment_to_wait_for_is_read_as_seconds() -> None:
    read = await retry_after(format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True))
    assert read is not None
    assert 85 < read <= 90


@given(st.text(max_size=80))
def test_no_header_breaks_the_reader(header: str) -> None:
    read = wire._seconds(header)
    assert read is None or 0 < read <= wire.LONGEST_WAIT


@pytest.mark.parametrize("given", ["", "sha256=", "sha1=abc", "sha256=åäö", "sha256=" + "0" * 64, "\udcff"])
def test_a_wrong_proof_is_refused(given: str) -> None:
    assert not signed("secret", b"body", given)


def test_every_failure_says_what_to_do() -> None:
    assert {name: failure.retry for name, failure in FAILURES.items() if failure.retry} == dict.fromkeys(
        ("retry_later", "provider_down", "misconfigured"), True
    )
    assert all(failure.reads == f"delivery_{name}" for name, failure in FAILURES.items())
