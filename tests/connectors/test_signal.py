"""Signal: what is read, what is sent through a real server with the API's rules, and how what comes is kept."""

from __future__ import annotations

import asyncio
import copy
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors import signal_socket
from connectors.lengths import measure
from connectors.messaging import UNKNOWN, FailureName, Inbound, Outbound, Request, SendFailed
from connectors.signal import Signal
from connectors.signal_envelope import read
from connectors.signal_errors import SENTENCES, raise_for_answer
from connectors.wire import Answer, session
from tests.connectors.payloads.signal import (
    CASES,
    HELP,
    LINA,
    NUMBER,
    OMAR,
    OMARS_NUMBER,
    SENT,
    envelope,
    message,
    receipt,
    words,
)
from tests.providers.signal import Deleted, Sent
from tests.providers.signal import Signal as Provider

KINDS = {"text", "choice", "edit", "delete", "media", "start", "gone", "status", "unknown"}
SECRET_WORDS = "Jag måste få hjälp nu"


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    provider = Provider(NUMBER)
    server = TestServer(provider.app())
    await server.start_server()
    provider.url = str(server.make_url("")).rstrip("/")
    yield provider
    await server.close()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with session() as http:
        yield http


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No long pauses, and an end to patience."""
    monkeypatch.setattr(signal_socket, "_SHORTEST_PAUSE", 0.002)
    monkeypatch.setattr(signal_socket, "LONGEST_PAUSE", 0.01)
    monkeypatch.setattr(signal_socket, "LONGEST_TAKE_PAUSE", 0.01)


def channel(url: str, number: str = NUMBER) -> Signal:
    return Signal({"number": number, "api_url": url}, "https://chat.example.org/channels/signal")


def to(provider: Provider, name: str = "lina") -> str:
    return f"uuid:{provider.person(name).uuid}"


def request_of(payload: Any) -> Request:
    return Request("POST", {}, {}, json.dumps(payload).encode())


async def until(true: Any) -> None:
    async with asyncio.timeout(3):
        while not true():
            await asyncio.sleep(0.003)


class Desk:
    """Takes what comes; `refuse` times it fails first."""

    def __init__(self, refuse: int = 0) -> None:
        self.refuse = refuse
        self.tried = 0
        self.taken: list[Inbound] = []

    async def take(self, items: list[Inbound]) -> None:
        self.tried += 1
        if self.refuse > 0:
            self.refuse -= 1
            raise RuntimeError("the store is away")
        self.taken.extend(items)

    @property
    def texts(self) -> list[str]:
        return [one.text for one in self.taken]


class Pulling:
    """`pull` at work beside a test."""

    def __init__(self, signal: Signal, http: aiohttp.ClientSession, desk: Desk) -> None:
        self.task = asyncio.create_task(signal.pull(http, desk.take))

    async def stop(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


# What is read


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_payload_is_read_as(case: Any) -> None:
    assert tuple(channel("http://signal:8080").parse(request_of(case.payload))) == case.read


def test_there_are_many_kinds_of_payload() -> None:
    assert len(CASES) == len({case.name for case in CASES}) == 63


def test_a_repeat_has_the_same_ids() -> None:
    for case in CASES:
        again = copy.deepcopy(case.payload)
        assert [one.id for one in read(json.dumps(again), NUMBER)] == [one.id for one in case.read]


def test_an_edit_and_a_deletion_name_the_message_whatever_device_they_come_from() -> None:
    first = read(json.dumps(envelope(message("Hej"), sourceDevice=1)), NUMBER)[0]
    edit = envelope({"editMessage": {"targetSentTimestamp": SENT, **message("Hej då", SENT + 9)}}, sourceDevice=2)
    deletion = envelope(message(None, SENT + 20, remoteDelete={"timestamp": SENT + 9}), sourceDevice=5)
    edited, deleted = read(json.dumps(edit), NUMBER)[0], read(json.dumps(deletion), NUMBER)[0]
    assert (edited.refers, deleted.refers) == (first.id, edited.id)
    assert len({first.id, edited.id, deleted.id}) == 3


def test_two_people_who_write_at_once_are_told_apart() -> None:
    ids = [read(json.dumps(envelope(message("Hej"), who)), NUMBER)[0].id for who in (LINA, OMAR)]
    assert ids == [f"uuid:{LINA}:{SENT}", f"uuid:{OMAR}:{SENT}"]


def test_somebody_who_shows_the_number_later_is_the_same() -> None:
    hidden = read(json.dumps(envelope(message("Hej"), OMAR)), NUMBER)[0]
    shown = read(json.dumps(envelope(message("Hej", SENT + 1), OMAR, OMARS_NUMBER)), NUMBER)[0]
    assert hidden.who == (f"uuid:{OMAR}",)
    assert shown.who == (f"uuid:{OMAR}", f"phone:{OMARS_NUMBER}")


def test_the_good_of_a_batch_is_kept_beside_the_broken() -> None:
    batch = [None, envelope(message(HELP)), {"envelope": []}, envelope(receipt([SENT], isRead=True)), [[]], 7]
    found = read(json.dumps(batch), NUMBER)
    assert [one.kind for one in found] == ["unknown", "text", "unknown", "status", "unknown", "unknown"]
    assert found[1] == words(HELP)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"null", b"true", b"NaN", b"[", b"{", b'"text"', b"\xff\xfe\x00", b'{"envelope":NaN}',
        b'{"envelope":{"sourceUuid":"\xff"}}', b"[" * 100_000, b'{"params":' * 50_000 + b"1" + b"}" * 50_000,
        b'{"envelope":{"timestamp":' + b"9" * 5_000 + b"}}", b'{"a":"' + b"x" * 3_000_000 + b'"}',
        json.dumps({"params": {"params": {"envelope": {}}}}).encode(),
        json.dumps(envelope({"dataMessage": [1, 2]})).encode(),
        json.dumps(envelope({"receiptMessage": "x"})).encode(),
    ],
)  # fmt: skip
def test_a_hostile_body_is_unknown_and_raises_nothing(body: bytes) -> None:
    found = channel("http://signal:8080").parse(Request("POST", {}, {}, body))
    assert [one.kind for one in found] == ["unknown"]


def test_a_long_text_is_given_whole() -> None:
    text = "Jag orkar inte mer. " * 150_000
    assert read(json.dumps(envelope(message(text))), NUMBER) == [words(text)]


@pytest.mark.parametrize("stamp", [1e30, -1, 0, True, "1795510800123", None, 2**60, 10**400, [], float("nan")])
def test_a_time_that_is_none_makes_no_id(stamp: Any) -> None:
    assert read(json.dumps(envelope(message("Hej", stamp), timestamp=stamp)), NUMBER) == [UNKNOWN]


junk = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=6)
    | st.sampled_from(["envelope", "account", LINA, NUMBER, SENT, "\ud800", "\0"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Give every container and key in a payload."""
    if isinstance(value, dict):
        return [(value, key) for key in value] + [one for inner in value.values() for one in places(inner)]
    if isinstance(value, list):
        return [(value, index) for index in range(len(value))] + [one for inner in value for one in places(inner)]
    return []


