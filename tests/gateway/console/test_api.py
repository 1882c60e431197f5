"""The console's calls (docs/protocol.md, section 3): who gets in, what they see, what they may do."""

from __future__ import annotations

import asyncio
import json
import uuid
from http.cookies import SimpleCookie

import pytest
from aiohttp.test_utils import TestClient

from gateway.app import Gateway
from gateway.handoff import Event, State
from tests.conftest import Clock, base_of
from tests.connectors.test_webchat import bring, key_of, said
from tests.console_client import PASSWORD, ConsoleClient, add_counsellor
from tests.engine_double import EngineDouble
from tests.system import Visitor

SECRET = "det här har jag aldrig sagt till någon"
CARD = {
    "id", "pseudonym", "priority", "route", "topic", "title", "risks", "lang", "channel", "waiting_since",
    "waiting_seconds", "state", "holder", "shared",
}  # fmt: skip
CONVERSATION = CARD | {"share", "hidden", "messages", "drafts"}
NOBODY = "0" * 32
ACTIONS = ["claim", "messages", "typing", "release", "close"]


async def waiting(visitor: Visitor, gateway: Gateway, engine: EngineDouble, route: str = "human_now") -> str:
    """Let the visitor say something that summons; give the conversation."""
    engine.summon(route)
    await visitor.say(SECRET)
    engine.calm()
    return await key_of(gateway, visitor)


