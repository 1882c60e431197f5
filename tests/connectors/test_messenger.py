"""Messenger: what comes is read as what it is, what goes out keeps the platform's rules, every error has a name."""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.lengths import measure, split
from connectors.messaging import UNKNOWN, Channel, Inbound, Option, Outbound, Request, SendFailed
from connectors.messenger import Messenger
from connectors.messenger_errors import CODES, PAIRS, SUBCODES
from connectors.messenger_inbound import is_start, read
from connectors.wire import session
from tests.connectors.payloads.messenger import AT, ELIN, KINDS, MID, MS, PAGE, SWEDISH, event, update
from tests.providers.messenger import APP, DAY, TOKEN, MessengerProvider, Refusal

HOOK = "https://chatt.example.se/channels/messenger"
NOW = 1795510800.0
YES_NO = (Option("Ja", "share:yes"), Option("Nej", "share:no"))


class Clock:
    now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest_asyncio.fixture
async def provider(clock: Clock) -> AsyncIterator[MessengerProvider]:
    made = MessengerProvider(clock)
    server = TestServer(made.app())
    await server.start_server()
    made.url = str(server.make_url("")).rstrip("/")
    made.callback = HOOK
    yield made
    await server.close()


@pytest.fixture
def messenger(provider: MessengerProvider) -> Messenger:
    return Messenger(provider.values(), HOOK)


@pytest_asyncio.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with session() as opened:
        yield opened


def offline() -> Messenger:
    return Messenger(MessengerProvider().values(), HOOK)


def to_elin(words: str = "Hej", options: tuple[Option, ...] = (), human: bool = False) -> Outbound:
    return Outbound(f"psid:{ELIN}", words, options, "buttons" if options else "text", human=human)


async def failure_of(messenger: Messenger, http: aiohttp.ClientSession, message: Outbound) -> SendFailed:
    with pytest.raises(SendFailed) as caught:
        await messenger.send(http, message)
    return caught.value


# What comes.


@pytest.mark.parametrize("name", KINDS)
def test_each_kind_is_read_as_what_it_is(name: str) -> None:
    came, meant = KINDS[name]
    assert read(json.dumps(came).encode(), PAGE) == meant


def test_a_repeat_has_the_same_id() -> None:
    provider = MessengerProvider()
    request = provider.text("elin", SWEDISH)
    assert offline().parse(request) == offline().parse(request)
    again = json.loads(request.body)
    again["entry"][0]["time"] += 60_000  # Meta's own time of sending is another
    assert offline().parse(provider.signed(again)) == offline().parse(request)


def test_a_batch_keeps_what_is_good_beside_what_is_broken() -> None:
    good = [event({"message": {"mid": f"m_{number}", "text": str(number)}}) for number in range(3)]
    broken: list[Any] = [None, 7, "x", [], {}, {"sender": None}, event({"message": None}), event({"message": []})]
    whole = update(good[0], *broken, good[1])
    whole["entry"] += [None, "x", {"id": None}, {"id": PAGE, "messaging": {"0": good[1]}}, *update(good[2])["entry"]]
    found = read(json.dumps(whole).encode(), PAGE)
    assert [one.text for one in found if one.kind == "text"] == ["0", "1", "2"]
    assert [one.id for one in found if one.kind == "text"] == ["m_0", "m_1", "m_2"]
    assert [one for one in found if one.kind != "text"] == [UNKNOWN] * (len(broken) + 4)


def test_each_unknown_thing_is_one_unknown() -> None:
    other = event({"message": {"mid": MID, "text": "hej"}})
    whole = update(event({"reaction": {}}), event({"read": {"watermark": MS}}))
    whole["entry"][0] |= {"standby": [other, other, other], "changes": [{"field": "feed", "value": {}}]}
    assert read(json.dumps(whole).encode(), PAGE) == [UNKNOWN] * 6


def test_the_page_never_talks_to_itself() -> None:
    echo = event({"message": {"mid": MID, "text": "hej"}}, sender={"id": PAGE})
    assert read(json.dumps(update(echo)).encode(), PAGE) == [UNKNOWN]


@pytest.mark.parametrize(
    ("said", "kind"), [("true", "unknown"), (True, "unknown"), ("false", "text"), (False, "text"), (None, "text")]
)
def test_an_echo_is_what_says_that_it_is_one(said: Any, kind: str) -> None:
    whole = update(event({"message": {"mid": MID, "text": "hej", "is_echo": said}}))
    assert [one.kind for one in read(json.dumps(whole).encode(), PAGE)] == [kind]


