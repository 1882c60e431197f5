"""WhatsApp: who may call, and what comes is read as it should be. What goes out is in test_whatsapp_sending.py."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.messaging import UNKNOWN, Inbound, Request
from connectors.whatsapp import WhatsApp
from tests.connectors.payloads.whatsapp import (
    AT,
    CASES,
    CONTACT,
    NUMBER_ID,
    OURS,
    PHONE,
    SAID,
    USER,
    WHO,
    Case,
    body,
    change,
    message,
    status,
    value,
)
from tests.providers.whatsapp import APP_SECRET, VERIFY_TOKEN, WhatsAppProvider
from tests.providers.whatsapp_phones import escaped, signed

HOOK = "https://chatt.example.se/channels/whatsapp"


def offline(**values: str) -> WhatsApp:
    return WhatsApp({**WhatsAppProvider().values(), "api_url": "http://127.0.0.1:9/v26.0", **values}, HOOK)


def post(whole: Any) -> Request:
    return signed(escaped(whole), APP_SECRET)


def read(whole: Any) -> list[Inbound]:
    return offline().parse(post(whole))


# What comes


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_payload_is_read(case: Case) -> None:
    assert read(case.body) == case.read


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_comes_again_in_another_batch_has_the_same_ids(case: Case) -> None:
    again = {**case.body, "entry": [*CASES[0].body["entry"], *case.body["entry"]]}
    assert read(again) == [*CASES[0].read, *case.read]


def test_payload_ids_are_unique_within_one_fate() -> None:
    fates = [
        read(body(change(value(statuses=[status(word)]))))[0].id for word in ("sent", "delivered", "read", "failed")
    ]
    assert fates == [f"{OURS}:sent", f"{OURS}:delivered", f"{OURS}:read", f"{OURS}:failed"]


def test_batch_keeps_the_good_among_the_broken() -> None:
    first = message("text", text={"body": "Ett"}, id="wamid.A")
    second = message("text", text={"body": "Två"}, id="wamid.B")
    broken: list[Any] = [
        None,
        7,
        "x",
        [],
        [[]],
        {},
        {"id": 5},
        message("text", text=None),
        message("text", text={"body": 3}),
    ]
    whole = body(
        change(value(contacts=[CONTACT], messages=[*broken, first])),
        {"value": None, "field": "messages"},
        change(value(statuses=[None, status("read"), {"id": OURS}], errors=[None, {"code": 1}])),
    )
    whole["entry"] += [None, {"changes": None}, {"changes": [None, 3, change(value(messages=[second]))]}]
    texts = [(one.kind, one.text) for one in read(whole)]
    assert [one for one in texts if one[0] == "text"] == [("text", "Ett"), ("text", "Två")]
    assert [one.status for one in read(whole) if one.kind == "status"] == ["read"]
    assert len(texts) == 9 + 1 + 1 + 3 + 2 + 3


def test_contacts_of_others_are_never_taken_for_the_sender() -> None:
    """An answer would go to the wrong person."""
    other = {"profile": {"name": "B"}, "wa_id": "46700000000", "user_id": "SE.999"}
    nameless = {"id": "wamid.X", "timestamp": "1795510800", "type": "text", "text": {"body": "Hej"}}
    two = read(body(change(value(contacts=[CONTACT, other], messages=[nameless]))))
    assert two == [Inbound("unknown", "wamid.X", at=AT)]
    known = {**nameless, "from": PHONE}
    assert read(body(change(value(contacts=[other], messages=[known]))))[0].who == (f"phone:{PHONE}",)
    assert read(body(change(value(contacts=[other, CONTACT], messages=[known]))))[0].who == WHO
    user = {**nameless, "from_user_id": USER}
    assert read(body(change(value(contacts=[other, CONTACT], messages=[user]))))[0].who == WHO
    clash = {**CONTACT, "user_id": "SE.888"}  # the same number with another user id: not surely the same person
    both = {**nameless, "from_user_id": USER, "from": PHONE}
    assert read(body(change(value(contacts=[clash], messages=[both]))))[0].who == WHO


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("a\x00b", "ab"),
        ("a\ud83db", "ab"),
        ("\udc00å\udc00", "å"),
        ("🙏", "🙏"),
        ("  två rader\r\n  ", "  två rader\r\n  "),
        ("x" * 60_000, "x" * 60_000),
    ],
    ids=["nul", "high surrogate", "low surrogate", "emoji", "white space", "long"],
)
def test_text_is_whole_and_can_be_stored(given: str, kept: str) -> None:
    whole = body(change(value(contacts=[CONTACT], messages=[message("text", text={"body": given})])))
    assert read(whole) == [replace(SAID, text=kept)]
    kept.encode()


@pytest.mark.parametrize(
    ("stamp", "at"),
    [
        ("1795510800", 1795510800.0),
        (1795510800, 1795510800.0),
        ("", None),
        (None, None),
        ("-5", None),
        ("0", None),
        (True, None),
        (1.5, None),
        ("9" * 18, None),
        (10**400, None),
        ("١٢٣", None),
        ([1], None),
    ],
)
def test_time_is_a_time_or_none(stamp: Any, at: float | None) -> None:
    whole = body(change(value(messages=[message("text", text={"body": "Hej"}, timestamp=stamp)])))
    assert read(whole) == [replace(SAID, text="Hej", at=at)]


@pytest.mark.parametrize("broken", [None, 5, "", "med mellanslag i", "å", "x" * 600, "a\nb", ["x"], {"a": 1}, True])
def test_message_without_a_usable_id_is_unknown(broken: Any) -> None:
    whole = body(change(value(contacts=[CONTACT], messages=[message("text", text={"body": "Hej"}, id=broken)])))
    assert read(whole) == [UNKNOWN]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe",
        b"\x80abc",
        b"null",
        b"[]",
        b"5",
        b'"x"',
        b"{",
        b"NaN",
        b'{"object": NaN, "entry": Infinity}',
        b'{"object": "page", "entry": [{"messaging": []}]}',
        b'{"object": "whatsapp_business_account", "entry": [' + b"9" * 5000 + b"]}",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"object": "whatsapp_business_account", "entry": ' + b"[" * 2000 + b"]" * 2000 + b"}",
        b'{"object": "whatsapp_business_account", "entry": "' + b"x" * 3_000_000 + b'"}',
        b'{"object": "whatsapp_business_account", "object": null}',
        b'\xed\xa0\xbd{"object": 1}',
    ],
    ids=lambda raw: repr(raw[:30]),
)
def test_hostile_body_is_one_unknown_thing(raw: bytes) -> None:
    assert offline().parse(Request("POST", {}, {}, raw)) == [UNKNOWN]


def test_phones_do_what_they_say() -> None:
    """The double's own payloads are read as its methods are named."""
    provider, channel = WhatsAppProvider(), offline()
    provider.hidden.add("noor")
    maja, noor = provider.text("maja", "Hej", id="wamid.1", at=AT), provider.text("noor", "Hej")
    assert channel.parse(maja)[0].id == "wamid.1"
    assert [id.partition(":")[0] for id in channel.parse(maja)[0].who] == ["user", "phone"]
    assert [id.partition(":")[0] for id in channel.parse(noor)[0].who] == ["user"]
    assert channel.parse(provider.picture("maja", "Han"))[0].media == "picture"
    assert channel.parse(provider.edit("maja", "wamid.1", "Nej"))[0].text == "Nej"
    assert channel.parse(provider.unsend("maja", "wamid.1"))[0].kind == "delete"
    with pytest.raises(LookupError):
        provider.press("maja", 0)


