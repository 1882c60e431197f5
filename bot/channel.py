"""The engine's only way in, over HTTP on loopback. A failure is a 5xx: an empty success does not exist here.

Nothing that a person wrote is logged, whatever goes wrong.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.engine import CHANNEL, Engine

logger = logging.getLogger(__name__)


class VarsamChannel(InputChannel):
    """`POST /webhooks/varsam/messages` (docs/protocol.md, section 4) and `GET /webhooks/varsam/` for readiness."""

    @classmethod
    def name(cls) -> str:
        return CHANNEL

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> VarsamChannel:
        return cls()

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        webhook = Blueprint("varsam_webhook")

        @webhook.route("/", methods=["GET"])
        async def ready(request: Request) -> HTTPResponse:
            return response.json({"ready": True})

        @webhook.route("/messages", methods=["POST"])
        async def messages(request: Request) -> HTTPResponse:
            try:
                body = request.json
                text, metadata = body["text"], body["metadata"]
                if not isinstance(text, str) or not isinstance(metadata, dict):
                    raise TypeError
            except Exception:  # Sanic's own exception would carry the body into its log
                return response.json({"error": "expected {text, context, metadata}"}, status=400)
            engine: Engine = request.app.ctx.engine
            try:
                return response.json(await engine.turn(text, body.get("context"), metadata))
            except Exception as error:  # whatever breaks must reach the gateway as a failure, never as silence
                logger.error("turn failed: %s", type(error).__name__)
                return response.json({"error": type(error).__name__}, status=500)

        return webhook
