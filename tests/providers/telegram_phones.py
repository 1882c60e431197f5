"""The phones of those who write to the bot: what each act becomes as an Update, with the secret that proves it."""

from __future__ import annotations

import itertools
import json
import zlib
from collections.abc import Callable
from typing import Any

from connectors.messaging import Request


class Phones:
    """`people`: name by chat id; a person's id follows from the name. `written`: when each message of theirs was."""

    def __init__(self, secret: str, clock: Callable[[], float]) -> None:
        self._secret, self._clock = secret, clock
        self.people: dict[int, str] = {}
        self.blocking: set[int] = set()
        self.deactivated: set[int] = set()
        self.strangers: set[int] = set()
        self.written: dict[str, float] = {}
        self.presses: set[str] = set()
        self._numbers: dict[str, int] = {}
        self._number = itertools.count(11)
        self._update = itertools.count(884_200_001)
        self._press = itertools.count(4_382_001_174_330_011_200)

    def chat(self, person: str) -> int:
        """Give the id of a person's chat: the digits of the name, else a number made from it."""
        digits = person.removeprefix("chat:")
        id = int(digits) if digits.isdigit() else 5_000_000_000 + zlib.crc32(person.encode())
        self.people.setdefault(id, person)
        return id

    def number(self) -> int:
        return next(self._number)

    def text(self, person: str, text: str, id: str | None = None, at: float | None = None) -> Request:
        message = self._message(person, id, at)
        entities = _entities(text)
        return self.update(message={**message, "text": text, **({"entities": entities} if entities else {})})

    def edit(self, person: str, id: str, text: str) -> Request:
        message = self._message(person, id, None)
        return self.update(edited_message={**message, "edit_date": int(self._clock()), "text": text})

    def picture(self, person: str, caption: str = "") -> Request:
        sizes = [
            {"file_id": f"AgACAgQAAxkBAAI{size}", "file_unique_id": f"AQAD{size}", "width": size, "height": size,
             "file_size": size * 40}
            for size in (90, 320, 800)
        ]  # fmt: skip
        words = {"caption": caption} if caption else {}
        return self.update(message={**self._message(person, None, None), "photo": sizes, **words})

    def press(
        self, person: str, bot: dict[str, Any], id: str, text: str, options: tuple[tuple[str, str], ...], index: int
    ) -> Request:
        chat, press = self.chat(person), str(next(self._press))
        self.presses.add(press)
        message = self.message_of_bot(bot, chat, int(id.partition(".")[2]), text, options)
        query = {"id": press, "from": self._user(chat), "message": message, "chat_instance": "-3811249937716152231"}
        return self.update(callback_query={**query, "data": options[index][1]})

    def block(self, person: str, bot: dict[str, Any]) -> Request:
        chat = self.chat(person)
        self.blocking.add(chat)
        user = {name: bot[name] for name in ("id", "is_bot", "first_name", "username")}
        change = {
            "chat": self._chat(chat), "from": self._user(chat), "date": int(self._clock()),
            "old_chat_member": {"user": user, "status": "member"},
            "new_chat_member": {"user": user, "status": "kicked", "until_date": 0},
        }  # fmt: skip
        return self.update(my_chat_member=change)

    def update(self, **members: Any) -> Request:
        """Give an Update as a webhook gets it."""
        body = json.dumps({"update_id": next(self._update), **members}).encode()
        headers = {"content-type": "application/json", "x-telegram-bot-api-secret-token": self._secret}
        return Request("POST", {}, headers, body)

    def message_of_bot(
        self, bot: dict[str, Any], chat: int, number: int, text: str, options: tuple[tuple[str, str], ...]
    ) -> dict[str, Any]:
        user = {name: bot[name] for name in ("id", "is_bot", "first_name", "username")}
        rows = [[{"text": title, "callback_data": data}] for title, data in options]
        message = {
            "message_id": number, "from": user, "chat": self._chat(chat), "date": int(self._clock()), "text": text,
            "has_protected_content": True, "link_preview_options": {"is_disabled": True},
        }  # fmt: skip
        return {**message, "reply_markup": {"inline_keyboard": rows}} if rows else message

    def _message(self, person: str, id: str | None, at: float | None) -> dict[str, Any]:
        chat = self.chat(person)
        self.blocking.discard(chat)
        number = self._numbered(chat, id)
        when = self.written.setdefault(f"{chat}.{number}", self._clock() if at is None else at)
        return {"message_id": number, "from": self._user(chat), "chat": self._chat(chat), "date": int(when)}

    def _numbered(self, chat: int, id: str | None) -> int:
        """Give the number of a message: the same for the same id, which may be any word of the test's."""
        if id is None:
            return self.number()
        known = id.removeprefix(f"{chat}.")
        if known.isdigit():
            return int(known)
        label = f"{chat} {id}"
        if label not in self._numbers:
            self._numbers[label] = self.number()
        return self._numbers[label]

    def _user(self, chat: int) -> dict[str, Any]:
        return {"id": chat, "is_bot": False, "first_name": self.people[chat], "language_code": "sv"}

    def _chat(self, chat: int) -> dict[str, Any]:
        return {"id": chat, "first_name": self.people[chat], "type": "private"}


def _entities(text: str) -> list[dict[str, Any]]:
    word = text.split(maxsplit=1)[0] if text.split() else ""
    if text.startswith("/") and word[1:].replace("_", "").isalnum() and word.isascii():
        return [{"offset": 0, "length": len(word), "type": "bot_command"}]
    return []
