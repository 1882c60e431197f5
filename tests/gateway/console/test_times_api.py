"""The staff's way with times over the real application: publish, withdraw, share, hand over, calendar; and who may not."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from icalendar import Calendar

from gateway.app import Gateway
from tests.bookings import with_mailboxes
from tests.conftest import Clock, base_of
from tests.console_client import ConsoleClient, add_counsellor

TIME = {
    "id", "kind", "place", "audience", "start", "end", "minutes", "buffer_minutes", "staff_needed", "counsellor",
    "second", "series", "booked", "mine", "staffed",
}  # fmt: skip
CALL = {
    "kind": "phone", "place": None, "audience": "exploited", "start": "2026-12-01T10:00", "minutes": 60,
    "buffer_minutes": 15, "staff_needed": 1,
}  # fmt: skip
VISIT = {**CALL, "kind": "visit", "place": "centrum_mot_vald"}
NO_TIME = "0" * 32


async def publish(console: ConsoleClient, **given: Any) -> dict[str, Any]:
    """Publish one time; give it."""
    status, body = await console.post("times", {**CALL, **given})
    assert (status, body["left_out"]) == (200, [])
    (made,) = body["published"]
    return dict(made)


async def booked(gateway: Gateway, id: str) -> str:
    """Let a visitor book a time; give the mailbox."""
    (box,) = await with_mailboxes(gateway.database, 1)
    await gateway.times.book(id, box)
    return box


async def test_a_published_time_is_seen_by_everybody(alva: ConsoleClient, bo: ConsoleClient) -> None:
    made = await publish(alva, **VISIT)
    assert set(made) == TIME
    assert made | {"id": ""} == {
        **VISIT, "id": "", "start": "2026-12-01T10:00:00+01:00", "end": "2026-12-01T11:00:00+01:00",
        "counsellor": "Alva", "second": None, "series": None, "booked": False, "mine": True, "staffed": True,
    }  # fmt: skip
    status, seen = await bo.get("times?from=2026-12-01&days=1")
    assert (status, seen) == (
        200,
        {
            "times": [{**made, "mine": False}],
            "places": [{"id": "centrum_mot_vald", "name": "Centrum mot våld"}],
            "kinds": ["visit", "phone", "chat"],
            "lengths": [15, 30, 45, 60, 90, 120, 180],
            "colleagues": ["Alva"],
        },
    )
    assert (await bo.get("times"))[1]["times"] == seen["times"]
    assert (await bo.get("times?from=2026-12-02"))[1]["times"] == []


async def test_a_series_says_what_was_left_out_and_why(alva: ConsoleClient, bo: ConsoleClient) -> None:
    assert (await bo.post("times", {**VISIT, "start": "2026-12-11T11:30", "audience": "buyers"}))[0] == 200
    assert (await alva.post("times", {**CALL, "start": "2026-12-18T10:30"}))[0] == 200
    repeat = {"every_weeks": 1, "until": "2026-12-25"}
    status, body = await alva.post("times", {**VISIT, "start": "2026-11-20T10:00", "repeat": repeat})
    assert status == 200
    assert [time["start"] for time in body["published"]] == ["2026-11-27T10:00:00+01:00", "2026-12-04T10:00:00+01:00"]
    assert body["published"][0]["series"] == body["published"][1]["series"]
    assert body["left_out"] == [
        {"start": "2026-11-20T10:00", "why": "past", "text": "Tiden är redan förbi."},
        {"start": "2026-12-11T10:00", "why": "adjoins", "text": "Det är för nära en annan tid på samma plats. "
         "Den som köper sex och andra besökare ska inte mötas där."},
        {"start": "2026-12-18T10:00", "why": "taken", "text": "Du har något annat då, eller så är platsen upptagen."},
        {"start": "2026-12-25T10:00", "why": "holiday", "text": "Det är helgdag."},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"kind": "promenad"}, "times_kind"), ({"audience": "alla"}, "times_audience"),
        ({"kind": "visit"}, "times_place"), ({"minutes": 50}, "times_length"), ({"buffer_minutes": 500}, "times_buffer"),
        ({"staff_needed": 3}, "times_staff"), ({"start": "i morgon"}, "times_start"),
        ({"start": "2026-12-01T10:00+01:00"}, "times_start"), ({"start": "2099-12-01T10:00"}, "times_far"),
        ({"repeat": {"every_weeks": 1, "until": "2026-11-01"}}, "times_repeat"),
        ({"minutes": "60"}, "bad_request"), ({"minutes": True}, "bad_request"), ({"repeat": 3}, "bad_request"),
        ({"repeat": {"every_weeks": 1, "until": "sedan"}}, "bad_request"),
    ],
)  # fmt: skip
async def test_what_cannot_be_published_is_said(alva: ConsoleClient, given: dict[str, Any], code: str) -> None:
    status, body = await alva.post("times", {**CALL, **given})
    assert (status, body["error"]) == (400, code)
    assert body["text"].endswith(".")
    assert (await alva.get("times"))[1]["times"] == []


@pytest.mark.parametrize("query", ["from=i dag", "days=0", "days=101", "days=x", "from=9999-01-01", "from=0001-01-01"])
async def test_days_that_cannot_be_shown_are_refused(alva: ConsoleClient, query: str) -> None:
    assert (await alva.get(f"times?{query}"))[0] == 400


@pytest.mark.parametrize("body", [[], "x", 3])
async def test_a_body_that_is_no_object_is_refused(alva: ConsoleClient, body: Any) -> None:
    made = await publish(alva)
    for path in ("times", f"times/{made['id']}/withdraw", f"times/{made['id']}/hand-over"):
        assert (await alva.post(path, body))[0] == 400


async def test_the_whole_way_of_a_time_with_two(alva: ConsoleClient, bo: ConsoleClient, gateway: Gateway) -> None:
    made = await publish(alva, staff_needed=2)
    one = f"times/{made['id']}"
    assert (await alva.post(f"{one}/join"))[1]["error"] == "time_not_free"
    assert (await alva.post(f"{one}/leave"))[1]["error"] == "time_not_in_it"
    joined = {**made, "second": "Bo", "staffed": True}
    assert (await bo.post(f"{one}/join"), await bo.post(f"{one}/leave")) == (
        (200, joined),
        (200, {**made, "mine": False}),
    )
    assert await bo.post(f"{one}/join") == (200, joined)
    box = await booked(gateway, made["id"])
    assert (await alva.get("times"))[1]["times"] == [{**joined, "booked": True}]
    refusals = [await bo.post(f"{one}/leave"), await alva.post(f"{one}/withdraw", {"series": False})]
    assert [(status, body["error"]) for status, body in refusals] == [(409, "booked")] * 2
    cilla = await add_counsellor(gateway, "Cilla")
    status, handed = await alva.post(f"{one}/hand-over", {"from": "Bo", "to": "Cilla"})
    assert (status, handed) == (200, {**joined, "second": "Cilla", "booked": True})
    status, handed = await bo.post(f"{one}/hand-over", {"from": "Alva"})
    assert (status, handed["counsellor"], handed["mine"]) == (200, "Bo", True)
    for body, code in (
        ({"from": "Alva"}, "time_not_in_it"), ({"to": "Nobody"}, "time_not_free"), ({"to": "Cilla"}, "time_not_free"),
    ):  # fmt: skip
        status, refusal = await bo.post(f"{one}/hand-over", body)
        assert (status, refusal["error"]) == (409, code)
    await gateway.staff.set(cilla, disabled=True)
    assert [time["staffed"] for time in (await bo.get("times"))[1]["times"]] == [False]  # somebody else must come
    await gateway.times.cancel(box)
    assert (await alva.post(f"{one}/withdraw", {"series": False})) == (200, {"withdrawn": 1})  # anybody's
    for path in ("withdraw", "join", "leave", "hand-over"):
        status, refusal = await bo.post(f"{one}/{path}", {})
        assert (status, refusal["error"]) == (410, "time_gone")


async def test_nobody_can_be_handed_a_time_who_may_not_work(alva: ConsoleClient, gateway: Gateway) -> None:
    made = await publish(alva)
    await gateway.staff.set(await add_counsellor(gateway, "Cilla"), disabled=True)
    assert (await alva.get("times"))[1]["colleagues"] == []
    status, refusal = await alva.post(f"times/{made['id']}/hand-over", {"to": "Cilla"})
    assert (status, refusal["error"]) == (409, "time_not_free")


async def test_a_series_is_withdrawn_whole(alva: ConsoleClient) -> None:
    status, body = await alva.post("times", {**CALL, "repeat": {"every_weeks": 2, "until": "2027-01-31"}})
    assert (status, len(body["published"])) == (200, 5)
    path = f"times/{body['published'][2]['id']}/withdraw"
    assert (await alva.post(path, {"series": "ja"}))[0] == 400
    assert await alva.post(path, {"series": True}) == (200, {"withdrawn": 5})


async def test_consoles_hear_of_every_change_and_read_again(
    alva: ConsoleClient, bo: ConsoleClient, gateway: Gateway
) -> None:
    await bo.watch()
    made = await publish(alva)
    assert await bo.until("times") == {"type": "times"}
    box = await booked(gateway, made["id"])
    assert await bo.until("times") == {"type": "times"}
    await gateway.times.cancel(box)
    assert await bo.until("times") == {"type": "times"}
    await alva.post(f"times/{made['id']}/withdraw", {"series": False})
    assert await bo.until("times") == {"type": "times"}


async def test_the_sweeper_removes_what_is_over(alva: ConsoleClient, gateway: Gateway, clock: Clock) -> None:
    await publish(alva)
    clock.pass_seconds(7 * 86400)  # Tuesday 2026-12-01 10:00
    await gateway.sweeper.sweep()
    assert len(await gateway.plan.of(alva.id)) == 1
    clock.pass_seconds(86400 + 3601)
    await gateway.sweeper.sweep()
    assert await gateway.plan.of(alva.id) == []


@pytest.mark.parametrize("path", ["times", f"times/{NO_TIME}/withdraw", f"times/{NO_TIME}/join", "calendar"])
async def test_no_call_without_session_token_and_own_origin(
    client: TestClient, alva: ConsoleClient, gateway: Gateway, path: str
) -> None:
    async with ConsoleClient(base_of(client)) as stranger:
        assert (await stranger.post(path, CALL))[0] == 401
        assert (await stranger.get("times"))[0] == 401
    assert (await alva.post(path, CALL, X_CSRF_Token="wrong"))[1]["error"] == "forged"
    assert (await alva.post(path, CALL, Origin="https://evil.example"))[1]["error"] == "forged"
    assert (await gateway.plan.of(alva.id), (await gateway.staff.by_id(alva.id)).calendar_hash) == ([], None)  # type: ignore[union-attr]


async def test_the_calendar_needs_only_its_secret(client: TestClient, alva: ConsoleClient, gateway: Gateway) -> None:
    await publish(alva)
    status, body = await alva.post("calendar")
    assert (status, list(body)) == (200, ["path"])
    answer = await client.get(body["path"])
    assert (answer.status, answer.content_type, answer.headers["Cache-Control"]) == (200, "text/calendar", "no-store")
    (event,) = Calendar.from_ical(await answer.read()).walk("VEVENT")
    assert str(event["summary"]) == "Upptagen"
    await alva.post("calendar")
    refused = [body["path"], "/console/calendar/x.ics", f"/console/calendar/{'A' * 43}.ics"]
    assert [(await client.get(path)).status for path in refused] == [404, 404, 404]
