"""What a homeserver answers to /sync, and what each thing in it is to be read as.

Written after the event schemas and examples of https://spec.matrix.org/latest/client-server-api/. The people and their
words are made up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from connectors.messaging import UNKNOWN, Inbound

BOT = "@stod:stod.example.se"
LINA = "@lina:example.org"
OMAR = "@omar:example.net"
ROOM = "!636q39766251:example.org"
OTHER_ROOM = "!Wn4uX9ZfGk0Rz3bV5sYq1tLhJc8pEa2oDmIxT7NrKv"  # as of room version 12: without a server
SENT = 1795510800123
ID = "$143273582443PhrSn:example.org"
FIRST = "$Rqnc-F-dvnEYJTyHq_iKxU2bZ1CI92-kuZq3a5lr5Zg"
WHO = (f"room:{ROOM}",)
HELP = "Jag behöver hjälp. Han tar alla mina pengar och jag är rädd 😔"


def event(content: Any, type: str = "m.room.message", sender: str = LINA, **other: Any) -> dict[str, Any]:
    return {
        "type": type, "event_id": ID, "sender": sender, "origin_server_ts": SENT, "content": content,
        "unsigned": {"age": 1234, "membership": "join"}, **other,
    }  # fmt: skip


def sync(*events: Any, room: str = ROOM, where: str = "join") -> dict[str, Any]:
    told = {"timeline": {"events": list(events), "limited": False, "prev_batch": "t34-23535_0_0"}}
    return {"next_batch": "s72595_4483_1934", "rooms": {where: {room: told}}}


def said(body: Any, **other: Any) -> dict[str, Any]:
    return event({"msgtype": "m.text", "body": body, **other})


def file(sort: str, body: str = "IMG_0012.jpg", **other: Any) -> dict[str, Any]:
    info = {"mimetype": "application/octet-stream", "size": 31037}
    return event({"msgtype": sort, "body": body, "url": "mxc://example.org/JWEIFJgwEIhweiWJE", "info": info, **other})


def edit(new: Any, target: Any = FIRST, body: str = "* nytt") -> dict[str, Any]:
    relation = {"rel_type": "m.replace", "event_id": target}
    return said(body, **{"m.new_content": new, "m.relates_to": relation})


def words(text: str, **other: Any) -> Inbound:
    return Inbound("text", ID, WHO, text=text, at=SENT / 1000, **other)


def media(kind: Any, text: str = "") -> Inbound:
    return Inbound("media", ID, WHO, text=text, media=kind, at=SENT / 1000)


NOTHING = Inbound("unknown", ID, WHO, at=SENT / 1000)
GONE = Inbound("gone", ID, WHO, at=SENT / 1000)
ANSWERS = {"m.relates_to": {"m.in_reply_to": {"event_id": FIRST}}}
CIPHER = {"algorithm": "m.megolm.v1.aes-sha2", "ciphertext": "AwgAEnACgAkLmt6qF84IK++J7UDH2Za1YVchHyprqTqsg",
          "device_id": "RJYKSTBOIE", "sender_key": "IlRMeOPX2e0MurIyfWEucYBRVOEEUMrOHqn/8mLqMjA",
          "session_id": "X3lUlvLELLYxeTx4yOVu6UDpasGEVO0Jbu+QFnm0cKQ"}  # fmt: skip


@dataclass(frozen=True)
class Case:
    name: str
    payload: Any
    read: tuple[Inbound, ...]


def one(name: str, event: Any, read: Inbound) -> Case:
    return Case(name, sync(event), (read,))


def member(how: str, of: str = LINA, by: str = LINA, **unsigned: Any) -> dict[str, Any]:
    content = {"membership": how, "displayname": "Lina"}
    return event(content, "m.room.member", by, state_key=of, **({"unsigned": unsigned} if unsigned else {}))


CASES: tuple[Case, ...] = (
    one("words", said(HELP), words(HELP)),
    one("words with marks", said("**hej**", format="org.matrix.custom.html", formatted_body="<b>hej</b>"),
        words("**hej**")),
    one("words that act", event({"msgtype": "m.emote", "body": "gråter"}), words("gråter")),
    one("words in answer, as old apps write them",
        said(f"> <{BOT}> Svar:\n> Ring 112.\n> \n> Vad har hänt?\n\nJag vet inte\n\n> inte", **ANSWERS),
        words("Jag vet inte\n\n> inte")),
    one("words in answer to something done", said(f"> * <{LINA}> gråter\n\nvarför", **ANSWERS), words("varför")),
    one("words in answer, as new apps write them", said("Ja", **ANSWERS), words("Ja")),
    one("words that quote", said("> så sa han\nvad ska jag göra"), words("> så sa han\nvad ska jag göra")),
    one("words in a thread", said("hej", **{"m.relates_to": {"rel_type": "m.thread", "event_id": FIRST}}), words("hej")),
    one("words that name us", said("Stöd: hej", **{"m.mentions": {"user_ids": [BOT]}}), words("Stöd: hej")),
    one("words with what no store takes", said("hj\0älp \ud83d nu"), words("hjälp  nu")),
    one("no words", said("  \n "), media("other", "  \n ")),
    one("words that are none", said(["hej"]), media("other")),
    one("a picture", file("m.image"), media("picture")),
    one("a picture with words", file("m.image", "min hand", filename="IMG_0012.jpg"), media("picture", "min hand")),
    one("a picture with its name twice", file("m.image", filename="IMG_0012.jpg"), media("picture")),
    one("a voice message", file("m.audio", "Voice message", **{"org.matrix.msc3245.voice": {}}), media("voice")),
    one("a film", file("m.video"), media("video")),
    one("a file", file("m.file"), media("file")),
    one("a place", event({"msgtype": "m.location", "body": "Big Ben", "geo_uri": "geo:51.5008,0.1247"}),
        media("location")),
    one("a place that moves", event({"live": True, "timeout": 60000}, "org.matrix.msc3672.beacon_info", state_key=LINA),
        media("location")),
    one("a place that moves no more", event({"live": False}, "org.matrix.msc3672.beacon_info", state_key=LINA), NOTHING),
    one("a sticker", event({"body": "Hjärta", "url": "mxc://example.org/x", "info": {}}, "m.sticker"), media("sticker")),
    one("a poll", event({"org.matrix.msc1767.text": "?"}, "org.matrix.msc3381.poll.start"), media("other")),
    one("a call", event({"call_id": "1", "version": "1", "lifetime": 60000, "offer": {"sdp": "v=0"}}, "m.call.invite"),
        media("voice")),
    one("the end of a call", event({"call_id": "1", "version": "1"}, "m.call.hangup"), NOTHING),
    one("a kind of message to come", event({"msgtype": "m.gallery", "body": "3 bilder"}), media("other")),
    one("encrypted words", event(CIPHER, "m.room.encrypted"), media("unreadable")),
    one("encrypted words that were taken back", event({}, "m.room.encrypted"), NOTHING),
    one("words that were taken back", event({}, unsigned={"redacted_because": event({}, "m.room.redaction")}), NOTHING),
    one("a notice of another machine", event({"msgtype": "m.notice", "body": "Hej"}), NOTHING),
    one("a notice of the server", event({"msgtype": "m.server_notice", "body": "Villkor"}), NOTHING),
    one("a wish to compare keys", event({"msgtype": "m.key.verification.request", "body": "…", "to": BOT}), NOTHING),
    one("a reaction", event({"m.relates_to": {"rel_type": "m.annotation", "event_id": FIRST, "key": "👍"}}, "m.reaction"),
        NOTHING),
    one("that encryption begins", event({"algorithm": "m.megolm.v1.aes-sha2"}, "m.room.encryption", state_key=""), NOTHING),
    one("new words", edit({"msgtype": "m.text", "body": "Jag är i Borås"}),
        Inbound("edit", ID, WHO, text="Jag är i Borås", refers=FIRST, at=SENT / 1000)),
    one("a picture in place of another", edit({"msgtype": "m.image", "body": "a.jpg", "url": "mxc://a/b"}),
        Inbound("edit", ID, WHO, refers=FIRST, media="picture", at=SENT / 1000)),
    one("new words that are missing", edit(None), NOTHING),
    one("new words for nothing", edit({"msgtype": "m.text", "body": "a"}, 7), words("* nytt")),
    one("taken back", event({"reason": "fel"}, "m.room.redaction", redacts=FIRST),
        Inbound("delete", ID, WHO, refers=FIRST, at=SENT / 1000)),
    one("taken back, in rooms of version 11", event({"redacts": FIRST}, "m.room.redaction"),
        Inbound("delete", ID, WHO, refers=FIRST, at=SENT / 1000)),
    one("nothing taken back", event({}, "m.room.redaction"), NOTHING),
    one("the person leaves", member("leave"), GONE),
    one("the person throws us out", member("ban", BOT), GONE),
    one("the person has another name", member("join"), NOTHING),
    one("somebody is invited", member("invite", OMAR), NOTHING),
    one("we came", member("join", BOT, BOT), UNKNOWN),
    one("we left", member("leave", BOT, BOT), UNKNOWN),
    one("what we said", event({"msgtype": "m.text", "body": "Svar"}, sender=BOT), UNKNOWN),
    one("words without an id", {**said("hej"), "event_id": None}, UNKNOWN),
    one("words of nobody", {**said("hej"), "sender": ""}, UNKNOWN),
    one("words without a time", {**said("hej"), "origin_server_ts": "igår"},
        Inbound("text", ID, WHO, text="hej")),
    one("words of a kind that is none", {**said("hej"), "type": ["m.room.message"]}, UNKNOWN),
    one("no event", "hej", UNKNOWN),
    Case("put out of a room", sync(member("leave", BOT), where="leave"), (GONE,)),
    Case("a room without a server", sync(said("hej"), room=OTHER_ROOM),
         (Inbound("text", ID, (f"room:{OTHER_ROOM}",), text="hej", at=SENT / 1000),)),
    Case("several", sync(said("ett"), event({}, "m.reaction"), {**said("två"), "event_id": FIRST}),
         (words("ett"), NOTHING, Inbound("text", FIRST, WHO, text="två", at=SENT / 1000))),
    Case("an invitation", {"next_batch": "s1", "rooms": {"invite": {ROOM: {"invite_state": {"events": []}}}}}, ()),
    Case("nothing new", {"next_batch": "s2"}, ()),
)  # fmt: skip
