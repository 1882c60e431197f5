"""Matrix: what is read, what is sent through a real server with the API's rules, and how what comes is kept."""

from __future__ import annotations

import asyncio
import copy
import json
import re
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors import matrix as module
from connectors.matrix import Matrix
from connectors.messaging import Inbound, Outbound, Request, SendFailed
from connectors.wire import session
from tests.connectors.payloads.matrix import BOT, CASES, HELP, ROOM, said, sync
from tests.providers.matrix import Deleted, MatrixProvider, Sent

KINDS = {"text", "edit", "delete", "media", "gone", "unknown"}
SECRET_WORDS = "Jag måste få hjälp nu"


@pytest.fixture
async def provider() -> AsyncIterator[MatrixProvider]:
    provider = MatrixProvider()
    server = TestServer(provider.app())
    await server.start_server()
    provider.url = str(server.make_url("")).rstrip("/")
    yield provider
    await server.close()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with session() as http:
        yield http


def channel(url: str = "http://127.0.0.1:1", user: str = BOT, token: str = "syt_c3RvZA_proving_matrix") -> Matrix:
    return Matrix({"api_url": url, "user": user, "token": token}, "https://chat.example.org/channels/matrix")


def request_of(payload: Any) -> Request:
    return Request("GET", {}, {}, json.dumps(payload).encode())


def to(provider: MatrixProvider, name: str = "lina") -> str:
    return f"room:{provider.room(name).id}"


async def until(true: Callable[[], Any]) -> None:
    async with asyncio.timeout(3):
        while not true():
            await asyncio.sleep(0.003)


