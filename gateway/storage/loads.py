"""How much each counsellor carries: the weights of the conversations they hold, summed up in the database."""

from __future__ import annotations

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from content.model import Load
from gateway.handoff import State
from gateway.storage.schema import conversations, counsellors


async def carried(connection: AsyncConnection, load: Load) -> dict[int, int]:
    """Give what each counsellor carries; those who hold nothing are left out."""
    table = conversations.c
    weight = case((table.priority == 0, load.weight(0)), else_=load.weight(1))
    held = select(table.holder, func.sum(weight)).where(table.state == State.HUMAN.value).group_by(table.holder)
    return {row[0]: int(row[1]) for row in (await connection.execute(held)).all()}


async def hold_still(connection: AsyncConnection, counsellor: int) -> None:
    """Let no other transaction give this counsellor anything before this one is over.

    PostgreSQL locks the row (with `key_share`, so that rows which refer to it are not in the way); SQLite has one
    writer at a time anyway.
    """
    row = select(counsellors.c.id).where(counsellors.c.id == counsellor)
    await connection.execute(row.with_for_update(key_share=True))