@settings(max_examples=400, deadline=None)
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
    found = read(json.dumps(payload["whole"]), NUMBER)
    for one in found:
        assert one.kind in KINDS
        assert all(isinstance(value, str) for value in (one.id, one.text, one.refers, one.removal, *one.who))
        assert all(re.fullmatch(r"(uuid:[0-9a-f-]{36}|phone:\+[0-9]{5,15})", id) for id in one.who)
        assert one.at is None or 0 < one.at < 2**53
        (one.text + one.id).encode()
        assert one.kind == "unknown" or (one.who and one.id and (one.kind != "text" or one.text))


@given(st.binary(max_size=200))
def test_bytes_never_raise(body: bytes) -> None:
    assert all(one.kind == "unknown" for one in read(body, NUMBER))


# Nobody calls us


@given(
    st.builds(
        Request,
        st.sampled_from(["GET", "POST"]),
        st.dictionaries(st.text(max_size=9), st.text(max_size=9), max_size=2),
        st.dictionaries(st.text(max_size=9), st.text(max_size=9), max_size=2),
        st.binary(max_size=40),
        st.text(max_size=9),
    )
)
def test_no_request_is_ever_believed(request: Request) -> None:
    signal = channel("http://signal:8080")
    assert (signal.verify(request), signal.handshake(request)) == (False, None)


def test_what_the_gateway_is_told() -> None:
    signal = channel("http://signal:8080")
    assert (Signal.name, signal.tail, signal.pulls, signal.loopback()) == ("signal", "", True, None)
    assert not signal.verify(request_of(envelope(message(HELP))))
    assert [one.name for one in Signal.settings] == ["number", "api_url"]
    assert not any(one.secret for one in Signal.settings)
    can = Signal.capabilities
    assert (can.unit, can.longest, can.best, can.buttons, can.rows, can.typing) == ("utf8", 2000, 900, 0, 0, True)
    assert (can.deletes_own, can.deletes_theirs, can.window, can.human_window) == (86100.0, 0, None, None)


@pytest.mark.parametrize(
    ("setting", "value", "fits"),
    [
        ("number", "+46701234567", True), ("number", "0701234567", False), ("number", "+46 70 123 45 67", False),
        ("number", "+0701234567", False), ("number", "+46701234567/../x", False),
        ("api_url", "http://127.0.0.1:8085", True), ("api_url", "http://signal:8080/", True),
        ("api_url", "https://signal.internal/api", True), ("api_url", "http://[fd00::7]:8080", True),
        ("api_url", "signal:8080", False), ("api_url", "http://user:word@signal:8080", False),
        ("api_url", "http://signal:8080/?x=1", False), ("api_url", "ftp://signal", False), ("api_url", "http://", False),
    ],
)  # fmt: skip
def test_a_setting_fits(setting: str, value: str, fits: bool) -> None:
    pattern = next(one.pattern for one in Signal.settings if one.name == setting)
    assert bool(re.fullmatch(pattern, value)) is fits


