"""What a counsellor reads when something cannot be done. The sentences are content (content/console.yml)."""

from __future__ import annotations

from functools import cache

import yaml
from aiohttp import web

from content.registry import HERE


@cache
def _sentences() -> dict[str, dict[str, str]]:
    sections: dict[str, dict[str, str]] = yaml.safe_load((HERE / "console.yml").read_text(encoding="utf-8"))
    return sections


def said(section: str, code: str) -> str:
    """Give a sentence. Raises KeyError where there is none."""
    return _sentences()[section][code]


def problem(status: int, code: str) -> web.Response:
    """Give an error answer with its Swedish sentence."""
    return web.json_response({"error": code, "text": said("problems", code)}, status=status)
