"""How much counsellors carry, on both databases, and that claims which race are counted one after the other."""

from __future__ import annotations

import asyncio
from collections import Counter

from content.model import Content
from gateway.console.desk import CounsellorDesk, Full
from gateway.handoff import Event
from gateway.storage.records import Conversation
from gateway.storage.store import Store
from tests.gateway.storage.test_claims import counsellors, desk, waiting, words

ROUNDS = 4


async def urgent(store: Store, priority: int) -> str:
    id = await waiting(store)
    async with store.change(id) as change:
        change.conversation.priority = priority
    return id


async def test_carried_weighs_what_is_held_and_nothing_else(
    store: Store, desk: CounsellorDesk, counsellors: list[int], content: Content
) -> None:
    load, (alva, bo, *_) = content.organisation.counsellor_load, counsellors
    assert await store.carried(load) == {}
    for counsellor, priority in ((alva, 0), (alva, 1), (bo, 99)):
        await desk.claim(await urgent(store, priority), counsellor)
    closed, released = await urgent(store, 0), await urgent(store, 1)
    for id, event in ((closed, Event.CLOSED), (released, Event.RELEASED_TO_BOT)):
        await desk.claim(id, counsellors[2])
        await desk.end(id, counsellors[2], event)
    await urgent(store, 0)
    assert await store.carried(load) == {alva: 4, bo: 1}


async def test_carried_inside_a_change_sees_what_the_change_is_about_to_decide_on(
    store: Store, desk: CounsellorDesk, counsellors: list[int], content: Content
) -> None:
    await desk.claim(await urgent(store, 1), counsellors[0])
    async with store.change(await waiting(store)) as change:
        assert await change.carried(content.organisation.counsellor_load) == {counsellors[0]: 1}


async def test_claims_at_once_of_one_counsellor_never_pass_the_cap(
    store: Store, desk: CounsellorDesk, counsellors: list[int], content: Content
) -> None:
    for alva in counsellors[:ROUNDS]:
        ids = [await urgent(store, 1) for _ in range(9)]
        results = await asyncio.gather(*(desk.claim(id, alva) for id in ids), return_exceptions=True)
        assert Counter(type(got) for got in results) == {Conversation: 4, Full: 5}
        assert (await store.carried(content.organisation.counsellor_load))[alva] == 4


async def test_an_emergency_that_races_is_counted_too_and_never_refused(
    store: Store, desk: CounsellorDesk, counsellors: list[int], content: Content
) -> None:
    for turn, alva in enumerate(counsellors[:ROUNDS]):
        ids = [await urgent(store, 1) for _ in range(4)]
        ids.insert(turn, await urgent(store, 0))
        results = await asyncio.gather(*(desk.claim(id, alva) for id in ids), return_exceptions=True)
        assert isinstance(results[turn], Conversation)
        won = sum(isinstance(got, Conversation) for got in results)
        carried = (await store.carried(content.organisation.counsellor_load))[alva]
        assert carried == 3 + won - 1
        assert all(isinstance(got, Conversation | Full) for got in results)


async def test_two_counsellors_do_not_wait_for_each_others_room(
    store: Store, desk: CounsellorDesk, counsellors: list[int]
) -> None:
    pairs = [(await urgent(store, 1), counsellor) for counsellor in counsellors[:10]]
    results = await asyncio.gather(*(desk.claim(id, counsellor) for id, counsellor in pairs))
    assert [held.holder for held in results] == [counsellor for _, counsellor in pairs]


__all__ = ["counsellors", "desk", "words"]
