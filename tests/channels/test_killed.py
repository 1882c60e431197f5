"""`kill -9` in the middle of a send: what waited goes out once, what was on its way is doubt, or repeated if urgent."""

from __future__ import annotations

import asyncio
from pathlib import Path

import aiohttp
from aiohttp.test_utils import TestServer
from sqlalchemy import select

from gateway.storage.database import connect
from gateway.storage.schema import outbox
from tests.channels.platforms import DECISION
from tests.engine_double import EngineDouble
from tests.gateway_process import GatewayProcess
from tests.providers.sms import SmsProvider

ANNA, BEA = "+46701740601", "+46701740602"


async def got(sms: SmsProvider, person: str, count: int, seconds: float = 20) -> list[str]:
    async with asyncio.timeout(seconds):
        while len(texts := [one.text for one in sms.to(person)]) < count:
            await asyncio.sleep(0.02)
    return texts


async def states(url: str) -> list[tuple[str, str | None, int]]:
    database = connect(url)
    async with database.connect() as connection:
        found = select(outbox.c.state, outbox.c.failure, outbox.c.doubts).order_by(outbox.c.conversation, outbox.c.seq)
        rows = [tuple(row) for row in (await connection.execute(found)).all()]
    await database.dispose()
    return [row for row in rows if row[:2] != ("sent", None) or row[2]]


async def test_lost_doubled_and_unknown_are_told_apart_after_kill_9(
    tmp_path: Path, engine_double: EngineDouble
) -> None:
    sms = SmsProvider()
    server = TestServer(sms.app())
    await server.start_server()
    sms.url = str(server.make_url("")).rstrip("/")
    given = {f"SMS_{name.upper()}": value for name, value in sms.values().items()}
    gateway = GatewayProcess(tmp_path, engine_double.url, SMS_MODE="full", SMS_DECISION=DECISION, **given)
    try:
        await gateway.start()
        async with aiohttp.ClientSession() as http:
            for person in (ANNA, BEA):
                assert await sms.deliver(http, gateway.base, sms.text(person, "hej")) == 200
                await got(sms, person, 2)
            calls = len(sms.calls)
            sms.moods.extend(["hang", "hang"])
            assert await sms.deliver(http, gateway.base, sms.text(ANNA, "en fråga")) == 200
            assert await sms.deliver(http, gateway.base, sms.text(BEA, "ska jag ringa 112?")) == 200
            async with asyncio.timeout(10):
                while len(sms.calls) < calls + 2:
                    await asyncio.sleep(0.01)
            assert await sms.deliver(http, gateway.base, sms.text(ANNA, "en till")) == 200
            assert await sms.deliver(http, gateway.base, sms.text(ANNA, "och en")) == 200
            gateway.kill()
            await gateway.start()
            anna, bea = await got(sms, ANNA, 3), await got(sms, BEA, 3)
            async with asyncio.timeout(20):
                while "och en" not in " ".join(anna):
                    anna = [one.text for one in sms.to(ANNA)]
                    await asyncio.sleep(0.05)
            async with asyncio.timeout(20):
                while "sending" in [state for state, *_ in await states(gateway.database_url)]:
                    await asyncio.sleep(0.05)
    finally:
        gateway.kill()
        await server.close()
    assert [text.count("en fråga") for text in anna[2:]] == [0] * len(anna[2:])
    assert sum(text.count("en till") for text in anna) == sum(text.count("och en") for text in anna) == 1
    assert [text for text in bea[2:] if "112" in text] == bea[2:3] == [text for text in bea if "ska jag" in text]
    assert sorted(await states(gateway.database_url)) == [("doubt", "in_doubt", 1), ("sent", None, 1)]
    assert not [word for word in (ANNA, BEA, "fråga", "112?") if word in gateway.log.read_text()]
