"""The edges of the web chat: starting, leaving, polling, and who may connect at all."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType, WSServerHandshakeError
from aiohttp.test_utils import TestClient
from sqlalchemy.exc import OperationalError

from gateway.app import Gateway
from gateway.handoff import Event, State
from gateway.origins import Origins
from gateway.storage.records import Line
from tests.conftest import Clock, base_of
from tests.connectors.test_webchat import ID, START, bring, refused, said
from tests.console_client import ConsoleClient
from tests.system import Visitor


async def closing(socket: ClientWebSocketResponse) -> int | None:
    """Read until the server closes; give its code."""
    async with asyncio.timeout(5):
        while (await socket.receive()).type not in (WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.CLOSING):
            pass
    return socket.close_code


@pytest.mark.parametrize(
    ("token", "after", "code"),
    [
        ("fel", 0, "unknown_token"), ("x" * 200, 0, "unknown_token"), ("\ud800", 0, "bad_frame"),
        ("x" * 201, 0, "bad_frame"), ("", 0, "bad_frame"), (5, 0, "bad_frame"), (None, -1, "bad_frame"),
        (None, 2**31, "bad_frame"), (None, True, "bad_frame"), (None, 1.5, "bad_frame"), (None, "0", "bad_frame"),
    ],
)  # fmt: skip
async def test_a_start_that_cannot_be_taken_leaves_the_socket_for_another(
    client: TestClient, token: Any, after: Any, code: str
) -> None:
    async with client.ws_connect("/ws/chat") as socket:
        await socket.send_json({"type": "start", "token": token, "after": after})
        assert (await socket.receive_json(timeout=3))["code"] == code
        await socket.send_json(START)
        assert (await socket.receive_json(timeout=3))["type"] == "started"


@pytest.mark.parametrize("first", [json.dumps({"type": "say", "id": ID, "text": "hej"}), "{", b"\x00"])
async def test_anything_before_start_is_refused_and_the_socket_lives_on(client: TestClient, first: str | bytes) -> None:
    async with client.ws_connect("/ws/chat") as socket:
        await (socket.send_bytes(first) if isinstance(first, bytes) else socket.send_str(first))
        assert (await socket.receive_json(timeout=3))["code"] == "bad_frame"
        await socket.send_json(START)
        assert (await socket.receive_json(timeout=3))["type"] == "started"


async def test_no_start_in_time_closes(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.visitor_socket.START_SECONDS", 0.1)
    async with client.ws_connect("/ws/chat") as socket:
        assert await closing(socket) == 1008


async def test_the_newest_socket_wins(visitor: Visitor) -> None:
    older = visitor._socket
    await visitor.connect()
    assert await closing(older) == 4001
    assert said(await visitor.say("hej")) == [("bot", "Svar på: hej")]


@pytest.mark.parametrize("frame", [{"type": "erase"}, {"type": "say", "id": ID, "text": " Radera allt! "}])
async def test_erase_says_so_once_closes_and_kills_the_token(
    visitor: Visitor, gateway: Gateway, frame: dict[str, Any]
) -> None:
    await visitor.say("hej")
    before = len(visitor.frames)
    await visitor.send(frame)
    frames = await visitor.until("state", state="closed")
    erased = {"type": "message", "sender": "system", "text": gateway.words.sentence("erased"), "choices": []}
    assert [one for one in visitor.frames[before:] if one["type"] == "message"] == [{**erased, "contacts": []}]
    assert [one["id"] for one in frames if one["type"] == "answered"] == ([ID] if "id" in frame else [])
    assert await closing(visitor._socket) == 1000
    assert (await gateway.store.ids(), gateway.keyring.ids()) == ([], set())
    async with visitor._http.ws_connect(visitor._url) as socket:
        await socket.send_json({"type": "start", "token": visitor.token, "after": 0})
        assert (await socket.receive_json(timeout=3))["code"] == "unknown_token"


WAITING, HUMAN = (Event.HANDOFF_REQUESTED,), (Event.HANDOFF_REQUESTED, Event.CLAIMED)


@pytest.mark.parametrize(
    ("way", "quick", "kept"),
    [
        ((), False, None), ((), True, None), (WAITING, False, None), (WAITING, True, State.WAITING),
        (HUMAN, False, State.HUMAN), (HUMAN, True, State.HUMAN), ((Event.CLOSED,), False, None),
        ((Event.CLOSED,), True, None),
    ],
)  # fmt: skip
async def test_bye_keeps_only_what_a_counsellor_waits_for_or_holds(
    visitor: Visitor, gateway: Gateway, alva: ConsoleClient, way: tuple[Event, ...], quick: bool, kept: State | None
) -> None:
    key = await bring(gateway, visitor, *way, actor=alva.id)
    await visitor.send({"type": "bye", "quick": quick})
    if kept is None or quick:
        await visitor.until("state", 3, state="closed")
        assert await closing(visitor._socket) == 1000
    else:
        await refused(visitor, "{")  # the frame before it is done
    if kept is None:
        assert (await gateway.store.ids(), gateway.keyring.ids()) == ([], set())
    else:
        left = await gateway.store.get(key)
        assert (left.state, left.leave_at) == (kept, gateway.clock() + 600 if quick else None)
    async with visitor._http.ws_connect(visitor._url) as socket:
        await socket.send_json({"type": "start", "token": visitor.token, "after": 0})
        assert (await socket.receive_json(timeout=3))["type"] == ("started" if kept and not quick else "error")


async def test_expiry_is_told_to_a_visitor_who_is_there(visitor: Visitor, gateway: Gateway, clock: Clock) -> None:
    for minutes in (55, 6):
        clock.pass_seconds(minutes * 60)
        await gateway.sweeper.sweep()
    frames = await visitor.until("state", 3, state="closed")
    assert said(frames) == [("system", gateway.words.sentence("erased_soon"))]


async def test_an_answer_that_could_not_be_read_is_sent_once_the_store_is_back(
    visitor: Visitor, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines, failures = gateway.store.lines, iter([OperationalError("", {}, OSError())] * 2)

    async def failing(id: str, after: int = 0) -> list[Line]:
        if after and (failure := next(failures, None)):
            raise failure
        return await lines(id, after)

    monkeypatch.setattr(gateway.store, "lines", failing)
    await visitor.send({"type": "say", "id": ID, "text": "hej"})
    assert said(await visitor.until("answered", 5, id=ID)) == [("bot", "Svar på: hej")]


async def post(client: TestClient, *frames: Any, **headers: str) -> list[dict[str, Any]]:
    answer = await client.post("/api/chat", json={"frames": list(frames)}, headers=headers)
    assert (answer.status, answer.headers.get("Set-Cookie")) == (200, None)
    return list((await answer.json())["frames"])


async def poll(client: TestClient, token: str, after: int = 0) -> list[dict[str, Any]]:
    answer = await client.get("/api/chat", params={"after": str(after)}, headers={"Authorization": f"Bearer {token}"})
    assert (answer.status, answer.headers.get("Set-Cookie")) == (200, None)
    return list((await answer.json())["frames"])


async def test_polling_serves_a_whole_conversation(client: TestClient) -> None:
    [started] = await post(client, START)
    bearer = {"Authorization": f"Bearer {started['token']}"}
    frames = await post(client, {"type": "say", "id": ID, "text": "hej"}, {"type": "say"}, "nej", **bearer)
    assert frames[0] == {"type": "accepted", "id": ID, "seq": 2}
    assert [frame["code"] for frame in frames[1:]] == ["bad_frame", "bad_frame"]
    async with asyncio.timeout(5):
        while (frames := await poll(client, started["token"], 1))[-1]["type"] != "answered":
            await asyncio.sleep(0.05)
    assert [frame["type"] for frame in frames] == ["message", "message", "state", "answered"]
    assert (said(frames), frames[-1]["id"]) == ([("visitor", "hej"), ("bot", "Svar på: hej")], ID)
    farewell, state = await post(client, {"type": "erase"}, {"type": "typing"}, **bearer)
    assert ("seq" in farewell, state["state"]) == (False, "closed")
    assert [frame["code"] for frame in await poll(client, started["token"])] == ["unknown_token"]


async def test_polling_without_a_token_opens_nothing(client: TestClient) -> None:
    assert [frame["code"] for frame in await post(client, {"type": "typing"})] == ["unknown_token"]
    for token in ("fel", "x" * 201, ""):
        assert [frame["code"] for frame in await poll(client, token)] == ["unknown_token"]
    for after in ("-1", "x", "1" * 10, "٣", ""):
        [started] = await post(client, START)
        answer = await client.get(
            "/api/chat", params={"after": after}, headers={"Authorization": f"Bearer {started['token']}"}
        )
        assert [frame["code"] for frame in (await answer.json())["frames"]] == ["bad_frame"]


@pytest.mark.parametrize(
    ("body", "charset"),
    [
        (b"", "utf-8"), (b"{", "utf-8"), (b"[]", "utf-8"), (b'"x"', "utf-8"), (b'{"frames":{}}', "utf-8"), (b"\xff", "utf-8"),
        (b'{"frames":[]}', "utf-8"), (b'{"frames":[' + b"{}," * 30 + b"{}]}", "utf-8"), (b"[" * 100_000, "utf-8"),
        (b"{}", "no-such-charset"),
    ],
    ids=["empty", "cut", "list", "text", "object", "bytes", "none", "many", "deep", "charset"],
)  # fmt: skip
async def test_a_bad_body_is_refused(client: TestClient, body: bytes, charset: str) -> None:
    answer = await client.post("/api/chat", data=body, headers={"Content-Type": f"application/json; charset={charset}"})
    assert answer.status == 200
    assert [frame["code"] for frame in (await answer.json())["frames"]] == ["bad_frame"]


async def test_a_token_of_odd_bytes_is_unknown(client: TestClient) -> None:
    reader, writer = await asyncio.open_connection(client.host, client.port)
    writer.write(b"GET /api/chat HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer \xff\r\n\r\n")
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    assert (answer.split(b"\r\n")[0], b"unknown_token" in answer) == (b"HTTP/1.1 200 OK", True)


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://[", "", "http://127.0.0.1", "chrome://x"])
async def test_a_foreign_origin_is_refused(client: TestClient, origin: str) -> None:
    headers = {"Origin": origin}
    with pytest.raises(WSServerHandshakeError) as refusal:
        await client.ws_connect("/ws/chat", headers=headers)
    post = await client.post("/api/chat", json={"frames": [START]}, headers=headers)
    assert (refusal.value.status, post.status) == (403, 403)


async def test_our_own_origin_and_embedders_are_let_in_without_a_cookie(
    client: TestClient, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway.webchat, "_allowed", Origins("", ("https://umea.se",), ()).may_chat)
    for origin in (base_of(client), "https://umea.se"):
        async with client.ws_connect("/ws/chat", headers={"Origin": origin}) as socket:
            assert "Set-Cookie" not in socket._response.headers
            await socket.send_json(START)
            assert (await socket.receive_json(timeout=3))["type"] == "started"
