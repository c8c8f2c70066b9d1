"""Forgetting a customer in quarantine. What they did stands in the log, which forgets it by itself."""

from collections.abc import Mapping
from typing import ClassVar

from damso.kernel.database import Transaction
from damso.kernel.erasure import Erased, Kept, Person

_WHERE = """
(subjects && $1::text[]
    OR EXISTS (SELECT FROM unnest($2::text[]) AS needle WHERE position(convert_to(needle, 'UTF8') IN body) > 0))
"""


class QuarantineEraser:
    """Deletes refused events that name the customer, or in which their address stands."""

    store: ClassVar[str] = "tracking"

    async def count(self, tx: Transaction, person: Person) -> Mapping[str, int]:
        return {
            "refused_events": await tx.value(f"SELECT count(*) FROM refused_event WHERE {_WHERE}", *_sought(person))
        }

    async def kept(self, tx: Transaction, person: Person) -> list[Kept]:
        return []

    async def erase(self, tx: Transaction, person: Person) -> Erased:
        return Erased(rows=await tx.execute(f"DELETE FROM refused_event WHERE {_WHERE}", *_sought(person)))


def _sought(person: Person) -> tuple[list[str], list[str]]:
    return [f"{kind}:{value}" for kind, value in person.addresses], list(person.needles)
