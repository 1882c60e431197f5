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
    Column("last_seq", Integer, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("visitor_at", Float, nullable=False),
    Column("waiting_at", Float),
    Column("closed_at", Float),
    Column("leave_at", Float),  # after a quick exit: when what stayed is erased
    Column("sealed", LargeBinary, nullable=False),  # context and what was understood
    Index("ix_conversations_state_priority", "state", "priority", "waiting_at"),
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
