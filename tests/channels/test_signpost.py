"""Where the organisation only points the way: 112, numbers that are open, a link; and nothing of it is kept."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace

import pytest

from connectors.messaging import Inbound
from gateway.app import Gateway
from gateway.channels import signpost
from tests.channels.kept import PHONE, counted, eventually, metrics, row_counts, running, text
from tests.channels.platforms import NAMES, PERSON, Platforms
from tests.conftest import Clock, base_of
from tests.engine_double import EngineDouble

WORDS = "kanarieblyg"


async def taken(gateway: Gateway, *inbounds: Inbound) -> None:
    await gateway.messaging._take(gateway.messaging._channels["sms"], list(inbounds))
    await asyncio.gather(*gateway.messaging._signpost._tasks)


@pytest.mark.parametrize("name", NAMES)
async def test_it_points_the_way_and_keeps_nothing(
    name: str, tmp_path: Path, clock: Clock, engine_double: EngineDouble, platforms: Platforms, read_once: None,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    async with running(tmp_path, clock, engine_double, platforms, mode="signpost", names=(name,)) as (gateway, client):
        before = await row_counts(gateway)
        assert await platforms.say(name, base_of(client), f"{WORDS}, han försöker döda mig") == 200
        (*_, last) = texts = await platforms.until(name, 1)
        whole = "\n".join(texts)
        assert "112" in whole.removeprefix("Svar:\n").split(".")[0]
        assert "http://localhost:8080/chat" in whole
        open_now = [gateway.words.card(contact).phone or "" for contact in gateway.words.reachable()]
        assert open_now
        assert all(number in whole for number in open_now[: gateway_contacts(gateway, name)])
        assert last.startswith(("Svar:", "Mer:"))
        await asyncio.gather(*gateway.messaging._signpost._tasks)
        assert await row_counts(gateway) == before
        assert gateway.keyring.ids() == set()
        assert engine_double.calls == []
    printed = "".join(capfd.readouterr())
    kept = b"".join(file.read_bytes() for file in (tmp_path / "var").rglob("*") if file.is_file())
    for secret in (WORDS, "701740601"):
        assert (secret in printed, secret.encode() in kept) == (False, False)


def gateway_contacts(gateway: Gateway, name: str) -> int:
    return gateway.messaging._channels[name].capabilities.contacts


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signpost, "waits", lambda attempts, failure: 0.0)


async def test_each_message_is_answered_once_and_each_person_a_few_times(
    tmp_path: Path, clock: Clock, engine_double: EngineDouble, platforms: Platforms, read_once: None, still: None
) -> None:
    async with running(tmp_path, clock, engine_double, platforms, mode="signpost", names=("sms",)) as (gateway, _):
        await taken(gateway, text("a", "hej"), text("a", "hej"))
        await taken(gateway, text("a", "hej"))
        assert len(platforms["sms"].sent) == 1
        await taken(gateway, *(text(f"b{i}", "hej") for i in range(20)))
        assert len(platforms["sms"].sent) == signpost.PER_PERSON[0]
        await taken(gateway, text("c", "hej", ("phone:+46701740602",)))
        assert len(platforms["sms"].sent) == signpost.PER_PERSON[0] + 1
        clock.pass_seconds(301)
        await taken(gateway, text("d", "hej"))
        assert len(platforms["sms"].sent) == signpost.PER_PERSON[0] + 2


@pytest.mark.parametrize("kind", ["delete", "gone", "status", "unknown", "renamed"])
async def test_what_nobody_said_is_not_answered(
    kind: str, tmp_path: Path, clock: Clock, engine_double: EngineDouble, platforms: Platforms, read_once: None
) -> None:
    async with running(tmp_path, clock, engine_double, platforms, mode="signpost", names=("sms",)) as (gateway, _):
        await taken(gateway, text("a", kind=kind))
        assert (platforms["sms"].sent, counted(gateway, "sms", kind)) == ([], 1)


async def test_a_platform_that_is_down_for_a_moment_gets_it_again_and_never_twice(
    tmp_path: Path, clock: Clock, engine_double: EngineDouble, platforms: Platforms, read_once: None, still: None
) -> None:
    async with running(tmp_path, clock, engine_double, platforms, mode="signpost", names=("sms",)) as (gateway, _):
        platforms["sms"].moods.extend(["500", "503"])
        await taken(gateway, text("a", "hej"))
        assert len(platforms["sms"].sent) == 1
        platforms["sms"].moods.append("drop")  # it has arrived, and nobody says so
        await taken(gateway, text("b", "hej"))
        assert len(platforms["sms"].sent) == 2
        platforms["sms"].moods.extend(["500"] * 10)
        await taken(gateway, text("c", "hej", ("phone:+46701740602",)))
        assert platforms["sms"].calls[-1][1] == "/a1/sms"
        assert len(platforms["sms"].moods) == 6
        assert len(platforms["sms"].sent) == 2


@pytest.mark.parametrize(("asked", "comes"), [(90, True), (3600, False)])
async def test_what_the_platform_asks_for_is_waited_or_it_is_left_at_that(
    asked: int, comes: bool, tmp_path: Path, clock: Clock, engine_double: EngineDouble, platforms: Platforms,
    read_once: None, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    async with running(tmp_path, clock, engine_double, platforms, mode="signpost", names=("telegram",)) as (gateway, _):
        channel, provider = gateway.messaging._channels["telegram"], platforms["telegram"]
        provider.retry_after = asked
        provider.moods.append("429")
        came = channel.parse(provider.text(PERSON["telegram"], "hej"))
        with monkeypatch.context() as patch:
            patch.setattr(
                "gateway.channels.signpost.asyncio", SimpleNamespace(create_task=asyncio.create_task, sleep=sleep)
            )
            await gateway.messaging._take(channel, came)
            await asyncio.gather(*gateway.messaging._signpost._tasks)
        assert (len(provider.sent) > 0, len(slept)) == (comes, int(comes))
        assert all(asked <= seconds <= asked + 1 for seconds in slept)


async def test_a_defect_of_a_connector_is_counted_and_shows_nothing(
    tmp_path: Path, clock: Clock, engine_double: EngineDouble, platforms: Platforms, read_once: None,
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    async def broken(http: object, message: object) -> str:
        raise ValueError(WORDS)

    async with running(tmp_path, clock, engine_double, platforms, mode="signpost", names=("sms",)) as (gateway, _):
        monkeypatch.setattr(gateway.messaging._channels["sms"], "send", broken)
        await taken(gateway, text("a", "hej"))
        assert 'result="failed"} 1.0' in metrics(gateway)
    assert WORDS not in "".join(capfd.readouterr()) + caplog.text


async def test_a_channel_that_becomes_a_signpost_answers_nobody_from_before(
    tmp_path: Path, clock: Clock, engine_double: EngineDouble, platforms: Platforms, read_once: None
) -> None:
    async with running(tmp_path, clock, engine_double, platforms, names=("sms",)) as (gateway, _):
        gateway.messaging._inbox._wake.clear()  # type: ignore[union-attr]  # it dies before it comes to working
        await gateway.messaging._take(gateway.messaging._channels["sms"], [text("a", "hej", (PHONE,))])
    async with running(tmp_path, clock, engine_double, platforms, mode="signpost", names=("sms",)) as (gateway, _):
        await asyncio.sleep(0.1)
        assert (engine_double.calls, platforms["sms"].sent) == ([], [])
        clock.pass_seconds(3700)
        await gateway.sweeper.sweep()
        assert (await row_counts(gateway))["arrivals"] == 0


async def test_whoever_writes_while_it_stops_is_brought_again(
    tmp_path: Path, clock: Clock, engine_double: EngineDouble, platforms: Platforms, read_once: None
) -> None:
    async with running(tmp_path, clock, engine_double, platforms, mode="signpost", names=("sms",)) as (gateway, client):
        await gateway.messaging.stop()
        platforms["sms"].tries = 1
        assert await platforms.say("sms", base_of(client), "hej") == 503
        assert platforms.texts("sms", PERSON["sms"]) == []
        await eventually(lambda: row_counts(gateway), lambda counts: counts["receipts"] == 0)
