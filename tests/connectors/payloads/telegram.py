"""Updates as https://core.telegram.org/bots/api describes them, and what each must be read as."""

from __future__ import annotations

import hashlib
from typing import Any

from connectors.messaging import Inbound

ADA = 5_012_345_678
DATE = 1_795_510_800
WHO = (f"chat:{ADA}",)
USER = {
    "id": ADA, "is_bot": False, "first_name": "Ada", "last_name": "L", "username": "ada_l", "language_code": "sv",
    "is_premium": True,
}  # fmt: skip
CHAT = {"id": ADA, "first_name": "Ada", "last_name": "L", "username": "ada_l", "type": "private"}
BOT = {"id": 7312345678, "is_bot": True, "first_name": "Varsam", "username": "VarsamBot"}
GROUP = {"id": -1001234567890, "title": "Grannar", "type": "supergroup", "is_forum": False}
CHANNEL = {"id": -1009876543210, "title": "Nyheter", "username": "nyheter", "type": "channel"}
FILE = {"file_id": "AgACAgQAAxkBAAIBY2", "file_unique_id": "AQADyQ", "file_size": 21034}
PHOTO = [{**FILE, "width": width, "height": width} for width in (90, 320, 800)]


def message(number: int = 42, **members: Any) -> dict[str, Any]:
    return {"message_id": number, "from": USER, "chat": CHAT, "date": DATE, **members}


def update(number: int = 884_200_001, **members: Any) -> dict[str, Any]:
    return {"update_id": number, **members}


def said(text: str, kind: Any = "text", number: int = 42, **members: Any) -> Inbound:
    id = f"{ADA}.{number}"
    return Inbound(kind, id, WHO, text, **{"removal": id.rpartition(".")[2], "at": float(DATE), **members})


def changed(text: str, number: int = 42, after: int = 30, read: str | None = None, **members: Any) -> Inbound:
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    id, at = f"{ADA}.{number}", float(DATE + after)
    words = text if read is None else read
    return Inbound(
        "edit", f"{id}.{DATE + after}.{digest}", WHO, words, refers=id, removal=id.rpartition(".")[2], at=at, **members
    )


def edited(number: int = 42, after: int = 30, **members: Any) -> dict[str, Any]:
    return update(edited_message={**message(number), "edit_date": DATE + after, **members})


def came(media: str, text: str = "", **members: Any) -> Inbound:
    return said(text, "media", media=media, **members)


def command(text: str) -> dict[str, Any]:
    length = len(text.split()[0])
    return update(message=message(text=text, entities=[{"offset": 0, "length": length, "type": "bot_command"}]))


BUTTONS = {
    "inline_keyboard": [
        [{"text": "Ja, visa", "callback_data": "c7:0"}],
        [{"text": "Visa inte", "callback_data": "c7:1"}],
    ]
}
ASKED = {
    "message_id": 57, "from": BOT, "chat": CHAT, "date": DATE, "text": "Ska kuratorn få se det du skrivit?",
    "has_protected_content": True, "reply_markup": BUTTONS,
}  # fmt: skip
QUERY = {
    "id": "4382001174330011200", "from": USER, "message": ASKED, "chat_instance": "-3811249937716152231", "data": "c7:1",
}  # fmt: skip
PRESSED = Inbound(
    "choice", "4382001174330011200", WHO, "Visa inte", choice="c7:1", press="4382001174330011200"
)  # fmt: skip


def member(old: str, new: str, chat: dict[str, Any] = CHAT, date: Any = DATE) -> dict[str, Any]:
    change = {
        "chat": chat, "from": USER, "date": date, "old_chat_member": {"user": BOT, "status": old},
        "new_chat_member": {"user": BOT, "status": new, **({"until_date": 0} if new == "kicked" else {})},
    }  # fmt: skip
    return update(my_chat_member=change)


LOCATION = {"latitude": 59.334591, "longitude": 18.06324}
REPLY = {**ASKED, "reply_to_message": message(41, text="hej")}
RICH = {
    "blocks": [
        {"type": "heading", "size": 2, "text": "Jag behöver hjälp"},
        {"type": "paragraph", "text": ["han tar ", {"type": "bold", "text": ["mina ", {"type": "italic", "text": "pengar"}]}]},
        {"type": "list", "items": [{"label": "•", "blocks": [{"type": "paragraph", "text": "hyran"}]}]},
        {"type": "details", "summary": "Mer", "blocks": [{"type": "paragraph", "text": "är rädd 😟"}]},
    ]
}  # fmt: skip

