"""The heart: one turn of one conversation. Load it; then bot, waiting or human; then commit all of it at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog

from content.risks import RiskLexicon
from gateway.availability import Availability
from gateway.delivery import say_as_bot
from gateway.engine_client import EngineAnswer, EngineClient, EngineFailed
from gateway.errands.errands import Errands
from gateway.errands.letter import is_writing
from gateway.handoff import State
from gateway.heard import heard_in
from gateway.known import remember
from gateway.metrics import Metrics
from gateway.storage.change import Change
from gateway.storage.records import Conversation, Line
from gateway.storage.store import Store
from gateway.summons import CHOICE_UNDERSTOOD, PAYLOADS, SHARE_NO, SHARE_YES, Summons
from gateway.words import Words

LISTEN_SECONDS = 0.5  # in `human` an answer is owed at once: understanding is for the counsellor's card only
HUMAN = "topic:talk_to_human"
UNDERSTOOD = ("topic", "confidence", "risks", "route")
_FIRST_SENTENCE = re.compile(r"[^.!?]*[.!?]?")
log = structlog.get_logger()


@dataclass
class Plan:
    """What one turn will store: the bot's replies, what they ask of the gateway, and what was understood."""

    replies: list[dict[str, Any]]
    understood: dict[str, Any]
    context: Any
    handoff: str | None = None
    offered: bool = False
    decisions: list[str] = field(default_factory=list)


