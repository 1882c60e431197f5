"""Who held a conversation and why they no longer do, read from the audit rows. Content-free; writes nothing."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.handoff import Event
from gateway.storage.schema import audit

TAKING = (Event.CLAIMED, Event.TRANSFERRED)
ENDING = (
    Event.TRANSFERRED, Event.RELEASED_TO_BOT, Event.CANCELLED_BY_VISITOR, Event.COUNSELLOR_LOST, Event.REQUEUED,
    Event.CLOSED, Event.EXPIRED,
)  # fmt: skip


class Holds:
    """Reads the hand-off's audit rows for the console."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def ended_by(self, conversation: str, counsellor: int) -> Event | None:
        """Give what ended a counsellor's latest hold; None while it lasts, or where the rows are gone."""
        rows = select(audit.c.event, audit.c.actor).where(audit.c.conversation == conversation).order_by(audit.c.id)
        async with self._engine.connect() as connection:
            events = [(Event(row.event), row.actor) for row in (await connection.execute(rows)).all()]
        ended: Event | None = None
        held = False
        for event, actor in events:
            if event in TAKING and actor == counsellor:
                held, ended = True, None
            elif held and event in ENDING:
                held, ended = False, event
        return ended

    async def lost_since(self, counsellor: int, since: float) -> list[str]:
        """Give the conversations that a counsellor lost with the connection at `since` or later."""
        lost = select(audit.c.conversation).where(
            audit.c.event == Event.COUNSELLOR_LOST.value, audit.c.actor == counsellor, audit.c.at >= since
        )
        async with self._engine.connect() as connection:
            return list((await connection.execute(lost.distinct())).scalars())
