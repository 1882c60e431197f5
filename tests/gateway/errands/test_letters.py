"""A visitor leaves a message, goes away, comes back with six words: over the real app, with the engine's double."""

from __future__ import annotations

import re
from typing import Any

import pytest

from gateway.app import Gateway
from gateway.handoff import State
from tests.canary import CANARY, canaries_in, kept
from tests.conftest import Clock
from tests.console_client import ConsoleClient
from tests.engine_double import EngineDouble
from tests.gateway.console.test_api import waiting
from tests.system import Visitor

WRITE = {"title": "Lämna ett meddelande", "payload": "letter:write"}
ASKED = "Jag undrar om ni kan hjälpa mig med hyran."
ANSWER = "Ja, det kan vi. Skriv när det passar dig."


def texts(frames: list[dict[str, Any]]) -> list[str]:
    return [frame["text"] for frame in frames if frame["type"] == "message" and frame["sender"] != "visitor"]


def payloads(frames: list[dict[str, Any]]) -> list[str]:
    return [choice["payload"] for frame in frames if frame["type"] == "message" for choice in frame["choices"]]


def handoff(frames: list[dict[str, Any]]) -> str:
    return str(frames[-1]["handoff"])


def words_in(frames: list[dict[str, Any]]) -> str:
    """Give the six words that were shown."""
    shown = [text.split("\n\n")[0] for text in texts(frames) if "Skriv upp orden" in text]
    assert len(shown) == 1
    assert len(shown[0].split()) == 6
    return shown[0]


async def write_letter(visitor: Visitor, engine: EngineDouble, *lines: str) -> list[dict[str, Any]]:
    """Leave a message; give the frames of the last step."""
    engine.choices = [WRITE]
    await visitor.say("kan man skriva till er")
    await visitor.choose("letter:write")
    for line in lines:
        await visitor.say(line)
    return await visitor.choose("letter:send")


async def test_a_message_is_written_sent_read_and_answered(
    visitor: Visitor, another: Visitor, alva: ConsoleClient, engine_double: EngineDouble
) -> None:
    sent = await write_letter(visitor, engine_double, "Hej.", ASKED)
    words = words_in(sent)
    assert handoff(sent) == "message_left"

    letters = (await alva.get("letters"))[1]["letters"]
    mailbox = letters[0]["mailbox"]
    _, opened = await alva.get(f"letters/{mailbox}")
    assert [one["text"] for one in opened["letters"]] == [f"Hej.\n{ASKED}"]

    unanswered = await another.say(words)
    assert "Det har inte fått något svar än." in texts(unanswered)[0]

    await alva.post(f"letters/{mailbox}/reply", {"id": "6f1c0c1e-0000-4000-8000-000000000001", "text": ANSWER})
    answered = await another.say(words.upper())
    assert texts(answered)[0].endswith(ANSWER)
    assert payloads(answered) == ["letter:answer", "topic:talk_to_human", "time:start", "mailbox:delete"]


async def test_what_is_said_in_a_letter_is_received_and_not_answered(
    visitor: Visitor, engine_double: EngineDouble
) -> None:
    engine_double.choices = [WRITE]
    await visitor.say("kan man skriva till er")
    started = await visitor.choose("letter:write")
    received = await visitor.say(ASKED)

    assert "behöver hen anmäla det" in texts(started)[0]
    assert len(texts(received)) == 1
    assert texts(received)[0].startswith("Det är med i meddelandet. Kuratorn får det först när du trycker")
    assert payloads(received) == ["letter:send", "letter:drop"]
    assert engine_double.calls[-1]["metadata"]["mode"] == "listen"


async def test_danger_in_a_letter_is_answered_with_112_and_the_letter_waits(
    visitor: Visitor, engine_double: EngineDouble
) -> None:
    engine_double.choices = [WRITE]
    await visitor.say("kan man skriva till er")
    await visitor.choose("letter:write")
    heard = await visitor.say("hjälp, han har låst in mig")

    assert "112" in texts(heard)[0].split(".")[0]
    assert texts(heard)[-1].startswith("Ditt meddelande är inte skickat än.")
    assert handoff(heard) == "queued"

    sent = await visitor.choose("letter:send")
    assert words_in(sent)


async def test_nothing_written_is_nothing_sent(visitor: Visitor, engine_double: EngineDouble) -> None:
    sent = await write_letter(visitor, engine_double)

    assert texts(sent) == ["Du har inte skrivit något än. Skriv några ord först."]
    assert handoff(sent) == "none"