READ: dict[str, tuple[dict[str, Any], Inbound]] = {
    "text": (update(message=message(text="hej, jag är rädd för honom")), said("hej, jag är rädd för honom")),
    "text with every Swedish letter and emoji": (
        update(message=message(text="Åsa får inga pengar… ÄÖ åäö é 😟👩‍👧 «nu»")),
        said("Åsa får inga pengar… ÄÖ åäö é 😟👩‍👧 «nu»"),
    ),
    "text of 4096 characters is given whole": (update(message=message(text="ö" * 4096)), said("ö" * 4096)),
    "text in answer to ours, with a quote and entities": (
        update(
            message=message(
                text="ja, mejla a@b.se",
                reply_to_message=REPLY,
                quote={"text": "Ska", "position": 0, "is_manual": True},
                entities=[{"offset": 10, "length": 6, "type": "email"}],
                link_preview_options={"is_disabled": True},
            )
        ),
        said("ja, mejla a@b.se"),
    ),
    "text that was forwarded": (
        update(
            message=message(
                text="möt mig kl 9 annars",
                forward_origin={"type": "hidden_user", "sender_user_name": "X", "date": DATE - 900},
            )
        ),
        said("möt mig kl 9 annars"),
    ),
    "text by way of another bot": (update(message=message(text="hjälp", via_bot={**BOT, "id": 99})), said("hjälp")),
    "text with NUL and half a character": (update(message=message(text="a\0b\ud83dc")), said("abc")),
    "start": (command("/start"), said("", "start")),
    "start by a link that carries something": (command("/start affisch-7"), said("", "start")),
    "start that names the bot": (command("/start@VarsamBot"), said("", "start")),
    "start with words after it": (
        command("/start jag är rädd för honom"),
        said("jag är rädd för honom"),
    ),
    "start with a word that no link carries": (command("/start hjälp!"), said("hjälp!")),
    "erase": (command("/radera"), said("radera")),
    "erase with more words": (command("/radera allt"), said("radera allt")),
    "erase in capitals, naming the bot": (command("/RADERA@VarsamBot"), said("RADERA")),
    "stop": (command("/stopp"), said("stopp")),
    "link": (command("/lank"), said("lank")),
    "link with its letter, which is no command to Telegram": (update(message=message(text="/länk")), said("länk")),
    "a word that only begins like a command": (command("/raderamig"), said("/raderamig")),
    "an unknown command": (command("/settings"), said("/settings")),
    "a slash that is no command": (update(message=message(text="/ 112 eller?")), said("/ 112 eller?")),
    "a path": (update(message=message(text="/stopp/nu")), said("/stopp/nu")),
    "start further on in a text": (update(message=message(text="skrev /start nyss")), said("skrev /start nyss")),
    "picture": (update(message=message(photo=PHOTO)), came("picture")),
    "picture with a caption": (
        update(
            message=message(
                photo=PHOTO, caption="så ser min arm ut", caption_entities=[], show_caption_above_media=True
            )
        ),
        came("picture", "så ser min arm ut"),
    ),
    "first of an album, with its caption": (
        update(message=message(photo=PHOTO, media_group_id="13579246801", caption="två bilder")),
        came("picture", "två bilder"),
    ),
    "second of an album": (
        update(message=message(43, photo=PHOTO, media_group_id="13579246801")),
        came("picture", number=43),
    ),
    "picture under which /start stands is no start": (
        update(message=message(photo=PHOTO, caption="/start")),
        came("picture", "/start"),
    ),
    "live photo": (update(message=message(live_photo={**FILE, "duration": 2}, photo=PHOTO)), came("picture")),
    "voice": (update(message=message(voice={**FILE, "duration": 7, "mime_type": "audio/ogg"})), came("voice")),
    "video": (update(message=message(video={**FILE, "width": 1, "height": 1, "duration": 3})), came("video")),
    "video note": (update(message=message(video_note={**FILE, "length": 240, "duration": 3})), came("video")),
    "animation, which is a document too": (
        update(message=message(animation={**FILE, "duration": 3}, document={**FILE, "mime_type": "video/mp4"})),
        came("video"),
    ),
    "audio": (update(message=message(audio={**FILE, "duration": 180, "title": "inspelning"})), came("file")),
    "document with a caption": (
        update(message=message(document={**FILE, "file_name": "kontrakt.pdf"}, caption="kontraktet")),
        came("file", "kontraktet"),
    ),
    "sticker": (
        update(message=message(sticker={**FILE, "type": "regular", "emoji": "😢", "is_animated": False})),
        came("sticker"),
    ),
    "location": (update(message=message(location=LOCATION)), came("location")),
    "venue, which is a location too": (
        update(
            message=message(location=LOCATION, venue={"location": LOCATION, "title": "Hotell", "address": "Gatan 1"})
        ),
        came("location"),
    ),
    "contact": (
        update(message=message(contact={"phone_number": "+46701234567", "first_name": "Han"})),
        came("contact"),
    ),
    "poll": (
        update(message=message(poll={"id": "5", "question": "Ja?", "options": [], "type": "regular"})),
        came("other"),
    ),
    "dice": (update(message=message(dice={"emoji": "🎲", "value": 4})), came("other")),
    "story": (update(message=message(story={"chat": CHAT, "id": 3})), came("other")),
    "rich message, whose text is in blocks": (
        update(message=message(rich_message=RICH)),
        said("Jag behöver hjälp\nhan tar mina pengar\nhyran\nMer\när rädd 😟"),
    ),
    "rich message with a picture": (
        update(
            message=message(
                rich_message={"blocks": [{"type": "photo", "photo": PHOTO, "caption": {"text": "min arm"}}]}
            )
        ),
        came("picture", "min arm"),
    ),
    "rich message with nothing to read": (
        update(message=message(rich_message={"blocks": [{"type": "divider"}]})),
        came("other"),
    ),
    "edit": (edited(text="jag menade i går"), changed("jag menade i går")),
    "edit to a command": (edited(text="/radera"), changed("/radera", read="radera")),
    "edit of a caption": (edited(photo=PHOTO, caption="nu"), changed("nu", media="picture")),
    "edit that takes a caption away": (edited(photo=PHOTO), changed("", media="picture")),
    "edit of a rich message": (
        edited(rich_message={"blocks": [{"type": "paragraph", "text": "nytt"}]}),
        changed("nytt"),
    ),
    "press": (update(callback_query=QUERY), PRESSED),
    "press of a button under a message that Telegram no longer shows": (
        update(callback_query={**QUERY, "message": {"chat": CHAT, "message_id": 57, "date": 0}}),
        Inbound("choice", PRESSED.id, WHO, "", choice="c7:1", press=PRESSED.id),
    ),
    "blocked": (member("member", "kicked"), Inbound("gone", f"{ADA}.gone.{DATE}", WHO, at=float(DATE))),
    "date missing": (
        update(message={name: value for name, value in message(text="hej").items() if name != "date"}),
        said("hej", at=None),
    ),
    "sender missing": (
        update(message={name: value for name, value in message(text="hej").items() if name != "from"}),
        said("hej"),
    ),
    "update_id missing": ({"message": message(text="hej")}, said("hej")),
    "with a member of the future": (update(message=message(text="hej"), quantum_message={"x": 1}), said("hej")),
}

