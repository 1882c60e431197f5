"""A letter that is begun and not sent: nothing of it is lost, nothing else gets into it, and nobody is caught in it."""

from __future__ import annotations

import pytest

from gateway.app import Gateway
from gateway.errands.stage import Note, Stage
from gateway.handoff import Event
from tests.conftest import Clock
from tests.connectors.test_webchat import bring, key_of
from tests.console_client import ConsoleClient
from tests.engine_double import EngineDouble
from tests.gateway.errands.test_letters import ASKED, WRITE, handoff, payloads, texts, words_in, write_letter
from tests.gateway.errands.test_mailbox_gone import written
from tests.system import Visitor

STILL = "Ditt meddelande är inte skickat än. Det du skriver nu är inte med i det."
TALK = {"title": "Prata med en människa", "payload": "topic:talk_to_human"}


async def begin_letter(visitor: Visitor, engine: EngineDouble) -> None:
    engine.choices = [WRITE, TALK]
    await visitor.say("kan man skriva till er")
    await visitor.choose("letter:write")
    await visitor.say(ASKED)


async def talked(visitor: Visitor, gateway: Gateway, counsellor: ConsoleClient, engine: EngineDouble) -> None:
    """Begin a letter, call a counsellor instead, talk, and be handed back to the bot."""
    await begin_letter(visitor, engine)
    engine.summon()
    await visitor.choose("topic:talk_to_human")
    key = await key_of(gateway, visitor)
    await counsellor.post(f"conversations/{key}/claim")
    await visitor.say("det här säger jag bara till dig")
    await counsellor.post(f"conversations/{key}/release")
    await visitor.until("message", sender="system")
    engine.calm()


async def test_whoever_has_talked_with_a_counsellor_is_answered_afterwards(
    visitor: Visitor, gateway: Gateway, alva: ConsoleClient, engine_double: EngineDouble
) -> None:
    await talked(visitor, gateway, alva, engine_double)
    said = await visitor.say("vad gör jag nu")

    assert texts(said)[-2:] == ["Svar på: vad gör jag nu", STILL]
    assert payloads(said) == ["letter:more", "letter:send", "letter:drop"]


async def test_what_was_said_to_a_counsellor_is_not_in_the_letter(
    visitor: Visitor, gateway: Gateway, alva: ConsoleClient, engine_double: EngineDouble
) -> None:
    await talked(visitor, gateway, alva, engine_double)
    await visitor.say("vad gör jag nu")
    await visitor.choose("letter:more")
    await visitor.say("En sak till.")
    await visitor.choose("letter:send")

    assert await written(gateway) == [[f"{ASKED}\nEn sak till."]]


async def test_danger_in_a_letter_makes_it_talk_and_the_letter_keeps_what_was_written(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble
) -> None:
    await begin_letter(visitor, engine_double)
    await visitor.say("hjälp, han har låst in mig")
    await bring(gateway, visitor, Event.WAIT_EXPIRED)
    engine_double.choices = []
    said = await visitor.say("jag vågar inte ringa")
    sent = await visitor.choose("letter:send")

    assert texts(said) == ["Svar på: jag vågar inte ringa", STILL]
    assert words_in(sent)
    assert await written(gateway) == [[f"{ASKED}\nhjälp, han har låst in mig"]]


@pytest.mark.parametrize("payload", ["letter:write", "time:start"])
async def test_a_button_pressed_on_the_way_loses_nothing_of_the_letter(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble, payload: str
) -> None:
    engine_double.choices = [WRITE, {"title": "Boka en tid", "payload": "time:start"}]
    await visitor.say("vad kan man göra")
    await visitor.choose("letter:write")
    await visitor.say(ASKED)
    await visitor.choose(payload)
    await visitor.choose("letter:send")

    assert await written(gateway) == [[ASKED]]


