"""The engine inside the process: answers each line as its mood says, now, later, or not at all."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from gateway.engine_client import EngineAnswer, EngineFailed
from tests.model.turnstile import Turnstile, doing

MARK = re.compile(r"\bv\d+:\d+\b")  # visitor's conversation and number of the line; stands in every visitor's text
HELD = "held"
# What a line makes the engine do: signals, route, choices. `held` answers wait for an event of their own.
SIGNALS: dict[str, list[dict[str, Any]]] = {
    "human_now": [{"name": "handoff", "args": {"route": "human_now", "share_asked": True}}],
    "emergency": [{"name": "handoff", "args": {"route": "emergency", "share_asked": False}}],
    "offer": [{"name": "offer_human", "args": {}}],
    "yes": [{"name": "share", "args": {"answer": "yes"}}],
    "no": [{"name": "share", "args": {"answer": "no"}}],
    "no_human": [{"name": "no_human", "args": {}}],
}
ROUTES = {"human_now": "human_now", "emergency": "emergency", "offer": "offer_human"}
CHOICES = {
    "human_now": ("share:yes", "share:no", "human:no"),
    "offer": ("topic:talk_to_human",),
}


@dataclass
class Ask:
    """One question that has not been answered yet."""

    marks: list[str]
    mood: str
    ticket: asyncio.Future[str]


@dataclass
class EngineInside:
    """Stands in for EngineClient. `moods` says what each marked line brings; `given` what was answered to each;

    `asked` the generation in which an answer's question was asked, as `generation_of` a marked line tells.
    """

    turnstile: Turnstile
    moods: dict[str, str] = field(default_factory=dict)
    held: list[Ask] = field(default_factory=list)
    given: dict[str, str] = field(default_factory=dict)
    asked: dict[str, int] = field(default_factory=dict)
    generation_of: Callable[[str], int | None] = lambda mark: None
    count: int = 0

    async def ask(
        self, text: str, context: Any, metadata: dict[str, Any], seconds: float | None = None
    ) -> EngineAnswer:
        """Answer as EngineClient does. Raises EngineFailed."""
        marks = MARK.findall(text)
        mood = self.moods.get(marks[-1], "plain") if marks else "plain"
        listening = metadata["mode"] == "listen"
        if metadata.get("choice") == "topic:talk_to_human":
            mood = "human_now"
        held, mood = mood.startswith(HELD), mood.removeprefix(HELD + " ")
        for mark in marks:
            self.given.pop(mark, None)  # asked again: what was answered before is of no use any more
        generation = self.generation_of(marks[-1]) if marks else None
        if held and not listening:
            how = await self._later(marks, mood)
        else:
            await self.turnstile.enter("the engine answers")
            how = mood
        if how == "fails":
            raise EngineFailed("slow")
        return self._answer(marks, how, listening, generation)

    async def _later(self, marks: list[str], mood: str) -> str:
        ask = Ask(marks, mood, asyncio.get_running_loop().create_future())
        self.held.append(ask)
        try:
            return await ask.ticket
        finally:
            if ask in self.held:
                self.held.remove(ask)

    def answer(self, number: int, fails: bool) -> None:
        """Let a held answer come, or fail, now; nothing where none is held."""
        if not self.held:
            return
        ask = self.held.pop(number % len(self.held))
        if not ask.ticket.done():
            ask.ticket.set_result("fails" if fails else ask.mood)

    def _answer(self, marks: list[str], mood: str, listening: bool, generation: int | None) -> EngineAnswer:
        understood = {
            "topic": "anonymity", "confidence": 0.9, "ranking": [], "risks": [], "lang": "sv",
            "route": ROUTES.get(mood, "answer"), "ask_back": [],
        }  # fmt: skip
        if listening:
            return EngineAnswer([], [], understood, None)
        self.count += 1
        text = f"112. svar {self.count} till {' '.join(marks)}"
        self.given |= dict.fromkeys(marks, text)
        if generation is not None:
            self.asked[text] = generation
        choices = [{"title": payload, "payload": payload} for payload in CHOICES.get(mood, ())]
        reply = {"text": text, "choices": choices, "contacts": ["bris"], "checked": True}
        return EngineAnswer([reply], SIGNALS.get(mood, []), understood, {"v": 1, "turns": self.count})

    async def close(self) -> None:
        """Nothing to close."""


__all__ = ["MARK", "EngineInside", "doing"]
