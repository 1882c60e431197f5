"""Read what Facebook Messenger sends to the webhook. Pure.

Shapes: developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events and its
pages (messages, message-edits, messaging_postbacks, message-deliveries, message-reads). A withdrawn message
(`is_deleted`) is documented for Instagram on the same platform; it costs nothing to heed it here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.messaging import UNKNOWN, Inbound, Kind, Media
from connectors.reading import identifier, moment, part, parts, whole_number, words
from connectors.wire import read_object

# The payload of the Get Started button is the page's own choice; compared without case and signs between words.
STARTS = frozenset({"getstarted", "getstartedpayload", "start", "welcome", "facebookwelcome"})
MEDIA: Mapping[str, Media] = {
    "image": "picture",
    "audio": "voice",
    "video": "video",
    "reel": "video",
    "ig_reel": "video",
    "file": "file",
    "sticker": "sticker",
    "location": "location",
}
_YES = (True, "true")
# A time below this in thousandths of a second lies before 1973: it is in seconds (so in Meta's example of a postback).
_THOUSANDTHS = 100_000_000_000


@dataclass(frozen=True)
class _Event:
    """One event from a person to our page. `time`: the platform's own number, which makes ids where it gives none."""

    person: str
    time: int | None
    body: dict[str, Any]

    @property
    def at(self) -> float | None:
        return moment(self.time, 1000.0 if self.time is not None and self.time >= _THOUSANDTHS else 1.0)

    def own_id(self, kind: str, mid: str) -> str:
        """Give the message's id, or what is the same in every repeat; empty where there is nothing."""
        if mid or self.time is None:
            return mid
        return f"{kind}:{self.person}:{self.time}"

    def inbound(self, kind: Kind, id: str, **more: Any) -> Inbound:
        return Inbound(kind, id, who=(f"psid:{self.person}",), at=self.at, **more)


def read(body: bytes, page: str) -> list[Inbound]:
    """Read one request: of each thing in it one Inbound, of a delivery receipt one for each message."""
    update = read_object(body)
    if update.get("object") != "page":
        return [UNKNOWN]
    return [found for entry in parts(update, "entry") for found in _read_entry(entry, page)] or [UNKNOWN]


def is_start(payload: str) -> bool:
    """Tell whether a postback means that somebody pressed Get Started."""
    return "".join(sign for sign in payload.casefold() if sign.isalnum()) in STARTS


def scoped_id(value: object) -> str:
    """Give the id of a person or page; empty where it is none. Documented as text, taken as a number too."""
    number = whole_number(value)
    return identifier(value) or (str(number) if number is not None and number > 0 else "")


def _read_entry(entry: object, page: str) -> list[Inbound]:
    if not isinstance(entry, dict) or scoped_id(entry.get("id")) != page:
        return [UNKNOWN]
    # Meta's page on postbacks shows them as a change of the page, as its dashboard's trials are
    changes = [part(change, "value") for change in parts(entry, "changes")]
    found = [one for event in parts(entry, "messaging") + changes for one in _read_event(event, page)]
    found += [UNKNOWN] * len(parts(entry, "standby"))  # conversations that another app of the page holds
    return found or [UNKNOWN]


def _read_event(event: object, page: str) -> list[Inbound]:
    person = scoped_id(part(event, "sender").get("id"))
    if not isinstance(event, dict) or not person or person == page:
        return [UNKNOWN]
    if scoped_id(part(event, "recipient").get("id")) != page:
        return [UNKNOWN]
    return list(_read(_Event(person, whole_number(event.get("timestamp")), event))) or [UNKNOWN]


def _read(event: _Event) -> Iterator[Inbound]:
    if message := part(event.body, "message"):
        yield _message(event, message)
    elif edit := part(event.body, "message_edit"):
        yield _edit(event, edit)
    elif postback := part(event.body, "postback"):
        yield _postback(event, postback)
    elif delivery := part(event.body, "delivery"):
        for mid in filter(None, map(identifier, parts(delivery, "mids"))):
            yield event.inbound("status", f"delivered:{mid}", refers=mid, status="delivered")
    elif mid := identifier(part(event.body, "read").get("mid")):
        yield event.inbound("status", f"read:{mid}", refers=mid, status="read")


def _message(event: _Event, message: dict[str, Any]) -> Inbound:
    mid = identifier(message.get("mid"))
    id = event.own_id("message", mid)
    if message.get("is_echo") in _YES or not id:
        return UNKNOWN
    if message.get("is_deleted") in _YES:
        return event.inbound("delete", f"delete:{mid}", refers=mid) if mid else UNKNOWN
    text = words(message.get("text"))
    payload = words(part(message, "quick_reply").get("payload"))
    if payload:
        return event.inbound("choice", id, text=text, choice=payload)
    media = _media(parts(message, "attachments"), bool(text.strip()))
    if media:
        return event.inbound("media", id, text=text, media=media)
    if text.strip():
        return event.inbound("text", id, text=text)
    return event.inbound("media", id, media="other") if message.get("is_unsupported") in _YES else UNKNOWN


def _media(attachments: list[Any], has_words: bool) -> Media:
    """Tell what came along: a sticker comes as such, as a picture with a sticker's id, or as both.

    The preview that Messenger adds to a link in somebody's words is nothing that came along.
    """
    kinds = [attachment.get("type") for attachment in attachments if isinstance(attachment, dict)]
    if any(part(attachment, "payload").get("sticker_id") for attachment in attachments):
        return "sticker"
    if has_words:
        kinds = [kind for kind in kinds if kind != "fallback"]
    known: list[Media] = [MEDIA.get(kind, "other") if isinstance(kind, str) else "other" for kind in kinds]
    return "sticker" if "sticker" in known else next(iter(known), "")


def _edit(event: _Event, edit: dict[str, Any]) -> Inbound:
    mid, text = identifier(edit.get("mid")), words(edit.get("text"))
    if not mid or not text.strip():
        return UNKNOWN
    number = whole_number(edit.get("num_edit"))
    return event.inbound("edit", f"edit:{mid}:{event.time if number is None else number}", refers=mid, text=text)


def _postback(event: _Event, postback: dict[str, Any]) -> Inbound:
    """Read a press on Get Started, on an opening question or on the page's menu. Our own buttons are quick replies."""
    id = event.own_id("postback", identifier(postback.get("mid")))
    title, payload = words(postback.get("title")), words(postback.get("payload"))
    if not id:
        return UNKNOWN
    if is_start(payload):
        return event.inbound("start", id)
    if payload:
        return event.inbound("choice", id, text=title, choice=payload)
    return event.inbound("text", id, text=title) if title.strip() else UNKNOWN
