"""Tables. Times are seconds since 1970 UTC. What a person wrote or was understood to mean is only in `sealed`."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

conversations = Table(
    "conversations",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("channel", String(20), nullable=False),
    Column("state", String(10), nullable=False),
    Column("generation", Integer, nullable=False),
    Column("holder", Integer, ForeignKey("counsellors.id")),
    Column("share", String(10), nullable=False),  # none | asked | yes | no | emergency
    Column("shown_from", Integer),  # the first seq the holder may read; null: nothing
    Column("no_human", Boolean, nullable=False),
    Column("counselled", Boolean, nullable=False),
    Column("priority", Integer, nullable=False),  # the route's place, 0 strictest
    Column("front", Boolean, nullable=False),  # lost its counsellor: before everybody else
    Column("rank_at", Float),  # the queue's order: when it came, less the head start of its priority (gateway/queue.py)
    Column("last_seq", Integer, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("visitor_at", Float, nullable=False),
    Column("waiting_at", Float),
    Column("closed_at", Float),
    Column("leave_at", Float),  # after a quick exit: when what stayed is erased
    Column("warned_at", Float),  # when the visitor was last told that it will soon close
    Column("alarmed_at", Float),  # when the counsellors were last called again to an emergency nobody took
    Column("sealed", LargeBinary, nullable=False),  # context, what was understood, and the errand under way
    Index("ix_conversations_state_rank", "state", "front", "rank_at"),
)

messages = Table(
    "messages",
    metadata,
    Column("conversation", String(32), ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("sender", String(10), nullable=False),  # visitor | bot | counsellor | system
    Column("client_id", String(45)),
    Column("answered", Boolean, nullable=False),
    Column("at", Float, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    UniqueConstraint("conversation", "client_id"),
)

drafts = Table(
    "drafts",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("conversation", String(32), ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("conversation", String(32), nullable=False, index=True),
    Column("at", Float, nullable=False),
    Column("event", String(30), nullable=False),
    Column("from_state", String(10), nullable=False),
    Column("to_state", String(10), nullable=False),
    Column("actor", Integer),
)

counsellors = Table(
    "counsellors",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("name", String(80), nullable=False, unique=True),
    Column("password_hash", String(200), nullable=False),
    Column("must_change", Boolean, nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("locked_until", Float),
    Column("away", Boolean, nullable=False),  # says of themselves that they take nobody now
    Column("calendar_hash", String(64), unique=True),  # of the secret address of their calendar feed
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("counsellor", Integer, ForeignKey("counsellors.id", ondelete="CASCADE"), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("seen_at", Float, nullable=False),
    Column("ends_at", Float, nullable=False),
)

waits = Table(
    "waits",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("at", Float, nullable=False),  # when a counsellor came
    Column("seconds", Float, nullable=False),  # how long that took; belongs to no conversation any more
    Index("ix_waits_at", "at"),
)

mailboxes = Table(
    "mailboxes",
    metadata,
    Column("id", String(32), primary_key=True),  # also the id of its key in the keyring
    Column("lookup", String(64), nullable=False, unique=True),  # derived from the six words
    Column("public_key", LargeBinary, nullable=False),  # X25519; replies are sealed to it
    Column("created_at", Float, nullable=False),
    Column("expires_at", Float, nullable=False),
)

letters = Table(
    "letters",
    metadata,
    Column("mailbox", String(32), ForeignKey("mailboxes.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),  # 1, 2, ... within the mailbox
    Column("sender", String(10), nullable=False),  # visitor | counsellor
    Column("client_id", String(45)),  # makes a repeat harmless
    Column("at", Float, nullable=False),
    Column("priority", Integer, nullable=False),  # the route's place, 0 strictest; of a reply: that of its letter
    Column("read_at", Float),  # a visitor's: acknowledged by a counsellor; a reply: opened with the words
    Column("read_by", Integer, ForeignKey("counsellors.id")),
    Column("answered", Boolean, nullable=False),  # a visitor's: has a reply, or was set aside as needing none
    Column("alarmed_at", Float),  # when the counsellors were last told that a red one is unread
    Column("sealed", LargeBinary, nullable=False),  # a visitor's: the mailbox's key; a reply: the public key
    UniqueConstraint("mailbox", "client_id"),
    Index("ix_letters_open", "answered", "priority", "at"),
)

times = Table(
    "times",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("kind", String(10), nullable=False),  # visit | phone | chat
    Column("place", String(40)),  # an id of content/booking.yml; null where there is none to go to
    Column("audience", String(10), nullable=False),  # buyers | exploited | minors | others
    Column("starts_at", Float, nullable=False),
    Column("ends_at", Float, nullable=False),
    Column("buffer_seconds", Float, nullable=False),  # kept free before and after
    Column("staff_needed", Integer, nullable=False),  # 1 or 2
    Column("counsellor", Integer, ForeignKey("counsellors.id"), nullable=False),
    Column("second", Integer, ForeignKey("counsellors.id")),
    Column("series", String(32)),  # published together by a repeat rule
    Column("mailbox", String(32), ForeignKey("mailboxes.id", ondelete="SET NULL"), unique=True),  # who has booked it
    Column("booked_at", Float),
    Index("ix_times_starts_at", "starts_at"),
)

# The ids of outbox and arrivals are never given twice, not by SQLite either: what is known of a row in memory, while a
# platform answers, must not become another's whose row came after it.

# -- messaging platforms. Ids of people and messages are only in `sealed`, or as hashes keyed with the keyring's secret

receipts = Table(
    "receipts",
    metadata,
    Column("hash", String(64), primary_key=True),  # of channel and the platform's id of a message
    Column("at", Float, nullable=False),
    Index("ix_receipts_at", "at"),
)

arrivals = Table(
    "arrivals",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("channel", String(20), nullable=False),
    Column("key", String(40), nullable=False),  # of the keyring, the hour's own
    Column("at", Float, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Index("ix_arrivals_channel", "channel", "id"),
    sqlite_autoincrement=True,  # see above
)

addresses = Table(
    "addresses",
    metadata,
    Column("conversation", String(32), ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    Column("stopped", Boolean, nullable=False),  # said stop, or has blocked us: nothing goes out
    Column("sealed", LargeBinary, nullable=False),  # the platform's id, under a key of its own
)

address_hashes = Table(
    "address_hashes",
    metadata,
    Column("hash", String(64), primary_key=True),  # of channel and one of the person's ids
    Column("conversation", String(32), ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False, index=True),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("conversation", String(32), ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("part", Integer, nullable=False),
    Column("sender", String(10), nullable=False),
    Column("state", String(10), nullable=False),  # pending | sending | sent | doubt | failed
    Column("urgent", Boolean, nullable=False),  # carries 112 or a counsellor's words: repeated when in doubt
    Column("attempts", Integer, nullable=False),
    Column("doubts", Integer, nullable=False),  # sends that nobody answered
    Column("due_at", Float, nullable=False),
    Column("failure", String(20)),
    Column("external", String(64)),  # keyed hash of the platform's id of it
    Column("sealed", LargeBinary),  # until it is sent: what goes out; then the platform's id of it
    UniqueConstraint("conversation", "seq", "part"),
    Index("ix_outbox_state", "state", "conversation"),
    Index("ix_outbox_external", "external"),
    sqlite_autoincrement=True,  # see above
)

farewells = Table(
    "farewells",
    metadata,
    Column("id", String(32), primary_key=True),  # also the id of its key in the keyring
    Column("channel", String(20), nullable=False),
    Column("state", String(10), nullable=False),  # pending | sending
    Column("attempts", Integer, nullable=False),
    Column("due_at", Float, nullable=False),
    Column("ends_at", Float, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

links = Table(
    "links",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("conversation", String(32), ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("ends_at", Float, nullable=False),
)

dead_letters = Table(
    "dead_letters",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("at", Float, nullable=False),
    Column("channel", String(20), nullable=False),
    Column("direction", String(3), nullable=False),  # in | out
    Column("sender", String(10), nullable=False),
    Column("failure", String(20), nullable=False),
    Column("code", String(40), nullable=False),  # the platform's own word for it
    Column("attempts", Integer, nullable=False),
)
