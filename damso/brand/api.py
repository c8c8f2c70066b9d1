"""Routes of brands."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from litestar import Controller, Response, delete, get, patch, put
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, MultipartBody, SkipValidation
from litestar.types import ControllerRouterHandler

from damso.brand import queries
from damso.brand.logo import logo, remove_logo, set_logo
from damso.brand.types import Brand, BrandPatch
from damso.brand.update_brand import update_brand
from damso.kernel.blobs import Blobs
from damso.kernel.database import Database
from damso.team.access import Caller, needs


@dataclass(frozen=True)
class LogoForm:
    """The picture, PNG, JPEG, GIF or WebP, up to 512 kB."""

    file: UploadFile


class BrandController(Controller):
    """Voices and looks of the company."""

    path = "/api/brands"
    tags = ("brands",)

    @get(guards=[needs("channels.read")])
    async def list_brands(
        self, database: NamedDependency[Database], caller: NamedDependency[Caller]
    ) -> Sequence[Brand]:
        """All brands in reach, the first one made first."""
        async with database.reading() as tx:
            brands = await queries.brands(tx)
        return [brand for brand in brands if caller.limits.admit_brand(brand.id)]

    @patch("/{brand_id:uuid}", guards=[needs("settings.manage")])
    async def update_brand(
        self,
        brand_id: FromPath[UUID],
        data: JSONBody[BrandPatch],
        database: NamedDependency[Database],
        caller: NamedDependency[Caller],
    ) -> Brand:
        """Change what a brand says and looks like, and when it answers."""
        caller.check_brand(brand_id)
        async with database.transaction() as tx:
            return await update_brand(tx, brand_id, data, caller.actor)

    @put("/{brand_id:uuid}/logo", guards=[needs("settings.manage")])
    async def set_logo(
        self,
        brand_id: FromPath[UUID],
        data: MultipartBody[LogoForm],
        database: NamedDependency[Database],
        blobs: NamedDependency[SkipValidation[Blobs]],
        caller: NamedDependency[Caller],
    ) -> Brand:
        """Give a brand a picture."""
        caller.check_brand(brand_id)
        return await set_logo(database, blobs, brand_id, await data.file.read(), caller.actor)

    @delete("/{brand_id:uuid}/logo", status_code=200, guards=[needs("settings.manage")])
    async def remove_logo(
        self, brand_id: FromPath[UUID], database: NamedDependency[Database], caller: NamedDependency[Caller]
    ) -> Brand:
        """Take the picture away."""
        caller.check_brand(brand_id)
        return await remove_logo(database, brand_id, caller.actor)


@get("/brands/{brand_id:uuid}/logo/{version:str}", tags=["brands"])
async def get_logo(
    brand_id: FromPath[UUID],
    version: FromPath[str],
    database: NamedDependency[Database],
    blobs: NamedDependency[SkipValidation[Blobs]],
) -> Response[bytes]:
    """A brand's picture, for everybody. A new picture has a new `version`, so it may be cached for good."""
    picture, media_type = await logo(database, blobs, brand_id, version)
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(picture, media_type=media_type, headers=headers)


ROUTES: list[ControllerRouterHandler] = [BrandController, get_logo]
