"""The picture of a product, fetched by us: an agent's browser tells no other site who looks at whom.

Only the catalogue's own pictures are fetched, never one that somebody's browser named.
"""

from uuid import UUID

import httpx

from damso.kernel.database import Database
from damso.kernel.errors import AppError, NotFound
from damso.kernel.i18n import Text

LIMIT = 3 * 1024 * 1024
"""Bytes."""

_KINDS = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"GIF8", "image/gif"))


class PictureUnavailable(AppError):
    code = "PICTURE_UNAVAILABLE"
    status = 404
    text = Text("상품 사진을 불러올 수 없어요.", "The product's picture cannot be fetched.")


async def picture(database: Database, http: httpx.AsyncClient, product_id: UUID) -> tuple[bytes, str]:
    """The picture and its type. Raises `NotFound`, `PictureUnavailable`."""
    async with database.reading() as tx:
        url: str | None = await tx.value("SELECT image_url FROM product WHERE id = $1", product_id)
    if not url:
        raise NotFound
    try:
        data = await _fetch(http, url)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise PictureUnavailable from error
    return data, _type_of(data)


async def _fetch(http: httpx.AsyncClient, url: str) -> bytes:
    async with http.stream("GET", url) as answer:
        if answer.status_code != 200:
            raise PictureUnavailable
        data = bytearray()
        async for chunk in answer.aiter_bytes():
            data += chunk
            if len(data) > LIMIT:
                raise PictureUnavailable
    return bytes(data)


def _type_of(data: bytes) -> str:
    """By its first bytes, whatever it is called: what a browser could run is no picture."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    for start, kind in _KINDS:
        if data.startswith(start):
            return kind
    raise PictureUnavailable