class Desk:
    """`pull` at work beside a test; `refuse` times taking fails first."""

    def __init__(self, made: Matrix, http: aiohttp.ClientSession, refuse: int = 0) -> None:
        self.refuse = refuse
        self.taken: list[Inbound] = []
        self.task = asyncio.create_task(made.pull(http, self._take))

    async def _take(self, items: list[Inbound]) -> None:
        if self.refuse > 0:
            self.refuse -= 1
            raise OSError("the store is away")
        self.taken.extend(items)

    @property
    def texts(self) -> list[str]:
        return [one.text for one in self.taken if one.kind != "unknown"]

    async def stop(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


@pytest.fixture
async def desk(provider: MatrixProvider, http: aiohttp.ClientSession) -> AsyncIterator[Desk]:
    desk = Desk(channel(provider.url), http)
    await provider.connected()
    yield desk
    await desk.stop()


# What is read


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_payload_is_read_as(case: Any) -> None:
    assert tuple(channel().parse(request_of(case.payload))) == case.read


def test_there_are_many_kinds_of_payload() -> None:
    assert len(CASES) == len({case.name for case in CASES}) == 58


@pytest.mark.parametrize(
    "body",
    [
        b"", b"null", b"true", b"NaN", b"[", b"{", b'"text"', b"\xff\xfe\x00", b"[" * 100_000, b'{"rooms":[]}',
        b'{"rooms":' * 50_000 + b"1" + b"}" * 50_000, b'{"rooms":{"join":[1]}}', b'{"rooms":{"join":{"!a:b":7}}}',
        b'{"rooms":{"join":{"!a:b":{"timeline":{"events":{"a":1}}}}}}', b'{"a":"' + b"x" * 3_000_000 + b'"}',
    ],
)  # fmt: skip
def test_a_hostile_body_is_nothing_and_raises_nothing(body: bytes) -> None:
    assert channel().parse(Request("GET", {}, {}, body)) == []


@pytest.mark.parametrize("room", ["", "!a b:c", "!\ud800:x", "!" + "a" * 600, "!å:x"])
def test_a_room_that_is_none_is_not_read(room: str) -> None:
    assert channel().parse(request_of(sync(said(HELP), room=room))) == []


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6)
    | st.sampled_from(["m.room.message", "m.text", ROOM, BOT, "\ud800", "\0"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


def places(value: Any) -> list[tuple[Any, Any]]:
    """Give every container and key in a payload."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [one for key, held in inner for one in ((value, key), *places(held))]


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_a_payload_that_was_tampered_with_never_raises(data: st.DataObject) -> None:
    payload = {"whole": copy.deepcopy(data.draw(st.sampled_from(CASES)).payload)}
    for _ in range(data.draw(st.integers(1, 4))):
        holder, key = data.draw(st.sampled_from(places(payload)))
        match data.draw(st.sampled_from(["drop", "retype", "duplicate", "nest"])):
            case "drop" if key != "whole":
                del holder[key]
            case "retype":
                holder[key] = data.draw(junk)
            case "duplicate":
                holder[key] = [copy.deepcopy(holder[key])] * 2
            case _:
                holder[key] = {str(key): holder[key]}
    for one in channel().parse(request_of(payload["whole"])):
        assert one.kind in KINDS
        assert all(re.fullmatch(r"room:[!-~]+", id) for id in one.who)
        assert one.at is None or 0 < one.at < 2**53
        (one.text + one.id + one.refers).encode()
        assert one.kind == "unknown" or (one.who and one.id and (one.kind != "text" or one.text.strip()))


@given(st.binary(max_size=200))
def test_bytes_never_raise(body: bytes) -> None:
    assert channel().parse(Request("GET", {}, {}, body)) == []


def test_a_long_quotation_is_read_in_no_time() -> None:
    began = time.perf_counter()
    channel().parse(request_of(sync(said("> <@a:b> x" + "\n> y\n" * 12_000))))
    assert time.perf_counter() - began < 0.5


def test_what_the_gateway_is_told() -> None:
    made, can = channel(), Matrix.capabilities
    assert (Matrix.name, made.tail, made.pulls, made.loopback()) == ("matrix", "", True, None)
    assert not made.verify(request_of(sync(said(HELP))))
    assert made.handshake(request_of({})) is None
    assert [(one.name, one.secret) for one in Matrix.settings] == [("api_url", False), ("user", False), ("token", True)]
    assert (can.unit, can.longest, can.buttons, can.rows, can.typing, can.keys) == ("utf8", 20_000, 0, 0, True, True)
    assert (can.deletes_own, can.deletes_theirs, can.window) == (float("inf"), 0, None)


@pytest.mark.parametrize(
    ("setting", "value", "fits"),
    [
        ("api_url", "https://matrix.example.se", True), ("api_url", "http://127.0.0.1:8008", True),
        ("api_url", "matrix.example.se", False), ("api_url", "https://matrix.example.se/", False),
        ("user", "@stod:example.se", True), ("user", "@stod:127.0.0.1:8448", True), ("user", "stod:example.se", False),
        ("user", "@stod", False), ("user", "@Stod:example.se", False), ("token", "syt_c3RvZA_example", True),
        ("token", "med mellanslag", False), ("token", "kort", False),
    ],
)  # fmt: skip
def test_a_setting_fits(setting: str, value: str, fits: bool) -> None:
    one = next(one for one in Matrix.settings if one.name == setting)
    assert bool(re.fullmatch(one.pattern, value)) is fits
    assert re.fullmatch(one.pattern, one.example)


# What is sent


async def test_a_message_reaches_a_person(provider: MatrixProvider, http: aiohttp.ClientSession) -> None:
    text = "Hej! Du är inte ensam 💙 <b>åäö</b>"
    id = await channel(provider.url).send(http, Outbound(to(provider), text))
    assert provider.to("lina") == [Sent(provider.room("lina").id, text, (), id)]


async def test_a_message_sent_again_under_its_key_is_said_once(
    provider: MatrixProvider, http: aiohttp.ClientSession
) -> None:
    message = Outbound(to(provider), "Hej", key="0123456789abcdef")
    provider.moods.extend(["drop", "drop"])  # aiohttp sends a PUT that was cut off once more by itself
    with pytest.raises(SendFailed) as caught:
        await channel(provider.url).send(http, message)
    assert caught.value.name == "in_doubt"
    again = await channel(provider.url).send(http, message)
    assert [(one.text, one.id) for one in provider.to("lina")] == [("Hej", again)]


async def test_the_same_words_said_twice_are_said_twice(provider: MatrixProvider, http: aiohttp.ClientSession) -> None:
    for key in ("", "", "a" * 32, "b" * 32):
        await channel(provider.url).send(http, Outbound(to(provider), "Hej", key=key))
    assert len(provider.to("lina")) == 4


async def test_a_message_as_long_as_is_allowed_is_shown(provider: MatrixProvider, http: aiohttp.ClientSession) -> None:
    for sign in ("å", '"', "\n", "💙"):
        text = sign * (Matrix.capabilities.longest // len(sign.encode()))
        await channel(provider.url).send(http, Outbound(to(provider), text))
    with pytest.raises(SendFailed, match=r"^refused 413$"):
        await channel(provider.url).send(http, Outbound(to(provider), "å" * 40_000))
    assert len(provider.to("lina")) == 4


@pytest.mark.parametrize("how", ["join", "invite"])
async def test_nothing_is_said_while_others_are_there(
    provider: MatrixProvider, http: aiohttp.ClientSession, how: str
) -> None:
    room, made = provider.room("lina"), channel(provider.url)
    provider.come(room, "han", how)
    with pytest.raises(SendFailed, match=r"^refused 2_others_there$"):
        await made.send(http, Outbound(to(provider), SECRET_WORDS))
    assert provider.sent == []
    provider.come(room, "han", "leave")
    await made.send(http, Outbound(to(provider), "Hej"))
    assert [one.text for one in provider.to("lina")] == ["Hej"]


async def test_nobody_is_there(provider: MatrixProvider, http: aiohttp.ClientSession) -> None:
    address = to(provider)
    provider.come(provider.room("lina"), "lina", "leave")
    with pytest.raises(SendFailed, match=r"^visitor_gone 0_others_there$"):
        await channel(provider.url).send(http, Outbound(address, "Hej"))


async def test_we_were_put_out(provider: MatrixProvider, http: aiohttp.ClientSession) -> None:
    address, made = to(provider), channel(provider.url)
    provider.put_out("lina")
    with pytest.raises(SendFailed, match=r"^blocked M_FORBIDDEN$"):
        await made.send(http, Outbound(address, "Hej"))


@pytest.mark.parametrize("mood", ["garbage", "503", "hang"])
async def test_not_knowing_who_is_there_nothing_is_said_and_nobody_is_taken_for_gone(
    provider: MatrixProvider, mood: str
) -> None:
    provider.member_moods.append(mood)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.1)) as http:
        with pytest.raises(SendFailed, match=r"^provider_down"):
            await channel(provider.url).send(http, Outbound(to(provider), "Hej"))
    assert provider.sent == []


async def test_our_message_is_deleted_and_only_ours(provider: MatrixProvider, http: aiohttp.ClientSession) -> None:
    made, room = channel(provider.url), provider.room("lina")
    first = await made.send(http, Outbound(to(provider), "Ett"))
    second = await made.send(http, Outbound(to(provider), "Två"))
    await made.delete(http, to(provider), first)
    await made.delete(http, to(provider), first)  # the same transaction
    assert [one.id for one in provider.to("lina")] == [second]
    assert provider.deleted == [Deleted(room.id, first)]
    await provider.deliver(None, "", provider.text("lina", "Hej", id="$theirs"))
    for id, code in (("$theirs", "blocked M_FORBIDDEN"), ("$nobodys", "visitor_gone M_NOT_FOUND")):
        with pytest.raises(SendFailed, match=f"^{code}$"):
            await made.delete(http, to(provider), id)


async def test_typing_is_shown(provider: MatrixProvider, http: aiohttp.ClientSession) -> None:
    await channel(provider.url).show_typing(http, to(provider))
    assert provider.typing == [provider.room("lina").id]


# What goes wrong


async def failing(http: aiohttp.ClientSession, made: Matrix, whom: str) -> SendFailed:
    with pytest.raises(SendFailed) as caught:
        await made.send(http, Outbound(whom, SECRET_WORDS))
    said = str(caught.value) + repr(caught.value)
    assert not any(secret in said for secret in (SECRET_WORDS, "example.org", "syt_"))
    assert caught.value.__cause__ is None
    return caught.value


@pytest.mark.parametrize(
    ("mood", "name", "code", "wait", "whole", "arrives"),
    [
        ("429", "retry_later", "M_LIMIT_EXCEEDED", 1.5, True, False),
        ("500", "provider_down", "500", None, False, False),
        ("503", "provider_down", "503", None, False, False),
        ("garbage", "in_doubt", "no_event_id", None, False, True),
        ("drop", "in_doubt", "ServerDisconnectedError", None, False, True),
    ],
)
async def test_a_mood_of_the_server_is_told(
    provider: MatrixProvider, http: aiohttp.ClientSession, mood: str, name: str, code: str, wait: float | None,
    whole: bool, arrives: bool,
) -> None:  # fmt: skip
    provider.moods.extend([mood, mood] if mood == "drop" else [mood])
    failed = await failing(http, channel(provider.url), to(provider))
    assert (failed.name, failed.code, failed.retry_after, failed.whole) == (name, code, wait, whole)
    assert len(provider.to("lina")) == arrives


@pytest.mark.parametrize(("mood", "arrived"), [("slow", 1), ("hang", 0)])
async def test_an_answer_that_does_not_come_is_a_doubt(provider: MatrixProvider, mood: str, arrived: int) -> None:
    provider.moods.append(mood)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.1)) as http:
        assert (await failing(http, channel(provider.url), to(provider))).name == "in_doubt"
    assert len(provider.to("lina")) == arrived


async def test_nobody_at_the_address_took_nothing(http: aiohttp.ClientSession, unused_tcp_port: int) -> None:
    failed = await failing(http, channel(f"http://127.0.0.1:{unused_tcp_port}"), f"room:{ROOM}")
    assert failed.name == "provider_down"


@pytest.mark.parametrize(
    ("status", "body", "header", "expected"),
    [
        (401, {"errcode": "M_UNKNOWN_TOKEN"}, "", ("misconfigured", "401", None)),
        (401, {"errcode": "M_MISSING_TOKEN"}, "", ("misconfigured", "401", None)),
        (403, {"errcode": "M_FORBIDDEN"}, "", ("blocked", "M_FORBIDDEN", None)),
        (403, {"errcode": "M_RESOURCE_LIMIT_EXCEEDED"}, "", ("misconfigured", "403", None)),
        (403, {"errcode": "M_USER_DEACTIVATED"}, "", ("misconfigured", "403", None)),
        (404, {"errcode": "M_NOT_FOUND"}, "", ("visitor_gone", "M_NOT_FOUND", None)),
        (404, {"errcode": "M_UNRECOGNIZED"}, "", ("misconfigured", "404", None)),
        (404, None, "", ("misconfigured", "404", None)),
        (301, None, "", ("misconfigured", "301", None)),
        (400, {"errcode": "M_BAD_JSON"}, "", ("refused", "400", None)),
        (400, {"errcode": ["M_FORBIDDEN"]}, "", ("refused", "400", None)),
        (413, {"errcode": "M_TOO_LARGE"}, "", ("refused", "413", None)),
        (429, {"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 2500}, "", ("retry_later", "M_LIMIT_EXCEEDED", 2.5)),
        (429, {"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 9}, "7", ("retry_later", "M_LIMIT_EXCEEDED", 7.0)),
        (429, {"errcode": "M_LIMIT_EXCEEDED"}, "", ("retry_later", "M_LIMIT_EXCEEDED", 1.0)),
        (429, {"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": "snart"}, "",
         ("retry_later", "M_LIMIT_EXCEEDED", 1.0)),
        (429, {"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 10**12}, "",
         ("retry_later", "M_LIMIT_EXCEEDED", 86400.0)),
        (429, None, "3", ("retry_later", "429", 3.0)),
        (500, {"errcode": "M_UNKNOWN"}, "", ("provider_down", "500", None)),
        (502, None, "", ("provider_down", "502", None)),
        (504, None, "", ("in_doubt", "504", None)),
    ],
)  # fmt: skip
async def test_an_error_is_a_failure(
    http: aiohttp.ClientSession, status: int, body: Any, header: str, expected: tuple[str, str, float | None]
) -> None:
    async def answer(request: web.Request) -> web.Response:
        headers = {"Retry-After": header} if header else {}
        if body is None:
            return web.Response(status=status, text="<html>", headers=headers)
        return web.json_response(body, status=status, headers=headers)

    app = web.Application()
    app.router.add_route("*", "/{any:.*}", answer)
    async with TestServer(app) as server:
        made = channel(str(server.make_url("")).rstrip("/"))
        with pytest.raises(SendFailed) as caught:
            await made.show_typing(http, f"room:{ROOM}")
    assert (caught.value.name, caught.value.code, caught.value.retry_after) == expected


@pytest.mark.parametrize("whom", ["", "room:", "uuid:1", ROOM])
async def test_an_address_of_another_kind_is_refused(
    provider: MatrixProvider, http: aiohttp.ClientSession, whom: str
) -> None:
    with pytest.raises(SendFailed, match=r"^refused address$"):
        await channel(provider.url).send(http, Outbound(whom, "Hej"))
    assert provider.calls == []


async def test_a_room_cannot_lead_elsewhere(provider: MatrixProvider, http: aiohttp.ClientSession) -> None:
    await failing(http, channel(provider.url), "room:!a/../../account/whoami?x=#")
    assert provider.calls == ["GET /rooms/!a/../../account/whoami?x=#/members"]


# What is fetched


async def test_every_way_to_write_arrives(provider: MatrixProvider, desk: Desk) -> None:
    at = round(time.time(), 1)
    for request in (
        provider.text("lina", "Hej", id="m1", at=at), provider.edit("lina", "m1", "Hej då"),
        provider.unsend("lina", "m1"), provider.picture("lina", "Se här"), provider.picture("lina"),
    ):  # fmt: skip
        await provider.deliver(None, "", request)
    await until(lambda: len(desk.taken) == 5)
    first, edit, deletion, picture, bare = desk.taken
    assert (first.kind, first.text, first.at, first.who) == ("text", "Hej", at, (to(provider),))
    assert (edit.kind, edit.text, edit.refers) == ("edit", "Hej då", first.id)
    assert (deletion.kind, deletion.refers) == ("delete", first.id)
    assert (picture.kind, picture.media, picture.text, bare.text) == ("media", "picture", "Se här", "")


async def test_our_own_words_ask_for_nothing(provider: MatrixProvider, desk: Desk, http: aiohttp.ClientSession) -> None:
    await channel(provider.url).send(http, Outbound(to(provider), "Hej"))
    await until(lambda: len(desk.taken) == 1)
    assert desk.texts == []
    assert sum("/members" in call for call in provider.calls) == 1  # of the sending


async def test_what_could_not_be_taken_comes_again(provider: MatrixProvider, http: aiohttp.ClientSession) -> None:
    made = channel(provider.url)
    await provider.deliver(None, "", provider.text("lina", "ett"))
    away = Desk(made, http, refuse=1)
    with pytest.raises(OSError, match="away"):
        await away.task
    assert provider.kept == {}
    again = Desk(made, http)
    await until(lambda: again.texts == ["ett"])
    await again.stop()


async def test_after_a_restart_it_goes_on_where_it_was(provider: MatrixProvider, http: aiohttp.ClientSession) -> None:
    first = Desk(channel(provider.url), http)
    await provider.deliver(None, "", provider.text("lina", "ett"))
    await until(lambda: first.texts == ["ett"] and provider.kept)
    await first.stop()
    await provider.deliver(None, "", provider.text("lina", "två"))
    second = Desk(channel(provider.url), http)
    await until(lambda: second.texts == ["två"])
    await second.stop()


@pytest.mark.parametrize("mood", ["503", "429", "garbage", "drop"])
async def test_a_sync_that_fails_is_told_and_loses_nothing(
    provider: MatrixProvider, http: aiohttp.ClientSession, mood: str
) -> None:
    made = channel(provider.url)
    provider.sync_moods.extend([mood, mood])  # aiohttp asks a GET that was cut off once more by itself
    await provider.deliver(None, "", provider.text("lina", "ett"))
    failed = Desk(made, http)
    with pytest.raises(SendFailed) as caught:
        await failed.task
    assert caught.value.name == ("retry_later" if mood == "429" else "provider_down")
    provider.sync_moods.clear()
    again = Desk(made, http)
    await until(lambda: again.texts == ["ett"])
    await again.stop()


async def test_a_token_of_another_account_fetches_nothing(
    provider: MatrixProvider, http: aiohttp.ClientSession
) -> None:
    with pytest.raises(SendFailed, match="M_FORBIDDEN"):
        await Desk(channel(provider.url, user="@annan:stod.example.se"), http).task


@pytest.mark.parametrize("mood", ["garbage", "503", "429"])
async def test_who_is_there_not_being_told_words_wait_in_their_order(
    provider: MatrixProvider, http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch, mood: str
) -> None:
    monkeypatch.setattr(module, "HELD_SECONDS", 0)
    provider.member_moods.extend([mood] * 1000)
    await provider.deliver(None, "", provider.text("lina", "ett"))
    desk = Desk(channel(provider.url), http)
    await until(lambda: len(provider.member_moods) < 998)
    await provider.deliver(None, "", provider.text("lina", "två"))
    await asyncio.sleep(0.02)
    assert (desk.taken, provider.kept) == ([], {})
    provider.member_moods.clear()
    await until(lambda: desk.texts == ["ett", "två"])
    await provider.deliver(None, "", provider.text("lina", "tre"))
    await until(lambda: provider.kept)
    await desk.stop()


async def test_words_that_wait_to_be_told_who_is_there_outlast_a_restart(
    provider: MatrixProvider, http: aiohttp.ClientSession
) -> None:
    made = channel(provider.url)
    provider.member_moods.append("garbage")
    await provider.deliver(None, "", provider.text("lina", "ett"))
    killed = Desk(made, http)
    await until(lambda: not provider.member_moods)
    await killed.stop()
    assert (killed.taken, provider.kept) == ([], {})
    again = Desk(made, http)
    await until(lambda: again.texts == ["ett"])
    await again.stop()


async def test_a_room_with_more_people_than_can_be_told_silences_nobody_else(
    provider: MatrixProvider, desk: Desk
) -> None:
    crowd = provider.make_room("omar", "join")
    crowd.members |= {f"@gast{number}:example.net": "join" for number in range(8000)}  # more than a megabyte
    await provider.deliver(None, "", provider.text("omar", "hej alla"))
    await until(lambda: any(crowd.id in call for call in provider.calls))
    await provider.deliver(None, "", provider.text("lina", "hjälp"))
    await until(lambda: desk.texts == ["hjälp"])


# Rooms


async def test_an_invitation_is_accepted_and_what_was_written_with_it_is_read(
    provider: MatrixProvider, desk: Desk
) -> None:
    room = provider.make_room("lina")
    await provider.deliver(None, "", provider.text("lina", "hej, är du där?"))
    await until(lambda: desk.texts == ["hej, är du där?"])
    assert room.members[BOT] == "join"


async def test_the_past_of_a_room_is_not_read(provider: MatrixProvider, desk: Desk) -> None:
    room = provider.make_room("lina")
    await provider.deliver(None, "", provider.text("lina", "förra året", at=time.time() - 2 * 86400))
    await provider.deliver(None, "", provider.text("lina", "nu"))
    await until(lambda: desk.texts)
    assert (desk.texts, room.members[BOT]) == (["nu"], "join")


async def test_what_was_taken_back_or_left_long_ago_is_heeded_all_the_same(
    provider: MatrixProvider, http: aiohttp.ClientSession
) -> None:
    """Varsam was stopped for more than a day; the words were stored before."""
    long_ago = time.time() - 2 * 86400
    taken_back = provider.message("lina", {"redacts": "$theirs"}, "m.room.redaction", at=long_ago)
    left = provider.message("omar", {"membership": "leave"}, "m.room.member", at=long_ago)
    provider.room("omar").members[provider.person("omar")] = "leave"
    await provider.deliver(None, "", taken_back)
    await provider.deliver(None, "", left)
    desk = Desk(channel(provider.url), http)
    await until(lambda: len(desk.texts) == 2)
    assert [(one.kind, one.refers) for one in desk.taken[:2]] == [("delete", "$theirs"), ("gone", "")]
    await desk.stop()


async def test_an_invitation_is_tried_again_and_others_do_not_wait(
    provider: MatrixProvider, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    sleep = asyncio.sleep
    monkeypatch.setattr(asyncio, "sleep", lambda seconds: sleep(min(seconds, 0.02)))
    room = provider.make_room("lina")
    provider.unreachable.add(room.id)
    await until(lambda: sum("/join" in call for call in provider.calls) > 1)
    await provider.deliver(None, "", provider.text("omar", "hej"))
    await until(lambda: desk.texts == ["hej"])
    assert provider.kept == {}  # a restart has to hear of the invitation again
    provider.unreachable.clear()
    await until(lambda: room.members[BOT] == "join")
    await provider.deliver(None, "", provider.text("omar", "hallå"))
    await until(lambda: provider.kept)


async def test_an_invitation_taken_back_is_let_go(provider: MatrixProvider, desk: Desk) -> None:
    provider.revoked.add(provider.make_room("lina").id)
    await until(lambda: any("/join" in call for call in provider.calls))
    await provider.deliver(None, "", provider.text("omar", "hej"))
    await until(lambda: desk.texts == ["hej"] and provider.kept)
    assert sum("/join" in call for call in provider.calls) == 1


async def test_a_group_is_not_read(provider: MatrixProvider, desk: Desk) -> None:
    room = provider.room("lina")
    provider.come(room, "han", "invite")
    await provider.deliver(None, "", provider.text("lina", "hemligt"))
    provider.come(room, "han", "leave")
    await asyncio.sleep(0.05)
    await provider.deliver(None, "", provider.text("lina", "ensam igen"))
    await until(lambda: "ensam igen" in desk.texts)
    assert not any(one.kind == "gone" for one in desk.taken)


async def test_who_leaves_is_gone_and_we_leave_too(provider: MatrixProvider, desk: Desk) -> None:
    room = provider.room("lina")
    provider.come(room, "lina", "leave")
    await until(lambda: room.members[BOT] == "leave")
    assert [(one.kind, one.who) for one in desk.taken if one.kind != "unknown"] == [("gone", (f"room:{room.id}",))]


async def test_who_puts_us_out_is_gone(provider: MatrixProvider, desk: Desk) -> None:
    room = provider.room("lina")
    provider.put_out("lina")
    await until(lambda: desk.taken)
    assert [(one.kind, one.who) for one in desk.taken] == [("gone", (f"room:{room.id}",))]


async def test_stopping_leaves_no_task(provider: MatrixProvider, http: aiohttp.ClientSession) -> None:
    desk = Desk(channel(provider.url), http)
    await provider.connected()
    room = provider.make_room("lina")
    provider.unreachable.add(room.id)
    await until(lambda: any("/join" in call for call in provider.calls))
    await desk.stop()
    await asyncio.sleep(0)
    assert not [task for task in asyncio.all_tasks() if "_act" in repr(task)]


def test_a_joining_that_never_works_ends() -> None:
    assert sum(2.0**attempt for attempt in range(module.TRIES)) == 255


# The check


@pytest.mark.parametrize(
    ("user", "token", "device", "good", "words"),
    [
        (BOT, "syt_c3RvZA_proving_matrix", "VARSAM", True, "knows @stod:stod.example.se"),
        (BOT, "syt_wrong", "VARSAM", False, "No way in (misconfigured 401)"),
        ("@annan:stod.example.se", "syt_c3RvZA_proving_matrix", "VARSAM", False, "No device of @annan"),
        (BOT, "syt_c3RvZA_proving_matrix", "", False, "No device of @stod"),
    ],
)
async def test_check_says(
    provider: MatrixProvider, http: aiohttp.ClientSession, user: str, token: str, device: str, good: bool, words: str
) -> None:
    provider.device = device
    (finding,) = await channel(provider.url, user, token).check(http)
    assert (finding.good, words in finding.text) == (good, True)
    assert "syt_" not in finding.text
    assert provider.calls == ["GET /account/whoami"]


async def test_there_is_nothing_to_press_or_register(provider: MatrixProvider, http: aiohttp.ClientSession) -> None:
    made = channel(provider.url)
    await made.acknowledge_press(http, "x")
    assert await made.register(http) is None
    assert provider.calls == []
    with pytest.raises(LookupError):
        provider.press("lina", 0)
