"""The sample company's shop: a static site with the chat on it."""

from functools import cache
from pathlib import Path

from litestar import Response, Router, get
from litestar.types import ControllerRouterHandler

from damso.kernel.errors import NotFound

CHAT_KEY = "moonlight"
"""The key of the sample shop's chat."""

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""As strict as a shop's can be, so that the demo shows that the chat works under it."""
_FOLDER = Path(__file__).parent
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@get("/", include_in_schema=False)
async def shelf() -> Response[bytes]:
    """The shop's first page."""
    return _page("index.html")


@get("/{name:str}", include_in_schema=False)
async def shop_file(name: str) -> Response[bytes]:
    """A page of the shop, or what a page needs."""
    return _page(name)


@get("/art/{name:str}", include_in_schema=False)
async def picture(name: str) -> Response[bytes]:
    """A picture of the shop."""
    return _page(f"art/{name}")


@cache
def _content(name: str) -> bytes:
    return (_FOLDER / name).read_bytes().replace(b"{{inbox_key}}", CHAT_KEY.encode())


def _page(name: str) -> Response[bytes]:
    path = _FOLDER / name
    kind = _TYPES.get(path.suffix)
    if kind is None or not path.resolve().is_relative_to(_FOLDER) or not path.is_file():
        raise NotFound
    return Response(
        _content(name), media_type=kind, headers={"cache-control": "no-cache", "content-security-policy": _POLICY}
    )


SHOP: ControllerRouterHandler = Router(path="/demo", route_handlers=[shelf, shop_file, picture])
