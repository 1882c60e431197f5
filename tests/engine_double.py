"""A double of the engine: a real server on loopback that speaks the engine channel, and fails as told.

It passes the same contract tests as the engine itself (tests/bot/test_contract.py).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from aiohttp import web


class EngineDouble:
    """`mode`: well, slow, dead (500), empty or garbage. `calls` holds what was asked; `spoil` may ruin a whole answer."""

    def __init__(self) -> None:
        self.url = ""
        self.mode = "well"
        self.calls: list[dict[str, Any]] = []
        self.topic = "anonymity"
        self.route = "answer"
        self.signals: list[dict[str, Any]] = []
        self.choices: list[dict[str, str]] = []
        self.risks: list[str] = []
        self.gate: asyncio.Event | None = None
        self.spoil: Callable[[dict[str, Any]], Any] = lambda answer: answer

    def app(self) -> web.Application:
        app = web.Application()
        app.add_routes([web.post("/webhooks/varsam/messages", self._answer), web.get("/webhooks/varsam/", self._ready)])
        return app

    async def _ready(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"ready": True})

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.calls.append(body)
        if self.gate is not None:
            await self.gate.wait()
        if self.mode == "slow":
            await asyncio.sleep(60)
        if self.mode == "dead":
            return web.json_response({"error": "RuntimeError"}, status=500)
        if self.mode == "garbage":
            return web.Response(text="<html>")
        listening = body["metadata"]["mode"] == "listen"
        empty = listening or self.mode == "empty"
        reply = {"text": f"Svar på: {body['text']}", "choices": self.choices, "contacts": ["bris"], "checked": True}
        turns = (body["context"] or {}).get("turns", 0) + 1
        understood = {
            "topic": self.topic, "confidence": 0.9, "ranking": [{"topic": self.topic, "confidence": 0.9}],
            "risks": self.risks, "lang": "sv", "route": self.route, "ask_back": [], "risk_words": [],
        }  # fmt: skip
        answer = {
            "replies": [] if empty else [reply],
            "signals": [] if empty else self.signals,
            "context": {"v": 1, "turns": turns},
            "understood": understood,
        }
        return web.json_response(self.spoil(answer))

    def summon(self, route: str = "human_now") -> None:
        """From now on answer as the engine does where a counsellor is to come."""
        self.route = route
        self.signals = [{"name": "handoff", "args": {"route": route, "share_asked": route != "emergency"}}]
        names = ("share:yes", "share:no", "human:no")
        self.choices = [] if route == "emergency" else [{"title": name, "payload": name} for name in names]

    def calm(self) -> None:
        """Answer without summoning again."""
        self.route, self.signals, self.choices = "answer", [], []
