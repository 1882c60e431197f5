"""Read what Telegram sends: one Update (https://core.telegram.org/bots/api#update) is one Inbound. Pure, never raises.

A person is `chat:<id>`: in a private chat the chat's id is the user's. Nothing else of them is read: no name, no
username, no language. Of a file nothing is read but that it came.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Any, TypeGuard

from connectors.messaging import UNKNOWN, Inbound, Media
from connectors.reading import words
from connectors.telegram_rich import read_rich

PERSON = "chat:"
ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
# What Telegram marks as a command and the gateway knows as a word. A command has only a-z, so ä is written a.
COMMANDS = frozenset({"radera", "stopp", "stop", "webb", "lank", "länk", "hjalp", "hjälp", "help"})
_COMMAND = re.compile(r"/(\w{1,32})(?:@\w{1,64})?(?=\s|\Z)")
# What a link to the bot carries after /start, https://core.telegram.org/bots/features#deep-linking; else it is words.
_CARRIED = re.compile(r"[A-Za-z0-9_-]{0,64}")
# Of a message with no text. `animation` has a `document` with it, and `venue` a `location`.
_MEDIA: tuple[tuple[str, Media], ...] = (
    ("photo", "picture"),
    ("live_photo", "picture"),
    ("voice", "voice"),
    ("video", "video"),
    ("video_note", "video"),
    ("animation", "video"),
    ("audio", "file"),
    ("document", "file"),
    ("sticker", "sticker"),
    ("venue", "location"),
    ("location", "location"),
    ("contact", "contact"),
    ("poll", "other"),
    ("dice", "other"),
    ("game", "other"),
    ("story", "other"),
    ("paid_media", "other"),
    ("checklist", "other"),
    ("invoice", "other"),
)
_MOST = 2**63
_LAST_SECOND = 2**40


def read_update(update: object) -> Inbound:
    """Read one Update. What is not private, not from the person or not known is `unknown`."""
    if isinstance(update, dict):
        for member, read in _READERS:
            if isinstance(update.get(member), dict):
                return read(update[member]) or UNKNOWN
    return UNKNOWN


def update_id(update: object) -> int | None:
    found = update.get("update_id") if isinstance(update, dict) else None
    return found if _whole(found) else None


def reference(chat: int, message: int) -> str:
    """Give the id of a message, ours or theirs: the numbers of messages are a chat's own."""
    return f"{chat}.{message}"


def _message(message: dict[str, Any]) -> Inbound | None:
    found = _private(message)
    if found is None:
        return None
    chat, number = found
    id, at = reference(chat, number), _at(message.get("date"))
    text, media = _content(message)
    if media is None:
        return None
    command = _COMMAND.match(text)
    if command and command[1].lower() == "start" and not media:
        text = text[command.end() :].strip()
        if _CARRIED.fullmatch(text):
            return Inbound("start", id, (PERSON + str(chat),), removal=str(number), at=at)
    return Inbound(
        "media" if media else "text",
        id,
        (PERSON + str(chat),),
        _without_slash(text),
        media=media,
        removal=str(number),
        at=at,
    )


def _edited(message: dict[str, Any]) -> Inbound | None:
    """Read new words of a message. A place that moves is edited every few seconds, and has none."""
    found = _private(message)
    if found is None or "location" in message:
        return None
    chat, number = found
    id = reference(chat, number)
    text, media = _content(message)
    if media is None:
        return None
    edited = message.get("edit_date")
    # two edits may fall in one second; the same one comes again with the same words
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    return Inbound(
        "edit",
        f"{id}.{edited if _whole(edited) else 0}.{digest}",
        (PERSON + str(chat),),
        _without_slash(text),
        refers=id,
        removal=str(number),
        media=media,
        at=_at(edited),
    )


def _press(query: dict[str, Any]) -> Inbound | None:
    """Read a press of a button. The message that had it may be too old to be shown, but has its chat still."""
    id, choice, message = words(query.get("id")), words(query.get("data")), query.get("message")
    if not id or not choice or not isinstance(message, dict):
        return None
    chat = _private_chat(message)
    if chat is None or not _is_sender(query.get("from"), chat):
        return None
    return Inbound("choice", id, (PERSON + str(chat),), _title(message, choice), choice=choice, press=id)


def _membership(change: dict[str, Any]) -> Inbound | None:
    """Read that the person blocked the bot. That they let it in again is nothing: they will write."""
    chat, member, date = _private_chat(change), change.get("new_chat_member"), change.get("date")
    if chat is None or not isinstance(member, dict) or member.get("status") != "kicked" or not _whole(date):
        return None
    return Inbound("gone", f"{chat}.gone.{date}", (PERSON + str(chat),), at=_at(date))


_READERS: tuple[tuple[str, Callable[[dict[str, Any]], Inbound | None]], ...] = (
    ("message", _message),
    ("edited_message", _edited),
    ("callback_query", _press),
    ("my_chat_member", _membership),
)


def _private(message: dict[str, Any]) -> tuple[int, int] | None:
    """Give chat and number of a message that a person wrote to us; None for groups, channels, echoes and bots.

    The number alone deletes it: that is kept with the words, and the chat is the person's id.
    """
    chat, number = _private_chat(message), message.get("message_id")
    if chat is None or not _whole(number) or not _is_sender(message.get("from", {"id": chat}), chat):
        return None
    return chat, number


def _private_chat(holder: dict[str, Any]) -> int | None:
    chat = holder.get("chat")
    if not isinstance(chat, dict) or chat.get("type") != "private" or "business_connection_id" in holder:
        return None
    id = chat.get("id")
    return id if _whole(id) else None


def _is_sender(sender: object, chat: int) -> bool:
    return isinstance(sender, dict) and sender.get("id") == chat and sender.get("is_bot") is not True


def _content(message: dict[str, Any]) -> tuple[str, Media | None]:
    """Give the words and what came with them; no media (None) where it has neither: a service message."""
    text = words(message.get("text"))
    if text:
        return text, ""
    if isinstance(message.get("rich_message"), dict):
        text, came = read_rich(message["rich_message"])
        return words(text), came or ("" if text else "other")
    media = next((media for member, media in _MEDIA if isinstance(message.get(member), dict | list)), None)
    return words(message.get("caption")), media


def _without_slash(text: str) -> str:
    """Give a command that is a word of ours as that word, with what follows; anything else as it is."""
    command = _COMMAND.match(text)
    if command is None or command[1].lower() not in COMMANDS:
        return text
    return command[1] + text[command.end() :]


def _title(message: dict[str, Any], choice: str) -> str:
    """Give the words on the button that was pressed, if the message still shows them."""
    markup = message.get("reply_markup")
    rows = markup.get("inline_keyboard") if isinstance(markup, dict) else None
    for row in rows if isinstance(rows, list) else []:
        for button in row if isinstance(row, list) else []:
            if isinstance(button, dict) and button.get("callback_data") == choice:
                return words(button.get("text"))
    return ""


def _whole(value: object) -> TypeGuard[int]:
    return type(value) is int and 0 < value < _MOST


def _at(date: object) -> float | None:
    return float(date) if _whole(date) and date < _LAST_SECOND else None
