"""WhatsApp: what goes out follows Meta's rules, each error has its name, and the check tells what to mend. Against a
real server (tests/providers/whatsapp.py).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer

from connectors.messaging import FAILURES, FailureName, Finding, Inbound, Option, Outbound, Request, SendFailed
from connectors.whatsapp import WhatsApp
from connectors.wire import session
from tests.connectors.payloads.whatsapp import AT, OURS, PHONE, body, change, status, value
from tests.providers.whatsapp import APP_SECRET, DAY, TOKEN, VERIFY_TOKEN, WhatsAppProvider
from tests.providers.whatsapp_phones import escaped, signed

HOOK = "https://chatt.example.se/channels/whatsapp"
YES_NO = (Option("Ja", "c:1:0"), Option("Nej", "c:1:1"))


class Clock:
    def __init__(self) -> None:
        self.now = AT

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest_asyncio.fixture
async def provider(clock: Clock) -> AsyncIterator[WhatsAppProvider]:
    provider = WhatsAppProvider(clock)
    server = TestServer(provider.app())
    await server.start_server()
    provider.url = str(server.make_url("")).rstrip("/")
    provider.hook = HOOK
    yield provider
    await server.close()


@pytest_asyncio.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with session() as http:
        yield http


@pytest.fixture
def channel(provider: WhatsAppProvider) -> WhatsApp:
    return WhatsApp(provider.values(), HOOK)


def offline() -> WhatsApp:
    return WhatsApp({**WhatsAppProvider().values(), "api_url": "http://127.0.0.1:9/v26.0"}, HOOK)


def read(whole: Any) -> list[Inbound]:
    return offline().parse(signed(escaped(whole), APP_SECRET))


async def failing(channel: WhatsApp, http: aiohttp.ClientSession, to: str) -> SendFailed:
    with pytest.raises(SendFailed) as raised:
        await channel.send(http, Outbound(to, "Hej"))
    return raised.value


# What goes out


async def test_text_reaches_a_user_id(
    provider: WhatsAppProvider, channel: WhatsApp, http: aiohttp.ClientSession
) -> None:
    who = channel.parse(provider.text("maja", "Hej"))[0].who
    id = await channel.send(http, Outbound(who[0], "Du är inte ensam 💛\nhttps://x.example"))
    sent = provider.to("maja")[0]
    assert (sent.id, sent.text, sent.options, sent.form) == (id, "Du är inte ensam 💛\nhttps://x.example", (), "text")
    assert sent.body == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "recipient": who[0].removeprefix("user:"),
        "type": "text",
        "text": {"preview_url": False, "body": "Du är inte ensam 💛\nhttps://x.example"},
    }


async def test_text_reaches_a_number(
    provider: WhatsAppProvider, channel: WhatsApp, http: aiohttp.ClientSession
) -> None:
    provider.text(PHONE, "Hej")
    await channel.send(http, Outbound(f"phone:{PHONE}", "Hej"))
    assert provider.to(PHONE)[0].body["to"] == PHONE
    assert "recipient" not in provider.to(PHONE)[0].body


@pytest.mark.parametrize("to", ["", "user:", "phone:", PHONE, f"tel:{PHONE}"])
async def test_nobody_is_no_recipient(channel: WhatsApp, http: aiohttp.ClientSession, to: str) -> None:
    assert (await failing(channel, http, to)).name == "refused"


async def test_buttons_come_back_as_choices(
    provider: WhatsAppProvider, channel: WhatsApp, http: aiohttp.ClientSession
) -> None:
    who = channel.parse(provider.text("maja", "Hej"))[0].who
    await channel.send(http, Outbound(who[0], "Är du trygg nu?", YES_NO, "buttons"))
    await channel.send(http, Outbound(who[0], "Ta din tid."))
    assert provider.to("maja")[0].options == (("c:1:0", "Ja"), ("c:1:1", "Nej"))
    (pressed,) = channel.parse(provider.press("maja", 1))
    assert (pressed.kind, pressed.choice, pressed.text, pressed.who) == ("choice", "c:1:1", "Nej", who)


async def test_list_comes_back_as_choices(
    provider: WhatsAppProvider, channel: WhatsApp, http: aiohttp.ClientSession
) -> None:
    who = channel.parse(provider.text("maja", "Hej"))[0].who
    options = tuple(Option(f"Ämne {n}", f"c:2:{n}", "Om pengar" if n == 3 else "") for n in range(10))
    await channel.send(http, Outbound(who[0], "Vad gäller det?", options, "list", "En knapp som är för lång"))
    assert provider.to("maja")[0].body["interactive"]["action"] == {
        "button": "En knapp som är för ",
        "sections": [
            {
                "rows": [
                    {"id": f"c:2:{n}", "title": f"Ämne {n}", **({"description": "Om pengar"} if n == 3 else {})}
                    for n in range(10)
                ]
            }
        ],
    }
    assert channel.parse(provider.press("maja", 9))[0].choice == "c:2:9"


async def test_options_that_stand_in_the_text_are_not_sent_as_buttons(
    provider: WhatsAppProvider, channel: WhatsApp, http: aiohttp.ClientSession
) -> None:
    who = channel.parse(provider.text("maja", "Hej"))[0].who
    await channel.send(http, Outbound(who[0], "1 Ja\n2 Nej", YES_NO, "text"))
    assert provider.to("maja")[0].form == "text"


async def test_the_capabilities_are_what_the_platform_takes(
    provider: WhatsAppProvider, channel: WhatsApp, http: aiohttp.ClientSession
) -> None:
    who, can = channel.parse(provider.text("maja", "Hej"))[0].who[0], channel.capabilities
    buttons = tuple(Option(f"{n}" + "å" * (can.button_title - 1), f"{n}" * 40) for n in range(can.buttons))
    rows = tuple(
        Option(f"{n}" + "å" * (can.row_title - 1), f"{n}" * 40, "å" * can.row_description) for n in range(can.rows)
    )
    await channel.send(http, Outbound(who, "🙏" * (can.longest // 2)))
    await channel.send(http, Outbound(who, "å" * can.longest_with_options, buttons, "buttons"))
    await channel.send(http, Outbound(who, "å" * can.longest_with_options, rows, "list", "Välj"))
    for beyond in (
        Outbound(who, "å" * (can.longest + 1)),
        Outbound(who, "å" * (can.longest_with_options + 1), buttons, "buttons"),
        Outbound(who, "å", (*buttons, Option("En till", "x")), "buttons"),
        Outbound(who, "å", (Option("å" * (can.button_title + 1), "x"),), "buttons"),
        Outbound(who, "å", (*rows, Option("En till", "x")), "list", "Välj"),
        Outbound(who, "å", (Option("å" * (can.row_title + 1), "x"),), "list", "Välj"),
        Outbound(who, "å", (Option("å", "x", "å" * (can.row_description + 1)),), "list", "Välj"),
    ):
        with pytest.raises(SendFailed) as raised:
            await channel.send(http, beyond)
        assert (raised.value.name, raised.value.code) == ("refused", "131009")
    assert len(provider.sent) == 3


async def test_nothing_is_ever_marked_as_read(
    provider: WhatsAppProvider, channel: WhatsApp, http: aiohttp.ClientSession
) -> None:
    who = channel.parse(provider.text("maja", "Hej"))[0].who[0]
    assert not channel.capabilities.typing
    await channel.show_typing(http, who)
    await channel.acknowledge_press(http, "x")
    assert provider.calls == []
    assert await channel.register(http) is None
    assert (channel.pulls, channel.tail) == (False, "")


async def test_nothing_can_be_deleted(
    provider: WhatsAppProvider, channel: WhatsApp, http: aiohttp.ClientSession
) -> None:
    assert (channel.capabilities.deletes_own, channel.capabilities.deletes_theirs) == (0, 0)
    with pytest.raises(SendFailed) as raised:
        await channel.delete(http, f"phone:{PHONE}", OURS)
    assert (raised.value.name, provider.calls, provider.deleted) == ("refused", [], [])


# What goes wrong

# Each code of Meta's table: its failure, and whether it concerns all chats.
CODES: dict[int, tuple[FailureName, bool]] = {
    0: ("misconfigured", False),
    1: ("provider_down", False),
    2: ("provider_down", False),
    3: ("misconfigured", False),
    4: ("retry_later", True),
    10: ("misconfigured", False),
    33: ("misconfigured", False),
    100: ("refused", False),
    190: ("misconfigured", False),
    200: ("misconfigured", False),
    219: ("misconfigured", False),
    299: ("misconfigured", False),
    368: ("misconfigured", False),
    613: ("retry_later", True),
    80007: ("retry_later", True),
    80008: ("retry_later", True),
    130429: ("retry_later", True),
    130472: ("refused", False),
    130497: ("refused", False),
    130501: ("refused", False),
    131000: ("provider_down", False),
    131005: ("misconfigured", False),
    131008: ("refused", False),
    131009: ("refused", False),
    131016: ("provider_down", False),
    131021: ("refused", False),
    131026: ("visitor_gone", False),
    131030: ("misconfigured", False),
    131031: ("misconfigured", False),
    131037: ("misconfigured", False),
    131042: ("misconfigured", False),
    131045: ("misconfigured", False),
    131047: ("window_closed", False),
    131048: ("retry_later", True),
    131049: ("refused", False),
    131050: ("blocked", False),
    131051: ("refused", False),
    131052: ("refused", False),
    131053: ("refused", False),
    131055: ("refused", False),
    131056: ("retry_later", False),
    131057: ("retry_later", True),
    132000: ("refused", False),
    132001: ("refused", False),
    132015: ("refused", False),
    132069: ("refused", False),
    133000: ("misconfigured", False),
    133004: ("provider_down", False),
    133005: ("misconfigured", False),
    133006: ("misconfigured", False),
    133008: ("misconfigured", False),
    133009: ("misconfigured", False),
    133010: ("misconfigured", False),
    133015: ("misconfigured", False),
    133016: ("misconfigured", False),
    135000: ("refused", False),
    137000: ("refused", False),
    138000: ("refused", False),
    139100: ("refused", False),
    141006: ("misconfigured", False),
    131999: ("refused", False),  # nobody has described it
}


@pytest.mark.parametrize("code", CODES)
async def test_error_code_has_its_failure(
    provider: WhatsAppProvider, channel: WhatsApp, http: aiohttp.ClientSession, code: int
) -> None:
    provider.moods.append(f"error {code}")
    failed = await failing(channel, http, f"phone:{PHONE}")
    assert (failed.name, failed.whole, failed.code) == (*CODES[code], str(code))
    assert failed.name in FAILURES


@pytest.mark.parametrize("code", CODES)
def test_error_code_in_a_status_has_the_same_failure(code: int) -> None:
    for given in (code, str(code)):
        (fate,) = read(body(change(value(statuses=[status("failed", errors=[None, {"code": given}])]))))
        assert fate.failure == CODES[code][0]


@pytest.mark.parametrize("errors", [None, [], [{}], [{"code": None}], [{"code": []}], "x", [7]])
def test_failed_without_a_code_is_refused(errors: Any) -> None:
    (fate,) = read(body(change(value(statuses=[status("failed", errors=errors)]))))
    assert (fate.status, fate.failure) == ("failed", "refused")


@pytest.mark.parametrize(
    ("mood", "name", "code", "arrived"),
    [
        ("429", "retry_later", "130429", 0),
        ("500", "provider_down", "1", 0),
        ("503", "provider_down", "503", 0),
        ("garbage", "in_doubt", "no id", 1),
        ("drop", "in_doubt", None, 1),
        ("slow", "in_doubt", "TimeoutError", 1),
        ("hang", "in_doubt", "TimeoutError", 0),
    ],
)
async def test_bad_mood_has_its_failure(
    provider: WhatsAppProvider, channel: WhatsApp, mood: str, name: str, code: str | None, arrived: int
) -> None:
    provider.text(PHONE, "Hej")
    provider.moods.append(mood)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.15)) as hasty:
        failed = await failing(channel, hasty, f"phone:{PHONE}")
    assert (failed.name, len(provider.sent)) == (name, arrived)
    assert code is None or code in failed.code


async def test_nobody_there_is_provider_down(http: aiohttp.ClientSession) -> None:
    assert (await failing(offline(), http, f"phone:{PHONE}")).name == "provider_down"


async def test_too_late_is_window_closed(
    provider: WhatsAppProvider, channel: WhatsApp, http: aiohttp.ClientSession, clock: Clock
) -> None:
    who = channel.parse(provider.text("maja", "Hej"))[0].who
    clock.now += DAY - 1
    await channel.send(http, Outbound(who[0], "Hur är det?"))
    clock.now += 2
    assert (await failing(channel, http, who[0])).name == "window_closed"
    assert (channel.capabilities.window, channel.capabilities.human_window) == (DAY, DAY)


async def test_gone_in_the_answer_or_afterwards(
    provider: WhatsAppProvider, channel: WhatsApp, http: aiohttp.ClientSession
) -> None:
    who = channel.parse(provider.text("maja", "Hej"))[0].who
    provider.gone.add("maja")
    assert (await failing(channel, http, who[0])).name == "visitor_gone"
    provider.late = True
    id = await channel.send(http, Outbound(who[0], "Hej"))
    (fate,) = channel.parse(provider.owed[0])
    assert (fate.kind, fate.refers, fate.status, fate.failure) == ("status", id, "failed", "visitor_gone")
    assert provider.to("maja") == []


async def test_sending_as_fast_as_the_capabilities_say_is_never_too_fast(
    provider: WhatsAppProvider, channel: WhatsApp, http: aiohttp.ClientSession, clock: Clock
) -> None:
    who, can = channel.parse(provider.text("maja", "Hej"))[0].who[0], channel.capabilities
    for _ in range(int(can.chat_burst)):
        await channel.send(http, Outbound(who, "Hej"))
    failed = await failing(channel, http, who)
    assert (failed.name, failed.whole, failed.code) == ("retry_later", False, "131056")
    clock.now += can.chat_seconds
    await channel.send(http, Outbound(who, "Hej"))
    assert len(provider.to("maja")) == int(can.chat_burst) + 1


async def test_wrong_token_secret_or_number_is_misconfigured(
    provider: WhatsAppProvider, http: aiohttp.ClientSession
) -> None:
    for wrong, code in (
        ({"token": "x" * 40}, "190"),
        ({"app_secret": "f" * 32}, "appsecret_proof"),
        ({"phone_number_id": "11111"}, "100/33"),
    ):
        failed = await failing(WhatsApp({**provider.values(), **wrong}, HOOK), http, f"phone:{PHONE}")
        assert (failed.name, failed.code) == ("misconfigured", code)


async def test_no_secret_is_in_what_is_raised(
    provider: WhatsAppProvider, channel: WhatsApp, http: aiohttp.ClientSession
) -> None:
    provider.moods.extend(["500", "503", "garbage", "drop", "error 190"])
    for _ in range(5):
        shown = repr(failed := await failing(channel, http, f"phone:{PHONE}")) + str(failed) + repr(failed.__cause__)
        assert TOKEN not in shown
        assert APP_SECRET not in shown
        assert PHONE not in shown


# The check


def bad(findings: list[Finding]) -> list[str]:
    return [one.text for one in findings if not one.good]


async def test_check_finds_nothing_wrong(
    provider: WhatsAppProvider, channel: WhatsApp, http: aiohttp.ClientSession
) -> None:
    assert await channel.check(http) == [
        Finding(True, "Token, app secret and number are right: +46 8 123 45 67, shown as “Mikamottagningen”."),
        Finding(True, "The token has no end."),
        Finding(True, "The app is subscribed to messages."),
        Finding(True, f"Meta sends the number's messages to {HOOK}."),
        Finding(True, "Meta reports nothing that hinders sending."),
        Finding(True, "Meta keeps what is written for up to 30 days; the guide says how to have it kept for less."),
        Finding(True, "The WhatsApp account gives its messages to an app."),
    ]
    assert {method for method, _ in provider.calls} == {"GET"}


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"token": "x" * 40}, "VARSAM_WHATSAPP_TOKEN"),
        ({"app_secret": "f" * 32}, "VARSAM_WHATSAPP_APP_SECRET"),
        ({"phone_number_id": "11111"}, "VARSAM_WHATSAPP_PHONE_NUMBER_ID"),
        ({"api_url": "http://127.0.0.1:9/v26.0"}, "VARSAM_WHATSAPP_API_URL"),
    ],
)
async def test_check_names_the_wrong_setting(
    provider: WhatsAppProvider, http: aiohttp.ClientSession, wrong: dict[str, str], word: str
) -> None:
    findings = await WhatsApp({**provider.values(), **wrong}, HOOK).check(http)
    assert len(findings) == 1
    assert word in bad(findings)[0]
    assert TOKEN not in findings[0].text
    assert APP_SECRET not in findings[0].text


async def test_check_tells_where_messages_go_instead(
    provider: WhatsAppProvider, channel: WhatsApp, http: aiohttp.ClientSession
) -> None:
    provider.hook = "https://annan.example/hemlig/nyckel"
    assert bad(await channel.check(http)) == [
        "Meta sends the number's messages to annan.example, not to us. In the app's WhatsApp webhook settings enter "
        f"{HOOK} as address."
    ]
    provider.hook = ""
    assert "nowhere" in bad(await channel.check(http))[0]
    assert "VARSAM_PUBLIC_ORIGIN" in bad(await WhatsApp(provider.values(), "").check(http))[0]


async def test_check_tells_what_meta_reports(
    provider: WhatsAppProvider, channel: WhatsApp, http: aiohttp.ClientSession
) -> None:
    provider.number["quality_rating"] = "RED"
    provider.number["code_verification_status"] = "NOT_VERIFIED"
    trouble = {"error_code": 141006, "error_description": "Payment method.", "possible_solution": "Add one."}
    provider.number["health_status"] = {
        "can_send_message": "BLOCKED",
        "entities": [
            {"entity_type": "WABA", "id": "1", "can_send_message": "BLOCKED", "errors": [trouble]},
            {"entity_type": "APP", "id": "2", "can_send_message": "AVAILABLE"},
        ],
    }
    provider.token_data |= {"expires_at": 1795597200, "scopes": ["public_profile"]}
    provider.apps = []
    provider.fields = ["account_update"]
    quality, verified, ends, right, fields, health, apps = bad(await channel.check(http))
    assert "(RED)" in quality
    assert "verified" in verified
    assert "2026-11-25" in ends
    assert "whatsapp_business_messaging" in right
    assert "“messages”" in fields
    assert health == "Meta limits sending (WABA BLOCKED). 141006: Payment method. Add one."
    assert "subscribe" in apps


async def test_check_leaves_the_account_where_it_is_not_known(
    provider: WhatsAppProvider, http: aiohttp.ClientSession
) -> None:
    findings = await WhatsApp({**provider.values(), "business_account_id": ""}, HOOK).check(http)
    assert (bad(findings), len(findings)) == ([], 6)
    findings = await WhatsApp({**provider.values(), "business_account_id": "777"}, HOOK).check(http)
    assert "VARSAM_WHATSAPP_BUSINESS_ACCOUNT_ID" in bad(findings)[0]


async def test_check_tells_that_little_is_kept(
    provider: WhatsAppProvider, channel: WhatsApp, http: aiohttp.ClientSession
) -> None:
    provider.storage = {"status": "NO_STORAGE_ENABLED", "retention_minutes": 60}
    assert Finding(True, "Meta keeps what is written for at most 60 minutes.") in await channel.check(http)


@pytest.mark.parametrize("nonsense", [None, [], 5, "x", {"entities": [None, 5, {}]}, {"can_send_message": []}])
async def test_check_survives_nonsense(
    provider: WhatsAppProvider, channel: WhatsApp, http: aiohttp.ClientSession, nonsense: Any
) -> None:
    provider.number |= {"health_status": nonsense, "quality_rating": nonsense}
    provider.token_data = {"expires_at": nonsense, "scopes": nonsense}
    provider.storage = nonsense
    assert all(isinstance(one, Finding) for one in await channel.check(http))


async def test_provider_delivers_to_our_address(
    provider: WhatsAppProvider, channel: WhatsApp, http: aiohttp.ClientSession
) -> None:
    """Other tests drive the gateway so: the address is tried, and signed calls arrive byte for byte."""
    came: list[Inbound] = []

    async def hook(request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): text for name, text in request.headers.items()}
        asked = Request(request.method, dict(request.query), headers, await request.read())
        if request.method == "GET":
            text = channel.handshake(asked)
            return web.Response(status=403) if text is None else web.Response(text=text)
        if not channel.verify(asked):
            return web.Response(status=403)
        came.extend(channel.parse(asked))
        return web.Response()

    app = web.Application()
    app.add_routes([web.route("*", "/channels/whatsapp", hook)])
    async with TestServer(app) as server:
        base = str(server.make_url("")).rstrip("/")
        assert await provider.deliver(http, base, provider.handshake(VERIFY_TOKEN)) == 200
        assert await provider.deliver(http, base, provider.handshake("fel")) == 403
        assert await provider.deliver(http, base, provider.text("maja", "Någon hotar mig / nu 😟")) == 200
        forged = signed(provider.text("maja", "x").body, "f" * 32)
        assert await provider.deliver(http, base, forged) == 403
    assert [one.text for one in came] == ["Någon hotar mig / nu 😟"]
