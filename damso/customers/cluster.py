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


async def _customers_around(tx: Transaction, identity_ids: Collection[int]) -> frozenset[UUID]:
    """A statement for each step outwards, about all customers of that step at once: most have nobody around them."""
    found: set[UUID] = set()
    step = set(await tx.values("SELECT customer_id FROM identity WHERE id = ANY ($1)", list(identity_ids)))
    while step:
        found |= step
        step = set(await tx.values(_NEXT, list(step))) - found
    return frozenset(found)


# Arrays, and not joins: what the planner guesses of one identity's links is wrong by a thousand where one has so many.
_NEXT = """
WITH here AS MATERIALIZED (
    SELECT id, kind, customer_id, home_id FROM identity WHERE customer_id = ANY ($1)
), met AS MATERIALIZED (
    SELECT other_id AS id FROM link
    WHERE identity_id = ANY (ARRAY(SELECT id FROM here)) AND kind IN ('link', 'merge') AND strength <> 'analytic'
    UNION
    SELECT identity_id FROM link
    WHERE other_id = ANY (ARRAY(SELECT id FROM here)) AND kind IN ('link', 'merge') AND strength <> 'analytic'
)
SELECT customer_id FROM identity WHERE id = ANY (ARRAY(SELECT id FROM met EXCEPT SELECT id FROM here))
UNION
SELECT customer_id FROM identity WHERE kind = 'internal' AND scope = ''
    AND value = ANY (ARRAY(SELECT DISTINCT home_id::text FROM here WHERE home_id <> customer_id))
UNION
SELECT customer_id FROM identity WHERE home_id = ANY (ARRAY(SELECT home_id FROM here WHERE kind = 'internal'))
"""


async def _load(tx: Transaction, customer_ids: Collection[UUID]) -> Cluster:
    nodes = await tx.all(
        Node, "SELECT id, kind, customer_id, home_id FROM identity WHERE customer_id = ANY ($1)", list(customer_ids)
    )
    return Cluster(nodes, await entries_between(tx, [node.id for node in nodes]))


async def entries_between(tx: Transaction, identity_ids: Collection[int]) -> list[Entry]:
    """All entries between these identities, with whomever else they name; one that takes back names the same pair as
    what it takes back."""
    return await tx.all(Entry, _BETWEEN, list(identity_ids))


async def proofs_between(tx: Transaction, identity_ids: Collection[int]) -> list[Entry]:
    """The same, of what joins only proof, and none that an agent claims."""
    return await tx.all(Entry, _BETWEEN + _PROOFS_ONLY, list(identity_ids))


_BETWEEN = """
WITH wide AS MATERIALIZED (
    SELECT link_id FROM link_side WHERE identity_id = ANY ($1) GROUP BY link_id HAVING min(side) < max(side)
), told AS MATERIALIZED (
    SELECT id FROM link WHERE identity_id = ANY ($1) AND other_id = ANY ($1)
    UNION
    SELECT l.id FROM wide JOIN link s ON s.id = wide.link_id
    JOIN link l ON l.identity_id = s.identity_id AND l.other_id = s.other_id
    WHERE s.kind = 'separate' AND (l.id = s.id OR l.revokes IS NOT NULL)
), sides AS MATERIALIZED (
    SELECT s.link_id, array_agg(s.identity_id) FILTER (WHERE s.side = 0) AS one_side,
        array_agg(s.identity_id) FILTER (WHERE s.side = 1) AS other_side
    FROM told JOIN link_side s ON s.link_id = told.id GROUP BY s.link_id
)
SELECT l.id, l.kind, l.strength, l.identity_id AS one, l.other_id AS other, l.revokes, l.act_id,
    coalesce(s.one_side, '{}') AS one_side, coalesce(s.other_side, '{}') AS other_side
FROM told JOIN link l ON l.id = told.id LEFT JOIN sides s ON s.link_id = l.id
"""
_PROOFS_ONLY = """
WHERE l.kind <> 'merge' AND (l.kind <> 'link' OR (l.strength = 'proven' AND l.actor_kind <> 'agent'))
"""
