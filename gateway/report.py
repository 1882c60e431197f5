"""Numbers for the manager, from the audit rows: what happened how often, never to whom."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.storage.schema import audit, conversations


async def report_of(database: AsyncEngine, since: float) -> dict[str, int]:
    """Count the hand-off's events since a time, and the conversations that exist now, by state."""
    events = select(audit.c.event, func.count()).where(audit.c.at >= since).group_by(audit.c.event)
    states = select(conversations.c.state, func.count()).group_by(conversations.c.state)
    async with database.connect() as connection:
        happened = {f"event {name}": int(number) for name, number in (await connection.execute(events)).all()}
        standing = {f"now {name}": int(number) for name, number in (await connection.execute(states)).all()}
    return {**dict(sorted(happened.items())), **dict(sorted(standing.items()))}
