"""Reading brands."""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from asyncpg import Record

from damso.brand.types import Bilingual, Brand, Hours
from damso.kernel.database import Transaction
from damso.kernel.errors import NotFound

VERSION_LENGTH = 16
"""Characters of a picture's reference that stand in its address."""

_BRAND = """SELECT id, name, colour, greeting_ko, greeting_en, signature, logo_ref, reply_minutes, hours, timezone
FROM brand"""


async def brands(tx: Transaction) -> Sequence[Brand]:
    """All brands, the first one made first."""
    return [_view(row) for row in await tx.rows(f"{_BRAND} ORDER BY created_at, id")]


async def brand(tx: Transaction, brand_id: UUID) -> Brand:
    """Raises `NotFound`."""
    row = await tx.row(f"{_BRAND} WHERE id = $1", brand_id)
    if row is None:
        raise NotFound
    return _view(row)


def _view(row: Record) -> Brand:
    return Brand(
        id=row["id"],
        name=row["name"],
        colour=row["colour"],
        greeting=Bilingual(ko=row["greeting_ko"], en=row["greeting_en"]),
        logo_url=f"/brands/{row['id']}/logo/{row['logo_ref'][:VERSION_LENGTH]}" if row["logo_ref"] else None,
        signature=row["signature"],
        reply_minutes=row["reply_minutes"],
        hours=msgspec.convert(row["hours"], Hours),
        timezone=row["timezone"],
    )