async def test_six_words_opened_on_the_way_lose_nothing_of_the_letter(
    visitor: Visitor, another: Visitor, gateway: Gateway, engine_double: EngineDouble
) -> None:
    words = words_in(await write_letter(another, engine_double, "Hej."))
    await begin_letter(visitor, engine_double)
    await visitor.say(words)
    sent = await visitor.choose("letter:send")

    assert "Samma sex ord gäller." in texts(sent)[0]
    assert await written(gateway) == [["Hej.", ASKED]]


async def test_whoever_needs_a_human_while_writing_is_offered_one(
    visitor: Visitor, engine_double: EngineDouble
) -> None:
    await begin_letter(visitor, engine_double)
    engine_double.route, engine_double.risks = "human_now", ["self_harm"]
    said = await visitor.say("jag skär mig")

    assert "Vill du prata med en kurator nu" in texts(said)[0]
    assert (payloads(said)[-1], handoff(said)) == ("topic:talk_to_human", "offered")


async def test_an_address_that_was_shown_to_a_counsellor_is_not_in_the_letter(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble
) -> None:
    await begin_letter(visitor, engine_double)
    await visitor.say("han har låst in mig på Storgatan 5")
    await visitor.choose("show:hidden")
    await visitor.choose("letter:send")

    assert await written(gateway) == [[f"{ASKED}\nhan har låst in mig på [adress]"]]


async def test_a_letter_has_an_end_and_says_so(visitor: Visitor, gateway: Gateway, engine_double: EngineDouble) -> None:
    engine_double.choices = [WRITE]
    await visitor.say("kan man skriva till er")
    await visitor.choose("letter:write")
    answers = [texts(await visitor.say("a" * 2000))[0] for _ in range(6)]
    await visitor.choose("letter:send")

    assert [answer.startswith("Meddelandet är så långt som det kan bli") for answer in answers] == [False] * 5 + [True]
    assert [len(text or "") for text in (await written(gateway))[0]] == [5 * 2001 - 1]


async def test_send_in_words_right_after_a_line_sends_both(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble
) -> None:
    await begin_letter(visitor, engine_double)
    key = await key_of(gateway, visitor)
    lines = ["En sak till.", "skicka"]
    async with gateway.store.change(key) as change:  # both came while a turn was running
        for number, text in enumerate(lines):
            await change.add("visitor", {"text": text}, f"id-{number}", answered=False)
    gateway.turns.kick(key)
    await visitor.until("message", sender="system")
    while not [frame for frame in visitor.frames if "Här är dina sex ord" in frame.get("text", "")]:
        await visitor.receive()

    assert await written(gateway) == [[f"{ASKED}\nEn sak till."]]


async def test_a_counsellor_who_comes_as_one_begins_to_write_is_who_one_writes_to(
    visitor: Visitor, gateway: Gateway, alva: ConsoleClient
) -> None:
    key = await bring(gateway, visitor, Event.HANDOFF_REQUESTED, Event.CLAIMED, actor=alva.id)
    async with gateway.store.change(key) as change:
        seq = await change.add("visitor", {"text": "Jag skriver senare", "choice": "letter:write"}, "id", False)
    stage = Stage(gateway.store, gateway.words, gateway.veil)
    line = next(line for line in await gateway.store.lines(key) if line.seq == seq)
    await stage.settle(key, line, [Note("letter_start")], {"letter": {"open": True}}, leaves_queue=True)

    told = (await visitor.until("message", sender="system", text=gateway.words.sentence("errand_not_now")))[-1]
    assert (told["choices"], (await gateway.store.get(key)).errand) == ([], None)


async def test_a_letter_that_must_wait_is_kept_and_sent_later(
    visitor: Visitor, gateway: Gateway, clock: Clock, engine_double: EngineDouble
) -> None:
    await begin_letter(visitor, engine_double)
    for number in range(30):
        gateway.rates.began(f"{number}", "127.0.0.1")
        gateway.rates.mailbox(f"{number}")
    told = await visitor.choose("letter:send")
    clock.pass_seconds(60)
    await visitor.choose("letter:send")

    assert texts(told) == [gateway.words.sentence("errand_wait")]
    assert await written(gateway) == [[ASKED]]
