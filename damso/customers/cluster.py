"""Identities that have to do with each other: whoever any link ever joined, with all that was said about them."""

from collections.abc import Collection, Sequence
from uuid import UUID

from msgspec import Struct

from damso.customers.graph import Entry, components
from damso.customers.lock import Moved, lock_customers, lock_shown_customers
from damso.customers.types import INTERNAL
from damso.kernel.database import Transaction
from damso.kernel.errors import NotFound


class Node(Struct, frozen=True):
    id: int
    kind: str
    customer_id: UUID
    home_id: UUID


class Cluster(Struct, frozen=True):
    """Identities that any bond connects, standing or held off by a separation, with all entries about them."""

    nodes: Sequence[Node]
    entries: Sequence[Entry]

    @property
    def customer_of(self) -> dict[int, UUID]:
        return {node.id: node.customer_id for node in self.nodes}

    @property
    def internal_of(self) -> dict[UUID, int]:
        """The internal identity of each customer that was ever made in here."""
        return {node.home_id: node.id for node in self.nodes if node.kind == INTERNAL}

    @property
    def homes(self) -> dict[int, int]:
        """For each identity the internal one of the customer it was first seen with."""
        internal_of = self.internal_of
        return {node.id: internal_of[node.home_id] for node in self.nodes}

    def partition(self, entries: Sequence[Entry] | None = None) -> dict[int, int]:
        """Who is one person: as the log says, or as these entries would."""
        return components([node.id for node in self.nodes], self.entries if entries is None else entries, self.homes)


async def read_cluster(tx: Transaction, identity_ids: Collection[int]) -> Cluster:
    """The same as `lock_cluster` gives, for who only looks. Raises `NotFound`."""
    cluster = await _load(tx, await _customers_around(tx, identity_ids))
    if not cluster.customer_of.keys() >= set(identity_ids):
        raise NotFound
    return cluster


async def lock_cluster(tx: Transaction, identity_ids: Collection[int]) -> Cluster:
    """Lock all customers of a cluster in the order that `damso.customers.lock` names. Where it grew while we waited,
    let go and begin again: locking the rest out of order could make two transactions wait for each other."""
    while True:
        before = await _customers_around(tx, identity_ids)
        try:
            async with tx.savepoint():
                await lock_shown_customers(tx, before)
                if await _customers_around(tx, identity_ids) != before:
                    raise Moved
        except Moved:
            continue
        cluster = await _load(tx, before)
        if not cluster.customer_of.keys() >= set(identity_ids):
            raise NotFound
        await lock_customers(tx, cluster.internal_of.keys() - before)
        return cluster


_AROUND = """
WITH RECURSIVE around AS (
    SELECT customer_id FROM identity WHERE id = ANY ($1)
    UNION
    SELECT next.customer_id FROM around a JOIN identity i ON i.customer_id = a.customer_id
    CROSS JOIN LATERAL (
        SELECT n.customer_id FROM link l JOIN identity n ON n.id = l.other_id
        WHERE l.identity_id = i.id AND l.kind IN ('link', 'merge') AND l.strength <> 'analytic'
        UNION ALL
        SELECT n.customer_id FROM link l JOIN identity n ON n.id = l.identity_id
        WHERE l.other_id = i.id AND l.kind IN ('link', 'merge') AND l.strength <> 'analytic'
        UNION ALL
        SELECT n.customer_id FROM identity n
        WHERE n.kind = 'internal' AND n.scope = '' AND n.value = i.home_id::text AND i.home_id <> i.customer_id
        UNION ALL
        SELECT n.customer_id FROM identity n WHERE i.kind = 'internal' AND n.home_id = i.home_id
    ) next
)
SELECT customer_id FROM around
"""


async def _customers_around(tx: Transaction, identity_ids: Collection[int]) -> frozenset[UUID]:
    return frozenset(await tx.values(_AROUND, list(identity_ids)))


async def _load(tx: Transaction, customer_ids: Collection[UUID]) -> Cluster:
    nodes = await tx.all(
        Node, "SELECT id, kind, customer_id, home_id FROM identity WHERE customer_id = ANY ($1)", list(customer_ids)
    )
    return Cluster(nodes, await entries_between(tx, [node.id for node in nodes]))


async def entries_between(tx: Transaction, identity_ids: Collection[int]) -> list[Entry]:
    """All entries between these identities; one that takes back names the same pair as what it takes back."""
    return await tx.all(
        Entry,
        """SELECT id, kind, strength, identity_id AS one, other_id AS other, revokes, act_id FROM link
        WHERE identity_id = ANY ($1) AND other_id = ANY ($1)""",
        list(identity_ids),
    )
