"""Whose it is and what it asks for: people and their ids, choices, the first word, danger, and what is not kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from connectors.messaging import Inbound, Request
from gateway.app import Gateway
from gateway.channels.reception import MEDIA
from gateway.handoff import State
from tests.channels.kept import (
    PHONE,
    came,
    conversations,
    counted,
    eventually,
    idle,
    lines,
    row_counts,
    rows,
    said,
    text,
)  # fmt: skip
from tests.channels.platforms import NAMES, PERSON, Platforms
from tests.channels.test_edits import close
from tests.conftest import Clock, base_of
from tests.console_client import ConsoleClient
from tests.engine_double import EngineDouble

pytestmark = pytest.mark.usefixtures("client")
GREETING = "Hej. Jag heter Varsam"
DANGER = "han försöker döda mig nu"
MARK = "[skickade något som inte är text; det är inte sparat]"


def greetings(texts: list[str]) -> int:
    return sum(GREETING in words for words in texts)


def first_sentence(words: str) -> str:
    return words.removeprefix("Svar:\n").split(".")[0]


async def ours(gateway: Gateway) -> list[str]:
    return [line.words["text"] for line in await lines(gateway) if line.sender != "visitor"]


# -- people


async def test_one_person_with_other_ids_is_one(gateway: Gateway) -> None:
    await came(gateway, text("1", "ett", ("phone:1",)), channel="whatsapp")
    await came(gateway, text("2", "två", ("user:A", "phone:1")), channel="whatsapp")
    await came(gateway, text("3", "tre", ("user:A",)), channel="whatsapp")
    await came(gateway, text("4", "fyra", ("phone:1",)), channel="whatsapp")
    assert await said(gateway) == ["ett", "två", "tre", "fyra"]


async def test_answers_go_to_the_most_lasting_id_they_wrote_with(gateway: Gateway) -> None:
    await came(gateway, text("1", "ett", ("phone:1",)), channel="whatsapp")
    (id,) = await gateway.store.ids()
    await came(gateway, text("2", "två", ("user:A", "phone:1")), channel="whatsapp")
    address = await gateway.messaging.addresses.of(id)
    assert address is not None
    assert address.to == "user:A"


async def test_two_people_are_never_mixed_though_a_number_was_first_ones_then_the_others(gateway: Gateway) -> None:
    await came(gateway, text("1", "jag är A", ("user:A", "phone:1")), channel="whatsapp")
    await came(gateway, text("2", "jag är B", ("user:B", "phone:1")), channel="whatsapp")
    await came(gateway, text("3", "A igen", ("user:A",)), channel="whatsapp")
    found = [
        [line.words["text"] for line in await gateway.store.lines(id) if line.sender == "visitor"]
        for id in await gateway.store.ids()
    ]
    assert sorted(found) == [["jag är A", "A igen"], ["jag är B"]]


async def test_the_same_id_on_two_channels_is_two_people(gateway: Gateway) -> None:
    await came(gateway, text("1", "ett"), channel="sms")
    await came(gateway, text("1", "två"), channel="whatsapp")
    assert len(await gateway.store.ids()) == 2


async def test_a_closed_conversation_begins_anew_and_every_id_moves(gateway: Gateway) -> None:
    await came(gateway, text("1", "ett", ("user:A", "phone:1")), channel="whatsapp")
    (old,) = await gateway.store.ids()
    await close(gateway, old)
    await came(gateway, text("2", "två", ("user:A",)), channel="whatsapp")
    await came(gateway, text("3", "tre", ("phone:1",)), channel="whatsapp")
    new = next(id for id in await gateway.store.ids() if id != old)
    assert [line.words["text"] for line in await gateway.store.lines(new) if line.sender == "visitor"] == ["två", "tre"]
    assert greetings([line.words["text"] for line in await gateway.store.lines(new)]) == 1


async def test_a_new_number_keeps_the_talk(gateway: Gateway) -> None:
    await came(gateway, text("1", "ett", ("phone:1",)), channel="whatsapp")
    await came(gateway, Inbound("renamed", "r", ("phone:2", "phone:1")), channel="whatsapp")
    await came(gateway, text("2", "två", ("phone:2",)), channel="whatsapp")
    assert await said(gateway) == ["ett", "två"]


@pytest.mark.parametrize(
    ("renamed", "stranger"),
    [
        (("phone:2", "phone:1"), ("user:B", "phone:1")),
        (("phone:2", "phone:1"), ("phone:1",)),
        (("user:C", "phone:2", "phone:1", "user:A"), ("user:B", "phone:1")),
        (("user:C", "phone:2", "phone:1", "user:A"), ("phone:1",)),
        (("user:C", "user:A"), ("user:A",)),
    ],
)
async def test_who_has_the_old_number_now_is_a_stranger(
    gateway: Gateway, renamed: tuple[str, ...], stranger: tuple[str, ...]
) -> None:
    await came(gateway, text("1", "ett", ("user:A", "phone:1")), channel="whatsapp")
    (theirs,) = await gateway.store.ids()
    await came(gateway, Inbound("renamed", "r", renamed), channel="whatsapp")
    await came(gateway, text("2", "vem är det här?", stranger), channel="whatsapp")
    await came(gateway, text("3", "två", (renamed[0],)), channel="whatsapp")
    said_there = [line.words["text"] for line in await gateway.store.lines(theirs) if line.sender == "visitor"]
    address = await gateway.messaging.addresses.of(theirs)
    assert address is not None
    assert (said_there, address.to) == (["ett", "två"], renamed[0])
    assert len(await gateway.store.ids()) == 2


# -- what a platform tells of our messages


async def sent_line(gateway: Gateway, platforms: Platforms, who: tuple[str, ...] = (PHONE,)) -> str:
    """Give the platform's id of a message of ours that it has taken."""
    await came(gateway, text("a", "hej", who), channel="sms")
    await platforms.until("sms", 2)
    await eventually(lambda: _states(gateway), lambda states: set(states) == {"sent"})
    last: str = platforms["sms"].sent[-1].id
    return last


