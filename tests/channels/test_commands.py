"""The few words that are an act: alone in a message, however they are written; among others they are words."""

from __future__ import annotations

import pytest
from aiohttp.test_utils import TestClient

from content.model import Content
from gateway.app import Gateway
from gateway.channels.commands import command_of
from gateway.errands.stage import TITLES
from gateway.handoff import State
from tests.channels.kept import PHONE, came, conversations, eventually, row_counts, rows, said, text
from tests.channels.platforms import NAMES, PERSON, Platforms
from tests.conftest import base_of
from tests.console_client import ConsoleClient
from tests.engine_double import EngineDouble


@pytest.mark.parametrize(
    ("words", "act"),
    [
        ("radera", "erase"), ("Radera.", "erase"), ("RADERA ALLT!", "erase"), ("/radera", "erase"), ("”radera”", "erase"),
        ("  radera\n", "erase"), ("radera?", "erase"), ("radera  chatten", "erase"), ("*radera*", "erase"),
        ("stopp", "stop"), ("STOP", "stop"), ("Stopp!!", "stop"), ("sms stopp", "stop"), ("/stopp", "stop"),
        ("radera tack", "erase"), ("snälla radera allt nu!!", "erase"), ("radera 🙏", "erase"), ("«radera»", "erase"),
        ("radera…", "erase"), ("\u200fradera\u2060", "erase"), ("radera samtalet", "erase"), ("DELETE", "erase"),
        ("stopp tack", "stop"), ("stop sms", "stop"), ("✋ stopp", "stop"), ("Sluta skriva till mig!", "stop"),
        ("sluta sms:a mig", "stop"), ("skicka inget mer tack", "stop"),
        ("webb", "link"), ("Webben.", "link"), ("länk", "link"), ("web", "link"), ("länk tack 😊", "link"),
        ("skicka länk", "link"),
        ("", None), ("radera inte", None), ("hur raderar jag?", None), ("han sa stopp", None), ("jag vill sluta", None),
        ("stopp, han slår mig", None), ("webb och telefon", None), ("/", None), ("...", None), ("🙏", None), ("tack", None),
        ("han vägrar stopp", None), ("stopp han slår mig", None), ("snälla stopp", None), ("sluta", None), ("nu", None),
        ("radera bilderna på mig hjälp", None), ("radera mig", None), ("sluta slå mig", None), ("stopp radera", None),
        ("radera tack men inte bilderna", None), ("han säger sluta skriva till mig", None), ("ta bort honom", None),
    ],
)  # fmt: skip
def test_acts(words: str, act: str | None) -> None:
    assert command_of(words) == act


def test_no_choice_that_is_offered_is_an_act(content: Content) -> None:
    """Whoever types the words of a choice must not erase the conversation by it."""
    titles = [content.sentences[name] for name in TITLES.values()]
    titles += [topic.title for topic in content.topics.values()]
    assert [title for title in titles if command_of(title) is not None] == []


@pytest.mark.parametrize("name", NAMES)
async def test_stopp_ends_all_messages_until_they_write_again(
    name: str, client: TestClient, gateway: Gateway, platforms: Platforms
) -> None:
    base = base_of(client)
    await platforms.say(name, base, "hej")
    await platforms.until(name, 2)
    await platforms.say(name, base, "stopp")
    await eventually(gateway.store.ids, lambda ids: ids == [])
    await eventually(lambda: row_counts(gateway), lambda counts: counts["farewells"] == 0)
    texts = platforms.texts(name)
    assert sum("Då skickar vi inget mer" in words for words in texts) == 1
    await platforms.say(name, base, "hej igen")
    assert len(await platforms.until(name, len(texts) + 2)) >= len(texts) + 2


async def test_stopp_to_a_counsellor_stops_what_goes_out_and_they_are_told(
    client: TestClient, gateway: Gateway, platforms: Platforms, alva: ConsoleClient, engine_double: EngineDouble
) -> None:
    await alva.watch()
    engine_double.summon()
    await came(gateway, text("a", "jag vill prata med en människa"))
    (id,) = await gateway.store.ids()
    await alva.claim(id)
    engine_double.calm()
    await came(gateway, text("b", "stopp"))
    await alva.until("gone", conversation=id, reason="left")
    await eventually(lambda: row_counts(gateway), lambda counts: counts["farewells"] == 0)
    sent = platforms.texts("sms")
    await alva.say(id, "är du kvar?")
    states = await eventually(lambda: _states(gateway), lambda found: "pending" not in found and "sending" not in found)
    assert ("failed" in states, platforms.texts("sms")) == (True, sent)
    await came(gateway, text("c", "jag är här"))
    (only,) = await conversations(gateway)
    address = await gateway.messaging.addresses.of(id)
    assert (only.state, address is not None and address.stopped) == (State.HUMAN, False)


async def _states(gateway: Gateway) -> list[str]:
    return [row["state"] for row in await rows(gateway, "outbox")]


async def test_webb_gives_a_link_that_is_not_kept(client: TestClient, gateway: Gateway, platforms: Platforms) -> None:
    await came(gateway, text("a", "webb", (PHONE,)))
    await eventually(lambda: _states(gateway), lambda states: set(states) == {"sent"})
    texts = platforms.texts("sms")
    assert sum("#fortsatt=en-gang." in words for words in texts) == 1
    assert "[en länk till webbchatten]" in await said(gateway, "system")
    assert "en-gang" not in " ".join(await said(gateway, "system"))
    assert PERSON["sms"] in PHONE
