"""Forgetting a person's orders and carts. The shop's own books stay with the shop, which the law has keep them."""

from collections.abc import Mapping
from typing import ClassVar

from damso.commerce.follow import READER
from damso.commerce.keep import refold
from damso.kernel.database import Transaction
from damso.kernel.erasure import Erased, Kept, Person
from damso.kernel.readers import position_of

CHUNK = 500


class CommerceEraser:
    """Deletes orders, and what the person's identities said of orders of others. Goes after the log, and lets the
    reader finish what it has in hand: so nothing is made anew from an event that is gone."""

    store: ClassVar[str] = "commerce"

    async def count(self, tx: Transaction, person: Person) -> Mapping[str, int]:
        sql = "SELECT count(*) FROM customer_order WHERE identity_id = ANY ($1) AND kind = $2"
        ids = list(person.identity_ids)
        return {"orders": await tx.value(sql, ids, "order"), "carts": await tx.value(sql, ids, "cart")}

    async def kept(self, tx: Transaction, person: Person) -> list[Kept]:
        return []

    async def erase(self, tx: Transaction, person: Person) -> Erased:
        await position_of(tx, READER)
        ids = list(person.identity_ids)
        gone = await tx.execute(
            """DELETE FROM customer_order WHERE id IN (
                SELECT id FROM customer_order WHERE identity_id = ANY ($1) ORDER BY id LIMIT $2)""",
            ids,
            CHUNK,
        )
        touched = await tx.values("DELETE FROM order_change WHERE identity_id = ANY ($1) RETURNING order_id", ids)
        await refold(tx, set(touched))
        return Erased(rows=gone + len(touched), more=gone == CHUNK)