NOTHING: dict[str, Any] = {
    "let in again": member("kicked", "member"),
    "thrown out of a group": member("member", "kicked", GROUP),
    "blocked, but when is not told": member("member", "kicked", date=None),
    "made administrator of a channel": member("left", "administrator", CHANNEL),
    "text in a group": update(message={**message(text="hej"), "chat": GROUP}),
    "start in a group": update(message={**message(text="/start@VarsamBot"), "chat": GROUP}),
    "press in a group": update(callback_query={**QUERY, "message": {**ASKED, "chat": GROUP}}),
    "press in inline mode": update(
        callback_query={name: value for name, value in QUERY.items() if name != "message"}
        | {"inline_message_id": "AAEAAAE"}
    ),
    "press of a game": update(
        callback_query={name: value for name, value in QUERY.items() if name != "data"} | {"game_short_name": "g"}
    ),
    "press by somebody else than the chat's": update(callback_query={**QUERY, "from": {**USER, "id": ADA + 1}}),
    "our own words": update(message={**message(text="Hej"), "from": BOT}),
    "another bot": update(message=message(text="hej", **{"from": {**USER, "is_bot": True}})),
    "channel post": update(channel_post={"message_id": 5, "chat": CHANNEL, "sender_chat": CHANNEL, "date": DATE, "text": "x"}),
    "edited channel post": update(edited_channel_post={"message_id": 5, "chat": CHANNEL, "date": DATE, "text": "x"}),
    "business message": update(business_message={**message(text="hej"), "business_connection_id": "b1"}),
    "business message in the place of a message": update(message=message(text="hej", business_connection_id="b1")),
    "deleted business messages": update(
        deleted_business_messages={"business_connection_id": "b1", "chat": CHAT, "message_ids": [1]}
    ),
    "business connection": update(
        business_connection={"id": "b1", "user": USER, "user_chat_id": ADA, "date": DATE, "is_enabled": True}
    ),
    "guest message": update(guest_message=message(text="hej")),
    "reaction": update(
        message_reaction={
            "chat": CHAT, "message_id": 57, "user": USER, "date": DATE, "old_reaction": [],
            "new_reaction": [{"type": "emoji", "emoji": "👍"}],
        }
    ),
    "inline query": update(inline_query={"id": "1", "from": USER, "query": "hej", "offset": ""}),
    "poll": update(poll={"id": "5", "question": "?", "options": [], "is_closed": True}),
    "poll answer": update(poll_answer={"poll_id": "5", "user": USER, "option_ids": [0]}),
    "subscription": update(subscription={"user": USER}),
    "message generation stopped": update(stopped_message_generation={"user": USER}),
    "something of the future": update(quantum_message={"chat": CHAT, "text": "hej"}),
    "group became supergroup": update(
        message={"message_id": 9, "chat": GROUP, "date": DATE, "migrate_to_chat_id": -1001234567891}
    ),
    "timer for deleting was set": update(message=message(message_auto_delete_timer_changed={"message_auto_delete_time": 86400})),
    "pinned": update(message=message(pinned_message=ASKED)),
    "write access allowed": update(message=message(write_access_allowed={"from_request": True})),
    "background set": update(message=message(chat_background_set={"type": {"type": "fill"}})),
    "moving place, moved on": edited(location={**LOCATION, "live_period": 900, "heading": 30}),
    "edit in a group": update(edited_message={**message(text="hej"), "chat": GROUP, "edit_date": DATE + 1}),
    "a text with nothing in it that can be kept": update(message=message(text="\0\ud83d")),
    "no chat": update(message={name: value for name, value in message(text="hej").items() if name != "chat"}),
    "no message_id": update(message={name: value for name, value in message(text="hej").items() if name != "message_id"}),
    "a message_id that is none yet": update(message=message(0, text="hej")),
    "press without id": update(callback_query={name: value for name, value in QUERY.items() if name != "id"}),
    "no member": update(),
    "nothing": {},
}  # fmt: skip

