"""The console's calls about bookable times (docs/protocol.md, section 3), and the calendar feed without a cookie."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from content.model import Booking
from gateway.booking.calendar import CalendarFeed
from gateway.booking.plan import Plan
from gateway.booking.problems import Booked, NoSuchTime, NotFree, NotInIt
from gateway.booking.rules import BadTime, Request, Time
from gateway.console.guard import Guard, Handler
from gateway.console.texts import problem, said
from gateway.storage.failures import STORE_FAILURES
from gateway.storage.records import Session
from gateway.storage.staff import Staff

MOST_DAYS = 100
PROBLEMS: Mapping[type[Exception], tuple[int, str]] = {
    NoSuchTime: (410, "time_gone"),
    Booked: (409, "booked"),
    NotFree: (409, "time_not_free"),
    NotInIt: (409, "time_not_in_it"),
}


class TimesApi:
    """Routes below `/console`. `zone` is the organisation's: staff read and write wall-clock time."""

    def __init__(
        self, plan: Plan, feed: CalendarFeed, staff: Staff, guard: Guard, booking: Booking, zone: ZoneInfo
    ) -> None:
        self._plan = plan
        self._feed = feed
        self._staff = staff
        self._guard = guard
        self._booking = booking
        self._zone = zone

    def routes(self) -> list[web.RouteDef]:
        api, one = "/console/api/times", "/console/api/times/{id:[0-9a-f]{32}}"
        return [
            web.get(api, self._guard.session(self._read)),
            web.post(api, self._guard.session(_answered(self._publish))),
            web.post(f"{one}/withdraw", self._guard.session(_answered(self._withdraw))),
            web.post(f"{one}/join", self._guard.session(_answered(self._join))),
            web.post(f"{one}/leave", self._guard.session(_answered(self._leave))),
            web.post(f"{one}/hand-over", self._guard.session(_answered(self._hand_over))),
            web.post("/console/api/calendar", self._guard.session(self._new_calendar)),
            web.get("/console/calendar/{secret:[A-Za-z0-9_-]{43}}.ics", self._calendar),
        ]

    async def _read(self, request: web.Request, session: Session) -> web.StreamResponse:
        start = date.fromisoformat(request.query.get("from") or self._plan.today().isoformat())
        days = int(request.query.get("days", "28"))
        if not 1 <= days <= MOST_DAYS or abs(start - self._plan.today()) > timedelta(days=2 * 366):
            return problem(400, "bad_request")
        found = await self._plan.between(start, days)
        working = [one.name for one in await self._staff.all() if not one.disabled]
        return web.json_response(
            {
                "times": await self._shown(found, session),
                "places": [{"id": place.id, "name": place.name} for place in self._booking.places.values()],
                "kinds": [*(["visit"] if self._booking.places else []), *self._booking.ways],
                "lengths": list(self._booking.lengths),
                "colleagues": [name for name in working if name != session.counsellor.name],
            }
        )

    async def _publish(self, request: web.Request, session: Session) -> web.StreamResponse:
        published, left_out = await self._plan.publish(session.counsellor.id, _request_of(await _body(request)))
        return web.json_response(
            {
                "published": await self._shown(published, session),
                "left_out": [
                    {
                        "start": one.start.isoformat(timespec="minutes"),
                        "why": one.why,
                        "text": said("left_out", one.why),
                    }
                    for one in left_out
                ],
            }
        )

    async def _withdraw(self, request: web.Request, session: Session) -> web.StreamResponse:
        series = (await _body(request)).get("series", False)
        if not isinstance(series, bool):
            return problem(400, "bad_request")
        return web.json_response({"withdrawn": await self._plan.withdraw(request.match_info["id"], series)})

    async def _join(self, request: web.Request, session: Session) -> web.StreamResponse:
        return await self._one(await self._plan.join(request.match_info["id"], session.counsellor.id), session)

    async def _leave(self, request: web.Request, session: Session) -> web.StreamResponse:
        return await self._one(await self._plan.leave(request.match_info["id"], session.counsellor.id), session)

    async def _hand_over(self, request: web.Request, session: Session) -> web.StreamResponse:
        body = await _body(request)
        leaving = await self._named(body.get("from"), session)
        to = await self._named(body.get("to"), session, working=True)
        return await self._one(await self._plan.hand_over(request.match_info["id"], leaving, to), session)

    async def _named(self, name: object, session: Session, working: bool = False) -> int:
        """Give the id of a counsellor by name, one's own where none is given. Raises NotFree for nobody."""
        if name is None:
            return session.counsellor.id
        found = await self._staff.named(str(name))
        if found is None or (working and found.disabled):
            raise NotFree
        return found.id

    async def _new_calendar(self, request: web.Request, session: Session) -> web.StreamResponse:
        secret = await self._feed.renew(session.counsellor.id)
        return web.json_response({"path": f"/console/calendar/{secret}.ics"})

    async def _calendar(self, request: web.Request) -> web.StreamResponse:
        try:
            feed = await self._feed.read(request.match_info["secret"])
        except STORE_FAILURES:
            raise web.HTTPServiceUnavailable from None
        if feed is None:
            raise web.HTTPNotFound
        headers = {"Cache-Control": "no-store"}
        return web.Response(body=feed, content_type="text/calendar", charset="utf-8", headers=headers)

    async def _one(self, time: Time, session: Session) -> web.StreamResponse:
        return web.json_response((await self._shown([time], session))[0])

    async def _shown(self, times: list[Time], session: Session) -> list[dict[str, Any]]:
        staff = await self._staff.all()
        names = {one.id: one.name for one in staff}
        working = {one.id for one in staff if not one.disabled}
        return [self._time(time, names, working, session.counsellor.id) for time in times]

    def _time(self, time: Time, names: Mapping[int, str], working: set[int], me: int) -> dict[str, Any]:
        start, end = (datetime.fromtimestamp(at, self._zone).isoformat() for at in (time.starts_at, time.ends_at))
        return {
            "id": time.id, "kind": time.kind, "place": time.place, "audience": time.audience, "start": start,
            "end": end, "minutes": round((time.ends_at - time.starts_at) / 60),
            "buffer_minutes": round(time.buffer_seconds / 60), "staff_needed": time.staff_needed,
            "counsellor": names.get(time.counsellor), "second": names.get(time.second or 0), "series": time.series,
            "booked": time.booked, "mine": me in time.staff, "staffed": len(time.staff & working) >= time.staff_needed,
        }  # fmt: skip


