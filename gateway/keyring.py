"""One key per conversation, in a SQLite file of its own that is never backed up.

Deleting the key deletes the conversation, in every backup of the store. Keys are wrapped (AES-256-GCM)
by a master key; with two given the first wraps and both open, and `rewrap` moves all to the first.
Beside the keys it keeps the installation's own secrets, which belong to no conversation.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12
INSTALLATION = "installation|"  # before a secret's name, so that no key can be put in its place
HOURLY = "hour."  # before the keys that live for an hour or two (storage/arrivals.py)
ADDRESS = ".to"  # after a conversation's id: the key of where its answers go


class KeyGone(Exception):
    """The conversation's key does not exist (any more): its words cannot be read by anyone."""


class KeyringError(Exception):
    """The keyring cannot be opened with the master keys given. The message says what to do."""


class Keyring:
    """Keys by conversation id; thread-safe; each change is on disk when the call returns."""

    def __init__(self, path: Path, master_keys: list[bytes]) -> None:
        """Open or create. Raises KeyringError where no master key opens what is there."""
        self._masters = [AESGCM(key) for key in master_keys]
        self._lock = threading.Lock()
        self._known: dict[str, bytes] = {}
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        os.chmod(path, 0o600)
        self._db.execute("PRAGMA secure_delete = ON")
        self._db.execute("PRAGMA journal_mode = DELETE")
        self._db.execute("CREATE TABLE IF NOT EXISTS keys (id TEXT PRIMARY KEY, wrapped BLOB NOT NULL) WITHOUT ROWID")
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS secrets (name TEXT PRIMARY KEY, wrapped BLOB NOT NULL) WITHOUT ROWID"
        )
        self._check()

    def _check(self) -> None:
        key = self._db.execute("SELECT id, wrapped FROM keys LIMIT 1").fetchone()
        secret = self._db.execute("SELECT ? || name, wrapped FROM secrets LIMIT 1", (INSTALLATION,)).fetchone()
        for row in (row for row in (key, secret) if row is not None):
            try:
                self._unwrap(*row)
            except KeyGone as error:
                raise KeyringError(
                    "the keyring was made with another VARSAM_MASTER_KEY: give the old one after a comma, "
                    "or remove the keyring file (every conversation in it is then gone)"
                ) from error

    def create(self, conversation: str, address: bool = False) -> None:
        """Make a new key for a conversation, and with `address` one for where its answers go: in one write."""
        ids = (conversation, conversation + ADDRESS) if address else (conversation,)
        keys = {id: AESGCM.generate_key(KEY_BYTES * 8) for id in ids}
        rows = [value for id, key in keys.items() for value in (id, self._wrap(id, key))]
        with self._lock:
            self._db.execute(f"INSERT INTO keys (id, wrapped) VALUES {', '.join(['(?, ?)'] * len(ids))}", rows)  # noqa: S608
            self._known |= keys

    def ensure(self, id: str) -> None:
        """Make a key unless there is one."""
        new = self._wrap(id, AESGCM.generate_key(KEY_BYTES * 8))
        with self._lock:
            if id not in self._known:
                self._db.execute("INSERT OR IGNORE INTO keys (id, wrapped) VALUES (?, ?)", (id, new))

    def delete(self, conversation: str) -> None:
        """Delete the key for good, and that of its address; deleting what is gone is no error."""
        self._delete(conversation, conversation + ADDRESS)

    def delete_address(self, conversation: str) -> None:
        """Delete the key of a conversation's address only."""
        self._delete(conversation + ADDRESS)

    def _delete(self, *ids: str) -> None:
        with self._lock:
            for id in ids:
                self._known.pop(id, None)
            self._db.execute(f"DELETE FROM keys WHERE id IN ({', '.join('?' * len(ids))})", ids)  # noqa: S608

    def ids(self) -> set[str]:
        """Give the ids of all conversations that have a key."""
        with self._lock:
            return {row[0] for row in self._db.execute("SELECT id FROM keys")}

    def secret(self, name: str) -> bytes:
        """Give a secret of this installation: 32 random bytes, made at first use and the same ever after.

        Raises KeyringError where no master key opens it.
        """
        new = self._wrap(INSTALLATION + name, os.urandom(KEY_BYTES))
        with self._lock:
            self._db.execute("INSERT OR IGNORE INTO secrets (name, wrapped) VALUES (?, ?)", (name, new))
            kept = self._db.execute("SELECT wrapped FROM secrets WHERE name = ?", (name,)).fetchone()
        try:
            return self._unwrap(INSTALLATION + name, kept[0])
        except KeyGone as error:
            raise KeyringError(f"no VARSAM_MASTER_KEY given opens the keyring's secret '{name}'") from error

    def rewrap(self) -> int:
        """Wrap every key and secret with the first master key; give how many. For rotation."""
        with self._lock:
            rows = self._db.execute("SELECT id, wrapped FROM keys").fetchall()
            again = [(self._wrap(id, self._unwrap(id, wrapped)), id) for id, wrapped in rows]
            kept = self._db.execute("SELECT name, ? || name, wrapped FROM secrets", (INSTALLATION,)).fetchall()
            secrets = [(self._wrap(id, self._unwrap(id, wrapped)), name) for name, id, wrapped in kept]
            self._db.execute("BEGIN IMMEDIATE")
            try:
                self._db.executemany("UPDATE keys SET wrapped = ? WHERE id = ?", again)
                self._db.executemany("UPDATE secrets SET wrapped = ? WHERE name = ?", secrets)
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
        return len(again) + len(secrets)

    def seal(self, conversation: str, place: str, value: Any) -> bytes:
        """Encrypt `value` (JSON) for one place (table and row), so that rows cannot be swapped."""
        nonce = os.urandom(NONCE_BYTES)
        plain = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        return nonce + AESGCM(self._key(conversation)).encrypt(nonce, plain, f"{conversation}|{place}".encode())

    def open(self, conversation: str, place: str, sealed: bytes) -> Any:
        """Decrypt what `seal` gave for the same place. Raises KeyGone."""
        nonce, rest = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        return json.loads(AESGCM(self._key(conversation)).decrypt(nonce, rest, f"{conversation}|{place}".encode()))

    def close(self) -> None:
        with self._lock:
            self._known.clear()
            self._db.close()

    def _key(self, conversation: str) -> bytes:
        with self._lock:
            key = self._known.get(conversation)
            if key is None:
                row = self._db.execute("SELECT wrapped FROM keys WHERE id = ?", (conversation,)).fetchone()
                if row is None:
                    raise KeyGone(conversation)
                key = self._known[conversation] = self._unwrap(conversation, row[0])
            return key

    def _wrap(self, conversation: str, key: bytes) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._masters[0].encrypt(nonce, key, conversation.encode())

    def _unwrap(self, conversation: str, wrapped: bytes) -> bytes:
        for master in self._masters:
            try:
                return master.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], conversation.encode())
            except InvalidTag:
                continue
        raise KeyGone(conversation)


def master_keys(given: str, var: Path, development: bool) -> list[bytes]:
    """Give the master keys from the setting; in development make one in `var` if none is set.

    Raises:
        KeyringError: where none is given outside development.
    """
    keys = [bytes.fromhex(key.strip()) for key in given.split(",") if key.strip()]
    if keys:
        return keys
    if not development:
        raise KeyringError("VARSAM_MASTER_KEY is missing: make one with 'openssl rand -hex 32'")
    path = var / "master.key"
    var.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(os.urandom(KEY_BYTES).hex())
    return [bytes.fromhex(path.read_text().strip())]
