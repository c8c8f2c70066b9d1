"""Forgetting a customer in the ledger. Nothing of it is kept: who was erased is written to no more, since a keyed hash
of the address stands on the suppression list, and the certificate counts how many entries went."""

from collections.abc import Mapping
from typing import ClassVar

from damso.kernel.database import Transaction
from damso.kernel.erasure import Erased, Kept, Person

_FORGET = (
    "DELETE FROM lane_item WHERE payload->>'send_key' IN (SELECT send_key FROM consent_notice"
    " WHERE identity_id = ANY ($1) AND state = 'queued')",
    "DELETE FROM consent_notice WHERE identity_id = ANY ($1)",
    "DELETE FROM consent_age WHERE identity_id = ANY ($1)",
    "DELETE FROM consent WHERE identity_id = ANY ($1)",
)


class ConsentEraser:
    """Deletes entries, notes of age and notices."""

    store: ClassVar[str] = "consents"

    async def count(self, tx: Transaction, person: Person) -> Mapping[str, int]:
        sql = "SELECT count(*) FROM consent WHERE identity_id = ANY ($1)"
        return {"consents": await tx.value(sql, list(person.identity_ids))}

    async def kept(self, tx: Transaction, person: Person) -> list[Kept]:
        return []

    async def erase(self, tx: Transaction, person: Person) -> Erased:
        # The one way past the ledger's trigger; it ends with this transaction.
        await tx.execute("SELECT set_config('damso.erasing', 'on', true)")
        return Erased(rows=sum([await tx.execute(sql, list(person.identity_ids)) for sql in _FORGET]))
