"""A short storm over all five channels, with kill -9 of a real gateway. The long one is `make soak KINDS=sqlite-storm`."""

from __future__ import annotations

from pathlib import Path

import pytest

from content.model import Content
from tests.soak.moody_engine import MoodyEngine
from tests.soak.storm import Storm


@pytest.mark.system
async def test_nothing_is_lost_and_nothing_said_twice_in_a_storm(tmp_path: Path, content: Content) -> None:
    engine = MoodyEngine()
    await engine.start()
    try:
        how = {"things": 140, "people": 20, "per_second": 25.0, "life": (4.0, 6.0), "worse": 4.0}
        storm = Storm(tmp_path, engine.url, "", content, seed=1, **how)
        await storm.run()
    finally:
        engine.stop()
    assert storm.figures["kills"] >= 1
    assert storm.figures["answered"] > 50
    assert {name for name, fates in storm.by_channel.items() if fates.get("answered")} == set(storm.by_channel)
