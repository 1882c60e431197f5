"""Back to the queue, to a colleague, and corrections of what it is about and how urgent it is."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from gateway.app import Gateway
from gateway.handoff import Event, State
from gateway.storage.schema import audit
from tests.conftest import Clock
from tests.connectors.test_webchat import bring, key_of
from tests.console_client import ConsoleClient
from tests.engine_double import EngineDouble
from tests.gateway.console.test_api import CARD, NOBODY, SECRET, waiting
from tests.gateway.test_sweeper import lost
from tests.system import Visitor


async def held(visitor: Visitor, gateway: Gateway, engine: EngineDouble, holder: ConsoleClient) -> str:
    key = await waiting(visitor, gateway, engine)
    assert (await holder.claim(key))[0] == 200
    return key


async def test_requeue_puts_it_before_everybody_and_the_visitor_is_told(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble, alva: ConsoleClient, bo: ConsoleClient
) -> None:
    earlier, _ = await gateway.store.begin("web")
    async with gateway.store.change(earlier.id) as change:
        await change.step(Event.HANDOFF_REQUESTED)
        change.conversation.priority = 0
    key = await held(visitor, gateway, engine_double, alva)
    await visitor.choose("share:yes")
    assert await alva.post(f"conversations/{key}/requeue") == (200, {})
    await visitor.until("message", text=gateway.words.sentence("counsellor_requeued"))
    state = (await visitor.until("state"))[-1]
    assert (state["state"], state["position"]) == ("waiting", 1)
    _, queue = await bo.get("queue")
    assert [(card["id"], card["front"]) for card in queue["waiting"]] == [(key, True), (earlier.id, False)]
    assert (await alva.say(key, "hej"))[0] == 409
    status, conversation = await bo.claim(key)
    assert (status, conversation["share"], conversation["front"]) == (200, "yes", False)
    assert SECRET in [one["text"] for one in conversation["messages"]]


@pytest.mark.parametrize("share", ["share:yes", "share:no"])
async def test_transfer_gives_a_colleague_what_one_could_read_and_nothing_more(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble, alva: ConsoleClient, bo: ConsoleClient, share: str
) -> None:
    await bo.watch()
    key = await held(visitor, gateway, engine_double, alva)
    await visitor.choose(share)
    await visitor.say("till Alva")
    _, before = await alva.get(f"conversations/{key}")
    assert await alva.post(f"conversations/{key}/transfer", {"to": "Bo"}) == (200, {})
    await visitor.until("message", text=gateway.words.sentence("counsellor_transferred"))
    queue = await bo.until("queue")
    while not queue["mine"]:
        queue = await bo.until("queue")
    assert [(card["id"], card["holder"]) for card in queue["mine"]] == [(key, "Bo")]
    _, after = await bo.get(f"conversations/{key}")
    texts = [[one["text"] for one in seen["messages"]] for seen in (before, after)]
    assert texts[1] == [*texts[0], gateway.words.sentence("counsellor_transferred")]
    assert (SECRET in texts[1], "till Alva" in texts[1]) == (share == "share:yes", True)
    assert (await alva.get(f"conversations/{key}"))[0] == 403
    assert (await alva.say(key, "hej"))[0] == 409
    assert (await bo.say(key, "hej, jag heter Bo"))[0] == 200


@pytest.mark.parametrize("why", ["no console", "away", "disabled", "unknown"])
async def test_transfer_to_somebody_who_is_not_there_changes_nothing(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble, alva: ConsoleClient, bo: ConsoleClient, why: str
) -> None:
    if why != "no console":
        await bo.watch()
    if why == "away":
        assert (await bo.post("presence", {"away": True}))[0] == 200
    if why == "disabled":
        await gateway.staff.set(bo.id, disabled=True)
    key = await held(visitor, gateway, engine_double, alva)
    status, body = await alva.post(f"conversations/{key}/transfer", {"to": "Cilla" if why == "unknown" else "Bo"})
    assert (status, body["error"], body["text"].split()[0]) == (409, "not_there", "Kollegan")
    assert (await alva.say(key, "jag är kvar"))[0] == 200


async def test_transfer_is_the_holders_and_to_somebody_else(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble, alva: ConsoleClient, bo: ConsoleClient
) -> None:
    for console in (alva, bo):
        await console.watch()
    key = await held(visitor, gateway, engine_double, alva)
    status, body = await alva.post(f"conversations/{key}/transfer", {"to": "Alva"})
    assert (status, body["error"]) == (400, "bad_request")
    status, body = await bo.post(f"conversations/{key}/transfer", {"to": "Alva"})
    assert (status, body["error"]) == (409, "not_yours")
    assert (await alva.post(f"conversations/{NOBODY}/transfer", {"to": "Bo"}))[0] == 410


async def test_correct_sets_topic_route_and_place_and_shows_no_word_more(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble, alva: ConsoleClient, bo: ConsoleClient
) -> None:
    earlier, _ = await gateway.store.begin("web")
    async with gateway.store.change(earlier.id) as change:
        await change.step(Event.HANDOFF_REQUESTED)
        change.conversation.priority = 1
    key = await waiting(visitor, gateway, engine_double, "offer_human")
    async with gateway.store.change(key) as change:
        change.conversation.priority = 3
    given = {"topic": "controlled_by_other", "route": "emergency"}
    status, card = await bo.post(f"conversations/{key}/correct", given)
    assert (status, set(card), card["topic"], card["route"]) == (200, CARD, *given.values())
    assert (card["priority"], card["shared"]) == (0, False)
    assert [one["id"] for one in (await alva.get("queue"))[1]["waiting"]] == [key, earlier.id]
    assert (await visitor.until("state", position=1))[-1]["state"] == "waiting"
    _, conversation = await alva.claim(key)
    assert SECRET not in json.dumps(conversation, ensure_ascii=False)
    async with gateway.database.connect() as connection:
        rows = (await connection.execute(select(audit).where(audit.c.event == "corrected"))).all()
    assert [(row.from_state, row.to_state, row.actor) for row in rows] == [("waiting", "waiting", bo.id)]


async def test_a_corrected_route_is_raised_by_a_new_risk_but_not_by_the_same_topic(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble, alva: ConsoleClient
) -> None:
    key = await waiting(visitor, gateway, engine_double)
    await alva.post(f"conversations/{key}/correct", {"route": "offer_human"})
    engine_double.summon("human_now")
    await visitor.say("hej igen")
    kept = await gateway.store.get(key)
    assert (kept.priority, kept.understood["route"]) == (3, "offer_human")
    await visitor.say("jag är 15")
    kept = await gateway.store.get(key)
    assert (kept.priority, kept.understood["route"], kept.understood["risks"]) == (1, "human_now", ["minor"])


async def test_a_correction_is_forgotten_when_a_counsellor_is_called_anew(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble, alva: ConsoleClient
) -> None:
    key = await waiting(visitor, gateway, engine_double)
    await alva.post(f"conversations/{key}/correct", {"route": "offer_human", "topic": "cost"})
    await visitor.choose("queue:leave")
    engine_double.topic = "controlled_by_other"
    await waiting(visitor, gateway, engine_double)
    await visitor.say("hej")
    kept = await gateway.store.get(key)
    assert (kept.priority, kept.understood["topic"]) == (1, "controlled_by_other")
    assert "corrected" not in kept.understood


@pytest.mark.parametrize(
    "given",
    [{}, {"topic": None}, {"topic": "greet"}, {"topic": "nothing"}, {"route": "answer"}, {"route": 1}, {"topic": []}],
)
async def test_correct_refuses_what_cannot_be_meant(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble, alva: ConsoleClient, given: dict[str, object]
) -> None:
    key = await waiting(visitor, gateway, engine_double)
    status, body = await alva.post(f"conversations/{key}/correct", given)
    assert (status, body["error"]) == (400, "bad_request")


async def test_correct_is_for_one_that_waits_or_is_ones_own(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble, alva: ConsoleClient, bo: ConsoleClient
) -> None:
    given = {"topic": "cost"}
    key = await key_of(gateway, visitor)
    status, body = await alva.post(f"conversations/{key}/correct", given)
    assert (status, body["error"]) == (409, "taken")
    await held(visitor, gateway, engine_double, alva)
    status, card = await alva.post(f"conversations/{key}/correct", given)
    assert (status, card["topic"], card["holder"]) == (200, "cost", "Alva")
    status, body = await bo.post(f"conversations/{key}/correct", given)
    assert (status, body["error"]) == (409, "not_yours")


async def test_topics_are_all_but_small_talk(alva: ConsoleClient, gateway: Gateway) -> None:
    status, body = await alva.get("topics")
    listed = [one["id"] for one in body["topics"]]
    groups = gateway.content.taxonomy.topics
    assert (status, listed) == (200, [id for id, (group, _) in groups.items() if group != "smalltalk"])
    assert body["topics"][0] == {
        "id": "support_exploited_adult",
        "title": gateway.content.topics["support_exploited_adult"].title,
        "group": "exploited",
    }


@pytest.mark.parametrize("reason", ["requeued", "transferred"])
async def test_gone_tells_who_passed_it_on_why(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble, alva: ConsoleClient, bo: ConsoleClient, reason: str
) -> None:
    for console in (alva, bo):
        await console.watch()
    key = await held(visitor, gateway, engine_double, alva)
    while not (await alva.until("queue"))["mine"]:
        pass
    if reason == "requeued":
        await alva.post(f"conversations/{key}/requeue")
    else:
        await alva.post(f"conversations/{key}/transfer", {"to": "Bo"})
    assert await alva.until("gone") == {"type": "gone", "conversation": key, "reason": reason}


async def test_a_counsellor_who_comes_back_too_late_is_told_once_what_was_lost(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble, alva: ConsoleClient, clock: Clock
) -> None:
    await alva.watch()
    key = await held(visitor, gateway, engine_double, alva)
    await lost(gateway, clock, alva)
    await alva.watch()
    assert await alva.until("gone") == {"type": "gone", "conversation": key, "reason": "lost"}
    assert (await gateway.store.get(key)).state is State.WAITING
    clock.pass_seconds(1)
    await lost(gateway, clock, alva, 1)
    clock.pass_seconds(1)
    await alva.watch()
    await bring(gateway, visitor, Event.CANCELLED_BY_VISITOR)
    await alva.until("queue", waiting=[])
    assert [frame["type"] for frame in alva.pushed].count("gone") == 1
