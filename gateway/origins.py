"""Where a request comes from: its Origin, its address behind trusted proxies, and whether it is encrypted."""

from __future__ import annotations

from urllib.parse import urlsplit

from aiohttp import web


class Origins:
    """`public` is our own origin where it is set; else what the request itself says."""

    def __init__(self, public: str, embedders: tuple[str, ...], proxies: tuple[str, ...]) -> None:
        self._public = public.rstrip("/")
        self._embedders = frozenset(embedders)
        self._proxies = frozenset(proxies)

    def may_chat(self, request: web.Request) -> bool:
        """Our own pages, those who may embed us, and clients that are no browser."""
        origin = request.headers.get("Origin")
        return origin is None or origin in self._embedders or self._is_own(request, origin)

    def may_console(self, request: web.Request) -> bool:
        """Our own pages, and clients that are no browser (the cookie and CSRF token are asked for besides)."""
        origin = request.headers.get("Origin")
        return origin is None or self._is_own(request, origin)

    def _is_own(self, request: web.Request, origin: str) -> bool:
        if self._public:
            return origin == self._public
        try:
            return urlsplit(origin).netloc == request.host
        except ValueError:
            return False

    def address(self, request: web.Request) -> str:
        """Give the visitor's address, for the day's rate limit only: it is hashed at once and kept nowhere."""
        peer = request.transport.get_extra_info("peername") if request.transport else None
        address = str(peer[0]) if peer else ""
        if address in self._proxies:
            forwarded = ",".join(request.headers.getall("X-Forwarded-For", []))
            hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()]
            while hops:
                address = hops.pop()
                if address not in self._proxies:
                    break
        return address

    def encrypted(self, request: web.Request) -> bool:
        """Tell whether the browser came by https."""
        peer = request.transport.get_extra_info("peername") if request.transport else None
        if peer and str(peer[0]) in self._proxies:
            return request.headers.get("X-Forwarded-Proto", "") == "https"
        return request.secure or self._public.startswith("https://")
