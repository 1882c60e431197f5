"""Messaging platforms: receipts, arrivals, addresses, the outbox, farewells, one-time links, dead letters."""

from alembic import op
import sqlalchemy as sa

revision = '0003'
down_revision = '0002'

BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def _conversation(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f'fk_{table}_conversation')
    return sa.ForeignKeyConstraint(['conversation'], ['conversations.id'], name=name, ondelete='CASCADE')


def upgrade() -> None:
    op.create_table('receipts',
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.Column('at', sa.Float(), nullable=False),
    sa.PrimaryKeyConstraint('hash', name=op.f('pk_receipts'))
    )
    op.create_index('ix_receipts_at', 'receipts', ['at'])
    op.create_table('arrivals',
    sa.Column('id', BIG, autoincrement=True, nullable=False),
    sa.Column('channel', sa.String(length=20), nullable=False),
    sa.Column('key', sa.String(length=40), nullable=False),
    sa.Column('at', sa.Float(), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_arrivals')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_arrivals_channel', 'arrivals', ['channel', 'id'])
    op.create_table('addresses',
    sa.Column('conversation', sa.String(length=32), nullable=False),
    sa.Column('stopped', sa.Boolean(), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    _conversation('addresses'),
    sa.PrimaryKeyConstraint('conversation', name=op.f('pk_addresses'))
    )
    op.create_table('address_hashes',
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.Column('conversation', sa.String(length=32), nullable=False),
    _conversation('address_hashes'),
    sa.PrimaryKeyConstraint('hash', name=op.f('pk_address_hashes'))
    )
    op.create_index(op.f('ix_address_hashes_conversation'), 'address_hashes', ['conversation'])
    op.create_table('outbox',
    sa.Column('id', BIG, autoincrement=True, nullable=False),
    sa.Column('conversation', sa.String(length=32), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('part', sa.Integer(), nullable=False),
    sa.Column('sender', sa.String(length=10), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('urgent', sa.Boolean(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('doubts', sa.Integer(), nullable=False),
    sa.Column('due_at', sa.Float(), nullable=False),
    sa.Column('failure', sa.String(length=20), nullable=True),
    sa.Column('external', sa.String(length=64), nullable=True),
    sa.Column('sealed', sa.LargeBinary(), nullable=True),
    _conversation('outbox'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox')),
    sa.UniqueConstraint('conversation', 'seq', 'part', name=op.f('uq_outbox_conversation')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_outbox_state', 'outbox', ['state', 'conversation'])
    op.create_index('ix_outbox_external', 'outbox', ['external'])
    op.create_table('farewells',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('channel', sa.String(length=20), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('due_at', sa.Float(), nullable=False),
    sa.Column('ends_at', sa.Float(), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_farewells'))
    )
    op.create_table('links',
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.Column('conversation', sa.String(length=32), nullable=False),
    sa.Column('ends_at', sa.Float(), nullable=False),
    _conversation('links'),
    sa.PrimaryKeyConstraint('hash', name=op.f('pk_links')),
    sa.UniqueConstraint('conversation', name=op.f('uq_links_conversation'))
    )
    op.create_table('dead_letters',
    sa.Column('id', BIG, autoincrement=True, nullable=False),
    sa.Column('at', sa.Float(), nullable=False),
    sa.Column('channel', sa.String(length=20), nullable=False),
    sa.Column('direction', sa.String(length=3), nullable=False),
    sa.Column('sender', sa.String(length=10), nullable=False),
    sa.Column('failure', sa.String(length=20), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dead_letters'))
    )
