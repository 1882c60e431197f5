"""The engine's only way in: one message with its context, one answer with the new context.

The request's text is never logged and never reaches Rasa with a leading `/` (which would bypass
understanding). A failure is a 5xx: an empty success does not exist here.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.context import context_of, memory_of
from bot.turns import TurnTrackerStore
from content.model import Content
from content.registry import load_content

logger = logging.getLogger(__name__)
TOPIC = "topic:"


class VarsamChannel(InputChannel):
    """`POST /webhooks/varsam/messages`; the shapes are in docs/protocol.md, section 4."""

    def __init__(self, content: Content) -> None:
        self._taxonomy = content.taxonomy

    @classmethod
    def name(cls) -> str:
        return "varsam"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> VarsamChannel:
        return cls(load_content())

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        webhook = Blueprint("varsam_webhook")

        @webhook.route("/", methods=["GET"])
        async def ready(request: Request) -> HTTPResponse:
            return response.json({"ready": request.app.ctx.agent.is_ready()})

        @webhook.route("/messages", methods=["POST"])
        async def messages(request: Request) -> HTTPResponse:
            body = request.json
            if not isinstance(body, dict) or not isinstance(body.get("text"), str):
                return response.json({"error": "expected {text, context, metadata}"}, status=400)
            try:
                return response.json(await self._turn(request.app.ctx.agent, request.app.ctx.turns, body))
            except Exception as error:  # whatever breaks must reach the gateway as a failure, never as silence
                logger.error("turn failed: %s", type(error).__name__)
                return response.json({"error": type(error).__name__}, status=500)

        return webhook

    async def _turn(self, agent: Agent, turns: TurnTrackerStore, body: dict[str, Any]) -> dict[str, Any]:
        text = body["text"].lstrip("/ \t\r\n\u200b\ufeff")
        turn = dict(body.get("metadata") or {})
        parsed = await self._parse(agent, text, turn.get("choice"))
        understood = self._understood(parsed)
        if turn.get("mode") == "listen":
            return {"replies": [], "context": body.get("context"), "understood": understood, "signals": []}
        turn["understood"] = understood
        memory = memory_of(body.get("context"))
        said, memory = await self._talk(agent, turns, text, parsed, {"turn": turn, "memory": memory})
        replies = [one["reply"] for one in said if "reply" in one]
        signals = [one["signal"] for one in said if "signal" in one]
        if not replies and not signals:
            raise RuntimeError("the dialogue gave nothing to say")
        return {"replies": replies, "context": context_of(memory), "understood": understood, "signals": signals}

    async def _parse(self, agent: Agent, text: str, choice: object) -> dict[str, Any]:
        """Understand the text, or take a topic the gateway has verified that a button stands for."""
        if isinstance(choice, str) and choice.startswith(TOPIC) and choice[len(TOPIC) :] in self._taxonomy.topics:
            intent = {"name": choice[len(TOPIC) :], "confidence": 1.0}
            return {
                "text": text, "intent": intent, "intent_ranking": [intent], "entities": [],
                "risks": [], "risk_words": [], "ask_back": [], "lang": "sv",
            }  # fmt: skip
        assert agent.processor is not None  # the launcher serves only with a loaded model
        return dict(await agent.processor.parse_message(UserMessage(text)))

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
            "route": self._taxonomy.route(topic, parsed["risks"], ask_back),
        }

    def _worth_asking(self, topics: list[str]) -> list[str]:
        """Leave small talk out of what is asked back; the menu stands in where too little is left."""
        if not topics:
            return []
        kept = [topic for topic in topics if self._taxonomy.topics[topic][0] != "smalltalk"]
        return kept if len(kept) > 1 else [*kept, "menu"]

    async def _talk(
        self, agent: Agent, turns: TurnTrackerStore, text: str, parsed: dict[str, Any], slots: dict[str, Any]
    ) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """Run the dialogue for one turn on a tracker made for it."""
        sender, output = uuid.uuid4().hex, CollectingOutputChannel()
        turns.begin(sender, slots)
        try:
            await agent.handle_message(UserMessage(text, output, sender, parse_data=parsed, input_channel=self.name()))
        finally:
            tracker = turns.end(sender)
        return [one["custom"] for one in output.messages if "custom" in one], tracker.get_slot("memory") or {}
