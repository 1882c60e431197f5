"""The console's calls about letters, on the running gateway: from what waits to a reply that only six words open."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from gateway.app import Gateway
from tests.conftest import Clock
from tests.console_client import ConsoleClient

TEXT = "kanariefågel: han vet var jag bor"
REPLY = "Tack för att du skrev. Du kan ringa oss i dag."
UNDERSTOOD = {"topic": "controlled_by_other", "risks": ["coercion"], "lang": "sv", "route": "human_now"}
LETTER = {
    "mailbox", "pseudonym", "priority", "route", "topic", "title", "risks", "lang", "at", "waiting_seconds", "count",
    "read_by", "red", "due", "expires",
}  # fmt: skip
NOBODY = "0" * 32


async def left(gateway: Gateway, text: str = TEXT, priority: int = 1) -> tuple[str, tuple[str, ...]]:
    """Leave a letter in a new mailbox; give its id and words."""
    id, words = await gateway.mailboxes.begin()
    await gateway.mailboxes.write(id, text, UNDERSTOOD, priority)
    return id, words


def reply(text: str = REPLY, **more: Any) -> dict[str, Any]:
    return {"id": str(uuid.uuid4()), "text": text, **more}


async def test_a_letter_is_seen_read_acknowledged_answered_and_gone_from_the_list(
    gateway: Gateway, alva: ConsoleClient, bo: ConsoleClient, clock: Clock
) -> None:
    await alva.watch()
    id, words = await left(gateway)
    assert (await alva.until("letters"))["type"] == "letters"
    assert (await alva.until("queue"))["letters"] == {"unread": 1, "red": 1}
    clock.pass_seconds(90)

    status, body = await alva.get("letters")
    [letter] = body["letters"]
    assert (status, set(letter), "kanariefågel" in json.dumps(body, ensure_ascii=False)) == (200, LETTER, False)
    known = {"mailbox": id, "priority": 1, "route": "human_now", "topic": "controlled_by_other", "lang": "sv"}
    known |= {"at": "2026-11-24T09:00:00+00:00", "due": "2026-11-24T09:15:00+00:00", "waiting_seconds": 90}
    known |= {"count": 1, "read_by": None, "red": True, "title": gateway.content.topics["controlled_by_other"].title}
    known |= {"risks": [{"id": "coercion", "title": "Tvång eller kontroll"}]}
    assert {name: letter[name] for name in known} == known
    assert len(letter["pseudonym"].split()) == 2

    assert await alva.post(f"letters/{id}/acknowledge", {"up_to": 1}) == (200, {})
    _, body = await bo.get("letters")
    assert [(one["read_by"], one["due"]) for one in body["letters"]] == [("Alva", None)]
    assert (await bo.get("queue"))[1]["letters"] == {"unread": 0, "red": 0}

    said = reply()
    assert await alva.post(f"letters/{id}/reply", said) == (200, {"number": 2})
    assert await alva.post(f"letters/{id}/reply", said) == (200, {"number": 2})
    assert (await bo.get("letters"))[1] == {"letters": []}
    status, body = await bo.get(f"letters/{id}")
    at = "2026-11-24T09:01:30+00:00"
    assert (status, set(body), body["letters"]) == (200, {*LETTER, "letters"}, [
        {"number": 1, "sender": "visitor", "at": "2026-11-24T09:00:00+00:00", "text": TEXT, "read_by": "Alva"},
        {"number": 2, "sender": "counsellor", "at": at, "opened": False},
    ])  # fmt: skip

    thread = await gateway.mailboxes.thread(await gateway.mailboxes.find(words))
    assert [one.text for one in thread] == [TEXT, REPLY]
    assert (await alva.get(f"letters/{id}"))[1]["letters"][1]["opened"] is True


async def test_set_aside_ends_the_wait(gateway: Gateway, alva: ConsoleClient) -> None:
    id, _ = await left(gateway)
    assert await alva.post(f"letters/{id}/set-aside") == (200, {})
    assert await alva.get("letters") == (200, {"letters": []})
    assert (await alva.get(f"letters/{id}"))[1]["letters"][0]["read_by"] == "Alva"


async def test_a_letter_that_came_after_what_was_shown_stays_unread(gateway: Gateway, alva: ConsoleClient) -> None:
    id, _ = await left(gateway, priority=5)
    await gateway.mailboxes.write(id, "nu står han utanför", UNDERSTOOD, 0)
    for path, body in (("acknowledge", {"up_to": 1}), ("reply", reply(up_to=1)), ("set-aside", {"up_to": 1})):
        assert (await alva.post(f"letters/{id}/{path}", body))[0] == 200
    [letter] = (await alva.get("letters"))[1]["letters"]
    assert (letter["red"], letter["read_by"], letter["count"]) == (True, None, 1)


async def test_what_is_gone_is_said_in_words(gateway: Gateway, alva: ConsoleClient) -> None:
    id, _ = await left(gateway)
    await gateway.mailboxes.delete(id)
    for gone in (id, NOBODY):
        answers = [await alva.get(f"letters/{gone}"), await alva.post(f"letters/{gone}/reply", reply())]
        answers += [await alva.post(f"letters/{gone}/{path}") for path in ("acknowledge", "set-aside")]
        assert {(status, body["error"]) for status, body in answers} == {(410, "letter_gone")}


@pytest.mark.parametrize("path", ["acknowledge", "reply", "set-aside"])
async def test_changes_need_the_csrf_token_our_own_origin_and_a_session(
    gateway: Gateway, alva: ConsoleClient, path: str
) -> None:
    id, _ = await left(gateway)
    url = f"letters/{id}/{path}"
    for headers in ({"X_CSRF_Token": ""}, {"X_CSRF_Token": "x"}, {"Origin": "https://elsewhere.example"}):
        status, body = await alva.post(url, reply(), **headers)
        assert (status, body["error"]) == (403, "forged")
    [letter] = await gateway.inbox.read(id)
    assert (letter.read_by, letter.answered) == (None, False)
    alva.http.cookie_jar.clear()
    assert (await alva.post(url, reply()))[0] == 401


async def test_reading_needs_a_session(gateway: Gateway, alva: ConsoleClient) -> None:
    id, _ = await left(gateway)
    alva.http.cookie_jar.clear()
    answers = [await alva.get("letters"), await alva.get(f"letters/{id}")]
    assert [(status, body["error"]) for status, body in answers] == [(401, "not_logged_in")] * 2


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"text": "hej"}, "bad_request"), ({"id": str(uuid.uuid4())}, "bad_request"), ([], "bad_request"),
        ({"id": "x", "text": "hej"}, "bad_request"), (reply(" \x00 "), "bad_request"), (reply("x" * 4001), "too_long"),
        (reply(up_to="1"), "bad_request"), (reply(up_to=True), "bad_request"), (reply(up_to=1.5), "bad_request"),
    ],
)  # fmt: skip
async def test_a_bad_reply_is_refused_and_nothing_is_kept(
    gateway: Gateway, alva: ConsoleClient, body: Any, error: str
) -> None:
    id, _ = await left(gateway)
    status, answer = await alva.post(f"letters/{id}/reply", body)
    assert (status, answer["error"], len(await gateway.inbox.read(id))) == (400, error, 1)


async def test_a_number_that_no_letter_has_is_harmless(gateway: Gateway, alva: ConsoleClient) -> None:
    id, _ = await left(gateway)
    assert (await alva.post(f"letters/{id}/acknowledge", {"up_to": -(10**30)}))[0] == 200
    assert (await alva.get("queue"))[1]["letters"] == {"unread": 1, "red": 1}
    assert (await alva.post(f"letters/{id}/acknowledge", {"up_to": 10**30}))[0] == 200
    assert (await alva.get("queue"))[1]["letters"] == {"unread": 0, "red": 0}


async def test_a_letter_tells_when_it_will_be_deleted_unread_in_its_last_five_days(
    gateway: Gateway, alva: ConsoleClient, clock: Clock
) -> None:
    id, _ = await left(gateway, priority=5)

    async def expires() -> list[str | None]:
        await alva.login("Alva")
        return [one["expires"] for one in (await alva.get("letters"))[1]["letters"]]

    clock.pass_seconds(25 * 24 * 3600)
    assert await expires() == [None]
    clock.pass_seconds(1)
    assert await expires() == ["2026-12-24T09:00:00+00:00"]
    await alva.post(f"letters/{id}/acknowledge")
    assert await expires() == [None]
