"""Making a brand."""

from uuid import UUID

import msgspec

from damso.brand.types import Bilingual, Hours, weekdays
from damso.kernel.database import Transaction
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text
from damso.kernel.ids import new_id
from damso.team.set_up import Company
from damso.team.types import as_timezone

COLOUR = "#2f6f4f"
GREETING = Bilingual(ko="안녕하세요, 무엇을 도와드릴까요?", en="Hello, how can we help?")
HOURS = weekdays("09:00", "18:00")
REPLY_MINUTES = 5


class BrandNameTaken(AppError):
    code = "NAME_TAKEN"
    text = Text("같은 이름의 브랜드가 이미 있어요.", "There is a brand of this name already.")


async def create_brand(
    tx: Transaction,
    name: str,
    *,
    timezone: str = "Asia/Seoul",
    colour: str = COLOUR,
    greeting: Bilingual = GREETING,
    signature: str | None = None,
    reply_minutes: int = REPLY_MINUTES,
    hours: Hours = HOURS,
) -> UUID:
    """A brand, with what a new one begins with where nothing else is given. Raises `BrandNameTaken`, `Invalid`."""
    brand_id: UUID | None = await tx.value(
        """INSERT INTO brand (id, name, colour, greeting_ko, greeting_en, signature, reply_minutes, hours, timezone,
            created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (name) DO NOTHING RETURNING id""",
        new_id(),
        name.strip(),
        colour.lower(),
        greeting.ko,
        greeting.en,
        name.strip() if signature is None else signature,
        reply_minutes,
        msgspec.to_builtins(hours),
        as_timezone(timezone),
        tx.now,
    )
    if brand_id is None:
        raise BrandNameTaken(field="name")
    return brand_id


class FirstBrand:
    """Furnishes a new company with a brand of its own name (`damso.team.set_up.Furnisher`)."""

    async def furnish(self, tx: Transaction, company: Company) -> None:
        if not await tx.value("SELECT EXISTS (SELECT FROM brand)"):
            await create_brand(tx, company.name, timezone=company.timezone)
