"""From six words to a mailbox's keys: Argon2id, then a lookup id and an X25519 key pair. The words are kept nowhere.

Whoever has the database alone cannot even begin to guess: the salt is a secret of this installation, in the keyring.
Whoever has both must spend the cost below on each of 2^60 guesses.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

BYTES = 64
AT_ONCE = 2
LONGEST_WAIT = 8.0  # seconds; the visitor then hears that it takes time, and it is tried again


@dataclass(frozen=True)
class Cost:
    """What one derivation costs: passes, memory in KiB, lanes."""

    passes: int
    memory: int
    lanes: int


# RFC 9106, section 4, the second recommended option (64 MiB, three passes, four lanes), well above OWASP's least
# (Password Storage Cheat Sheet: 19 MiB, two passes, one lane). 0.28 s on the two cores this was written on.
COST = Cost(passes=3, memory=64 * 1024, lanes=4)


@dataclass(frozen=True)
class WordKeys:
    """What the words are worth: only `lookup` and `public` may be stored."""

    lookup: str
    public: bytes
    private: bytes = field(repr=False)


class Derivation:
    """Derives keys in threads, at most two at once: each takes 64 MiB. `salt` is the installation's secret."""

    def __init__(self, salt: bytes, cost: Cost = COST) -> None:
        self._salt = salt
        self._cost = cost
        self._free = asyncio.Semaphore(AT_ONCE)

    async def keys(self, words: Sequence[str]) -> WordKeys:
        """Give the keys of six words, spelled as in the list. Raises TimeoutError where too many wait for theirs."""
        async with asyncio.timeout(LONGEST_WAIT):
            await self._free.acquire()
        try:
            return await asyncio.to_thread(self._keys, " ".join(words).encode())
        finally:
            self._free.release()

    def _keys(self, words: bytes) -> WordKeys:
        cost = self._cost
        derived = hash_secret_raw(words, self._salt, cost.passes, cost.memory, cost.lanes, BYTES, Type.ID)
        private = derived[BYTES // 2 :]
        public = X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()
        return WordKeys(derived[: BYTES // 2].hex(), public, private)
