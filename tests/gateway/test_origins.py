"""Who may connect from where, and whose word on addresses is believed."""

from __future__ import annotations

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from gateway.origins import Origins

EMBEDDER, PROXY = "https://umea.se", "10.0.0.1"


class Peer:
    """A transport that knows only who is at the other end."""

    def __init__(self, address: str | None) -> None:
        self.address = address

    def get_extra_info(self, name: str, default: object = None) -> object:
        return (self.address, 4711) if name == "peername" and self.address else default


def request(*headers: tuple[str, str], peer: str | None = "192.0.2.7") -> web.Request:
    given = CIMultiDict([("Host", "chat.example.se"), *headers])
    return make_mocked_request("GET", "/ws/chat", headers=given, transport=Peer(peer))


PUBLIC = Origins("https://chat.example.se/", (EMBEDDER,), (PROXY,))
UNSET = Origins("", (EMBEDDER,), (PROXY,))

# Origin → (may chat, may use the console)
ORIGIN = [
    (None, True, True),
    ("https://chat.example.se", True, True),
    ("https://umea.se", True, False),
    ("http://umea.se", False, False),
    ("https://umea.se.evil.example", False, False),
    ("https://evil.example/https://umea.se", False, False),
    ("https://sub.umea.se", False, False),
    ("https://umea.se:8443", False, False),
    ("https://chat.example.se.evil.example", False, False),
    ("https://chat.example.se@evil.example", False, False),
    ("https://evil.example@chat.example.se", False, False),
    ("null", False, False),
    ("", False, False),
]


@pytest.mark.parametrize("origins", [PUBLIC, UNSET], ids=["public", "unset"])
@pytest.mark.parametrize(("origin", "chat", "console"), ORIGIN)
def test_origin_decides_who_may_connect(origins: Origins, origin: str | None, chat: bool, console: bool) -> None:
    asked = request(*([("Origin", origin)] if origin is not None else []))

    assert (origins.may_chat(asked), origins.may_console(asked)) == (chat, console)


def test_public_origin_is_compared_with_its_scheme() -> None:
    assert PUBLIC.may_console(request(("Origin", "http://chat.example.se"))) is False


# (peer, X-Forwarded-For lines, address)
ADDRESS = [
    ("192.0.2.7", [], "192.0.2.7"),
    ("192.0.2.7", ["203.0.113.9"], "192.0.2.7"),
    (PROXY, [], PROXY),
    (PROXY, [""], PROXY),
    (PROXY, ["203.0.113.9"], "203.0.113.9"),
    (PROXY, ["198.51.100.1, 203.0.113.9"], "203.0.113.9"),
    (PROXY, ["203.0.113.9, 10.0.0.1"], "203.0.113.9"),
    (PROXY, ["2001:db8::7"], "2001:db8::7"),
    # a proxy that adds a line of its own: the visitor's forged line must not count
    (PROXY, ["198.51.100.1", "203.0.113.9"], "203.0.113.9"),
    (None, ["203.0.113.9"], ""),
]


@pytest.mark.parametrize(("peer", "lines", "expected"), ADDRESS)
def test_address_believes_trusted_proxies_only(peer: str | None, lines: list[str], expected: str) -> None:
    assert PUBLIC.address(request(*(("X-Forwarded-For", line) for line in lines), peer=peer)) == expected


@pytest.mark.parametrize(
    ("origins", "peer", "proto", "expected"),
    [
        (UNSET, "192.0.2.7", None, False),
        (UNSET, "192.0.2.7", "https", False),
        (UNSET, PROXY, "https", True),
        (UNSET, PROXY, "http", False),
        (UNSET, PROXY, None, False),
        (PUBLIC, "192.0.2.7", None, True),
    ],
)
def test_encrypted_believes_trusted_proxies_only(
    origins: Origins, peer: str, proto: str | None, expected: bool
) -> None:
    headers = [("X-Forwarded-Proto", proto)] if proto else []

    assert origins.encrypted(request(*headers, peer=peer)) is expected