async def _states(gateway: Gateway) -> list[str]:
    return [row["state"] for row in await rows(gateway, "outbox")]


async def test_a_message_that_did_not_arrive_is_marked(gateway: Gateway, platforms: Platforms) -> None:
    id = await sent_line(gateway, platforms)
    failed = Inbound("status", "s", (), refers=id, status="failed", failure="visitor_gone", code="7")
    for one in (replace(failed, id="d", status="delivered"), failed, failed):
        await came(gateway, one)
    assert sorted(await _states(gateway)) == ["failed", "sent"]
    (dead,) = await rows(gateway, "dead_letters")
    assert (dead["failure"], dead["code"], dead["direction"]) == ("visitor_gone", "7", "out")


async def test_what_a_stranger_says_of_our_message_does_not_count(gateway: Gateway, platforms: Platforms) -> None:
    id = await sent_line(gateway, platforms)
    await came(gateway, text("b", "hej", ("phone:+46701740602",)))
    failed = Inbound("status", "s", ("phone:+46701740602",), refers=id, status="failed", failure="visitor_gone")
    await came(gateway, failed, replace(failed, id="s2", who=("phone:+46701740699",)))
    assert "failed" not in await _states(gateway)
    await came(gateway, replace(failed, id="s3", who=(PHONE,)))
    assert "failed" in await _states(gateway)


async def test_who_blocks_us_is_forgotten_without_a_word(
    gateway: Gateway, client: TestClient, platforms: Platforms
) -> None:
    await platforms.say("telegram", base_of(client), "hej")
    texts = await platforms.until("telegram", 2)
    await platforms.send("telegram", base_of(client), platforms["telegram"].block(PERSON["telegram"]))
    await eventually(gateway.store.ids, lambda ids: ids == [])
    assert platforms.texts("telegram") == texts


# -- the first word, and danger


@pytest.mark.parametrize("name", NAMES)
async def test_danger_is_answered_with_112_before_the_greeting(
    name: str, gateway: Gateway, client: TestClient, platforms: Platforms, engine_double: EngineDouble
) -> None:
    engine_double.mode = "dead"
    await platforms.say(name, base_of(client), DANGER)
    texts = await platforms.until(name, 2)
    assert "112" in first_sentence(texts[0])
    assert greetings(texts[:1]) == 0
    await idle(gateway, 1)
    assert greetings(await ours(gateway)) == 1


async def test_danger_under_a_picture_is_answered_with_112_first(gateway: Gateway, engine_double: EngineDouble) -> None:
    engine_double.mode = "dead"
    album = [text("p0", DANGER, kind="media", media="picture")]
    album += [text(f"p{i}", kind="media", media="picture") for i in range(1, 10)]
    await came(gateway, *album)
    said_by_us = await ours(gateway)
    assert "112" in first_sentence(said_by_us[0])
    assert greetings(said_by_us) == 1
    assert sum("bilden är inte sparad" in words for words in said_by_us) == 1


