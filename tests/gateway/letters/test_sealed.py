"""Sealing to a public key: what opens it, and all that does not."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from gateway.letters.sealed import CannotOpen, open_sealed, seal

PRIVATE = bytes(range(32))
PUBLIC = X25519PrivateKey.from_private_bytes(PRIVATE).public_key().public_bytes_raw()
# Made once by this code: what is stored today must open with every later version.
KEPT = bytes.fromhex(
    "016414c6b8339882df246e857895156c829437ca4a5d544ac03583727956c8543470d4a45c4ba6a4ca8a1960ea0a4e93ef1c"
    "dc1a99ec9cc44095614d90e7f19c9d42862d8a43172b7841783cd256ba55776a590ec8"
)


@pytest.mark.parametrize("value", [{"text": "åäö 🙂"}, "", None, [1, 2], {"text": "x" * 10_000}])
def test_open_gives_what_was_sealed(value: object) -> None:
    assert open_sealed(PRIVATE, "a|letter|1", seal(PUBLIC, "a|letter|1", value)) == value


def test_open_reads_what_was_sealed_by_the_first_version() -> None:
    assert open_sealed(PRIVATE, "a|letter|1", KEPT) == {"text": "hej, jag läste ditt brev"}


def test_seal_gives_other_bytes_each_time_and_no_plain_word() -> None:
    first, second = (seal(PUBLIC, "a", "hemligt") for _ in range(2))
    assert (first[1:] != second[1:], first[0], b"hemligt" in first, PUBLIC in first) == (True, 1, False, False)


def test_open_refuses_another_key() -> None:
    with pytest.raises(CannotOpen):
        open_sealed(bytes(range(1, 33)), "a", seal(PUBLIC, "a", "hej"))


def test_open_refuses_another_place() -> None:
    with pytest.raises(CannotOpen):
        open_sealed(PRIVATE, "b", seal(PUBLIC, "a", "hej"))


def test_open_refuses_every_shorter_text() -> None:
    sealed = seal(PUBLIC, "a", "hej")
    for length in range(len(sealed)):
        with pytest.raises(CannotOpen):
            open_sealed(PRIVATE, "a", sealed[:length])


def test_open_refuses_every_changed_byte() -> None:
    sealed = seal(PUBLIC, "a", "hej")
    for place in range(len(sealed)):
        changed = bytes([*sealed[:place], sealed[place] ^ 0xFF, *sealed[place + 1 :]])
        with pytest.raises(CannotOpen):
            open_sealed(PRIVATE, "a", changed)


def test_open_refuses_a_point_that_gives_no_secret() -> None:
    with pytest.raises(CannotOpen):
        open_sealed(PRIVATE, "a", b"\x01" + bytes(32) + bytes(40))
