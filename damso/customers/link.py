"""Joining customers: entries are appended to the identity graph's log, and who belongs to whom is derived from it.

Facts stay with their identities; joining only re-points identities, so taking a link back gives each side what is its
own. Links by rule respect a `separate` entry: they are kept, and join once it is lifted.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from damso.customers.graph import Entry, active, components
from damso.customers.lock import Moved, lock_customers, lock_shown_customers
from damso.customers.shown import refresh
from damso.customers.types import INTERNAL, Evidence, Strength
from damso.kernel import log
from damso.kernel.database import Transaction
from damso.kernel.errors import NotFound
from damso.kernel.ids import new_id
from damso.kernel.log import SYSTEM, Actor, Event

_STRENGTHS: tuple[Strength, ...] = ("analytic", "asserted", "proven")


class Linked(Struct, frozen=True):
    """`joined` is whether the two are one customer now; `link_id` the entry that says so."""

    link_id: int
    customer_id: UUID
    joined: bool


async def link(
    tx: Transaction, one: int, other: int, *, strength: Strength, evidence: Evidence, actor: Actor = SYSTEM
) -> Linked:
    """Say that two identities are one person. Proven and asserted links join, analytic ones only suggest.

    Saying again what stands already, at least as strongly, appends nothing. Raises `NotFound`, and ValueError where
    an agent claims proof: what a person decides is asserted.
    """
    if strength == "proven" and actor.kind == "agent":
        raise ValueError("an agent asserts, only the customer's own act proves")
    cluster = await _lock_cluster(tx, (one, other))
    standing = _standing(cluster.entries, one, other)
    if standing and _STRENGTHS.index(standing.strength) >= _STRENGTHS.index(strength):
        return Linked(standing.id, cluster.customer_of[one], cluster.customer_of[one] == cluster.customer_of[other])
    number = await _append(tx, "link", one, other, strength=strength, evidence=evidence, actor=actor)
    customer_of = await _derive(tx, cluster, actor)
    return Linked(number, customer_of[one], customer_of[one] == customer_of[other])


async def separate(tx: Transaction, one: int, other: int, *, evidence: Evidence, actor: Actor) -> int:
    """Say that two identities are two persons, whatever links say, until `unlink` takes it back; the entry's id."""
    cluster = await _lock_cluster(tx, (one, other))
    number = await _append(tx, "separate", one, other, strength="asserted", evidence=evidence, actor=actor)
    await _derive(tx, cluster, actor)
    return number


async def unlink(tx: Transaction, link_id: int, *, evidence: Evidence, actor: Actor) -> None:
    """Take an entry of the log back, and with it what followed from it. Raises `NotFound`."""
    row = await tx.row("SELECT identity_id, other_id, strength FROM link WHERE id = $1", link_id)
    if row is None:
        raise NotFound
    one, other = row["identity_id"], row["other_id"]
    cluster = await _lock_cluster(tx, (one, other))
    if link_id not in {entry.id for entry in active(cluster.entries)}:
        return
    await _append(tx, "unlink", one, other, strength=row["strength"], evidence=evidence, actor=actor, revokes=link_id)
    await _derive(tx, cluster, actor)


class _Node(Struct, frozen=True):
    id: int
    kind: str
    customer_id: UUID
    home_id: UUID


class _Cluster(Struct, frozen=True):
    """Identities that any bond connects, standing or held off by a separation, with all entries about them."""

    nodes: Sequence[_Node]
    entries: Sequence[Entry]

    @property
    def customer_of(self) -> dict[int, UUID]:
        return {node.id: node.customer_id for node in self.nodes}

    @property
    def internal_of(self) -> dict[UUID, int]:
        """The internal identity of each customer that was ever made in here."""
        return {node.home_id: node.id for node in self.nodes if node.kind == INTERNAL}


async def _lock_cluster(tx: Transaction, identity_ids: Collection[int]) -> _Cluster:
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


async def _load(tx: Transaction, customer_ids: Collection[UUID]) -> _Cluster:
    nodes = await tx.all(
        _Node, "SELECT id, kind, customer_id, home_id FROM identity WHERE customer_id = ANY ($1)", list(customer_ids)
    )
    return _Cluster(nodes, await _entries(tx, [node.id for node in nodes]))


async def _entries(tx: Transaction, identity_ids: Collection[int]) -> list[Entry]:
    """All entries between these identities; one that takes back names the same pair as what it takes back."""
    return await tx.all(
        Entry,
        """SELECT id, kind, strength, identity_id AS one, other_id AS other, revokes FROM link
        WHERE identity_id = ANY ($1) AND other_id = ANY ($1)""",
        list(identity_ids),
    )


def _standing(entries: Sequence[Entry], one: int, other: int) -> Entry | None:
    """The strongest link between two identities that nobody took back."""
    between = [
        entry
        for entry in active(entries)
        if entry.kind in ("link", "merge") and {entry.one, entry.other} == {one, other}
    ]
    return max(between, key=lambda entry: _STRENGTHS.index(entry.strength), default=None)


async def _append(
    tx: Transaction,
    kind: str,
    one: int,
    other: int,
    *,
    strength: Strength,
    evidence: Evidence,
    actor: Actor,
    revokes: int | None = None,
) -> int:
    number: int = await tx.value(
        """INSERT INTO link (kind, strength, identity_id, other_id, evidence, actor_kind, actor_id, at, revokes)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id""",
        kind,
        strength,
        one,
        other,
        dict(evidence),
        actor.kind,
        actor.id,
        tx.now,
        revokes,
    )
    return number


