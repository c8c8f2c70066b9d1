"""Erasing a person: every store that holds something of a customer registers how it forgets it.

The room of customers decides about an erasure and walks through the stores (`damso.customers.erasure`); `bootstrap`
names them. What a store finds to delete on disk it names, and the files go once nothing refers to them any more.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Protocol
from uuid import UUID

from msgspec import Struct

from damso.kernel.database import Transaction

LEAST_NEEDLE = 6
"""Characters an address has at least to be looked for in what others wrote."""
LEAST_NAME = 3
"""The same for a name: two syllables are part of too many words."""


class Person(Struct, frozen=True, kw_only=True):
    """Who is erased: a customer with all that were joined to them, and what they are known by until it is gone."""

    erasure_id: UUID
    customer_ids: tuple[UUID, ...]
    identity_ids: tuple[int, ...]
    since: datetime
    """When the first of the identities was seen."""
    addresses: tuple[tuple[str, str], ...] = ()
    """Kind and value of every identity, but for internal ones."""
    names: tuple[str, ...] = ()

    @property
    def values(self) -> list[str]:
        return [value for _, value in self.addresses]

    @property
    def needles(self) -> list[str]:
        """What is taken out of what others wrote, the longest first."""
        found = {value for value in self.values if len(value) >= LEAST_NEEDLE}
        found |= {name for name in self.names if len(name) >= LEAST_NAME}
        return sorted(found, key=lambda needle: (-len(needle), needle))


class Kept(Struct, frozen=True, kw_only=True):
    """Records that the law wants kept: of which class, how many, and until when."""

    record_class: str
    count: int
    until: datetime


class Erased(Struct, frozen=True, kw_only=True):
    """What one step did: rows, files that may be unneeded now, and whether there is more to do."""

    rows: int = 0
    files: frozenset[str] = frozenset()
    more: bool = False


class Eraser(Protocol):
    """Forgets in one store. May run twice, and each step takes a short transaction."""

    store: ClassVar[str]

    async def count(self, tx: Transaction, person: Person) -> Mapping[str, int]:
        """What would go, by kind, for the preview."""

    async def kept(self, tx: Transaction, person: Person) -> list[Kept]:
        """What would be kept, apart from all else, because the law wants it."""

    async def erase(self, tx: Transaction, person: Person) -> Erased:
        """Delete or blank some of what the store holds."""
