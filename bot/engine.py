"""The engine without its wire: one message with its context in, replies with the new context out. Keeps nothing."""

from __future__ import annotations

import uuid
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.lock_store import LockStore
from rasa.core.tracker_store import TrackerStore
from rasa.core.utils import AvailableEndpoints

from actions.answer import ActionAnswer
from bot.action_endpoint import InProcessActions, check_schema_once
from bot.context import context_of, memory_of
from bot.follow_up import in_context, unheard
from bot.in_talk import Told, as_choice, topic_of_choice
from bot.quiet import quiet
from bot.turns import TurnTrackerStore
from content.model import Content
from content.registry import load_content
from content.sayings import ADULT, AGES, UNDER_18

# What a message means in the talk (bot/in_talk.py, content/sayings.py), and what the model overruled of the lexicon.
IN_TALK = ("choice", "about", "aside", "place", "overruled")
EXPOSED = ("exploited", "minors")  # who of these tells that they are under 18 is a child at risk
CHANNEL = "varsam"
_LEADING = "/ \t\r\n\u200b\ufeff"


class EngineNotReady(Exception):
    """The model could not be loaded; the message says what to do."""


class Engine:
    """Rasa's agent, and the trackers of the turns under way."""

    def __init__(self, agent: Agent, turns: TurnTrackerStore, content: Content) -> None:
        self._agent = agent
        self._turns = turns
        self._content = content

    async def turn(self, text: str, context: Any, metadata: dict[str, Any]) -> dict[str, Any]:
        """Answer one message; shapes in docs/protocol.md, section 4.

        A leading `/` is taken off: Rasa would take the text for an intent and bypass understanding.

        Raises:
            RuntimeError: where the dialogue gave nothing to say; KeyError where metadata lacks something.
        """
        text = text.lstrip(_LEADING)
        memory = memory_of(context)
        parsed = await self._parse(text, metadata.get("choice"), memory)
        if metadata.get("mode") == "listen":
            return {"replies": [], "context": context, "understood": self._understood(parsed), "signals": []}
        if "choice" not in parsed:
            parsed = await self._in_talk(text, memory, parsed)
        understood = self._understood(parsed)
        slots = {"turn": {**metadata, "understood": understood}, "memory": memory}
        said, memory = await self._talk(text, parsed, slots)
        replies = [one["reply"] for one in said if "reply" in one]
        signals = [one["signal"] for one in said if "signal" in one]
        if not replies and not signals:
            raise RuntimeError("the dialogue gave nothing to say")
        return {"replies": replies, "context": context_of(memory), "understood": understood, "signals": signals}

    async def _parse(self, text: str, choice: object, memory: dict[str, Any]) -> dict[str, Any]:
        """Understand the text by what came before, or take the topic of a button, which the gateway has verified."""
        content = self._content
        if isinstance(choice, str) and (topic := topic_of_choice(content, choice, memory)) is not None:
            known = _known(text, topic, choice)
            return {**known, "risks": [], "risk_words": [], "lang": memory.get("lang") or "sv"}
        assert self._agent.processor is not None  # `load_engine` refuses an agent without a model
        parsed = dict(await self._agent.processor.parse_message(UserMessage(text)))
        return in_context(content.taxonomy, parsed, memory.get("asker"), memory.get("last_topic"))

    async def _in_talk(self, text: str, memory: dict[str, Any], parsed: dict[str, Any]) -> dict[str, Any]:
        """Read a message as part of the talk: a correction, words that are a button, what it tells of its writer."""
        content = self._content
        assert self._agent.processor is not None
        meant = content.sayings.corrected(text)
        if meant is not None and (parsed["ask_back"] or parsed["intent"]["name"] == "not_understood"):
            parsed = {**await self._agent.processor.parse_message(UserMessage(meant)), **_heard_in(parsed)}
            parsed = in_context(content.taxonomy, parsed, memory.get("asker"), memory.get("last_topic"))
        asker, told = memory.get("asker"), Told.of(content, text, memory)
        if ADULT in told.about or asker == "buyers":
            parsed = unheard(parsed, "minor")
        if asker in EXPOSED:  # their fear of the police is no buyer's
            parsed = unheard(parsed, "solicitation")
        meant = as_choice(content, text, memory, parsed, told)
        if meant is not None and (topic := topic_of_choice(content, meant, memory)) is not None:
            parsed = {**parsed, **_known(text, topic, meant)}
        if self._child_at_risk(parsed, told.about, memory) and "minor" not in parsed["risks"]:
            words = [*parsed["risk_words"], {"risk": "minor", "rule": "age", "words": ""}]
            parsed = {**parsed, "risks": [*parsed["risks"], "minor"], "risk_words": words}
        return {**parsed, "about": sorted(told.about), "aside": told.aside, "place": told.place}

    def _child_at_risk(self, parsed: dict[str, Any], heard: frozenset[str], memory: dict[str, Any]) -> bool:
        """Tell whether somebody who has told that they are under 18 now tells that, or speaks of being exposed."""
        about = heard & AGES or {*memory.get("about", ())} & AGES
        exposed = self._content.topics[parsed["intent"]["name"]].group in EXPOSED and not parsed["ask_back"]
        return about == {UNDER_18} and (exposed or (UNDER_18 in heard and memory.get("asker") in EXPOSED))

    def _understood(self, parsed: dict[str, Any]) -> dict[str, Any]:
        topic = parsed["intent"]["name"]
        ask_back = self._worth_asking(parsed["ask_back"])
        return {
            "topic": topic,
            "confidence": round(parsed["intent"]["confidence"], 4),
            "ranking": [
                {"topic": one["name"], "confidence": round(one["confidence"], 4)} for one in parsed["intent_ranking"]
            ],
            "risks": parsed["risks"],
            "risk_words": parsed["risk_words"],
            "lang": parsed["lang"],
            "ask_back": ask_back,
            "route": self._content.taxonomy.route(topic, parsed["risks"], ask_back),
            **{key: parsed[key] for key in IN_TALK if parsed.get(key)},
        }

    def _worth_asking(self, topics: list[str]) -> list[str]:
        """Leave small talk out of what is asked back; the menu stands in where too little is left."""
        if not topics:
            return []
        kept = [topic for topic in topics if self._content.topics[topic].group != "smalltalk"]
        return kept if len(kept) > 1 else [*kept, "menu"]

    async def _talk(
        self, text: str, parsed: dict[str, Any], slots: dict[str, Any]
    ) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """Run the dialogue for one turn on a tracker made for it."""
        sender, output = uuid.uuid4().hex, CollectingOutputChannel()
        self._turns.begin(sender, slots)
        try:
            message = UserMessage(text, output, sender, parse_data=parsed, input_channel=CHANNEL)
            await self._agent.handle_message(message)
        finally:
            tracker = self._turns.end(sender)
        return [one["custom"] for one in output.messages if "custom" in one], tracker.get_slot("memory") or {}