# Who may call


def test_signature_is_over_the_raw_bytes() -> None:
    request = post(CASES[0].body)
    assert offline().verify(request)
    assert b"\\u00e4r r\\u00e4dd" in request.body
    again = json.dumps(json.loads(request.body), ensure_ascii=False).encode()
    assert not offline().verify(replace(request, body=again))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-hub-signature-256": ""},
        {"x-hub-signature-256": "sha256="},
        {"x-hub-signature-256": "sha256=" + "0" * 64},
        {"x-hub-signature-256": "sha256=å"},
    ],
)
def test_wrong_signature_is_refused(headers: dict[str, str]) -> None:
    assert not offline().verify(replace(post(CASES[0].body), headers=headers))


def test_the_old_signature_alone_is_refused() -> None:
    request = post(CASES[0].body)
    old = {key: text for key, text in request.headers.items() if key != "x-hub-signature-256"}
    assert old["x-hub-signature"].startswith("sha1=")
    assert not offline().verify(replace(request, headers=old))


def test_signature_of_another_app_is_refused() -> None:
    assert not offline().verify(signed(escaped(CASES[0].body), "f" * 32))
    assert not offline(app_secret="f" * 32).verify(post(CASES[0].body))


def test_handshake_answers_only_with_our_token() -> None:
    provider, channel = WhatsAppProvider(), offline()
    assert channel.handshake(provider.handshake(VERIFY_TOKEN, "1158201444")) == "1158201444"
    assert channel.handshake(provider.handshake("något annat")) is None
    assert channel.handshake(provider.handshake("")) is None
    assert channel.handshake(Request("GET", {}, {}, b"")) is None
    asked = dict(provider.handshake(VERIFY_TOKEN).query)
    assert channel.handshake(Request("GET", {**asked, "hub.mode": "unsubscribe"}, {}, b"")) is None
    assert channel.handshake(Request("GET", {**asked, "hub.challenge": ""}, {}, b"")) is None


