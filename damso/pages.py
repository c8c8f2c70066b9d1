"""The built web apps: the desk, the chat's loader and frame. Built by `make`, never by hand."""

import mimetypes
import re
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from damso.channels.inboxes import Inboxes
from damso.conversations.widget.entrance import chat_inbox
from damso.kernel.database import Database
from damso.kernel.errors import NotFound

STATIC = Path(__file__).parent / "static"

_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"
_DESK_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; font-src 'self'; "
    "img-src 'self' data: blob:; connect-src 'self'; frame-src 'self'; manifest-src 'self'; media-src 'self' blob:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'"
)
_FRAME_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; media-src 'self' blob:; form-action 'self'; object-src 'none'; base-uri 'none'; "
    "frame-ancestors {ancestors}"
)
_NONCE = b"CSP_NONCE"
"""Stands in the built page (web/desk/vite.config.ts) where the nonce of an answer goes."""

_SOURCE = re.compile(r"https?://[^\s/;,'\"]+")
"""A site in the policy's list. Anything else would end the list, and begin a directive of its own."""


def page_handlers() -> Sequence[ControllerRouterHandler]:
    """The routes of the pages a browser opens."""
    return (front_door, desk, desk_page, loader, frame, frame_asset)


def static_response(path: Path, *, cache: str, policy: str | None = None) -> Response[bytes]:
    """A built file. Raises `NotFound`; nothing outside the folder of built files is ever given out."""
    if not path.resolve().is_relative_to(STATIC) or not path.is_file():
        raise NotFound
    headers = {"cache-control": cache} | ({"content-security-policy": policy} if policy else {})
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return Response(path.read_bytes(), media_type=kind, headers=headers)


@get("/", include_in_schema=False)
async def front_door(database: NamedDependency[Database]) -> Redirect:
    """The demo's shop where there is one, else the desk."""
    async with database.reading() as tx:
        demo = await tx.value("SELECT demo FROM installation")
    return Redirect("/demo" if demo else "/desk")


@get("/desk", include_in_schema=False)
async def desk() -> Response[bytes]:
    """The desk."""
    return _desk_response()


@get("/desk/{path:path}", include_in_schema=False)
async def desk_page(path: FromPath[str]) -> Response[bytes]:
    """A file of the desk, or the desk itself, which knows its own addresses."""
    name = path.lstrip("/")
    if (STATIC / "desk" / name).is_file():
        cache = _FOR_EVER if name.startswith("assets/") else _ASK_AGAIN
        return static_response(STATIC / "desk" / name, cache=cache)
    return _desk_response()


def _desk_response() -> Response[bytes]:
    """The desk's page. The nonce lets its own scripts, and nothing that was injected, add style sheets."""
    nonce = secrets.token_urlsafe(16)
    response = static_response(
        STATIC / "desk" / "index.html", cache="no-store", policy=_DESK_POLICY.format(nonce=nonce)
    )
    response.content = response.content.replace(_NONCE, nonce.encode())
    return response


@get("/widget.js", include_in_schema=False)
async def loader() -> Response[bytes]:
    """The script a shop puts on its page."""
    response = static_response(STATIC / "widget" / "widget.js", cache="public, max-age=3600")
    response.headers["access-control-allow-origin"] = "*"
    response.headers["cross-origin-resource-policy"] = "cross-origin"
    return response


@get("/widget/frame", include_in_schema=False)
async def frame(
    request: Request[Any, Any, Any],
    database: NamedDependency[Database],
    inboxes: NamedDependency[Inboxes],
    inbox: FromQuery[str] = "",
) -> Response[bytes]:
    """The chat. Only the sites its inbox names may show it."""
    async with database.reading() as tx:
        record = await chat_inbox(tx, inboxes, inbox)
    origins = getattr(record.config, "origins", ())
    allowed = [origin for origin in origins if _SOURCE.fullmatch(origin)]
    ancestors = " ".join(("'self'", *allowed)) if origins else "*"
    response = static_response(
        STATIC / "widget" / "frame.html", cache=_ASK_AGAIN, policy=_FRAME_POLICY.format(ancestors=ancestors)
    )
    response.headers["cross-origin-resource-policy"] = "cross-origin"
    return response


@get("/widget/{name:str}", include_in_schema=False)
async def frame_asset(name: FromPath[str]) -> Response[bytes]:
    """A file of the chat; its name changes with its content."""
    return static_response(STATIC / "widget" / name, cache=_FOR_EVER)
