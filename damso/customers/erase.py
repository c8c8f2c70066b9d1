"""Forgetting a customer in this room."""

from collections.abc import Mapping
from typing import ClassVar

from damso.customers.types import INTERNAL
from damso.kernel.database import Transaction
from damso.kernel.erasure import Erased, Kept, Person

_FORGET = (
    "DELETE FROM held_join WHERE one_id = ANY ($1)",
    "DELETE FROM held_join WHERE other_id = ANY ($1)",
    "DELETE FROM blocked_value b USING identity i WHERE i.id = ANY ($1) AND i.kind <> 'internal'"
    " AND b.pattern = lower(i.value)",
    "DELETE FROM proof_code p USING identity i WHERE i.id = ANY ($1)"
    " AND (p.identity_id = i.id OR (p.kind = i.kind AND p.value = i.value))",
    "DELETE FROM trait_change WHERE identity_id = ANY ($1)",
    "DELETE FROM customer_company WHERE identity_id = ANY ($1)",
    "DELETE FROM claim WHERE identity_id = ANY ($1)",
    "UPDATE link SET evidence = '{}' WHERE (identity_id = ANY ($1) OR other_id = ANY ($1)) AND evidence <> '{}'",
    "UPDATE link l SET evidence = '{}' FROM link_side s WHERE s.identity_id = ANY ($1) AND l.id = s.link_id"
    " AND l.evidence <> '{}'",
    # The row stays, since facts of the log name it; its address is free for a new customer.
    "UPDATE identity SET value = 'erased:' || id, name = '', proof = 'none', bounced_at = NULL"
    " WHERE id = ANY ($1) AND kind <> 'internal' AND value <> 'erased:' || id",
)

_BLANK = """
UPDATE customer SET own_name = '', own_name_source = 'none', name = '', name_source = 'none', locale = NULL,
    timezone = NULL, lent_locale = NULL, lent_timezone = NULL
WHERE id = ANY ($1) AND (own_name <> '' OR name <> '' OR num_nonnulls(locale, timezone, lent_locale, lent_timezone) > 0)
"""

_COUNT = """
SELECT (SELECT count(*) FROM identity WHERE id = ANY ($1) AND kind <> $2 AND value <> 'erased:' || id) AS identities,
    (SELECT count(*) FROM claim WHERE identity_id = ANY ($1)) AS claims,
    (SELECT count(*) FROM trait_change WHERE identity_id = ANY ($1)) AS traits
"""


class CustomerEraser:
    """Blanks names and addresses, deletes what was claimed and known; keeps rows that others point to.

    Goes last: by the names and addresses that it takes away the others find what they hold.
    """

    store: ClassVar[str] = "customers"

    async def count(self, tx: Transaction, person: Person) -> Mapping[str, int]:
        row = await tx.row(_COUNT, list(person.identity_ids), INTERNAL)
        assert row is not None
        return dict(row)

    async def kept(self, tx: Transaction, person: Person) -> list[Kept]:
        return []

    async def erase(self, tx: Transaction, person: Person) -> Erased:
        rows = [await tx.execute(statement, list(person.identity_ids)) for statement in _FORGET]
        ids = list(person.customer_ids)
        rows.append(await tx.execute("DELETE FROM customer_search WHERE customer_id = ANY ($1)", ids))
        rows.append(await tx.execute("DELETE FROM suggestion WHERE one_id = ANY ($1) OR other_id = ANY ($1)", ids))
        rows.append(await tx.execute("DELETE FROM suggestion_due WHERE customer_id = ANY ($1)", ids))
        return Erased(rows=sum(rows) + await tx.execute(_BLANK, ids))
