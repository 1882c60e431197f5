"""The one-time link where it is used: a `start` takes the conversation over, once, and a lost answer loses nothing."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from gateway.app import Gateway
from gateway.keyring import ADDRESS
from tests.channels.platforms import Platforms
from tests.conftest import Clock, base_of

QUESTION = "är jag anonym här?"
ID, OTHER = (str(uuid.uuid4()) for _ in range(2))


@pytest.fixture
async def link(client: TestClient, platforms: Platforms) -> str:
    """Somebody has asked by SMS and written webb; gives the token in the link."""
    base = base_of(client)
    await platforms.say("sms", base, QUESTION)
    await platforms.until("sms", 2)
    await platforms.say("sms", base, "webb")
    for count in range(3, 9):
        found = re.findall(r"/chat#fortsatt=(\S+)", " ".join(await platforms.until("sms", count)))
        if found:
            return str(found[0])
    raise AssertionError("no link came")


async def post(client: TestClient, *frames: dict[str, Any], token: str = "") -> list[dict[str, Any]]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with client.post("/api/chat", json={"frames": list(frames)}, headers=headers) as answer:
        return list((await answer.json())["frames"])


async def get(client: TestClient, token: str) -> list[dict[str, Any]]:
    async with client.get("/api/chat?after=0", headers={"Authorization": f"Bearer {token}"}) as answer:
        return list((await answer.json())["frames"])


def start(link: str, id: str | None) -> dict[str, Any]:
    return {"type": "start", "token": link, "after": 0} | ({} if id is None else {"id": id})


async def socket_start(client: TestClient, frame: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the frames up to the first state, or the error."""
    frames: list[dict[str, Any]] = []
    async with client.ws_connect("/ws/chat") as socket:
        await socket.send_json(frame)
        while not frames or frames[-1]["type"] not in ("state", "error"):
            frames.append(await socket.receive_json(timeout=5))
    return frames


@pytest.mark.parametrize("id", [ID, None])
async def test_a_start_gives_another_token_and_all_that_was_said(
    client: TestClient, gateway: Gateway, link: str, id: str | None
) -> None:
    frames = await socket_start(client, start(link, id))
    token = frames[0]["token"]
    assert (frames[0]["type"], link in token, len(token)) == ("started", False, 43)
    said = [frame["text"] for frame in frames if frame["type"] == "message"]
    assert QUESTION in said
    assert said[-1] == gateway.words.sentence("link_arrived")
    [key] = await gateway.store.ids()
    assert await gateway.messaging.addresses.of(key) is None
    assert [one for one in gateway.keyring.ids() if one.endswith(ADDRESS)] == []
    assert [one["type"] for one in await get(client, token)][-1] == "answered"


async def test_the_same_start_again_gives_the_same_token_and_says_nothing_twice(
    client: TestClient, gateway: Gateway, link: str
) -> None:
    first = await socket_start(client, start(link, ID))
    again = await socket_start(client, start(link, ID))
    [third] = await post(client, start(link, ID))
    assert {first[0]["token"], again[0]["token"], third["token"]} == {first[0]["token"]}
    assert again == first


@pytest.mark.parametrize("id", [OTHER, None])
async def test_a_used_link_is_dead_to_everybody_else(client: TestClient, link: str, id: str | None) -> None:
    [started] = await post(client, start(link, ID))
    assert started["type"] == "started"
    [refused] = await post(client, start(link, id))
    assert (refused["type"], refused["code"]) == ("error", "unknown_token")
    assert len(await get(client, started["token"])) > 3


async def test_after_ten_minutes_it_is_dead(client: TestClient, clock: Clock, link: str, gateway: Gateway) -> None:
    clock.pass_seconds(601)
    frames = await socket_start(client, start(link, ID))
    assert [frame.get("code") for frame in frames] == ["unknown_token"]
    [key] = await gateway.store.ids()
    assert (await gateway.store.get(key)).channel == "sms"


async def test_only_a_start_uses_it_up(client: TestClient, link: str) -> None:
    """Whatever else is sent with it has no answer that could carry the new token."""
    refusals = [*await get(client, link), *await post(client, {"type": "bye", "quick": True}, token=link)]
    assert [refused["code"] for refused in refusals] == ["unknown_token"] * 2
    [started] = await post(client, start(link, ID))
    assert started["type"] == "started"


async def test_what_is_erased_there_is_not_brought_back_by_its_link(client: TestClient, link: str) -> None:
    [started] = await post(client, start(link, ID))
    await post(client, {"type": "erase"}, token=started["token"])
    [refused] = await post(client, start(link, ID))
    assert refused["code"] == "unknown_token"


@pytest.mark.parametrize("id", ["x", 5, "0" * 60, ["a"]])
async def test_an_id_that_is_none_is_a_bad_frame(client: TestClient, link: str, id: Any) -> None:
    [refused] = await post(client, {**start(link, None), "id": id})
    assert refused["code"] == "bad_frame"
    assert (await post(client, start(link, ID)))[0]["type"] == "started"