def test_requests_together_are_read_as_each_alone() -> None:
    provider = MessengerProvider(lambda: NOW)
    requests = [
        provider.text("elin", "ett"),
        provider.picture("bo"),
        provider.start("cia"),
        provider.edit("elin", MID, "två"),
    ]
    alone = [one for request in requests for one in offline().parse(request)]
    assert offline().parse(provider.together(*requests)) == alone
    assert [one.kind for one in alone] == ["text", "media", "start", "edit"]


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"null", b"[]", b"1e999", b"NaN", b'"x"', b"\xff\xfe\x00", b'{"object":"page","entry":null}',
        b'{"object":"page","entry":{"id":1}}', b'{"object":NaN}', b'{"object":["page"]}', b"[" * 200_000,
        b'{"object":"page","entry":' + b"[" * 100_000, b'{"a":' * 100_000, b'{"object":"page","entry":[' + b"1" * 5000 + b"]}",
        b'{"object":"page","entry":[{"id":' + b"9" * 4000 + b"}]}", b"\x00" * 1000, b'{"object":"page"}' + b" " * 100,
    ],
    ids=range(19),
)  # fmt: skip
def test_a_body_that_is_none_is_one_unknown(body: bytes) -> None:
    assert read(body, PAGE) == [UNKNOWN]


def test_three_megabytes_of_words_are_read_whole() -> None:
    words = "å" * 3_000_000
    found = read(json.dumps(update(event({"message": {"mid": MID, "text": words}}))).encode(), PAGE)
    assert found == [Inbound("text", MID, who=(f"psid:{ELIN}",), text=words, at=AT)]


def test_what_cannot_be_stored_is_left_out_and_the_rest_kept() -> None:
    body = b'{"object":"page","entry":[{"id":"%s","messaging":[%s]}]}' % (
        PAGE.encode(),
        json.dumps(event({"message": {"mid": MID, "text": "X"}}))
        .encode()
        .replace(b'"X"', b'"hj\\u0000\\ud83d \\ud83d\\ude22"'),
    )
    assert [one.text for one in read(body, PAGE)] == ["hj 😢"]


@pytest.mark.parametrize("mid", ["", " ", "å", "a b", "\x00", "m" * 600, None, 4711, ["m"], {"m": 1}, True])
def test_a_message_id_that_is_none_loses_no_words(mid: Any) -> None:
    found = read(json.dumps(update(event({"message": {"mid": mid, "text": "hej"}}))).encode(), PAGE)
    assert [(one.kind, one.id, one.text) for one in found] == [("text", f"message:{ELIN}:{MS}", "hej")]


@pytest.mark.parametrize("time", [None, "", "x", -5, 0, True, 1e400, [], 10**30, "9" * 30, 2.5])
def test_a_time_that_is_none_is_not_told(time: Any) -> None:
    whole = update(event({"message": {"mid": MID, "text": "hej"}}, timestamp=time))
    assert [(one.text, one.at) for one in read(json.dumps(whole).encode(), PAGE)] == [("hej", None)]


def test_the_get_started_button_is_known_by_its_usual_words() -> None:
    assert all(map(is_start, ("GET_STARTED", "get started", "Get-Started", "GET_STARTED_PAYLOAD", "start", "WELCOME")))
    assert not any(map(is_start, ("", "human:yes", "restart", "started:no")))


# Who may call.


def test_only_metas_signature_over_the_very_bytes_is_believed() -> None:
    provider, messenger = MessengerProvider(), offline()
    request = provider.text("elin", SWEDISH)
    assert messenger.verify(request)
    good = request.headers["x-hub-signature-256"]
    plain = json.dumps(json.loads(request.body), ensure_ascii=False).encode()  # the same JSON, other bytes
    assert plain != request.body
    bad: list[tuple[dict[str, str], bytes]] = [
        ({"x-hub-signature-256": good}, plain),
        ({"x-hub-signature-256": good}, request.body + b" "),
        ({"x-hub-signature": request.headers["x-hub-signature"]}, request.body),
        ({"x-hub-signature-256": request.headers["x-hub-signature"]}, request.body),
        ({"x-hub-signature-256": good.removeprefix("sha256=")}, request.body),
        ({"x-hub-signature-256": good.upper()}, request.body),
        ({"x-hub-signature-256": good[:-1]}, request.body),
        ({"x-hub-signature-256": "sha256=" + "å" * 64}, request.body),
        ({"x-hub-signature-256": ""}, request.body),
        ({}, request.body),
    ]
    assert [messenger.verify(Request("POST", {}, headers, body)) for headers, body in bad] == [False] * len(bad)


