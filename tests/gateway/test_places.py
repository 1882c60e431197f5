"""Places in the queue: told to everybody who waits when somebody ahead leaves, is taken, or overtakes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient

from gateway.app import Gateway
from gateway.handoff import Event, State
from gateway.places import Places
from gateway.storage.store import Store
from gateway.waiting import UsualWait
from tests.conftest import Clock, base_of
from tests.connectors.test_webchat import key_of, said
from tests.console_client import ConsoleClient
from tests.engine_double import EngineDouble
from tests.system import Visitor


@pytest_asyncio.fixture
async def three(
    client: TestClient, gateway: Gateway, engine_double: EngineDouble, clock: Clock
) -> AsyncIterator[list[Visitor]]:
    """Three visitors who wait, a second apart."""
    engine_double.summon()
    async with AsyncExitStack() as stack:
        visitors = []
        for place in (1, 2, 3):
            visitor = await stack.enter_async_context(Visitor(base_of(client)))
            await visitor.say("en människa tack")
            assert [frame["position"] for frame in visitor.frames if frame["type"] == "state"][-1] == place
            visitors.append(visitor)
            clock.pass_seconds(1)
        engine_double.calm()
        yield visitors


async def place_of(visitor: Visitor, place: int) -> None:
    """Wait until a visitor is told a place."""
    frame = (await visitor.until("state", position=place))[-1]
    assert (frame["state"], frame["position"]) == ("waiting", place)


async def test_who_waits_hears_of_a_better_place_when_somebody_ahead_is_taken(
    three: list[Visitor], gateway: Gateway, alva: ConsoleClient
) -> None:
    await alva.claim(await key_of(gateway, three[0]))
    await place_of(three[1], 1)
    await place_of(three[2], 2)


async def test_who_leaves_the_queue_keeps_the_bot_and_the_others_move_up(
    three: list[Visitor], gateway: Gateway
) -> None:
    assert ("bot", "Svar på: är det farligt?") in said(await three[1].say("är det farligt?"))  # while waiting
    frames = await three[1].choose("queue:leave")
    assert said(frames) == [("system", gateway.words.sentence("queue_left"))]
    assert [(frame["state"], frame["position"]) for frame in frames if frame["type"] == "state"] == [("bot", None)]
    await place_of(three[2], 2)
    assert said(await three[1].say("hej")) == [("bot", "Svar på: hej")]
    assert (await gateway.store.get(await key_of(gateway, three[1]))).state is State.BOT


async def test_the_place_is_that_of_the_queue_when_somebody_urgent_overtakes(
    three: list[Visitor], gateway: Gateway, engine_double: EngineDouble
) -> None:
    engine_double.summon("emergency")
    frames = await three[2].say("nu är det fara")
    assert [frame["position"] for frame in frames if frame["type"] == "state"] == [1]
    await place_of(three[0], 2)
    await place_of(three[1], 3)
    order = [one.id for one in await gateway.store.in_states(State.WAITING)]
    assert order == [await key_of(gateway, three[number]) for number in (2, 0, 1)]


async def test_who_erases_or_goes_makes_room_too(three: list[Visitor]) -> None:
    await three[0].send({"type": "erase"})
    await place_of(three[2], 2)
    await three[1].send({"type": "bye", "quick": False})
    await place_of(three[2], 1)


async def test_a_place_that_comes_late_says_nothing_to_somebody_who_no_longer_waits(
    three: list[Visitor], gateway: Gateway, alva: ConsoleClient
) -> None:
    key = await key_of(gateway, three[0])
    await alva.claim(key)
    await three[0].until("state", state="human")
    await Places(gateway.store, gateway.live, UsualWait(gateway.store, gateway.clock))._tell()
    assert [frame for frame in await three[0].say("hej") if frame["type"] == "state"] == []


@pytest.mark.parametrize(
    ("events", "moved"),
    [
        ((Event.HANDOFF_REQUESTED,), [True]),
        ((Event.HANDOFF_REQUESTED, Event.CLAIMED), [True, True]),
        ((Event.HANDOFF_REQUESTED, Event.CLAIMED, Event.TRANSFERRED, Event.REQUEUED), [True, True, False, True]),
        ((Event.HANDOFF_REQUESTED, Event.ERASED), [True, True]),
        ((Event.HANDOFF_REQUESTED, Event.HANDOFF_REQUESTED, Event.CORRECTED), [True, False, False]),
        ((Event.CLOSED,), [False]),
    ],
)
async def test_the_store_tells_when_the_queue_has_moved(
    store: Store, monkeypatch: pytest.MonkeyPatch, events: tuple[Event, ...], moved: list[bool]
) -> None:
    told: list[bool] = []
    monkeypatch.setattr(store, "_changed", lambda id, moved, holder: told.append(moved))
    begun, _ = await store.begin("web")
    for event in events:
        async with store.change(begun.id) as change:
            await change.step(event, None)
    assert told == moved


async def test_a_new_priority_moves_the_queue_and_those_who_came_at_once_have_places_of_their_own(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = []
    for _ in range(3):
        begun, _ = await store.begin("web")
        async with store.change(begun.id) as change:
            await change.step(Event.HANDOFF_REQUESTED)
            change.conversation.waiting_at = 1000.0
        ids.append(begun.id)
        clock.pass_seconds(1)
    assert [await store.place(await store.get(id)) for id in ids] == [1, 2, 3]
    told: list[bool] = []
    monkeypatch.setattr(store, "_changed", lambda id, moved, holder: told.append(moved))
    async with store.change(ids[2]) as change:
        change.conversation.priority = 0
    assert (told, [await store.place(await store.get(id)) for id in ids]) == ([True], [2, 3, 1])
