"""Matrix: a bot account on a homeserver. A person is known by the room alone. In a room with more than one other in it,
or invited to it, nothing is read and nothing said. Encrypted words cannot be read. Facts: docs/channels/matrix.md."""

from __future__ import annotations

import asyncio
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import quote

import aiohttp

from connectors import messaging
from connectors.messaging import SERVER, UNKNOWN, Finding, Inbound, Media, Outbound, Request, SendFailed, Setting, Take
from connectors.reading import identifier, moment, objects, part, words
from connectors.wire import CONNECT_SECONDS, LONGEST_WAIT, call, raise_for_server, read_object

POLL_SECONDS, HELD_SECONDS, TRIES, MOST_HELD, MOST_BYTES = 30, 2, 8, 100, 20_000_000
OLDEST = 24 * 3600.0  # what was said before is not read: a room that we come into has a past
IN, OUT, ASKED = ("join", "invite"), ("M_FORBIDDEN", "M_NOT_FOUND"), {"not_membership": "leave"}
FILTER = '{"presence":N,"account_data":N,"room":{"state":N,"ephemeral":N,"account_data":N,"timeline":{"limit":100}}}'
FILTER = FILTER.replace("N", '{"not_types":["*"]}')
MEDIA: dict[str, Media] = {
    "m.image": "picture", "m.audio": "voice", "m.video": "video", "m.file": "file", "m.location": "location",
    "m.sticker": "sticker", "m.call.invite": "voice", "m.room.encrypted": "unreadable", "m.poll.start": "other",
    "org.matrix.msc3381.poll.start": "other", "org.matrix.msc3672.beacon_info": "location",
}  # fmt: skip
ASIDE = ("m.notice", "m.server_notice", "m.key.verification.request")  # from machines, which are not answered; of keys
QUOTE = re.compile(r"\A> (\* )?<@.*(\n>.*)*\n*")  # what a reply repeats, until version 1.13 of the specification