def test_another_apps_secret_is_not_believed() -> None:
    provider = MessengerProvider()
    provider.app_secret = "0" * 32
    assert not offline().verify(provider.text("elin", "hej"))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_one_changed_byte_is_noticed(data: st.DataObject) -> None:
    request = MessengerProvider(lambda: NOW).text("elin", SWEDISH)
    place = data.draw(st.integers(0, len(request.body) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != request.body[place]))
    body = request.body[:place] + bytes([other]) + request.body[place + 1 :]
    assert not offline().verify(Request("POST", {}, request.headers, body))


def test_the_trial_of_the_address_is_answered_only_to_who_knows_our_word() -> None:
    provider, messenger = MessengerProvider(), offline()
    assert messenger.handshake(provider.trial()) == "1158201444"
    assert messenger.handshake(provider.trial("another-word-1234")) is None
    assert messenger.handshake(provider.trial("ö" * 20)) is None
    assert messenger.handshake(Request("GET", {}, {}, b"")) is None
    assert (
        messenger.handshake(Request("GET", dict(provider.trial().query) | {"hub.mode": "unsubscribe"}, {}, b"")) is None
    )
    assert messenger.handshake(Request("GET", dict(provider.trial().query) | {"hub.challenge": ""}, {}, b"")) is None


def test_our_own_trial_is_rightly_signed_and_means_nothing() -> None:
    trial = offline().loopback()
    assert trial is not None
    assert (offline().verify(trial), offline().parse(trial), trial.method, trial.tail) == (True, [UNKNOWN], "POST", "")