# Not even objects, or wrong all through: every one is one unknown thing.
BROKEN: tuple[Any, ...] = (
    None, True, 0, -1, 1e999, "message", [], [[]], [update(message=message(text="hej"))],
    {"message": None}, {"message": []}, {"message": "hej"}, {"message": 7}, {"callback_query": [QUERY]},
    update(message=message(True, text="hej")), update(message=message("42", text="hej")),
    update(message=message(10**400, text="hej")), update(message=message(-3, text="hej")),
    update(message=message(4.2, text="hej")), update(message={**message(text="hej"), "chat": [CHAT]}),
    update(message={**message(text="hej"), "chat": {**CHAT, "id": str(ADA)}}),
    update(message={**message(text="hej"), "chat": {**CHAT, "id": True}}),
    update(message={**message(text="hej"), "chat": {**CHAT, "id": -ADA}}),
    update(message={**message(text="hej"), "chat": {**CHAT, "type": ["private"]}}),
    update(message={**message(text="hej"), "from": "Ada"}), update(message={**message(text="hej"), "from": None}),
    update(message=message(text=["hej"])), update(message=message(text={"text": "hej"})), update(message=message(text=5)),
    update(message=message(photo="AgAC")), update(message=message(voice=None)),
    update(callback_query={**QUERY, "id": 4382001174330011200}), update(callback_query={**QUERY, "data": None}),
    update(callback_query={**QUERY, "message": [ASKED]}), update(callback_query={**QUERY, "from": []}),
    member("member", ["kicked"]), update(my_chat_member={"chat": CHAT, "new_chat_member": "kicked", "date": DATE}),
)  # fmt: skip
