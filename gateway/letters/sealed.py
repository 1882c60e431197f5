"""Sealing to a public key: what is sealed here nobody of ours can open again, the sender included.

An ephemeral X25519 key, HKDF-SHA256 over the shared secret bound to both public keys, AES-256-GCM with the place as
associated data. Sealed: one version byte, the ephemeral public key (32 bytes), the ciphertext with its tag.
"""

from __future__ import annotations

import json
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VERSION = b"\x01"
PUBLIC_BYTES = 32
_PURPOSE = b"varsam sealed letter 1"
_KEY, _NONCE = 32, 12


class CannotOpen(Exception):
    """Sealed to another key, for another place, damaged, or of an unknown version."""


def seal(public_key: bytes, place: str, value: Any) -> bytes:
    """Encrypt `value` (JSON) to a public key for one place (mailbox and letter), so that rows cannot be swapped."""
    once = X25519PrivateKey.generate()
    ephemeral = once.public_key().public_bytes_raw()
    key, nonce = _derive(once.exchange(X25519PublicKey.from_public_bytes(public_key)), ephemeral, public_key)
    plain = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return VERSION + ephemeral + AESGCM(key).encrypt(nonce, plain, VERSION + place.encode())


def open_sealed(private_key: bytes, place: str, sealed: bytes) -> Any:
    """Decrypt what `seal` gave for the same place and the key's other half. Raises CannotOpen."""
    version, ephemeral, rest = sealed[:1], sealed[1 : 1 + PUBLIC_BYTES], sealed[1 + PUBLIC_BYTES :]
    if version != VERSION:
        raise CannotOpen
    own = X25519PrivateKey.from_private_bytes(private_key)
    try:
        shared = own.exchange(X25519PublicKey.from_public_bytes(ephemeral))
        key, nonce = _derive(shared, ephemeral, own.public_key().public_bytes_raw())
        return json.loads(AESGCM(key).decrypt(nonce, rest, VERSION + place.encode()))
    except (InvalidTag, ValueError) as error:  # ValueError: cut short, or a point that gives no secret
        raise CannotOpen from error


def _derive(shared: bytes, ephemeral: bytes, public_key: bytes) -> tuple[bytes, bytes]:
    """Give key and nonce. The key is used once, so the nonce may come from the same place."""
    info = _PURPOSE + ephemeral + public_key
    derived = HKDF(SHA256(), _KEY + _NONCE, salt=None, info=info).derive(shared)
    return derived[:_KEY], derived[_KEY:]
