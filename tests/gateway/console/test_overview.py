"""One reading for all who ask, never older than the question."""

from __future__ import annotations

import asyncio

from gateway.console.overview import Overview


class Source:
    """Counts what has changed and how often it was read; a reading waits for `gate`."""

    def __init__(self, pause: float = 0.0) -> None:
        self.changes = 0
        self.readings = 0
        self.began = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()
        self.problem: Exception | None = None
        self.overview = Overview(self._read, lambda: self.changes, pause)

    async def _read(self) -> int:
        self.readings += 1
        value = self.changes
        self.began.set()
        await self.gate.wait()
        if self.problem is not None:
            raise self.problem
        return value


async def test_all_who_ask_share_one_reading() -> None:
    source = Source()
    assert await asyncio.gather(*(source.overview.fresh() for _ in range(20))) == [0] * 20
    assert source.readings == 1


async def test_without_a_change_nothing_is_read_again() -> None:
    source = Source()
    assert [await source.overview.fresh() for _ in range(3)] == [0, 0, 0]
    assert source.readings == 1


async def test_a_change_while_it_is_read_is_read_again() -> None:
    source = Source()
    source.gate.clear()
    early = asyncio.create_task(source.overview.fresh())
    await source.began.wait()
    source.changes += 1
    late = asyncio.create_task(source.overview.fresh())
    await asyncio.sleep(0)
    source.gate.set()
    assert (await early, await late, source.readings) == (0, 1, 2)


async def test_who_gives_up_waiting_does_not_end_it_for_the_others() -> None:
    source = Source()
    source.gate.clear()
    first, second = (asyncio.create_task(source.overview.fresh()) for _ in range(2))
    await source.began.wait()
    first.cancel()
    source.gate.set()
    assert (await second, source.readings) == (0, 1)


async def test_a_store_that_is_down_is_told_to_all_and_asked_again() -> None:
    source = Source()
    source.problem = OSError()
    assert [
        type(one) for one in await asyncio.gather(*(source.overview.fresh() for _ in range(2)), return_exceptions=True)
    ] == [OSError] * 2
    source.problem = None
    assert (await source.overview.fresh(), source.readings) == (0, 2)


async def test_a_burst_of_changes_is_read_once() -> None:
    source = Source(pause=0.05)
    await source.overview.fresh()

    async def change() -> int:
        source.changes += 1
        return await source.overview.fresh()

    assert await asyncio.gather(*(change() for _ in range(20))) == [20] * 20
    assert source.readings == 2
