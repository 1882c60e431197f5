"""What only Matrix has: words that nobody can read, a key under which a message is said once, a person who leaves."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp.test_utils import TestClient

from gateway.app import Gateway
from gateway.channels import courier
from tests.channels.platforms import PERSON, Platforms
from tests.conftest import base_of

LINA = PERSON["matrix"]


async def test_encrypted_words_get_a_sentence_that_says_so(client: TestClient, platforms: Platforms) -> None:
    provider = platforms["matrix"]
    cipher = {"algorithm": "m.megolm.v1.aes-sha2", "ciphertext": "AwgA", "session_id": "X3lU"}
    for _ in range(3):
        await platforms.send("matrix", base_of(client), provider.message(LINA, cipher, "m.room.encrypted"))
    texts = await platforms.until("matrix", 2)
    assert "krypterat så att jag inte kan läsa det" in texts[-1]
    assert "112" in texts[-1]
    await platforms.say("matrix", base_of(client), "är jag anonym här?")
    texts = await platforms.until("matrix", 3)
    assert sum("krypterat så att" in text for text in texts) == 1


async def test_an_answer_in_doubt_is_sent_again_and_said_once(
    client: TestClient, gateway: Gateway, platforms: Platforms, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first word goes out, the answer, which has no 112, is in doubt."""
    monkeypatch.setattr(courier, "backoff", lambda attempts: 0.0)
    provider = platforms["matrix"]
    provider.moods.extend(["ok", "drop", "drop"])  # aiohttp sends a PUT that was cut off once more by itself
    await platforms.say("matrix", base_of(client), "är jag anonym här?")
    for _ in platforms._tries(5):
        if gateway.metrics.outbound.labels(channel="matrix", result="sent")._value.get() == 2:
            break
        await asyncio.sleep(0.02)
    texts = platforms.texts("matrix")
    assert len(set(texts)) == len(texts) == 2
    assert sum("/send/" in call for call in provider.calls) == 4  # one of the first word, three of the answer
    assert gateway.metrics.outbound.labels(channel="matrix", result="repeated")._value.get() == 1


async def test_who_leaves_the_room_leaves_nothing_here(
    client: TestClient, gateway: Gateway, platforms: Platforms
) -> None:
    provider = platforms["matrix"]
    await platforms.say("matrix", base_of(client), "är jag anonym här?")
    await platforms.until("matrix", 2)
    room = provider.room(LINA)
    provider.come(room, LINA, "leave")
    for _ in platforms._tries(5):
        if room.members[provider.user] == "leave" and not await gateway.messaging.rows.count():
            return
        await asyncio.sleep(0.02)
    raise AssertionError(await gateway.messaging.rows.count())
