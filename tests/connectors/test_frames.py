"""The visitor's frames: every kind, good and bad, and that nothing but BadFrame ever comes out of a bad one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.contract import MAX_CHARACTERS, Answer, Choice, Message, Standing
from connectors.frames import (
    BadFrame,
    Frame,
    answered_frame,
    error_frame,
    message_frame,
    read_frame,
    state_frame,
)

ID = "0b8f3c0e-8a55-4e5b-9d5c-3a1f6d2f7e11"
SAY: dict[str, Any] = {"type": "say", "id": ID, "text": "hej"}
CHOOSE: dict[str, Any] = {"type": "choose", "id": ID, "payload": "topic:cost"}
START: dict[str, Any] = {"type": "start", "token": None, "after": 0}

GOOD: list[tuple[dict[str, Any], Frame]] = [
    (START, Frame("start")),
    ({"type": "start"}, Frame("start")),
    (START | {"token": "t" * 200, "after": 2**31 - 1}, Frame("start", token="t" * 200, after=2**31 - 1)),
    (SAY, Frame("say", id=ID, text="hej")),
    (SAY | {"id": ID.upper()}, Frame("say", id=ID.upper(), text="hej")),
    (SAY | {"text": " åäö 🙂\n"}, Frame("say", id=ID, text=" åäö 🙂\n")),
    (SAY | {"text": "/restart"}, Frame("say", id=ID, text="/restart")),
    (SAY | {"text": "å" * MAX_CHARACTERS}, Frame("say", id=ID, text="å" * MAX_CHARACTERS)),
    (SAY | {"text": "a\x00b"}, Frame("say", id=ID, text="ab")),
    (SAY | {"text": "a\ud800b"}, Frame("say", id=ID, text="a?b")),
    (SAY | {"payload": "x", "more": [1]}, Frame("say", id=ID, text="hej")),
    (CHOOSE, Frame("choose", id=ID, payload="topic:cost")),
    (CHOOSE | {"payload": "a\ud800\x00"}, Frame("choose", id=ID, payload="a?")),
    ({"type": "typing"}, Frame("typing")),
    ({"type": "erase", "id": 7}, Frame("erase")),
    ({"type": "bye"}, Frame("bye")),
    ({"type": "bye", "quick": True}, Frame("bye", quick=True)),
]

# What is sent, the code, and the id the error carries.
BAD: list[tuple[dict[str, Any], str, str | None]] = [
    ({}, "bad_frame", None),
    ({"type": None}, "bad_frame", None),
    ({"type": ["say"]}, "bad_frame", None),
    ({"type": ""}, "bad_frame", None),
    ({"type": "restart"}, "bad_frame", None),
    ({"type": "Say", "id": ID, "text": "hej"}, "bad_frame", None),
    (START | {"token": ""}, "bad_frame", None),
    (START | {"token": "t" * 201}, "bad_frame", None),
    (START | {"token": 7}, "bad_frame", None),
    (START | {"token": "a\ud800"}, "bad_frame", None),
    (START | {"after": -1}, "bad_frame", None),
    (START | {"after": 2**31}, "bad_frame", None),
    (START | {"after": 10**400}, "bad_frame", None),
    (START | {"after": True}, "bad_frame", None),
    (START | {"after": 1.0}, "bad_frame", None),
    (START | {"after": "1"}, "bad_frame", None),
    (START | {"after": None}, "bad_frame", None),
    (SAY | {"id": None}, "bad_frame", None),
    (SAY | {"id": "1"}, "bad_frame", None),
    (SAY | {"id": "\ud800" * 32}, "bad_frame", None),
    (SAY | {"id": ID + "\x00"}, "bad_frame", None),
    (SAY | {"id": "0" * 46}, "bad_frame", None),
    (SAY | {"text": None}, "bad_frame", ID),
    (SAY | {"text": ["hej"]}, "bad_frame", ID),
    (SAY | {"text": ""}, "bad_frame", ID),
    (SAY | {"text": " \n\t"}, "bad_frame", ID),
    (SAY | {"text": "\x00\x00"}, "bad_frame", ID),
    (SAY | {"text": "a" * (MAX_CHARACTERS + 1)}, "too_long", ID),
    ({"type": "say", "id": ID}, "bad_frame", ID),
    (CHOOSE | {"payload": 7}, "bad_frame", ID),
    (CHOOSE | {"payload": " "}, "bad_frame", ID),
    (CHOOSE | {"payload": "a" * (MAX_CHARACTERS + 1)}, "too_long", ID),
    ({"type": "choose", "id": ID, "text": "hej"}, "bad_frame", ID),
    ({"type": "bye", "quick": 1}, "bad_frame", None),
    ({"type": "bye", "quick": None}, "bad_frame", None),
]


@pytest.mark.parametrize(("raw", "expected"), GOOD)
def test_read_frame_takes_each_kind(raw: dict[str, Any], expected: Frame) -> None:
    assert read_frame(raw) == expected
    assert read_frame(json.dumps(raw)) == expected


@pytest.mark.parametrize(("raw", "code", "id"), BAD)
def test_read_frame_refuses(raw: dict[str, Any], code: str, id: str | None) -> None:
    for form in (raw, json.dumps(raw)):
        with pytest.raises(BadFrame) as refused:
            read_frame(form)
        assert (refused.value.code, refused.value.id) == (code, id)


@pytest.mark.parametrize(
    "raw",
    [
        "", " ", "hej", "null", "true", "7", '"say"', "[]", "{", "{}{}", "\x00", "\ufeff{}", "NaN", "\ud800",
        "{'type':1}",
        "[" * 100_000, '{"type":' * 100_000, '{"a":' + "[" * 50_000 + "]" * 50_000 + "}", "9" * 10_000,
        '{"type":"start","after":' + "9" * 10_000 + "}", '{"type":"start","after":1e999}',
        '{"type":"start","after":NaN}', '{"type":"start","after":-Infinity}',
    ],
    ids=lambda raw: repr(raw[:12]),
)  # fmt: skip
def test_read_frame_refuses_text_that_is_no_frame(raw: str) -> None:
    with pytest.raises(BadFrame) as refused:
        read_frame(raw)
    assert (refused.value.code, refused.value.id) == ("bad_frame", None)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
FIELDS = st.fixed_dictionaries(
    {"type": st.sampled_from(["start", "say", "choose", "typing", "erase", "bye", "x"]) | JSON},
    optional={
        "id": st.uuids().map(str) | JSON,
        "text": st.text() | JSON,
        "payload": st.text() | JSON,
        "token": st.text() | JSON,
        "after": st.integers() | JSON,
        "quick": st.booleans() | JSON,
    },
)


def taken(raw: str | dict[str, Any]) -> Frame | None:
    try:
        return read_frame(raw)
    except BadFrame:
        return None


@given(FIELDS)
def test_read_frame_raises_nothing_else_on_any_fields(raw: dict[str, Any]) -> None:
    frame = taken(json.dumps(raw))

    if frame is not None:
        assert frame.type == raw["type"]
        (frame.id + frame.text + frame.payload + (frame.token or "")).encode()  # can be hashed, stored, sent
        assert "\x00" not in frame.text + frame.payload


@given(JSON.map(json.dumps) | st.text())
def test_read_frame_raises_nothing_else_on_any_text(raw: str) -> None:
    assert taken(raw) is None or json.loads(raw)["type"]


def test_message_frame_is_as_the_protocol_says() -> None:
    message = Message(8, "bot", "hej", "2026-11-24T09:00:00Z", (Choice("Ja", "share:yes"),))

    assert message_frame(message) == {
        "type": "message", "seq": 8, "sender": "bot", "text": "hej", "at": "2026-11-24T09:00:00Z",
        "choices": [{"title": "Ja", "payload": "share:yes"}], "contacts": [], "checked": True,
    }  # fmt: skip


def test_message_frame_tells_the_weight_of_the_choice_that_has_one() -> None:
    choices = (Choice("Ja, visa", "show:hidden", "large"), Choice("Nej", "hide:hidden"))

    assert message_frame(Message(8, "system", "hej", "", choices))["choices"] == [
        {"title": "Ja, visa", "payload": "show:hidden", "weight": "large"},
        {"title": "Nej", "payload": "hide:hidden"},
    ]


def test_message_frame_keeps_the_visitors_own_id() -> None:
    assert message_frame(Message(7, "visitor", "hej", "", id=ID))["id"] == ID


@pytest.mark.parametrize(
    ("standing", "position", "minutes"),
    [(Standing("bot"), None, None), (Standing("waiting", 2, (3, 9)), 2, [3, 9]), (Standing("waiting", 1), 1, None)],
)
def test_state_frame_tells_place_and_minutes(standing: Standing, position: int | None, minutes: Any) -> None:
    expected = {"type": "state", "state": standing.state, "position": position, "wait_minutes": minutes}
    assert state_frame(standing) == expected


def test_answered_frame_adds_what_is_explained() -> None:
    assert answered_frame(Answer(ID)) == {"type": "answered", "id": ID}
    assert answered_frame(Answer(ID, {"topic": "cost"})) == {"type": "answered", "id": ID, "topic": "cost"}


def test_error_frame_names_the_frame_it_answers() -> None:
    assert error_frame("too_long", "Kortare.") == {"type": "error", "code": "too_long", "text": "Kortare."}
    assert error_frame("too_long", "Kortare.", ID)["id"] == ID
