"""Sentences and contact cards for the gateway, filled in and ready to be read. The words themselves are content."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from datetime import datetime

from connectors.contract import MAX_CHARACTERS, Code, ContactCard, Refused
from content.clock import clock, when
from content.model import Content
from content.reach import open_now


class Words:
    """Looks up sentences; `local` gives the time in the organisation's zone.

    `closed`: nobody reads now, whatever the counsellors' hours say (VARSAM_HOURS=closed).
    """

    def __init__(self, content: Content, local: Callable[[], datetime], closed: bool = False) -> None:
        self.content = content
        self._local = local
        self._closed = closed

    def sentence(self, name: str, **values: str) -> str:
        """Give a sentence with its placeholders filled. Raises KeyError for an unknown name."""
        text = self.content.organisation.filled(self.content.sentences[name])
        for key, value in values.items():
            text = text.replace(f"{{{key}}}", value)
        return text

    def card(self, contact: str) -> ContactCard:
        """Give a contact as a visitor sees it at this moment."""
        one, now = self.content.contacts[contact], self._local()
        open_now = one.open.open_now(now) if one.open else None
        opens = one.open.next_opening(now) if one.open and open_now is False else None
        return ContactCard(
            id=one.id, name=one.name, what=one.what, phone=one.phone, phone_note=one.phone_note, email=one.email,
            url=one.url, hours=one.hours, open_now=open_now, checked=one.checked,
            opens=when(self.content.sentences, opens, now) if opens else None,
        )  # fmt: skip

    def cards(self, contacts: Iterable[str]) -> tuple[ContactCard, ...]:
        """Give contacts as cards: those open now first, those closed last, else as they were named."""
        order = {True: 0, None: 1, False: 2}
        known = (contact for contact in contacts if contact in self.content.contacts)  # one may have been removed
        return tuple(sorted((self.card(contact) for contact in known), key=lambda card: order[card.open_now]))

    def reachable(self, about: str = "service") -> tuple[str, ...]:
        """Give the ids of whom one can reach right now."""
        return open_now(self.content, about, self._local())

    def interrupted(self) -> str:
        """Say that what is stored cannot be answered yet, with the numbers that work now."""
        return self.sentence("unavailable_stored", numbers=self._numbers())

    def _numbers(self) -> str:
        cards = self.cards(self.reachable())
        return " ".join(f"{card.name}: {card.phone}." for card in cards if card.phone and card.id != "sos_112")

    def refusal(self, code: Code, name: str | None = None) -> Refused:
        """Give a refusal in words; `unavailable` carries the numbers that work now."""
        if code == "unavailable":
            return Refused(code, self.sentence("unavailable", numbers=self._numbers()))
        return Refused(code, self.sentence(name or f"error_{code}", limit=str(MAX_CHARACTERS)))

    def clock(self, seconds: float) -> str:
        """Tell the time of day of a moment (seconds since 1970 UTC): 16.30."""
        at = datetime.fromtimestamp(seconds, self._local().tzinfo)
        return clock(at)

    def after(self, seconds: float) -> str:
        """Tell how long it is until something happens, never less than that: om ett dygn, om 36 timmar."""
        minutes = max(1, math.ceil(seconds / 60))
        units = (("day", 24 * 60), ("hour", 60), ("minute", 1))
        name, length = next((name, length) for name, length in units if minutes % length == 0)
        number = minutes // length
        return self.sentence(f"after_{name}" if number == 1 else f"after_{name}s", number=str(number))

    def moment(self, seconds: float) -> str:
        """Tell a time (seconds since 1970 UTC) as people say it: tisdag 24 november klockan 10.05."""
        at = datetime.fromtimestamp(seconds, self._local().tzinfo)
        date = f"{at.day} {self.sentence(f'month_{at.month}')}"
        day = self.sentence(f"day_{at.weekday()}")
        return self.sentence("moment", day=day, date=date, clock=self.clock(seconds))

    def reads(self) -> str:
        """Tell in words when a counsellor reads what was left, and promise no more than is known."""
        reopens = self.reopens()
        if reopens is not None:
            return self.sentence("reads_later", reopens=reopens)
        is_open = self.content.organisation.counsellor_hours.is_open(self._local())
        return self.sentence("reads_soon" if is_open else "reads_sometime")

    def reopens(self) -> str | None:
        """Tell in words when a counsellor reads again; None while it is counsellors' hours."""
        now = self._local()
        hours = self.content.organisation.counsellor_hours
        if hours.is_open(now) and not self._closed:
            return None
        opens = hours.next_opening(now)
        return None if opens is None else when(self.content.sentences, opens, now)
