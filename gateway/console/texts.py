"""What a counsellor reads when something cannot be done. The sentences are content (content/console.yml)."""

from __future__ import annotations

from functools import cache

import yaml
from aiohttp import web

from content.registry import HERE


@cache
def _sentences() -> dict[str, str]:
    problems: dict[str, str] = yaml.safe_load((HERE / "console.yml").read_text(encoding="utf-8"))["problems"]
    return problems


def problem(status: int, code: str) -> web.Response:
    """Give an error answer with its Swedish sentence."""
    return web.json_response({"error": code, "text": _sentences()[code]}, status=status)
