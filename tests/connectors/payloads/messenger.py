"""What Messenger sends, shape by shape as Meta's webhook reference has it, and what each is to be read as.

developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events and its pages.
Fields that we ignore are kept in: they are what a change of ours may stumble over.
"""

from __future__ import annotations

from typing import Any

from connectors.messaging import UNKNOWN, Inbound

PAGE, OTHER_PAGE = "104857600123456", "682498302938465"
ELIN = "6256234723131805"
WHO = (f"psid:{ELIN}",)
MID = "m_3vsDQxVvXNWhXZQv0sA1tcVnZTnY8D9nCuQF2QpZL6Yl3g7hB2c0d4jWwq1bN8mRk5fT7uE9iO0pA2sD4fG6hJ"
OLD_MID = "mid.1457764197618:41d102a3e1ae206a38"
MS, AT = 1795510800123, 1795510800.123
PICTURE = "https://scontent.xx.fbcdn.net/v/t1.15752-9/471_n.jpg?_nc_cat=108&ccb=1-7&oh=03_Q7cD1QE&oe=67A0"
FILE = "https://cdn.fbsbx.com/v/t59.2708-21/471_n.pdf/brev.pdf?_nc_cat=1&oh=03_Q7cD"


def event(what: dict[str, Any], **over: Any) -> dict[str, Any]:
    return {"sender": {"id": ELIN}, "recipient": {"id": PAGE}, "timestamp": MS} | what | over


def update(*events: Any, page: Any = PAGE, under: str = "messaging") -> dict[str, Any]:
    return {"object": "page", "entry": [{"id": page, "time": MS + 900, under: list(events)}]}


def message(**what: Any) -> dict[str, Any]:
    return update(event({"message": {"mid": MID} | what}))


def with_attachment(kind: str, payload: Any, **more: Any) -> dict[str, Any]:
    return message(attachments=[{"type": kind, "payload": payload}], **more)


def media(kind: str, text: str = "") -> list[Inbound]:
    return [Inbound("media", MID, who=WHO, text=text, media=kind, at=AT)]  # type: ignore[arg-type]


def text(words: str, **over: Any) -> list[Inbound]:
    return [Inbound("text", **({"id": MID, "who": WHO, "text": words, "at": AT} | over))]


SWEDISH = "Jag är rädd för honom och behöver hjälp 😢 åäö ÅÄÖ"
ADS = {
    "ref": "varsam-umea", "ad_id": "6045246247433", "source": "ADS", "type": "OPEN_THREAD",
    "ads_context_data": {"ad_title": "Du kan få hjälp", "photo_url": PICTURE, "post_id": "104_98"},
}  # fmt: skip
POSTBACK = {"mid": MID, "title": "Kom igång", "payload": "GET_STARTED"}
LINK = {"url": "https://l.facebook.com/l.php?u=https%3A%2F%2Fumea.se", "title": "Umeå kommun"}
MENU = {"mid": MID, "title": "Jag vill prata med en människa", "payload": "human:yes"}
PRODUCT = {"product": {"elements": [{"id": "33", "retailer_id": "SKU1", "image_url": PICTURE, "title": "Mugg"}]}}
BOOKING = {"booking_id": "77", "status": "requested", "start_time": 1739612400, "timezone": "Europe/Stockholm"}
OPTIN = {"type": "notification_messages", "payload": "nyheter", "notification_messages_token": "4711"}
HANDOVER = {"new_owner_app_id": "263902037430900", "previous_owner_app_id": "520816133774411", "metadata": ""}
POLICY = {"action": "block", "reason": "The bot violated our Platform Policies. Common violations include spam."}

