"""Who is asking: every console call passes here. A session, its CSRF token, our own Origin; refusals in words."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable

from aiohttp import web

from gateway.console.auth import Auth
from gateway.console.desk import Full, NotThere, Taken
from gateway.console.texts import problem
from gateway.delivery import NotYours
from gateway.storage.failures import STORE_FAILURES
from gateway.storage.records import Gone, Session

COOKIE = "varsam_console"
Handler = Callable[[web.Request, Session], Awaitable[web.StreamResponse]]


class Guard:
    """Wraps the console's handlers. `own(request)` tells whether the Origin is ours."""

    def __init__(self, auth: Auth, own: Callable[[web.Request], bool]) -> None:
        self._auth = auth
        self.own = own

    def session(
        self, handler: Handler, changing: bool = False
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """Let in a session with its CSRF token; `changing` also one that must change its password first.

        What a handler raises becomes an answer with a Swedish sentence: Gone 410, Taken, Full and NotThere 409,
        NotYours 409 or 403, a body that cannot be read 400, a store that is down 503.
        """

        async def guarded(request: web.Request) -> web.StreamResponse:
            try:
                session = await self.find(request)
                if session is None:
                    return problem(401, "not_logged_in")
                if request.method != "GET" and not self._forgery_proof(request, session):
                    return problem(403, "forged")
                if session.counsellor.must_change and not changing:
                    return problem(403, "must_change")
                return await handler(request, session)
            except Gone:
                return problem(410, "gone")
            except Taken:
                return problem(409, "taken")
            except Full:
                return problem(409, "full")
            except NotThere:
                return problem(409, "not_there")
            except NotYours:
                return problem(409 if request.method == "POST" else 403, "not_yours")
            except (ValueError, LookupError, TypeError, RecursionError):
                return problem(400, "bad_request")
            except STORE_FAILURES:
                return problem(503, "unavailable")

        return guarded

    async def find(self, request: web.Request) -> Session | None:
        """Give the session of the request's cookie; None where there is none, or it is over."""
        token = request.cookies.get(COOKIE)
        return await self._auth.session(token) if token else None

    def _forgery_proof(self, request: web.Request, session: Session) -> bool:
        given = request.headers.get("X-CSRF-Token", "")
        return self.own(request) and hmac.compare_digest(given.encode(), session.csrf.encode())
