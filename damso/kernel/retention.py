"""Records that go by rule when they are over their time: every room that owns some contributes its class.

The rules, the dry run and the run itself are `damso.conversations.retention`; what "over" means, how a chunk goes and
what goes with it only the owning room knows. `bootstrap` names them all.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import ClassVar, Literal, Protocol

from msgspec import Struct

from damso.kernel.database import Transaction

KeptClass = Literal["behaviour", "order", "cart", "consent", "enrichment", "quarantine"]
"""Classes of records besides cases."""


class MonthCount(Struct, frozen=True, kw_only=True):
    """Records that came to their end in a month (UTC)."""

    month: date
    count: int


class Records(Protocol):
    """Records of one class. What `due` counts, `destroy` destroys: both go by one condition."""

    record_class: ClassVar[KeptClass]

    async def due(self, tx: Transaction, before: datetime) -> Sequence[MonthCount]:
        """How many were over before a moment, by the month of their end. Reads only; may take seconds."""

    async def destroy(self, tx: Transaction, before: datetime) -> int:
        """Destroy a chunk of them in a short transaction; how many went, 0 where none is left. May run twice."""
