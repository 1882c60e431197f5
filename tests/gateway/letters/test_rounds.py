"""The sweeper's round for letters: nobody's red letter stays unread without the counsellors hearing of it."""

from __future__ import annotations

import asyncio
from zoneinfo import ZoneInfo

import pytest

from content.hours import Schedule, Weekly, parse_weekly
from gateway.letters.deadline import Deadline
from gateway.letters.inbox import Inbox
from gateway.letters.mailboxes import Mailboxes
from gateway.letters.rounds import LetterRounds
from gateway.live import Live
from gateway.storage.records import Gone
from tests.conftest import Clock

EMERGENCY, HUMAN_NOW, CALM = 0, 1, 5
MINUTE, HOUR, DAY = 60.0, 3600.0, 24 * 3600.0


class Console(Live):
    """Keeps what the consoles are told."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.told: list[tuple[str, str]] = []
        self.somebody = True

    def tell_consoles(self, what: str, conversation: str) -> None:
        self.told.append((what, conversation))

    def logged_in(self) -> set[int]:
        return {1} if self.somebody else set()


@pytest.fixture
def live(clock: Clock) -> Console:
    return Console(clock)


@pytest.fixture
def rounds(mailboxes: Mailboxes, inbox: Inbox, live: Console, clock: Clock) -> LetterRounds:
    weekly = parse_weekly({"tue": ["08:00-16:30"], "wed": ["08:00-16:30"]}) or Weekly(())
    deadline = Deadline(Schedule(weekly, "closed"), "schedule", ZoneInfo("Europe/Stockholm"))
    return LetterRounds(mailboxes, inbox, deadline, live, clock)


async def written(mailboxes: Mailboxes, priority: int) -> str:
    id, _ = await mailboxes.begin()
    await mailboxes.write(id, "brev", {"route": "human_now"}, priority)
    return id


async def told_after(rounds: LetterRounds, live: Console, clock: Clock, seconds: float) -> list[tuple[str, str]]:
    live.told.clear()
    clock.pass_seconds(seconds)
    await rounds.sweep()
    return live.told


@pytest.mark.parametrize("priority", [EMERGENCY, HUMAN_NOW])
async def test_a_red_letter_unread_for_fifteen_minutes_alarms_every_two_until_somebody_reads_it(
    mailboxes: Mailboxes, inbox: Inbox, rounds: LetterRounds, live: Console, clock: Clock, alva_id: int, priority: int
) -> None:
    id = await written(mailboxes, priority)
    assert await told_after(rounds, live, clock, 15 * MINUTE) == []
    assert await told_after(rounds, live, clock, 1) == [("alarm:red_letter:901", id)]
    assert await told_after(rounds, live, clock, 119) == []
    assert await told_after(rounds, live, clock, 1) == [("alarm:red_letter:1021", id)]
    await inbox.acknowledge(id, alva_id)
    assert await told_after(rounds, live, clock, 10 * MINUTE) == []


async def test_a_letter_that_is_not_red_alarms_nobody(
    mailboxes: Mailboxes, rounds: LetterRounds, live: Console, clock: Clock
) -> None:
    await written(mailboxes, CALM)
    assert await told_after(rounds, live, clock, 2 * DAY) == []


async def test_a_red_letter_of_the_night_alarms_fifteen_minutes_after_opening(
    mailboxes: Mailboxes, rounds: LetterRounds, live: Console, clock: Clock
) -> None:
    clock.pass_seconds(12 * HOUR)  # Tuesday 22.00
    id = await written(mailboxes, EMERGENCY)
    assert await told_after(rounds, live, clock, 10 * HOUR + 15 * MINUTE) == []  # Wednesday 08.15
    assert await told_after(rounds, live, clock, 1) == [(f"alarm:red_letter:{10 * 3600 + 901}", id)]


async def test_a_second_red_letter_of_a_read_mailbox_alarms_too(
    mailboxes: Mailboxes, inbox: Inbox, rounds: LetterRounds, live: Console, clock: Clock, alva_id: int
) -> None:
    id = await written(mailboxes, EMERGENCY)
    await inbox.acknowledge(id, alva_id)
    await mailboxes.write(id, "till", {}, EMERGENCY)
    assert await told_after(rounds, live, clock, 15 * MINUTE + 1) == [("alarm:red_letter:901", id)]


async def test_a_restart_does_not_repeat_an_alarm_too_soon(
    mailboxes: Mailboxes, inbox: Inbox, rounds: LetterRounds, live: Console, clock: Clock
) -> None:
    id = await written(mailboxes, EMERGENCY)
    await told_after(rounds, live, clock, 16 * MINUTE)
    again = LetterRounds(mailboxes, inbox, rounds._deadline, live, clock)
    assert await told_after(again, live, clock, MINUTE) == []
    assert await told_after(again, live, clock, MINUTE) == [("alarm:red_letter:1080", id)]


async def test_a_round_removes_what_has_expired(
    mailboxes: Mailboxes, rounds: LetterRounds, live: Console, clock: Clock
) -> None:
    id, words = await mailboxes.begin()
    await mailboxes.write(id, "brev", {}, CALM)
    await told_after(rounds, live, clock, 30 * DAY)
    assert await mailboxes.ids() == {id}
    await told_after(rounds, live, clock, 1)
    assert await mailboxes.ids() == set()
    with pytest.raises(Gone):
        await mailboxes.find(words)


async def test_two_rounds_at_once_do_no_harm(
    mailboxes: Mailboxes, rounds: LetterRounds, live: Console, clock: Clock
) -> None:
    await written(mailboxes, CALM)
    clock.pass_seconds(31 * DAY)
    await asyncio.gather(rounds.sweep(), rounds.sweep())
    assert await mailboxes.ids() == set()


async def test_a_letter_that_will_be_deleted_unread_alarms_once_a_day_in_its_last_five_days(
    mailboxes: Mailboxes, inbox: Inbox, rounds: LetterRounds, live: Console, clock: Clock, alva_id: int
) -> None:
    id = await written(mailboxes, CALM)
    assert await told_after(rounds, live, clock, 25 * DAY) == []
    assert await told_after(rounds, live, clock, 1) == [(f"alarm:expiring_letter:{25 * 86400 + 1}", id)]
    assert await told_after(rounds, live, clock, DAY - 1) == []
    assert await told_after(rounds, live, clock, 1) == [(f"alarm:expiring_letter:{26 * 86400 + 1}", id)]
    await inbox.acknowledge(id, alva_id)
    assert await told_after(rounds, live, clock, DAY) == []


async def test_the_alarm_of_a_letter_that_expires_waits_for_somebody_who_hears_it(
    mailboxes: Mailboxes, rounds: LetterRounds, live: Console, clock: Clock
) -> None:
    id = await written(mailboxes, CALM)
    live.somebody = False
    assert await told_after(rounds, live, clock, 25 * DAY + 1) == []
    live.somebody = True
    assert [what for what, _ in await told_after(rounds, live, clock, 60)] == [
        f"alarm:expiring_letter:{25 * 86400 + 61}"
    ]
    assert id in await mailboxes.ids()
