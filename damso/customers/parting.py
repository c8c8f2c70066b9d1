"""Taking a customer apart, on paper: what would be written into the log, and who would then be one person.

Pure: what a preview shows is what the act then does.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from itertools import chain, pairwise
from uuid import UUID

from msgspec import Struct

from damso.customers.cluster import Cluster
from damso.customers.entries import NewEntry, take_back
from damso.customers.graph import Entry, active
from damso.customers.types import INTERNAL


class Plan(Struct, frozen=True):
    """`entries` to be written, and for each identity the smallest one of the person it then is of."""

    entries: Sequence[NewEntry]
    partition: Mapping[int, int]


def part(cluster: Cluster, leaving: Collection[int]) -> Plan:
    """Let these identities become a person of their own, and the rest of their customer stay one.

    What the company itself asserted between the two sides is taken back. Proof is not, for it happened: it is held off
    by the separation, as rules are, until a person lifts it.
    """
    customer_of = cluster.customer_of
    [customer_id] = {customer_of[one] for one in leaving}
    away = _with_inner_selves(cluster, customer_id, leaving)
    staying = {node.id for node in cluster.nodes if node.customer_id == customer_id} - away
    back = [
        entry
        for entry in active(cluster.entries)
        if entry.joins and entry.strength != "proven" and _crosses(entry, away, staying)
    ]
    written = [take_back(entry, "unmerge") for entry in back] + apart([away, staying])
    partition = cluster.partition(as_if(cluster.entries, written))
    written += _held_together(partition, away) + _held_together(partition, staying)
    return Plan(written, cluster.partition(as_if(cluster.entries, written)))


def part_by_act(cluster: Cluster, act: Collection[Entry]) -> Plan:
    """Take back what one decision joined, and keep apart what then falls apart."""
    of_act = {entry.id for entry in act}
    written = [take_back(entry, "unmerge") for entry in active(cluster.entries) if entry.id in of_act]
    partition = cluster.partition(as_if(cluster.entries, written))
    customer_of = cluster.customer_of
    sides: defaultdict[UUID, defaultdict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for one, root in partition.items():
        sides[customer_of[one]][root].add(one)
    touched = {customer_of[one] for entry in act for one in (entry.one, entry.other)}
    for customer_id in touched:
        written += apart(list(sides[customer_id].values()))
    return Plan(written, cluster.partition(as_if(cluster.entries, written)))


def act_of(entries: Sequence[Entry], link_id: int) -> list[Entry]:
    """All entries of the decision that wrote this one."""
    [named] = [entry for entry in entries if entry.id == link_id]
    return [named] if named.act_id is None else [entry for entry in entries if entry.act_id == named.act_id]


def as_if(entries: Sequence[Entry], written: Sequence[NewEntry]) -> list[Entry]:
    """The log as it would be with these entries in it."""
    after = max((entry.id for entry in entries), default=0) + 1
    return [
        *entries,
        *(
            Entry(
                number,
                entry.kind,
                entry.strength,
                entry.one,
                entry.other,
                entry.revokes,
                one_side=tuple(entry.one_side),
                other_side=tuple(entry.other_side),
            )
            for number, entry in enumerate(written, after)
        ),
    ]


def _with_inner_selves(cluster: Cluster, customer_id: UUID, leaving: Collection[int]) -> set[int]:
    """Who leaves with all addresses that a customer came with takes along what is known of that customer without an
    address."""
    addresses: defaultdict[UUID, set[int]] = defaultdict(set)
    for node in cluster.nodes:
        if node.customer_id == customer_id and node.kind != INTERNAL:
            addresses[node.home_id].add(node.id)
    internal_of = cluster.internal_of
    away = set(leaving) - set(internal_of.values())
    return away | {internal_of[home] for home, ids in addresses.items() if ids <= away and home in internal_of}


def _crosses(entry: Entry, one_side: Collection[int], other_side: Collection[int]) -> bool:
    return (entry.one in one_side and entry.other in other_side) or (
        entry.one in other_side and entry.other in one_side
    )


def apart(sides: Sequence[Collection[int]]) -> list[NewEntry]:
    """Separations between each two of different sides, because any two may be what a rule joins next: one entry parts
    half of the sides from the other half, and each half is then parted in itself."""
    if len(sides) < 2:
        return []
    middle = len(sides) // 2
    left, right = (sorted(chain.from_iterable(some)) for some in (sides[:middle], sides[middle:]))
    return [separation(left, right), *apart(sides[:middle]), *apart(sides[middle:])]


def separation(left: Sequence[int], right: Sequence[int]) -> NewEntry:
    """Of two alone, the pair says all."""
    sides = ((), ()) if len(left) == len(right) == 1 else (left, right)
    return NewEntry("separate", left[0], right[0], one_side=sides[0], other_side=sides[1])


def _held_together(partition: Mapping[int, int], side: Collection[int]) -> list[NewEntry]:
    """Merges between the pieces that a side would fall into without the other."""
    return [NewEntry("merge", one, other) for one, other in pairwise(sorted({partition[one] for one in side}))]
