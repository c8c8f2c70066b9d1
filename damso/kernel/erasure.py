"""Erasing a person: every store that holds something of a customer registers how it forgets it."""

from collections.abc import Sequence
from typing import ClassVar, Protocol
from uuid import UUID

from damso.kernel.database import Transaction


class Eraser(Protocol):
    """Forgets in one store. May run twice."""

    store: ClassVar[str]

    async def erase(self, tx: Transaction, customer_id: UUID, identity_ids: Sequence[int]) -> int:
        """Delete or blank what the store holds of these identities; the number of rows or files."""
