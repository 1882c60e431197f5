"""Who may speak: the bot, the holder and the system's listed sentences, and nobody else."""

from __future__ import annotations

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from content.model import Content
from gateway.delivery import SYSTEM, NotYours, say_as_bot, say_as_counsellor, say_as_system
from gateway.handoff import Event, State
from gateway.storage.staff import Staff
from gateway.storage.store import Store
from tests.conftest import Clock

REPLY = {"text": "svar", "choices": [], "contacts": []}
WAY = {
    State.BOT: (),
    State.WAITING: (Event.HANDOFF_REQUESTED,),
    State.HUMAN: (Event.HANDOFF_REQUESTED, Event.CLAIMED),
    State.CLOSED: (Event.CLOSED,),
}


@pytest_asyncio.fixture
async def holders(database: AsyncEngine, clock: Clock) -> tuple[int, int]:
    """Alva and Bo."""
    staff = Staff(database, clock)
    return (await staff.add("Alva", "-", must_change=False)).id, (await staff.add("Bo", "-", must_change=False)).id


async def bring(store: Store, state: State, holder: int) -> str:
    """Give a new conversation in a state, held by `holder` where it is `human`."""
    begun, _ = await store.begin("web")
    async with store.change(begun.id) as change:
        for event in WAY[state]:
            await change.step(event, holder)
    return begun.id


@pytest.mark.parametrize(
    ("state", "older", "said", "kept"),
    [
        (State.BOT, 0, ["svar"], []),
        (State.BOT, 1, [], []),
        (State.WAITING, 0, ["svar"], []),
        (State.WAITING, 1, [], []),
        (State.HUMAN, 0, [], ["svar"]),
        (State.HUMAN, 1, [], ["svar"]),
        (State.CLOSED, 0, [], []),
    ],
)
async def test_say_as_bot_needs_its_generation_and_its_state(
    store: Store, holders: tuple[int, int], state: State, older: int, said: list[str], kept: list[str]
) -> None:
    id = await bring(store, state, holders[0])
    async with store.change(id) as change:
        assert await say_as_bot(change, change.conversation.generation - older, [REPLY]) is (said != [])
    assert [line.words["text"] for line in await store.lines(id)] == said
    assert [draft["text"] for draft in await store.drafts(id)] == kept


async def test_say_as_bot_is_late_when_it_was_released_and_claimed_between(
    store: Store, holders: tuple[int, int]
) -> None:
    id = await bring(store, State.WAITING, holders[0])
    before = (await store.get(id)).generation
    async with store.change(id) as change:
        await change.step(Event.CLAIMED, holders[0])
        await change.step(Event.RELEASED_TO_BOT, holders[0])
        assert await say_as_bot(change, before, [REPLY]) is False
        assert await say_as_bot(change, change.conversation.generation, [REPLY]) is True


@pytest.mark.parametrize("state", list(WAY))
async def test_say_as_counsellor_is_for_the_present_holder_only(
    store: Store, holders: tuple[int, int], state: State
) -> None:
    alva, bo = holders
    id = await bring(store, state, alva)
    for who, may in ((alva, state is State.HUMAN), (bo, False)):
        async with store.change(id) as change:
            if may:
                assert await say_as_counsellor(change, who, "hej", "id") == 1
            else:
                with pytest.raises(NotYours):
                    await say_as_counsellor(change, who, "hej", "id")
    said = [(line.sender, line.words["text"]) for line in await store.lines(id)]
    assert said == ([("counsellor", "hej")] if state is State.HUMAN else [])


async def test_say_as_counsellor_is_over_after_handing_back_and_for_the_former_holder(
    store: Store, holders: tuple[int, int]
) -> None:
    alva, bo = holders
    id = await bring(store, State.HUMAN, alva)
    async with store.change(id) as change:
        await change.step(Event.TRANSFERRED, bo)
        with pytest.raises(NotYours):
            await say_as_counsellor(change, alva, "hej", "id")
        assert await say_as_counsellor(change, bo, "hej", "id") == 1
        await change.step(Event.RELEASED_TO_BOT, bo)
        with pytest.raises(NotYours):
            await say_as_counsellor(change, bo, "hej", "id-2")


@pytest.mark.parametrize("name", sorted(SYSTEM))
def test_system_sentences_are_in_content(name: str, content: Content) -> None:
    assert content.sentences[name].strip() != ""


@pytest.mark.parametrize("name", ["greeting", "fallback", "", "no_such_sentence"])
async def test_say_as_system_refuses_what_is_not_listed(store: Store, name: str) -> None:
    begun, _ = await store.begin("web")
    async with store.change(begun.id) as change:
        with pytest.raises(ValueError, match="is not a system sentence"):
            await say_as_system(change, name, "text")
    assert await store.lines(begun.id) == []


async def test_say_as_system_speaks_in_every_state(store: Store, holders: tuple[int, int]) -> None:
    for state in WAY:
        id = await bring(store, state, holders[0])
        async with store.change(id) as change:
            await say_as_system(change, "closed_now", "stängt", contacts=("sos_112",))
        line = (await store.lines(id))[-1]
        assert (line.sender, line.words) == ("system", {"text": "stängt", "choices": [], "contacts": ["sos_112"]})
