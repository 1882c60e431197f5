"""The visitor protocol's frames (docs/protocol.md): JSON in, contract records out, and back. Pure."""

from __future__ import annotations

import json
import uuid
from dataclasses import asdict, dataclass
from typing import Any

from connectors.contract import MAX_CHARACTERS, Answer, Code, Message, Standing

MAX_FRAME_BYTES = 256_000  # far above what is accepted, so that too long is answered and not cut off


class BadFrame(Exception):
    """A frame that cannot be taken. `id` is the frame's own where it had one."""

    def __init__(self, code: Code = "bad_frame", id: str | None = None) -> None:
        super().__init__(code)
        self.code: Code = code
        self.id = id


@dataclass(frozen=True)
class Frame:
    """One frame from a browser, checked: only the fields its type has, of the right kind."""

    type: str
    id: str = ""
    text: str = ""
    payload: str = ""
    token: str | None = None
    after: int = 0
    quick: bool = False


def read_frame(raw: str | dict[str, Any]) -> Frame:
    """Check one frame. Raises BadFrame; never anything else, whatever comes."""
    if isinstance(raw, str):
        try:
            raw = json.loads(raw)
        except (ValueError, RecursionError):
            raise BadFrame from None
    if not isinstance(raw, dict) or not isinstance(raw.get("type"), str):
        raise BadFrame
    kind = raw["type"]
    if kind == "start":
        return _start(raw)
    if kind in ("say", "choose"):
        return _words(raw, kind)
    if kind in ("typing", "erase"):
        return Frame(kind)
    if kind == "bye" and isinstance(raw.get("quick", False), bool):
        return Frame(kind, quick=raw.get("quick", False))
    raise BadFrame


def _start(raw: dict[str, Any]) -> Frame:
    token, after = raw.get("token"), raw.get("after", 0)
    if not (token is None or (isinstance(token, str) and token.isascii() and 0 < len(token) <= 200)):
        raise BadFrame
    if isinstance(after, bool) or not isinstance(after, int) or not 0 <= after < 2**31:
        raise BadFrame
    return Frame("start", "" if raw.get("id") is None else _id(raw), token=token, after=after)


def _id(raw: dict[str, Any]) -> str:
    given = raw.get("id")
    if not isinstance(given, str) or len(given) > 45:
        raise BadFrame
    try:
        uuid.UUID(given)
    except ValueError:
        raise BadFrame from None
    return given


def _words(raw: dict[str, Any], kind: str) -> Frame:
    given = _id(raw)
    words = raw.get("text" if kind == "say" else "payload")
    if not isinstance(words, str) or not words.strip():
        raise BadFrame(id=given)
    if len(words) > MAX_CHARACTERS:
        raise BadFrame("too_long", id=given)
    clean = words.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
    if not clean.strip():
        raise BadFrame(id=given)
    if kind == "say":
        return Frame(kind, id=given, text=clean)
    title = raw.get("title")  # which words of the same payload were pressed; checked against what was offered
    return Frame(kind, id=given, text=title if isinstance(title, str) else "", payload=clean)


def message_body(message: Message) -> dict[str, Any]:
    """Give a message as it stands in a frame, for visitors and counsellors alike."""
    body = asdict(message)
    for choice in body["choices"]:
        if choice["weight"] is None:
            del choice["weight"]
    if message.lang is None:
        del body["lang"]
    body["choices"], body["contacts"] = list(body["choices"]), list(body["contacts"])  # as on the wire
    return body


def message_frame(message: Message) -> dict[str, Any]:
    frame: dict[str, Any] = {"type": "message", **message_body(message)}
    if message.id is None:
        del frame["id"]
    return frame


def state_frame(standing: Standing) -> dict[str, Any]:
    minutes = standing.wait_minutes
    return {
        "type": "state",
        "state": standing.state,
        "position": standing.position,
        "wait_minutes": list(minutes) if minutes else None,
    }


def answered_frame(answer: Answer) -> dict[str, Any]:
    return {"type": "answered", "id": answer.id, **answer.explained}


def error_frame(code: Code, text: str, id: str | None = None) -> dict[str, Any]:
    frame = {"type": "error", "code": code, "text": text}
    return {**frame, "id": id} if id else frame
