"""A mailbox that is deleted, unused or never shown its words: its visitor is always answered, and nothing is lost."""

from __future__ import annotations

from gateway.app import Gateway
from tests.conftest import Clock
from tests.connectors.test_webchat import key_of
from tests.console_client import ConsoleClient
from tests.engine_double import EngineDouble
from tests.gateway.errands.test_booking import begin, book, publish
from tests.gateway.errands.test_letters import ASKED, payloads, texts, words_in, write_letter
from tests.system import Visitor

DAY = 24 * 3600.0


async def written(gateway: Gateway) -> list[list[str | None]]:
    """Give the texts of each mailbox's letters."""
    boxes = [card.mailbox for card in await gateway.inbox.waiting()]
    return [[letter.text for letter in await gateway.inbox.read(box)] for box in boxes]


async def deleted_elsewhere(visitor: Visitor, another: Visitor, engine: EngineDouble) -> str:
    """Leave a message with one visitor, and delete it with the words in another window; give the words."""
    words = words_in(await write_letter(visitor, engine, ASKED))
    await another.say(words)
    await another.choose("mailbox:delete")
    await another.choose("mailbox:delete:yes")
    return words


async def test_what_is_written_in_a_deleted_mailbox_gets_words_of_its_own(
    visitor: Visitor, another: Visitor, gateway: Gateway, engine_double: EngineDouble
) -> None:
    old = await deleted_elsewhere(visitor, another, engine_double)
    await visitor.choose("letter:write")
    await visitor.say("En sak till.")
    new = words_in(await visitor.choose("letter:send"))

    assert (await written(gateway), new != old) == ([["En sak till."]], True)
    assert "är lämnat" in texts(await another.say(new))[0]


async def test_a_time_is_booked_though_the_mailbox_is_deleted(
    visitor: Visitor, another: Visitor, gateway: Gateway, alva: ConsoleClient, engine_double: EngineDouble
) -> None:
    time = await publish(gateway, alva.id, 10)
    await deleted_elsewhere(visitor, another, engine_double)
    await begin(visitor, engine_double)
    await visitor.choose("time:for:others")
    await visitor.choose(f"time:pick:{time}")
    new = words_in(await visitor.choose(f"time:take:{time}"))

    assert "Du har en bokad tid." in texts(await another.say(new))[-1]


async def test_whoever_asks_for_the_words_of_a_deleted_mailbox_is_answered_and_can_go_on(
    visitor: Visitor, another: Visitor, gateway: Gateway, engine_double: EngineDouble
) -> None:
    await deleted_elsewhere(visitor, another, engine_double)
    for id in await gateway.store.ids():
        gateway.veil.forget(id)  # as a restart does
    told = await visitor.choose("words:show")

    assert texts(told) == ["Det som dina sex ord ledde till är raderat. Du kan lämna ett nytt meddelande."]
    assert payloads(told) == ["letter:write"]
    assert texts(await visitor.say("hej igen")) == ["Svar på: hej igen"]


async def test_the_words_of_a_cancelled_time_go_on_opening(
    visitor: Visitor,
    another: Visitor,
    gateway: Gateway,
    alva: ConsoleClient,
    clock: Clock,
    engine_double: EngineDouble,
) -> None:
    words = await book(visitor, engine_double, await publish(gateway, alva.id, 10))
    clock.pass_seconds(2 * DAY)
    await another.say(words)
    await another.choose("time:cancel")
    await another.choose("time:cancel:yes")
    await gateway.mailboxes.remove_expired()
    await another.choose("letter:write")
    await another.say(ASKED)
    sent = await another.choose("letter:send")

    assert (await written(gateway), "Samma sex ord gäller." in texts(sent)[0]) == ([[ASKED]], True)


async def test_whoever_missed_a_time_and_leaves_a_message_gets_the_words(
    visitor: Visitor, another: Visitor, gateway: Gateway, alva: ConsoleClient, engine_double: EngineDouble
) -> None:
    time = await publish(gateway, alva.id, 10)
    await begin(visitor, engine_double)
    await visitor.choose("time:for:others")
    await visitor.choose(f"time:pick:{time}")
    await book(another, engine_double, time)
    missed = await visitor.choose(f"time:take:{time}")
    assert payloads(missed) == ["letter:write", "topic:talk_to_human"]
    started = await visitor.choose("letter:write")
    await visitor.say(ASKED)
    words = words_in(await visitor.choose("letter:send"))

    assert "behöver hen anmäla det" in texts(started)[0]
    assert "är lämnat" in texts(await another.say(words))[0]


async def test_a_reply_sealed_before_the_words_were_shown_does_not_keep_the_visitor_from_words(
    visitor: Visitor, another: Visitor, gateway: Gateway, alva: ConsoleClient, engine_double: EngineDouble
) -> None:
    """A crash after the letter was stored, and a counsellor who answered it before the turn was taken up again."""
    engine_double.choices = [{"title": "Lämna ett meddelande", "payload": "letter:write"}]
    await visitor.say("kan man skriva till er")
    await visitor.choose("letter:write")
    await visitor.say(ASKED)
    id = await key_of(gateway, visitor)
    mailbox, _ = await gateway.mailboxes.begin()
    async with gateway.store.change(id) as change:
        assert change.conversation.errand is not None
        change.conversation.errand |= {"mailbox": mailbox, "fresh": True}
    await gateway.mailboxes.write(mailbox, ASKED, {}, 3)
    await gateway.inbox.reply(mailbox, alva.id, "a", "Hej.")
    words = words_in(await visitor.choose("letter:send"))

    assert "är lämnat" in texts(await another.say(words))[0]


async def test_erasing_tells_of_nothing_left_where_nothing_was(
    visitor: Visitor, another: Visitor, gateway: Gateway, alva: ConsoleClient, engine_double: EngineDouble
) -> None:
    time = await publish(gateway, alva.id, 10)
    await begin(visitor, engine_double)
    await visitor.choose("time:for:others")
    await visitor.choose(f"time:pick:{time}")
    await book(another, engine_double, time)
    await visitor.choose(f"time:take:{time}")  # a mailbox was made, and its words never shown
    await visitor.send({"type": "erase"})

    assert texts(await visitor.until("state", state="closed"))[-1] == gateway.words.sentence("erased")


async def test_a_booking_that_is_taken_up_after_a_crash_is_told_however_near_it_is(
    visitor: Visitor, gateway: Gateway, alva: ConsoleClient, clock: Clock, engine_double: EngineDouble
) -> None:
    time = await publish(gateway, alva.id, 10)
    await begin(visitor, engine_double)
    await visitor.choose("time:for:others")
    await visitor.choose(f"time:pick:{time}")
    mailbox, _ = await gateway.mailboxes.begin()
    async with gateway.store.change(await key_of(gateway, visitor)) as change:
        assert change.conversation.errand is not None
        change.conversation.errand |= {"mailbox": mailbox, "fresh": True}
    booked = await gateway.times.book(time, mailbox)
    clock.now = booked.starts_at
    told = await visitor.choose(f"time:take:{time}")

    assert ("Nu är tiden bokad." in texts(told)[0], len(words_in(told).split())) == (True, 6)
