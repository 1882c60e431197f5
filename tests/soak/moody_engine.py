"""The engine's double for the soak, as a process: answers each line as the mood written in it says, quickly or late."""

from __future__ import annotations

import asyncio
import multiprocessing
import random
import re
from typing import Any

from aiohttp import web

from gateway.processes import free_port
from gateway.up import wait_for
from tests.model.engine import CHOICES, MARK, ROUTES, SIGNALS

MOOD = re.compile(r"\((\w+)\)")
MOODS = ("plain", "human_now", "human_now", "emergency", "offer", "yes", "no_human", "fails", "late")


async def _answer(request: web.Request) -> web.StreamResponse:
    body = await request.json()
    text, metadata = body["text"], body["metadata"]
    moods = MOOD.findall(text)
    mood = "human_now" if metadata.get("choice") == "topic:talk_to_human" else moods[-1] if moods else "plain"
    await asyncio.sleep(random.random() * (1.0 if mood == "late" else 0.05))
    if mood == "fails":
        return web.json_response({"error": "RuntimeError"}, status=500)
    listening = metadata["mode"] == "listen"
    understood = {
        "topic": "anonymity", "confidence": 0.9, "ranking": [], "risks": [], "lang": "sv",
        "route": ROUTES.get(mood, "answer"), "ask_back": [],
    }  # fmt: skip
    choices = [{"title": payload, "payload": payload} for payload in CHOICES.get(mood, ())]
    reply = {
        "text": f"{'' if mood == 'calm' else '112. '}svar till {' '.join(MARK.findall(text))}",
        "choices": choices,
        "contacts": ["bris"],
        "checked": True,
    }
    given: dict[str, Any] = {
        "replies": [] if listening else [reply],
        "signals": [] if listening else SIGNALS.get(mood, []),
    }
    return web.json_response({**given, "understood": understood, "context": {"v": 1}})


async def _ready(request: web.Request) -> web.StreamResponse:
    return web.json_response({"ready": True})


def _serve(port: int) -> None:
    app = web.Application()
    app.add_routes([web.post("/webhooks/varsam/messages", _answer), web.get("/webhooks/varsam/", _ready)])
    web.run_app(app, host="127.0.0.1", port=port, print=None, access_log=None)


class MoodyEngine:
    """The process."""

    def __init__(self) -> None:
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        context = multiprocessing.get_context("spawn")
        self._process = context.Process(target=_serve, args=(self._port,), daemon=True)

    async def start(self) -> None:
        self._process.start()
        await wait_for(f"{self.url}/webhooks/varsam/", 30)

    def stop(self) -> None:
        self._process.terminate()
        self._process.join()