class Matrix(messaging.Channel):
    """One account; `pull` is to be run once at a time."""

    name: ClassVar[str] = "matrix"
    settings: ClassVar[tuple[Setting, ...]] = (
        Setting("api_url", "the address of the homeserver", SERVER, "https://matrix.example.se"),
        Setting("user", "the bot's own id", r"@[a-z0-9._=/+-]{1,200}:[A-Za-z0-9.:\[\]-]{1,200}", "@stod:example.se"),
        Setting("token", "an access token of the bot's account", r"[!-~]{8,500}", "syt_c3RvZA_example", secret=True),
    )
    capabilities: ClassVar[messaging.Capabilities] = messaging.Capabilities(
        unit="utf8", longest=20_000, best=2000, typing=True, deletes_own=float("inf"), keys=True, per_second=5.0,
        burst=10.0, chat_burst=4.0,  # an event has at most 65,536 bytes; the pace is ours: the server says its own
    )  # fmt: skip

    def __init__(self, values: Mapping[str, str], hook: str) -> None:
        self._api, self._user = values["api_url"] + "/_matrix/client/v3", values["user"]
        self._headers, self._held = {"Authorization": f"Bearer {values['token']}"}, dict[str, list[Inbound]]()
        self._read_until = f"/user/{quote(self._user, safe='')}/account_data/varsam.since"

    def parse(self, request: Request) -> list[Inbound]:
        return [one for found in self._rooms(read_object(request.body)).values() for one in found]

    async def pull(self, http: aiohttp.ClientSession, take: Take) -> None:
        """Fetch for ever. How far is kept at the homeserver, once all is taken and nobody waits for us to come."""
        timeout = aiohttp.ClientTimeout(total=POLL_SECONDS + 15.0, sock_connect=CONNECT_SECONDS)
        since = identifier((await self._call(http, "GET", self._read_until, but=("M_NOT_FOUND",))).get("since"))
        asked = {"filter": FILTER, "set_presence": "offline", "timeout": "0"} | ({"since": since} if since else {})
        tasks, self._held = set[asyncio.Task[None]](), {}
        try:
            while True:
                news = await self._call(http, "GET", "/sync", params=asked, timeout=timeout, most=MOST_BYTES)
                if not identifier(news.get("next_batch")):
                    raise SendFailed("provider_down", code="no_next_batch")
                rooms: dict[str, list[Inbound]] = {room: [] for room in self._held} | self._rooms(news)
                found = [await self._heeded(http, *room) for room in rooms.items()]
                await take(inbounds := [one for heeded in found for one in heeded])
                acts = [self._act(http, f"room:{room}", "join") for room in part(part(news, "rooms"), "invite")]
                acts += [self._act(http, one.who[0], "leave") for one in inbounds if one.kind == "gone"]
                tasks = {*(one for one in tasks if not one.done()), *map(asyncio.create_task, acts)}
                asked |= {"since": news["next_batch"], "timeout": f"{HELD_SECONDS if self._held else POLL_SECONDS}000"}
                if news.get("rooms") and not tasks and not self._held:
                    await self._call(http, "PUT", self._read_until, json={"since": asked["since"]})
        finally:
            for task in tasks:
                task.cancel()

    async def send(self, http: aiohttp.ClientSession, message: Outbound) -> str:
        others = await self._there(http, message.to) - {self._user}
        if len(others) != 1:
            raise SendFailed("refused" if others else "visitor_gone", code=f"{len(others)}_others_there")
        path = f"{_at(message.to)}/send/m.room.message/{message.key or secrets.token_hex(16)}"
        sent = await self._call(http, "PUT", path, json={"msgtype": "m.text", "body": message.text})
        if not (id := identifier(sent.get("event_id"))):
            raise SendFailed("in_doubt", code="no_event_id")
        return id

    async def delete(self, http: aiohttp.ClientSession, to: str, id: str) -> None:
        """Empty a message of ours for everybody; that there was one is still seen."""
        await self._call(http, "PUT", f"{_at(to)}/redact/{quote(id, safe='')}/{quote(id, safe='')}", json={})

    async def show_typing(self, http: aiohttp.ClientSession, to: str) -> None:
        path = f"{_at(to)}/typing/{quote(self._user, safe='')}"
        await self._call(http, "PUT", path, json={"typing": True, "timeout": 10_000})

    async def check(self, http: aiohttp.ClientSession) -> list[Finding]:
        try:
            told = await self._call(http, "GET", "/account/whoami")
        except SendFailed as failure:
            why = "The homeserver does not answer" if failure.name in ("provider_down", "in_doubt") else "No way in"
            return [Finding(False, f"{why} ({failure}): see VARSAM_MATRIX_API_URL, VARSAM_MATRIX_TOKEN, the firewall.")]
        if told.get("user_id") != self._user or not told.get("device_id"):
            return [Finding(False, f"No device of {self._user}: see VARSAM_MATRIX_API_URL, VARSAM_MATRIX_TOKEN.")]
        return [Finding(True, f"The homeserver knows {self._user}. How fast it may write cannot be seen from here.")]

    async def _call(
        self, http: aiohttp.ClientSession, method: str, path: str, but: tuple[str, ...] = (), **how: Any
    ) -> dict[str, Any]:
        """Give what is answered; `but`: errors that are answers too."""
        answer = await call(http, method, self._api + path, headers=self._headers, **how)
        error = identifier(answer.body.get("errcode"))
        if error == "M_LIMIT_EXCEEDED":
            wait = answer.retry_after or moment(answer.body.get("retry_after_ms"), 1000) or 1.0
            raise SendFailed("retry_later", min(wait, LONGEST_WAIT), whole=True, code=error)
        if error not in but:
            if error in OUT:
                raise SendFailed("blocked" if error == "M_FORBIDDEN" else "visitor_gone", code=error)
            raise_for_server(answer)
        return answer.body

    async def _there(self, http: aiohttp.ClientSession, room: str) -> set[str]:
        """Ask who is in a room or invited: each time, for somebody may have come since who is not to read it."""
        told = await self._call(http, "GET", f"{_at(room)}/members", but=OUT, most=MOST_BYTES, params=ASKED)
        if "errcode" not in told and not isinstance(told.get("chunk"), list):
            raise SendFailed("provider_down", code="no_members")
        return {words(m.get("state_key")) for m in objects(told, "chunk") if part(m, "content").get("membership") in IN}

    async def _heeded(self, http: aiohttp.ClientSession, room: str, found: list[Inbound]) -> list[Inbound]:
        """Give what is to be heeded in a room. While who is there is not told, it is held and nobody else waits."""
        early, found = time.time() - OLDEST, [*self._held.pop(room, ()), *found]
        found = [one for one in found if one.kind in ("gone", "delete") or (one.at or early) >= early]
        if all(one.kind == "unknown" for one in found):
            return found
        try:
            there = await self._there(http, room)
        except SendFailed:
            self._held[room] = found[-MOST_HELD:]
            return []
        alone = self._user not in there or len(there) == 1  # nobody is there, or we are not; else words of one other
        return [one for one in found if (one.kind == "gone") is alone and (alone or len(there) == 2)]

    async def _act(self, http: aiohttp.ClientSession, room: str, act: str) -> None:
        """Come into a room, or leave it. The server that an invitation came from may be slow, or not there."""
        for attempt in range(TRIES):
            try:
                await self._call(http, "POST", f"{_at(room)}/{act}", json={})
                return
            except SendFailed as failure:
                if not messaging.FAILURES[failure.name].retry and failure.name != "in_doubt":
                    return
                await asyncio.sleep(2.0**attempt if failure.retry_after is None else failure.retry_after)

    def _rooms(self, news: dict[str, Any]) -> dict[str, list[Inbound]]:
        """Read what has happened in each room that we are in, or have been put out of."""
        told = part(part(news, "rooms"), "leave") | part(part(news, "rooms"), "join")
        events = {f"room:{id}": objects(part(part(told, id), "timeline"), "events") for id in told if identifier(id)}
        return {room: [self._event(room, event) for event in listed] for room, listed in events.items()}

    def _event(self, room: str, event: dict[str, Any]) -> Inbound:
        kind, id, sender = (identifier(event.get(key)) for key in ("type", "event_id", "sender"))
        content = part(event, "content")
        if not kind or not id or sender in ("", self._user):
            return UNKNOWN
        what = Inbound("unknown", id, (room,), at=moment(event.get("origin_server_ts"), 1000))
        if kind == "m.room.member":
            return replace(what, kind="gone") if content.get("membership") in ("leave", "ban") else what
        if kind == "m.room.redaction":
            target = identifier(event.get("redacts")) or identifier(content.get("redacts"))
            return replace(what, kind="delete", refers=target) if target else what
        if kind == "m.room.message":
            return _message(what, content)
        shown = MEDIA.get(kind) if content and content.get("live") is not False else None
        return replace(what, kind="media", media=shown) if shown else what


def _message(what: Inbound, content: dict[str, Any]) -> Inbound:
    """Read a message, or its new words. What is said of a file is text, where that is not its name."""
    relation = part(content, "m.relates_to")
    refers = identifier(relation.get("event_id")) if relation.get("rel_type") == "m.replace" else ""
    content = part(content, "m.new_content") if refers else content
    sort, text = identifier(content.get("msgtype")), QUOTE.sub("", words(content.get("body")))
    if not sort or sort in ASIDE:
        return what
    if sort not in ("m.text", "m.emote") and words(content.get("filename")) in ("", text):
        text = ""
    media = "" if sort in ("m.text", "m.emote") and text.strip() else MEDIA.get(sort, "other")
    return replace(what, kind="edit" if refers else "media" if media else "text", text=text, media=media, refers=refers)


def _at(address: str) -> str:
    kind, _, room = address.partition(":")
    if kind != "room" or not room:
        raise SendFailed("refused", code="address")
    return f"/rooms/{quote(room, safe='')}"
