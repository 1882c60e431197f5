"""Runs conversations of tests/conversations through the real engine and gateway and prints them as Markdown.

`python -m benchmarks.transcripts NAME ...` (names of files there, without .yml). For docs/conversations.md.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from tests.system import System, Visitor

CONVERSATIONS = Path(__file__).parent.parent / "tests" / "conversations"
WHO = {"bot": "**Varsam**", "system": "*Besked*", "counsellor": "**Kurator**"}


async def transcript(base: str, turns: Iterable[dict[str, Any]]) -> list[str]:
    """Give the lines of one conversation."""
    lines: list[str] = []
    titles: dict[str, str] = {}
    async with Visitor(base) as visitor:
        await visitor.until("message")
        for turn in turns:
            for message in (frame for frame in visitor.frames if frame["type"] == "message"):
                titles |= {choice["title"]: choice["payload"] for choice in message["choices"]}
            pressed = turn.get("press") or turn.get("choose")
            lines += ["", f"> {turn['say']}" if "say" in turn else f"> *trycker* [{pressed}]"]
            asked = visitor.say(turn["say"]) if "say" in turn else visitor.choose(titles.get(pressed, pressed))
            lines += [_line(frame) for frame in await asked if frame["type"] == "message" and frame["sender"] in WHO]
    return lines


def _line(message: dict[str, Any]) -> str:
    buttons = " ".join(f"[{choice['title']}]" for choice in message["choices"])
    cards = ", ".join(contact["name"] for contact in message["contacts"])
    return "\n".join(
        (
            f"\n{WHO[message['sender']]}: {message['text']}",
            *(f"  {one}" for one in (buttons, cards and f"({cards})") if one),
        )
    )


async def main(names: list[str]) -> None:
    """Print the conversations named."""
    systems = {}
    try:
        for name in names:
            conversation = yaml.safe_load((CONVERSATIONS / f"{name}.yml").read_text(encoding="utf-8"))
            hours = conversation["hours"]
            if hours not in systems:
                systems[hours] = System(Path(tempfile.mkdtemp()), HOURS=hours)
                systems[hours].start()
            lines = await transcript(systems[hours].base, conversation["turns"])
            print(f"## {name} ({hours})", *lines, "", sep="\n")
    finally:
        for system in systems.values():
            system.stop()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
