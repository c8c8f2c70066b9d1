"""Whose words a person may see on their own surfaces: their own, and those of identities joined by proof.

What an agent, our own systems or a guess joined is never shown outward; see docs/glossary.md, "link".
"""

from damso.customers.cluster import proofs_between
from damso.customers.graph import components
from damso.kernel.database import Transaction

_PROVEN = """
WITH RECURSIVE standing AS NOT MATERIALIZED (
    SELECT l.id, l.identity_id, l.other_id FROM link l
    WHERE l.kind = 'link' AND l.strength = 'proven' AND l.actor_kind <> 'agent'
), reached AS (
    SELECT $1::bigint AS id
    UNION
    SELECT next.id FROM reached r CROSS JOIN LATERAL (
        SELECT other_id AS id FROM standing WHERE identity_id = r.id
        UNION ALL
        SELECT identity_id FROM standing WHERE other_id = r.id
    ) next
)
SELECT id FROM reached ORDER BY id
"""


async def disclosed(tx: Transaction, identity_id: int) -> list[int]:
    """The identity and all that proven links join to it, over any number of steps. Links that were taken back do not
    count, and separations hold."""
    reached: list[int] = await tx.values(_PROVEN, identity_id)
    if len(reached) == 1:
        return reached
    partition = components(reached, await proofs_between(tx, reached))
    return [other for other in reached if partition[other] == partition[identity_id]]