FIRST: tuple[tuple[str, dict[str, Any]], ...] = (
    ("hej", {}),
    ("", {"kind": "start"}),
    ("", {"kind": "media", "media": "picture"}),
    ("en bild", {"kind": "media", "media": "picture"}),
    ("", {"kind": "media", "media": "location"}),
    ("😀", {}),
    ("webb", {}),
    ("Ja, visa", {"kind": "choice", "choice": "3.0"}),
    ("", {"kind": "choice", "choice": "3.0"}),
    ("nytt", {"kind": "edit", "refers": "unknown"}),
    ("   \n ", {}),
)


@pytest.mark.parametrize(("words", "more"), FIRST)
async def test_whatever_comes_first_is_greeted_once_and_never_met_with_silence(
    words: str, more: dict[str, Any], gateway: Gateway
) -> None:
    await came(gateway, text("a", words, **more))
    assert greetings(await ours(gateway)) == 1
    await came(gateway, text("b", words, **more))
    await came(gateway, text("c", "och mer"))
    assert greetings(await ours(gateway)) == 1
    assert (await ours(gateway))[-1] == "Svar på: och mer"


async def test_starting_twice_is_answered_twice_and_greeted_once(gateway: Gateway) -> None:
    await came(gateway, text("a", kind="start", removal="1.1"))
    await came(gateway, text("b", kind="start", removal="1.2"))
    said_by_us = await ours(gateway)
    assert (len(said_by_us), greetings(said_by_us)) == (2, 1)
    assert [line.words.get("removal") for line in await lines(gateway) if line.sender == "visitor"] == ["1.1", "1.2"]


async def test_a_start_does_not_make_the_machine_speak_to_whom_a_counsellor_talks_with(
    gateway: Gateway, alva: ConsoleClient, engine_double: EngineDouble
) -> None:
    await taken_over(gateway, alva, engine_double)
    before = await said(gateway, "bot")
    await came(gateway, text("b", kind="start"), text("c", kind="media", media="picture"))
    assert await said(gateway, "bot") == before
    assert "bilden är inte sparad" in (await said(gateway, "system"))[-1]


# -- what is not kept


@pytest.mark.parametrize(
    "media", ["picture", "voice", "video", "file", "sticker", "location", "contact", "unreadable", "other"]
)
async def test_nothing_of_media_is_stored_and_one_sentence_is_said(media: Any, gateway: Gateway) -> None:
    await came(gateway, *(text(f"m{i}", kind="media", media=media) for i in range(10)))
    sentence = gateway.words.sentence(f"media_{media if media in MEDIA else 'other'}")
    assert (await said(gateway), (await said(gateway, "system")).count(sentence)) == ([MARK] * 10, 1)


async def test_an_album_of_many_kinds_gets_one_sentence_but_a_place_has_its_own(gateway: Gateway, clock: Clock) -> None:
    await came(gateway, *(text(f"a{i}", kind="media", media="video" if i % 2 else "picture") for i in range(40)))
    assert len(await said(gateway, "system")) == 2  # the first word, and that pictures are not kept
    await came(gateway, text("l", kind="media", media="location"))
    assert "ingen har sett den" in (await said(gateway, "system"))[-1]
    clock.pass_seconds(90)
    await came(gateway, text("b", kind="media", media="picture"))
    assert len(await said(gateway, "system")) == 4


async def test_a_caption_is_read_and_answered(gateway: Gateway) -> None:
    await came(gateway, text("m", "är jag anonym?", kind="media", media="picture"))
    assert await said(gateway) == ["är jag anonym?", MARK]
    assert "Svar på: är jag anonym?" in await said(gateway, "bot")
    await came(gateway, text("d", kind="delete", refers="m"))
    assert await said(gateway) == ["[borttaget av den som skrev]"] * 2


@pytest.mark.parametrize("name", NAMES)
async def test_a_picture_is_asked_for_nowhere(
    name: str, gateway: Gateway, client: TestClient, platforms: Platforms
) -> None:
    await platforms.send(name, base_of(client), platforms[name].picture(PERSON[name], "är jag anonym?"))
    texts = await platforms.until(name, 3)
    assert any("Svar på: är jag anonym?" in words for words in texts)
    assert any("bilden är inte sparad" in words for words in texts)