async def test_a_letter_can_be_dropped_and_sent_in_words(
    visitor: Visitor, alva: ConsoleClient, engine_double: EngineDouble
) -> None:
    engine_double.choices = [WRITE]
    await visitor.say("kan man skriva till er")
    await visitor.choose("letter:write")
    await visitor.say(ASKED)
    dropped = await visitor.say("Ta bort meddelandet")
    assert texts(dropped) == ["Meddelandet är borttaget. Jag är kvar om du vill skriva."]
    assert (await visitor.say("hej igen"))[-1]["topic"] == engine_double.topic

    await visitor.choose("letter:write")
    await visitor.say("Nu vill jag.")
    sent = await visitor.say("skicka")
    assert words_in(sent)
    mailbox = (await alva.get("letters"))[1]["letters"][0]["mailbox"]
    assert [one["text"] for one in (await alva.get(f"letters/{mailbox}"))[1]["letters"]] == ["Nu vill jag."]


async def test_the_words_are_shown_again_and_are_the_same(visitor: Visitor, engine_double: EngineDouble) -> None:
    words = words_in(await write_letter(visitor, engine_double, ASKED))

    assert words_in(await visitor.choose("words:show")) == words


async def test_lost_words_are_replaced_while_no_reply_is_sealed(
    visitor: Visitor, another: Visitor, gateway: Gateway, engine_double: EngineDouble
) -> None:
    old = words_in(await write_letter(visitor, engine_double, ASKED))
    for id in await gateway.store.ids():
        gateway.veil.forget(id)  # as a restart does
    again = await visitor.choose("words:show")
    new = words_in(again)

    assert new != old
    assert "De gamla gäller inte längre." in texts(again)[0]
    assert texts(await another.say(old))[0].startswith("Jag hittar inget med de orden.")
    assert "är lämnat" in texts(await another.say(new))[0]


async def test_six_words_reach_neither_engine_nor_store(
    visitor: Visitor, another: Visitor, gateway: Gateway, engine_double: EngineDouble
) -> None:
    words = words_in(await write_letter(visitor, engine_double, ASKED))
    await another.say(words)
    lines = [line for id in await gateway.store.ids() for line in await gateway.store.lines(id)]

    assert words not in str(engine_double.calls)
    assert words not in str(lines)
    assert not any(re.search(words.replace(" ", ".{0,4}"), str(line), re.I) for line in lines)


async def test_a_counsellor_sees_neither_words_nor_reply(
    visitor: Visitor, alva: ConsoleClient, engine_double: EngineDouble
) -> None:
    words = words_in(await write_letter(visitor, engine_double, ASKED))
    mailbox = (await alva.get("letters"))[1]["letters"][0]["mailbox"]
    await alva.post(f"letters/{mailbox}/reply", {"id": "6f1c0c1e-0000-4000-8000-000000000002", "text": ANSWER})
    await visitor.say(words)
    engine_double.signals = [{"name": "handoff", "args": {"route": "human_now", "share_asked": True}}]
    engine_double.choices = [{"title": "Ja, visa", "payload": "share:yes"}]
    engine_double.route = "human_now"
    await visitor.say("kan jag få prata med någon")
    await visitor.choose("share:yes")
    waiting = (await alva.get("queue"))[1]["waiting"][0]["id"]
    _, claimed = await alva.post(f"conversations/{waiting}/claim")

    shown = str(claimed["messages"])
    assert words not in shown
    assert ANSWER not in shown
    assert "Här står något som bara besökaren ser." in shown


async def test_too_many_wrong_words_are_refused_for_a_while(visitor: Visitor, clock: Clock) -> None:
    wrong = "gran lampa sked katt buss moln"
    answers = [texts(await visitor.say(wrong))[0] for _ in range(6)]
    assert [text.startswith("Jag hittar inget") for text in answers] == [True] * 5 + [False]
    assert answers[-1] == "Det blev många försök. Vänta en kvart och prova igen."

    clock.pass_seconds(900)
    assert texts(await visitor.say(wrong))[0].startswith("Jag hittar inget")


async def test_a_mailbox_is_deleted_by_its_visitor(
    visitor: Visitor, another: Visitor, alva: ConsoleClient, engine_double: EngineDouble
) -> None:
    words = words_in(await write_letter(visitor, engine_double, ASKED))
    await another.say(words)
    asked = await another.choose("mailbox:delete")
    assert payloads(asked) == ["mailbox:delete:yes", "mailbox:keep"]
    await another.choose("mailbox:delete:yes")

    assert (await alva.get("letters"))[1]["letters"] == []
    assert texts(await another.say(words))[0].startswith("Jag hittar inget")


