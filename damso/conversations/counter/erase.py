"""Forgetting what tills sent of somebody, and the links to their page."""

from collections.abc import Mapping
from typing import ClassVar

from damso.kernel.database import Transaction
from damso.kernel.erasure import Erased, Kept, Person


class CounterEraser:
    """Deletes all of it. Visits and sales themselves are events and orders, which others forget."""

    store: ClassVar[str] = "counter"

    async def count(self, tx: Transaction, person: Person) -> Mapping[str, int]:
        sql = "SELECT count(*) FROM counter_act WHERE identity_id = ANY ($1)"
        return {"counter_acts": await tx.value(sql, list(person.identity_ids))}

    async def kept(self, tx: Transaction, person: Person) -> list[Kept]:
        return []

    async def erase(self, tx: Transaction, person: Person) -> Erased:
        ids = list(person.identity_ids)
        gone = await tx.execute("DELETE FROM counter_act WHERE identity_id = ANY ($1)", ids)
        return Erased(rows=gone + await tx.execute("DELETE FROM member_link WHERE identity_id = ANY ($1)", ids))
