"""What Telegram sends, and what it is read as: payloads from the documentation, hostile bodies, random changes."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.messaging import UNKNOWN, Inbound, Request
from connectors.telegram import Telegram
from connectors.telegram_rich import read_rich
from connectors.telegram_updates import read_update, update_id
from tests.connectors.payloads.telegram import (
    ADA,
    ASKED,
    BROKEN,
    DATE,
    NOTHING,
    QUERY,
    READ,
    edited,
    message,
    update,
)
from tests.providers.telegram import SECRET, TOKEN, TelegramProvider

API = "https://api.telegram.org"
BOT = Telegram({"token": TOKEN, "secret": SECRET, "api_url": API}, "https://varsam.example/channels/telegram")


def posted(body: Any, secret: str | None = SECRET) -> Request:
    headers = {"content-type": "application/json"} | (
        {"x-telegram-bot-api-secret-token": secret} if secret is not None else {}
    )
    return Request("POST", {}, headers, body if isinstance(body, bytes) else json.dumps(body).encode())


@pytest.mark.parametrize("name", READ)
def test_update_is_read(name: str) -> None:
    sent, expected = READ[name]
    assert BOT.parse(posted(sent)) == [expected]


@pytest.mark.parametrize("name", NOTHING)
def test_update_that_is_not_from_a_person_to_us_is_unknown(name: str) -> None:
    assert BOT.parse(posted(NOTHING[name])) == [UNKNOWN]


@pytest.mark.parametrize("sent", BROKEN, ids=range(len(BROKEN)))
def test_broken_update_is_unknown(sent: Any) -> None:
    assert read_update(sent) == UNKNOWN


@pytest.mark.parametrize(
    "body",
    [
        b"", b"\0", b"hej", b"{", b'{"update_id":1', b"[]", b"null", b"NaN", b'"x"', b"\xff\xfe\x00", b"\xc3\x28",
        b'{"message":' * 20_000, b"[" * 200_000, b"9" * 5000, b'{"update_id":' + b"9" * 5000 + b"}",
        b'{"update_id":1,"message":{"message_id":NaN,"date":Infinity,"chat":{"id":-Infinity,"type":"private"}}}',
        b'{"update_id":1,"message":"' + b"a" * 3_000_000 + b'"}',
    ],
    ids=range(17),
)  # fmt: skip
def test_hostile_body_is_one_unknown_thing(body: bytes) -> None:
    assert BOT.parse(posted(body)) == [UNKNOWN]


def test_text_of_three_megabytes_is_given_whole() -> None:
    text = "å" * 1_500_000
    assert (
        BOT.parse(posted(json.dumps(update(message=message(text=text)), ensure_ascii=False).encode()))[0].text == text
    )


def test_deeply_nested_member_beside_a_text_does_not_hide_it() -> None:
    nested: Any = []
    for _ in range(500):
        nested = [nested]
    assert BOT.parse(posted(update(message=message(text="hej", quote=nested))))[0].text == "hej"


def test_same_message_in_another_update_has_the_same_id() -> None:
    first, again = (BOT.parse(posted(update(number, message=message(text="hej")))) for number in (7, 99_999))
    assert first == again
    assert first[0].id == f"{ADA}.42"


def test_same_press_in_another_update_has_the_same_id() -> None:
    first, again = (BOT.parse(posted(update(number, callback_query=QUERY))) for number in (7, 8))
    assert first == again


def test_two_edits_within_a_second_are_two_and_each_repeat_is_the_same() -> None:
    one, two, again = (read_update(edited(text=text)) for text in ("a", "b", "a"))
    assert one.id != two.id
    assert one == again
    assert one.refers == two.refers == f"{ADA}.42"


def test_numbers_of_messages_in_two_chats_do_not_collide() -> None:
    other = {"id": 77, "type": "private"}
    moved = {**message(text="hej"), "chat": other, "from": {"id": 77, "is_bot": False}}
    assert read_update(update(message=moved)).id == "77.42"


def test_person_is_the_chat_and_nothing_else_of_them_is_read() -> None:
    for sent, expected in READ.values():
        read = read_update(sent)
        assert read.who == (f"chat:{ADA}",)
        assert "ada_l" not in repr(read)
        assert "AgACAgQ" not in repr(read)
        assert expected.who == read.who


def test_title_of_a_press_is_empty_where_the_keyboard_is_not_to_be_read() -> None:
    for markup in (
        None,
        [],
        {"inline_keyboard": 3},
        {"inline_keyboard": [3, [4, {"text": 5, "callback_data": "c7:1"}]]},
    ):
        read = read_update(update(callback_query={**QUERY, "message": {**ASKED, "reply_markup": markup}}))
        assert (read.kind, read.choice, read.text) == ("choice", "c7:1", "")


@pytest.mark.parametrize(
    ("date", "at"),
    [(DATE, float(DATE)), ("x", None), (True, None), (-5, None), (2**62, None), (1.5, None), (None, None)],
)
def test_date_that_is_no_date_is_none(date: Any, at: float | None) -> None:
    assert read_update(update(message={**message(text="hej"), "date": date})).at == at


@pytest.mark.parametrize("found", [None, True, "7", 1.0, -1, [7]])
def test_update_id_that_is_none(found: Any) -> None:
    assert update_id({"update_id": found}) is None
    assert update_id(found) is None


def test_update_id() -> None:
    assert update_id({"update_id": 884_200_001}) == 884_200_001


def test_rich_message_nests_without_end() -> None:
    deep: Any = "längst in"
    for _ in range(400):
        deep = {"type": "bold", "text": [deep]}
    blocks: Any = [{"type": "paragraph", "text": "ytterst"}, {"type": "paragraph", "text": deep}]
    for _ in range(400):
        blocks = [{"type": "blockquote", "blocks": blocks}]
    assert read_rich({"blocks": [{"type": "paragraph", "text": "först"}, *blocks]}) == ("först", "")


@pytest.mark.parametrize("rich", [None, [], "x", {"blocks": 7}, {"blocks": [None, 7, {"type": []}]}])
def test_rich_message_that_is_broken_has_no_words(rich: Any) -> None:
    assert read_rich(rich) == ("", "")


def test_rich_message_table_caption_and_credit() -> None:
    table = {"type": "table", "cells": [[{"text": "skuld"}, {"text": ["3", " 000"]}]], "caption": "vad jag är skyldig"}
    quote = {"type": "blockquote", "blocks": [{"type": "paragraph", "text": "betala"}], "credit": "han"}
    emoji = {"type": "paragraph", "text": {"type": "custom_emoji", "custom_emoji_id": "5", "alternative_text": "😟"}}
    assert read_rich({"blocks": [table, quote, emoji]}) == ("skuld\n3 000\nvad jag är skyldig\nbetala\nhan\n😟", "")


# Proof of the sender.


def test_secret_is_asked_for() -> None:
    assert BOT.verify(posted({}))
    for wrong in (None, "", SECRET[:-1], SECRET + "x", SECRET.upper(), "å" * len(SECRET), TOKEN):
        assert not BOT.verify(posted({}, wrong))


def test_get_is_not_answered() -> None:
    assert BOT.handshake(Request("GET", {"hub.challenge": "x"}, {}, b"")) is None


def test_loopback_is_proven_and_means_nothing() -> None:
    request = BOT.loopback()
    assert request is not None
    assert request.method == "POST"
    assert BOT.verify(request)
    assert BOT.parse(request) == [UNKNOWN]


@given(at=st.integers(0, len(SECRET) - 1), other=st.characters(min_codepoint=33, max_codepoint=126))
def test_secret_with_one_character_changed_is_refused(at: int, other: str) -> None:
    changed = SECRET[:at] + other + SECRET[at + 1 :]
    assert BOT.verify(posted({}, changed)) == (changed == SECRET)


# Random changes.

JUNK = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.integers(-(2**80), 2**80), st.floats(), st.text(max_size=8),
        st.just("\ud83d"), st.just("\0"), st.just("private"),
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Give every place in a payload, from the top down."""
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(place for key, one in inner for place in places(one, (*path, key)))]


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """Drop, retype, nest, duplicate or rename what is in a payload, at up to four places."""
    whole: Any = {"": copy.deepcopy(draw(st.sampled_from([*(sent for sent, _ in READ.values()), *NOTHING.values()])))}
    for _ in range(draw(st.integers(1, 4))):
        path = draw(st.sampled_from([place for place in places(whole) if place]))
        holder = whole
        for key in path[:-1]:
            holder = holder[key]
        key = path[-1]
        match draw(st.sampled_from(["drop", "junk", "nest", "list", "twice", "rename"])):
            case "drop":
                del holder[key]
            case "junk":
                holder[key] = draw(JUNK)
            case "nest":
                holder[key] = {str(key): holder[key]}
            case "list":
                holder[key] = [holder[key]]
            case "twice":
                holder[key] = [copy.deepcopy(holder[key])] * 2
            case "rename" if isinstance(holder, dict):
                holder[draw(st.sampled_from(["message", "text", "chat", "id", "from", "rich_message"]))] = holder.pop(
                    key
                )
        if not isinstance(whole, dict) or len(places(whole)) < 2:
            return whole
    return next(iter(whole.values()), None)


