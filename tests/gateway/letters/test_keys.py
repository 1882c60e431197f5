"""From words to keys: always the same ones, bound to this installation, at a cost that is not cheap."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from gateway.letters import keys as module
from gateway.letters.keys import COST, Derivation
from tests.gateway.letters.conftest import CHEAP

SALT = bytes(range(32))
SIX = ("gran", "sked", "lampa", "fönster", "väska", "båge")


async def test_the_same_words_give_the_same_keys_and_others_give_others() -> None:
    derivation = Derivation(SALT, CHEAP)
    first = await derivation.keys(SIX)
    assert await Derivation(SALT, CHEAP).keys(SIX) == first
    others = [await derivation.keys(tuple(reversed(SIX))), await Derivation(bytes(32), CHEAP).keys(SIX)]
    for other in others:
        assert other.lookup != first.lookup
        assert other.public != first.public
        assert other.private != first.private


async def test_keys_are_made_of_argon2id_as_said() -> None:
    made = await Derivation(SALT, CHEAP).keys(SIX)
    raw = hash_secret_raw("gran sked lampa fönster väska båge".encode(), SALT, 1, 8, 1, 64, Type.ID)
    assert (made.lookup, made.private) == (raw[:32].hex(), raw[32:])
    assert made.public == X25519PrivateKey.from_private_bytes(raw[32:]).public_key().public_bytes_raw()


async def test_the_private_key_is_not_shown() -> None:
    made = await Derivation(SALT, CHEAP).keys(SIX)
    assert "private" not in repr(made)


def test_the_cost_is_the_one_that_rfc_9106_recommends() -> None:
    assert (COST.passes, COST.memory, COST.lanes) == (3, 64 * 1024, 4)


async def test_at_most_two_derive_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    running, most, lock, both = 0, 0, threading.Lock(), threading.Barrier(2)

    def derive(*given: Any) -> bytes:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        both.wait(5)
        with lock:
            running -= 1
        return bytes(64)

    monkeypatch.setattr(module, "hash_secret_raw", derive)
    derivation = Derivation(SALT, CHEAP)
    await asyncio.gather(*(derivation.keys(SIX) for _ in range(6)))
    assert most == 2


async def test_who_waits_too_long_for_keys_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LONGEST_WAIT", 0.01)
    derivation = Derivation(SALT, CHEAP)
    for _ in range(module.AT_ONCE):
        await derivation._free.acquire()
    with pytest.raises(TimeoutError):
        await derivation.keys(SIX)
    derivation._free.release()
    assert (await derivation.keys(SIX)).lookup
