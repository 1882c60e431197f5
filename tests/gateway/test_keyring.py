"""Keys that make words unreadable once they are deleted, wrapped by a master key that can be rotated."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag

from gateway.keyring import KeyGone, Keyring, KeyringError, master_keys

OLD, NEW = bytes(range(32)), bytes(range(32, 64))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "keyring.sqlite"


@pytest.fixture
def keyring(path: Path) -> Iterator[Keyring]:
    opened = Keyring(path, [OLD])
    opened.create("one")
    yield opened
    opened.close()


def wrapped(path: Path, conversation: str) -> bytes:
    with sqlite3.connect(path) as db:
        value: bytes = db.execute("SELECT wrapped FROM keys WHERE id = ?", (conversation,)).fetchone()[0]
    return value


@pytest.mark.parametrize("value", ["åäö 🙂", "", None, 7, {"text": "hej", "choices": [1, 2]}, ["a"]])
def test_open_gives_what_was_sealed(keyring: Keyring, value: object) -> None:
    assert keyring.open("one", "message:1", keyring.seal("one", "message:1", value)) == value


def test_seal_gives_different_bytes_each_time_and_no_plain_word(keyring: Keyring) -> None:
    first, second = keyring.seal("one", "m", "hemligt"), keyring.seal("one", "m", "hemligt")

    assert first != second
    assert b"hemligt" not in first


def test_open_refuses_another_place(keyring: Keyring) -> None:
    sealed = keyring.seal("one", "message:1", "hej")
    with pytest.raises(InvalidTag):
        keyring.open("one", "message:2", sealed)


def test_open_refuses_another_conversation(keyring: Keyring) -> None:
    keyring.create("two")
    sealed = keyring.seal("one", "message:1", "hej")
    with pytest.raises(InvalidTag):
        keyring.open("two", "message:1", sealed)


def test_open_reads_after_a_restart(keyring: Keyring, path: Path) -> None:
    sealed = keyring.seal("one", "m", "hej")
    keyring.close()
    again = Keyring(path, [OLD])

    assert again.open("one", "m", sealed) == "hej"
    again.close()


def test_delete_makes_the_words_unreadable_for_good(keyring: Keyring, path: Path) -> None:
    keyring.create("two")
    sealed, key = keyring.seal("one", "m", "hej"), wrapped(path, "one")
    assert key in path.read_bytes()
    keyring.delete("one")

    with pytest.raises(KeyGone):
        keyring.open("one", "m", sealed)
    assert key not in path.read_bytes()
    assert not any(key[start : start + 8] in path.read_bytes() for start in range(len(key) - 8))
    assert [file.name for file in path.parent.iterdir()] == ["keyring.sqlite"]
    assert keyring.ids() == {"two"}


def test_delete_of_what_is_gone_is_no_error(keyring: Keyring) -> None:
    keyring.delete("never")

    assert keyring.ids() == {"one"}


def test_seal_without_a_key_says_gone(keyring: Keyring) -> None:
    with pytest.raises(KeyGone):
        keyring.seal("never", "m", "hej")


def test_create_refuses_a_second_key_for_the_same(keyring: Keyring) -> None:
    sealed = keyring.seal("one", "m", "hej")
    with pytest.raises(sqlite3.IntegrityError):
        keyring.create("one")
    assert keyring.open("one", "m", sealed) == "hej"


def test_rewrap_moves_all_to_the_first_master_key(keyring: Keyring, path: Path) -> None:
    keyring.create("two")
    sealed = keyring.seal("one", "m", "hej")
    keyring.close()
    both = Keyring(path, [NEW, OLD])

    assert both.open("one", "m", sealed) == "hej"
    assert both.rewrap() == 2
    both.close()
    alone = Keyring(path, [NEW])
    assert alone.open("one", "m", sealed) == "hej"
    alone.close()


def test_create_with_two_masters_wraps_with_the_first(path: Path) -> None:
    both = Keyring(path, [NEW, OLD])
    both.create("one")
    sealed = both.seal("one", "m", "hej")
    both.close()
    alone = Keyring(path, [NEW])

    assert alone.open("one", "m", sealed) == "hej"
    alone.close()


def test_rewrap_that_fails_leaves_later_keys_on_disk(keyring: Keyring, path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("INSERT INTO keys VALUES ('two', ?)", (b"x" * 60,))
    with pytest.raises(KeyGone):
        keyring.rewrap()
    keyring.create("three")
    keyring.close()
    with sqlite3.connect(path) as db:
        assert {row[0] for row in db.execute("SELECT id FROM keys")} == {"one", "two", "three"}


def test_keyring_refuses_a_wrong_master_key_with_a_sentence(keyring: Keyring, path: Path) -> None:
    with pytest.raises(KeyringError) as refused:
        Keyring(path, [NEW])
    assert str(refused.value) == (
        "the keyring was made with another VARSAM_MASTER_KEY: give the old one after a comma, "
        "or remove the keyring file (every conversation in it is then gone)"
    )


def test_keyring_file_is_for_its_owner_alone(keyring: Keyring, path: Path) -> None:
    assert path.stat().st_mode & 0o777 == 0o600


def test_master_keys_reads_both(tmp_path: Path) -> None:
    assert master_keys(f"{NEW.hex()}, {OLD.hex()}", tmp_path, development=False) == [NEW, OLD]


def test_master_keys_makes_one_in_development_and_keeps_it(tmp_path: Path) -> None:
    first = master_keys("", tmp_path / "var", development=True)

    assert master_keys("", tmp_path / "var", development=True) == first
    assert len(first[0]) == 32
    assert (tmp_path / "var" / "master.key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("given", ["", ",", " , "])
def test_master_keys_refuses_none_in_production(given: str, tmp_path: Path) -> None:
    with pytest.raises(KeyringError, match="VARSAM_MASTER_KEY is missing"):
        master_keys(given, tmp_path, development=False)
    assert list(tmp_path.iterdir()) == []


def test_secret_is_made_once_and_stays(keyring: Keyring, path: Path) -> None:
    first = keyring.secret("six_words")
    keyring.close()
    again = Keyring(path, [OLD])

    assert (again.secret("six_words"), len(first), again.ids()) == (first, 32, {"one"})
    assert again.secret("other") != first
    assert first not in path.read_bytes()
    again.close()


def test_rewrap_moves_the_secrets_too(keyring: Keyring, path: Path) -> None:
    secret = keyring.secret("six_words")
    keyring.close()
    both = Keyring(path, [NEW, OLD])
    assert (both.secret("six_words"), both.rewrap()) == (secret, 2)
    both.close()
    alone = Keyring(path, [NEW])
    assert alone.secret("six_words") == secret
    alone.close()


def test_keyring_with_nothing_but_a_secret_refuses_a_wrong_master_key(keyring: Keyring, path: Path) -> None:
    keyring.secret("six_words")
    keyring.delete("one")
    with pytest.raises(KeyringError, match="another VARSAM_MASTER_KEY"):
        Keyring(path, [NEW])


def test_a_secret_cannot_be_put_in_another_place(keyring: Keyring, path: Path) -> None:
    keyring.secret("a"), keyring.secret("b")
    with sqlite3.connect(path) as db:
        [(moved,)] = db.execute("SELECT wrapped FROM secrets WHERE name = 'a'")
        db.execute("UPDATE secrets SET wrapped = ? WHERE name = 'b'", (moved,))
        db.execute("INSERT INTO keys VALUES ('a', ?)", (moved,))
    with pytest.raises(KeyringError, match="secret 'b'"):
        keyring.secret("b")
    with pytest.raises(KeyGone):
        keyring.open("a", "m", bytes(40))
