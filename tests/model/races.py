"""Two things in the same moment that chance alone brings together too seldom: each is where a check was missed once.

Their transactions are let in in any order, as all others are.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from gateway.handoff import Event
from tests.model.people import Counsellor, Visitor

if TYPE_CHECKING:
    from tests.model.world import World

EXPIRED_SECONDS = 3601.0  # a second past what a conversation with the bot is kept


async def word_as_it_expires(world: World, visitor: Visitor) -> None:
    """Somebody whose connection is gone writes while the sweep erases what was silent too long."""
    visitor.hang_up()
    for _ in range(3):  # until it is noticed that the connection is gone
        await asyncio.sleep(0)
    world.clock.pass_seconds(EXPIRED_SECONDS)
    await asyncio.gather(world.gateway.sweeper.sweep(), visitor.say("plain"))


async def read_as_it_goes(world: World, counsellor: Counsellor, key: str, pick: int) -> None:
    """A counsellor reads in one window what they give away in another."""
    await asyncio.gather(counsellor.read(key), _give_away(world, counsellor, key, pick))


async def word_as_it_goes(world: World, counsellor: Counsellor, key: str, pick: int) -> None:
    """A counsellor gives away the conversation while what its visitor has just said is listened to."""
    for visitor in world.visitors:
        if visitor.key == key:
            await visitor.say("plain")
    for _ in range(pick % 4):
        await world.turnstile.enter("hesitates")
    await _give_away(world, counsellor, key, pick % 2)


def _give_away(world: World, counsellor: Counsellor, key: str, pick: int) -> Awaitable[None]:
    ways: tuple[Callable[[], Awaitable[None]], ...] = (
        lambda: counsellor.end(key, Event.RELEASED_TO_BOT),
        lambda: counsellor.requeue(key),
        lambda: counsellor.transfer(key, world.counsellors[pick % len(world.counsellors)]),
        lambda: counsellor.end(key, Event.CLOSED),
    )
    return ways[pick % len(ways)]()
