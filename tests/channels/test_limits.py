"""How fast may be sent: a bucket for each platform and each chat, and a pause."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from connectors.messaging import Capabilities
from connectors.registry import CHANNELS
from gateway.channels import limits as module
from gateway.channels.limits import Limits

CAN = Capabilities("utf16", 1, 1, per_second=10, burst=5, chat_seconds=2, chat_burst=2)


@dataclass
class Time:
    """A clock that sleepers move: the first who wakes is the one who sleeps shortest."""

    now: float = 0.0
    sleeping: list[tuple[float, asyncio.Future[None]]] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        wakes: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.sleeping.append((self.now + seconds, wakes))
        await wakes

    async def run(self) -> None:
        """Let time pass until nobody sleeps."""
        for _ in range(5):
            await asyncio.sleep(0)
        while self.sleeping:
            self.sleeping.sort(key=lambda one: one[0])
            at, wakes = self.sleeping.pop(0)
            self.now = max(self.now, at)
            wakes.set_result(None)
            for _ in range(5):
                await asyncio.sleep(0)


async def times(chats: list[str | None], channels: list[str] | None = None, pause: float = 0) -> list[float]:
    """Give when each of these goes out; all ask at once."""
    time = Time()
    limits = Limits(time, time.sleep)
    if pause:
        limits.pause("a", pause)

    async def one(place: int) -> float:
        await limits.turn((channels or ["a"] * len(chats))[place], CAN, chats[place])
        return round(time.now, 6)

    waiting = [asyncio.create_task(one(place)) for place in range(len(chats))]
    await time.run()
    return await asyncio.gather(*waiting)


async def test_one_chat_has_its_burst_and_then_its_pace() -> None:
    assert await times(["anna"] * 5) == [0, 0, 2, 4, 6]


async def test_a_platform_has_its_burst_and_then_its_pace() -> None:
    assert await times([f"chat {place}" for place in range(8)]) == [0] * 5 + [0.1, 0.2, 0.3]


async def test_a_call_that_is_no_message_waits_for_the_platform_only() -> None:
    assert await times([None] * 6) == [0] * 5 + [0.1]


async def test_platforms_and_chats_do_not_wait_for_each_other() -> None:
    assert await times(["anna", "anna", "anna", "bea"], ["a", "a", "a", "b"]) == [0, 0, 2, 0]


async def test_after_a_pause_they_go_out_at_the_platforms_pace() -> None:
    assert await times([f"chat {place}" for place in range(8)], pause=60) == [60] * 5 + [60.1, 60.2, 60.3]


async def test_a_pause_stops_its_platform_only() -> None:
    assert await times(["anna", "bea"], ["a", "b"], pause=60) == [60, 0]


async def test_a_shorter_pause_does_not_end_a_longer_one() -> None:
    time = Time()
    limits = Limits(time, time.sleep)
    limits.pause("a", 60)
    limits.pause("a", 1)
    turn = asyncio.create_task(limits.turn("a", CAN))
    await time.run()
    await turn
    assert time.now == 60


async def test_who_was_promised_a_turn_waits_out_a_pause_that_comes_between() -> None:
    time = Time()
    limits = Limits(time, time.sleep)
    turns = [asyncio.create_task(limits.turn("a", CAN, "anna")) for _ in range(3)]
    for _ in range(5):
        await asyncio.sleep(0)
    limits.pause("a", 30)
    await time.run()
    await asyncio.gather(*turns)
    assert time.now == 30


async def test_after_a_pause_that_comes_between_they_do_not_all_go_out_at_once() -> None:
    time = Time()
    limits = Limits(time, time.sleep)
    gone: list[float] = []

    async def one(chat: str) -> None:
        await limits.turn("a", CAN, chat)
        gone.append(time.now)

    turns = [asyncio.create_task(one(f"chat {number}")) for number in range(45)]
    for _ in range(5):
        await asyncio.sleep(0)
    limits.pause("a", 30)
    await time.run()
    await asyncio.gather(*turns)
    at_once = max(sum(at <= other < at + 1 for other in gone) for at in gone if at >= 30)
    assert at_once <= CAN.burst + CAN.per_second


async def test_tokens_come_back_but_not_more_than_the_burst() -> None:
    time = Time()
    limits = Limits(time, time.sleep)
    time.now = 1000
    for _ in range(2):
        await limits.turn("a", CAN, "anna")
    third = asyncio.create_task(limits.turn("a", CAN, "anna"))
    await time.run()
    await third
    assert time.now == 1002


async def test_chats_that_are_over_are_forgotten(monkeypatch) -> None:
    monkeypatch.setattr(module, "MOST_KEPT", 10)
    time = Time()
    limits = Limits(time, time.sleep)
    for number in range(100):
        time.now += 30
        await limits.turn("a", CAN, f"chat {number}")
    assert len(limits._chats) <= 12


def test_no_channel_waits_longer_between_two_messages_than_people_would() -> None:
    for kind in CHANNELS.values():
        can = kind.capabilities
        assert 0 < can.chat_seconds <= 6
        assert can.chat_burst >= 3
        assert can.per_second > 1
