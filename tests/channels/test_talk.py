"""One talk through each channel: greeted with what is true there, answered, numbers are choices, danger has 112 first."""

from __future__ import annotations

import pytest
from aiohttp.test_utils import TestClient

from tests.channels.platforms import NAMES, Platforms
from tests.conftest import base_of

pytestmark = pytest.mark.parametrize("name", NAMES)


async def test_a_question_is_answered_after_the_first_word(name: str, client: TestClient, platforms: Platforms) -> None:
    assert await platforms.say(name, base_of(client), "är jag anonym här?") == 200
    texts = await platforms.until(name, 2)
    assert texts[0].startswith("Svar:\nHej. Jag heter Varsam och är en maskin")
    assert "polisen kan begära ut det" in "".join(texts)
    assert any(text.startswith("Svar:\nSvar på: är jag anonym här?") for text in texts)
