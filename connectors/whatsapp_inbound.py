"""Reading what WhatsApp sends to the webhook: messages of persons and the fate of ours. Pure; never raises.

Shapes: developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages and the pages
under it (2026). A person is known by `user:` (business-scoped user id) and `phone:` (digits without +); either may be
missing. A list of contacts is used only where it names the very same person: a wrong one would get the answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Literal

from connectors.messaging import UNKNOWN, Inbound, Media, Request
from connectors.reading import identifier, moment, part, parts, whole_number, words
from connectors.whatsapp_errors import failure
from connectors.wire import read_object

MEDIA: dict[str, Media] = {
    "image": "picture",
    "audio": "voice",
    "video": "video",
    "document": "file",
    "sticker": "sticker",
    "location": "location",
    "contacts": "contact",
    # sent to us, and not given to us: a poll, a picture to be seen once, a video note, a disappearing message ...
    "unsupported": "other",
    "unknown": "other",
    "ephemeral": "other",
}
_NO_WORDS = frozenset({"reaction", "pin", "keep_in_chat"})  # among what is not given to us: done to a message, not said
_USER = re.compile(r"[A-Z]{2}\.[A-Za-z0-9.]{1,140}")
_STATUSES: dict[str, Literal["sent", "delivered", "read", "failed"]] = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "failed": "failed",
}


def read(request: Request, phone_number_id: str) -> list[Inbound]:
    """Read a POST; what concerns another number of the same app, or is not about messages, is unknown."""
    return list(_everything(read_object(request.body), phone_number_id)) or [UNKNOWN]


def _everything(body: dict[str, Any], phone_number_id: str) -> Iterator[Inbound]:
    if body.get("object") != "whatsapp_business_account":
        return
    for entry in parts(body, "entry"):
        for change in parts(entry, "changes"):
            value = part(change, "value")
            ours = part(value, "metadata").get("phone_number_id") == phone_number_id
            if isinstance(change, dict) and change.get("field") == "messages" and ours:
                yield from _change(value)
            else:
                yield UNKNOWN


def _change(value: dict[str, Any]) -> Iterator[Inbound]:
    contacts = [contact for contact in parts(value, "contacts") if isinstance(contact, dict)]
    messages = parts(value, "messages")
    alone = contacts[0] if len(contacts) == len(messages) == 1 else {}
    for message in messages:
        yield _message(message, contacts, alone) if isinstance(message, dict) else UNKNOWN
    for status in parts(value, "statuses"):
        yield _status(status) if isinstance(status, dict) else UNKNOWN
    yield from (UNKNOWN for _ in parts(value, "errors"))  # about the account; the check asks for these


def _message(message: dict[str, Any], contacts: list[dict[str, Any]], alone: dict[str, Any]) -> Inbound:
    id, who = identifier(message.get("id")), _who(message, contacts, alone)
    if not id or message.get("group_id") is not None:
        return Inbound("unknown", id)
    base = Inbound("unknown", id, who, at=moment(message.get("timestamp")))
    kind = message.get("type")
    if kind == "system":
        ids = _moved(message, who)
        return replace(base, kind="renamed" if len(ids) > 1 and ids != who else "unknown", who=ids)
    if not who:
        return base
    if kind == "edit":
        return _edit(base, part(message, "edit"))
    if kind == "revoke":
        refers = identifier(part(message, "revoke").get("original_message_id"))
        return replace(base, kind="delete", refers=refers) if refers else base
    return _said(base, message)


def _said(base: Inbound, message: dict[str, Any]) -> Inbound:
    """Read what a message says; a type that says nothing to us (reaction, order, welcome ...) leaves `base`."""
    kind = message.get("type")
    if kind == "text":
        text = words(part(message, "text").get("body"))
        return replace(base, kind="text", text=text) if text else base
    if kind == "button":
        button = part(message, "button")
        return _choice(base, button.get("payload"), button.get("text"))
    if kind == "interactive":
        interactive = part(message, "interactive")
        reply = part(interactive, "button_reply") or part(interactive, "list_reply")
        return _choice(base, reply.get("id"), reply.get("title"))
    media = MEDIA.get(kind) if isinstance(kind, str) else None
    if media is None or words(part(message, "unsupported").get("type")) in _NO_WORDS:
        return base
    return replace(base, kind="media", media=media, text=words(part(message, str(kind)).get("caption")))


def _choice(base: Inbound, reference: object, title: object) -> Inbound:
    choice, text = words(reference), words(title)
    if choice:
        return replace(base, kind="choice", choice=choice, text=text)
    return replace(base, kind="text", text=text) if text else base


def _edit(base: Inbound, edit: dict[str, Any]) -> Inbound:
    """Read the new words of an earlier message; only numbers that are also used in the phone app get these."""
    refers, said = identifier(edit.get("original_message_id")), _said(base, part(edit, "message"))
    if not refers or said.kind not in ("text", "media"):
        return base
    return replace(said, kind="edit", refers=refers)


def _who(message: dict[str, Any], contacts: list[dict[str, Any]], alone: dict[str, Any]) -> tuple[str, ...]:
    """Give the ids of the sender, from the message and from the contact that is surely the same person."""
    user = identifier(message.get("from_user_id")) or _scoped(message.get("from"))
    phone = _digits(message.get("from"))
    same = next((one for one in contacts if _same(one, user, phone)), {} if user or phone else alone)
    return _ids(user or identifier(same.get("user_id")), phone or _digits(same.get("wa_id")))


def _same(contact: dict[str, Any], user: str, phone: str) -> bool:
    if user and contact.get("user_id"):
        return bool(contact["user_id"] == user)
    return bool(phone) and _digits(contact.get("wa_id")) == phone


def _moved(message: dict[str, Any], who: tuple[str, ...]) -> tuple[str, ...]:
    """Give the ids of a person whose number or user id has changed: the new ones first, then those that were."""
    system = part(message, "system")
    if system.get("type") not in ("user_changed_number", "user_changed_user_id"):
        return who
    new = _ids(identifier(system.get("user_id")), _digits(system.get("wa_id")))
    old = (*who, *_ids(identifier(system.get("previous_user_id")), ""))
    return tuple(dict.fromkeys((*new, *old))) if new else who


def _status(status: dict[str, Any]) -> Inbound:
    id, word = identifier(status.get("id")), status.get("status")
    became = _STATUSES.get(word) if isinstance(word, str) else None
    user = identifier(status.get("recipient_user_id")) or _scoped(status.get("recipient_id"))
    who, at = _ids(user, _digits(status.get("recipient_id"))), moment(status.get("timestamp"))
    if not id or status.get("recipient_type") == "group":
        return Inbound("unknown", id)
    if word == "deleted" and who:  # said of a message of theirs
        return Inbound("delete", f"{id}:deleted", who, refers=id, at=at)
    if became is None:
        return Inbound("unknown", id)
    found = Inbound("status", f"{id}:{became}", who, refers=id, status=became, at=at)
    if became != "failed":
        return found
    code = _code(status)
    return replace(found, failure=failure(code), code="" if code is None else str(code))


def _code(status: dict[str, Any]) -> int | None:
    """Give the first code among the errors of a status."""
    codes = (whole_number(error.get("code")) for error in parts(status, "errors") if isinstance(error, dict))
    return next((code for code in codes if code is not None), None)


def _scoped(value: object) -> str:
    """Give a user id that stands where a number used to; empty where it is none."""
    found = identifier(value)
    return found if _USER.fullmatch(found) else ""


def _digits(value: object) -> str:
    found = identifier(value).removeprefix("+")
    return found if found.isdecimal() and len(found) <= 20 else ""


def _ids(user: str, phone: str) -> tuple[str, ...]:
    return (*((f"user:{user}",) if user else ()), *((f"phone:{phone}",) if phone else ()))
