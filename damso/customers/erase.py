"""Forgetting a customer in this room."""

from collections.abc import Sequence
from typing import ClassVar
from uuid import UUID

from damso.kernel.database import Transaction

_FORGET = (
    "DELETE FROM proof_code p USING identity i WHERE i.id = ANY ($1)"
    " AND (p.identity_id = i.id OR (p.kind = i.kind AND p.value = i.value))",
    "DELETE FROM trait_change WHERE identity_id = ANY ($1)",
    "DELETE FROM customer_company WHERE identity_id = ANY ($1)",
    "DELETE FROM claim WHERE identity_id = ANY ($1)",
    "UPDATE link SET evidence = '{}' WHERE (identity_id = ANY ($1) OR other_id = ANY ($1)) AND evidence <> '{}'",
    # The row stays, since messages and conversations name it; its address is free for a new customer.
    "UPDATE identity SET value = 'erased:' || id, name = '', proof = 'none', bounced_at = NULL"
    " WHERE id = ANY ($1) AND kind <> 'internal' AND value <> 'erased:' || id",
)

_BLANK = """
UPDATE customer SET own_name = '', own_name_source = 'none', name = '', name_source = 'none', locale = NULL,
    timezone = NULL
WHERE (id = $1 OR merged_into = $1) AND (own_name <> '' OR name <> '' OR locale IS NOT NULL OR timezone IS NOT NULL)
"""


class CustomerEraser:
    """Blanks names and addresses, deletes what was claimed and known; keeps rows that others point to."""

    store: ClassVar[str] = "customers"

    async def erase(self, tx: Transaction, customer_id: UUID, identity_ids: Sequence[int]) -> int:
        """The number of rows that held something."""
        rows = [await tx.execute(statement, list(identity_ids)) for statement in _FORGET]
        rows.append(await tx.execute("DELETE FROM customer_search WHERE customer_id = $1", customer_id))
        rows.append(await tx.execute("DELETE FROM suggestion WHERE one_id = $1 OR other_id = $1", customer_id))
        return sum(rows) + await tx.execute(_BLANK, customer_id)
