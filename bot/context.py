"""The conversation's context as it travels: versioned, small, made of plain JSON."""

from __future__ import annotations

import json
from typing import Any

VERSION = 1
MAX_BYTES = 16_000


def memory_of(context: Any) -> dict[str, Any]:
    """Give the memory in `context`; empty where it is missing, of another version, or not ours."""
    if not isinstance(context, dict) or context.get("v") != VERSION or not isinstance(context.get("memory"), dict):
        return {}
    return dict(context["memory"])


def context_of(memory: dict[str, Any]) -> dict[str, Any]:
    """Wrap `memory` for the journey; one that grew past the limit is let go, not refused."""
    context = {"v": VERSION, "memory": memory}
    return context if len(json.dumps(context)) <= MAX_BYTES else {"v": VERSION, "memory": {}}