def test_examples_and_defaults_fit_their_patterns() -> None:
    for one in Signal.settings:
        assert re.fullmatch(one.pattern, one.example)
        assert not one.default or re.fullmatch(one.pattern, one.default)


# What is sent


async def test_a_message_reaches_a_person_who_hides_the_number(provider: Provider, http: aiohttp.ClientSession) -> None:
    text = "Hej! Du är inte ensam 💙 åäö"
    id = await channel(provider.url).send(http, Outbound(to(provider), text))
    assert provider.to("lina") == [Sent(provider.person("lina").uuid, text, (), id)]
    assert id.isdigit()


async def test_a_message_reaches_a_number(provider: Provider, http: aiohttp.ClientSession) -> None:
    omar = provider.person(OMARS_NUMBER)
    id = await channel(provider.url + "/").send(http, Outbound(f"phone:{OMARS_NUMBER}", "Hej"))
    assert provider.to(OMARS_NUMBER) == [Sent(omar.uuid, "Hej", (), id)]


async def test_marks_are_not_read_as_formatting(http: aiohttp.ClientSession) -> None:
    seen: list[Any] = []

    async def send(request: web.Request) -> web.StreamResponse:
        seen.append(await request.json())
        return web.json_response({"timestamp": "1795510800999"}, status=201)

    app = web.Application()
    app.add_routes([web.post("/v2/send", send)])
    async with TestServer(app) as server:
        sent = await channel(str(server.make_url("")).rstrip("/")).send(
            http, Outbound(f"uuid:{LINA}", "**Ring** *oss*")
        )
    assert sent == "1795510800999"
    assert seen == [
        {"number": NUMBER, "recipients": [LINA], "message": "**Ring** *oss*", "text_mode": "normal"},
    ]


async def test_a_message_as_long_as_is_allowed_is_shown(provider: Provider, http: aiohttp.ClientSession) -> None:
    text = ("å" * 999) + "ab"
    assert measure(text, "utf8") == Signal.capabilities.longest
    await channel(provider.url).send(http, Outbound(to(provider), text))
    assert [one.text for one in provider.to("lina")] == [text]
    await channel(provider.url).send(http, Outbound(to(provider), text + "å" * 25))
    assert len(provider.to("lina")) == 1
    assert len(provider.dropped) == 1


async def test_a_receipt_names_what_was_sent(provider: Provider, http: aiohttp.ClientSession) -> None:
    signal = channel(provider.url)
    ids = [await signal.send(http, Outbound(to(provider), text)) for text in ("Hej", "Vad har hänt?")]
    for read_it, became in ((False, "delivered"), (True, "read")):
        found = signal.parse(provider.receipt("lina", ids, read_it))
        assert [(one.kind, one.refers, one.status, one.who) for one in found] == [
            ("status", id, became, (to(provider),)) for id in ids
        ]


async def test_our_message_is_deleted_for_the_visitor_too(provider: Provider, http: aiohttp.ClientSession) -> None:
    signal = channel(provider.url)
    first = await signal.send(http, Outbound(to(provider), "Ett"))
    second = await signal.send(http, Outbound(to(provider), "Två"))
    await signal.delete(http, to(provider), first)
    assert [one.id for one in provider.to("lina")] == [second]
    assert provider.deleted == [Deleted(provider.person("lina").uuid, first)]


async def test_what_is_not_ours_is_not_asked_to_be_deleted(provider: Provider, http: aiohttp.ClientSession) -> None:
    with pytest.raises(SendFailed, match=r"^refused not_ours$"):
        await channel(provider.url).delete(http, to(provider), f"{to(provider)}:{SENT}")
    assert provider.deleted == []


async def test_typing_is_shown(provider: Provider, http: aiohttp.ClientSession) -> None:
    await channel(provider.url).show_typing(http, to(provider))
    assert provider.typing == [provider.person("lina").uuid]


async def test_there_is_nothing_to_press_or_register(provider: Provider, http: aiohttp.ClientSession) -> None:
    signal = channel(provider.url)
    await signal.acknowledge_press(http, "x")
    assert await signal.register(http) is None
    assert provider.asked == []
    with pytest.raises(LookupError):
        provider.press("lina", 0)


# What goes wrong


async def failing(http: aiohttp.ClientSession, signal: Signal, whom: str, text: str = SECRET_WORDS) -> SendFailed:
    with pytest.raises(SendFailed) as caught:
        await signal.send(http, Outbound(whom, text))
    said = str(caught.value) + repr(caught.value)
    assert not any(secret in said for secret in (SECRET_WORDS, NUMBER, whom.partition(":")[2] or "nobody"))
    assert caught.value.__cause__ is None
    return caught.value


