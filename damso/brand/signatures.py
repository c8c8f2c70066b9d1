"""What agents put under their answers instead of the brand's signature: plain text, for each brand and language."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from damso.brand.queries import brand, brands
from damso.kernel.database import Transaction
from damso.kernel.errors import AppError
from damso.kernel.i18n import Locale, Text
from damso.team.access import Caller

LOCALES: Sequence[Locale] = ("ko", "en")


class Signature(Struct, frozen=True, kw_only=True):
    """`text` is empty where the brand's own signature (`brand_text`) is used; `version` grows with each change."""

    brand_id: UUID
    brand_name: str
    brand_text: str
    locale: Locale
    text: str
    version: int


class SignatureDraft(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`version` is the one that was changed. An empty text takes the signature away."""

    text: Annotated[str, Meta(max_length=2_000, pattern=r"^[^\x00]*$")]
    version: Annotated[int, Meta(ge=0)]


class SignatureChanged(AppError):
    code = "SIGNATURE_CHANGED"
    text = Text(
        "다른 창에서 서명을 먼저 바꿨어요. 새로 고친 뒤 다시 바꿔 주세요.",
        "Another window changed this signature first. Look at it as it is now and try again.",
    )


async def signatures_of(tx: Transaction, caller: Caller) -> list[Signature]:
    """Of every brand in reach, in both languages."""
    rows = await tx.rows(
        "SELECT brand_id, locale, text, version FROM agent_signature WHERE agent_id = $1", caller.agent
    )
    kept = {(row["brand_id"], row["locale"]): row for row in rows}
    return [
        Signature(
            brand_id=voice.id,
            brand_name=voice.name,
            brand_text=voice.signature,
            locale=locale,
            text=row["text"] if (row := kept.get((voice.id, locale))) else "",
            version=row["version"] if row else 0,
        )
        for voice in await brands(tx)
        if caller.limits.admit_brand(voice.id)
        for locale in LOCALES
    ]


async def sign(tx: Transaction, caller: Caller, brand_id: UUID, locale: Locale, draft: SignatureDraft) -> None:
    """Raises `SignatureChanged` where another window was first, `NotFound` for a brand out of reach."""
    caller.check_brand(brand_id)
    await brand(tx, brand_id)
    stored = await tx.value(
        """INSERT INTO agent_signature (agent_id, brand_id, locale, text, version, changed_at)
        VALUES ($1, $2, $3, $4, $5 + 1, $6)
        ON CONFLICT (agent_id, brand_id, locale) DO UPDATE SET text = excluded.text, version = excluded.version,
            changed_at = excluded.changed_at
        WHERE agent_signature.version = $5 RETURNING version""",
        caller.agent,
        brand_id,
        locale,
        draft.text.strip(),
        draft.version,
        tx.now,
    )
    if stored is None:
        raise SignatureChanged


async def signature_for(tx: Transaction, agent_id: UUID | None, brand_id: UUID, locale: str, otherwise: str) -> str:
    """What stands under an answer of the agent to somebody who reads `locale`: their own signature, or `otherwise`."""
    own = await tx.value(
        "SELECT text FROM agent_signature WHERE agent_id = $1 AND brand_id = $2 AND locale = $3",
        agent_id,
        brand_id,
        locale,
    )
    return own or otherwise