async def test_a_request_arrives_over_http_as_it_was_signed(
    provider: MessengerProvider, http: aiohttp.ClientSession
) -> None:
    came: list[Request] = []

    async def take(request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        came.append(Request(request.method, dict(request.query), headers, await request.read()))
        return web.Response()

    app = web.Application()
    app.router.add_route("*", "/channels/messenger", take)
    async with TestServer(app) as server:
        base = str(server.make_url("")).rstrip("/")
        assert await provider.deliver(http, base, provider.text("elin", SWEDISH)) == 200
        assert await provider.deliver(http, base, provider.trial()) == 200
    assert offline().verify(came[0])
    assert [one.text for one in offline().parse(came[0])] == [SWEDISH]
    assert offline().handshake(came[1]) == "1158201444"


# What goes out.


async def test_words_reach_the_phone_as_an_answer(
    provider: MessengerProvider, messenger: Messenger, http: aiohttp.ClientSession
) -> None:
    who = messenger.parse(provider.text("elin", "hej"))[0].who[0]
    id = await messenger.send(http, Outbound(who, SWEDISH))
    assert [(sent.text, sent.options, sent.id, sent.tag) for sent in provider.to("elin")] == [(SWEDISH, (), id, "")]
    method, path, body = provider.calls[-1]
    assert (method, path) == ("POST", f"/v26.0/{PAGE}/messages")
    assert body == {
        "recipient": {"id": provider.psid("elin")},
        "message": {"text": SWEDISH},
        "messaging_type": "RESPONSE",
    }


async def test_choices_are_quick_replies_and_a_press_brings_back_the_reference(
    provider: MessengerProvider, messenger: Messenger, http: aiohttp.ClientSession
) -> None:
    provider.text(ELIN, "hej")
    await messenger.send(http, to_elin("Får vi dela?", YES_NO))
    assert provider.to(ELIN)[0].options == (("Ja", "share:yes"), ("Nej", "share:no"))
    pressed = messenger.parse(provider.press(ELIN, 1))
    assert [(one.kind, one.choice, one.text, one.who) for one in pressed] == [
        ("choice", "share:no", "Nej", (f"psid:{ELIN}",))
    ]
    await messenger.send(http, to_elin("Tack"))
    with pytest.raises(LookupError):
        provider.press(ELIN, 0)  # quick replies are gone when something follows


async def test_what_the_capabilities_promise_is_taken(
    provider: MessengerProvider, messenger: Messenger, http: aiohttp.ClientSession
) -> None:
    can = messenger.capabilities
    provider.text(ELIN, "hej")
    options = tuple(Option("Å" * can.button_title, f"r{number:02d}" + "x" * 37) for number in range(can.buttons))
    await messenger.send(http, to_elin("ö" * can.longest_with_options, options))
    assert provider.to(ELIN)[0].options == tuple((option.title, option.reference) for option in options)
    whole = "Vi hör dig. Du är inte ensam 🙂. " * 200
    for piece in split(whole, can.unit, can.best, can.longest):
        assert measure(piece, can.unit) <= can.longest
        await messenger.send(http, to_elin(piece))
    assert " ".join(sent.text for sent in provider.to(ELIN)[1:]) == whole.strip()
    assert (await failure_of(messenger, http, to_elin("🙂" * 1001))).name == "refused"
    assert (await failure_of(messenger, http, to_elin("x", (*options, Option("x", "x"))))).code == "105"


async def test_after_a_day_the_bot_is_silent_and_a_counsellor_may_still_write(
    provider: MessengerProvider, messenger: Messenger, http: aiohttp.ClientSession, clock: Clock
) -> None:
    provider.text(ELIN, "hej")
    clock.now += DAY - 1
    await messenger.send(http, to_elin("inom dygnet", human=True))
    assert provider.to(ELIN)[-1].tag == ""
    clock.now += 2
    failure = await failure_of(messenger, http, to_elin("från boten"))
    assert (failure.name, failure.code) == ("window_closed", "10/2018278")
    assert len(provider.calls) == 2  # the bot's words are not tried with the tag
    await messenger.send(http, to_elin("från en kurator", human=True))
    assert [(sent.text, sent.tag) for sent in provider.to(ELIN)] == [
        ("inom dygnet", ""),
        ("från en kurator", "HUMAN_AGENT"),
    ]
    assert [call[2]["messaging_type"] for call in provider.calls[2:]] == ["RESPONSE", "MESSAGE_TAG"]
    clock.now += 6 * DAY
    failure = await failure_of(messenger, http, to_elin("för sent", human=True))
    assert (failure.name, failure.code) == ("window_closed", "10/2018278")
    assert messenger.capabilities.window == DAY
    assert messenger.capabilities.human_window == 7 * DAY


async def test_without_approval_the_window_is_a_day_for_counsellors_too(
    provider: MessengerProvider, messenger: Messenger, http: aiohttp.ClientSession, clock: Clock
) -> None:
    provider.text(ELIN, "hej")
    provider.human_agent = False
    clock.now += DAY + 1
    failure = await failure_of(messenger, http, to_elin("hej", human=True))
    assert (failure.name, failure.code) == ("window_closed", "100/2018276")


async def test_a_counsellors_words_that_fail_otherwise_are_not_sent_twice(
    provider: MessengerProvider, messenger: Messenger, http: aiohttp.ClientSession
) -> None:
    provider.text(ELIN, "hej")
    provider.moods.extend(["drop"])
    assert (await failure_of(messenger, http, to_elin("hej", human=True))).name == "in_doubt"
    assert len(provider.to(ELIN)) == 1


async def test_who_is_gone_or_has_blocked_us_is_told_apart(
    provider: MessengerProvider, messenger: Messenger, http: aiohttp.ClientSession
) -> None:
    assert (await failure_of(messenger, http, to_elin())).name == "visitor_gone"  # has never written
    provider.text(ELIN, "hej")
    provider.blocked.add(ELIN)
    assert (await failure_of(messenger, http, to_elin())).name == "blocked"
    provider.gone.add(ELIN)
    assert (await failure_of(messenger, http, to_elin())).name == "visitor_gone"
    assert provider.sent == []


@pytest.mark.parametrize("to", ["", ELIN, "phone:+46701234567", "psid:"])
async def test_nobody_is_guessed(
    provider: MessengerProvider, messenger: Messenger, http: aiohttp.ClientSession, to: str
) -> None:
    assert (await failure_of(messenger, http, Outbound(to, "hej"))).name == "refused"
    assert provider.calls == []


@pytest.mark.parametrize(
    ("mood", "name", "arrives"),
    [
        ("429", "retry_later", False),
        ("500", "provider_down", False),
        ("503", "provider_down", False),
        ("drop", "in_doubt", True),
        ("garbage", "in_doubt", True),
    ],
)
async def test_each_mood_of_the_platform_has_its_name(
    provider: MessengerProvider, messenger: Messenger, http: aiohttp.ClientSession, mood: str, name: str, arrives: bool
) -> None:
    provider.text(ELIN, "hej")
    provider.moods.append(mood)
    failure = await failure_of(messenger, http, to_elin())
    assert (failure.name, bool(provider.to(ELIN))) == (name, arrives)
    await messenger.send(http, to_elin("igen"))
    assert provider.to(ELIN)[-1].text == "igen"


async def test_slow_and_silent_answers_are_in_doubt(provider: MessengerProvider, messenger: Messenger) -> None:
    provider.text(ELIN, "hej")
    provider.moods.extend(["slow", "hang"])
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.15)) as hasty:
        assert (await failure_of(messenger, hasty, to_elin("långsam"))).name == "in_doubt"
        assert (await failure_of(messenger, hasty, to_elin("tyst"))).name == "in_doubt"
    assert [sent.text for sent in provider.to(ELIN)] == ["långsam"]


