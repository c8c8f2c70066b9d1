"""Bringing identities and customers to what the log of links says now, and telling the log who moved."""

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from damso.customers.cluster import Cluster, entries_between
from damso.customers.entries import NewEntry, append_entries
from damso.customers.graph import Entry, components, proofs
from damso.customers.shown import refresh
from damso.customers.types import INTERNAL
from damso.kernel import log
from damso.kernel.database import Transaction
from damso.kernel.ids import new_id
from damso.kernel.log import SYSTEM, Actor, Event


async def derive(tx: Transaction, cluster: Cluster, actor: Actor) -> dict[int, UUID]:
    """Bring a locked cluster to what the log says now; the customer of each identity."""
    entries = await entries_between(tx, [node.id for node in cluster.nodes])
    internal_of = cluster.internal_of
    partition = cluster.partition(entries)
    survivor_of = await _survivors(tx, cluster, partition)
    customer_of = {node.id: survivor_of[partition[node.id]] for node in cluster.nodes}
    await _point(
        tx, {node.id: customer_of[node.id] for node in cluster.nodes if customer_of[node.id] != node.customer_id}
    )
    merged_into = {home: customer_of[internal] for home, internal in internal_of.items()}
    await _note_merges(tx, merged_into, cluster, customer_of, actor)
    await refresh(tx, set(customer_of.values()))
    await log.append(tx, *moves(cluster, entries, customer_of, actor))
    return customer_of


def moves(cluster: Cluster, entries: Sequence[Entry], customer_of: Mapping[int, UUID], actor: Actor) -> Sequence[Event]:
    """For each identity that is one person with others than before, or may see others' words than before, the facts
    that tell so: `identity.linked` where somebody joined it, `identity.unlinked` where somebody left it."""
    ids = list(customer_of)
    shared = _changes(ids, cluster.customer_of, customer_of)
    seen = _changes(ids, components(ids, proofs(cluster.entries)), components(ids, proofs(entries)))
    return [
        Event(
            name=f"identity.{name}",
            subject_kind="identity",
            subject_id=str(number),
            identity_id=number,
            actor=actor,
            properties={"customer_id": str(customer_of[number]), "proven": number in seen[name]},
        )
        for name in ("unlinked", "linked")
        for number in sorted(shared[name] | seen[name])
    ]


def _changes(
    ids: Collection[int], before: Mapping[int, Hashable], after: Mapping[int, Hashable]
) -> dict[str, set[int]]:
    """Who gained companions between two partitions, and who lost some."""
    kept = Counter((before[one], after[one]) for one in ids)
    had, has = Counter(before[one] for one in ids), Counter(after[one] for one in ids)
    return {
        "linked": {one for one in ids if has[after[one]] > kept[before[one], after[one]]},
        "unlinked": {one for one in ids if had[before[one]] > kept[before[one], after[one]]},
    }


async def _survivors(tx: Transaction, cluster: Cluster, partition: dict[int, int]) -> dict[int, UUID]:
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
        """INSERT INTO customer (id, own_name, own_name_source, locale, timezone, created_at, last_seen_at)
        SELECT $2, i.name, CASE WHEN i.name = '' THEN 'none' ELSE 'channel' END, c.locale, c.timezone, $3,
            i.last_seen_at
        FROM identity i JOIN customer c ON c.id = i.home_id WHERE i.id = $1""",
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
    await append_entries(tx, [NewEntry("link", identity_id, internal)], evidence={"rule": "separated"}, actor=SYSTEM)
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
WITH wanted AS MATERIALIZED (
    SELECT c.id, c.merged_into, c.locale, c.timezone, nullif(n.shown_id, c.id) AS into_id
    FROM unnest($1::uuid[], $2::uuid[]) AS n(id, shown_id) JOIN customer c ON c.id = n.id
), lent AS (
    SELECT into_id AS id, max(locale) AS locale, max(timezone) AS timezone FROM wanted
    WHERE into_id IS NOT NULL GROUP BY into_id
), seen AS (
    SELECT customer_id AS id, max(last_seen_at) AS at FROM identity WHERE customer_id = ANY ($3) GROUP BY 1
), derived AS MATERIALIZED (
    SELECT w.id, w.into_id, s.at, l.locale, l.timezone
    FROM wanted w LEFT JOIN lent l ON l.id = w.id LEFT JOIN seen s ON s.id = w.id
), changed AS (
    UPDATE customer c SET merged_into = d.into_id,
        last_seen_at = coalesce(d.at, c.last_seen_at),
        lent_locale = d.locale, lent_timezone = d.timezone
    FROM derived d WHERE c.id = d.id
        AND (c.merged_into, c.last_seen_at, c.lent_locale, c.lent_timezone)
            IS DISTINCT FROM (d.into_id, coalesce(d.at, c.last_seen_at), d.locale, d.timezone)
), hidden AS (
    DELETE FROM customer_search s USING wanted w WHERE s.customer_id = w.id AND w.into_id IS NOT NULL
)
SELECT id, into_id, merged_into FROM wanted WHERE (into_id IS NULL) <> (merged_into IS NULL)
"""


async def _note_merges(
    tx: Transaction, merged_into: dict[UUID, UUID], cluster: Cluster, customer_of: Mapping[int, UUID], actor: Actor
) -> None:
    """Hide customers that became part of another, show those that are their own again, and log both."""
    changed = await tx.rows(_MERGE, list(merged_into), list(merged_into.values()), list({*merged_into.values()}))
    internal_of, before = cluster.internal_of, cluster.customer_of
    members: defaultdict[UUID, list[int]] = defaultdict(list)
    for identity_id, customer_id in sorted(customer_of.items()):
        members[customer_id].append(identity_id)
    facts = [
        Event(
            name="customer.merged",
            subject_kind="customer",
            subject_id=str(row["id"]),
            actor=actor,
            identity_id=internal_of[row["id"]],
            properties={"into": str(row["into_id"])},
        )
        if row["into_id"]
        else _unmerged(row["id"], internal_of[row["id"]], row["merged_into"], members[row["id"]], actor)
        for row in changed
    ]
    made = [
        _unmerged(customer_id, identities[0], before[identities[0]], identities, actor)
        for customer_id, identities in members.items()
        if customer_id not in internal_of
    ]
    await log.append(tx, *facts, *made)


def _unmerged(customer_id: UUID, identity_id: int, left: UUID, identities: Sequence[int], actor: Actor) -> Event:
    """A customer stands alone (again); `from` is whom it was part of, `identities` what it took along."""
    return Event(
        name="customer.unmerged",
        subject_kind="customer",
        subject_id=str(customer_id),
        actor=actor,
        identity_id=identity_id,
        properties={"from": str(left), "identities": list(identities)},
    )