async def _derive(tx: Transaction, cluster: _Cluster, actor: Actor) -> dict[int, UUID]:
    """Bring identities and customers to what the log says now; the customer of each identity."""
    entries = await _entries(tx, [node.id for node in cluster.nodes])
    internal_of = cluster.internal_of
    homes = {node.id: internal_of[node.home_id] for node in cluster.nodes}
    partition = components([node.id for node in cluster.nodes], entries, homes)
    survivor_of = await _survivors(tx, cluster, partition)
    customer_of = {node.id: survivor_of[partition[node.id]] for node in cluster.nodes}
    await _point(
        tx, {node.id: customer_of[node.id] for node in cluster.nodes if customer_of[node.id] != node.customer_id}
    )
    merged_into = {home: customer_of[internal] for home, internal in internal_of.items()}
    await _note_merges(tx, merged_into, cluster, actor)
    await refresh(tx, set(customer_of.values()))
    return customer_of


async def _survivors(tx: Transaction, cluster: _Cluster, partition: dict[int, int]) -> dict[int, UUID]:
    """For each component its oldest customer; one that has none, because a separation keeps it from its home, gets
    a new one."""
    ages: dict[UUID, datetime] = {
        row["id"]: row["created_at"]
        for row in await tx.rows("SELECT id, created_at FROM customer WHERE id = ANY ($1)", list(cluster.internal_of))
    }
    homes: defaultdict[int, list[UUID]] = defaultdict(list)
    for home, internal in cluster.internal_of.items():
        homes[partition[internal]].append(home)
    return {
        component: min(homes[component], key=lambda home: (ages[home], home))
        if homes[component]
        else await _new_customer_for(tx, component)
        for component in sorted(set(partition.values()))
    }


async def _new_customer_for(tx: Transaction, identity_id: int) -> UUID:
    customer_id = new_id()
    await tx.execute(
        """INSERT INTO customer (id, locale, timezone, created_at, last_seen_at)
        SELECT $2, c.locale, c.timezone, $3, i.last_seen_at FROM identity i JOIN customer c ON c.id = i.customer_id
        WHERE i.id = $1""",
        identity_id,
        customer_id,
        tx.now,
    )
    internal: int = await tx.value(
        """INSERT INTO identity (kind, scope, value, customer_id, home_id, proof, source, first_seen_at, last_seen_at)
        VALUES ($1, '', $2::text, $3, $3, 'none', 'system', $4, $4) RETURNING id""",
        INTERNAL,
        str(customer_id),
        customer_id,
        tx.now,
    )
    await _append(tx, "link", identity_id, internal, strength="asserted", evidence={"rule": "separated"}, actor=SYSTEM)
    return customer_id


async def _point(tx: Transaction, customer_of: dict[int, UUID]) -> None:
    if customer_of:
        await tx.execute(
            "UPDATE identity i SET customer_id = n.customer_id"
            " FROM unnest($1::bigint[], $2::uuid[]) AS n(id, customer_id) WHERE i.id = n.id",
            list(customer_of),
            list(customer_of.values()),
        )


_MERGE = """
WITH before AS (SELECT id, merged_into, locale, timezone FROM customer WHERE id = ANY ($1)),
wanted AS (
    SELECT b.*, nullif(n.shown_id, b.id) AS into_id FROM before b
    JOIN unnest($1::uuid[], $2::uuid[]) AS n(id, shown_id) ON n.id = b.id
), lent AS (
    SELECT coalesce(into_id, id) AS id, max(locale) AS locale, max(timezone) AS timezone FROM wanted GROUP BY 1
), seen AS (
    SELECT customer_id AS id, max(last_seen_at) AS at FROM identity WHERE customer_id = ANY ($2) GROUP BY 1
), changed AS (
    UPDATE customer c SET merged_into = w.into_id,
        last_seen_at = coalesce(s.at, c.last_seen_at),
        locale = coalesce(c.locale, l.locale), timezone = coalesce(c.timezone, l.timezone)
    FROM wanted w LEFT JOIN lent l ON l.id = w.id LEFT JOIN seen s ON s.id = w.id WHERE c.id = w.id
), hidden AS (
    DELETE FROM customer_search s USING wanted w WHERE s.customer_id = w.id AND w.into_id IS NOT NULL
)
SELECT id, into_id FROM wanted WHERE (into_id IS NULL) <> (merged_into IS NULL)
"""


async def _note_merges(tx: Transaction, merged_into: dict[UUID, UUID], cluster: _Cluster, actor: Actor) -> None:
    """Hide customers that became part of another, show those that are their own again, and log both."""
    changed = await tx.rows(_MERGE, list(merged_into), list(merged_into.values()))
    internal_of = cluster.internal_of
    await log.append(
        tx,
        *(
            Event(
                name="customer.merged" if row["into_id"] else "customer.unmerged",
                subject_kind="customer",
                subject_id=str(row["id"]),
                actor=actor,
                identity_id=internal_of[row["id"]],
                properties={"into": str(row["into_id"])} if row["into_id"] else {},
            )
            for row in changed
        ),
    )