async def test_no_connection_is_known_to_have_taken_nothing(http: aiohttp.ClientSession) -> None:
    values = MessengerProvider().values() | {"api_url": "http://127.0.0.1:9/v26.0"}
    assert (await failure_of(Messenger(values, HOOK), http, to_elin())).name == "provider_down"


async def test_too_many_at_once_are_asked_to_wait(
    provider: MessengerProvider, messenger: Messenger, http: aiohttp.ClientSession
) -> None:
    provider.text(ELIN, "hej")
    provider.per_second = 2
    ends = await asyncio.gather(*(messenger.send(http, to_elin(str(n))) for n in range(4)), return_exceptions=True)
    failures = [end for end in ends if isinstance(end, SendFailed)]
    assert [(one.name, one.whole, one.code) for one in failures] == [("retry_later", True, "613")] * 2


# Every error of Meta's table (code, subcode), and of the Graph API, by what it is to be called.
ERRORS: dict[str, list[tuple[int, int]]] = {
    "window_closed": [(10, 2018278), (10, 2018065), (10, 2534022), (100, 2018276)],
    "blocked": [(551, 0), (10, 2018108), (10, 1893015)],
    "visitor_gone": [(551, 1545041), (200, 1545041), (100, 2018001), (100, 2534014)],
    "in_doubt": [(1, 1357046)],
    "provider_down": [(1, 0), (2, 0)],
    "retry_later": [
        (4, 0), (4, 2018022), (4, 2018354), (9, 2018352), (17, 0), (32, 0), (341, 0), (613, 0), (613, 2018338),
        (613, 2534040), (1200, 0), (2018144, 0), (2018321, 0), (10, 2018321), (80001, 0), (80006, 0),
    ],
    "misconfigured": [
        (1, 99), (2, 2018344), (3, 0), (10, 0), (10, 1404170), (10, 1893063), (10, 2534077), (100, 33), (100, 2018164),
        (100, 2534013), (100, 2534029), (100, 2534037), (102, 0), (104, 0), (190, 0), (190, 460), (190, 463), (200, 0),
        (200, 2018021), (200, 2018027), (200, 2018028), (200, 2534041), (230, 0), (299, 0), (368, 0), (2022, 0),
        (36103, 0), (2018166, 0), (2018171, 0), (2018234, 0), (2018247, 0), (2018300, 0), (10, 2018300), (2018389, 0),
        (2018394, 0),
    ],
    "refused": [
        (100, 0), (100, 2018008), (100, 2018014), (100, 2018047), (100, 2018074), (100, 2018109), (100, 2018294),
        (100, 2018320), (100, 2018328), (100, 2534015), (100, 2534025), (10, 2018336), (105, 0), (194, 0), (506, 0),
        (613, 1893016), (10303, 0), (24001, 0), (24002, 0), (24005, 0), (2018154, 0), (2018163, 0), (2018218, 0),
        (2018390, 0), (2018393, 0), (2018396, 0), (2071010, 0), (2071011, 0), (2071014, 0), (2071025, 0), (9000001, 0),
    ],
}  # fmt: skip
WHOLE = {(4, 0), (4, 2018022), (17, 0), (32, 0), (341, 0), (613, 0), (613, 2534040), (80001, 0), (80006, 0)}


