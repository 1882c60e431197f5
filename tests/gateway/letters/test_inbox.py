"""Mailboxes from the staff's side, on both databases: who waits, who has read, and replies nobody reads again."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from content.model import Content
from gateway.letters.inbox import Inbox
from gateway.letters.mailboxes import Mailboxes
from gateway.letters.records import RED_UP_TO, LetterCard, Unread
from gateway.storage.records import Gone
from gateway.storage.schema import letters
from tests.conftest import OFFICE_HOURS, Clock

EMERGENCY, HUMAN_NOW, CALM = 0, 1, 5
HOUR = 3600.0


async def written(mailboxes: Mailboxes, *priorities: int) -> str:
    """Give a mailbox with a letter of each priority."""
    id, _ = await mailboxes.begin()
    for number, priority in enumerate(priorities):
        risks = ["coercion"] if priority <= RED_UP_TO else []
        understood = {"topic": f"topic_{number}", "risks": risks, "lang": "sv", "route": "answer"}
        await mailboxes.write(id, f"brev {number}", understood, priority)
    return id


def test_the_red_priorities_are_those_of_the_two_strictest_routes(content: Content) -> None:
    assert content.taxonomy.routes[: RED_UP_TO + 1] == ("emergency", "human_now")


async def test_waiting_gives_the_red_first_and_then_the_oldest(
    mailboxes: Mailboxes, inbox: Inbox, clock: Clock
) -> None:
    expected = []
    for priority in (CALM, HUMAN_NOW, 3, EMERGENCY):
        expected.append(await written(mailboxes, priority))
        clock.pass_seconds(HOUR)
    first, second, third, fourth = expected
    assert [card.mailbox for card in await inbox.waiting()] == [second, fourth, first, third]


async def test_a_card_sums_up_what_waits(mailboxes: Mailboxes, inbox: Inbox, clock: Clock, alva_id: int) -> None:
    id = await written(mailboxes, CALM)
    clock.pass_seconds(HOUR)
    await inbox.acknowledge(id, alva_id)
    await mailboxes.write(id, "två", {"topic": "beaten", "risks": ["coercion", "suicide"], "lang": "en"}, EMERGENCY)
    [card] = await inbox.waiting()
    red_at = OFFICE_HOURS + HOUR
    assert card == await inbox.card(id) == LetterCard(
        id, EMERGENCY, OFFICE_HOURS, 2, None, red_at, "beaten", ("coercion", "suicide"), "en",
        OFFICE_HOURS + HOUR + 30 * 24 * HOUR,
    )  # fmt: skip
    assert card.red is True


async def test_an_answered_mailbox_waits_no_more_and_still_has_a_card(
    mailboxes: Mailboxes, inbox: Inbox, alva_id: int
) -> None:
    id = await written(mailboxes, CALM)
    await inbox.reply(id, alva_id, "svar", "hej")
    card = await inbox.card(id)
    assert (await inbox.waiting(), card.read_by, card.count) == ([], alva_id, 1)


async def test_read_gives_letters_and_of_replies_only_that_they_are(
    mailboxes: Mailboxes, inbox: Inbox, alva_id: int
) -> None:
    id = await written(mailboxes, CALM)
    await inbox.reply(id, alva_id, "svar", "ingen annan läser det här")
    await mailboxes.write(id, "tack", {}, CALM)
    given = [(one.number, one.sender, one.text, one.read_by, one.answered) for one in await inbox.read(id)]
    assert given == [
        (1, "visitor", "brev 0", alva_id, True), (2, "counsellor", None, None, True), (3, "visitor", "tack", None, False)
    ]  # fmt: skip


async def test_counts_are_of_mailboxes_nobody_has_read(mailboxes: Mailboxes, inbox: Inbox, alva_id: int) -> None:
    assert await inbox.counts() == (0, 0)
    red = await written(mailboxes, HUMAN_NOW, CALM, EMERGENCY)
    calm = await written(mailboxes, CALM, CALM)
    assert await inbox.counts() == (2, 1)
    await inbox.acknowledge(red, alva_id)
    assert await inbox.counts() == (1, 0)
    await inbox.set_aside(calm, alva_id)
    assert await inbox.counts() == (0, 0)


async def test_acknowledge_keeps_who_was_first_and_when(
    mailboxes: Mailboxes, inbox: Inbox, alva_id: int, bo_id: int, clock: Clock
) -> None:
    id = await written(mailboxes, EMERGENCY)
    await inbox.acknowledge(id, alva_id)
    clock.pass_seconds(HOUR)
    await inbox.acknowledge(id, bo_id)
    [letter], [card] = await inbox.read(id), await inbox.waiting()
    assert (letter.read_by, letter.read_at, card.read_by, card.red_at) == (alva_id, OFFICE_HOURS, alva_id, None)


@pytest.mark.parametrize("what", ["acknowledge", "set_aside", "reply"])
async def test_a_letter_that_was_not_shown_stays_unread_and_unanswered(
    mailboxes: Mailboxes, inbox: Inbox, alva_id: int, what: str
) -> None:
    id = await written(mailboxes, CALM, EMERGENCY)
    given = (id, alva_id, "svar", "hej") if what == "reply" else (id, alva_id)
    await getattr(inbox, what)(*given, up_to=1)
    unread = [(one.number, one.read_by is None, one.answered) for one in await inbox.read(id)][:2]
    assert unread == [(1, False, what != "acknowledge"), (2, True, False)]
    assert await inbox.counts() == (1, 1)


async def test_set_aside_ends_the_wait_without_a_reply(mailboxes: Mailboxes, inbox: Inbox, alva_id: int) -> None:
    id = await written(mailboxes, CALM)
    await inbox.set_aside(id, alva_id)
    [letter] = await inbox.read(id)
    assert (await inbox.waiting(), letter.answered, letter.read_by) == ([], True, alva_id)


async def test_two_replies_with_one_id_at_once_are_one(mailboxes: Mailboxes, inbox: Inbox, alva_id: int) -> None:
    id, words = await mailboxes.begin()
    await mailboxes.write(id, "brev", {}, CALM)
    numbers = await asyncio.gather(*(inbox.reply(id, alva_id, "svar", "hej") for _ in range(5)))
    assert numbers == [2] * 5
    thread = await mailboxes.thread(await mailboxes.find(words))
    assert [(one.sender, one.text) for one in thread] == [("visitor", "brev"), ("counsellor", "hej")]


async def test_replies_of_two_counsellors_at_once_are_both_kept(
    mailboxes: Mailboxes, inbox: Inbox, alva_id: int, bo_id: int
) -> None:
    id, words = await mailboxes.begin()
    await mailboxes.write(id, "brev", {}, CALM)
    await asyncio.gather(inbox.reply(id, alva_id, "a", "Alva"), inbox.reply(id, bo_id, "b", "Bo"))
    thread = await mailboxes.thread(await mailboxes.find(words))
    assert sorted(one.text or "" for one in thread) == ["Alva", "Bo", "brev"]


async def test_a_reply_has_its_letters_priority(
    mailboxes: Mailboxes, inbox: Inbox, database: AsyncEngine, alva_id: int
) -> None:
    id = await written(mailboxes, CALM, HUMAN_NOW)
    await inbox.reply(id, alva_id, "svar", "hej")
    async with database.connect() as connection:
        found = await connection.execute(select(letters.c.priority).where(letters.c.sender == "counsellor"))
    assert found.scalars().all() == [HUMAN_NOW]


async def test_there_is_no_reply_to_a_mailbox_in_which_nobody_wrote(
    mailboxes: Mailboxes, inbox: Inbox, alva_id: int
) -> None:
    id, _ = await mailboxes.begin()
    for call in (inbox.reply(id, alva_id, "svar", "hej"), inbox.read(id), inbox.card(id)):
        with pytest.raises(Gone):
            await call


async def test_unread_red_gives_what_nobody_has_read_and_when_they_were_told(
    mailboxes: Mailboxes, inbox: Inbox, alva_id: int, clock: Clock
) -> None:
    later = clock() + HOUR
    first = await written(mailboxes, CALM, EMERGENCY)
    await written(mailboxes, CALM)
    clock.pass_seconds(HOUR)
    second = await written(mailboxes, HUMAN_NOW)
    assert await inbox.unread_red() == [Unread(first, OFFICE_HOURS, None), Unread(second, later, None)]
    assert await inbox.alarmed(first) is True
    await inbox.set_aside(second, alva_id)
    assert await inbox.unread_red() == [Unread(first, OFFICE_HOURS, later)]
    await inbox.acknowledge(first, alva_id)
    assert (await inbox.unread_red(), await inbox.alarmed(first)) == ([], False)
