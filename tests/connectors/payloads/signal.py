"""What signal-cli tells of, as the socket of signal-cli-rest-api gives it, and what each thing is to be read as.

Written after signal-cli's JSON records (src/main/java/org/asamk/signal/json) and the examples in issue 550 of
bbernhard/signal-cli-rest-api. The people and their words are made up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from connectors.messaging import UNKNOWN, Inbound

NUMBER = "+46700000001"
OURS = "0b7e5a1c-61ad-4d0c-9a43-0a4a54f0c001"
LINA = "5f0c2a14-8a1e-4c55-9d0b-2b1f4f8f9a10"
OMAR = "c29e0455-d7bd-4230-8d11-93f2d1a54e77"
OMARS_NUMBER = "+46701234567"
GROUP = {
    "groupId": "dGhpcyBpcyBhIGdyb3VwIGlkIG9mIDMyIGJ5dGVzISE=",
    "groupName": "Boendet",
    "revision": 3,
    "type": "DELIVER",
}
SENT = 1795510800123
SERVER = 1795510801456
AT = SERVER / 1000
WHO = (f"uuid:{LINA}",)
BOTH = (f"uuid:{OMAR}", f"phone:{OMARS_NUMBER}")
ID = f"uuid:{LINA}:{SENT}"


def envelope(
    content: dict[str, Any], uuid: str | None = LINA, number: str | None = None, **other: Any
) -> dict[str, Any]:
    """One received thing; a person who hides the number, unless it is given."""
    whole = {
        "source": number or uuid,
        "sourceNumber": number,
        "sourceUuid": uuid,
        "sourceName": "Anonym",
        "sourceDevice": 1,
        "timestamp": SENT,
        "serverReceivedTimestamp": SERVER,
        "serverDeliveredTimestamp": SERVER + 40,
        **content,
    }
    return {"envelope": {**whole, **other}, "account": NUMBER}


def message(text: str | None, stamp: int = SENT, **content: Any) -> dict[str, Any]:
    return {
        "dataMessage": {"timestamp": stamp, "message": text, "expiresInSeconds": 0, "viewOnce": False, **content},
    }


def attachment(kind: str, size: int | None = 48123, name: str | None = None) -> dict[str, Any]:
    return {
        "contentType": kind, "filename": name, "id": "Zk3vQpB1.bin", "size": size, "width": None, "height": None,
        "caption": None, "uploadTimestamp": SENT - 900,
    }  # fmt: skip


def words(text: str, **other: Any) -> Inbound:
    return Inbound("text", ID, WHO, text=text, at=AT, **other)


def media(kind: Any, text: str = "") -> Inbound:
    return Inbound("media", ID, WHO, text=text, media=kind, at=AT)


def nothing(who: tuple[str, ...] = WHO, stamp: int = SENT) -> Inbound:
    return Inbound("unknown", f"{who[0]}:{stamp}", who, at=AT)


def status(became: Any, stamp: int, who: tuple[str, ...] = WHO) -> Inbound:
    return Inbound("status", f"{who[0]}:{became}:{stamp}", who, refers=str(stamp), at=SENT / 1000, status=became)


def receipt(stamps: list[Any], **kinds: bool) -> dict[str, Any]:
    kinds = {"isDelivery": False, "isRead": False, "isViewed": False, **kinds}
    return {"receiptMessage": {"when": SENT, **kinds, "timestamps": stamps}}


@dataclass(frozen=True)
class Case:
    name: str
    payload: Any
    read: tuple[Inbound, ...]


HELP = "Jag behöver hjälp. Han tar alla mina pengar och jag är rädd 😔"
PREVIEW = {"url": "https://example.org/hjalp", "title": "Hjälp", "description": "", "image": None}
QUOTE = {
    "id": SENT - 5000, "author": NUMBER, "authorNumber": NUMBER, "authorUuid": OURS, "text": "Vad behöver du?",
    "attachments": [],
}  # fmt: skip
MENTION = {"name": NUMBER, "number": NUMBER, "uuid": OURS, "start": 0, "length": 1}
CONTACT = {
    "name": {"nickname": None, "given": "Amal", "family": None, "prefix": None, "suffix": None, "middle": None},
    "avatar": None, "phone": [{"value": "+46701112233", "type": "MOBILE", "label": None}], "email": [], "address": [],
    "organization": None,
}  # fmt: skip
STICKER = {"packId": "9acc9e8aba563d26a4994e69263e3b25", "stickerId": 4, "emoji": "😢"}
REACTION = {
    "emoji": "❤️", "targetAuthor": NUMBER, "targetAuthorNumber": NUMBER, "targetAuthorUuid": OURS,
    "targetSentTimestamp": SENT - 4000, "isRemove": False,
}  # fmt: skip
LONG = "Det började i våras. " * 92  # 1,932 signs, 2,024 bytes
CALL = {"id": 6189423478912, "type": "AUDIO_CALL", "opaque": "CgsIARIHYWJjZGVmZw=="}

CASES = (
    Case("words", envelope(message(HELP)), (words(HELP),)),
    Case(
        "words in the JSON-RPC wrapper",
        {"jsonrpc": "2.0", "method": "receive", "params": envelope(message(HELP))},
        (words(HELP),),
    ),
    Case(
        "words of a subscription",
        {"jsonrpc": "2.0", "method": "receive", "params": {"subscription": 0, "result": envelope(message(HELP))}},
        (words(HELP),),
    ),
    Case(
        "words of somebody who shows the number",
        envelope(message("hej"), OMAR, OMARS_NUMBER),
        (Inbound("text", f"uuid:{OMAR}:{SENT}", BOTH, text="hej", at=AT),),
    ),
    Case(
        "words of an old account without an id",
        envelope(message("hej"), None, OMARS_NUMBER),
        (Inbound("text", f"phone:{OMARS_NUMBER}:{SENT}", (f"phone:{OMARS_NUMBER}",), text="hej", at=AT),),
    ),
    Case(
        "words where the source alone tells who",
        {"envelope": {"source": LINA.upper(), "timestamp": SENT, **message("hej")}, "account": NUMBER},
        (Inbound("text", ID, WHO, text="hej", at=SENT / 1000),),
    ),
    Case("words without a clock of the server's", envelope(message("hej"), serverReceivedTimestamp=0),
         (Inbound("text", ID, WHO, text="hej", at=SENT / 1000),)),
    Case("words that will disappear", envelope(message("hej", expiresInSeconds=86400)), (words("hej"),)),
    Case("words in answer to a message", envelope(message("Pengar.", quote=QUOTE)), (words("Pengar."),)),
    Case("words that name somebody", envelope(message("￼ är du där?", mentions=[MENTION])), (words("￼ är du där?"),)),
    Case("words with a link's preview", envelope(message("https://example.org/hjalp", previews=[PREVIEW])),
         (words("https://example.org/hjalp"),)),
    Case("words in bold", envelope(message("Snälla", textStyles=[{"style": "BOLD", "start": 0, "length": 6}])),
         (words("Snälla"),)),
    Case("words with what no store takes", envelope(message("hj\0älp \ud83d nu")), (words("hjälp  nu"),)),
    Case("a long text that came whole", envelope(message(LONG + "x" * 900, attachments=[
        attachment("text/x-signal-plain", len((LONG + "x" * 900).encode()))])), (words(LONG + "x" * 900),)),
    Case("a long text that came cut", envelope(message(LONG, attachments=[attachment("text/x-signal-plain", 5200)])),
         (words(LONG, media="other"),)),
    Case("a long text with a picture", envelope(message(LONG, attachments=[
        attachment("text/x-signal-plain", 5200), attachment("image/png")])), (media("picture", LONG),)),
    Case("a picture", envelope(message(None, attachments=[attachment("image/jpeg")])), (media("picture"),)),
    Case("a picture with words", envelope(message("Det här är han", attachments=[attachment("image/jpeg")])),
         (media("picture", "Det här är han"),)),
    Case("a picture to be seen once", envelope(message(None, viewOnce=True, attachments=[attachment("image/webp")])),
         (media("picture"),)),
    Case("what can be seen once and was not given", envelope(message(None, viewOnce=True)), (media("picture"),)),
    Case("a voice message", envelope(message(None, attachments=[attachment("audio/aac")])), (media("voice"),)),
    Case("a video", envelope(message(None, attachments=[attachment("video/mp4")])), (media("video"),)),
    Case("a document", envelope(message(None, attachments=[attachment("application/pdf", 9000, "avtal.pdf")])),
         (media("file"),)),
    Case("a card as a file", envelope(message(None, attachments=[attachment("text/x-vcard")])), (media("contact"),)),
    Case("a sticker", envelope(message(None, sticker=STICKER)), (media("sticker"),)),
    Case("a contact", envelope(message(None, contacts=[CONTACT])), (media("contact"),)),
    Case("a payment", envelope(message(None, payment={"note": "", "receipt": "AAEC"})), (media("other"),)),
    Case("a poll", envelope(message(None, pollCreate={"question": "Ja?", "allowMultiple": False, "options": ["Ja"]})),
         (media("other"),)),
    Case("a call", envelope({"callMessage": {"offerMessage": CALL}}), (media("voice"),)),
    Case("the end of a call", envelope({"callMessage": {"hangupMessage": {"id": 1, "type": "NORMAL", "deviceId": 0}}}),
         (nothing(),)),
    Case("the end of a call, with the rest of its record",
         envelope({"callMessage": {"offerMessage": None, "answerMessage": None, "busyMessage": None,
                                   "hangupMessage": {"id": 1, "type": "NORMAL", "deviceId": 0}}}), (nothing(),)),
    Case("a call's candidates", envelope({"callMessage": {"iceUpdateMessages": [{"id": 1, "opaque": "CgY="}]}}),
         (nothing(),)),
    Case(
        "an edit",
        envelope({"editMessage": {"targetSentTimestamp": SENT - 7000, **message("Jag är i Borås")}}),
        (Inbound("edit", ID, WHO, text="Jag är i Borås", refers=f"uuid:{LINA}:{SENT - 7000}", at=AT),),
    ),
    Case(
        "an edit from another device",
        envelope({"editMessage": {"targetSentTimestamp": SENT - 7000, **message("Nej")}}, sourceDevice=3),
        (Inbound("edit", ID, WHO, text="Nej", refers=f"uuid:{LINA}:{SENT - 7000}", at=AT),),
    ),
    Case(
        "an edit in a group",
        envelope({"editMessage": {"targetSentTimestamp": SENT - 7000, **message("Nej", groupInfo=GROUP)}}),
        (nothing(),),
    ),
    Case("an edit of nothing", envelope({"editMessage": {"targetSentTimestamp": None, **message("Nej")}}), (nothing(),)),
    Case(
        "a deletion",
        envelope(message(None, remoteDelete={"timestamp": SENT - 7000})),
        (Inbound("delete", ID, WHO, refers=f"uuid:{LINA}:{SENT - 7000}", at=AT),),
    ),
    Case("a deletion of nothing", envelope(message(None, remoteDelete={"timestamp": "igår"})), (nothing(),)),
    Case("a receipt of delivery", envelope(receipt([SENT - 3000, SENT - 2000], isDelivery=True)),
         (status("delivered", SENT - 3000), status("delivered", SENT - 2000))),
    Case("a receipt of reading", envelope(receipt([SENT - 3000], isRead=True)), (status("read", SENT - 3000),)),
    Case("a receipt of viewing", envelope(receipt([SENT - 3000], isViewed=True)), (status("read", SENT - 3000),)),
    Case("a receipt with something broken in it", envelope(receipt([None, SENT - 2000, -4, True], isDelivery=True)),
         (UNKNOWN, status("delivered", SENT - 2000), UNKNOWN, UNKNOWN)),
    Case("a receipt of nothing", envelope(receipt([], isDelivery=True)), (UNKNOWN,)),
    Case("a receipt of no kind", envelope(receipt([SENT - 3000])), (UNKNOWN,)),
    Case("a reaction", envelope(message(None, reaction=REACTION)), (nothing(),)),
    Case("words in a group", envelope(message("Hej alla", groupInfo=GROUP)), (nothing(),)),
    Case("a vote", envelope(message(None, pollVote={"author": NUMBER, "targetSentTimestamp": SENT - 1,
                                                    "optionIndexes": [0], "voteCount": 1})), (nothing(),)),
    Case("a message pinned", envelope(message(None, pinMessage={"targetAuthor": NUMBER,
                                                                "targetSentTimestamp": SENT - 1})), (nothing(),)),
    Case("a timer set", envelope(message(None, expiresInSeconds=604800, isExpirationUpdate=True)), (nothing(),)),
    Case("somebody types", envelope({"typingMessage": {"action": "STARTED", "timestamp": SENT}}), (nothing(),)),
    Case("a story", envelope({"storyMessage": {"allowsReplies": True, "textAttachment": {"text": "Hej"}}}), (nothing(),)),
    Case(
        "what our own other device sent",
        envelope({"syncMessage": {"sentMessage": {"destination": LINA, "destinationNumber": None,
                                                  "destinationUuid": LINA, "timestamp": SENT, "message": "Hej"}}},
                 OURS, NUMBER),
        (UNKNOWN,),
    ),
    Case("our own other device has read", envelope({"syncMessage": {"readMessages": [{"sender": LINA}]}}, OURS, NUMBER),
         (UNKNOWN,)),
    Case("an echo of ours", envelope(message("Hej"), OURS, NUMBER), (UNKNOWN,)),
    Case("words to no account that is named", {**envelope(message("hej")), "account": None}, (words("hej"),)),
    Case("another account of the container", {**envelope(message("Hej")), "account": "+46709999999"}, (UNKNOWN,)),
    Case(
        "a message that could not be decrypted",
        {**envelope({}, OMAR, OMARS_NUMBER),
         "exception": {"message": "Untrusted identity key!", "type": "UntrustedIdentityException"}},
        (UNKNOWN,),
    ),
    Case("an error without anything", {"account": NUMBER, "exception": {"message": None, "type": "IOException"}},
         (UNKNOWN,)),
    Case("the socket's own error", {"error": "Something went wrong"}, (UNKNOWN,)),
    Case("nobody wrote", envelope(message("Hej"), None, None), (UNKNOWN,)),
    Case("somebody with an odd id wrote", envelope(message("Hej"), "../../etc", "070-123"), (UNKNOWN,)),
    Case("words without a time", envelope(message("Hej", 0), timestamp=None), (UNKNOWN,)),
    Case("an envelope without content", envelope({}), (nothing(),)),
)  # fmt: skip