@pytest.mark.parametrize("name", ERRORS)
async def test_each_error_of_the_platform_has_its_name(
    provider: MessengerProvider, messenger: Messenger, http: aiohttp.ClientSession, name: str
) -> None:
    provider.text(ELIN, "hej")
    for code, subcode in ERRORS[name]:
        provider.errors.append(Refusal(code, subcode, "Jag är rädd för honom"))
        failure = await failure_of(messenger, http, to_elin("Jag är rädd för honom"))
        assert (failure.name, failure.whole) == (name, (code, subcode) in WHOLE), (code, subcode)
        assert failure.code == (f"{code}/{subcode}" if subcode else str(code))
        assert str(failure) == f"{name} {failure.code}"
    assert provider.sent == []


@pytest.mark.parametrize(("status", "name"), [(400, "refused"), (403, "misconfigured"), (500, "provider_down")])
async def test_an_error_that_nobody_knows_is_told_by_its_status(
    provider: MessengerProvider, messenger: Messenger, http: aiohttp.ClientSession, status: int, name: str
) -> None:
    provider.text(ELIN, "hej")
    provider.errors.append(Refusal(987654, 3210, "?", status))
    failure = await failure_of(messenger, http, to_elin())
    assert (failure.name, failure.code) == (name, "987654/3210")


def test_every_code_in_the_table_has_been_tried() -> None:
    tried = {pair for pairs in ERRORS.values() for pair in pairs}
    assert set(CODES) - {code for code, _ in tried} == set()
    assert set(PAIRS) - tried == set()
    ranges = {*range(2018390, 2018394), 2018395, 2018396, *range(2071014, 2071026)}
    assert set(SUBCODES) - ranges - {number for pair in tried for number in pair} == set()


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"error":"no"}', b'{"error":{}}', b'{"error":{"code":"x"}}', b'{"error":[1]}']
)
@pytest.mark.parametrize(
    ("status", "name"), [(400, "refused"), (401, "misconfigured"), (404, "misconfigured"), (502, "provider_down")]
)
async def test_an_error_without_a_number_is_told_by_its_status(
    http: aiohttp.ClientSession, body: bytes, status: int, name: str
) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(body=body, status=status, content_type="application/json")

    app = web.Application()
    app.router.add_route("*", "/{any:.*}", answer)
    async with TestServer(app) as server:
        values = MessengerProvider().values() | {"api_url": str(server.make_url("/"))}
        failure = await failure_of(Messenger(values, HOOK), http, to_elin())
    assert (failure.name, failure.code) == (name, str(status))


async def test_token_and_secret_are_proven_and_in_no_exception(
    provider: MessengerProvider, messenger: Messenger, http: aiohttp.ClientSession
) -> None:
    provider.needs_proof = True
    provider.text(ELIN, "hej")
    await messenger.send(http, to_elin())
    for change in ({"token": "EAAG-copied-wrongly-000000"}, {"app_secret": "f" * 32}):
        values = provider.values() | change
        failure = await failure_of(Messenger(values, HOOK), http, to_elin())
        assert failure.name == "misconfigured"
        told = repr(failure) + str(failure) + str(failure.__cause__) + repr(failure.__dict__)
        assert not any(secret in told for secret in (*values.values(), ELIN, "Hej") if secret != PAGE)
    assert len(provider.to(ELIN)) == 1


# What it does not do.


async def test_there_is_nothing_to_delete_fetch_or_show(
    provider: MessengerProvider, messenger: Messenger, http: aiohttp.ClientSession
) -> None:
    async def take(what: list[Inbound]) -> None:
        raise AssertionError

    with pytest.raises(SendFailed):
        await messenger.delete(http, f"psid:{ELIN}", MID)
    with pytest.raises(SendFailed):
        await messenger.pull(http, take)
    await messenger.acknowledge_press(http, "")
    await messenger.show_typing(http, f"psid:{ELIN}")
    assert await messenger.register(http) is None
    assert provider.calls == []
    can = messenger.capabilities
    assert (can.typing, can.deletes_own, can.deletes_theirs, messenger.pulls, messenger.tail) == (
        False,
        0,
        0,
        False,
        "",
    )


def test_it_is_a_channel_and_says_what_it_needs() -> None:
    channel: Channel = offline()
    assert channel.name == "messenger"
    assert [setting.name for setting in channel.settings] == [
        "token",
        "app_secret",
        "verify_token",
        "page_id",
        "api_url",
    ]
    assert [setting.name for setting in channel.settings if setting.secret] == ["token", "app_secret", "verify_token"]
    assert [setting.default for setting in channel.settings] == ["", "", "", "", "https://graph.facebook.com/v26.0"]


# The operator's check.


