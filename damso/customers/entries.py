"""Writing the log of links. Nothing in it is ever changed: what is taken back stays, beside what takes it back."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from damso.customers.graph import Entry
from damso.customers.types import Evidence, Strength
from damso.kernel.database import Transaction
from damso.kernel.ids import new_id
from damso.kernel.log import Actor


class NewEntry(Struct, frozen=True):
    """An entry to be written; see `damso.customers.graph.Entry`."""

    kind: str
    one: int
    other: int
    strength: Strength = "asserted"
    revokes: int | None = None


def take_back(entry: Entry, kind: str = "unlink") -> NewEntry:
    """What takes an entry back, and with it whatever that entry took back. An `unlink` undoes, an `unmerge` says that
    they are two people."""
    return NewEntry(kind, entry.one, entry.other, entry.strength, entry.id)


async def append_entries(
    tx: Transaction, entries: Sequence[NewEntry], *, evidence: Evidence, actor: Actor, act_id: UUID | None = None
) -> list[int]:
    """Write what one decision says, together; the numbers of the entries, in their order."""
    return await tx.values(
        """INSERT INTO link (kind, strength, identity_id, other_id, evidence, actor_kind, actor_id, at, revokes, act_id)
        SELECT e.kind, e.strength, e.one, e.other, $2, $3, $4, $5, e.revokes, $6
        FROM jsonb_to_recordset($1) AS e(n int, kind text, strength text, one bigint, other bigint, revokes bigint)
        ORDER BY e.n RETURNING id""",
        [
            {
                "n": number,
                "kind": entry.kind,
                "strength": entry.strength,
                "one": entry.one,
                "other": entry.other,
                "revokes": entry.revokes,
            }
            for number, entry in enumerate(entries)
        ],
        dict(evidence),
        actor.kind,
        actor.id,
        tx.now,
        act_id or new_id(),
    )