@pytest.mark.parametrize("length", [2_000, 4_096, 60_000])
async def test_long_texts_are_read_to_the_end(length: int, gateway: Gateway, engine_double: EngineDouble) -> None:
    engine_double.mode = "dead"
    words = ("Jag har mycket att berätta. " * (length // 28))[: length - 40].rpartition(".")[0] + f". {DANGER}"
    await came(gateway, text("a", words))
    assert " ".join(await said(gateway)).replace(" ", "") == words.replace(" ", "")
    assert "112" in first_sentence((await ours(gateway))[0])
    assert list(await rows(gateway, "dead_letters")) == []


async def test_what_is_too_long_is_said_to_be(gateway: Gateway) -> None:
    await came(gateway, text("a", "Jag har mycket att berätta. " * 6_000))
    assert "bara kunde läsa början" in (await ours(gateway))[-1]


@pytest.mark.parametrize("name", NAMES)
async def test_what_cannot_be_stored_in_a_text_is_left_out(
    name: str, gateway: Gateway, client: TestClient, platforms: Platforms
) -> None:
    provider = platforms[name]
    if name == "messenger":
        request: Request = provider.from_person(PERSON[name], {"message": {"mid": "m_1", "text": "h\0e\ud800j"}})
    else:
        request = provider.text(PERSON[name], "h\0e\ud800j")
    assert await platforms.send(name, base_of(client), request) == 200
    await idle(gateway, 1)
    (words,) = await said(gateway)
    assert (words.replace("?", "").replace("\ufffd", ""), "\0" in words) == ("hej", False)


# -- choices

TITLES = ("Boende", "Pengar", "Prata, nu")


def offer(engine: EngineDouble, *titles: str) -> None:
    engine.choices = [{"title": title, "payload": f"topic:{title}"} for title in titles]


def chosen(engine: EngineDouble) -> str | None:
    choice: str | None = engine.calls[-1]["metadata"]["choice"]
    return choice


@pytest.mark.parametrize(
    ("words", "title"),
    [("1", "Boende"), ("2.", "Pengar"), ("nr 2", "Pengar"), ("2:an", "Pengar"), ("2an", "Pengar"), ("tvåan", "Pengar"),
     ("2️⃣", "Pengar"), (" 3 ", "Prata, nu"), ("PENGAR!", "Pengar"), ("prata", "Prata, nu"), ("4", None), ("0", None),
     ("12", None), ("jag är 2", None), ("boende och pengar", None), ("2👍🏽", "Pengar"), ("\u200f2\u200b", "Pengar"),
     ("”2”", "Pengar"), ("#2", "Pengar"), ("nr. två", "Pengar"), ("2 tack", "Pengar"), ("two", "Pengar"),
     ("2. Pengar", "Pengar"), ("2 pengar", "Pengar"), ("3) prata, nu", "Prata, nu"), ("2 000", None), ("2,5", None),
     ("-2", None), ("2 barn", None), ("2 och 3", None), ("👍", None), ("tack", None)],
)  # fmt: skip
async def test_what_is_typed_is_a_choice_or_words(
    words: str, title: str | None, gateway: Gateway, engine_double: EngineDouble
) -> None:
    offer(engine_double, *TITLES)
    await came(gateway, text("a", "hej"))
    await came(gateway, text("b", words))
    assert chosen(engine_double) == (f"topic:{title}" if title else None)


@pytest.mark.parametrize(
    ("words", "title"),
    [("visa int", "Visa inte"), ("vissa inte", "Visa inte"), ("2. visa itne", "Visa inte"), ("visa", None),
     ("ingen manniska tack", "Ingen människa, tack"), ("Ingen ma\u0308nniska tack", "Ingen människa, tack"),
     ("jag ar under 18", "Jag är under 18"), ("jag är under 15", None),
     ("jag är säker", None), ("Jag är inte osäker", None)],
)  # fmt: skip
async def test_a_title_with_a_letter_wrong_is_that_choice_unless_another_word_comes_of_it(
    words: str, title: str | None, gateway: Gateway, engine_double: EngineDouble
) -> None:
    offer(engine_double, "Visa inte", "Ja, visa", "Ingen människa, tack", "Jag är under 18", "Jag är osäker")
    await came(gateway, text("a", "hej"))
    await came(gateway, text("b", words))
    assert chosen(engine_double) == (f"topic:{title}" if title else None)


async def test_a_number_when_nothing_is_offered_is_words(gateway: Gateway, engine_double: EngineDouble) -> None:
    await came(gateway, text("a", "hej"))
    await came(gateway, text("b", "1"))
    assert (chosen(engine_double), (await said(gateway))[-1]) == (None, "1")


async def test_a_number_means_the_newest_list(gateway: Gateway, engine_double: EngineDouble) -> None:
    offer(engine_double, "Boende", "Pengar")
    await came(gateway, text("a", "hej"))
    offer(engine_double, "Skola", "Arbete")
    await came(gateway, text("b", "mer"))
    await came(gateway, text("c", "2"))
    assert chosen(engine_double) == "topic:Arbete"


async def taken_over(gateway: Gateway, alva: ConsoleClient, engine_double: EngineDouble) -> str:
    """Give a conversation that Alva has been called to and holds."""
    engine_double.summon()
    await came(gateway, text("a", "jag vill prata med en människa"))
    (id,) = await gateway.store.ids()
    await alva.claim(id)
    return id


async def test_a_number_answers_what_a_counsellor_asked(
    gateway: Gateway, alva: ConsoleClient, engine_double: EngineDouble
) -> None:
    id = await taken_over(gateway, alva, engine_double)
    await came(gateway, text("b", "hej"))
    await alva.say(id, "Hur många barn har du?")
    await came(gateway, text("c", "1"))
    (only,) = await conversations(gateway)
    assert ((await said(gateway))[-1], only.share) == ("1", "asked")


async def test_a_yes_to_a_counsellor_does_not_show_what_the_machine_asked_of_just_before(
    gateway: Gateway, alva: ConsoleClient, engine_double: EngineDouble
) -> None:
    id = await taken_over(gateway, alva, engine_double)
    await came(gateway, text("b", "ring 070-123 45 67"))
    await alva.say(id, "Är du trygg just nu?")
    await came(gateway, text("c", "ja"))
    assert (await said(gateway))[-2:] == ["ring [telefonnummer]", "ja"]
    await came(gateway, text("d", "ja, visa för kuratorn"))
    assert "ring 070-123 45 67" in await said(gateway)


async def test_a_button_of_an_erased_conversation_chooses_nothing_here(
    gateway: Gateway, engine_double: EngineDouble
) -> None:
    """The line it belonged to has the number of another one here: what was a no must not become a yes."""
    engine_double.summon()
    await came(gateway, text("a", "jag vill prata med en människa"))
    asking = next(line for line in await lines(gateway) if line.words.get("choices"))
    yes = next(i for i, choice in enumerate(asking.words["choices"]) if choice["payload"] == "share:yes")
    reference = f"{asking.seq}.{yes}"
    engine_double.calm()
    for id, title in (("p1", "Pengar"), ("p2", "")):
        await came(gateway, text(id, title, kind="choice", choice=reference))
    (only,) = await conversations(gateway)
    assert only.share == "asked"
    assert gateway.words.sentence("error_wrong_choice") in await ours(gateway)
    await came(gateway, text("p3", "share:yes", kind="choice", choice=reference))
    (only,) = await conversations(gateway)
    assert only.share == "yes"


async def test_a_yes_shows_what_its_own_question_was_about(gateway: Gateway, engine_double: EngineDouble) -> None:
    """On a phone the older button stays: a yes to the number is none to the address."""
    engine_double.summon()
    await came(gateway, text("a", "jag vill prata med en människa"))
    engine_double.calm()
    await came(gateway, text("b", "ring 070-123 45 67"))
    await came(gateway, text("c", "jag bor på Storgatan 5"))
    asked = [line.seq for line in await lines(gateway) if "Jag har dolt" in line.words["text"]]
    yes = gateway.words.sentence("show_hidden")
    await came(gateway, text("p", yes, kind="choice", choice=f"{asked[0]}.0"))
    told = await said(gateway)
    assert ("ring 070-123 45 67" in told, "jag bor på Storgatan 5" in told) == (True, False)
    await came(gateway, text("q", yes, kind="choice", choice=f"{asked[0]}.0"))
    assert (await said(gateway, "system"))[-1] == gateway.words.sentence("hidden_gone")
    await came(gateway, text("r", yes, kind="choice", choice=f"{asked[1]}.0"))
    assert "jag bor på Storgatan 5" in await said(gateway)


@pytest.mark.parametrize("name", ["telegram", "whatsapp", "messenger"])
async def test_an_old_button_is_still_a_choice(
    name: str, gateway: Gateway, client: TestClient, platforms: Platforms, engine_double: EngineDouble
) -> None:
    offer(engine_double, "Boende", "Pengar")
    await platforms.say(name, base_of(client), "hej")
    await eventually(lambda: _options(platforms, name), lambda options: len(options) == 2)
    old = platforms[name].press(PERSON[name], 1)
    offer(engine_double, "Skola", "Arbete")
    await platforms.say(name, base_of(client), "mer")
    await idle(gateway, 2)
    await platforms.send(name, base_of(client), old)
    await idle(gateway, 3)
    assert chosen(engine_double) == "topic:Pengar"


async def _options(platforms: Platforms, name: str) -> list[Any]:
    return list(platforms.by_name[name].to(PERSON[name])[-1].options) if platforms.texts(name) else []


@pytest.mark.parametrize("name", NAMES)
async def test_a_summons_is_answered_by_number(
    name: str, gateway: Gateway, client: TestClient, platforms: Platforms, engine_double: EngineDouble
) -> None:
    engine_double.summon()
    await platforms.say(name, base_of(client), "jag vill prata med en människa")
    await idle(gateway, 1)
    engine_double.calm()
    await platforms.say(name, base_of(client), "1")
    await idle(gateway, 2)
    (only,) = await conversations(gateway)
    assert (only.state, only.share) == (State.WAITING, "yes")


async def test_a_letter_is_left_by_sms_with_typed_words_and_opened_with_six(
    gateway: Gateway, platforms: Platforms, engine_double: EngineDouble
) -> None:
    engine_double.choices = [{"title": gateway.words.sentence("letter_write"), "payload": "letter:write"}]
    await came(gateway, text("a", "hej"))
    engine_double.choices = []
    await came(gateway, text("b", "lämna ett meddelande"))
    await came(gateway, text("c", "det är mitt brev"))
    await came(gateway, text("d", "Skicka tack! 🙏"))
    await eventually(lambda: _shown(platforms), lambda words: len(words) == 6, 30)
    words = await _shown(platforms)
    assert len(await rows(gateway, "letters")) == 1
    assert " ".join(words) not in str([line.words for line in await lines(gateway)])
    await came(gateway, text("e", "radera"))
    await came(gateway, text("f", " ".join(words)))
    assert gateway.words.sentence("words_mark") in await said(gateway)
    assert "är lämnat" in " ".join(await said(gateway, "system"))


async def _shown(platforms: Platforms) -> list[str]:
    """Give the six words that a text on the phone shows."""
    for words in platforms.texts("sms"):
        line = words.removeprefix("Svar:\n").split("\n")[0].split()
        if len(line) == 6 and "Skriv upp orden" in words:
            return line
    return []


# -- commands, over all platforms


@pytest.mark.parametrize("name", NAMES)
async def test_radera_erases_closed_conversations_too(
    name: str, gateway: Gateway, client: TestClient, platforms: Platforms
) -> None:
    """Else «Allt du skrev är raderat hos oss» would not be true."""
    await platforms.say(name, base_of(client), "det hemliga")
    await idle(gateway, 1)
    (old,) = await gateway.store.ids()
    await close(gateway, old)
    await platforms.say(name, base_of(client), "hej igen")
    await idle(gateway, 2)
    assert len(await gateway.store.ids()) == 2
    await platforms.say(name, base_of(client), "Radera.")
    await eventually(gateway.store.ids, lambda ids: ids == [])
    counts = await eventually(lambda: row_counts(gateway), lambda counts: counts["farewells"] == 0)
    assert {table for table, number in counts.items() if number} <= {"receipts", "counsellors", "alembic_version"}
    assert gateway.keyring.ids() - {key for key in gateway.keyring.ids() if key.startswith("hour.")} == set()


async def test_radera_alone_after_closing_erases(gateway: Gateway) -> None:
    await came(gateway, text("a", "det hemliga"))
    await close(gateway, (await gateway.store.ids())[0])
    await came(gateway, text("b", "radera"))
    assert await gateway.store.ids() == []


async def test_radera_while_a_turn_runs_leaves_nothing(gateway: Gateway, engine_double: EngineDouble) -> None:
    import asyncio

    engine_double.gate = asyncio.Event()
    connector = gateway.messaging.full("sms")
    assert connector is not None
    await gateway.messaging._take(connector, [text("a", "det hemliga")])
    await eventually(lambda: _asked(engine_double), lambda asked: asked == 1)
    await gateway.messaging._take(connector, [text("b", "radera"), text("c", "hej igen")])
    await eventually(lambda: rows(gateway, "arrivals"), lambda waiting: waiting == [])
    engine_double.gate.set()
    await idle(gateway, 3)
    assert await said(gateway) == ["hej igen"]
    assert counted(gateway, "sms", "text") == 3


async def _asked(engine: EngineDouble) -> int:
    return len(engine.calls)