async def test_login_gives_name_csrf_and_a_strict_cookie(
    client: TestClient, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add_counsellor(gateway, "Alva")
    for secure in (False, True):
        monkeypatch.setattr(gateway.console, "_secure", lambda request, secure=secure: secure)
        answer = await client.post("/console/api/login", json={"name": " Alva ", "password": PASSWORD})
        body = await answer.json()
        assert (answer.status, body) == (200, {"name": "Alva", "csrf": body["csrf"], "must_change": False})
        cookie = SimpleCookie(answer.headers["Set-Cookie"])["varsam_console"]
        flags = (bool(cookie["httponly"]), cookie["samesite"], cookie["path"], cookie["domain"], bool(cookie["secure"]))
        assert flags == (True, "Strict", "/console", "", secure)


async def test_me_and_logout(alva: ConsoleClient) -> None:
    assert await alva.get("me") == (200, {"name": "Alva", "csrf": alva.csrf, "must_change": False})
    assert await alva.post("logout") == (200, {})
    assert (await alva.get("me"))[0] == 401


async def test_nothing_is_open_without_a_session(client: TestClient) -> None:
    async with ConsoleClient(base_of(client)) as stranger:
        for path in ("me", "queue", f"conversations/{NOBODY}"):
            status, body = await stranger.get(path)
            assert (status, body["error"]) == (401, "not_logged_in")
        for path in ("logout", "password", *(f"conversations/{NOBODY}/{action}" for action in ACTIONS)):
            status, body = await stranger.post(path, {})
            assert (status, body["error"]) == (401, "not_logged_in")


async def test_a_one_time_password_must_be_changed_first(client: TestClient, gateway: Gateway) -> None:
    await add_counsellor(gateway, "Cilla", must_change=True)
    new = "ett nytt långt lösenord"
    async with ConsoleClient(base_of(client)) as cilla:
        assert (await cilla.login("Cilla"))[1]["must_change"] is True
        for status, body in (await cilla.get("queue"), await cilla.claim(NOBODY)):
            assert (status, body["error"]) == (403, "must_change")
        tries = {"elva tecken": (PASSWORD, 400, "weak_password"), PASSWORD: (PASSWORD, 400, "weak_password")}
        for given, (old, status, error) in {**tries, new: ("fel", 401, "wrong_login")}.items():
            got = await cilla.post("password", {"old": old, "new": given})
            assert (got[0], got[1]["error"]) == (status, error)
        before = cilla.csrf
        status, body = await cilla.post("password", {"old": PASSWORD, "new": new})
        assert (status, body["must_change"], body["csrf"] != before) == (200, False, True)
        assert (await cilla.get("queue"))[0] == 200
        assert (await cilla.login("Cilla"))[0] == 401
        assert (await cilla.login("Cilla", new))[0] == 200


async def test_a_new_password_ends_older_sessions(alva: ConsoleClient, client: TestClient) -> None:
    async with ConsoleClient(base_of(client)) as elsewhere:
        await elsewhere.login("Alva")
        assert (await alva.post("password", {"old": PASSWORD, "new": "ett nytt långt lösenord"}))[0] == 200
        assert (await elsewhere.get("me"))[0] == 401


async def test_five_wrong_passwords_lock_for_a_quarter(alva: ConsoleClient, clock: Clock) -> None:
    for _ in range(5):
        assert (await alva.login("Alva", "fel lösenord"))[1]["error"] == "wrong_login"
    status, body = await alva.login("Alva")
    assert (status, body["error"]) == (429, "locked")
    clock.pass_seconds(15 * 60)
    assert (await alva.login("Alva"))[0] == 200


async def test_wrong_passwords_at_once_are_all_counted(alva: ConsoleClient) -> None:
    await asyncio.gather(*(alva.login("Alva", f"gissning {number}") for number in range(12)))
    assert (await alva.login("Alva"))[0] == 429


async def test_a_name_that_does_not_exist_is_not_told_from_a_wrong_password(alva: ConsoleClient) -> None:
    nobody, wrong = await alva.login("Ingen"), await alva.login("Alva", "fel lösenord")
    assert (nobody, nobody[0]) == (wrong, 401)


async def test_a_request_without_its_csrf_token_or_from_elsewhere_is_refused(alva: ConsoleClient) -> None:
    own = {"Origin": alva.base}
    for path in ("logout", "password", *(f"conversations/{NOBODY}/{action}" for action in ACTIONS)):
        for headers in (
            {"X-CSRF-Token": ""}, {"X-CSRF-Token": "fel"}, {"X-CSRF-Token": alva.csrf[:-1], **own},
            {"X-CSRF-Token": alva.csrf, "Origin": "https://evil.example"}, {"X-CSRF-Token": alva.csrf, "Origin": "null"},
        ):  # fmt: skip
            async with alva.http.post(f"{alva.base}/console/api/{path}", json={}, headers=headers) as answer:
                assert (answer.status, (await answer.json())["error"]) == (403, "forged")
    assert (await alva.post(f"conversations/{NOBODY}/claim", Origin=alva.base))[0] == 410


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://["])
async def test_login_from_elsewhere_is_refused(alva: ConsoleClient, origin: str) -> None:
    body = json.dumps({"name": "Alva", "password": PASSWORD})
    headers = {"Origin": origin, "Content-Type": "application/json"}
    async with alva.http.post(f"{alva.base}/console/api/login", data=body, headers=headers) as answer:
        assert (answer.status, "Set-Cookie" in answer.headers) == (403, False)


@pytest.mark.parametrize(
    ("body", "charset"),
    [
        ("", "utf-8"), ("{", "utf-8"), ("[]", "utf-8"), ("{}", "utf-8"), ('{"id":"x","text":"hej"}', "utf-8"),
        ('{"name":1}', "utf-8"), ("[" * 50_000, "utf-8"), ("{}", "no-such-charset"),
    ],
    ids=["empty", "cut", "list", "nothing", "id", "name", "deep", "charset"],
)  # fmt: skip
async def test_a_bad_body_is_a_bad_request(
    alva: ConsoleClient, visitor: Visitor, gateway: Gateway, body: str, charset: str
) -> None:
    key = await bring(gateway, visitor, Event.HANDOFF_REQUESTED, Event.CLAIMED, actor=alva.id)
    headers = {"X-CSRF-Token": alva.csrf, "Content-Type": f"application/json; charset={charset}"}
    for path in ("login", "password", f"conversations/{key}/messages"):
        async with alva.http.post(f"{alva.base}/console/api/{path}", data=body, headers=headers) as answer:
            assert (answer.status, (await answer.json())["error"]) == (400, "bad_request")


async def test_queue_has_no_words_and_no_keys_but_the_listed(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble, alva: ConsoleClient, clock: Clock
) -> None:
    engine_double.topic, engine_double.risks = "controlled_by_other", ["coercion"]
    key = await waiting(visitor, gateway, engine_double)
    clock.pass_seconds(90)
    status, queue = await alva.get("queue")
    [card] = queue["waiting"]
    assert (status, queue["taken"], queue["mine"], set(card)) == (200, [], [], CARD)
    known = {"id": key, "topic": "controlled_by_other", "route": "human_now", "priority": 1, "channel": "web"}
    known |= {"waiting_seconds": 90, "state": "waiting", "holder": None, "shared": False, "lang": "sv"}
    assert {name: card[name] for name in known} == known
    assert card["risks"] == [{"id": "coercion", "title": "Tvång eller kontroll"}]
    assert [word for word in (SECRET, visitor.token, "Svar på") if word in json.dumps(queue, ensure_ascii=False)] == []


async def test_claim_is_won_once_and_tells_the_other(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble, alva: ConsoleClient, bo: ConsoleClient
) -> None:
    key = await waiting(visitor, gateway, engine_double)
    status, conversation = await alva.claim(key)
    assert (status, set(conversation), conversation["holder"]) == (200, CONVERSATION, "Alva")
    assert (await alva.claim(key))[0] == 200
    status, body = await bo.claim(key)
    assert (status, body["error"]) == (409, "taken")
    queues = [(await one.get("queue"))[1] for one in (alva, bo)]
    assert [[len(queue[name]) for name in ("waiting", "taken", "mine")] for queue in queues] == [[0, 0, 1], [0, 1, 0]]
    assert queues[1]["taken"][0]["holder"] == "Alva"


async def test_claim_of_what_is_gone_or_does_not_wait(visitor: Visitor, gateway: Gateway, alva: ConsoleClient) -> None:
    status, body = await alva.claim(NOBODY)
    assert (status, body["error"]) == (410, "gone")
    status, body = await alva.claim(await key_of(gateway, visitor))
    assert (status, body["error"]) == (409, "taken")


async def test_reading_hides_what_is_not_shared_until_the_visitor_says_yes(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble, alva: ConsoleClient
) -> None:
    key = await waiting(visitor, gateway, engine_double)
    _, conversation = await alva.claim(key)
    assert (conversation["share"], conversation["shared"], conversation["hidden"]) == ("asked", False, 3)
    assert [one["sender"] for one in conversation["messages"]] == ["system"]
    await visitor.choose("share:no")
    await visitor.say("nu")
    _, conversation = await alva.get(f"conversations/{key}")
    assert (conversation["share"], conversation["hidden"]) == ("no", 3)
    assert [one["text"] for one in conversation["messages"] if one["sender"] == "visitor"] == ["share:no", "nu"]
    assert SECRET not in json.dumps(conversation, ensure_ascii=False)
    await visitor.choose("share:yes")
    _, conversation = await alva.get(f"conversations/{key}")
    assert (conversation["share"], conversation["hidden"], conversation["messages"][1]["text"]) == ("yes", 0, SECRET)
    _, later = await alva.get(f"conversations/{key}?after={conversation['messages'][-1]['seq'] - 1}")
    assert later["messages"] == conversation["messages"][-1:]


@pytest.mark.parametrize(
    ("route", "answer", "share"), [("emergency", None, "emergency"), ("human_now", "share:yes", "yes")]
)
async def test_danger_or_a_yes_opens_the_words_at_the_claim(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble, alva: ConsoleClient, route: str, answer: str | None,
    share: str,
) -> None:  # fmt: skip
    key = await waiting(visitor, gateway, engine_double, route)
    if answer:
        await visitor.choose(answer)
    _, conversation = await alva.claim(key)
    assert (conversation["share"], conversation["shared"], conversation["hidden"]) == (share, True, 0)
    assert [one["text"] for one in conversation["messages"] if one["sender"] == "visitor"][0] == SECRET


async def test_messages_reach_the_visitor_once(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble, alva: ConsoleClient
) -> None:
    key = await waiting(visitor, gateway, engine_double)
    await alva.claim(key)
    client_id = str(uuid.uuid4())
    first = await alva.say(key, "  hej, jag heter Alva \n", client_id)
    assert (await alva.say(key, "igen", client_id), first[0]) == (first, 200)
    assert (await alva.say(key, "x" * 4001))[1]["error"] == "too_long"
    assert (await alva.say(key, " \x00 "))[1]["error"] == "bad_request"
    assert (await alva.say(key, "x" * 4000))[0] == 200
    frames = await visitor.until("message", text="x" * 4000)
    assert [text for sender, text in said(frames) if sender == "counsellor"] == ["hej, jag heter Alva", "x" * 4000]


async def test_only_the_holder_reads_and_speaks(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble, alva: ConsoleClient, bo: ConsoleClient
) -> None:
    key = await waiting(visitor, gateway, engine_double)
    for holder in (None, alva):
        if holder:
            await holder.claim(key)
        status, body = await bo.get(f"conversations/{key}")
        assert (status, body["error"]) == (403, "not_yours")
        for action in ("messages", "typing", "release", "close"):
            body = {"id": str(uuid.uuid4()), "text": "hej"}
            status, body = await bo.post(f"conversations/{key}/{action}", body)
            assert (status, body["error"]) == (409, "not_yours")
    assert [line.sender for line in await gateway.store.lines(key)].count("counsellor") == 0


async def test_release_gives_the_visitor_back_to_the_bot(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble, alva: ConsoleClient
) -> None:
    key = await waiting(visitor, gateway, engine_double)
    await alva.claim(key)
    assert said(await visitor.say("till dig")) == [("system", gateway.words.sentence("counsellor_here"))]
    assert await alva.post(f"conversations/{key}/release") == (200, {})
    await visitor.until("message", text=gateway.words.sentence("counsellor_released"))
    assert (await visitor.until("state"))[-1]["state"] == "bot"
    assert said(await visitor.say("hej")) == [("bot", "Svar på: hej")]
    assert ((await gateway.store.get(key)).holder, (await alva.say(key, "hej"))[0]) == (None, 409)


async def test_close_ends_it_and_the_next_word_needs_a_new_conversation(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble, alva: ConsoleClient
) -> None:
    key = await waiting(visitor, gateway, engine_double)
    await alva.claim(key)
    assert await alva.post(f"conversations/{key}/close") == (200, {})
    await visitor.until("message", text=gateway.words.sentence("counsellor_closed"))
    assert (await visitor.until("state"))[-1]["state"] == "closed"
    await visitor.send({"type": "say", "id": str(uuid.uuid4()), "text": "hej"})
    assert (await visitor.until("error"))[-1]["code"] == "unknown_token"
    assert ((await gateway.store.get(key)).state, (await alva.say(key, "hej"))[0]) == (State.CLOSED, 409)


async def test_a_disabled_counsellor_is_out_at_once(alva: ConsoleClient, gateway: Gateway) -> None:
    await gateway.staff.set(alva.id, disabled=True)
    assert (await alva.get("queue"))[0] == 401
    assert (await alva.login("Alva"))[0] == 401
