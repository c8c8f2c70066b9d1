"""Changing what a brand says and looks like, and when it answers."""

from uuid import UUID

import asyncpg
import msgspec

from damso.brand.create_brand import BrandNameTaken
from damso.brand.queries import brand
from damso.brand.types import Brand, BrandPatch, Hours
from damso.kernel.database import Transaction
from damso.kernel.errors import FieldProblem, Invalid, NotFound
from damso.kernel.i18n import Text
from damso.kernel.log import Actor
from damso.team import audit
from damso.team.types import as_timezone

EMPTY_OPENING = Text("여는 시각과 닫는 시각이 같아요.", "Opening and closing are at the same time.")


async def update_brand(tx: Transaction, brand_id: UUID, patch: BrandPatch, actor: Actor) -> Brand:
    """Raises `NotFound`, `BrandNameTaken`, `Invalid`."""
    if patch.hours:
        check_hours(patch.hours)
    try:
        found = await tx.execute(
            """UPDATE brand SET name = coalesce($2, name), colour = coalesce($3, colour),
                greeting_ko = coalesce($4, greeting_ko), greeting_en = coalesce($5, greeting_en),
                signature = coalesce($6, signature), reply_minutes = coalesce($7, reply_minutes),
                hours = coalesce($8, hours), timezone = coalesce($9, timezone) WHERE id = $1""",
            brand_id,
            patch.name.strip() if patch.name is not None else None,
            patch.colour.lower() if patch.colour is not None else None,
            patch.greeting.ko if patch.greeting else None,
            patch.greeting.en if patch.greeting else None,
            patch.signature,
            patch.reply_minutes,
            msgspec.to_builtins(patch.hours) if patch.hours else None,
            as_timezone(patch.timezone) if patch.timezone is not None else None,
        )
    except asyncpg.UniqueViolationError as error:
        raise BrandNameTaken(field="name") from error
    if not found:
        raise NotFound
    changed = [name for name, value in msgspec.structs.asdict(patch).items() if value is not None]
    await audit.record(tx, actor, "brand.changed", brand_id, fields=changed)
    return await brand(tx, brand_id)


def check_hours(hours: Hours) -> None:
    """Refuse an opening that has no length. Raises `Invalid`, which names the days."""
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    problems = tuple(
        FieldProblem(f"hours.{day}", "OPENING_EMPTY", EMPTY_OPENING)
        for day, openings in zip(days, hours.week, strict=True)
        if any(opening.opens == opening.closes for opening in openings)
    )
    if problems:
        raise Invalid(field="hours", problems=problems)
