"""The heart: one turn of one conversation. Load it; then bot, waiting or human; then commit all of it at once."""

from __future__ import annotations

from typing import Any

from gateway.answering import Answering, Response
from gateway.channels.aside import Aside, is_aside
from gateway.channels.greeting import Greeting
from gateway.delivery import ANSWERED_BY_BOT, may_bot_speak, say_as_bot
from gateway.errands.errands import Errands
from gateway.errands.letter import is_writing
from gateway.handoff import State
from gateway.known import remember
from gateway.metrics import Metrics
from gateway.storage.change import Change
from gateway.storage.records import Conversation, Line
from gateway.storage.store import Store
from gateway.summons import CHOICE_UNDERSTOOD, PAYLOADS, Summons
from gateway.words import Words

LISTEN_SECONDS = 0.5  # in `human` an answer is owed at once: understanding is for the counsellor's card only
UNDERSTOOD = ("topic", "confidence", "risks", "route")


class Router:
    """Turns lines into an answer, or into a step of an errand. What is said comes from `answering`."""

    def __init__(
        self,
        store: Store,
        answering: Answering,
        words: Words,
        summons: Summons,
        errands: Errands,
        greeting: Greeting,
        aside: Aside,
        metrics: Metrics,
    ) -> None:
        self._store = store
        self._answering = answering
        self._words = words
        self._summons = summons
        self._errands = errands
        self._greeting = greeting
        self._aside = aside
        self._metrics = metrics

    async def turn(self, id: str, lines: list[Line]) -> None:
        """Answer `lines` (one choice, or words said one after the other). Raises Gone and what the store raises."""
        if said := [line for line in lines if not is_aside(line)]:
            await self._said(id, said)
        if aside := [line for line in lines if is_aside(line)]:
            await self._aside.turn(id, aside)

    async def _said(self, id: str, lines: list[Line]) -> None:
        conversation = await self._store.get(id)
        choice = lines[0].words.get("choice")
        if not self._is_answered_by_engine(conversation, lines, choice):
            await self._greet(conversation)
        if self._errands.concerns(lines[0]):
            await self._errands.turn(id, lines[0])
        elif choice in PAYLOADS:
            await self._commit_choice(id, choice, lines)
        elif choice is None and (step := self._errands.letter.spoken(conversation, lines[-1])) is not None:
            if lines[:-1]:
                await self._said(id, lines[:-1])
            await step(id, lines[-1])
        elif is_writing(conversation) and conversation.state is State.BOT and choice is None:
            await self._write(conversation, lines)
        elif conversation.state in ANSWERED_BY_BOT:
            await self._answer(conversation, lines, choice)
        else:
            await self._listen(conversation, lines)

    def _is_answered_by_engine(self, conversation: Conversation, lines: list[Line], choice: str | None) -> bool:
        concerns = self._errands.concerns(lines[0]) or choice in PAYLOADS
        return conversation.state in ANSWERED_BY_BOT and not concerns and not is_writing(conversation)

    async def _greet(self, conversation: Conversation) -> None:
        """The first word of a messaging channel; an answer of the engine's brings it along."""
        if self._greeting.is_due(conversation):
            async with self._store.change(conversation.id) as change:
                await self._greeting.say(change)

    async def fall_back(self, id: str, lines: list[Line]) -> None:
        """Answer lines when something of ours broke: never silence."""
        conversation = await self._store.get(id)
        choice = lines[0].words.get("choice")
        response = self._answering.fallback(conversation, lines, choice)
        response.replies += self._errands.letter.still(conversation)
        await self._commit(id, conversation.generation, response, lines)

    async def _commit(self, id: str, generation: int, response: Response, lines: list[Line]) -> None:
        why = self._answering.why(lines)
        async with self._store.change(id) as change:
            if not may_bot_speak(change, generation) and change.conversation.state in ANSWERED_BY_BOT:
                return  # held and handed back meanwhile: left unanswered, so that the turn is taken again
            standing = await change.standing(lines)
            if not standing:
                return  # taken back or edited meanwhile: nobody asks this any more
            self._remember(change.conversation, response.understood)
            greets = self._greeting.place(change.conversation, response.understood)
            if greets in ("before", "instead"):
                await self._greeting.say(change, alone=greets == "instead")
            replies = [] if greets == "instead" else response.replies
            spoken = await say_as_bot(change, generation, replies)
            if greets == "after":
                await self._greeting.say(change, alone=False)
            if spoken:
                if len(standing) == len(lines):
                    change.conversation.context = response.context
                self._errands.letter.pause(change.conversation)
                for payload in response.decisions:
                    await self._summons.decide(change, payload)
                if response.handoff is not None:
                    await self._summons.request(change, response.handoff)
            elif response.understood["route"] == "emergency":  # a claim came first: the counsellor must see why
                await self._summons.open_for_danger(change)
            await self._mark(change, standing, response.understood, response.offered, why)
        self._metrics.answered.labels(route=response.understood["route"]).inc(len(lines))

    async def _commit_choice(self, id: str, payload: str, lines: list[Line]) -> None:
        async with self._store.change(id) as change:
            await self._summons.decide(change, payload)
            await self._mark(change, lines, CHOICE_UNDERSTOOD, False, {})

    async def _answer(self, conversation: Conversation, lines: list[Line], choice: str | None) -> None:
        response = await self._answering.answer(conversation, lines, choice)
        response.replies += self._errands.letter.still(conversation)
        await self._commit(conversation.id, conversation.generation, response, lines)

    async def _listen(self, conversation: Conversation, lines: list[Line]) -> None:
        """In `human` the bot is silent; what was understood still tells the counsellor of new danger."""
        understood = await self._answering.understand(conversation, lines, LISTEN_SECONDS)
        async with self._store.change(conversation.id) as change:
            if change.conversation.state in ANSWERED_BY_BOT:
                return  # handed back meanwhile: nobody listens any more, so that the turn is taken again
            self._remember(change.conversation, understood)
            if understood["route"] == "emergency":
                await self._summons.open_for_danger(change)
            await self._mark(change, lines, understood, False, self._answering.why(lines))

    async def _write(self, conversation: Conversation, lines: list[Line]) -> None:
        """What is said belongs to a letter, and is only received; danger in it is answered, and then it is talk."""
        understood = await self._answering.understand(conversation, lines)
        human = understood["route"] == "human_now" and self._answering.can_come()
        async with self._store.change(conversation.id) as change:
            if not (lines := await change.standing(lines)):
                return  # taken back or edited meanwhile: it is in no letter
            self._remember(change.conversation, understood)
            added = self._errands.letter.add(change.conversation, lines, understood)
            if understood["route"] != "emergency":
                await self._errands.letter.receive(change, added, human)
                await self._mark(change, lines, understood, human, self._answering.why(lines))
        if understood["route"] == "emergency":
            await self._answer(await self._store.get(conversation.id), lines, None)

    def _remember(self, conversation: Conversation, understood: dict[str, Any]) -> None:
        in_human = conversation.state is State.HUMAN
        remember(self._words.content, conversation.understood, understood, topic_stays=in_human)

    async def _mark(
        self,
        change: Change,
        lines: list[Line],
        understood: dict[str, Any],
        offered: bool,
        why: dict[int, dict[str, list[str]]],
    ) -> None:
        state = change.conversation.state
        handoff = "queued" if state in (State.WAITING, State.HUMAN) else "offered" if offered else "none"
        explained = {**{key: understood[key] for key in UNDERSTOOD}, "handoff": handoff}
        for line in lines:
            heard = {"heard": why[line.seq]} if line.seq in why else {}
            await change.answer(line.seq, {**line.words, "explained": explained, **heard})