def test_loopback_is_proven_and_means_nothing() -> None:
    request = offline().loopback()
    assert request is not None
    assert offline().verify(request)
    assert offline().parse(request) == [UNKNOWN]
    assert (request.method, request.tail) == ("POST", "")


# Whatever else comes

ODDITIES: list[Any] = [
    None, True, False, 0, -1, 1.5, 10**300, float("nan"), float("inf"), "", "x", "\0", "\ud800", "å", "9" * 400, "messages",
    "text", "system", "failed", PHONE, USER, [], {}, [[]], [None], [{}], {"": None}, {"id": 5}, {"code": "x"}, [CONTACT], CONTACT,
]  # fmt: skip
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner))


def spots(tree: Any) -> list[tuple[Any, Any]]:
    """Give every place in a tree, as what it is in and by which key."""
    keys: list[Any] = list(tree) if isinstance(tree, dict) else list(range(len(tree))) if isinstance(tree, list) else []
    return [(tree, key) for key in keys] + [spot for key in keys for spot in spots(tree[key])]


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """Take a payload and drop, retype, double, nest or exchange some of it."""
    tree: Any = json.loads(json.dumps(draw(st.sampled_from(CASES)).body))
    for _ in range(draw(st.integers(1, 6))):
        places = spots(tree)
        if not places:
            break
        within, key = places[draw(st.integers(0, len(places) - 1))]
        act = draw(st.sampled_from(["drop", "retype", "double", "nest", "exchange"]))
        if act == "drop":
            del within[key]
        elif act == "retype":
            within[key] = json.loads(json.dumps(draw(st.sampled_from(ODDITIES))))
        elif act == "double":
            within[key] = [within[key], json.loads(json.dumps(within[key]))]
        elif act == "nest":
            within[key] = {str(key): within[key]}
        else:
            other, other_key = places[draw(st.integers(0, len(places) - 1))]
            within[key] = json.loads(json.dumps(other[other_key]))
    return tree


def assert_well_formed(found: list[Inbound]) -> None:
    assert found
    for one in found:
        assert re.fullmatch(r"[\x21-\x7e]{0,530}", one.id)
        assert all(re.fullmatch(r"(user|phone):[\x21-\x7e]{1,512}", id) for id in one.who)
        assert len(set(one.who)) == len(one.who)
        for text in (one.text, one.choice, one.refers):
            assert isinstance(text, str)
            assert "\0" not in text
            text.encode()
        assert one.at is None or 0 < one.at < 4_102_444_800
        assert (one.status != "") == (one.kind == "status")
        assert (one.failure is not None) == (one.status == "failed")
        assert one.kind in ("text", "choice", "edit", "delete", "media", "renamed", "status", "unknown")
        if one.kind not in ("unknown", "status"):
            assert one.id
            assert one.who
        if one.kind in ("edit", "delete", "status"):
            assert one.refers


@given(mutated())
def test_mutated_payload_is_read_without_raising(tree: Any) -> None:
    assert_well_formed(offline().parse(Request("POST", {}, {}, json.dumps(tree).encode())))


@given(st.binary(max_size=200) | JSON.map(lambda tree: json.dumps(tree).encode()))
def test_any_body_is_read_without_raising(raw: bytes) -> None:
    assert_well_formed(offline().parse(Request("POST", {}, {}, raw)))


@given(st.sampled_from(CASES), st.data())
def test_one_changed_byte_breaks_the_signature(case: Case, data: st.DataObject) -> None:
    request = post(case.body)
    at = data.draw(st.integers(0, len(request.body) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda one: one != request.body[at]))
    changed = request.body[:at] + bytes([byte]) + request.body[at + 1 :]
    assert offline().verify(request)
    assert not offline().verify(replace(request, body=changed))
    assert not offline().verify(replace(request, body=request.body + bytes([byte])))


@given(st.text(max_size=80))
def test_any_signature_but_the_right_one_is_refused(given: str) -> None:
    request = post(CASES[0].body)
    assert not offline().verify(replace(request, headers={"x-hub-signature-256": given}))


# Settings


def test_settings_have_patterns_that_their_examples_and_defaults_match() -> None:
    for setting in WhatsApp.settings:
        assert re.fullmatch(setting.pattern, setting.default or WhatsAppProvider().values()[setting.name])
    assert [one.name for one in WhatsApp.settings if one.secret] == ["token", "app_secret", "verify_token"]
    assert [one.name for one in WhatsApp.settings if one.default or one.optional] == ["business_account_id", "api_url"]
    assert WhatsAppProvider().values()["phone_number_id"] == NUMBER_ID