def sound(read: Inbound) -> bool:
    texts = (read.id, read.text, read.choice, read.refers, read.removal, read.press, *read.who)
    storable = all(isinstance(text, str) and "\0" not in text and text.encode() is not None for text in texts)
    known = read == UNKNOWN or (read.id != "" and len(read.who) == 1 and read.who[0].startswith("chat:"))
    return storable and known and (read.at is None or 0 < read.at < 2**40)


@settings(max_examples=400, deadline=None)
@given(mutated())
def test_mutated_update_is_read_soundly(sent: Any) -> None:
    found = BOT.parse(posted(json.dumps(sent).encode()))
    assert len(found) == 1
    assert sound(found[0])
    assert sound(read_update(sent))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_one_unknown_thing(body: bytes) -> None:
    assert BOT.parse(posted(body)) == [UNKNOWN]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(list(READ)), min_size=1, max_size=5), st.integers(0, 5), JUNK)
def test_good_updates_of_a_batch_are_kept_beside_a_broken_one(names: list[str], at: int, junk: Any) -> None:
    batch = [READ[name][0] for name in names]
    batch.insert(at, junk)
    read = [read_update(one) for one in batch]
    del read[min(at, len(names))]
    assert read == [READ[name][1] for name in names]


# The phones of the provider make what the documentation describes.


def test_phones_make_what_is_read() -> None:
    provider = TelegramProvider(clock=lambda: float(DATE))
    chat = provider.phones.chat("Ada")
    first = BOT.parse(provider.text("Ada", "hej", id="m1"))[0]
    assert first == Inbound("text", f"{chat}.11", (f"chat:{chat}",), "hej", removal="11", at=float(DATE))
    assert BOT.parse(provider.text("Ada", "hej", id="m1"))[0] == first
    again = BOT.parse(provider.edit("Ada", "m1", "hej då"))[0]
    assert (again.kind, again.refers, again.text) == ("edit", first.id, "hej då")
    assert BOT.parse(provider.edit("Ada", first.id, "hej då"))[0].refers == first.id
    assert BOT.parse(provider.text("Ada", "/start"))[0].kind == "start"
    assert BOT.parse(provider.picture("Ada", "se"))[0].media == "picture"
    assert BOT.parse(provider.block("Ada"))[0].kind == "gone"
    assert BOT.verify(provider.text("Bo", "hej"))
