"""Who of the counsellors is online, away or full: as each says of themselves, and as their conversations weigh."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from aiohttp import web

from content.model import Load
from gateway.console.guard import Guard
from gateway.live import Live
from gateway.storage.records import Conversation, Counsellor, Session
from gateway.storage.staff import Staff
from gateway.storage.store import Store


def weigh(held: Iterable[Conversation], load: Load) -> dict[int, int]:
    """Give what each holder carries, of the conversations somebody holds."""
    carried: dict[int, int] = {}
    for one in held:
        if one.holder is not None:
            carried[one.holder] = carried.get(one.holder, 0) + load.weight(one.priority)
    return carried


def presence(counsellor: Counsellor, carried: Mapping[int, int], load: Load) -> str:
    """Tell how a counsellor who is logged in stands: `away`, `full` or `online`."""
    if counsellor.away:
        return "away"
    return "full" if load.full(carried.get(counsellor.id, 0)) else "online"


def standing(
    me: int, staff: Iterable[Counsellor], here: set[int], carried: Mapping[int, int], load: Load
) -> dict[str, Any]:
    """Give `presence`, `load` and `colleagues` for the queue. `here`: who has a console open."""
    known = {one.id: one for one in staff}
    others = (one for one in known.values() if one.id in here and one.id != me)
    return {
        "presence": presence(known[me], carried, load),
        "load": {"now": carried.get(me, 0), "most": load.most},
        "colleagues": [{"name": one.name, "presence": presence(one, carried, load)} for one in others],
    }


class PresenceApi:
    """The call with which counsellors say that they are away, or back."""

    def __init__(self, staff: Staff, store: Store, live: Live, load: Load, guard: Guard) -> None:
        self._staff = staff
        self._store = store
        self._live = live
        self._load = load
        self._guard = guard

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/console/api/presence", self._guard.session(self._set))]

    async def _set(self, request: web.Request, session: Session) -> web.StreamResponse:
        away = (await request.json())["away"]
        if not isinstance(away, bool):
            raise ValueError("away is true or false")
        await self._staff.set(session.counsellor.id, away=away)
        self._live.set_away(session.counsellor.id, away)
        me = await self._staff.by_id(session.counsellor.id)
        assert me is not None  # counsellors are disabled, never deleted
        return web.json_response({"presence": presence(me, await self._store.carried(self._load), self._load)})
