"""Who gets into the console: login, one-time passwords, lockout, sessions, CSRF and Origin."""

from __future__ import annotations

import asyncio
import json
from http.cookies import SimpleCookie

import pytest
from aiohttp.test_utils import TestClient

from gateway.app import Gateway
from tests.conftest import Clock, base_of
from tests.console_client import PASSWORD, ConsoleClient, add_counsellor
from tests.gateway.console.test_api import ACTIONS, NOBODY


async def test_login_gives_name_csrf_and_a_strict_cookie(
    client: TestClient, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add_counsellor(gateway, "Alva")
    for secure in (False, True):
        monkeypatch.setattr(gateway.console, "_secure", lambda request, secure=secure: secure)
        answer = await client.post("/console/api/login", json={"name": " Alva ", "password": PASSWORD})
        body = await answer.json()
        assert (answer.status, body) == (200, {"name": "Alva", "csrf": body["csrf"], "must_change": False})
        cookie = SimpleCookie(answer.headers["Set-Cookie"])["varsam_console"]
        flags = (bool(cookie["httponly"]), cookie["samesite"], cookie["path"], cookie["domain"], bool(cookie["secure"]))
        assert flags == (True, "Strict", "/console", "", secure)


async def test_me_and_logout(alva: ConsoleClient) -> None:
    assert await alva.get("me") == (200, {"name": "Alva", "csrf": alva.csrf, "must_change": False})
    assert await alva.post("logout") == (200, {})
    assert (await alva.get("me"))[0] == 401


async def test_nothing_is_open_without_a_session(client: TestClient) -> None:
    async with ConsoleClient(base_of(client)) as stranger:
        for path in ("me", "queue", f"conversations/{NOBODY}"):
            status, body = await stranger.get(path)
            assert (status, body["error"]) == (401, "not_logged_in")
        for path in ("logout", "password", *(f"conversations/{NOBODY}/{action}" for action in ACTIONS)):
            status, body = await stranger.post(path, {})
            assert (status, body["error"]) == (401, "not_logged_in")


async def test_a_one_time_password_must_be_changed_first(client: TestClient, gateway: Gateway) -> None:
    await add_counsellor(gateway, "Cilla", must_change=True)
    new = "ett nytt långt lösenord"
    async with ConsoleClient(base_of(client)) as cilla:
        assert (await cilla.login("Cilla"))[1]["must_change"] is True
        for status, body in (await cilla.get("queue"), await cilla.claim(NOBODY)):
            assert (status, body["error"]) == (403, "must_change")
        tries = {"elva tecken": (PASSWORD, 400, "weak_password"), PASSWORD: (PASSWORD, 400, "weak_password")}
        for given, (old, status, error) in {**tries, new: ("fel", 401, "wrong_login")}.items():
            got = await cilla.post("password", {"old": old, "new": given})
            assert (got[0], got[1]["error"]) == (status, error)
        before = cilla.csrf
        status, body = await cilla.post("password", {"old": PASSWORD, "new": new})
        assert (status, body["must_change"], body["csrf"] != before) == (200, False, True)
        assert (await cilla.get("queue"))[0] == 200
        assert (await cilla.login("Cilla"))[0] == 401
        assert (await cilla.login("Cilla", new))[0] == 200


async def test_a_new_password_ends_older_sessions(alva: ConsoleClient, client: TestClient) -> None:
    async with ConsoleClient(base_of(client)) as elsewhere:
        await elsewhere.login("Alva")
        assert (await alva.post("password", {"old": PASSWORD, "new": "ett nytt långt lösenord"}))[0] == 200
        assert (await elsewhere.get("me"))[0] == 401


async def test_five_wrong_passwords_lock_for_a_quarter(alva: ConsoleClient, clock: Clock) -> None:
    for _ in range(5):
        assert (await alva.login("Alva", "fel lösenord"))[1]["error"] == "wrong_login"
    status, body = await alva.login("Alva")
    assert (status, body["error"]) == (429, "locked")
    clock.pass_seconds(15 * 60)
    assert (await alva.login("Alva"))[0] == 200


async def test_wrong_passwords_at_once_are_all_counted(alva: ConsoleClient) -> None:
    await asyncio.gather(*(alva.login("Alva", f"gissning {number}") for number in range(12)))
    assert (await alva.login("Alva"))[0] == 429


async def test_a_name_that_does_not_exist_is_not_told_from_a_wrong_password(alva: ConsoleClient) -> None:
    nobody, wrong = await alva.login("Ingen"), await alva.login("Alva", "fel lösenord")
    assert (nobody, nobody[0]) == (wrong, 401)


async def test_a_request_without_its_csrf_token_or_from_elsewhere_is_refused(alva: ConsoleClient) -> None:
    own = {"Origin": alva.base}
    for path in ("logout", "password", *(f"conversations/{NOBODY}/{action}" for action in ACTIONS)):
        for headers in (
            {"X-CSRF-Token": ""}, {"X-CSRF-Token": "fel"}, {"X-CSRF-Token": alva.csrf[:-1], **own},
            {"X-CSRF-Token": alva.csrf, "Origin": "https://evil.example"}, {"X-CSRF-Token": alva.csrf, "Origin": "null"},
        ):  # fmt: skip
            async with alva.http.post(f"{alva.base}/console/api/{path}", json={}, headers=headers) as answer:
                assert (answer.status, (await answer.json())["error"]) == (403, "forged")
    assert (await alva.post(f"conversations/{NOBODY}/claim", Origin=alva.base))[0] == 410


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://["])
async def test_login_from_elsewhere_is_refused(alva: ConsoleClient, origin: str) -> None:
    body = json.dumps({"name": "Alva", "password": PASSWORD})
    headers = {"Origin": origin, "Content-Type": "application/json"}
    async with alva.http.post(f"{alva.base}/console/api/login", data=body, headers=headers) as answer:
        assert (answer.status, "Set-Cookie" in answer.headers) == (403, False)


async def test_a_disabled_counsellor_is_out_at_once(alva: ConsoleClient, gateway: Gateway) -> None:
    await gateway.staff.set(alva.id, disabled=True)
    assert (await alva.get("queue"))[0] == 401
    assert (await alva.login("Alva"))[0] == 401