@pytest.mark.parametrize(
    ("mood", "name", "code", "whole", "arrives"),
    [
        ("429", "retry_later", "rate_limit", True, False),
        ("500", "provider_down", "500", False, False),
        ("503", "provider_down", "503", False, False),
        ("garbage", "in_doubt", "no_timestamp", False, True),
        ("drop", "in_doubt", "ServerDisconnectedError", False, True),
    ],
)
async def test_a_mood_of_the_server_is_told(
    provider: Provider, http: aiohttp.ClientSession, mood: str, name: str, code: str, whole: bool, arrives: bool
) -> None:
    whom = to(provider)
    provider.moods.append(mood)
    failed = await failing(http, channel(provider.url), whom)
    assert (failed.name, failed.code, failed.whole) == (name, code, whole)
    assert len(provider.to("lina")) == (arrives and mood != "garbage")
    await channel(provider.url).send(http, Outbound(whom, "Igen"))
    assert provider.to("lina")[-1].text == "Igen"


@pytest.mark.parametrize(("mood", "arrived"), [("slow", 1), ("hang", 0)])
async def test_an_answer_that_does_not_come_is_a_doubt(provider: Provider, mood: str, arrived: int) -> None:
    whom = to(provider)
    provider.moods.append(mood)
    timeout = aiohttp.ClientTimeout(total=0.1)
    async with aiohttp.ClientSession(timeout=timeout) as http:
        failed = await failing(http, channel(provider.url), whom)
    assert failed.name == "in_doubt"
    assert len(provider.to("lina")) == arrived


async def test_nobody_at_the_address_took_nothing(http: aiohttp.ClientSession, unused_tcp_port: int) -> None:
    failed = await failing(http, channel(f"http://127.0.0.1:{unused_tcp_port}"), f"uuid:{LINA}")
    assert failed.name == "provider_down"


async def test_a_proof_that_is_asked_for_is_the_organisations(provider: Provider, http: aiohttp.ClientSession) -> None:
    whom = to(provider)
    provider.challenge = True
    failed = await failing(http, channel(provider.url), whom)
    assert (failed.name, failed.code, failed.whole) == ("misconfigured", "captcha", True)
    assert provider.sent == []


async def test_a_person_with_a_new_phone_is_not_written_to_unasked(
    provider: Provider, http: aiohttp.ClientSession
) -> None:
    whom = to(provider)
    provider.person("lina").trusted = False
    failed = await failing(http, channel(provider.url), whom)
    assert (failed.name, failed.code) == ("visitor_gone", "untrusted_identity")


async def test_an_account_that_is_not_there(provider: Provider, http: aiohttp.ClientSession) -> None:
    failed = await failing(http, channel(provider.url, "+46709999999"), to(provider))
    assert (failed.name, failed.code) == ("misconfigured", "not_registered")


async def test_what_reaches_nobody_is_tried_again(provider: Provider, http: aiohttp.ClientSession) -> None:
    whom = to(provider)
    provider.person("lina").registered = False
    failed = await failing(http, channel(provider.url), whom)
    assert (failed.name, failed.code) == ("provider_down", "not_sent")


@pytest.mark.parametrize("whom", ["", "uuid:", "psid:1", LINA, "group.x:1"])
async def test_an_address_of_another_kind_is_refused(
    provider: Provider, http: aiohttp.ClientSession, whom: str
) -> None:
    with pytest.raises(SendFailed, match=r"^refused address$"):
        await channel(provider.url).send(http, Outbound(whom, "Hej"))
    assert provider.sent == []


@pytest.mark.parametrize("attempt", ["delete", "show_typing"])
async def test_deleting_and_typing_fail_by_the_same_names(
    provider: Provider, http: aiohttp.ClientSession, attempt: str
) -> None:
    signal, whom = channel(provider.url), to(provider)
    provider.moods.extend(["503", "429"])
    for name in ("provider_down", "retry_later"):
        with pytest.raises(SendFailed) as caught:
            await (
                signal.delete(http, whom, "1795510800000") if attempt == "delete" else signal.show_typing(http, whom)
            )
        assert caught.value.name == name
    assert (provider.deleted, provider.typing) == ([], [])


