"""Webhook bodies of the WhatsApp Cloud API, shaped as its reference of 2026 shows them, and what each is read as.

Pages: developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages and below it. The
people and their words are ours.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from connectors.messaging import UNKNOWN, Inbound

NUMBER_ID = "106540352242922"
PHONE, USER, PARENT = "46701740605", "SE.13491208655302741918", "SE.ENT.11815799212886844830"
WAMID = "wamid.HBgLNDY3MDE3NDA2MDUVAgASGBQzQTRBNjU5OUFFRTAzODEwMTQ0RgA="
OURS = "wamid.HBgLNDY3MDE3NDA2MDUVAgARGBJCQzZFQzVEM0Q4RTRFOEE0NzYA"
AT = 1795510800.0
WHO = (f"user:{USER}", f"phone:{PHONE}")
CONTACT = {
    "profile": {"name": "M", "username": "@mmm"},
    "wa_id": PHONE,
    "user_id": USER,
    "parent_user_id": PARENT,
    "identity_key_hash": "DF2lS5v2W6x=",
}


@dataclass(frozen=True)
class Case:
    name: str
    body: dict[str, Any]
    read: list[Inbound]


def value(**parts: Any) -> dict[str, Any]:
    metadata = {"display_phone_number": "46812345678", "phone_number_id": NUMBER_ID}
    return {"messaging_product": "whatsapp", "metadata": metadata, **parts}


def change(whole: dict[str, Any], field: str = "messages") -> dict[str, Any]:
    return {"value": whole, "field": field}


def body(*changes: dict[str, Any]) -> dict[str, Any]:
    return {"object": "whatsapp_business_account", "entry": [{"id": "102290129340398", "changes": list(changes)}]}


def message(type: str, **parts: Any) -> dict[str, Any]:
    ids = {"from": PHONE, "from_user_id": USER, "from_parent_user_id": PARENT, "id": WAMID}
    return {**ids, "timestamp": "1795510800", "type": type, **parts}


def one(type: str, **parts: Any) -> dict[str, Any]:
    return body(change(value(contacts=[CONTACT], messages=[message(type, **parts)])))


def status(word: str, **parts: Any) -> dict[str, Any]:
    known = {"id": OURS, "status": word, "timestamp": "1795510805", "recipient_id": PHONE, "recipient_user_id": USER}
    return {**known, **parts}


def failed(code: int, title: str) -> dict[str, Any]:
    href = "/documentation/business-messaging/whatsapp/support/error-codes"
    error = {"code": code, "title": title, "message": title, "error_data": {"details": title}, "href": href}
    return body(change(value(statuses=[status("failed", errors=[error])])))


SAID = Inbound("text", WAMID, WHO, at=AT)
ODD = replace(SAID, kind="unknown")
OTHER = replace(SAID, kind="media", media="other")
FATE = Inbound("status", f"{OURS}:sent", WHO, refers=OURS, status="sent", at=AT + 5)
CONVERSATION = {
    "id": "7270432eae37498234f4444b35ffc5",
    "expiration_timestamp": "1795597200",
    "origin": {"type": "service"},
}
PRICING = {"billable": False, "pricing_model": "PMP", "type": "free_customer_service", "category": "service"}
FILE = {"sha256": "Jh+2ij6PzUv/J2y+grrtegr/ZMzRxkEPwc24=", "id": "1003383421387256"}
URL = "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1003383421387256&source=webhook&ext=17&hash=AR"
CHOSEN = {"from": "46812345678", "id": OURS}

CASES = [
    Case(
        "text",
        one("text", text={"body": "Hej, jag är rädd. Vågar inte gå hem 😟\nVad gör jag?"}),
        [replace(SAID, text="Hej, jag är rädd. Vågar inte gå hem 😟\nVad gör jag?")],
    ),
    Case(
        "text that answers one of ours and was forwarded",
        one("text", text={"body": "Är det ni?"}, context={"forwarded": True, "frequently_forwarded": True, **CHOSEN}),
        [replace(SAID, text="Är det ni?")],
    ),
    Case(
        "text after an advertisement",
        one(
            "text",
            text={"body": "Jag behöver pengar till hyran"},
            referral={
                "source_url": "https://fb.me/3cr4Wqqkv",
                "source_id": "120226305854810726",
                "source_type": "ad",
                "headline": "Chatta med oss",
                "ctwa_clid": "Aff-n8ZTODiE79d22KtAwQKj9e",
                "welcome_message": {"text": "Hej!"},
            },
        ),
        [replace(SAID, text="Jag behöver pengar till hyran")],
    ),
    Case(
        "text of somebody without a number",
        body(
            change(
                value(
                    contacts=[{"profile": {"name": "M"}, "user_id": USER, "parent_user_id": PARENT}],
                    messages=[
                        {
                            "from_user_id": USER,
                            "id": WAMID,
                            "timestamp": "1795510800",
                            "type": "text",
                            "text": {"body": "Hjälp"},
                        }
                    ],
                )
            )
        ),
        [replace(SAID, who=(f"user:{USER}",), text="Hjälp")],
    ),
    Case(
        "text with the user id only among the contacts",
        body(
            change(
                value(
                    contacts=[{"profile": {"name": "M"}, "user_id": USER}],
                    messages=[{"id": WAMID, "timestamp": "1795510800", "type": "text", "text": {"body": "Hjälp"}}],
                )
            )
        ),
        [replace(SAID, who=(f"user:{USER}",), text="Hjälp")],
    ),
    Case(
        "text of somebody with a number alone, as before 2026",
        body(
            change(
                value(
                    contacts=[{"profile": {"name": "M"}, "wa_id": PHONE}],
                    messages=[
                        {"from": PHONE, "id": WAMID, "timestamp": "1795510800", "type": "text", "text": {"body": "Hej"}}
                    ],
                )
            )
        ),
        [replace(SAID, who=(f"phone:{PHONE}",), text="Hej")],
    ),
    Case(
        "text with the user id where the number used to be",
        body(
            change(
                value(
                    contacts=[{"profile": {"name": "M"}, "wa_id": USER, "user_id": USER}],
                    messages=[
                        {
                            "from": USER,
                            "id": WAMID,
                            "timestamp": "1795510800",
                            "type": "text",
                            "text": {"body": "Hjälp"},
                        }
                    ],
                )
            )
        ),
        [replace(SAID, who=(f"user:{USER}",), text="Hjälp")],
    ),
    Case(
        "quick reply of a template",
        one("button", button={"payload": "menu:help", "text": "Jag behöver hjälp"}, context=CHOSEN),
        [replace(SAID, kind="choice", choice="menu:help", text="Jag behöver hjälp")],
    ),
    Case(
        "reply button",
        one(
            "interactive",
            interactive={"type": "button_reply", "button_reply": {"id": "c:1:2", "title": "Ja"}},
            context=CHOSEN,
        ),
        [replace(SAID, kind="choice", choice="c:1:2", text="Ja")],
    ),
    Case(
        "row of a list",
        one(
            "interactive",
            interactive={
                "type": "list_reply",
                "list_reply": {"id": "c:1:7", "title": "Hot och våld", "description": "Någon hotar mig"},
            },
            context=CHOSEN,
        ),
        [replace(SAID, kind="choice", choice="c:1:7", text="Hot och våld")],
    ),
    Case(
        "answered form",
        one(
            "interactive",
            interactive={
                "type": "nfm_reply",
                "nfm_reply": {"name": "flow", "body": "Sent", "response_json": '{"a":"b"}'},
            },
        ),
        [ODD],
    ),
    Case(
        "picture with words",
        one("image", image={"caption": "Hans bil utanför", "mime_type": "image/jpeg", "url": URL, **FILE}),
        [replace(SAID, kind="media", media="picture", text="Hans bil utanför")],
    ),
    Case(
        "picture",
        one("image", image={"mime_type": "image/jpeg", **FILE}),
        [replace(SAID, kind="media", media="picture")],
    ),
    Case(
        "voice message",
        one("audio", audio={"mime_type": "audio/ogg; codecs=opus", "voice": True, "url": URL, **FILE}),
        [replace(SAID, kind="media", media="voice")],
    ),
    Case(
        "video with words",
        one("video", video={"caption": "Titta", "mime_type": "video/mp4", **FILE}),
        [replace(SAID, kind="media", media="video", text="Titta")],
    ),
    Case(
        "document",
        one(
            "document", document={"caption": "Avtalet", "filename": "avtal.pdf", "mime_type": "application/pdf", **FILE}
        ),
        [replace(SAID, kind="media", media="file", text="Avtalet")],
    ),
    Case(
        "sticker",
        one("sticker", sticker={"mime_type": "image/webp", "animated": True, **FILE}),
        [replace(SAID, kind="media", media="sticker")],
    ),
    Case(
        "location",
        one(
            "location",
            location={
                "latitude": 63.8258,
                "longitude": 20.263,
                "name": "Umeå C",
                "address": "Järnvägstorget",
                "url": "https://x.example",
            },
        ),
        [replace(SAID, kind="media", media="location")],
    ),
    Case(
        "contact card",
        one(
            "contacts",
            contacts=[
                {
                    "name": {"formatted_name": "A B", "first_name": "A"},
                    "phones": [{"phone": "+46 70 174 06 00", "wa_id": "46701740600", "type": "CELL"}],
                    "org": {"company": "X"},
                }
            ],
        ),
        [replace(SAID, kind="media", media="contact")],
    ),
    Case("reaction", one("reaction", reaction={"message_id": OURS, "emoji": "👍"}), [ODD]),
    Case("reaction taken back", one("reaction", reaction={"message_id": OURS}), [ODD]),
    Case(
        "order",
        one(
            "order",
            order={
                "catalog_id": "194836987003835",
                "text": "Hej",
                "product_items": [{"product_retailer_id": "x1", "quantity": 1, "item_price": 30, "currency": "SEK"}],
            },
        ),
        [ODD],
    ),
    Case(
        "new number",
        body(
            change(
                value(
                    messages=[
                        {
                            "from": PHONE,
                            "id": WAMID,
                            "timestamp": "1795510800",
                            "type": "system",
                            "system": {
                                "body": "User M changed from 46701740605 to 46701740606",
                                "wa_id": "46701740606",
                                "user_id": "SE.2222",
                                "previous_user_id": USER,
                                "type": "user_changed_number",
                            },
                        }
                    ]
                )
            )
        ),
        [replace(ODD, kind="renamed", who=("user:SE.2222", "phone:46701740606", f"phone:{PHONE}", f"user:{USER}"))],
    ),
    Case(
        "new user id",
        body(
            change(
                value(
                    messages=[
                        {
                            "from_user_id": USER,
                            "id": WAMID,
                            "timestamp": "1795510800",
                            "type": "system",
                            "system": {
                                "body": "User M changed",
                                "type": "user_changed_user_id",
                                "user_id": "SE.2222",
                                "previous_user_id": USER,
                            },
                        }
                    ]
                )
            )
        ),
        [replace(ODD, kind="renamed", who=("user:SE.2222", f"user:{USER}"))],
    ),
    Case(
        "other news of the system",
        body(
            change(
                value(
                    messages=[
                        message("system", system={"type": "customer_identity_changed", "body": "x", "identity": "eRfd"})
                    ]
                )
            )
        ),
        [ODD],
    ),
    Case(
        "something WhatsApp does not hand on",
        one(
            "unsupported",
            errors=[
                {
                    "code": 131051,
                    "title": "Message type unknown",
                    "message": "Message type unknown",
                    "error_data": {"details": "Message type is currently not supported."},
                }
            ],
            unsupported={"type": "poll_creation"},
        ),
        [replace(SAID, kind="media", media="other")],
    ),
    *(
        Case(f"a {sort} that WhatsApp does not hand on", one("unsupported", unsupported={"type": sort}), [ODD])
        for sort in ("reaction", "pin", "keep_in_chat")
    ),
    Case("something WhatsApp does not hand on, of an odd shape", one("unsupported", unsupported=["pin"]), [OTHER]),
    Case(
        "something WhatsApp does not hand on, as it used to come",
        one(
            "unknown",
            errors=[
                {
                    "code": 131051,
                    "title": "Unsupported message type",
                    "details": "Message type is not currently supported",
                }
            ],
        ),
        [OTHER],
    ),
    Case("chat opened for the first time", one("request_welcome"), [ODD]),
    Case(
        "disappearing message",
        one(
            "ephemeral",
            errors=[{"code": 501, "title": "Unsupported", "details": "Message type is not currently supported"}],
        ),
        [OTHER],
    ),
    Case(
        "message in a group",
        one("text", text={"body": "Hej allihop"}, group_id="Y2FwaV9ncm91cDoxNzA1NTU1MDEzOToxMjAzNjM0MDQ2OTQyMzM4MjAZD"),
        [Inbound("unknown", WAMID)],
    ),
    Case(
        "edited text",
        one(
            "edit",
            edit={
                "original_message_id": "wamid.FIRST",
                "message": {"context": {"id": "M0"}, "type": "text", "text": {"body": "Jag bor i Ånge"}},
            },
        ),
        [replace(SAID, kind="edit", refers="wamid.FIRST", text="Jag bor i Ånge")],
    ),
    Case(
        "edited words of a picture",
        one(
            "edit",
            edit={
                "original_message_id": "wamid.FIRST",
                "message": {
                    "context": {"id": "M0"},
                    "type": "image",
                    "image": {"caption": "Ny", "mime_type": "image/jpeg", **FILE},
                },
            },
        ),
        [replace(SAID, kind="edit", refers="wamid.FIRST", text="Ny", media="picture")],
    ),
    Case(
        "message taken back",
        one("revoke", revoke={"original_message_id": "wamid.FIRST"}),
        [replace(SAID, kind="delete", refers="wamid.FIRST")],
    ),
    Case(
        "sent",
        body(change(value(statuses=[status("sent", conversation=CONVERSATION, pricing=PRICING)]))),
        [FATE],
    ),
    Case(
        "delivered",
        body(change(value(contacts=[CONTACT], statuses=[status("delivered", pricing=PRICING)]))),
        [replace(FATE, id=f"{OURS}:delivered", status="delivered")],
    ),
    Case("read", body(change(value(statuses=[status("read")]))), [replace(FATE, id=f"{OURS}:read", status="read")]),
    Case(
        "delivered to somebody without a number",
        body(change(value(statuses=[{k: v for k, v in status("delivered").items() if k != "recipient_id"}]))),
        [replace(FATE, id=f"{OURS}:delivered", status="delivered", who=(f"user:{USER}",))],
    ),
    Case(
        "read by somebody whose user id stands where the number used to",
        body(change(value(statuses=[{"id": OURS, "status": "read", "timestamp": "1795510805", "recipient_id": USER}]))),
        [replace(FATE, id=f"{OURS}:read", status="read", who=(f"user:{USER}",))],
    ),
    Case(
        "failed: too late",
        failed(131047, "Re-engagement message"),
        [replace(FATE, id=f"{OURS}:failed", status="failed", failure="window_closed", code="131047")],
    ),
    Case(
        "failed: gone",
        failed(131026, "Message undeliverable"),
        [replace(FATE, id=f"{OURS}:failed", status="failed", failure="visitor_gone", code="131026")],
    ),
    Case(
        "failed: a code nobody knows",
        failed(999999, "?"),
        [replace(FATE, id=f"{OURS}:failed", status="failed", failure="refused", code="999999")],
    ),
    Case(
        "message taken back, told as a status",
        body(change(value(statuses=[status("deleted", id="wamid.FIRST")]))),
        [Inbound("delete", "wamid.FIRST:deleted", WHO, refers="wamid.FIRST", at=AT + 5)],
    ),
    Case(
        "taken back by nobody",
        body(change(value(statuses=[{"id": "wamid.FIRST", "status": "deleted", "timestamp": "1795510805"}]))),
        [Inbound("unknown", "wamid.FIRST")],
    ),
    Case("played", body(change(value(statuses=[status("played")]))), [Inbound("unknown", OURS)]),
    Case(
        "delivered in a group",
        body(change(value(statuses=[status("delivered", recipient_type="group", recipient_participant_id=PHONE)]))),
        [Inbound("unknown", OURS)],
    ),
    Case(
        "error of the account",
        body(
            change(
                value(
                    errors=[
                        {
                            "code": 130429,
                            "title": "Rate limit hit",
                            "message": "Rate limit hit",
                            "error_data": {"details": "too many messages"},
                            "href": "/documentation/",
                        }
                    ]
                )
            )
        ),
        [UNKNOWN],
    ),
    Case(
        "written by a colleague in the phone app",
        body(
            change(
                value(
                    message_echoes=[
                        {
                            "from": "46812345678",
                            "to": PHONE,
                            "id": WAMID,
                            "timestamp": "1795510800",
                            "type": "text",
                            "text": {"body": "Vi ringer dig"},
                        }
                    ]
                ),
                "smb_message_echoes",
            )
        ),
        [UNKNOWN],
    ),
    Case(
        "seen while Meta's own agent answers",
        body(change(value(contacts=[CONTACT], messages=[message("text", text={"body": "Hej"})]), "standby")),
        [UNKNOWN],
    ),
    Case(
        "news of the account",
        body(change({"event": "VERIFIED_ACCOUNT", "phone_number": "46812345678"}, "account_update")),
        [UNKNOWN],
    ),
    Case(
        "another number of the same account",
        body(
            change(
                {
                    **value(contacts=[CONTACT], messages=[message("text", text={"body": "Hej"})]),
                    "metadata": {"display_phone_number": "46800000000", "phone_number_id": "999999999999"},
                }
            )
        ),
        [UNKNOWN],
    ),
]