class Router:
    """Turns lines into an answer. Danger is heard here too, with the engine dead."""

    def __init__(
        self,
        store: Store,
        engine: EngineClient,
        words: Words,
        lexicon: RiskLexicon,
        availability: Availability,
        summons: Summons,
        errands: Errands,
        local: Callable[[], datetime],
        metrics: Metrics,
    ) -> None:
        self._store = store
        self._engine = engine
        self._words = words
        self._lexicon = lexicon
        self._availability = availability
        self._summons = summons
        self._errands = errands
        self._local = local
        self._metrics = metrics

    async def turn(self, id: str, lines: list[Line]) -> None:
        """Answer `lines` (one choice, or words said one after the other). Raises Gone and what the store raises."""
        conversation = await self._store.get(id)
        choice = lines[0].words.get("choice")
        if self._errands.concerns(lines[0]):
            await self._errands.turn(id, lines[0])
        elif choice in PAYLOADS:
            await self._commit_choice(id, choice, lines)
        elif is_writing(conversation) and conversation.state is State.BOT and choice is None:
            await self._write(conversation, lines)
        elif conversation.state in (State.BOT, State.WAITING):
            await self._answer(conversation, lines, choice)
        else:
            await self._listen(conversation, lines)

    async def fall_back(self, id: str, lines: list[Line]) -> None:
        """Answer lines when something of ours broke: never silence."""
        conversation = await self._store.get(id)
        choice = lines[0].words.get("choice")
        plan = self._fallback(conversation, self._lexicon.risks(self._text(lines)), choice)
        await self._commit(id, conversation.generation, plan, lines)

    def _text(self, lines: list[Line]) -> str:
        return "\n".join(line.words["text"] for line in lines)

    def _metadata(self, conversation: Conversation, mode: str, choice: str | None) -> dict[str, Any]:
        return {
            "mode": mode,
            "now": self._local().isoformat(),
            "hours_open": self._availability.can_come(),
            "channel": conversation.channel,
            "choice": choice,
            "no_human": conversation.no_human,
            "state": conversation.state.value,
            "reopens": self._words.reopens(),
        }

    async def _plan(self, conversation: Conversation, lines: list[Line], choice: str | None) -> Plan:
        text = self._text(lines)
        heard = self._lexicon.risks(text) if choice is None else ()
        try:
            with self._metrics.engine_seconds.time():
                answer = await self._engine.ask(
                    text, conversation.context, self._metadata(conversation, "talk", choice)
                )
        except EngineFailed as failure:
            log.warning("engine_failed", reason=str(failure))
            self._metrics.fallbacks.labels(reason=str(failure)).inc()
            return self._fallback(conversation, heard, choice)
        return self._from_engine(answer, heard)

    def _from_engine(self, answer: EngineAnswer, heard: tuple[str, ...]) -> Plan:
        understood = dict(answer.understood)
        risks = [*understood["risks"], *(risk for risk in heard if risk not in understood["risks"])]
        understood["risks"] = risks
        taxonomy = self._words.content.taxonomy
        understood["route"] = taxonomy.stricter([understood["route"], *(taxonomy.risks[risk] for risk in risks)])
        plan = Plan(answer.replies, understood, answer.context)
        for signal in answer.signals:
            if signal["name"] == "handoff":
                plan.handoff = signal["args"]["route"]
            elif signal["name"] == "offer_human":
                plan.offered = True
            elif signal["name"] == "share":
                plan.decisions.append(SHARE_YES if signal["args"]["answer"] == "yes" else SHARE_NO)
            elif signal["name"] == "no_human":
                plan.decisions.append("human:no")
        if understood["route"] == "emergency" and plan.replies:
            self._danger_first(plan)
        return plan

    def _danger_first(self, plan: Plan) -> None:
        """Hold promise 2 whatever the engine said: 112 in the first sentence of the first reply."""
        first = _FIRST_SENTENCE.match(plan.replies[0]["text"])
        if first is None or "112" not in first.group():
            plan.replies.insert(0, self._reply("danger_first", contacts=("sos_112",)))
        if plan.handoff is None and self._availability.can_come():
            plan.handoff = "emergency"
            plan.replies.append(self._reply("summons_emergency"))

    def _fallback(self, conversation: Conversation, heard: tuple[str, ...], choice: str | None) -> Plan:
        """The answer when the engine gives none: 112, the numbers that work now, and a human if one can come.

        After a no to a human it is only offered, unless life may be in danger.
        """
        taxonomy = self._words.content.taxonomy
        route = taxonomy.stricter(["human_now", *(taxonomy.risks[risk] for risk in heard)])
        can_come = conversation.state is State.WAITING or self._availability.can_come()
        human = {"title": self._words.sentence("choice_human"), "payload": HUMAN}
        if can_come and conversation.no_human and route != "emergency" and choice != HUMAN:
            offer = self._reply("fallback", [human], self._words.reachable())
            return Plan([offer], self._unheard(heard, route), conversation.context, offered=True)
        replies = [self._reply("fallback_human" if can_come else "fallback", contacts=self._words.reachable())]
        if can_come and conversation.state is State.BOT and route == "human_now":
            names = (("share_yes", SHARE_YES), ("share_no", SHARE_NO), ("human_no", "human:no"))
            choices = [{"title": self._words.sentence(name), "payload": payload} for name, payload in names]
            replies.append(self._reply("summons", choices))
        elif can_come and conversation.state is State.BOT:
            replies.append(self._reply("summons_emergency"))
        return Plan(replies, self._unheard(heard, route), conversation.context, route if can_come else None)

    def _unheard(self, heard: tuple[str, ...], route: str) -> dict[str, Any]:
        """What is known of a message that the engine did not understand: the risks our own ears heard."""
        return {"topic": "not_understood", "confidence": 0.0, "risks": list(heard), "route": route, "lang": "sv"}

    def _reply(
        self, name: str, choices: list[dict[str, str]] | None = None, contacts: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        text = self._words.sentence(name)
        return {"text": text, "choices": choices or [], "contacts": list(contacts), "checked": True}

    async def _commit(self, id: str, generation: int, plan: Plan, lines: list[Line]) -> None:
        why = heard_in(self._lexicon, lines)
        async with self._store.change(id) as change:
            self._remember(change.conversation, plan.understood)
            if await say_as_bot(change, generation, plan.replies):
                change.conversation.context = plan.context
                for payload in plan.decisions:
                    await self._summons.decide(change, payload)
                if plan.handoff is not None:
                    await self._summons.request(change, plan.handoff)
            elif plan.understood["route"] == "emergency":  # a claim came first: the counsellor must see why
                await self._summons.open_for_danger(change)
            await self._mark(change, lines, plan.understood, plan.offered, why)
        self._metrics.answered.labels(route=plan.understood["route"]).inc(len(lines))

    async def _commit_choice(self, id: str, payload: str, lines: list[Line]) -> None:
        async with self._store.change(id) as change:
            await self._summons.decide(change, payload)
            await self._mark(change, lines, CHOICE_UNDERSTOOD, False, {})

    async def _answer(self, conversation: Conversation, lines: list[Line], choice: str | None) -> None:
        plan = await self._plan(conversation, lines, choice)
        if is_writing(conversation):
            plan.replies.append(self._reply("letter_still", self._errands.letter.choices()))
        await self._commit(conversation.id, conversation.generation, plan, lines)

    async def _listen(self, conversation: Conversation, lines: list[Line]) -> None:
        """In `human` the bot is silent; what was understood still tells the counsellor of new danger."""
        understood = await self._understand(conversation, lines, LISTEN_SECONDS)
        async with self._store.change(conversation.id) as change:
            self._remember(change.conversation, understood)
            if understood["route"] == "emergency":
                await self._summons.open_for_danger(change)
            await self._mark(change, lines, understood, False, heard_in(self._lexicon, lines))

    async def _write(self, conversation: Conversation, lines: list[Line]) -> None:
        """What is said belongs to a letter, and is only received; danger in it is answered all the same."""
        if len(lines) == 1 and (step := self._errands.letter.spoken(lines[0].words["text"])) is not None:
            await step(conversation.id, lines[0])
            return
        understood = await self._understand(conversation, lines)
        async with self._store.change(conversation.id) as change:
            self._remember(change.conversation, understood)
            self._errands.letter.add(change.conversation, understood)
            if understood["route"] != "emergency":
                await self._errands.letter.receive(change)
                await self._mark(change, lines, understood, False, heard_in(self._lexicon, lines))
        if understood["route"] == "emergency":
            await self._answer(await self._store.get(conversation.id), lines, None)

    async def _understand(
        self, conversation: Conversation, lines: list[Line], seconds: float | None = None
    ) -> dict[str, Any]:
        """Understand lines without answering; with the engine dead what our own ears hear."""
        text = self._text(lines)
        heard = self._lexicon.risks(text)
        try:
            metadata = self._metadata(conversation, "listen", None)
            answer = await self._engine.ask(text, conversation.context, metadata, seconds)
            return self._from_engine(EngineAnswer([], [], answer.understood, None), heard).understood
        except EngineFailed as failure:
            log.warning("engine_failed", reason=str(failure))
        taxonomy = self._words.content.taxonomy
        return self._unheard(heard, taxonomy.stricter(["answer", *(taxonomy.risks[risk] for risk in heard)]))

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
