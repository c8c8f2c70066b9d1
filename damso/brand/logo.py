"""A brand's picture: a small bitmap, known by its first bytes and not by what it is called."""

from uuid import UUID

from damso.brand.queries import VERSION_LENGTH, brand
from damso.brand.types import Brand
from damso.kernel.blobs import BlobMissing, Blobs
from damso.kernel.database import Database
from damso.kernel.errors import AppError, NotFound, TooLarge
from damso.kernel.i18n import Text
from damso.kernel.log import Actor
from damso.team import audit

LIMIT = 512 * 1024
"""Bytes."""


class NotAPicture(AppError):
    code = "MEDIA_NOT_ALLOWED"
    status = 422
    text = Text("PNG, JPEG, GIF, WebP 그림만 올릴 수 있어요.", "Only PNG, JPEG, GIF and WebP pictures can be used.")


async def set_logo(database: Database, blobs: Blobs, brand_id: UUID, picture: bytes, actor: Actor) -> Brand:
    """Raises `NotFound`, `NotAPicture`, `TooLarge`."""
    if len(picture) > LIMIT:
        raise TooLarge(field="file", limit="512 kB")
    picture_type(picture)
    return await _store(database, brand_id, await blobs.put(picture), actor)


async def remove_logo(database: Database, brand_id: UUID, actor: Actor) -> Brand:
    """Raises `NotFound`."""
    return await _store(database, brand_id, None, actor)


async def logo(database: Database, blobs: Blobs, brand_id: UUID, version: str) -> tuple[bytes, str]:
    """The picture and its type. Raises `NotFound`."""
    async with database.reading() as tx:
        ref = await tx.value(
            "SELECT logo_ref FROM brand WHERE id = $1 AND left(logo_ref, $3) = $2", brand_id, version, VERSION_LENGTH
        )
    if ref is None:
        raise NotFound
    try:
        picture = await blobs.get(ref)
    except BlobMissing as error:
        raise NotFound from error
    return picture, picture_type(picture)


def picture_type(picture: bytes) -> str:
    """By the signature each format begins with. Raises `NotAPicture`."""
    if picture.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if picture.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if picture.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if picture.startswith(b"RIFF") and picture[8:12] == b"WEBP":
        return "image/webp"
    raise NotAPicture(field="file")


async def _store(database: Database, brand_id: UUID, ref: str | None, actor: Actor) -> Brand:
    # The old file stays: files are known by their content, and another row may hold the same.
    async with database.transaction() as tx:
        if not await tx.execute("UPDATE brand SET logo_ref = $2 WHERE id = $1", brand_id, ref):
            raise NotFound
        await audit.record(tx, actor, "brand.changed", brand_id, fields=["logo"])
        return await brand(tx, brand_id)