SAID: tuple[tuple[str, FailureName, str], ...] = (
    ("Failed to send message due to rate limiting (Couldn't parse JSON for more details", "retry_later", "rate_limit"),
    ("Failed to send message: [429] Rate Limited (RateLimitException)", "retry_later", "rate_limit"),
    ("Failed to send message: [413] Too large (RateLimitException)", "retry_later", "rate_limit"),
    ('CAPTCHA proof required for sending to "+46701234567", or wait "86400" seconds.', "misconfigured", "captcha"),
    ("Failed to send message due to untrusted identities", "visitor_gone", "untrusted_identity"),
    ('Failed to send (some) messages:\nUntrusted Identity for "+46701234567"', "visitor_gone", "untrusted_identity"),
    ('Failed to send (some) messages:\nUnregistered user "+46701234567"', "visitor_gone", "unregistered"),
    ("The user +46701234567 is not registered.", "visitor_gone", "unregistered"),
    ("User +46700000001 is not registered.\n", "misconfigured", "not_registered"),
    ("Number not registered with JSON-RPC", "misconfigured", "not_registered"),
    ("Specified account does not exist", "misconfigured", "not_registered"),
    ("Method requires valid account parameter", "misconfigured", "not_registered"),
    ("Error while checking account +46700000001: [403] Authorization failed!", "misconfigured", "not_authorised"),
    ("Failed to send message: [401] (AuthorizationFailedException)", "misconfigured", "not_authorised"),
    ("Couldn't process request - please provide a valid number", "misconfigured", "number"),
    (
        "java.lang.RuntimeException: org.signal.libsignal.usernames.MissingSeparatorException: x",
        "misconfigured",
        "old_version",
    ),
    ("Username must contain a '.'", "misconfigured", "old_version"),
    ("Invalid recipient type", "refused", "recipient"),
    ("Invalid identifier group.x", "refused", "recipient"),
    ("Couldn't process request - please provide at least one recipient", "refused", "recipient"),
    ("Sending empty message is not allowed, either a message or sticker must be given.", "refused", "empty"),
    ("Couldn't process request - invalid request", "refused", "request"),
    ('Failed to send (some) messages:\nNetwork failure for "+46701234567"', "provider_down", "network"),
    ("Failed to send message: Connection closed! (IOException)", "provider_down", "network"),
    ("Failed to send message: chat.signal.org (UnknownHostException)", "provider_down", "network"),
    ("write tcp 127.0.0.1:4711->127.0.0.1:6001: write: broken pipe", "provider_down", "signal_cli"),
    ("read tcp 127.0.0.1:4711->127.0.0.1:6001: connection reset by peer", "provider_down", "signal_cli"),
    ("Failed to send message", "provider_down", "not_sent"),
)


@pytest.mark.parametrize(("said", "name", "code"), SAID)
def test_a_sentence_of_the_container_is_a_failure(said: str, name: FailureName, code: str) -> None:
    with pytest.raises(SendFailed) as caught:
        raise_for_answer(Answer(400, {"error": said}))
    assert (caught.value.name, caught.value.code) == (name, code)
    assert caught.value.whole is (code == "rate_limit")


def test_every_sentence_known_is_tried() -> None:
    reached = {
        next(index for index, one in enumerate(SENTENCES) if re.search(one[0], said.lower())) for said, *_ in SAID
    }
    assert reached == set(range(len(SENTENCES)))


@pytest.mark.parametrize(
    ("answer", "name", "code"),
    [
        (Answer(400, {"error": "something new"}), "refused", "400"),
        (Answer(400, {"error": ["a"]}), "refused", "400"),
        (Answer(400), "refused", "400"),
        (Answer(401), "misconfigured", "401"),
        (Answer(403), "misconfigured", "403"),
        (Answer(404), "misconfigured", "404"),
        (Answer(405), "misconfigured", "405"),
        (Answer(302), "misconfigured", "302"),
        (Answer(500, {"error": "x"}), "provider_down", "500"),
        (Answer(502), "provider_down", "502"),
        (Answer(504), "in_doubt", "504"),
        (Answer(429, {"challenge_tokens": ["a-b"]}), "misconfigured", "captcha"),
        (Answer(429, {"challenge_tokens": [""]}), "retry_later", "rate_limit"),
        (Answer(429, {"challenge_tokens": {"a": 1}}), "retry_later", "rate_limit"),
        (Answer(429), "retry_later", "rate_limit"),
    ],
)
def test_a_status_of_the_container_is_a_failure(answer: Answer, name: str, code: str) -> None:
    with pytest.raises(SendFailed) as caught:
        raise_for_answer(answer)
    assert (caught.value.name, caught.value.code) == (name, code)


def test_a_wait_that_is_asked_for_is_passed_on() -> None:
    with pytest.raises(SendFailed) as caught:
        raise_for_answer(Answer(429, {"challenge_tokens": [""]}, 90.0))
    assert (caught.value.retry_after, caught.value.whole) == (90.0, True)


# What comes through the socket


async def test_what_comes_is_handed_over_in_order(provider: Provider, http: aiohttp.ClientSession) -> None:
    desk = Desk()
    pulling = Pulling(channel(provider.url), http, desk)
    await provider.connected()
    for number in range(30):
        assert await provider.deliver(http, "", provider.text("lina", f"rad {number}")) == 200
    await until(lambda: len(desk.taken) == 30)
    assert desk.texts == [f"rad {number}" for number in range(30)]
    await pulling.stop()


