"""The HTTP application: the gateway, and beside it the pages about it.

    /v1/..., /palate.v1....   the gateway
    /openapi.json             what can be called, for programs
    /docs                     the same for people, to try
    /healthz                  200 while calls are taken, else 503

Owns which page is where, and which sites' scripts may call (CORS). Knows no rpc.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from importlib.resources import files

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from palate.errors import REQUEST_ID

PAGES = {
    "/openapi.json": ("openapi.json", "application/json"),
    "/docs": ("docs.html", "text/html"),
    "/docs.css": ("docs.css", "text/css"),
    "/docs.js": ("docs.js", "text/javascript"),
}
"""Files beside this one, and what they are."""

_POLICY = {
    "content-security-policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'",
    "x-content-type-options": "nosniff",
    "cache-control": "no-cache",
}
_VERBS = ("GET", "HEAD", "POST", "PUT", "DELETE")
_PREFLIGHT_S = 7_200


def http_app(gateway: ASGIApp, is_serving: Callable[[], bool], origins: Sequence[str]) -> Starlette:
    """`origins` are the sites whose scripts may call: `https://shop.example`, or `*`."""

    def health(_: Request) -> Response:
        serving = is_serving()
        state = "SERVING" if serving else "NOT_SERVING"
        return JSONResponse({"status": state}, 200 if serving else 503)

    pages = [Route(path, _page(*page)) for path, page in PAGES.items()]
    cors = Middleware(
        CORSMiddleware,
        allow_origins=origins,
        allow_methods=_VERBS,
        allow_headers=["*"],
        expose_headers=[REQUEST_ID, "retry-after"],
        max_age=_PREFLIGHT_S,
    )
    return Starlette(
        routes=[Route("/healthz", health), *pages, Mount("/", gateway)],
        middleware=[cors] if origins else [],
    )


def _page(name: str, media_type: str) -> Callable[[Request], Response]:
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    if name.endswith(".json"):
        text = json.dumps(json.loads(text), separators=(",", ":"), ensure_ascii=False)
    return lambda _: Response(text, headers=_POLICY, media_type=media_type)
