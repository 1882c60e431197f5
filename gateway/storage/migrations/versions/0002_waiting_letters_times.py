"""Ageing in the queue, counsellors' presence, measured waits; mailboxes with letters; bookable times."""

from alembic import op
import sqlalchemy as sa

revision = '0002'
down_revision = '0001'

BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    with op.batch_alter_table('conversations') as table:
        table.add_column(sa.Column('rank_at', sa.Float()))
        table.add_column(sa.Column('warned_at', sa.Float()))
        table.add_column(sa.Column('alarmed_at', sa.Float()))
        table.drop_index('ix_conversations_state_priority')
        table.create_index('ix_conversations_state_rank', ['state', 'front', 'rank_at'])
    op.execute('UPDATE conversations SET rank_at = waiting_at')
    with op.batch_alter_table('counsellors') as table:
        table.add_column(sa.Column('away', sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column('calendar_hash', sa.String(length=64)))
        table.create_unique_constraint(op.f('uq_counsellors_calendar_hash'), ['calendar_hash'])
    op.create_table('waits',
    sa.Column('id', BIG, autoincrement=True, nullable=False),
    sa.Column('at', sa.Float(), nullable=False),
    sa.Column('seconds', sa.Float(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_waits'))
    )
    op.create_index('ix_waits_at', 'waits', ['at'])
    op.create_table('mailboxes',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('lookup', sa.String(length=64), nullable=False),
    sa.Column('public_key', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', sa.Float(), nullable=False),
    sa.Column('expires_at', sa.Float(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mailboxes')),
    sa.UniqueConstraint('lookup', name=op.f('uq_mailboxes_lookup'))
    )
    op.create_table('letters',
    sa.Column('mailbox', sa.String(length=32), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('sender', sa.String(length=10), nullable=False),
    sa.Column('client_id', sa.String(length=45), nullable=True),
    sa.Column('at', sa.Float(), nullable=False),
    sa.Column('priority', sa.Integer(), nullable=False),
    sa.Column('read_at', sa.Float(), nullable=True),
    sa.Column('read_by', sa.Integer(), nullable=True),
    sa.Column('answered', sa.Boolean(), nullable=False),
    sa.Column('alarmed_at', sa.Float(), nullable=True),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['mailbox'], ['mailboxes.id'], name=op.f('fk_letters_mailbox'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['read_by'], ['counsellors.id'], name=op.f('fk_letters_read_by')),
    sa.PrimaryKeyConstraint('mailbox', 'number', name=op.f('pk_letters')),
    sa.UniqueConstraint('mailbox', 'client_id', name=op.f('uq_letters_mailbox'))
    )
    op.create_index('ix_letters_open', 'letters', ['answered', 'priority', 'at'])
    op.create_table('times',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('place', sa.String(length=40), nullable=True),
    sa.Column('audience', sa.String(length=10), nullable=False),
    sa.Column('starts_at', sa.Float(), nullable=False),
    sa.Column('ends_at', sa.Float(), nullable=False),
    sa.Column('buffer_seconds', sa.Float(), nullable=False),
    sa.Column('staff_needed', sa.Integer(), nullable=False),
    sa.Column('counsellor', sa.Integer(), nullable=False),
    sa.Column('second', sa.Integer(), nullable=True),
    sa.Column('series', sa.String(length=32), nullable=True),
    sa.Column('mailbox', sa.String(length=32), nullable=True),
    sa.Column('booked_at', sa.Float(), nullable=True),
    sa.ForeignKeyConstraint(['counsellor'], ['counsellors.id'], name=op.f('fk_times_counsellor')),
    sa.ForeignKeyConstraint(['mailbox'], ['mailboxes.id'], name=op.f('fk_times_mailbox'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['second'], ['counsellors.id'], name=op.f('fk_times_second')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_times')),
    sa.UniqueConstraint('mailbox', name=op.f('uq_times_mailbox'))
    )
    op.create_index('ix_times_starts_at', 'times', ['starts_at'])
