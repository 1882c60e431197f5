"""`varsam channel check`: all good says so for each platform; whatever is wrong is named, with what to do, and no secret."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from connectors.messaging import Finding
from connectors.registry import CHANNELS
from connectors.wire import session
from gateway.app import Gateway
from gateway.channels import trial
from gateway.channels.check import Check, without_secrets
from gateway.channels.hooks import LOOPBACK
from gateway.channels.settings import ChannelSettings, path_of
from gateway.processes import free_port
from gateway.settings import Settings
from tests.channels.platforms import NAMES, PERSON, Platforms
from tests.conftest import Clock, base_of, settings_for
from tests.engine_double import EngineDouble
from tests.schema import give_schema

CALLED = ("telegram", "sms", "whatsapp", "messenger")
BY_META = ("whatsapp", "messenger")


@pytest_asyncio.fixture
async def metrics(gateway: Gateway, client: TestClient) -> AsyncIterator[TestServer]:
    """The metrics of the running gateway, where `varsam up` would tell of them."""
    async with TestServer(gateway.metrics_app()) as opened:
        gateway.settings.ports_file.write_text(json.dumps({"metrics": opened.port}))
        yield opened


@pytest.fixture
def settings(tmp_path: Path, client: TestClient, platforms: Platforms, metrics: TestServer) -> Settings:
    """The operator's settings; the address is the gateway's real one, and every platform calls it."""
    made = settings_for(tmp_path, public_origin=base_of(client), **platforms.settings())
    by_name = {one.name: f"{base_of(client)}{path_of(one.name, one.made('').tail)}" for one in made.channels}
    platforms["telegram"].webhook["url"] = by_name["telegram"]
    platforms["sms"].numbers[0] |= {"sms_url": by_name["sms"], "mms_url": by_name["sms"], "sms_replies": "no"}
    platforms["whatsapp"].hook = by_name["whatsapp"]
    platforms["messenger"].callback = by_name["messenger"]
    return made


def channel_of(settings: Settings, name: str) -> ChannelSettings:
    return next(one for one in settings.channels if one.name == name)


async def check(settings: Settings, name: str, seconds: float = 5.0, **values: str) -> list[Finding]:
    """Check with the operator's settings, some of them changed; every word is looked through for secrets."""
    one = channel_of(settings, name)
    one = replace(one, values={**one.values, **values})
    async with session() as http:
        found = [finding async for finding in Check(settings, one, http, seconds).findings()]
    secrets = [one.values[setting.name] for setting in CHANNELS[name].settings if setting.secret]
    assert [secret for secret in secrets for finding in found if secret in finding.text] == []
    return found


def wrong(findings: list[Finding]) -> list[str]:
    return [finding.text for finding in findings if not finding.good]


def said(findings: list[Finding]) -> str:
    return "\n".join(finding.text for finding in findings)


# -- all is well


@pytest.mark.parametrize("name", CALLED)
async def test_a_trial_message_comes_to_the_gateway_and_stores_nothing(
    name: str, settings: Settings, gateway: Gateway, platforms: Platforms
) -> None:
    shown = channel_of(settings, name).shown(settings.public_origin).removeprefix("webhook ")
    found = await check(settings, name)
    https = ["Telegram calls https addresses only: VARSAM_PUBLIC_ORIGIN must begin with https://."]
    assert wrong(found) == (https if name == "telegram" else [])
    assert f"Varsam runs on this machine, with {name} in mode full." in said(found)
    assert f"A trial message to {shown} came to the Varsam on this machine: a real one would be stored." in said(found)
    assert "The same message with a wrong proof was refused." in said(found)
    assert ("The verify token is answered, and a wrong one refused." in said(found)) == (name in BY_META)
    assert await gateway.messaging.arrivals.count() == {}
    assert platforms[name].sent == []
    counted = gateway.metrics.inbound.labels(channel=name, kind="loopback")._value.get()
    assert (counted, gateway.metrics.inbound.labels(channel=name, kind="unknown")._value.get()) == (1, 0)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in CALLED])
async def test_what_is_fetched_needs_no_address(settings: Settings, name: str) -> None:
    found = await check(settings, name)
    assert wrong(found) == []
    assert said(found).endswith("No address of ours is needed: messages are fetched.")


async def test_telegram_without_an_address_is_fetched(settings: Settings, platforms: Platforms) -> None:
    platforms["telegram"].webhook["url"] = ""
    found = await check(settings.model_copy(update={"public_origin": ""}), "telegram")
    assert wrong(found) == []
    assert "Messages are fetched from Telegram" in said(found)


