"""What people do on their phones, as the webhook calls that Meta would make of it: shaped, escaped and signed so."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import re
from collections.abc import Callable
from typing import Any

from connectors.messaging import Request


def person_ids(person: str) -> tuple[str, ...]:
    """Give a person's digits and user id; of one who is given as one of these, that alone."""
    if re.fullmatch(r"[0-9]{7,15}|[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}", person):
        return (person,)
    number = int(hashlib.sha256(person.encode()).hexdigest(), 16)
    return (f"4670{number % 10**7:07d}", f"SE.{number % 10**17:017d}")


def escaped(body: Any) -> bytes:
    """Write JSON as Meta does: no letter beyond ASCII, and slashes escaped."""
    return json.dumps(body, separators=(",", ":")).replace("/", "\\/").encode()


def signed(body: bytes, secret: str) -> Request:
    proof = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {
        "content-type": "application/json",
        "user-agent": "facebookexternalua",
        "x-hub-signature": "sha1=" + hmac.new(secret.encode(), body, hashlib.sha1).hexdigest(),
        "x-hub-signature-256": f"sha256={proof}",
    }
    return Request("POST", {}, headers, body)


class Phones:
    """The phones of all people. `hidden`: who does not share a number; `heard`: when each id last wrote to us."""

    def __init__(self, number_id: str, account_id: str, secret: str, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.hidden: set[str] = set()
        self.heard: dict[str, float] = {}
        self._people: set[str] = set()
        self._number_id, self._account_id, self._secret = number_id, account_id, secret
        self._ids = itertools.count(1)

    def to(self, person: str) -> list[Any]:
        raise NotImplementedError

    def ids_with(self, id: str) -> set[str]:
        """Give every id of the person who has this one."""
        return {id, *(other for person in self._people if id in person_ids(person) for other in person_ids(person))}

    def text(self, person: str, text: str, id: str | None = None, at: float | None = None) -> Request:
        return self.said(person, "text", {"body": text}, id, at)

    def picture(self, person: str, caption: str = "") -> Request:
        image = {"mime_type": "image/jpeg", "sha256": "5Vd0OZkq=", "id": "1003383421387256", **_caption(caption)}
        image["url"] = "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1003383421387256&source=webhook"
        return self.said(person, "image", image)

    def press(self, person: str, option_index: int) -> Request:
        """Press a button or row of the latest message to this person that has any; LookupError where none has."""
        latest = next((sent for sent in reversed(self.to(person)) if sent.options), None)
        if latest is None:
            raise LookupError("no message to this person has buttons")
        id, title = latest.options[option_index]
        kind = "button_reply" if latest.form == "button" else "list_reply"
        context = {"from": "46812345678", "id": latest.id}
        return self.said(person, "interactive", {"type": kind, kind: {"id": id, "title": title}}, context=context)

    def edit(self, person: str, id: str, text: str) -> Request:
        said = {"type": "text", "text": {"body": text}}
        return self.said(person, "edit", {"original_message_id": id, "message": {"context": {"id": "M0"}, **said}})

    def unsend(self, person: str, id: str) -> Request:
        return self.said(person, "revoke", {"original_message_id": id})

    def status(self, id: str, to: str, status: str, code: int | None = None) -> Request:
        """Tell what became of a message of ours."""
        one: dict[str, Any] = {"id": id, "status": status, "timestamp": str(int(self.clock()))}
        one["recipient_id" if to.isdecimal() else "recipient_user_id"] = to
        if code is None:
            one["pricing"] = {
                "billable": True,
                "pricing_model": "PMP",
                "category": "service",
                "type": "regular",
            }
        else:
            one["errors"] = [{"code": code, "title": "Error", "message": "Error", "error_data": {"details": "Error"}}]
        return self.hooked({"statuses": [one]})

    def handshake(self, verify_token: str, challenge: str = "1158201444") -> Request:
        """Try the address, as Meta does when it is entered."""
        query = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": verify_token}
        return Request("GET", query, {}, b"")

    def said(
        self,
        person: str,
        kind: str,
        content: Any,
        id: str | None = None,
        at: float | None = None,
        context: dict[str, Any] | None = None,
    ) -> Request:
        """Say something of any type."""
        now = self.clock() if at is None else at
        self._people.add(person)
        for one in person_ids(person):
            self.heard[one] = max(now, self.heard.get(one, 0.0))
        phone, user = self._shared(person)
        message: dict[str, Any] = {
            "id": id or f"wamid.IN{next(self._ids):06d}",
            "timestamp": str(int(now)),
            "type": kind,
        }
        message |= {"from": phone} if phone else {}
        message |= {"from_user_id": user} if user else {}
        message |= {"context": context} if context else {}
        contact: dict[str, Any] = {"profile": {"name": "Ett namn som vi inte läser"}}
        contact |= {"wa_id": phone} if phone else {}
        contact |= {"user_id": user} if user else {}
        return self.hooked({"contacts": [contact], "messages": [{**message, kind: content}]})

    def hooked(self, value: dict[str, Any], field: str = "messages") -> Request:
        """Make the call of a change to our number."""
        metadata = {"display_phone_number": "46812345678", "phone_number_id": self._number_id}
        whole = {"messaging_product": "whatsapp", "metadata": metadata, **value}
        entry = {"id": self._account_id, "changes": [{"value": whole, "field": field}]}
        return signed(escaped({"object": "whatsapp_business_account", "entry": [entry]}), self._secret)

    def _shared(self, person: str) -> tuple[str, str]:
        """Give the digits and the user id that Meta tells; empty what it does not."""
        ids = person_ids(person)
        phone = next((id for id in ids if id.isdecimal()), "")
        user = next((id for id in ids if not id.isdecimal()), "")
        return ("" if person in self.hidden else phone), user


def _caption(caption: str) -> dict[str, str]:
    return {"caption": caption} if caption else {}
