"""Numbers for the manager, from the audit rows: what happened how often, never to whom."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.storage.schema import audit, conversations, dead_letters, letters


async def report_of(database: AsyncEngine, since: float) -> dict[str, int]:
    """Count the hand-off's events since a time, the conversations that exist now by state and by channel, letters kept
    now, and since that time what a channel has not delivered.
    """
    events = select(audit.c.event, func.count()).where(audit.c.at >= since).group_by(audit.c.event)
    states = select(conversations.c.state, func.count()).group_by(conversations.c.state)
    channels = select(conversations.c.channel, func.count()).group_by(conversations.c.channel)
    failures = (dead_letters.c.channel, dead_letters.c.failure)
    lost = select(*failures, func.count()).where(dead_letters.c.at >= since).group_by(*failures)
    kept = select(letters.c.sender, letters.c.answered, func.count()).where(letters.c.at >= since)
    async with database.connect() as connection:
        happened = {f"event {name}": int(number) for name, number in (await connection.execute(events)).all()}
        standing = {f"now {name}": int(number) for name, number in (await connection.execute(states)).all()}
        written = await connection.execute(kept.group_by(letters.c.sender, letters.c.answered))
        post = {f"letters {_kind(*row[:2])}": int(row[2]) for row in written.all()}
        by_channel = {f"now on {name}": int(number) for name, number in (await connection.execute(channels)).all()}
        undelivered = {f"undelivered {row[0]} {row[1]}": int(row[2]) for row in (await connection.execute(lost)).all()}
    parts = (happened, standing, by_channel, undelivered, post)
    return {name: number for part in parts for name, number in sorted(part.items())}


def _kind(sender: str, answered: bool) -> str:
    return "replies" if sender == "counsellor" else "seen to" if answered else "waiting"