async def bad(messenger: Messenger, http: aiohttp.ClientSession) -> list[str]:
    return [finding.text for finding in await messenger.check(http) if not finding.good]


async def test_a_check_of_what_is_right_finds_nothing(
    provider: MessengerProvider, messenger: Messenger, http: aiohttp.ClientSession
) -> None:
    provider.get_started = "GET_STARTED"
    findings = await messenger.check(http)
    assert [finding.good for finding in findings] == [True] * 5
    assert findings[0].text == 'The token works. The page is "Varsam Umeå", the app "Varsam".'
    assert findings[3].text == f"The webhook is {HOOK}."
    assert {call[0] for call in provider.calls} == {"GET"}
    assert provider.sent == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"token": "EAAG-copied-wrongly-000000"}, "VARSAM_MESSENGER_TOKEN"),
        ({"app_secret": "f" * 32}, "VARSAM_MESSENGER_APP_SECRET"),
        ({"page_id": "104857600123457"}, "VARSAM_MESSENGER_PAGE_ID"),
    ],
)
async def test_a_check_names_the_setting_that_is_wrong(
    provider: MessengerProvider, http: aiohttp.ClientSession, change: dict[str, str], says: str
) -> None:
    values = provider.values() | change
    found = await bad(Messenger(values, HOOK), http)
    assert len(found) == 1
    assert says in found[0]
    assert not any(values[name] in found[0] for name in ("token", "app_secret", "verify_token"))


@pytest.mark.parametrize("mood", ["500", "503", "429", "drop"])
async def test_a_check_that_gets_no_answer_blames_no_setting(
    provider: MessengerProvider, messenger: Messenger, http: aiohttp.ClientSession, mood: str
) -> None:
    provider.moods.extend([mood, mood])  # a GET that was dropped is tried once more
    found = await bad(messenger, http)
    assert len(found) == 1
    assert "Try again" in found[0]
    assert "VARSAM" not in found[0]


async def test_a_check_of_what_is_not_meta_says_so(
    provider: MessengerProvider, messenger: Messenger, http: aiohttp.ClientSession
) -> None:
    provider.moods.extend(["garbage", "garbage"])
    assert await bad(messenger, http) == [
        "What answers at VARSAM_MESSENGER_API_URL is not Meta: it does not name the app."
    ]


async def test_a_check_finds_what_is_not_subscribed(
    provider: MessengerProvider, messenger: Messenger, http: aiohttp.ClientSession
) -> None:
    provider.page_fields = {"messages"}
    provider.fields = {"messages", "messaging_postbacks", "message_deliveries"}
    found = await bad(messenger, http)
    assert [text.partition(".")[0] for text in found] == [
        "Not subscribed for the page: messaging_postbacks",
        "Not subscribed for the page: message_edits, message_deliveries",
        "Not subscribed in the app's webhook: message_edits",
    ]


async def test_a_check_finds_that_others_read_along(
    provider: MessengerProvider, messenger: Messenger, http: aiohttp.ClientSession
) -> None:
    provider.other_apps = [{"id": "4711", "name": "Old helpdesk", "subscribed_fields": ["messages"]}]
    found = await bad(messenger, http)
    assert [text.partition(". ")[0] for text in found] == [
        "Other apps also get what people write to the page: Old helpdesk"
    ]


async def test_a_check_finds_a_page_that_is_not_connected(
    provider: MessengerProvider, messenger: Messenger, http: aiohttp.ClientSession
) -> None:
    provider.page_fields = set()
    assert [text.partition(",")[0] for text in await bad(messenger, http)] == ["The page is not connected to the app"]


@pytest.mark.parametrize(
    ("callback", "active", "hook", "says"),
    [
        ("", True, HOOK, f"The app has no webhook for pages. Set its callback address to {HOOK}."),
        (
            "https://old.example.se/x",
            True,
            HOOK,
            f"The app's webhook is at old.example.se, not ours. Set it to {HOOK}.",
        ),
        (HOOK, False, HOOK, "Meta has switched the webhook off, as it does when it fails for an hour. Save it again."),
        (HOOK, True, "", "We have no public address. Set VARSAM_PUBLIC_ORIGIN."),
    ],
)
async def test_a_check_finds_a_wrong_address(
    provider: MessengerProvider, http: aiohttp.ClientSession, callback: str, active: bool, hook: str, says: str
) -> None:
    provider.callback, provider.active = callback, active
    assert await bad(Messenger(provider.values(), hook), http) == [says]


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"type": "USER"}, "The token is not this page's own."),
        ({"profile_id": "682498302938465"}, "The token is not this page's own."),
        ({"scopes": ["pages_show_list"]}, "The token lacks a permission."),
        ({"expires_at": 1798156800}, "The token stops working on 2026-12-25."),
    ],
)
async def test_a_check_finds_what_is_wrong_with_the_token(
    provider: MessengerProvider, messenger: Messenger, http: aiohttp.ClientSession, told: dict[str, Any], says: str
) -> None:
    provider.debug = told
    found = await bad(messenger, http)
    assert len(found) == 1
    assert found[0].startswith(says)


