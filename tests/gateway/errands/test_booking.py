"""A visitor books, changes and cancels a time with nothing but six words: over the real app, with the engine's double."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from aiohttp.test_utils import TestClient

from gateway.app import Gateway
from gateway.booking.rules import Request
from tests.conftest import Clock, base_of
from tests.console_client import ConsoleClient
from tests.engine_double import EngineDouble
from tests.gateway.errands.test_letters import payloads, texts, words_in, write_letter
from tests.system import Visitor

START = {"title": "Boka en tid", "payload": "time:start"}


async def publish(gateway: Gateway, counsellor: int, hour: int, audience: str = "others", kind: str = "chat") -> str:
    """Publish one time on 1 December; give its id."""
    start = datetime(2026, 12, 1, hour)
    place = "centrum_mot_vald" if kind == "visit" else None
    request = Request(kind=kind, place=place, audience=audience, start=start, minutes=45)
    published, left_out = await gateway.plan.publish(counsellor, request)
    assert left_out == []
    return published[0].id


async def begin(visitor: Visitor, engine: EngineDouble) -> None:
    engine.choices = [START]
    await visitor.say("kan man boka en tid")
    await visitor.choose("time:start")


async def book(visitor: Visitor, engine: EngineDouble, time: str, audience: str = "others") -> str:
    """Book a time; give the six words."""
    await begin(visitor, engine)
    await visitor.choose(f"time:for:{audience}")
    await visitor.choose(f"time:pick:{time}")
    return words_in(await visitor.choose(f"time:take:{time}"))


async def test_a_time_is_chosen_confirmed_and_booked(
    visitor: Visitor, gateway: Gateway, alva: ConsoleClient, engine_double: EngineDouble
) -> None:
    time = await publish(gateway, alva.id, 10)
    await begin(visitor, engine_double)
    offered = await visitor.choose("time:for:others")
    assert [c["title"] for f in offered if f["type"] == "message" for c in f["choices"]] == [
        "Chatt tisdag 1 december klockan 10.00"
    ]
    asked = await visitor.choose(f"time:pick:{time}")
    assert texts(asked)[0].startswith("Chatt tisdag 1 december klockan 10.00, 45 minuter.")
    booked = await visitor.choose(f"time:take:{time}")

    assert texts(booked)[0].startswith("Nu är tiden bokad. Chatt tisdag 1 december klockan 10.00, 45 minuter.")
    assert texts(booked)[0].endswith(gateway.content.sentences["time_words_new"])
    assert len(words_in(booked).split()) == 6
    assert await gateway.times.offered("others", gateway.clock(), 5) == []


async def test_a_booked_time_is_changed_and_cancelled_with_the_words(
    visitor: Visitor, another: Visitor, gateway: Gateway, alva: ConsoleClient, engine_double: EngineDouble
) -> None:
    first, second = await publish(gateway, alva.id, 10), await publish(gateway, alva.id, 13)
    words = await book(visitor, engine_double, first)

    opened = await another.say(words)
    assert texts(opened)[-1].startswith("Du har en bokad tid. Chatt tisdag 1 december klockan 10.00")
    assert payloads(opened)[:2] == ["time:move", "time:cancel"]
    await another.choose("time:move")
    await another.choose("time:for:others")
    await another.choose(f"time:pick:{second}")
    moved = await another.choose(f"time:take:{second}")
    assert "klockan 13.00" in texts(moved)[0]
    assert texts(moved)[0].endswith(gateway.content.sentences["time_words_same"])
    assert [time.id for time in await gateway.times.offered("others", gateway.clock(), 5)] == [first]

    await another.say(words)
    await another.choose("time:cancel")
    cancelled = await another.choose("time:cancel:yes")
    assert texts(cancelled) == ["Tiden är avbokad. Du behöver inte förklara varför."]
    assert len(await gateway.times.offered("others", gateway.clock(), 5)) == 2


async def test_keeping_the_time_keeps_it(
    visitor: Visitor, gateway: Gateway, alva: ConsoleClient, engine_double: EngineDouble
) -> None:
    words = await book(visitor, engine_double, await publish(gateway, alva.id, 10))
    await visitor.say(words)
    await visitor.choose("time:cancel")
    kept = await visitor.choose("time:keep")

    assert texts(kept) == ["Då är tiden kvar."]
    assert await gateway.times.offered("others", gateway.clock(), 5) == []


async def test_a_time_that_somebody_else_took_is_said_to_be_taken(
    visitor: Visitor, another: Visitor, gateway: Gateway, alva: ConsoleClient, engine_double: EngineDouble
) -> None:
    time = await publish(gateway, alva.id, 10)
    other = await publish(gateway, alva.id, 14)
    await begin(visitor, engine_double)
    await visitor.choose("time:for:others")
    await visitor.choose(f"time:pick:{time}")
    await book(another, engine_double, time)
    late = await visitor.choose(f"time:take:{time}")

    assert texts(late) == ["Den tiden är inte ledig längre.", "Välj en tid. Du får veta mer om den innan du bokar."]
    assert payloads(late) == [f"time:pick:{other}"]


async def test_under_fifteen_a_counsellor_answers_instead(
    visitor: Visitor, gateway: Gateway, alva: ConsoleClient, engine_double: EngineDouble
) -> None:
    await publish(gateway, alva.id, 10, "minors")
    await begin(visitor, engine_double)
    asked = await visitor.choose("time:for:minors")
    assert payloads(asked) == ["time:age:15", "time:age:under"]
    younger = await visitor.choose("time:age:under")

    assert "bokar tillsammans med en kurator" in texts(younger)[0]
    assert payloads(younger) == ["letter:write", "topic:talk_to_human"]


async def test_an_age_that_was_told_is_asked_about_whoever_it_is_for(
    visitor: Visitor, gateway: Gateway, alva: ConsoleClient, engine_double: EngineDouble
) -> None:
    await publish(gateway, alva.id, 10, "exploited")
    engine_double.risks = ["minor"]
    await begin(visitor, engine_double)
    asked = await visitor.choose("time:for:exploited")
    assert payloads(asked) == ["time:age:15", "time:age:under"]
    assert payloads(await visitor.choose("time:age:15"))[0].startswith("time:pick:")


async def test_an_age_that_is_told_on_the_way_is_asked_about_before_the_time_is_taken(
    visitor: Visitor, gateway: Gateway, alva: ConsoleClient, engine_double: EngineDouble
) -> None:
    time = await publish(gateway, alva.id, 10)
    await begin(visitor, engine_double)
    await visitor.choose("time:for:others")
    await visitor.choose(f"time:pick:{time}")
    engine_double.risks = ["minor"]
    await visitor.say("jag är 13")
    asked = await visitor.choose(f"time:take:{time}")

    assert payloads(asked) == ["time:age:15", "time:age:under"]
    assert len(await gateway.times.offered("others", gateway.clock(), 5)) == 1


async def test_buyers_are_only_shown_buyers_times(
    visitor: Visitor, gateway: Gateway, alva: ConsoleClient, engine_double: EngineDouble
) -> None:
    await publish(gateway, alva.id, 10, "exploited")
    await begin(visitor, engine_double)
    none = await visitor.choose("time:for:buyers")

    assert texts(none) == ["Just nu finns ingen tid att boka här. Du kan lämna ett meddelande, så svarar en kurator."]
    assert payloads(none) == ["letter:write", "topic:talk_to_human"]


async def test_many_times_are_shown_five_at_a_time(
    visitor: Visitor, gateway: Gateway, alva: ConsoleClient, engine_double: EngineDouble
) -> None:
    ids = [await publish(gateway, alva.id, hour) for hour in range(9, 16)]
    await begin(visitor, engine_double)
    first = await visitor.choose("time:for:others")
    more = await visitor.choose("time:more")

    assert payloads(first) == [*(f"time:pick:{id}" for id in ids[:5]), "time:more"]
    assert payloads(more) == [f"time:pick:{id}" for id in ids[5:]]


async def test_deleting_the_mailbox_frees_the_time(
    visitor: Visitor, gateway: Gateway, alva: ConsoleClient, engine_double: EngineDouble
) -> None:
    words = await book(visitor, engine_double, await publish(gateway, alva.id, 10))
    await visitor.say(words)
    await visitor.choose("mailbox:delete")
    await visitor.choose("mailbox:delete:yes")

    assert len(await gateway.times.offered("others", gateway.clock(), 5)) == 1


async def test_too_near_to_cancel_is_said_kindly(
    visitor: Visitor, gateway: Gateway, alva: ConsoleClient, engine_double: EngineDouble, clock: Clock
) -> None:
    words = await book(visitor, engine_double, await publish(gateway, alva.id, 10))
    await visitor.say(words)
    await visitor.choose("time:cancel")
    clock.now = datetime(2026, 12, 1, 9, 15, tzinfo=UTC).timestamp()
    late = await visitor.choose("time:cancel:yes")

    assert "för nära inpå" in texts(late)[0]


async def test_what_was_booked_is_only_the_visitors_to_see(
    visitor: Visitor, gateway: Gateway, alva: ConsoleClient, engine_double: EngineDouble
) -> None:
    await book(visitor, engine_double, await publish(gateway, alva.id, 10))
    id = (await gateway.store.ids())[0]
    stored = [line.words["text"] for line in await gateway.store.lines(id) if "veil" in line.words]

    assert (
        stored == ["Här stod något som bara du fick se. Det visas inte längre."] * 3
    )  # the time before and after booking, and the words


async def test_a_mailbox_with_nothing_but_a_time_says_only_the_time(
    visitor: Visitor, another: Visitor, gateway: Gateway, alva: ConsoleClient, engine_double: EngineDouble
) -> None:
    words = await book(visitor, engine_double, await publish(gateway, alva.id, 10))
    opened = await another.say(words)

    assert [text.split(".")[0] for text in texts(opened)] == ["Du har en bokad tid"]
    assert payloads(opened) == ["time:move", "time:cancel", "letter:answer", "topic:talk_to_human", "mailbox:delete"]


async def test_a_mailbox_with_a_letter_and_a_time_says_both(
    visitor: Visitor, another: Visitor, gateway: Gateway, alva: ConsoleClient, engine_double: EngineDouble
) -> None:
    words = words_in(await write_letter(visitor, engine_double, "Kan jag komma på besök?"))
    time = await publish(gateway, alva.id, 10)
    await begin(visitor, engine_double)
    for choice in ("time:for:others", f"time:pick:{time}", f"time:take:{time}"):
        booked = await visitor.choose(choice)
    assert "Nu är tiden bokad" in texts(booked)[0]
    opened = await another.say(words)

    assert [text.split()[0] for text in texts(opened)] == ["Ditt", "Du"]
    on = ["letter:answer", "topic:talk_to_human", "mailbox:delete"]  # a second time cannot be booked
    assert payloads(opened) == [*on, "time:move", "time:cancel"]


async def test_a_way_that_nobody_has_checked_says_so(
    visitor: Visitor, another: Visitor, gateway: Gateway, alva: ConsoleClient, engine_double: EngineDouble
) -> None:
    assert not gateway.content.booking.places["centrum_mot_vald"].way.checked
    time = await publish(gateway, alva.id, 10, kind="visit")
    await begin(visitor, engine_double)
    await visitor.choose("time:for:others")
    asked = await visitor.choose(f"time:pick:{time}")
    words = words_in(await visitor.choose(f"time:take:{time}"))
    opened = await another.say(words)

    told = [frame for frame in (*asked, *opened) if frame["type"] == "message"]
    assert [("Jag vet inte vilken ingång" in frame["text"], frame["checked"]) for frame in told] == [(True, False)] * 2


async def test_a_place_that_is_no_longer_in_the_content_leaves_the_time_usable(
    visitor: Visitor, another: Visitor, gateway: Gateway, alva: ConsoleClient, engine_double: EngineDouble
) -> None:
    words = await book(visitor, engine_double, await publish(gateway, alva.id, 10, kind="visit"))
    rules = replace(gateway.content.booking, places={})
    gateway.words.content = replace(gateway.content, booking=rules)
    opened = await another.say(words)

    assert texts(opened) == ["Du har en bokad tid. Besök tisdag 1 december klockan 10.00, 45 minuter."]
    assert payloads(opened)[:2] == ["time:move", "time:cancel"]


async def test_what_an_opened_mailbox_says_of_a_time_is_not_stored(
    visitor: Visitor, another: Visitor, gateway: Gateway, alva: ConsoleClient, engine_double: EngineDouble
) -> None:
    words = await book(visitor, engine_double, await publish(gateway, alva.id, 10))
    await another.say(words)
    lines = [line for id in await gateway.store.ids() for line in await gateway.store.lines(id)]

    assert [line for line in lines if "bokad tid" in line.words["text"]] == []


async def test_which_time_was_picked_is_no_counsellors_to_see(
    visitor: Visitor, gateway: Gateway, alva: ConsoleClient, engine_double: EngineDouble
) -> None:
    time = await publish(gateway, alva.id, 10)
    await book(visitor, engine_double, time)
    engine_double.summon()
    await visitor.say("kan jag få prata med någon")
    await visitor.choose("share:yes")
    waiting = (await alva.get("queue"))[1]["waiting"][0]["id"]
    messages = (await alva.post(f"conversations/{waiting}/claim"))[1]["messages"]

    assert [one["text"] for one in messages if "klockan 10.00" in one["text"]] == []
    payloads_shown = [choice["payload"] for one in messages for choice in one["choices"]]
    assert f"time:take:{time}" not in payloads_shown


async def test_nobody_can_take_all_the_times_there_are(
    gateway: Gateway, client: TestClient, alva: ConsoleClient, engine_double: EngineDouble
) -> None:
    times = [await publish(gateway, alva.id, hour) for hour in range(8, 15)]
    for time in times[:6]:
        async with Visitor(base_of(client)) as one:
            await one.until("state")
            await book(one, engine_double, time)
    async with Visitor(base_of(client)) as one:
        await one.until("state")
        await begin(one, engine_double)
        await one.choose("time:for:others")
        await one.choose(f"time:pick:{times[6]}")
        refused = await one.choose(f"time:take:{times[6]}")

    assert (texts(refused), payloads(refused)) == ([gateway.words.sentence("time_wait")], ["letter:write"])
    assert [time.id for time in await gateway.times.offered("others", gateway.clock(), 9)] == times[6:]