def load_engine(model: str) -> Engine:
    """Load a trained model with our tracker store and actions. Raises EngineNotReady."""
    quiet()
    check_schema_once()
    content = load_content()
    endpoints = AvailableEndpoints.read_endpoints("bot/endpoints.yml")
    turns = TrackerStore.create(endpoints.tracker_store)
    agent = Agent.load(
        model,
        tracker_store=turns,
        lock_store=LockStore.create(endpoints.lock_store),
        action_endpoint=InProcessActions([ActionAnswer(content)]),
    )
    if not agent.is_ready():
        raise EngineNotReady(f"the model {model} could not be loaded; run 'varsam train'")
    return Engine(agent, turns, content)


def _heard_in(parsed: dict[str, Any]) -> dict[str, Any]:
    """Give what stays of a whole message where only a part of it tells the topic: its risks, and its text."""
    return {key: parsed[key] for key in ("text", "risks", "risk_words", "overruled", "lang") if key in parsed}


def _known(text: str, topic: str, choice: str) -> dict[str, Any]:
    """Give what is understood where there is nothing to guess: a button, or words that stand for one."""
    intent = {"name": topic, "confidence": 1.0}
    return {
        "text": text,
        "intent": intent,
        "intent_ranking": [intent],
        "entities": [],
        "ask_back": [],
        "choice": choice,
    }