async def test_every_way_to_write_arrives(provider: Provider, http: aiohttp.ClientSession) -> None:
    desk = Desk()
    pulling = Pulling(channel(provider.url), http, desk)
    await provider.connected()
    for request in (
        provider.text("lina", "Hej", id="m1", at=1795510800.5),
        provider.text("lina", "Hej", id="m1"),
        provider.edit("lina", "m1", "Hej då"),
        provider.unsend("lina", "m1"),
        provider.picture("lina", "Se här"),
    ):
        await provider.deliver(None, "", request)
    await until(lambda: len(desk.taken) == 5)
    first, again, edit, deletion, picture = desk.taken
    assert (first.kind, first.text, first.at, first.who) == ("text", "Hej", 1795510800.5, (to(provider),))
    assert again == first
    assert (edit.kind, edit.text, edit.refers) == ("edit", "Hej då", first.id)
    assert (deletion.kind, deletion.refers) == ("delete", first.id)
    assert (picture.kind, picture.media, picture.text) == ("media", "picture", "Se här")
    await pulling.stop()


async def test_the_socket_is_read_while_something_is_stored(provider: Provider, http: aiohttp.ClientSession) -> None:
    """The container drops what it cannot hand over at once."""
    gate = asyncio.Event()
    taken: list[str] = []

    async def take(items: list[Inbound]) -> None:
        await gate.wait()
        taken.extend(one.text for one in items)

    signal = channel(provider.url)
    task = asyncio.create_task(signal.pull(http, take))
    await provider.connected()
    for number in range(5):
        await provider.deliver(None, "", provider.text("lina", str(number)))
    await until(lambda: signal._inbox._waiting.qsize() + len(signal._inbox._in_hand) == 5)
    assert taken == []
    gate.set()
    await until(lambda: taken == ["0", "1", "2", "3", "4"])
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.mark.usefixtures("quick")
async def test_what_could_not_be_taken_is_tried_again(provider: Provider, http: aiohttp.ClientSession) -> None:
    desk = Desk(refuse=4)
    pulling = Pulling(channel(provider.url), http, desk)
    await provider.connected()
    await provider.deliver(None, "", provider.text("lina", "ett"))
    await provider.deliver(None, "", provider.text("lina", "två"))
    await until(lambda: desk.texts == ["ett", "två"])
    assert desk.tried in (5, 6)  # what has come meanwhile is stored together with it
    await pulling.stop()


@pytest.mark.usefixtures("quick")
async def test_what_waits_is_not_lost_when_pulling_stops(provider: Provider, http: aiohttp.ClientSession) -> None:
    signal, away, back = channel(provider.url), Desk(refuse=10_000), Desk()
    pulling = Pulling(signal, http, away)
    await provider.connected()
    for text in ("ett", "två", "tre"):
        await provider.deliver(None, "", provider.text("lina", text))
    await until(lambda: away.tried > 1)
    await until(lambda: signal._inbox._waiting.qsize() + len(signal._inbox._in_hand) == 3)
    await pulling.stop()
    again = Pulling(signal, http, back)
    await until(lambda: back.texts == ["ett", "två", "tre"])
    await again.stop()


@pytest.mark.usefixtures("quick")
async def test_what_waits_is_handed_over_while_the_container_is_away(
    provider: Provider, http: aiohttp.ClientSession
) -> None:
    signal, away, back = channel(provider.url), Desk(refuse=10_000), Desk()
    pulling = Pulling(signal, http, away)
    await provider.connected()
    await provider.deliver(None, "", provider.text("lina", "ett"))
    await until(lambda: away.tried > 0)
    await pulling.stop()
    signal._inbox._url = "http://127.0.0.1:1/v1/receive"
    again = Pulling(signal, http, back)
    await until(lambda: back.texts == ["ett"])
    await again.stop()


@pytest.mark.usefixtures("quick")
async def test_a_broken_socket_is_opened_again(provider: Provider, http: aiohttp.ClientSession) -> None:
    desk = Desk()
    pulling = Pulling(channel(provider.url), http, desk)
    for text in ("före", "efter", "igen"):
        await provider.connected()
        await provider.deliver(None, "", provider.text("lina", text))
        await until(lambda text=text: text in desk.texts)
        await provider.break_sockets()
    await provider.connected()
    assert desk.texts == ["före", "efter", "igen"]
    assert not pulling.task.done()
    await pulling.stop()


@pytest.mark.usefixtures("quick")
async def test_a_container_that_comes_back_is_found(http: aiohttp.ClientSession, unused_tcp_port: int) -> None:
    provider, desk = Provider(NUMBER), Desk()
    pulling = Pulling(channel(f"http://127.0.0.1:{unused_tcp_port}"), http, desk)
    await asyncio.sleep(0.05)
    server = TestServer(provider.app(), port=unused_tcp_port)
    await server.start_server()
    await provider.connected()
    await provider.deliver(None, "", provider.text("lina", "Hej"))
    await until(lambda: desk.texts == ["Hej"])
    await pulling.stop()
    await server.close()


@pytest.mark.usefixtures("quick")
async def test_a_container_that_stays_away_is_told(
    http: aiohttp.ClientSession, unused_tcp_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signal_socket, "PATIENCE", 3)
    with pytest.raises(SendFailed, match=r"^provider_down"):
        await channel(f"http://127.0.0.1:{unused_tcp_port}").pull(http, Desk().take)


