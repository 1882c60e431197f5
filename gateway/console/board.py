"""What counsellors see: the queue without words, and of a conversation only what the visitor has let them see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from connectors.frames import message_body
from gateway.console.presence import standing, weigh
from gateway.console.reach import Reach, blanked
from gateway.delivery import NotYours
from gateway.handoff import State
from gateway.heard import risk_words
from gateway.letters.inbox import Inbox
from gateway.live import Live
from gateway.storage.records import Conversation, Counsellor, Line
from gateway.storage.staff import Staff
from gateway.storage.store import Store
from gateway.views import iso, message_of
from gateway.words import Words


@dataclass(frozen=True)
class Whole:
    """All waiting and held conversations as cards by holder, in the order of the queue, and what goes with them."""

    staff: list[Counsellor]
    cards: list[tuple[int | None, dict[str, Any]]]
    carried: dict[int, int]
    letters: dict[str, int]


class Board:
    """Reads the store for the console."""

    def __init__(
        self,
        store: Store,
        staff: Staff,
        live: Live,
        words: Words,
        clock: Callable[[], float],
        inbox: Inbox,
        reach: Reach,
    ) -> None:
        self._store = store
        self._staff = staff
        self._live = live
        self._words = words
        self._clock = clock
        self._inbox = inbox
        self._reach = reach

    async def queue(self, counsellor: int) -> dict[str, Any]:
        """Give one counsellor's queue as of now. Raises what the store raises."""
        return self.queue_of(await self.whole(), counsellor)

    async def whole(self) -> Whole:
        """Read what every counsellor's queue is made of."""
        staff = await self._staff.all()
        names = {one.id: one.name for one in staff}
        found = await self._store.in_states(State.WAITING, State.HUMAN)
        stopped = await self._reach.stopped()
        cards = [(one.holder, self._card(one, names.get(one.holder or 0), one.id in stopped)) for one in found]
        unread, red = await self._inbox.counts()
        load = self._words.content.organisation.counsellor_load
        return Whole(staff, cards, weigh(found, load), {"unread": unread, "red": red})

    def queue_of(self, whole: Whole, me: int) -> dict[str, Any]:
        """Give the waiting, the taken and one's own conversations, the most urgent first; who is there; letters."""
        load = self._words.content.organisation.counsellor_load
        return {
            "waiting": [card for holder, card in whole.cards if holder is None],
            "taken": [card for holder, card in whole.cards if holder not in (None, me)],
            "mine": [card for holder, card in whole.cards if holder == me],
            **standing(me, whole.staff, self._live.logged_in(), whole.carried, load),
            "letters": whole.letters,
        }

    async def card(self, conversation: Conversation, holder: str | None) -> dict[str, Any]:
        """Give what may be known of a conversation without its words. Raises what the store raises."""
        stopped = await self._reach.stopped() if conversation.goes_out else set()
        return self._card(conversation, holder, conversation.id in stopped)

    def _card(self, conversation: Conversation, holder: str | None, stopped: bool) -> dict[str, Any]:
        understood = conversation.understood
        topic = self._words.content.topics.get(understood.get("topic", ""))
        titles = self._words.content.risk_titles
        since = conversation.waiting_at
        return {
            "id": conversation.id,
            "pseudonym": self.pseudonym(conversation.id),
            "priority": conversation.priority,
            "route": understood.get("route"),
            "topic": topic.id if topic else None,
            "title": topic.title if topic else None,
            "risks": [{"id": risk, "title": titles[risk]} for risk in understood.get("risks", [])],
            "lang": understood.get("lang"),
            "channel": conversation.channel,
            "waiting_since": iso(since) if since is not None else None,
            "waiting_seconds": max(0, int(self._clock() - since)) if since is not None else None,
            "state": conversation.state.value,
            "holder": holder,
            "shared": conversation.shared,
            "front": conversation.front,
            "left_until": iso(conversation.leave_at) if conversation.leave_at is not None else None,
            "window_ends": self._reach.window_ends(conversation),
            "stopped": stopped,
        }

    def pseudonym(self, id: str) -> str:
        first, second = self._words.content.pseudonyms
        number = int(id[:8], 16)
        return f"{first[number % len(first)]} {second[number // len(first) % len(second)]}"

    async def conversation(self, id: str, me: Counsellor, after: int) -> dict[str, Any]:
        """Give one's own conversation with what one may read of it after a seq. Raises Gone or NotYours."""
        lines, drafts = await self._store.lines(id), await self._store.drafts(id)
        # Read last: whoever holds it now may read what was there before; the other way round it could have gone
        # to somebody else in between, with words that were said to them.
        conversation = await self._store.get(id)
        if conversation.holder != me.id:
            raise NotYours
        shown = [line for line in lines if conversation.may_read(line)]
        return {
            **await self.card(conversation, me.name),
            "share": conversation.share,
            "hidden": len(lines) - len(shown),
            "mailbox": (conversation.errand or {}).get("mailbox") if conversation.shared else None,
            "messages": [message_body(message_of(line, self._words, staff=True)) for line in shown if line.seq > after],
            "drafts": [self._draft(draft) for draft in drafts],
            "silent_ends": self._reach.silent_ends(conversation),
            "delivery": await self._reach.delivery(conversation, shown),
            "blanked": blanked(shown),
            "alarm": _alarm(conversation, shown),
            "risk_words": risk_words(shown, self._words.content.taxonomy.risks),
        }

    def _draft(self, draft: dict[str, Any]) -> dict[str, Any]:
        """Give an answer that came too late; of one that a claim recalled, whether some of it had gone out."""
        cards = self._words.cards(draft.get("contacts", ()))
        begun = draft.get("begun", False)
        return {"text": draft["text"], "contacts": [asdict(card) for card in cards], "begun": begun}


def _alarm(conversation: Conversation, shown: list[Line]) -> dict[str, str] | None:
    """Give what the counsellor reads aloud to 112: the latest address that somebody in danger has shown."""
    told = [line for line in shown if "address" in line.words.get("shown", ())]
    return {"text": told[-1].words["text"], "at": iso(told[-1].at)} if told and conversation.in_danger else None
