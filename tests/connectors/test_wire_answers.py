"""One call to a platform: what is read of an answer, and what is known when none comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from connectors.messaging import SendFailed
from connectors.wire import Answer, call, raise_for_server, session


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with session() as http:
        yield http


async def answered(http: aiohttp.ClientSession, body: bytes, most: int = 1000) -> Answer:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(body=body, headers={"Retry-After": "7"})

    app = web.Application()
    app.router.add_get("/", answer)
    async with TestServer(app) as server:
        return await call(http, "GET", str(server.make_url("/")), most)


@pytest.mark.parametrize(
    ("raw", "json", "body", "text"),
    [
        (b'{"a":1}', {"a": 1}, {"a": 1}, '{"a":1}'),
        (b'["a",1]', ["a", 1], {}, '["a",1]'),
        (b'"a"', "a", {}, '"a"'),
        (b"Not enough credits", None, {}, "Not enough credits"),
        (b"\xff\xe5", None, {}, "\ufffd\ufffd"),
        (b"", None, {}, ""),
    ],
)
async def test_an_answer_is_read_whatever_it_is(
    http: aiohttp.ClientSession, raw: bytes, json: object, body: object, text: str
) -> None:
    answer = await answered(http, raw)
    assert (answer.status, answer.json, answer.body, answer.text, answer.retry_after) == (200, json, body, text, 7.0)


async def test_an_answer_that_is_too_long_is_none(http: aiohttp.ClientSession) -> None:
    long = b'["' + b"x" * 5000 + b'"]'
    assert (await answered(http, long)).json is None
    assert (await answered(http, long, 6000)).json == ["x" * 5000]


@pytest.mark.parametrize(("method", "name"), [("GET", "provider_down"), ("POST", "in_doubt"), ("PUT", "in_doubt")])
@pytest.mark.parametrize("how", ["silence", "cut"])
async def test_a_question_that_gets_no_answer_has_handed_over_nothing(method: str, name: str, how: str) -> None:
    async def nothing(request: web.Request) -> web.StreamResponse:
        if how == "cut" and request.transport is not None:
            request.transport.abort()
        await asyncio.sleep(0.2)
        return web.Response()

    app = web.Application()
    app.router.add_route("*", "/", nothing)
    async with TestServer(app) as server, aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.05)) as http:
        with pytest.raises(SendFailed) as caught:
            await call(http, method, str(server.make_url("/")))
    assert caught.value.name == name


@pytest.mark.parametrize(
    ("status", "name"),
    [(302, "misconfigured"), (400, "refused"), (401, "misconfigured"), (404, "misconfigured"), (405, "misconfigured"),
     (407, "misconfigured"), (413, "refused"), (429, "retry_later"), (500, "provider_down"), (504, "in_doubt")],
)  # fmt: skip
def test_a_status_alone_tells(status: int, name: str) -> None:
    with pytest.raises(SendFailed) as caught:
        raise_for_server(Answer(status))
    assert (caught.value.name, caught.value.code) == (name, str(status))
