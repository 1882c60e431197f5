"""Calling a counsellor, and what the visitor decides about it. Works inside a `Change`; says only listed sentences."""

from __future__ import annotations

from gateway.availability import Availability
from gateway.delivery import say_as_system
from gateway.handoff import Event, State
from gateway.storage.change import Change
from gateway.words import Words

SHARE_YES, SHARE_NO, HUMAN_NO = "share:yes", "share:no", "human:no"
LEAVE_QUEUE = "queue:leave"
# What `answered` explains of a choice that asks nothing of the engine.
CHOICE_UNDERSTOOD = {"topic": "affirm", "confidence": 1.0, "risks": [], "route": "answer"}
PAYLOADS = frozenset({SHARE_YES, SHARE_NO, HUMAN_NO, LEAVE_QUEUE})


class Summons:
    """Requests the hand-off and keeps what the visitor has let the counsellor see."""

    def __init__(self, words: Words, availability: Availability) -> None:
        self._words = words
        self._availability = availability
        self._load = words.content.organisation.counsellor_load

    async def request(self, change: Change, route: str) -> bool:
        """Ask for a counsellor at the route's priority; where none can come, say so. True if the visitor waits."""
        conversation = change.conversation
        emergency = route == "emergency"
        if conversation.state is State.BOT:
            if not self._availability.can_come():
                await self.nobody(change, emergency)
                return False
            conversation.priority = 99
            conversation.understood.pop("corrected", None)
            conversation.share = "emergency" if emergency else "asked"
        elif emergency:
            await self.open_for_danger(change)
        elif "route" in conversation.understood.get("corrected", ()):
            route = conversation.understood["route"]  # what a counsellor set, or a risk has raised since
        joins = conversation.state is State.BOT
        await change.step(Event.HANDOFF_REQUESTED)
        routes = self._words.content.taxonomy.routes
        conversation.priority = min(conversation.priority, routes.index(route))
        conversation.no_human = False
        if joins and not emergency and self._availability.all_full(await change.carried(self._load)):
            await self._say(change, "all_busy")  # an emergency may be taken by those who are full, too
        return conversation.state in (State.WAITING, State.HUMAN)

    async def open_for_danger(self, change: Change) -> None:
        """Let the counsellor see the words because life may be in danger, and tell the visitor that they do."""
        conversation = change.conversation
        if conversation.state not in (State.WAITING, State.HUMAN):
            return
        conversation.priority = self._words.content.taxonomy.routes.index("emergency")  # also of one back in the queue
        if conversation.shared:
            return
        conversation.share = "emergency"
        if conversation.state is State.HUMAN:
            conversation.shown_from = 0
        await self._say(change, "opened_for_danger")

    async def nobody(self, change: Change, emergency: bool) -> None:
        """Say that nobody can come, and who can be reached now."""
        conversation, reopens = change.conversation, self._words.reopens()
        name = "closed_now_danger" if emergency else "closed_now" if reopens else "nobody_free"
        text = self._words.sentence(name, reopens=reopens or "")
        about = conversation.understood.get("topic", "service")
        letter = [{"title": self._words.sentence("letter_write"), "payload": "letter:write"}]
        await say_as_system(change, name, text, letter, self._words.reachable(about))

    async def decide(self, change: Change, payload: str) -> None:
        """Carry out one of PAYLOADS; one that comes too late changes nothing and is still answered."""
        conversation = change.conversation
        if payload == LEAVE_QUEUE and conversation.state is State.HUMAN:
            await self._say(change, "queue_left_late")  # pressed as the counsellor came: a queue is left, not a talk
        elif payload in (HUMAN_NO, LEAVE_QUEUE):
            conversation.no_human = conversation.no_human or payload == HUMAN_NO
            conversation.share = "none"
            await change.step(Event.CANCELLED_BY_VISITOR)
            await self._say(change, "human_no_done" if payload == HUMAN_NO else "queue_left")
        elif conversation.state not in (State.WAITING, State.HUMAN):
            await self._nobody_to_show(change)
        elif payload == SHARE_YES:
            conversation.share = "yes"
            if conversation.state is State.HUMAN:
                conversation.shown_from = 0
            await self._say(change, "share_yes_done" if conversation.state is State.WAITING else "share_yes_here")
        elif conversation.share == "emergency":
            await self._say(change, "share_no_done_danger")
        elif conversation.state is State.HUMAN and conversation.share == "yes":
            await self._say(change, "share_no_late")
        else:
            conversation.share = "no"
            await self._say(change, "share_no_done")

    async def _nobody_to_show(self, change: Change) -> None:
        """Say that nobody is on the way: whoever thinks that a counsellor comes would wait for nothing."""
        human = {"title": self._words.sentence("choice_human"), "payload": "topic:talk_to_human"}
        await say_as_system(change, "share_nobody", self._words.sentence("share_nobody"), [human])

    async def _say(self, change: Change, name: str) -> None:
        await say_as_system(change, name, self._words.sentence(name))