def _answered(handler: Handler) -> Handler:
    """Turn what booking refuses into an answer with its sentence."""

    async def answered(request: web.Request, session: Session) -> web.StreamResponse:
        try:
            return await handler(request, session)
        except BadTime as bad:
            return problem(400, bad.code)
        except tuple(PROBLEMS) as refusal:
            return problem(*PROBLEMS[type(refusal)])

    return answered


async def _body(request: web.Request) -> dict[str, Any]:
    """Read a JSON object. Raises ValueError, TypeError or RecursionError."""
    body = await request.json()
    if not isinstance(body, dict):
        raise TypeError("an object is needed")
    return body


def _request_of(body: Mapping[str, Any]) -> Request:
    """Read what is to be published. Raises BadTime, LookupError, TypeError or ValueError."""
    place, repeat = body.get("place") or None, body.get("repeat")
    try:
        start = datetime.fromisoformat(str(body["start"]))
    except ValueError:
        raise BadTime("times_start") from None
    return Request(
        kind=str(body["kind"]),
        place=None if place is None else str(place),
        audience=str(body["audience"]),
        start=start.replace(second=0, microsecond=0),
        minutes=_whole(body["minutes"]),
        buffer_minutes=_whole(body.get("buffer_minutes", 0)),
        staff_needed=_whole(body.get("staff_needed", 1)),
        every_weeks=None if repeat is None else _whole(repeat["every_weeks"]),
        until=None if repeat is None else date.fromisoformat(str(repeat["until"])),
    )


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("a whole number is needed")
    return value
