"""Contribution point: what each room holds on a person, as it is told to that person."""

from collections.abc import Sequence
from typing import Any, ClassVar, Protocol
from uuid import UUID

from msgspec import Struct

from damso.kernel.database import Transaction
from damso.kernel.i18n import Text


class Subject(Struct, frozen=True, kw_only=True):
    """Who asked: the identities the answer is about, and all customers they belong to or came from. With `notes` what
    colleagues wrote among themselves is told as well."""

    customer_ids: tuple[UUID, ...]
    identity_ids: tuple[int, ...]
    notes: bool


class Column(Struct, frozen=True):
    """A field of a section's rows, by the name a layperson reads."""

    key: str
    title: Text


class HeldFile(Struct, frozen=True, kw_only=True):
    """A file, and where it stands in the answer."""

    path: str
    ref: str


class Section(Struct, frozen=True, kw_only=True):
    """What one room holds: why, for how long, and the rows themselves. What is left out is said in `note`."""

    name: str
    title: Text
    why: Text
    kept: Text
    columns: Sequence[Column]
    rows: list[dict[str, Any]]
    files: Sequence[HeldFile] = ()
    note: Text | None = None


class Holding(Protocol):
    """Tells what one store holds on a person; nothing of anybody else."""

    name: ClassVar[str]

    async def told(self, tx: Transaction, subject: Subject) -> Section:
        """Only reads."""
