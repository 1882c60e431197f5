"""A Matrix homeserver with one bot account, and the apps of those who write to it: a real server on loopback.

It keeps the rules of the client-server API (https://spec.matrix.org/latest/client-server-api/) as Synapse keeps them:
who may read and write where, what an event may weigh, that one transaction is done once, that a sync gives what came
after `since` and at most so much of it. People's apps show what is not redacted.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from connectors.messaging import Request

SERVER = "stod.example.se"
BOT = f"@stod:{SERVER}"
TOKEN = "syt_c3RvZA_proving_matrix"
LARGEST = 65_536  # bytes of an event
MOST_EVENTS = 100  # of a timeline, whatever a filter says (Synapse: filter_timeline_limit)
API = "/_matrix/client/v3"
Handler = Callable[[web.Request], Any]


@dataclass(frozen=True)
class Sent:
    """A message that an app shows."""

    to: str
    text: str
    options: tuple[str, ...]
    id: str


@dataclass(frozen=True)
class Deleted:
    to: str
    id: str


@dataclass
class Room:
    """members: membership by user. events: (position, event)."""

    id: str
    members: dict[str, str] = field(default_factory=dict)
    events: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    changed: int = 0  # when the bot's own membership last changed


class Refusal(Exception):
    def __init__(self, status: int, errcode: str, **more: Any) -> None:
        super().__init__(errcode)
        self.status, self.body = status, {"errcode": errcode, "error": "No.", **more}


class MatrixProvider:
    """moods: of what is sent, redacted, typed, joined and left, one a call; `sync_moods`, `member_moods` of those calls.

    slow: answers after `seconds`, having done it; hang: never answers and has done nothing; drop: does it and closes
    the connection; garbage: does it and answers no JSON; 429, 500, 503: refuses.
    """

    def __init__(self, token: str = TOKEN) -> None:
        self.url, self.token, self.user, self.device = "", token, BOT, "VARSAM"
        self.moods: deque[str] = deque()
        self.sync_moods: deque[str] = deque()
        self.member_moods: deque[str] = deque()
        self.seconds = 0.3
        self.rooms: dict[str, Room] = {}
        self.sent: list[Sent] = []
        self.deleted: list[Deleted] = []
        self.typing: list[str] = []
        self.calls: list[str] = []
        self.kept: dict[str, Any] = {}
        self.unreachable: set[str] = set()  # rooms on servers that do not answer
        self.revoked: set[str] = set()  # rooms to which an invitation has just been taken back
        self.syncs = 0  # that wait at this moment
        self._position, self._number = 1, 0
        self._transactions: dict[str, Any] = {}
        self._ids: dict[str, str] = {}
        self._news = asyncio.Event()
        self._closing = False

    def values(self) -> dict[str, str]:
        return {"api_url": self.url, "user": self.user, "token": self.token}

    def app(self) -> web.Application:
        app = web.Application(client_max_size=4_000_000)
        room = API + "/rooms/{room}"
        app.add_routes(
            [
                web.get(API + "/sync", self._asked(self._sync)),
                web.get(API + "/account/whoami", self._asked(self._whoami)),
                web.get(API + "/user/{user}/account_data/{type}", self._asked(self._give_kept)),
                web.put(API + "/user/{user}/account_data/{type}", self._asked(self._keep)),
                web.get(room + "/members", self._asked(self._members)),
                web.post(room + "/join", self._asked(self._join)),
                web.post(room + "/leave", self._asked(self._leave)),
                web.put(room + "/send/m.room.message/{txn}", self._asked(self._send)),
                web.put(room + "/redact/{event}/{txn}", self._asked(self._redact)),
                web.put(room + "/typing/{user}", self._asked(self._typing)),
            ]
        )
        app.on_shutdown.append(self._close)
        return app

    # What the homeserver answers.

    def _asked(self, answer: Handler) -> Handler:
        async def asked(request: web.Request) -> web.StreamResponse:
            self.calls.append(f"{request.method} {request.path.removeprefix(API)}")
            try:
                given = request.headers.get("Authorization", "")
                if not given.startswith("Bearer "):
                    raise Refusal(401, "M_MISSING_TOKEN")
                if given != f"Bearer {self.token}":
                    raise Refusal(401, "M_UNKNOWN_TOKEN", soft_logout=False)
                found: web.StreamResponse = await answer(request)
                return found
            except Refusal as refusal:
                return web.json_response(refusal.body, status=refusal.status)

        return asked

    async def _mood(self, request: web.Request, moods: deque[str], do: Callable[[], Any]) -> web.StreamResponse:
        mood = moods.popleft() if moods else "ok"
        match mood:
            case "429":
                raise Refusal(429, "M_LIMIT_EXCEEDED", retry_after_ms=1500)
            case "500" | "503":
                return web.Response(status=int(mood), text="upstream failed")
            case "hang":
                while request.transport is not None and not request.transport.is_closing() and not self._closing:
                    await asyncio.sleep(0.02)
                return web.Response()
        done = do()
        if mood == "slow":
            await asyncio.sleep(self.seconds)
        if mood == "drop" and request.transport is not None:
            request.transport.abort()
        if mood == "garbage":
            return web.Response(text="<html>It works!</html>", content_type="text/html")
        return web.json_response(done)

    async def _whoami(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"user_id": self.user, "is_guest": False, "device_id": self.device} if self.device
                                 else {"user_id": self.user, "is_guest": False})  # fmt: skip

    async def _give_kept(self, request: web.Request) -> web.StreamResponse:
        if self._own(request)["type"] not in self.kept:
            raise Refusal(404, "M_NOT_FOUND")
        return web.json_response(self.kept[request.match_info["type"]])

    async def _keep(self, request: web.Request) -> web.StreamResponse:
        self.kept[self._own(request)["type"]] = await _object(request)
        return web.json_response({})

    def _own(self, request: web.Request) -> Any:
        if request.match_info["user"] != self.user:
            raise Refusal(403, "M_FORBIDDEN")
        return request.match_info

    async def _members(self, request: web.Request) -> web.StreamResponse:
        room = self.rooms.get(request.match_info["room"])
        if room is None or self.user not in room.members or room.members[self.user] == "invite":
            raise Refusal(403, "M_FORBIDDEN")
        unlike = request.query.get("not_membership")
        chunk = [_member(user, how) for user, how in room.members.items() if how != unlike]
        return await self._mood(request, self.member_moods, lambda: {"chunk": chunk})

    async def _join(self, request: web.Request) -> web.StreamResponse:
        room = self.rooms.get(request.match_info["room"])
        if room is not None and room.id in self.unreachable:
            raise Refusal(502, "M_UNKNOWN")
        if room is None or room.id in self.revoked or room.members.get(self.user) not in ("invite", "join"):
            raise Refusal(403, "M_FORBIDDEN")
        if room.members[self.user] == "invite":
            return await self._mood(request, self.moods, lambda: self._change(room, self.user, "join"))
        return web.json_response({"room_id": room.id})

    async def _leave(self, request: web.Request) -> web.StreamResponse:
        room = self._joined(request)
        return await self._mood(request, self.moods, lambda: self._change(room, self.user, "leave"))

    def _change(self, room: Room, user: str, how: str, by: str = "") -> dict[str, Any]:
        room.members[user] = how
        event = self._event(by or user, "m.room.member", _member(user, how)["content"])
        self.put(room.id, {**event, "state_key": user})
        if user == self.user:
            room.changed = self._position
        return {"room_id": room.id}

    def _joined(self, request: web.Request) -> Room:
        room = self.rooms.get(request.match_info["room"])
        if room is None or room.members.get(self.user) != "join":
            raise Refusal(403, "M_FORBIDDEN")
        return room

    async def _send(self, request: web.Request) -> web.StreamResponse:
        content = await _object(request)
        room = self._joined(request)
        if not isinstance(content.get("msgtype"), str) or not isinstance(content.get("body"), str):
            raise Refusal(400, "M_BAD_JSON")
        event = self._event(self.user, "m.room.message", content)
        if len(json.dumps(event, ensure_ascii=False).encode()) + 1000 > LARGEST:  # with what the server adds
            raise Refusal(413, "M_TOO_LARGE")

        def take() -> dict[str, Any]:
            self.put(room.id, event)
            self.sent.append(Sent(room.id, content["body"], (), event["event_id"]))
            return {"event_id": event["event_id"]}

        return await self._mood(request, self.moods, self._once(request, take))

    async def _redact(self, request: web.Request) -> web.StreamResponse:
        await _object(request)
        room, target = self._joined(request), request.match_info["event"]
        known = next((event for _, event in room.events if event["event_id"] == target), None)
        if known is None:
            raise Refusal(404, "M_NOT_FOUND")
        if known["sender"] != self.user:
            raise Refusal(403, "M_FORBIDDEN")

        def take() -> dict[str, Any]:
            redaction = self._event(self.user, "m.room.redaction", {"redacts": target})
            self.put(room.id, redaction)
            self.deleted.append(Deleted(room.id, target))
            return {"event_id": redaction["event_id"]}

        return await self._mood(request, self.moods, self._once(request, take))

    def _once(self, request: web.Request, take: Callable[[], Any]) -> Callable[[], Any]:
        """The same path of the same device is the same transaction."""

        def done() -> Any:
            if request.path not in self._transactions:
                self._transactions[request.path] = take()
            return self._transactions[request.path]

        return done

    async def _typing(self, request: web.Request) -> web.StreamResponse:
        body, room = await _object(request), self._joined(request)
        self._own(request)
        if body.get("typing") is not True or not isinstance(body.get("timeout"), int):
            raise Refusal(400, "M_BAD_JSON")

        def show() -> dict[str, Any]:
            self.typing.append(room.id)
            return {}

        return await self._mood(request, self.moods, show)

    async def _sync(self, request: web.Request) -> web.StreamResponse:
        narrowed = json.loads(request.query["filter"])
        most = min(narrowed["room"]["timeline"]["limit"], MOST_EVENTS)
        assert narrowed["room"]["state"] == narrowed["presence"] == {"not_types": ["*"]}
        assert request.query["set_presence"] == "offline"
        since, left = request.query.get("since"), float(request.query["timeout"]) / 1000
        if since is not None and not since.startswith("s"):
            raise Refusal(400, "M_INVALID_PARAM")
        after = 0 if since is None else int(since[1:])
        if self.sync_moods:
            return await self._mood(request, self.sync_moods, lambda: self._since(after, most))
        self.syncs += 1
        try:
            async with asyncio.timeout(left):
                while not (news := self._since(after, most)).get("rooms") and since is not None and not self._closing:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            pass
        finally:
            self.syncs -= 1
        return web.json_response(news)

    def _since(self, after: int, most: int) -> dict[str, Any]:
        rooms: dict[str, Any] = {}
        for room in self.rooms.values():
            how, fresh = room.members.get(self.user), [event for at, event in room.events if at > after]
            if how == "invite" and room.changed > after:
                state = [{"type": "m.room.member", "state_key": self.user, "sender": _other(room, self.user),
                          "content": {"membership": "invite", "is_direct": True}}]  # fmt: skip
                rooms.setdefault("invite", {})[room.id] = {"invite_state": {"events": state}}
            elif how == "join" or (how == "leave" and room.changed > after):
                before = (
                    0 if how == "join" and room.changed > after else after
                )  # who comes in is shown what was said before
                shown = [event for at, event in room.events if at > before]
                timeline = {"events": shown[-most:], "limited": len(shown) > most, "prev_batch": f"s{after}"}
                if fresh:
                    rooms.setdefault(how, {})[room.id] = {"timeline": timeline, "state": {"events": []}}
        return {"next_batch": f"s{self._position}", **({"rooms": rooms} if rooms else {})}

    async def _close(self, app: web.Application) -> None:
        self._closing = True
        self._news.set()

    # What people do.

    def person(self, name: str) -> str:
        """Give somebody's id by any name."""
        value = name.partition(":")[2] or name
        return (
            name
            if name.startswith("@")
            else "@" + "".join(one for one in value.lower() if one.isalnum()) + ":example.org"
        )

    def room(self, person: str) -> Room:
        """Give the room in which somebody talks with the bot, both in it."""
        user = self.person(person)
        found = next((room for room in self.rooms.values() if room.members.get(user) == "join"), None)
        return found or self.make_room(person, "join")

    def make_room(self, person: str, bot: str = "invite") -> Room:
        """Have somebody make a new room; `bot`: whether the bot is invited or in it."""
        self._number += 1
        room = self.rooms[f"!r{self._number}:example.org"] = Room(f"!r{self._number}:example.org")
        room.members = {self.person(person): "join", self.user: bot}
        self._position += 1
        room.changed = self._position if bot == "invite" else 0
        self._news.set()
        return room

    def come(self, room: Room, name: str, how: str = "join") -> None:
        """Have somebody else come into a room, or be invited, or go (`leave`)."""
        self._change(room, self.person(name), how)

    def put_out(self, person: str) -> None:
        """Have somebody put the bot out of the room."""
        self._change(self.room(person), self.user, "leave", self.person(person))

    def to(self, person: str) -> list[Sent]:
        """Give what somebody's app shows of ours."""
        user = self.person(person)
        mine = {room.id for room in self.rooms.values() if user in room.members}
        return [one for one in self.sent if one.to in mine and Deleted(one.to, one.id) not in self.deleted]

    def text(self, person: str, text: str, id: str | None = None, at: float | None = None) -> Request:
        return self.message(person, {"msgtype": "m.text", "body": text}, id=id, at=at)

    def picture(self, person: str, caption: str = "") -> Request:
        content = {"msgtype": "m.image", "body": caption or "IMG_1.jpg", "url": "mxc://example.org/abc"}
        return self.message(person, {**content, "filename": "IMG_1.jpg"} if caption else content)

    def edit(self, person: str, id: str, text: str) -> Request:
        relation = {"rel_type": "m.replace", "event_id": self._id(id)}
        new = {"msgtype": "m.text", "body": text}
        return self.message(person, {**new, "body": f"* {text}", "m.new_content": new, "m.relates_to": relation})

    def unsend(self, person: str, id: str) -> Request:
        return self.message(person, {"redacts": self._id(id)}, "m.room.redaction")

    def press(self, person: str, option_index: int) -> Request:
        raise LookupError("Matrix has no buttons")

    def message(
        self, person: str, content: dict[str, Any], type: str = "m.room.message", id: str | None = None,
        at: float | None = None,
    ) -> Request:  # fmt: skip
        """Give what a sync tells of one thing that somebody's app sent."""
        event = self._event(self.person(person), type, content, id, at)
        rooms = {"join": {self.room(person).id: {"timeline": {"events": [event]}}}}
        return Request("GET", {}, {}, json.dumps({"next_batch": "s0", "rooms": rooms}).encode())

    async def deliver(self, http: aiohttp.ClientSession | None, base: str, request: Request) -> int:
        """Put what it holds into its rooms; whoever syncs gets it. `http`, `base`: of platforms that call us."""
        for room, told in json.loads(request.body)["rooms"]["join"].items():
            for event in told["timeline"]["events"]:
                self.put(room, event)
        return 200

    def put(self, room: str, event: dict[str, Any]) -> None:
        self._position += 1
        self.rooms[room].events.append((self._position, event))
        self._news.set()

    async def connected(self, seconds: float = 5.0) -> None:
        """Wait until somebody listens."""
        async with asyncio.timeout(seconds):
            while not self.syncs:
                await asyncio.sleep(0.005)

    def _event(
        self, sender: str, type: str, content: dict[str, Any], id: str | None = None, at: float | None = None
    ) -> dict[str, Any]:
        stamp = int((time.time() if at is None else at) * 1000)
        return {"type": type, "event_id": self._id(id), "sender": sender, "origin_server_ts": stamp, "content": content}

    def _id(self, name: str | None) -> str:
        """Give an event's id, the same for the same name."""
        self._number += 1
        return (
            name
            if name is not None and name.startswith("$")
            else self._ids.setdefault(name or f"-{self._number}", f"$e{self._number}-{len(self._ids)}")
        )


def _member(user: str, how: str) -> dict[str, Any]:
    return {"type": "m.room.member", "state_key": user, "content": {"membership": how, "displayname": "Anonym"}}


def _other(room: Room, user: str) -> str:
    return next(one for one in room.members if one != user)


async def _object(request: web.Request) -> dict[str, Any]:
    try:
        found = await request.json()
    except ValueError:
        raise Refusal(400, "M_NOT_JSON") from None
    if not isinstance(found, dict):
        raise Refusal(400, "M_BAD_JSON")
    return found
