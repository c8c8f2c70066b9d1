"""What the composer shows under an answer: the signature that the customer will get."""

from uuid import UUID

from msgspec import Struct

from damso.brand.signatures import signature_for
from damso.kernel.database import Transaction
from damso.kernel.errors import NotFound
from damso.kernel.i18n import DEFAULT_LOCALE, Locale, as_locale


class SignatureBelow(Struct, frozen=True, kw_only=True):
    """`locale` is the language that the customer reads, by which it was chosen."""

    text: str
    brand_name: str
    locale: Locale


async def signature_below(
    tx: Transaction, conversation_id: UUID, identity_id: int | None, agent_id: UUID
) -> SignatureBelow:
    """Raises `NotFound` for an address that is not in the case."""
    row = await tx.row(_CASE, conversation_id, identity_id)
    if row is None:
        raise NotFound
    return SignatureBelow(
        text=await signature_for(tx, agent_id, row["brand_id"], row["locale"], row["signature"]),
        brand_name=row["brand_name"],
        locale=as_locale(row["locale"]) or DEFAULT_LOCALE,
    )


_CASE = """
SELECT c.brand_id, b.name AS brand_name, b.signature, coalesce(u.locale, 'ko') AS locale
FROM conversation c JOIN brand b ON b.id = c.brand_id JOIN identity a ON a.id = c.anchor_identity_id
    JOIN identity i ON i.id = coalesce($2, a.id) JOIN customer u ON u.id = i.customer_id
WHERE c.id = $1 AND (i.customer_id = a.customer_id OR EXISTS (
    SELECT FROM participant p WHERE p.conversation_id = c.id AND p.identity_id = i.id))
"""
