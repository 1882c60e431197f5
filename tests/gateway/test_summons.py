"""What the visitor decides about showing their words: whatever comes late is answered with what is true then."""

from __future__ import annotations

import pytest

from gateway.app import Gateway
from gateway.handoff import Event
from tests.connectors.test_webchat import bring, key_of
from tests.console_client import ConsoleClient
from tests.engine_double import EngineDouble
from tests.gateway.errands.test_letters import payloads, texts
from tests.system import Visitor


@pytest.mark.parametrize("payload", ["share:yes", "share:no"])
async def test_an_answer_about_showing_that_comes_when_nobody_does_says_so(
    visitor: Visitor, gateway: Gateway, engine_double: EngineDouble, payload: str
) -> None:
    engine_double.summon()
    await visitor.say("jag vill prata med någon")
    key = await bring(gateway, visitor, Event.WAIT_EXPIRED)
    told = await visitor.choose(payload)

    assert (texts(told)[-1], payloads(told)[-1]) == (
        gateway.words.sentence("share_nobody"), "topic:talk_to_human",
    )  # fmt: skip
    assert (await gateway.store.get(key)).share == "asked"


async def test_a_yes_to_a_counsellor_who_is_there_says_that_they_can_read_now(
    visitor: Visitor, gateway: Gateway, alva: ConsoleClient, engine_double: EngineDouble
) -> None:
    engine_double.summon()
    await visitor.say("jag vill prata med någon")
    await alva.post(f"conversations/{await key_of(gateway, visitor)}/claim")

    assert texts(await visitor.choose("share:yes"))[-1] == gateway.words.sentence("share_yes_here")


async def test_a_no_after_a_yes_does_not_pretend_that_nothing_was_read(
    visitor: Visitor, gateway: Gateway, alva: ConsoleClient, engine_double: EngineDouble
) -> None:
    engine_double.summon()
    await visitor.say("jag vill prata med någon")
    key = await key_of(gateway, visitor)
    await visitor.choose("share:yes")
    await alva.post(f"conversations/{key}/claim")
    told = await visitor.choose("share:no")

    assert texts(told)[-1] == gateway.words.sentence("share_no_late")
    assert (await gateway.store.get(key)).share == "yes"


async def test_leaving_the_queue_as_the_counsellor_comes_does_not_end_the_talk(
    visitor: Visitor, gateway: Gateway, alva: ConsoleClient, engine_double: EngineDouble,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    engine_double.summon()
    await visitor.say("jag vill prata med någon")
    key = await key_of(gateway, visitor)
    with monkeypatch.context() as held:
        held.setattr(gateway.turns, "kick", lambda id: None)
        await gateway.intake.choose(key, "6f1c0c1e-0000-4000-8000-000000000009", "queue:leave")
        await alva.post(f"conversations/{key}/claim")
    gateway.turns.kick(key)
    told = await visitor.until("message", text=gateway.words.sentence("queue_left_late"))

    assert told[-1]["sender"] == "system"
    assert (await gateway.store.get(key)).holder == alva.id
