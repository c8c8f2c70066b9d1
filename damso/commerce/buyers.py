"""What customers have bought, all of them at once: when last, how often, for how much."""

from datetime import datetime

from damso.commerce.money import DEFAULT_CURRENCY
from damso.commerce.orders import NOT_OUTDONE
from damso.kernel.database import Transaction

_MOST = 10**18
"""What a column of whole numbers holds, whatever somebody's browser claims to have bought."""

_KEPT = f"""o.kind = 'order' AND o.state IN ('placed', 'partly_refunded') AND o.placed_at > $1 AND {NOT_OUTDONE}"""

BUYERS = f"""
SELECT i.customer_id, max(o.placed_at) AS last_at, count(*) AS orders,
    least(greatest(coalesce(sum(o.total - o.refunded) FILTER (WHERE o.currency = $2), 0), -{_MOST}), {_MOST})::bigint
        AS spent
FROM customer_order o JOIN identity i ON i.id = o.identity_id JOIN customer c ON c.id = i.customer_id
WHERE {_KEPT} AND c.merged_into IS NULL GROUP BY i.customer_id
"""
"""Of orders placed after $1 that were neither cancelled nor given back as a whole, with what is left of their amounts
in the currency $2: unlike currencies never add."""


async def main_currency(tx: Transaction, since: datetime) -> str:
    """That of most orders."""
    found: str | None = await tx.value(
        f"""SELECT o.currency FROM customer_order o WHERE {_KEPT} GROUP BY o.currency
        ORDER BY count(*) DESC, o.currency LIMIT 1""",
        since,
    )
    return found or DEFAULT_CURRENCY
