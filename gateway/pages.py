"""The pages and their files, with the headers that keep a host page's scripts out and our own tight."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

WEB = Path(__file__).parent.parent / "web"
TYPES = {
    ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml",
    ".png": "image/png", ".woff2": "font/woff2",
}  # fmt: skip
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; frame-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors {ancestors}"
)


class Pages:
    """Serves `web/`. `embed_origins` may show the chat in a frame; nobody may frame the console."""

    def __init__(self, organisation: str, exit_url: str, embed_origins: tuple[str, ...], development: bool) -> None:
        self._organisation = organisation
        self._exit_url = exit_url
        self._embedders = " ".join(("'self'", *embed_origins))
        self._development = development

    def routes(self) -> list[web.RouteDef]:
        routes = [
            web.get("/chat", self._page("chat/index.html", self._embedders)),
            web.get("/console", self._page("console/index.html", "'none'")),
            web.get("/launcher.js", self._launcher),
            web.get("/chat/settings.json", self._settings),
            web.get("/static/{path:[A-Za-z0-9_./-]+}", self._static),
        ]
        if self._development:
            routes += [web.get("/demo", self._page("demo/index.html", "'self'")), web.get("/", self._home)]
        return routes

    def _page(self, name: str, ancestors: str):  # type: ignore[no-untyped-def]  # aiohttp's handler type
        async def page(request: web.Request) -> web.StreamResponse:
            answer = _file(WEB / name)
            answer.headers["Content-Security-Policy"] = _POLICY.format(ancestors=ancestors)
            answer.headers["Cache-Control"] = "no-store"
            return answer

        return page

    async def _home(self, request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound("/demo")

    async def _launcher(self, request: web.Request) -> web.StreamResponse:
        answer = _file(WEB / "launcher/launcher.js")
        answer.headers["Cache-Control"] = "no-cache"
        answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return answer

    async def _settings(self, request: web.Request) -> web.StreamResponse:
        given = {"organisation": self._organisation, "exit_url": self._exit_url, "language": "sv"}
        return web.json_response(given, headers={"Cache-Control": "no-store"})

    async def _static(self, request: web.Request) -> web.StreamResponse:
        path = (WEB / request.match_info["path"]).resolve()
        if WEB not in path.parents or path.suffix not in TYPES or not path.is_file():
            raise web.HTTPNotFound
        answer = _file(path)
        answer.headers["Cache-Control"] = "no-cache"
        return answer


def _file(path: Path) -> web.Response:
    kind = TYPES[path.suffix]
    charset = "utf-8" if kind.startswith("text/") else None
    return web.Response(body=path.read_bytes(), content_type=kind, charset=charset)


@web.middleware
async def safe_headers(request: web.Request, handler):  # type: ignore[no-untyped-def]  # aiohttp's handler type
    """Set on every answer what no page needs to think of; an answer of its own wins."""
    try:
        answer = await handler(request)
    except web.HTTPException as problem:
        answer = problem
    if not answer.prepared:
        for name, value in (
            ("Referrer-Policy", "no-referrer"),
            ("X-Content-Type-Options", "nosniff"),
            ("Permissions-Policy", "camera=(), microphone=(), geolocation=()"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
        ):
            answer.headers.setdefault(name, value)
    if isinstance(answer, web.HTTPException):
        raise answer
    return answer