@pytest.mark.usefixtures("quick")
async def test_a_socket_that_never_lasts_is_told(http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signal_socket, "PATIENCE", 3)
    opened = []

    async def about(request: web.Request) -> web.StreamResponse:
        return web.json_response({"mode": "json-rpc"})

    async def receive(request: web.Request) -> web.StreamResponse:
        opened.append(request.path)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        return socket

    app = web.Application()
    app.add_routes([web.get("/v1/about", about), web.get("/v1/receive/{number}", receive)])
    async with TestServer(app) as server:
        with pytest.raises(SendFailed, match=r"^provider_down socket$"):
            await channel(str(server.make_url("")).rstrip("/")).pull(http, Desk().take)
    assert opened == [f"/v1/receive/{NUMBER}"] * 3


async def test_in_another_mode_nothing_is_fetched(provider: Provider, http: aiohttp.ClientSession) -> None:
    """There the same address fetches what waits at Signal, and it would be lost."""
    provider.mode = "normal"
    with pytest.raises(SendFailed, match=r"^misconfigured mode$"):
        await channel(provider.url).pull(http, Desk().take)
    assert provider.asked == ["about"]


@pytest.mark.parametrize(("status", "failure"), [(403, "misconfigured socket 403"), (502, "provider_down socket 502")])
@pytest.mark.usefixtures("quick")
async def test_a_socket_that_is_refused_is_told(
    http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch, status: int, failure: str
) -> None:
    monkeypatch.setattr(signal_socket, "PATIENCE", 2)

    async def about(request: web.Request) -> web.StreamResponse:
        return web.json_response({"mode": "json-rpc"})

    async def receive(request: web.Request) -> web.StreamResponse:
        return web.Response(status=status)

    app = web.Application()
    app.add_routes([web.get("/v1/about", about), web.get("/v1/receive/{number}", receive)])
    async with TestServer(app) as server:
        with pytest.raises(SendFailed, match=f"^{failure}$"):
            await channel(str(server.make_url("")).rstrip("/")).pull(http, Desk().take)


async def test_a_silent_socket_is_looked_after(
    provider: Provider, http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signal_socket, "SILENCE", 0.02)
    desk = Desk()
    pulling = Pulling(channel(provider.url), http, desk)
    await until(lambda: provider.asked.count("accounts") >= 2)
    await provider.deliver(None, "", provider.text("lina", "Hej"))
    await until(lambda: desk.texts == ["Hej"])
    assert provider.asked.count("receive") == 1
    provider.accounts.clear()
    with pytest.raises(SendFailed, match=r"^misconfigured not_registered$"):
        await asyncio.wait_for(pulling.task, 2)


@pytest.mark.usefixtures("quick")
async def test_a_socket_without_a_pulse_is_given_up(
    http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signal_socket, "HEARTBEAT", 0.05)
    opened: list[web.WebSocketResponse] = []

    async def about(request: web.Request) -> web.StreamResponse:
        return web.json_response({"mode": "json-rpc"})

    async def receive(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        opened.append(socket)
        async for _ in socket:
            pass
        return socket

    app = web.Application()
    app.add_routes([web.get("/v1/about", about), web.get("/v1/receive/{number}", receive)])
    async with TestServer(app) as server:
        pulling = Pulling(channel(str(server.make_url("")).rstrip("/")), http, Desk())
        await until(lambda: len(opened) >= 2)
        await pulling.stop()


async def test_the_sessions_patience_does_not_end_the_socket(provider: Provider) -> None:
    desk = Desk()
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.1)) as http:
        pulling = Pulling(channel(provider.url), http, desk)
        await provider.connected()
        await asyncio.sleep(0.3)
        await provider.deliver(None, "", provider.text("lina", "Hej"))
        await until(lambda: desk.texts == ["Hej"])
        await pulling.stop()
    assert provider.asked.count("receive") == 1


async def test_what_comes_while_nobody_listens_is_lost_at_the_container(provider: Provider) -> None:
    """So the server does as the real one: docs/channels/signal.md says what follows from it."""
    request = provider.text("lina", "Hej")
    assert await provider.deliver(None, "", request) == 503
    assert provider.lost == [request.body]


def test_pauses_grow_to_their_longest() -> None:
    for failures, longest in ((1, 0.25), (2, 0.5), (3, 1.0), (9, 1.0), (5_000, 1.0)):
        spread = [signal_socket.pause(failures, 1.0) for _ in range(50)]
        assert longest / 2 <= min(spread) <= max(spread) <= longest
        assert len(set(spread)) > 1


# What the check says


async def findings(provider: Provider, http: aiohttp.ClientSession, number: str = NUMBER) -> list[tuple[bool, str]]:
    found = await channel(provider.url, number).check(http)
    assert provider.sent == []
    assert "receive" not in provider.asked
    return [(one.good, one.text) for one in found]


