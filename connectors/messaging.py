"""What a messaging platform's connector and the gateway say to each other. Knows no platform and no server.

A connector is one module with one class (`Channel` below): it tells who may call (`verify`), reads what came (`parse`,
pure), and sends (`send`, thin). What it can do is data (`Capabilities`), what it needs is data (`Setting`), and what
goes wrong has one of the names in `FAILURES`. CONTRIBUTING.md has the recipe for a new one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol

import aiohttp

from connectors.lengths import Unit

# Patterns of a platform's address, for its setting; a name and password in it would stand against those of the calls.
SERVER = r"https?://([A-Za-z0-9_.\-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?"
ADDRESS = SERVER + r"(/[^\s?#]*[^\s/?#])?"

Kind = Literal["text", "choice", "edit", "delete", "media", "start", "gone", "renamed", "status", "unknown"]
# `unreadable`: words, but encrypted with keys that we do not have
Media = Literal["", "picture", "voice", "video", "file", "sticker", "location", "contact", "unreadable", "other"]
FailureName = Literal[
    "retry_later", "provider_down", "in_doubt", "window_closed", "too_late", "visitor_gone", "blocked", "refused",
    "misconfigured",
]  # fmt: skip


@dataclass(frozen=True)
class Failure:
    """What to do about a message that did not go out.

    `retry`: the gateway sends it again by itself. `fault`: whose it is. `reads`: the sentence of content that tells
    the counsellor, who wrote it or holds the conversation.
    """

    retry: bool
    fault: Literal["platform", "visitor", "organisation", "us"]
    reads: str


FAILURES: dict[FailureName, Failure] = {
    # asked to wait: too many messages, or the platform is busy with this one
    "retry_later": Failure(True, "platform", "delivery_retry_later"),
    # no connection, or an answer that says that the platform itself failed and took nothing
    "provider_down": Failure(True, "platform", "delivery_provider_down"),
    # handed over and no answer came: it may have arrived
    "in_doubt": Failure(False, "platform", "delivery_in_doubt"),
    # too long since the visitor's last word for this platform
    "window_closed": Failure(False, "platform", "delivery_window_closed"),
    # it has waited too long to be sent: said by the gateway, of what no counsellor wrote
    "too_late": Failure(False, "platform", "delivery_too_late"),
    # the account or number is no more, or cannot be reached
    "visitor_gone": Failure(False, "visitor", "delivery_visitor_gone"),
    # the visitor has blocked us, or said stop
    "blocked": Failure(False, "visitor", "delivery_blocked"),
    # this very message is not taken, and would not be the next time
    "refused": Failure(False, "us", "delivery_refused"),
    # token, number, rights or payment: nothing goes out until somebody mends it
    "misconfigured": Failure(True, "organisation", "delivery_misconfigured"),
}


class SendFailed(Exception):
    """A message did not go out. `retry_after`: seconds the platform asked for; `whole`: it asked it of all chats.

    Holds no text and no address, so that it can be logged. `code` is the platform's own number or word for it.
    """

    def __init__(
        self, name: FailureName, retry_after: float | None = None, whole: bool = False, code: str = ""
    ) -> None:
        super().__init__(f"{name} {code}".strip())
        self.name: FailureName = name
        self.retry_after = retry_after
        self.whole = whole
        self.code = code


@dataclass(frozen=True)
class Request:
    """One HTTP request. Header names in small letters; `tail`: what follows the channel's name in the path."""

    method: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    tail: str = ""


@dataclass(frozen=True)
class Inbound:
    """One thing that came from a person, or about a message of ours.

    id: the platform's own, the same in every repeat; unique in the channel (a connector adds what makes it so).
    who: ids of the person, each as `kind:value`, the most lasting first; an answer goes to the first. A later message
        may bring others of them; one in common is enough to be the same person. `renamed`: the new ones first, then
        those they had; only the first of each kind is theirs from then on.
    text: words; also those under a picture (`media` then says what came along and is not kept). Never cut.
    choice: of `choice`: the reference that `Option` carried.
    refers: of `edit`, `delete` and `status`: the `id` of the message concerned (of `status`: what `send` gave).
    removal: by which the platform can delete this message, where it can; else empty.
    press: what `acknowledge_press` needs, where the platform wants each press of a button acknowledged.
    at: seconds since 1970 UTC, by the platform; None where it says nothing.
    status: of `status`: what became of a message of ours; of `failed` with `failure` and the platform's own `code`.
    """

    kind: Kind
    id: str
    who: tuple[str, ...] = ()
    text: str = ""
    choice: str = ""
    refers: str = ""
    removal: str = ""
    press: str = ""
    media: Media = ""
    at: float | None = None
    status: Literal["", "sent", "delivered", "read", "failed"] = ""
    failure: FailureName | None = None
    code: str = ""


UNKNOWN = Inbound("unknown", "")


@dataclass(frozen=True)
class Option:
    """A choice as a platform shows it. `reference` comes back in `Inbound.choice`; ASCII, at most 40 bytes."""

    title: str
    reference: str
    description: str = ""


