"""The console's calls (docs/protocol.md, section 3): what counsellors see and what they may do."""

from __future__ import annotations

import json
import uuid

import pytest

from gateway.app import Gateway
from gateway.handoff import Event, State
from tests.conftest import Clock
from tests.connectors.test_webchat import bring, key_of, said
from tests.console_client import ConsoleClient
from tests.engine_double import EngineDouble
from tests.system import Visitor

SECRET = "det här har jag aldrig sagt till någon"
CARD = {
    "id", "pseudonym", "priority", "route", "topic", "title", "risks", "lang", "channel", "waiting_since",
    "waiting_seconds", "state", "holder", "shared", "front", "left_until", "window_ends", "stopped",
}  # fmt: skip
CONVERSATION = CARD | {"share", "hidden", "messages", "drafts", "risk_words", "alarm", "mailbox"}
CONVERSATION |= {"silent_ends", "delivery", "blanked"}
NOBODY = "0" * 32
ACTIONS = ["claim", "messages", "typing", "release", "requeue", "transfer", "correct", "close"]


async def waiting(visitor: Visitor, gateway: Gateway, engine: EngineDouble, route: str = "human_now") -> str:
    """Let the visitor say something that summons; give the conversation."""
    engine.summon(route)
    await visitor.say(SECRET)
    engine.calm()
    return await key_of(gateway, visitor)


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
    assert next(one["text"] for one in conversation["messages"] if one["sender"] == "visitor") == SECRET


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
        for action in ("messages", "typing", "release", "requeue", "close"):
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
    await visitor.until("message", text=gateway.words.sentence("counsellor_closed", kept="om ett dygn"))
    assert (await visitor.until("state"))[-1]["state"] == "closed"
    await visitor.send({"type": "say", "id": str(uuid.uuid4()), "text": "hej"})
    assert (await visitor.until("error"))[-1]["code"] == "unknown_token"
    assert ((await gateway.store.get(key)).state, (await alva.say(key, "hej"))[0]) == (State.CLOSED, 409)


async def test_risk_words_are_those_of_the_messages_that_are_shown(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble, alva: ConsoleClient
) -> None:
    engine_double.summon()
    await visitor.say("jag är 15")
    engine_double.calm()
    key = await key_of(gateway, visitor)
    _, conversation = await alva.claim(key)
    assert conversation["risk_words"] == []
    await visitor.say("han slår mig")
    later = [{"risk": "violence_relation", "words": ["han slår mig"]}]
    assert (await alva.get(f"conversations/{key}"))[1]["risk_words"] == later
    await visitor.choose("share:yes")
    all_of_it = [{"risk": "minor", "words": ["jag är 15"]}, *later]
    assert (await alva.get(f"conversations/{key}"))[1]["risk_words"] == all_of_it
