"""One counsellor, one conversation: claims that race against each other and against everything else."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from content.model import Content
from gateway.availability import Availability
from gateway.console.desk import CounsellorDesk, Taken
from gateway.delivery import say_as_bot
from gateway.handoff import Event, State
from gateway.keyring import Keyring
from gateway.metrics import Metrics
from gateway.storage.records import Conversation, Gone
from gateway.storage.staff import Staff
from gateway.storage.store import Store
from gateway.summons import LEAVE_QUEUE, Summons
from gateway.words import Words
from tests.conftest import Clock
from tests.gateway.storage.test_store import rows_of

ROUNDS = 5


@pytest.fixture
def words(content: Content) -> Words:
    return Words(content, lambda: datetime.fromtimestamp(0, UTC))


@pytest.fixture
def desk(store: Store, words: Words) -> CounsellorDesk:
    return CounsellorDesk(store, words, Metrics(), 24 * 3600.0)


@pytest_asyncio.fixture
async def counsellors(database: AsyncEngine, clock: Clock) -> list[int]:
    """Fifty counsellors' ids."""
    staff = Staff(database, clock)
    return [(await staff.add(f"Kurator {number}", "-", must_change=False)).id for number in range(50)]


async def waiting(store: Store) -> str:
    begun, _ = await store.begin("web")
    async with store.change(begun.id) as change:
        await change.add("visitor", {"text": "hej"}, "id", answered=False)
        await change.step(Event.HANDOFF_REQUESTED)
    return begun.id


async def greetings(store: Store, id: str, words: Words) -> int:
    lines = await store.lines(id)
    return [line.words["text"] for line in lines].count(words.sentence("counsellor_here"))


async def test_fifty_claims_at_once_have_one_winner(
    store: Store, desk: CounsellorDesk, words: Words, counsellors: list[int]
) -> None:
    for turn in range(ROUNDS):
        counsellors = [*counsellors[turn:], *counsellors[:turn]]  # whoever came first has one already, and may be full
        id = await waiting(store)
        results = await asyncio.gather(*(desk.claim(id, one) for one in counsellors), return_exceptions=True)
        winners = [one for one, got in zip(counsellors, results, strict=True) if isinstance(got, Conversation)]
        assert (len(winners), sum(isinstance(got, Taken) for got in results)) == (1, 49)
        held = await store.get(id)
        assert (held.state, held.holder, held.generation) == (State.HUMAN, winners[0], 2)
        assert (held.counselled, await greetings(store, id, words)) == (True, 1)


@pytest.mark.parametrize(("hours", "kept"), [(24.0, "Det raderas om ett dygn."), (36.0, "Det raderas om 36 timmar.")])
async def test_closing_says_how_long_it_stays(
    store: Store, words: Words, counsellors: list[int], hours: float, kept: str
) -> None:
    desk, id = CounsellorDesk(store, words, Metrics(), hours * 3600), await waiting(store)
    await desk.claim(id, counsellors[0])
    await desk.end(id, counsellors[0], Event.CLOSED)
    assert kept in (await store.lines(id))[-1].words["text"]


async def test_claiming_ones_own_again_changes_nothing(
    store: Store, desk: CounsellorDesk, words: Words, counsellors: list[int]
) -> None:
    id = await waiting(store)
    first = await desk.claim(id, counsellors[0])
    assert await desk.claim(id, counsellors[0]) == first
    assert await greetings(store, id, words) == 1


async def test_claim_against_leaving_the_queue_goes_to_whoever_was_first(
    store: Store, desk: CounsellorDesk, words: Words, counsellors: list[int], content: Content
) -> None:
    summons = Summons(words, Availability(content, "open", words._local, lambda: {1}))

    async def cancel(id: str) -> None:
        async with store.change(id) as change:
            await summons.decide(change, LEAVE_QUEUE)

    for turn in range(ROUNDS * 2):
        id = await waiting(store)
        both = [desk.claim(id, counsellors[turn]), cancel(id)]
        results = await asyncio.gather(*(both if turn % 2 else reversed(both)), return_exceptions=True)
        claimed = any(isinstance(got, Conversation) for got in results)
        problems = [type(got) for got in results if isinstance(got, Exception)]
        assert problems == ([] if claimed else [Taken])
        left = await store.get(id)
        stands = (State.HUMAN, counsellors[turn], 2, 1) if claimed else (State.BOT, None, 1, 0)
        assert (left.state, left.holder, left.generation, await greetings(store, id, words)) == stands
        assert left.waiting_at is None


async def test_claim_against_erase_leaves_nothing(
    store: Store, desk: CounsellorDesk, counsellors: list[int], database: AsyncEngine, keyring: Keyring
) -> None:
    for turn in range(ROUNDS * 2):
        id = await waiting(store)
        both = [desk.claim(id, counsellors[0]), store.erase(id)]
        results = await asyncio.gather(*(both if turn % 2 else reversed(both)), return_exceptions=True)
        problems = [got for got in results if isinstance(got, Exception)]
        assert [type(problem) for problem in problems] in ([], [Gone])
        assert (await rows_of(database, id), keyring.ids()) == (0, set())


async def test_no_bot_row_comes_after_a_claim_and_no_reply_is_lost(
    store: Store, desk: CounsellorDesk, words: Words, counsellors: list[int]
) -> None:
    async def answer(id: str, text: str) -> bool:
        async with store.change(id) as change:
            return await say_as_bot(change, 1, [{"text": text, "choices": [], "contacts": []}])

    for turn in range(ROUNDS):
        id = await waiting(store)
        work = [answer(id, f"svar {number}") for number in range(8)]
        work.insert(turn * 2 % 9, desk.claim(id, counsellors[turn]))
        await asyncio.gather(*work)
        lines = await store.lines(id)
        here = next(line.seq for line in lines if line.words["text"] == words.sentence("counsellor_here"))
        said = [line for line in lines if line.sender == "bot"]
        assert [line.seq for line in said if line.seq > here] == []
        late = await store.drafts(id)
        everything = [line.words["text"] for line in said] + [draft["text"] for draft in late]
        assert sorted(everything) == [f"svar {number}" for number in range(8)]
        assert await answer(id, "sist") is False
        assert [draft["text"] for draft in await store.drafts(id)][-1] == "sist"