@dataclass(frozen=True)
class Outbound:
    """One message to one person; it fits the channel's capabilities already.

    form: how `options` are shown; `text`: they are numbered in the text and not given here. `list_label`: the words on
    the button that opens a list. `human`: a counsellor's words. `key`: the same each time this message is sent, and no
    other's; empty where nobody sends it again.
    """

    to: str
    text: str
    options: tuple[Option, ...] = ()
    form: Literal["text", "buttons", "list"] = "text"
    list_label: str = ""
    human: bool = False
    key: str = ""


@dataclass(frozen=True)
class Capabilities:
    """What a platform allows, as data. Lengths of text in `unit`, of titles in characters.

    longest: of one message. best: where to split if it can be done between sentences (price, or limits that long
    messages hit sooner). longest_with_options: of a message with buttons or a list.
    buttons, button_title: how many, how long; 0: none. rows, row_title, row_description: likewise of a list.
    contacts: how many contacts a message names.
    typing: a typing indicator can be shown, and does not mark anything as read.
    deletes_own, deletes_theirs: for how many seconds our and the visitor's messages can be deleted there; 0: never.
    keys: a message that is sent again under its `key` is not said twice, for a day at least.
    window: seconds after the visitor's last word during which the bot may write, `human_window` counsellors;
        None: no limit.
    per_second, burst: of all messages; chat_seconds, chat_burst: between two messages to one person, and how many at
        once before that holds.
    """

    unit: Unit
    longest: int
    best: int
    longest_with_options: int = 0
    buttons: int = 0
    button_title: int = 0
    rows: int = 0
    row_title: int = 0
    row_description: int = 0
    contacts: int = 6
    typing: bool = False
    deletes_own: float = 0
    deletes_theirs: float = 0
    keys: bool = False
    window: float | None = None
    human_window: float | None = None
    per_second: float = 20.0
    burst: float = 20.0
    chat_seconds: float = 1.0
    chat_burst: float = 3.0


@dataclass(frozen=True)
class Setting:
    """One thing the operator tells: `VARSAM_<CHANNEL>_<NAME>`. `pattern` must match all of it.

    what: what it is, to be read after "… is missing:"; no capital, no full stop. Without a `default` it must be given
    wherever the channel is not off, unless it is `optional`: then the connector gets the empty text.
    """

    name: str
    what: str
    pattern: str
    example: str
    secret: bool = False
    default: str = ""
    optional: bool = False


@dataclass(frozen=True)
class Finding:
    """One result of a check, in plain English; of what is wrong it says what to do."""

    good: bool
    text: str


Take = Callable[[list[Inbound]], Awaitable[None]]


class Channel(Protocol):
    """A messaging platform. Made with the values of its settings by name, all of them checked against their patterns.

    `hook`: our own public address that the platform calls; empty where we have none. Every method that talks to the
    platform is given the HTTP session, and raises SendFailed alone. A connector inherits from this class and leaves out
    what its platform does not have.
    """

    name: ClassVar[str]
    settings: ClassVar[tuple[Setting, ...]]
    capabilities: ClassVar[Capabilities]

    def __init__(self, values: Mapping[str, str], hook: str) -> None: ...

    @property
    def tail(self) -> str:
        """What follows the channel's name in the path of its webhook: empty, or a secret."""
        return ""

    @property
    def pulls(self) -> bool:
        """Whether `pull` is to be run, since nobody calls us; as it is here: where there is one."""
        return type(self).pull is not Channel.pull

    def verify(self, request: Request) -> bool:
        """Tell whether the platform sent it; compares in constant time. Pure. As it is here: nobody is to call us."""
        return False

    def handshake(self, request: Request) -> str | None:
        """Give the text that answers a GET by which the platform tries the address; None where it is refused. Pure."""
        return None

    def parse(self, request: Request) -> list[Inbound]:
        """Read a verified request; what is not known is `unknown`, one each. Pure; never raises, whatever the body."""
        ...

    async def pull(self, http: aiohttp.ClientSession, take: Take) -> None:
        """Fetch what people send, for ever; what `take` has not returned from is not lost. Raises SendFailed."""
        raise SendFailed("refused", code="no pull")

    async def send(self, http: aiohttp.ClientSession, message: Outbound) -> str:
        """Send one message; give the id by which a `status` refers to it and by which `delete` deletes it."""
        ...

    async def delete(self, http: aiohttp.ClientSession, to: str, id: str) -> None:
        """Delete a message in the visitor's chat: one of ours by what `send` gave, one of theirs by its `removal`."""
        raise SendFailed("refused", code="no deletion")

    async def acknowledge_press(self, http: aiohttp.ClientSession, press: str) -> None:
        """Tell the platform that a press of a button has come."""
        return

    async def show_typing(self, http: aiohttp.ClientSession, to: str) -> None:
        """Show that an answer is being written, for some seconds. Only called where `capabilities.typing`."""
        return

    async def check(self, http: aiohttp.ClientSession) -> list[Finding]:
        """Ask the platform whether token, number and webhook are right; changes nothing, sends nobody anything."""
        ...

    async def register(self, http: aiohttp.ClientSession) -> Finding | None:
        """Tell the platform our address; None where that is done on a page of the platform's, or there is none."""
        return None

    def loopback(self) -> Request | None:
        """Give a request as the platform would send it, rightly proven, that means nothing: for trying the address."""
        return None

    def trial(self) -> Request | None:
        """Give the GET by which the platform would try the address; None where it does not. `handshake` answers it."""
        return None