async def test_a_container_that_is_right_is_found_right(provider: Provider, http: aiohttp.ClientSession) -> None:
    assert await findings(provider, http) == [
        (True, "127.0.0.1 is on this machine or a private network."),
        (True, "signal-cli-rest-api answers, version 0.95."),
        (True, f"The number {NUMBER} is an account of the container."),
        (True, "This version can delete messages that we sent."),
        (
            True,
            "No files from people lie in the container. See that its compose file has "
            "JSON_RPC_IGNORE_ATTACHMENTS=true: that cannot be read from here.",
        ),
        (
            True,
            "The API does not write messages in its log. signal-cli beside it does: see that the compose file keeps "
            "/var/log/signal-cli-json-rpc-1 in memory, as docs/channels/signal.md says.",
        ),
    ]


@pytest.mark.parametrize(
    ("spoil", "place", "says"),
    [
        ({"accounts": ["+46709999999"]}, 2, "has no account with the number +46700000001"),
        ({"paths": ["/v1/about"]}, 3, "cannot delete messages"),
        ({"attachments": ["a.jpg", "b.jpg"]}, 4, "2 files that people have sent lie in the container"),
        ({"level": "debug"}, 5, "writes people's messages in its log"),
    ],
)
async def test_what_is_wrong_with_the_container_is_said(
    provider: Provider, http: aiohttp.ClientSession, spoil: dict[str, Any], place: int, says: str
) -> None:
    for name, value in spoil.items():
        setattr(provider, name, value)
    found = await findings(provider, http)
    assert [good for good, _ in found] == [index != place for index in range(6)]
    assert says in found[place][1]


async def test_another_mode_is_said_and_nothing_more_is_asked(provider: Provider, http: aiohttp.ClientSession) -> None:
    provider.mode = "native"
    found = await findings(provider, http)
    assert [good for good, _ in found] == [True, False]
    assert "Set MODE=json-rpc" in found[1][1]
    assert provider.asked == ["about"]


async def test_something_else_at_the_address_is_said(http: aiohttp.ClientSession) -> None:
    async def page(request: web.Request) -> web.StreamResponse:
        return web.Response(text="<html>", content_type="text/html")

    app = web.Application()
    app.add_routes([web.get("/{any:.*}", page)])
    async with TestServer(app) as server:
        found = await channel(str(server.make_url("")).rstrip("/")).check(http)
    assert [one.good for one in found] == [True, False]
    assert found[1].text.startswith("What answers is not signal-cli-rest-api.")


async def test_nothing_at_the_address_is_said(http: aiohttp.ClientSession, unused_tcp_port: int) -> None:
    found = await channel(f"http://127.0.0.1:{unused_tcp_port}").check(http)
    assert [one.good for one in found] == [True, False]
    assert found[1].text.startswith(f"Nothing answers at http://127.0.0.1:{unused_tcp_port} (provider_down")


async def test_an_answer_that_cannot_be_read_is_said(http: aiohttp.ClientSession) -> None:
    async def about(request: web.Request) -> web.StreamResponse:
        return web.json_response({"mode": "json-rpc", "version": 3})

    async def broken(request: web.Request) -> web.StreamResponse:
        return web.Response(text="{", status=200)

    async def refused(request: web.Request) -> web.StreamResponse:
        return web.json_response({"error": "broken pipe"}, status=400)

    app = web.Application()
    app.add_routes([web.get("/v1/about", about), web.get("/v1/accounts", broken), web.get("/v1/attachments", refused)])
    async with TestServer(app) as server:
        found = await channel(str(server.make_url("")).rstrip("/")).check(http)
    assert [(one.good, one.text.split(". ")[0]) for one in found[1:]] == [
        (True, "signal-cli-rest-api answers, version unknown."),
        (False, "The container could not say which accounts it has (misconfigured no_list)"),
        (False, "The container could not say what it can do (misconfigured 404)"),
        (False, "The container could not say which files it keeps (provider_down signal_cli)"),
        (False, "The container could not say how much it writes in its log (misconfigured 404)"),
    ]


@pytest.mark.parametrize(
    ("address", "good"),
    [
        ("127.0.0.1", True), ("10.2.3.4", True), ("172.18.0.2", True), ("192.168.1.9", True), ("fd00::7", True),
        ("100.64.0.9", True), ("fe80::1%2", True), ("93.184.216.34", False), ("2606:2800:220:1:248:1893:25c8:1946", False),
    ],
)  # fmt: skip
async def test_a_public_address_is_warned_of(
    provider: Provider, http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch, address: str, good: bool
) -> None:
    async def names(host: str, port: Any, **how: Any) -> Any:
        return [(2, 1, 6, "", (address, 0))]

    signal = channel(provider.url)
    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", names)
    found = await signal.check(http)
    assert [one.good for one in found] == [good, True, True, True, True, True]
    assert found[0].text.startswith("127.0.0.1 is " + ("on this machine" if good else "a public address"))


async def test_a_name_that_is_not_known_is_said(http: aiohttp.ClientSession) -> None:
    found = await channel("http://signal.invalid:8080").check(http)
    assert [one.good for one in found] == [False, False]
    assert found[0].text.startswith("There is no machine by the name in http://signal.invalid:8080.")