async def test_an_answer_goes_into_the_same_mailbox(
    visitor: Visitor, another: Visitor, alva: ConsoleClient, engine_double: EngineDouble
) -> None:
    words = words_in(await write_letter(visitor, engine_double, ASKED))
    await another.say(words)
    await another.choose("letter:answer")
    await another.say("En sak till.")
    sent = await another.choose("letter:send")

    assert "Samma sex ord gäller." in texts(sent)[0]
    letters = (await alva.get("letters"))[1]["letters"]
    assert [(one["count"]) for one in letters] == [2]


async def test_whoever_waits_can_write_instead(visitor: Visitor, gateway: Gateway, engine_double: EngineDouble) -> None:
    engine_double.signals = [{"name": "handoff", "args": {"route": "human_now", "share_asked": True}}]
    engine_double.route = "human_now"
    await visitor.say("jag vill prata med någon")
    began = await visitor.choose("letter:write")

    assert [frame["state"] for frame in began if frame["type"] == "state"][-1:] == ["bot"]
    conversation = await gateway.store.get((await gateway.store.ids())[0])
    assert conversation.state is State.BOT
    assert texts(began)[0].startswith("Skriv det som kuratorn ska läsa")


async def test_erasing_the_chat_tells_that_the_message_stays(
    visitor: Visitor, another: Visitor, engine_double: EngineDouble
) -> None:
    words = words_in(await write_letter(visitor, engine_double, ASKED))
    await visitor.send({"type": "erase"})
    gone = await visitor.until("state", state="closed")

    assert "finns kvar, tills du skriver dina sex ord" in texts(gone)[0]
    assert "är lämnat" in texts(await another.say(words))[0]


async def test_no_byte_of_a_deleted_letter_stays(
    visitor: Visitor, gateway: Gateway, alva: ConsoleClient, engine_double: EngineDouble
) -> None:
    words = words_in(await write_letter(visitor, engine_double, f"jag heter {CANARY}"))
    assert canaries_in(kept(gateway.settings.var)) == 0
    await visitor.say(words)
    await visitor.choose("mailbox:delete")
    await visitor.choose("mailbox:delete:yes")
    assert canaries_in(kept(gateway.settings.var)) == 0


@pytest.mark.parametrize("payload", ["letter:send", "mailbox:delete:yes", "words:show", "time:cancel"])
async def test_a_forged_step_is_refused(visitor: Visitor, payload: str) -> None:
    await visitor.send({"type": "choose", "id": "6f1c0c1e-0000-4000-8000-000000000003", "payload": payload})
    refused = await visitor.until("error")

    assert refused[-1]["code"] == "bad_frame"


async def test_whoever_goes_on_to_talk_and_shows_it_is_known_by_their_letter(
    visitor: Visitor, alva: ConsoleClient, engine_double: EngineDouble
) -> None:
    words = words_in(await write_letter(visitor, engine_double, ASKED))
    await visitor.say(words)
    engine_double.signals = [{"name": "handoff", "args": {"route": "human_now", "share_asked": True}}]
    engine_double.choices = [{"title": "Ja, visa", "payload": "share:yes"}]
    engine_double.route = "human_now"
    await visitor.choose("topic:talk_to_human")
    waiting = (await alva.get("queue"))[1]["waiting"][0]["id"]
    before = (await alva.post(f"conversations/{waiting}/claim"))[1]["mailbox"]
    await visitor.choose("share:yes")
    after = (await alva.get(f"conversations/{waiting}"))[1]["mailbox"]

    assert (before, after) == (None, (await alva.get("letters"))[1]["letters"][0]["mailbox"])


async def test_with_a_counsellor_an_opened_mailbox_offers_only_what_is_possible_then(
    visitor: Visitor, another: Visitor, gateway: Gateway, alva: ConsoleClient, engine_double: EngineDouble
) -> None:
    words = words_in(await write_letter(visitor, engine_double, ASKED))
    key = await waiting(another, gateway, engine_double)
    await alva.claim(key)
    assert payloads(await another.say(words)) == ["mailbox:delete"]
    await another.choose("mailbox:delete")
    assert payloads(await another.choose("mailbox:keep")) == ["mailbox:delete"]
