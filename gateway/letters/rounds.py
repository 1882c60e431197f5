"""One round of the sweeper for letters: expired mailboxes go, and counsellors are called to letters left unread."""

from __future__ import annotations

from collections.abc import Callable

from gateway.letters.deadline import EXPIRES_SOON_SECONDS, Deadline
from gateway.letters.inbox import Inbox
from gateway.letters.mailboxes import Mailboxes
from gateway.live import Live

AGAIN_SECONDS = 2 * 60.0
EXPIRING_AGAIN_SECONDS = 24 * 3600.0


class LetterRounds:
    """An alarm goes to every console that is open, and again until somebody acknowledges.

    Of a red letter every two minutes; of another that will be deleted unread in a few days once a day, to somebody.
    """

    def __init__(
        self, mailboxes: Mailboxes, inbox: Inbox, deadline: Deadline, live: Live, clock: Callable[[], float]
    ) -> None:
        self._mailboxes = mailboxes
        self._inbox = inbox
        self._deadline = deadline
        self._live = live
        self._clock = clock

    async def sweep(self) -> None:
        """Remove and call for whatever is due at this moment."""
        await self._mailboxes.remove_expired()
        await self._call_to_red()
        await self._call_to_expiring()

    async def _call_to_red(self) -> None:
        for unread in await self._inbox.unread_red():
            due, now = self._deadline.due(unread.at), self._clock()
            late = due is not None and now > due
            again = unread.alarmed_at is None or now >= unread.alarmed_at + AGAIN_SECONDS
            if late and again and await self._inbox.alarmed(unread.mailbox):
                self._live.tell_consoles(f"alarm:red_letter:{now - unread.at:.0f}", unread.mailbox)

    async def _call_to_expiring(self) -> None:
        if not self._live.logged_in():
            return  # nobody would hear it, and the next call is a day away
        now = self._clock()
        for unread in await self._inbox.unread_expiring(now + EXPIRES_SOON_SECONDS):
            again = unread.alarmed_at is None or now >= unread.alarmed_at + EXPIRING_AGAIN_SECONDS
            if again and await self._inbox.alarmed(unread.mailbox):
                self._live.tell_consoles(f"alarm:expiring_letter:{now - unread.at:.0f}", unread.mailbox)