# name: (what came, what it is read as)
KINDS: dict[str, tuple[Any, list[Inbound]]] = {
    "words": (message(text=SWEDISH), text(SWEDISH)),
    "words with an id of the old form": (
        update(event({"message": {"mid": OLD_MID, "text": "hej"}})), text("hej", id=OLD_MID),
    ),
    "words on several lines, kept whole": (message(text="  hej\n\n då  "), text("  hej\n\n då  ")),
    "an answer to a message": (
        message(text="ja, det", reply_to={"mid": "m_1fTq8oLumEyIp3Q2MR", "is_self_reply": False}), text("ja, det"),
    ),
    "words after an advertisement": (message(text="hej", referral=ADS), text("hej")),
    "words from a product's page": (message(text="hej", referral={"product": {"id": "9"}}), text("hej")),
    "words with a command": (message(text="/hjälp", commands=[{"name": "hjälp"}]), text("/hjälp")),
    "words with what Meta guessed": (
        message(text="tack", nlp={"intents": [], "entities": {}, "traits": {"wit$thanks": [{"confidence": 0.9}]}}),
        text("tack"),
    ),
    "words with a link, of which Messenger adds a preview": (
        message(text="det är den här https://umea.se", attachments=[{"type": "fallback", "payload": LINK}]),
        text("det är den här https://umea.se"),
    ),
    "a pressed quick reply": (
        message(text="Ja, dela", quick_reply={"payload": "share:yes"}),
        [Inbound("choice", MID, who=WHO, text="Ja, dela", choice="share:yes", at=AT)],
    ),
    "a picture": (with_attachment("image", {"url": PICTURE}), media("picture")),
    "a picture with words": (with_attachment("image", {"url": PICTURE}, text="det är han"), media("picture", "det är han")),
    "several pictures": (message(attachments=[{"type": "image", "payload": {"url": PICTURE}}] * 3), media("picture")),
    "a voice message": (with_attachment("audio", {"url": PICTURE}), media("voice")),
    "a film": (with_attachment("video", {"url": PICTURE}), media("video")),
    "a file": (with_attachment("file", {"url": FILE}), media("file")),
    "a sticker as it comes since August 2026": (
        with_attachment("sticker", {"url": PICTURE, "sticker_id": 369239263222822}), media("sticker"),
    ),
    "a sticker as it came before": (
        with_attachment("image", {"url": PICTURE, "sticker_id": 369239263222822}), media("sticker"),
    ),
    "a sticker in both forms": (
        message(attachments=[
            {"type": "image", "payload": {"url": PICTURE, "sticker_id": 369239263222822}},
            {"type": "sticker", "payload": {"url": PICTURE, "sticker_id": 369239263222822}},
        ]),
        media("sticker"),
    ),
    "a place": (
        with_attachment("location", {"coordinates": {"lat": 63.8258, "long": 20.263}}), media("location"),
    ),
    "a shared link alone": (with_attachment("fallback", LINK), media("other")),
    "something shared that Messenger does not show": (message(attachments=[{"type": "fallback"}]), media("other")),
    "a shared reel": (with_attachment("reel", {"url": PICTURE, "title": "x", "reel_video_id": 47}), media("video")),
    "a shared post": (with_attachment("post", {"url": PICTURE, "title": "x", "id": 47}), media("other")),
    "a shared product": (with_attachment("template", PRODUCT), media("other")),
    "an appointment": (with_attachment("appointment_booking", BOOKING), media("other")),
    "a kind of attachment that does not exist yet": (with_attachment("hologram", {"url": PICTURE}), media("other")),
    "a message that Messenger cannot show": (message(is_unsupported=True), media("other")),
    "changed words": (
        update(event({"message_edit": {"mid": MID, "text": "jag är 15, inte 18", "num_edit": 2}})),
        [Inbound("edit", f"edit:{MID}:2", who=WHO, text="jag är 15, inte 18", refers=MID, at=AT)],
    ),
    "changed words with the number as text": (
        update(event({"message_edit": {"mid": MID, "text": "nej", "num_edit": "5"}})),
        [Inbound("edit", f"edit:{MID}:5", who=WHO, text="nej", refers=MID, at=AT)],
    ),
    "a message taken back": (
        message(is_deleted=True), [Inbound("delete", f"delete:{MID}", who=WHO, refers=MID, at=AT)],
    ),
    "Get Started": (update(event({"postback": POSTBACK})), [Inbound("start", MID, who=WHO, at=AT)]),
    "Get Started from a link of the page": (
        update(event({"postback": POSTBACK | {"referral": {"ref": "qr", "source": "SHORTLINK", "type": "OPEN_THREAD"}}})),
        [Inbound("start", MID, who=WHO, at=AT)],
    ),
    "Get Started before messages had ids": (
        update(event({"postback": {"title": "Get Started", "payload": "get-started"}})),
        [Inbound("start", f"postback:{ELIN}:{MS}", who=WHO, at=AT)],
    ),
    "a press in the page's menu": (
        update(event({"postback": MENU})),
        [Inbound("choice", MID, who=WHO, text="Jag vill prata med en människa", choice="human:yes", at=AT)],
    ),
    "a postback as on Meta's page on postbacks: a change, all values text, the time in seconds": (
        update({"field": "messaging_postbacks", "value": event({"postback": MENU}, timestamp="1527459824")}, under="changes"),
        [Inbound("choice", MID, who=WHO, text=MENU["title"], choice="human:yes", at=1527459824.0)],
    ),
    "an opening question without a payload": (
        update(event({"postback": {"mid": MID, "title": "Är jag anonym här?"}})), text("Är jag anonym här?"),
    ),
    "a postback of somebody without an id": (
        update(event({"postback": MENU}, sender={"user_ref": "4711"})), [UNKNOWN],
    ),
    "two of ours delivered": (
        update(event({"delivery": {"mids": [MID, OLD_MID], "watermark": MS, "seq": 37}})),
        [
            Inbound("status", f"delivered:{one}", who=WHO, refers=one, status="delivered", at=AT)
            for one in (MID, OLD_MID)
        ],
    ),
    "a delivery that names no message": (update(event({"delivery": {"watermark": MS}})), [UNKNOWN]),
    "read up to a time": (update(event({"read": {"watermark": MS}})), [UNKNOWN]),
    "one of ours read": (
        update(event({"read": {"mid": MID}})),
        [Inbound("status", f"read:{MID}", who=WHO, refers=MID, status="read", at=AT)],
    ),
    "a reaction": (
        update(event({"reaction": {"reaction": "love", "emoji": "❤️", "action": "react", "mid": MID}})), [UNKNOWN],
    ),
    "an echo of ours": (
        update(event(
            {"message": {"is_echo": True, "app_id": 520816133774411, "metadata": "", "mid": MID, "text": "Hej!"}},
            sender={"id": PAGE}, recipient={"id": ELIN},
        )),
        [UNKNOWN],
    ),
    "an echo with the ids the wrong way round": (message(text="Hej!", is_echo=True), [UNKNOWN]),
    "a conversation that another app holds": (
        update(event({"message": {"mid": MID, "text": "hej"}}), under="standby"), [UNKNOWN],
    ),
    "a conversation handed to us": (update(event({"pass_thread_control": HANDOVER})), [UNKNOWN]),
    "a conversation taken from us": (update(event({"take_thread_control": HANDOVER})), [UNKNOWN]),
    "a conversation asked for": (
        update(event({"request_thread_control": {"requested_owner_app_id": "123", "metadata": ""}})), [UNKNOWN],
    ),
    "the page's apps": (
        update({"recipient": {"id": PAGE}, "timestamp": MS, "app_roles": {"520816133774411": ["primary_receiver"]}}),
        [UNKNOWN],
    ),
    "a link of the page opened in a known chat": (
        update(event({"referral": {"ref": "qr", "source": "SHORTLINK", "type": "OPEN_THREAD"}})), [UNKNOWN],
    ),
    "an opt-in": (update(event({"optin": OPTIN}, timestamp="1795510800123")), [UNKNOWN]),
    "an account linked": (
        update(event({"account_linking": {"status": "linked", "authorization_code": "4711"}})), [UNKNOWN],
    ),
    "a game": (update(event({"game_play": {"game_id": "1", "player_id": "2", "score": 3}})), [UNKNOWN]),
    "feedback on a message": (update(event({"response_feedback": {"feedback": "Good response", "mid": MID}})), [UNKNOWN]),
    "a warning to the page": (
        update({"recipient": {"id": PAGE}, "timestamp": MS, "policy_enforcement": POLICY}), [UNKNOWN],
    ),
    "a post on the page": (
        update({"field": "feed", "value": {"item": "status", "from": {"id": ELIN}, "verb": "add"}}, under="changes"),
        [UNKNOWN],
    ),
    "the dashboard's trial": (
        {"object": "page", "entry": [{"id": "0", "time": MS, "changes": [{"field": "messages", "value": {
            "sender": {"id": "12334"}, "recipient": {"id": "23245"}, "timestamp": "1527459824",
            "message": {"mid": "test_message_id", "text": "test_message"}}}]}]},
        [UNKNOWN],
    ),
    "another page's message": (
        update(event({"message": {"mid": MID, "text": "hej"}}, recipient={"id": OTHER_PAGE}), page=OTHER_PAGE), [UNKNOWN],
    ),
    "a message to another page under ours": (
        update(event({"message": {"mid": MID, "text": "hej"}}, recipient={"id": OTHER_PAGE})), [UNKNOWN],
    ),
    "Instagram": (update(event({"message": {"mid": MID, "text": "hej"}})) | {"object": "instagram"}, [UNKNOWN]),
    "ids as numbers": (
        update(event({"message": {"mid": MID, "text": "hej"}}, sender={"id": int(ELIN)}, recipient={"id": int(PAGE)}), page=int(PAGE)),
        text("hej"),
    ),
    "no time": (
        update({"sender": {"id": ELIN}, "recipient": {"id": PAGE}, "message": {"mid": MID, "text": "hej"}}),
        text("hej", at=None),
    ),
    "no message id": (
        update(event({"message": {"text": "hej"}})), text("hej", id=f"message:{ELIN}:{MS}"),
    ),
    "neither id nor time": (
        update({"sender": {"id": ELIN}, "recipient": {"id": PAGE}, "message": {"text": "hej"}}), [UNKNOWN],
    ),
    "an empty message": (message(), [UNKNOWN]),
    "a message of white space": (message(text=" \n"), [UNKNOWN]),
    "an edit of nothing": (update(event({"message_edit": {"text": "hej", "num_edit": 1}})), [UNKNOWN]),
    "a delivery of broken ids": (update(event({"delivery": {"mids": [None, 7, "", {}, "a b"]}})), [UNKNOWN]),
    "no messaging": ({"object": "page", "entry": [{"id": PAGE, "time": MS}]}, [UNKNOWN]),
    "no entries": ({"object": "page", "entry": []}, [UNKNOWN]),
    "nothing": ({}, [UNKNOWN]),
}  # fmt: skip