async def test_what_cannot_be_fetched_needs_an_address(settings: Settings) -> None:
    found = await check(settings.model_copy(update={"public_origin": ""}), "whatsapp")
    assert "Nobody can call us: set VARSAM_PUBLIC_ORIGIN to our own address." in wrong(found)


async def test_signpost_is_shown_to_answer_and_needs_no_store(
    tmp_path: Path, clock: Clock, engine_double: EngineDouble, platforms: Platforms, read_once: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    given = {"public_origin": "http://localhost:8080", **platforms.settings("signpost", ("sms",))}
    made = Gateway(settings_for(tmp_path, **given), engine_double.url, clock)
    await give_schema(made.settings.database)
    monkeypatch.setattr(made.store, "writable", None)
    async with TestClient(TestServer(made.app())) as client, TestServer(made.metrics_app()) as metrics:
        update = {"public_origin": base_of(client), "metrics_port": metrics.port}
        found = await check(made.settings.model_copy(update=update), "sms")
    assert "came to the Varsam on this machine: a real one would be answered." in said(found)


@pytest.mark.parametrize("name", CALLED)
async def test_a_message_that_looks_like_a_trial_is_not_lost(
    name: str, settings: Settings, platforms: Platforms, gateway: Gateway
) -> None:
    request = platforms[name].text(PERSON[name], "är jag anonym här?")
    request = replace(request, headers={**request.headers, LOOPBACK: "1"})
    assert await platforms.send(name, settings.public_origin, request) == 200
    assert any("Svar på: är jag anonym här?" in text for text in await platforms.until(name, 2))


# -- the platform


@pytest.mark.parametrize(
    ("name", "setting", "value", "says"),
    [
        ("telegram", "token", "123456789:AAExampleExampleExampleExampleExamp", "Telegram does not accept the token"),
        ("sms", "password", "0123456789ABCDEF", "46elks does not know the username and password"),
        ("whatsapp", "token", "EAAJBanother" * 3, "Meta does not accept the token"),
        ("messenger", "token", "EAAJBanother" * 3, "Meta does not accept the page's token"),
        ("signal", "number", "+46700000999", "The container has no account with the number"),
        ("matrix", "token", "syt_another_than_it_knows", "No way in (misconfigured 401)"),
    ],
)
async def test_a_wrong_token_is_told(settings: Settings, name: str, setting: str, value: str, says: str) -> None:
    assert says in "\n".join(wrong(await check(settings, name, **{setting: value})))


@pytest.mark.parametrize("name", CALLED)
async def test_a_webhook_that_is_elsewhere_is_told(settings: Settings, platforms: Platforms, name: str) -> None:
    old = "https://old.example.se/hemlig-vag"
    platforms["telegram"].webhook["url"] = platforms["whatsapp"].hook = platforms["messenger"].callback = old
    platforms["sms"].numbers[0]["sms_url"] = old
    told = "\n".join(wrong(await check(settings, name)))
    assert ("not ours" in told) or ("not to us" in told) or ("does not come here" in told)
    assert "hemlig-vag" not in told


@pytest.mark.parametrize("name", NAMES)
async def test_a_platform_that_is_down_is_told(settings: Settings, name: str) -> None:
    found = await check(settings, name, api_url=f"http://127.0.0.1:{free_port()}")
    assert len(wrong(found)) == 1
    assert any(what in wrong(found)[0] for what in ("not answer", "cannot be reached", "Nothing answers"))


@pytest.mark.parametrize("name", NAMES)
async def test_a_platform_on_the_internet_without_encryption_is_told(
    settings: Settings, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def public(origin: str) -> bool:
        return origin == channel_of(settings, name).values["api_url"]

    before = len(wrong(await check(settings, name)))
    monkeypatch.setattr(trial, "is_public", public)
    told = wrong(await check(settings, name))
    assert len(told) == before + 1
    assert told[0].startswith(f"VARSAM_{name.upper()}_API_URL begins with http:// and leads out of our network")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("status", "text"), [(200, "<h1>Element</h1>"), (301, ""), (404, "Not Found"), (403, "denied")]
)
async def test_something_else_than_the_platform_is_told(
    settings: Settings, road: Road, name: str, status: int, text: str
) -> None:
    road.status, road.text = status, text
    (told,) = wrong(await check(settings, name, api_url=road.origin))
    assert f"VARSAM_{name.upper()}_API_URL" in told or (name, status) in (("sms", 403), ("telegram", 200)), told
    assert "permission" not in told
    assert "log in as it" not in told


async def hang(request: web.Request) -> web.StreamResponse:
    await asyncio.sleep(60)
    raise AssertionError


@pytest.mark.parametrize("name", NAMES)
async def test_a_platform_that_hangs_is_given_up(settings: Settings, name: str) -> None:
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", hang)
    async with TestServer(app) as server:
        async with asyncio.timeout(5):
            found = await check(settings, name, 0.2, api_url=str(server.make_url("")).rstrip("/"))
    assert wrong(found) == [
        "The platform did not answer within 0.2 seconds. Try again in some minutes; look at the firewall and at "
        f"VARSAM_{name.upper()}_API_URL."
    ]


# -- the gateway


async def test_fetching_that_fails_is_told(
    tmp_path: Path, clock: Clock, engine_double: EngineDouble, platforms: Platforms, read_once: None
) -> None:
    platforms["telegram"].poll_moods.append("503")
    made = Gateway(settings_for(tmp_path, **platforms.settings("full", ("telegram",))), engine_double.url, clock)
    await give_schema(made.settings.database)
    async with TestClient(TestServer(made.app())), TestServer(made.metrics_app()) as metrics:
        settings = made.settings.model_copy(update={"metrics_port": metrics.port})
        async with asyncio.timeout(5):
            while not wrong(found := await check(settings, "telegram")):
                await asyncio.sleep(0.02)
    assert wrong(found) == [
        "Messages are fetched, but Varsam could not at its last try: look for not_fetched in its log. It goes on trying."
    ]


async def test_fetching_does_not_pause_for_a_day(
    tmp_path: Path, clock: Clock, engine_double: EngineDouble, platforms: Platforms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.channels.messaging.LONGEST_DEAF", 0.02)
    provider = platforms["telegram"]
    provider.retry_after = 86_400
    provider.poll_moods.append("429")
    made = Gateway(settings_for(tmp_path, **platforms.settings("full", ("telegram",))), engine_double.url, clock)
    await give_schema(made.settings.database)
    async with TestClient(TestServer(made.app())), asyncio.timeout(5):
        while "getupdates" not in [method for method, _ in provider.calls]:  # the first is not taken
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("name", CALLED)
async def test_another_secret_than_the_gateways_is_told(settings: Settings, name: str) -> None:
    setting = {"telegram": "secret", "sms": "path_secret"}.get(name, "app_secret")
    found = await check(settings, name, **{setting: "0123456789abcdef" * 2})
    told = "was refused (403): Varsam was started with another secret than is set here; start it again."
    assert told in "\n".join(wrong(found))


@pytest.mark.parametrize("name", BY_META)
async def test_another_verify_token_than_the_gateways_is_told(settings: Settings, name: str) -> None:
    (told,) = wrong(await check(settings, name, verify_token="ett-helt-annat-ord"))
    assert told == (
        "The verify token is refused: Varsam was started with another. Start it again, and enter "
        f"VARSAM_{name.upper()}_VERIFY_TOKEN at the platform."
    )


@pytest.mark.parametrize("name", NAMES)
async def test_no_gateway_is_told(
    settings: Settings, metrics: TestServer, client: TestClient, name: str, unused_tcp_port: int
) -> None:
    await metrics.close()
    settings = settings.model_copy(update={"public_origin": f"http://localhost:{unused_tcp_port}"})
    told = wrong(await check(settings, name))[-1]
    if name not in CALLED:
        assert "so that nothing is fetched: start it, or check where it runs." in told
    else:
        assert told.endswith("failed: nobody listens there: start Varsam, and the proxy before it.")


async def test_a_gateway_elsewhere_is_enough(settings: Settings, metrics: TestServer) -> None:
    await metrics.close()
    found = await check(settings, "sms")
    assert wrong(found) == []
    assert "No Varsam is seen on this machine" in said(found)
    assert "/channels/sms/… was taken." in said(found)


@pytest.mark.parametrize("broken", ["", "[]", "{}", '{"metrics": null}', '{"metrics": "x"}', "\udcff"])
async def test_a_run_time_file_that_is_broken_is_none(settings: Settings, broken: str) -> None:
    settings.ports_file.write_bytes(broken.encode("utf-8", "surrogateescape"))
    assert "No Varsam is seen on this machine" in said(await check(settings, "sms"))


async def test_metrics_of_another_program_are_no_gateway(settings: Settings) -> None:
    async def metrics(request: web.Request) -> web.StreamResponse:
        return web.Response(text='other_total{channel="sms"} 1\n')

    app = web.Application()
    app.add_routes([web.get("/metrics", metrics)])
    async with TestServer(app) as server:
        settings.ports_file.write_text(json.dumps({"metrics": server.port}))
        assert "No Varsam is seen on this machine" in said(await check(settings, "sms"))


async def test_a_fixed_port_of_metrics_is_asked_where_no_file_tells(settings: Settings, metrics: TestServer) -> None:
    settings.ports_file.unlink()
    found = await check(settings.model_copy(update={"metrics_port": metrics.port}), "sms")
    assert "came to the Varsam on this machine" in said(found)


async def test_a_gateway_in_another_mode_is_told(settings: Settings, platforms: Platforms) -> None:
    one = replace(channel_of(settings, "sms"), mode="signpost")
    async with session() as http:
        found = [finding async for finding in Check(settings, one, http).findings()]
    assert wrong(found) == [
        "The Varsam that runs on this machine has sms in mode full, the settings here say signpost: start it again."
    ]


async def test_a_gateway_with_the_channel_off_is_told(settings: Settings, gateway: Gateway) -> None:
    del gateway.messaging._channels["sms"]
    gateway.metrics.channels.clear()
    mode, failed, itself = wrong(await check(settings, "sms"))
    assert "has sms in mode off" in mode
    assert "a Varsam that was started with the channel off" in failed
    assert itself.startswith("Nor is it taken by Varsam itself at http://127.0.0.1:8080")


async def test_a_store_that_is_down_is_told(
    settings: Settings, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def down() -> None:
        raise OSError

    monkeypatch.setattr(gateway.store, "writable", down)
    assert "Varsam could store nothing now (503)" in wrong(await check(settings, "sms"))[0]


# -- the road


@pytest_asyncio.fixture
async def road(settings: Settings) -> AsyncIterator[Road]:
    async with Road() as opened:
        yield opened


class Road:
    """Something else than our gateway at the public address: answers as told, or leads to another gateway."""

    def __init__(self) -> None:
        self.status, self.text, self.headers = 200, "", {}
        self.to, self.echoes = "", False
        self.drops: tuple[str, ...] = ()
        app = web.Application()
        app.router.add_route("*", "/{rest:.*}", self._answer)
        self._server = TestServer(app)

    async def __aenter__(self) -> Road:
        await self._server.start_server()
        self.origin = str(self._server.make_url("")).rstrip("/")
        return self

    async def __aexit__(self, *problem: object) -> None:
        await self._server.close()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        if self.echoes and request.method == "GET":
            return web.Response(text=request.query["hub.challenge"])
        if self.to:
            path = request.path if "query" in self.drops else str(request.rel_url)
            headers = {name: value for name, value in request.headers.items() if name.lower() not in self.drops}
            async with (
                aiohttp.ClientSession() as http,
                http.request(request.method, self.to + path, headers=headers, data=await request.read()) as answer,
            ):
                return web.Response(status=answer.status, text=await answer.text())
        return web.Response(status=self.status, text=self.text, headers=self.headers)


@pytest.mark.parametrize(
    ("status", "text", "says"),
    [
        (200, "<h1>Strax tillbaka</h1>", "something before Varsam answers with a page of its own (200)"),
        (
            301,
            "",
            "it leads elsewhere (301), where no platform follows: if that is another name of ours, set VARSAM_PUBLIC_",
        ),
        (302, "", "if it is a login, let /channels/ through without one"),
        (401, "", "asks for a password (401)"),
        (404, "", "knows no such channel (404)"),
        (405, "", "takes no POST (405)"),
        (413, "", "let it take 4 MB"),
        (418, "", "the answer is none of Varsam's (418)"),
        (502, "", "the proxy gets no answer from Varsam (502)"),
        (504, "", "the proxy waits for Varsam in vain (504)"),
        (403, "", "something before Varsam refuses it. If the proxy lets in the platform's addresses alone"),
    ],
)
async def test_what_stands_in_the_way_is_told(
    settings: Settings, road: Road, client: TestClient, status: int, text: str, says: str
) -> None:
    road.status, road.text, road.headers = status, text, {"Location": "/"} if status in (301, 302) else {}
    update = {"public_origin": road.origin, "host": client.host, "port": client.port}
    platform, *address = wrong(found := await check(settings.model_copy(update=update), "sms"))
    assert "does not come here" in platform
    assert [line for line in address if says not in line] == []
    assert len(address) == 1
    assert found[-1].text.startswith("Varsam itself takes the trial message")


async def test_an_address_of_another_installation_is_told(settings: Settings, road: Road) -> None:
    told = wrong(await check(settings.model_copy(update={"public_origin": road.origin}), "sms"))[1]
    assert "was taken, but not by the Varsam on this machine: the address leads to another one" in told


async def test_a_proxy_that_lets_through_is_no_trouble(settings: Settings, road: Road) -> None:
    road.to = settings.public_origin
    found = await check(settings.model_copy(update={"public_origin": road.origin}), "whatsapp")
    assert len(wrong(found)) == 1  # Meta calls the other address
    assert "came to the Varsam on this machine" in said(found)


@pytest.mark.parametrize(
    ("name", "drops", "what"),
    [
        ("telegram", "x-telegram-bot-api-secret-token", "A trial message to {origin}/channels/telegram was"),
        ("sms", "content-type", "A trial message to {origin}/channels/sms/… was"),
        ("whatsapp", "x-hub-signature-256", "A trial message to {origin}/channels/whatsapp was"),
        ("messenger", "query", "The platform's trial of the address (GET) is"),
    ],
)
async def test_a_proxy_that_changes_what_is_sent_is_not_taken_for_another_secret(
    settings: Settings, road: Road, client: TestClient, name: str, drops: str, what: str
) -> None:
    road.to, road.drops = settings.public_origin, (drops,)
    update = {"public_origin": road.origin, "host": client.host, "port": client.port}
    told = wrong(await check(settings.model_copy(update=update), name))[-1]
    assert told == (
        f"{what.format(origin=road.origin)} refused (403): Varsam itself takes it, but something before it changes what "
        "is sent: headers, path, query or body. Look at the proxy."
    )


async def test_something_that_takes_whatever_comes_is_told(settings: Settings, road: Road, metrics: TestServer) -> None:
    await metrics.close()
    told = "\n".join(wrong(await check(settings.model_copy(update={"public_origin": road.origin}), "messenger")))
    assert "The same message with a wrong proof was not refused (200)" in told
    assert "The platform's trial of the address (GET) is not answered as it must be (200)" in told


async def test_something_that_answers_any_verify_token_is_told(settings: Settings, road: Road) -> None:
    road.to, road.echoes = settings.public_origin, True
    told = wrong(await check(settings.model_copy(update={"public_origin": road.origin}), "whatsapp"))
    assert "The platform's trial of the address (GET) is not answered as it must be (200)" in told[-1]


@pytest.mark.parametrize(
    ("origin", "says"),
    [
        ("http://varsam.invalid", "its name is not found in DNS"),
        ("https://{host}", "no encrypted connection can be made"),
    ],
)
async def test_an_address_that_is_none_is_told(settings: Settings, client: TestClient, origin: str, says: str) -> None:
    update = {"public_origin": origin.format(host=f"{client.host}:{client.port}")}
    assert says in wrong(await check(settings.model_copy(update=update), "sms"))[1]


async def test_an_address_that_hangs_is_given_up(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "SECONDS", 0.2)
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", hang)
    async with TestServer(app) as server:
        update = {"public_origin": str(server.make_url("")).rstrip("/")}
        assert "look at the firewall and the proxy" in wrong(await check(settings.model_copy(update=update), "sms"))[1]


async def test_a_private_address_is_spoken_of(settings: Settings) -> None:
    assert "Advice: from here our address is one of this machine or of a private network." in said(
        await check(settings, "sms")
    )


@pytest.mark.parametrize(("origin", "public"), [("http://127.0.0.1", False), ("http://8.8.8.8", True)])
async def test_public_addresses_are_told_apart(origin: str, public: bool) -> None:
    assert await trial.is_public(origin) is public


@pytest.mark.parametrize("name", CALLED)
def test_every_proof_is_made_wrong(settings: Settings, name: str) -> None:
    channel = channel_of(settings, name).made(settings.public_origin)
    loopback = channel.loopback()
    assert loopback is not None
    assert (channel.verify(loopback), channel.verify(trial.unproven(loopback))) == (True, False)
    assert {inbound.kind for inbound in channel.parse(loopback)} == {"unknown"}


def test_a_secret_that_somebody_puts_in_is_taken_out(settings: Settings) -> None:
    one = channel_of(settings, "sms")
    assert without_secrets(f"at /channels/sms/{one.values['path_secret']}.", one) == "at /channels/sms/…."
