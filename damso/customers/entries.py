"""Writing the log of links. Nothing in it is ever changed: what is taken back stays, beside what takes it back."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from msgspec import Struct

from damso.customers.graph import Entry, Separation
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
    one_side: Collection[int] = ()
    other_side: Collection[int] = ()


def take_back(entry: Entry, kind: str = "unlink") -> NewEntry:
    """What takes an entry back, and with it whatever that entry took back. An `unlink` undoes, an `unmerge` says that
    they are two people."""
    return NewEntry(kind, entry.one, entry.other, entry.strength, entry.id)


def lift(separation: Separation, one_side: Collection[int], other_side: Collection[int]) -> NewEntry:
    """What takes a separation back between these, and leaves the rest of it standing."""
    entry = separation.entry
    pairs = len(entry.one_side) * len(entry.other_side) or 1
    if len(one_side) * len(other_side) == pairs:
        return take_back(entry)
    return NewEntry("unlink", entry.one, entry.other, entry.strength, entry.id, one_side, other_side)


CHUNK = 10_000
"""Entries of one statement."""

_APPEND = """
INSERT INTO link (kind, strength, identity_id, other_id, evidence, actor_kind, actor_id, at, revokes, act_id)
SELECT e.kind, e.strength, e.one, e.other, $6, $7, $8, $9, e.revokes, $10
FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[])
    WITH ORDINALITY AS e(kind, strength, one, other, revokes, n)
ORDER BY e.n RETURNING id
"""

_NAME_SIDES = """
INSERT INTO link_side (link_id, identity_id, side)
SELECT link_id, identity_id, side FROM unnest($1::bigint[], $2::bigint[], $3::smallint[])
    AS s(link_id, identity_id, side)
"""


async def append_entries(
    tx: Transaction, entries: Sequence[NewEntry], *, evidence: Evidence, actor: Actor, act_id: UUID | None = None
) -> list[int]:
    """Write what one decision says, together; the numbers of the entries, in their order."""
    act = act_id or new_id()
    numbers: list[int] = []
    for start in range(0, len(entries), CHUNK):
        some = entries[start : start + CHUNK]
        numbers += await tx.values(
            _APPEND,
            [entry.kind for entry in some],
            [entry.strength for entry in some],
            [entry.one for entry in some],
            [entry.other for entry in some],
            [entry.revokes for entry in some],
            dict(evidence),
            actor.kind,
            actor.id,
            tx.now,
            act,
        )
    await _name_sides(tx, dict(zip(numbers, entries, strict=True)))
    return numbers


async def _name_sides(tx: Transaction, entries: Mapping[int, NewEntry]) -> None:
    rows = [
        (number, identity, side)
        for number, entry in entries.items()
        for side, identities in enumerate((entry.one_side, entry.other_side))
        for identity in sorted(identities)
    ]
    if rows:
        await tx.execute(_NAME_SIDES, *map(list, zip(*rows, strict=True)))
