"""Reads what signal-cli tells of: messages, edits, deletions, receipts and calls. Pure; knows no network.

Shapes: signal-cli's records `JsonMessageEnvelope`, `JsonDataMessage`, `JsonEditMessage`, `JsonReceiptMessage` and
`JsonCallMessage`, as `{"envelope", "account"}`, also within JSON-RPC's `params` and a subscription's `result`.
Signal names a message by its author and the time at which it was sent, in an edit and a deletion too, and whichever
of the author's devices it came from: so do the ids here.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

from connectors.messaging import UNKNOWN, Inbound, Media
from connectors.reading import words

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_PHONE = re.compile(r"\+[1-9][0-9]{4,14}")
_LATEST = 1 << 53  # milliseconds; what is later is no time
# Longer texts come cut, with the whole of them as an attachment of this type; signal-cli later than March 2026 gives
# the whole as the text itself and still names the attachment (AsamK/signal-cli, issue 1901).
_LONG_TEXT = "text/x-signal-plain"
_MEDIA: tuple[tuple[str, Media], ...] = (
    ("image/", "picture"),
    ("audio/", "voice"),
    ("video/", "video"),
    ("text/vcard", "contact"),
    ("text/x-vcard", "contact"),
)
_OTHER: tuple[tuple[str, Media], ...] = (
    ("sticker", "sticker"),
    ("contacts", "contact"),
    ("payment", "other"),
    ("pollCreate", "other"),
)
# About something else than words to us: what is said in groups, and what is done with other messages.
_ASIDE = (
    "groupInfo", "groupV2", "reaction", "pollVote", "pollTerminate", "pinMessage", "unpinMessage", "adminDelete",
)  # fmt: skip
_RECEIPTS = (("isDelivery", "delivered"), ("isRead", "read"), ("isViewed", "read"))


def read(body: bytes | str, number: str) -> list[Inbound]:
    """Read one frame of the socket, or a list of such; `number` is our own. Never raises."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return [UNKNOWN]
    items = found if isinstance(found, list) else [found]
    return [inbound for item in items for inbound in _item(item, number)]


def _item(item: object, number: str) -> list[Inbound]:
    """Read one received thing; what came through an error of decryption, or for another account, is unknown."""
    received = _dict(item)
    for wrapper in ("params", "result"):
        if "envelope" not in received:
            received = _dict(received.get(wrapper))
    envelope = _dict(received.get("envelope"))
    author, *others = _who(envelope)[:2] or [""]
    if received.get("exception") is not None or received.get("account") not in (None, number):
        return [UNKNOWN]
    if not author or f"phone:{number}" in (author, *others):
        return [UNKNOWN]
    who = (author, *others)
    if (receipt := envelope.get("receiptMessage")) is not None:
        return _receipts(_dict(receipt), who)
    return [_message(envelope, who)]


def _message(envelope: dict[str, Any], who: tuple[str, ...]) -> Inbound:
    edit, data = _dict(envelope.get("editMessage")), _dict(envelope.get("dataMessage"))
    content = _dict(edit.get("dataMessage")) if edit else data
    sent = _time(content.get("timestamp")) or _time(envelope.get("timestamp"))
    if not sent:
        return UNKNOWN
    at = _time(envelope.get("serverReceivedTimestamp")) or sent
    unknown = Inbound("unknown", name(who[0], sent), who, at=at / 1000)
    if _dict(envelope.get("callMessage")).get("offerMessage") is not None and not content:
        return replace(unknown, kind="media", media="voice")  # somebody rings: voice, and it is not kept
    if not content or any(content.get(key) is not None for key in _ASIDE):
        return unknown
    text, media = words(content.get("message")), _media(content)
    if edit:
        target = _time(edit.get("targetSentTimestamp"))
        return replace(unknown, kind="edit", text=text, media=media, refers=name(who[0], target)) if target else unknown
    if (deletion := content.get("remoteDelete")) is not None:
        target = _time(_dict(deletion).get("timestamp"))
        return replace(unknown, kind="delete", refers=name(who[0], target)) if target else unknown
    if media:
        return replace(unknown, kind="media", text=text, media=media)
    if text:
        return replace(unknown, kind="text", text=text, media="other" if _cut(content, text) else "")
    return unknown  # a new timer for disappearing messages, a new profile key, the end of a session


def name(author: str, sent: int) -> str:
    """Give the id of a message by what Signal itself knows it by."""
    return f"{author}:{sent}"


def _receipts(receipt: dict[str, Any], who: tuple[str, ...]) -> list[Inbound]:
    """Give what became of each message of ours that a receipt names."""
    became = next((status for key, status in _RECEIPTS if receipt.get(key) is True), None)
    stamps = receipt.get("timestamps")
    if became is None or not isinstance(stamps, list) or not stamps:
        return [UNKNOWN]
    when = _time(receipt.get("when"))
    at = when / 1000 if when else None
    found: list[Inbound] = []
    for sent in map(_time, stamps):
        id = f"{who[0]}:{became}:{sent}"
        status: Any = became
        found.append(Inbound("status", id, who, refers=str(sent), at=at, status=status) if sent else UNKNOWN)
    return found


def _who(envelope: dict[str, Any]) -> list[str]:
    """Give the author's ids: the account's own, which lasts through a change of number, and the number if it is told.

    `source`, which older versions have alone, is either of them.
    """
    uuids: list[str] = []
    phones: list[str] = []
    for key in ("sourceUuid", "sourceNumber", "source"):
        value = envelope.get(key)
        if not isinstance(value, str):
            continue
        if _UUID.fullmatch(value.lower()):
            uuids.append(f"uuid:{value.lower()}")
        elif _PHONE.fullmatch(value):
            phones.append(f"phone:{value}")
    return uuids[:1] + phones[:1]


def _media(content: dict[str, Any]) -> Media:
    """Give the first thing that came along; the rest of a long text is none."""
    attachments = content.get("attachments")
    for attachment in attachments if isinstance(attachments, list) else []:
        kind = _dict(attachment).get("contentType")
        if kind != _LONG_TEXT:
            kind = kind.lower() if isinstance(kind, str) else ""
            return next((media for prefix, media in _MEDIA if kind.startswith(prefix)), "file")
    for key, media in _OTHER:
        if content.get(key):
            return media
    return "picture" if content.get("viewOnce") is True else ""


def _cut(content: dict[str, Any], text: str) -> bool:
    """Tell whether the rest of a long text stayed in its attachment."""
    attachments = content.get("attachments")
    long = [_dict(one) for one in attachments] if isinstance(attachments, list) else []
    sizes = [one.get("size") for one in long if one.get("contentType") == _LONG_TEXT]
    return any(not isinstance(size, int) or size > len(text.encode()) for size in sizes)


def _time(value: object) -> int:
    """Give a time in milliseconds; 0 where it is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < _LATEST else 0


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
