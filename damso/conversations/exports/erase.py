"""Forgetting a customer in files that were exported: such a file goes whole, made or being made."""

from collections.abc import Mapping
from typing import ClassVar

from damso.kernel.database import Transaction
from damso.kernel.erasure import Erased, Kept, Person

_THEIRS = "SELECT DISTINCT job_id FROM export_part WHERE identity_ids && $1::bigint[]"


class ExportEraser:
    store: ClassVar[str] = "exports"

    async def count(self, tx: Transaction, person: Person) -> Mapping[str, int]:
        found = await tx.value(f"SELECT count(*) FROM ({_THEIRS}) AS theirs", list(person.identity_ids))
        return {"exports": found}

    async def kept(self, tx: Transaction, person: Person) -> list[Kept]:
        return []

    async def erase(self, tx: Transaction, person: Person) -> Erased:
        """Waits for parts that are just being kept, so that it sees them; later ones the lane refuses."""
        await tx.execute("SELECT FROM export_job WHERE state = 'waiting' ORDER BY id FOR UPDATE")
        gone = await tx.execute(f"DELETE FROM export_job WHERE id IN ({_THEIRS})", list(person.identity_ids))
        return Erased(rows=gone)
