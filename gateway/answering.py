"""What to say to some lines: asks the engine, holds 112 first whatever it said, and falls back when it fails.

Says and stores nothing itself; `router` commits what comes out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog

from content.risks import RiskLexicon
from gateway.availability import Availability
from gateway.engine_client import EngineAnswer, EngineClient, EngineFailed
from gateway.handoff import State
from gateway.heard import heard_in
from gateway.metrics import Metrics
from gateway.own_language import OwnLanguage
from gateway.storage.records import Conversation, Line
from gateway.summons import SHARE_NO, SHARE_YES
from gateway.words import Words

HUMAN = "topic:talk_to_human"
_FIRST_SENTENCE = re.compile(r"[^.!?]*[.!?]?")
log = structlog.get_logger()


@dataclass
class Response:
    """What one turn will store: the bot's replies, what they ask of the gateway, and what was understood."""

    replies: list[dict[str, Any]]
    understood: dict[str, Any]
    context: Any
    handoff: str | None = None
    offered: bool = False
    decisions: list[str] = field(default_factory=list)


class Answering:
    """Danger is heard here too, by our own lexicon, with the engine dead."""

    def __init__(
        self,
        engine: EngineClient,
        words: Words,
        lexicon: RiskLexicon,
        availability: Availability,
        local: Callable[[], datetime],
        metrics: Metrics,
        own_language: OwnLanguage,
    ) -> None:
        self._engine = engine
        self._words = words
        self._lexicon = lexicon
        self._availability = availability
        self._local = local
        self._metrics = metrics
        self._own_language = own_language

    def why(self, lines: list[Line]) -> dict[int, dict[str, list[str]]]:
        """Give which words of which line raised which risk (gateway/heard.py)."""
        return heard_in(self._lexicon, lines)

    def risks(self, lines: list[Line]) -> tuple[str, ...]:
        return self._lexicon.risks(self._text(lines))

    def can_come(self) -> bool:
        """Tell whether a counsellor can come now."""
        return self._availability.can_come()

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

    async def answer(self, conversation: Conversation, lines: list[Line], choice: str | None) -> Response:
        """Give the response to lines, or to a choice; never raises for an engine that fails."""
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
            return self.fallback(conversation, lines, choice)
        return self._from_engine(answer, heard, conversation)

    def _from_engine(self, answer: EngineAnswer, heard: tuple[str, ...], conversation: Conversation) -> Response:
        understood = dict(answer.understood)
        known = {*understood["risks"], *understood.get("overruled", ())}  # the engine heard the same words, and more
        risks = [*understood["risks"], *(risk for risk in heard if risk not in known)]
        understood["risks"] = risks
        taxonomy = self._words.content.taxonomy
        understood["route"] = taxonomy.stricter([understood["route"], *(taxonomy.risks[risk] for risk in risks)])
        response = Response(answer.replies, understood, answer.context)
        for signal in answer.signals:
            if signal["name"] == "handoff":
                response.handoff = signal["args"]["route"]
            elif signal["name"] == "offer_human":
                response.offered = True
            elif signal["name"] == "share":
                response.decisions.append(SHARE_YES if signal["args"]["answer"] == "yes" else SHARE_NO)
            elif signal["name"] == "no_human":
                response.decisions.append("human:no")
        if understood["route"] == "emergency" and response.replies:
            self._danger_first(response, conversation)
        return response

    def _danger_first(self, response: Response, conversation: Conversation) -> None:
        """Hold promise 2 whatever the engine said: 112 in the first sentence of the first reply."""
        first = _FIRST_SENTENCE.match(response.replies[0]["text"])
        if first is None or "112" not in first.group():
            response.replies.insert(0, self.reply("danger_first", contacts=("sos_112",)))
        if response.handoff is None and self._availability.can_come():
            response.handoff = "emergency"
            if conversation.state is State.BOT:  # who waits has been told
                response.replies.append(self.reply("summons_emergency"))

    def fallback(self, conversation: Conversation, lines: list[Line], choice: str | None) -> Response:
        """Give what is said when the engine gives nothing, in the visitor's own language before the Swedish."""
        text = self._text(lines)
        lang = self._own_language.of(conversation, text, choice)
        response = self._fallback(conversation, self._lexicon.risks(text) if choice is None else (), choice)
        response.replies = self._own_language.lead(response.replies, lang)
        response.understood["lang"] = lang
        return response

    def _fallback(self, conversation: Conversation, heard: tuple[str, ...], choice: str | None) -> Response:
        """The answer when the engine gives none: 112, the numbers that work now, and a human if one can come.

        After a no to a human it is only offered, unless life may be in danger.
        """
        taxonomy = self._words.content.taxonomy
        route = taxonomy.stricter(["human_now", *(taxonomy.risks[risk] for risk in heard)])
        can_come = conversation.state is State.WAITING or self._availability.can_come()
        human = {"title": self._words.sentence("choice_human"), "payload": HUMAN}
        if can_come and conversation.no_human and route != "emergency" and choice != HUMAN:
            offer = self.reply("fallback", [human], self._words.reachable())
            return Response([offer], self._unheard(heard, route), conversation.context, offered=True)
        replies = [self.reply("fallback_human" if can_come else "fallback", contacts=self._words.reachable())]
        if can_come and conversation.state is State.BOT and route == "human_now":
            names = (("share_yes", SHARE_YES), ("share_no", SHARE_NO), ("human_no", "human:no"))
            choices = [{"title": self._words.sentence(name), "payload": payload} for name, payload in names]
            replies.append(self.reply("summons", choices))
        elif can_come and conversation.state is State.BOT:
            replies.append(self.reply("summons_emergency"))
        return Response(replies, self._unheard(heard, route), conversation.context, route if can_come else None)

    def _unheard(self, heard: tuple[str, ...], route: str) -> dict[str, Any]:
        """What is known of a message that the engine did not understand: the risks our own ears heard."""
        return {"topic": "not_understood", "confidence": 0.0, "risks": list(heard), "route": route, "lang": "sv"}

    def reply(
        self, name: str, choices: list[dict[str, str]] | None = None, contacts: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        """Give a sentence of content as a reply of the bot's."""
        text = self._words.sentence(name)
        return {"text": text, "choices": choices or [], "contacts": list(contacts), "checked": True}

    async def understand(
        self, conversation: Conversation, lines: list[Line], seconds: float | None = None
    ) -> dict[str, Any]:
        """Understand lines without answering; with the engine dead what our own ears hear."""
        text = self._text(lines)
        heard = self._lexicon.risks(text)
        try:
            metadata = self._metadata(conversation, "listen", None)
            answer = await self._engine.ask(text, conversation.context, metadata, seconds)
            return self._from_engine(EngineAnswer([], [], answer.understood, None), heard, conversation).understood
        except EngineFailed as failure:
            log.warning("engine_failed", reason=str(failure))
        taxonomy = self._words.content.taxonomy
        unheard = self._unheard(heard, taxonomy.stricter(["answer", *(taxonomy.risks[risk] for risk in heard)]))
        return {**unheard, "lang": self._own_language.of(conversation, text, None)}
