"""What a gateway has stored of messaging channels, read past its own code: conversations, outbox, addresses, receipts."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Any

from gateway.keyring import ADDRESS, HOURLY, KeyGone, Keyring
from tests.model.reasons import Broken

AT_REST = {
    "arrivals": "SELECT count(*) FROM arrivals",
    "farewells": "SELECT count(*) FROM farewells",
    "owed answers": "SELECT count(*) FROM messages WHERE sender = 'visitor' AND NOT answered",
    "messages to send": "SELECT count(*) FROM outbox WHERE state IN ('pending', 'sending')",
}


def not_at_rest(connection: Any) -> dict[str, int]:
    """Give what is still to be done, by its name."""
    found = {name: connection.execute(query).fetchone()[0] for name, query in AT_REST.items()}
    return {name: count for name, count in found.items() if count}


@dataclass
class Line:
    sender: str
    client_id: str | None
    answered: bool
    words: dict[str, Any]

    @property
    def text(self) -> str:
        return str(self.words["text"])


@dataclass
class Part:
    """A row of the outbox. `id`: the platform's, where it was told."""

    seq: int
    part: int
    state: str
    urgent: bool
    attempts: int
    failure: str | None
    id: str


@dataclass
class Talk:
    """One conversation. `to`: where its answers go."""

    id: str
    channel: str
    state: str
    to: str = ""
    lines: dict[int, Line] = field(default_factory=dict)
    parts: dict[int, list[Part]] = field(default_factory=dict)
    drafts: list[str] = field(default_factory=list)


class Stored:
    """Everything at one moment."""

    def __init__(self, connection: Any, keyring: Keyring) -> None:
        self._db, self._keyring = connection, keyring
        self._secrets = {name: keyring.secret(name) for name in ("receipts", "addresses")}
        self.talks = {
            id: Talk(id, channel, state)
            for id, channel, state in connection.execute("SELECT id, channel, state FROM conversations").fetchall()
        }
        self.receipts = {row[0] for row in connection.execute("SELECT hash FROM receipts").fetchall()}
        self.hashes = dict(connection.execute("SELECT hash, conversation FROM address_hashes").fetchall())
        self.dead = connection.execute(
            "SELECT channel, direction, sender, failure, code, count(*) FROM dead_letters"
            " GROUP BY channel, direction, sender, failure, code ORDER BY 1, 2, 3, 4, 5"
        ).fetchall()
        self._read_lines()
        self._read_outbox()
        for id, sealed in connection.execute("SELECT conversation, sealed FROM drafts ORDER BY id").fetchall():
            self.talks[id].drafts.append(self._open(id, "draft", sealed)["text"])
        for id, sealed in connection.execute("SELECT conversation, sealed FROM addresses").fetchall():
            self.talks[id].to = self._open(id + ADDRESS, "address", sealed)["to"]
        self.by_client_id: dict[str, tuple[Talk, int]] = {}
        self.twice: list[str] = []  # what is stored in two places
        for talk in self.talks.values():
            for seq, line in talk.lines.items():
                if line.client_id and line.sender == "visitor":
                    if line.client_id in self.by_client_id:
                        self.twice.append(f"{talk.channel} {line.text[:60]!r}")
                    self.by_client_id[line.client_id] = (talk, seq)

    def receipt(self, channel: str, id: str) -> str:
        return hmac.new(self._secrets["receipts"], f"{channel}\0{id}".encode(), hashlib.sha256).hexdigest()

    def address_hash(self, channel: str, who: str) -> str:
        return hmac.new(self._secrets["addresses"], f"{channel}\0{who}".encode(), hashlib.sha256).hexdigest()

    def line_of(self, channel: str, id: str) -> tuple[Talk, int] | None:
        """Give where a thing with the platform's id is stored."""
        first = self.receipt(channel, id)[:40]
        return self.by_client_id.get(first) or self.by_client_id.get(f"{first}-m")  # the mark of what is not kept

    def keys_without_rows(self) -> set[str]:
        """Give the keys that belong to nothing."""
        mailboxes = {row[0] for row in self._db.execute("SELECT id FROM mailboxes").fetchall()}
        belongs = {key.removesuffix(ADDRESS): key for key in self._keyring.ids() if not key.startswith(HOURLY)}
        return belongs.keys() - self.talks.keys() - mailboxes

    def _read_lines(self) -> None:
        columns = "conversation, seq, sender, client_id, answered, sealed"
        for id, seq, sender, client_id, answered, sealed in self._db.execute(
            f"SELECT {columns} FROM messages ORDER BY conversation, seq"
        ).fetchall():
            words = self._open(id, f"message|{seq}", sealed)
            self.talks[id].lines[seq] = Line(sender, client_id, bool(answered), words)

    def _read_outbox(self) -> None:
        columns = "conversation, seq, part, state, urgent, attempts, failure, sealed"
        for id, seq, part, state, urgent, attempts, failure, sealed in self._db.execute(
            f"SELECT {columns} FROM outbox ORDER BY conversation, seq, part"
        ).fetchall():
            inside = {} if sealed is None else self._open(id, f"outbox|{seq}|{part}", sealed)
            one = Part(seq, part, state, bool(urgent), attempts, failure, inside.get("id", ""))
            self.talks[id].parts.setdefault(seq, []).append(one)

    def _open(self, id: str, place: str, sealed: bytes) -> dict[str, Any]:
        try:
            return dict(self._keyring.open(id, place, bytes(sealed)))
        except KeyGone:
            raise Broken(f"a row without a key: {place}") from None