async def test_a_check_finds_a_start_button_with_a_word_of_its_own(
    provider: MessengerProvider, messenger: Messenger, http: aiohttp.ClientSession
) -> None:
    provider.get_started = "FLOW_17"
    assert await bad(messenger, http) == [
        "The page's Get Started button has a word that is not known here. Set its payload to GET_STARTED."
    ]


async def test_a_check_goes_on_where_one_answer_is_missing(
    provider: MessengerProvider, messenger: Messenger, http: aiohttp.ClientSession
) -> None:
    provider.moods.extend(["ok", "ok", "503", "503", "503"])
    found = await bad(messenger, http)
    assert len(found) == 3
    assert all("Try again" in text or "permissions" in text for text in found)


# Whatever comes.

JUNK: list[Any] = [
    None,
    True,
    0,
    -1,
    10**40,
    1.5,
    float("nan"),
    float("inf"),
    "",
    "x",
    "\ud800",
    "\0",
    [],
    {},
    [[]],
    [{}],
    {"id": {}},
]
_SHAPES = [came for came, _ in KINDS.values()]


def _places(node: Any) -> list[tuple[Any, Any]]:
    """Give every (container, key) in a payload."""
    keys = list(node) if isinstance(node, dict) else list(range(len(node))) if isinstance(node, list) else []
    return [(node, key) for key in keys] + [place for key in keys for place in _places(node[key])]


def _mutate(data: st.DataObject, whole: Any) -> Any:
    whole = copy.deepcopy(whole)
    for _ in range(data.draw(st.integers(1, 4))):
        places = _places(whole)
        if not places:
            break
        node, key = data.draw(st.sampled_from(places))
        match data.draw(st.sampled_from(["drop", "retype", "twice", "nest", "unnest"])):
            case "drop":
                del node[key]
            case "retype":
                node[key] = copy.deepcopy(data.draw(st.sampled_from(JUNK)))
            case "twice":
                node[key] = [node[key], copy.deepcopy(node[key])]
            case "nest":
                node[key] = {key if isinstance(key, str) else "id": node[key]}
            case "unnest" if isinstance(node[key], dict) and node[key]:
                node[key] = next(iter(node[key].values()))
    return whole


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_no_shape_makes_reading_fail(data: st.DataObject) -> None:
    came = _mutate(data, data.draw(st.sampled_from(_SHAPES)))
    found = read(json.dumps(came).encode(), PAGE)
    assert found
    for one in found:
        assert {type(part) for part in (one.id, one.refers, one.choice, one.text)} == {str}
        assert all(id.startswith("psid:") and len(id) > 5 for id in one.who)
        assert one.at is None or 0 < one.at < 4_102_444_800
        if one.kind == "unknown":
            assert one == UNKNOWN
        else:
            assert one.id
            assert len(one.who) == 1
            (one.id + one.text + one.choice + one.refers).encode()  # holds no lone surrogate
            assert "\0" not in one.text + one.choice


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_what_is_broken_beside_it_loses_no_message(data: st.DataObject) -> None:
    good = event({"message": {"mid": "m_good", "text": "hjälp"}})
    broken = _mutate(data, data.draw(st.sampled_from(_SHAPES)))
    whole = {"object": "page", "entry": [broken, *update(broken, good, broken)["entry"]]}
    found = read(json.dumps(whole).encode(), PAGE)
    assert [one.text for one in found if one.id == "m_good"] == ["hjälp"]


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_make_reading_fail(body: bytes) -> None:
    assert read(body, PAGE) == [UNKNOWN]
    assert not offline().verify(Request("POST", {}, {"x-hub-signature-256": "sha256=0"}, body))


def test_the_provider_is_of_this_page() -> None:
    assert (MessengerProvider().page, APP.isdigit(), TOKEN.isascii()) == (PAGE, True, True)
