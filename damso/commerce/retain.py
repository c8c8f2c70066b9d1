"""Orders and carts that are over their time, which begins with the last that happened to them.

An order goes with its lines, its changes and its returns; not while a return is under way, nor before the time of the
return is over as well. A shop's event about an order that went makes one of what that event tells alone.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from damso.commerce.types import OrderKind
from damso.kernel.database import Transaction
from damso.kernel.retention import KeptClass, MonthCount

CHUNK = 200
"""Orders of one transaction, each with its lines and changes."""

# `placed_at` is asked for as well, since an index goes by it.
_OVER = """
    o.kind = $2 AND o.placed_at < $1 AND o.changed_at < $1
    AND NOT EXISTS (SELECT FROM return_case r WHERE r.order_id = o.id
        AND (r.state IN ('asked', 'approved', 'received') OR r.changed_at >= $1))
"""

_DUE = f"""
SELECT date_trunc('month', greatest(o.placed_at, o.changed_at) AT TIME ZONE 'UTC')::date AS month, count(*) AS count
FROM customer_order o WHERE {_OVER} GROUP BY 1 ORDER BY 1
"""

_DESTROY = f"""
DELETE FROM customer_order WHERE id IN (
    SELECT o.id FROM customer_order o WHERE {_OVER} ORDER BY o.placed_at, o.id LIMIT $3 FOR UPDATE SKIP LOCKED)
"""


class _OrderRecords:
    """Of one kind."""

    kind: ClassVar[OrderKind]

    async def due(self, tx: Transaction, before: datetime) -> Sequence[MonthCount]:
        return await tx.all(MonthCount, _DUE, before, self.kind)

    async def destroy(self, tx: Transaction, before: datetime) -> int:
        return await tx.execute(_DESTROY, before, self.kind, CHUNK)


class OrderRecords(_OrderRecords):
    """Orders, which the law wants for five years."""

    record_class: ClassVar[KeptClass] = "order"
    kind: ClassVar[OrderKind] = "order"


class CartRecords(_OrderRecords):
    """Carts, which no law asks for."""

    record_class: ClassVar[KeptClass] = "cart"
    kind: ClassVar[OrderKind] = "cart"
