"""Two customers who are one person, as a person decided. Asserted and never proof: nothing is disclosed by it."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from damso.customers.card import internal_identity
from damso.customers.cluster import Cluster, lock_cluster, read_cluster
from damso.customers.derive import derive
from damso.customers.entries import NewEntry, append_entries, lift
from damso.customers.graph import active, separations
from damso.customers.types import Evidence
from damso.kernel.database import Transaction
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text
from damso.kernel.log import Actor

MOST = 20
"""Customers that are merged at once."""


class NothingToMerge(AppError):
    code = "NOTHING_TO_MERGE"
    status = 422
    text = Text(
        "서로 다른 고객을 둘 이상, {most}명까지 골라 주세요.", "Choose two or more different customers, up to {most}."
    )


class Merged(Struct, frozen=True):
    """`customer_id` is who is shown from now on; `link_id` names the act, to undo it or take it back."""

    customer_id: UUID
    link_id: int


class Union(Struct, frozen=True):
    """Customers who are about to become one: `kept` is who they are then shown as, `lifted` are separations between
    them that somebody wrote, and no more of these than stands between them."""

    kept: UUID
    customer_ids: Sequence[UUID]
    identity_ids: Sequence[int]
    lifted: Sequence[NewEntry]


async def merge(tx: Transaction, customer_ids: Sequence[UUID], *, actor: Actor, evidence: Evidence) -> Merged:
    """Make these customers one, the oldest of them. Whoever was said not to be the same is so no longer.

    Raises `NotFound`, `NothingToMerge`.
    """
    inner = await _inner_selves(tx, customer_ids)
    cluster = await lock_cluster(tx, inner)
    union = _union(cluster, inner)
    internal_of = cluster.internal_of
    first, *others = (internal_of[customer_id] for customer_id in union.customer_ids)
    entries = [*union.lifted, *(NewEntry("merge", first, other) for other in others)]
    numbers = await append_entries(tx, entries, evidence={**evidence, "act": "merge"}, actor=actor)
    customer_of = await derive(tx, cluster, actor)
    return Merged(customer_of[first], numbers[-1])


async def plan_merge(tx: Transaction, customer_ids: Sequence[UUID]) -> tuple[Cluster, Union]:
    """What `merge` would do. Raises `NotFound`, `NothingToMerge`."""
    inner = await _inner_selves(tx, customer_ids)
    cluster = await read_cluster(tx, inner)
    union = _union(cluster, inner)
    kept: UUID = await tx.value(
        "SELECT id FROM customer WHERE id = ANY ($1) ORDER BY created_at, id LIMIT 1",
        [node.home_id for node in cluster.nodes if node.customer_id in union.customer_ids],
    )
    shown: UUID = await tx.value("SELECT coalesce(merged_into, id) FROM customer WHERE id = $1", kept)
    return cluster, Union(shown, union.customer_ids, union.identity_ids, union.lifted)


async def _inner_selves(tx: Transaction, customer_ids: Sequence[UUID]) -> list[int]:
    if not 2 <= len(set(customer_ids)) <= MOST:
        raise NothingToMerge(field="customer_ids", most=MOST)
    return [await internal_identity(tx, customer_id) for customer_id in dict.fromkeys(customer_ids)]


def _union(cluster: Cluster, inner: Sequence[int]) -> Union:
    """Customers that became part of others stand for those."""
    customer_of = cluster.customer_of
    shown = list(dict.fromkeys(customer_of[one] for one in inner))
    if len(shown) < 2:
        raise NothingToMerge(field="customer_ids", most=MOST)
    ids = [node.id for node in cluster.nodes if node.customer_id in shown]
    return Union(shown[0], shown, ids, _lifted(cluster, frozenset(ids)))


def _lifted(cluster: Cluster, joined: frozenset[int]) -> list[NewEntry]:
    """What keeps these apart from each other is taken back; what keeps them from others stays."""
    between = [
        (separation, separation.one_side & joined, separation.other_side & joined)
        for separation in separations(active(cluster.entries))
    ]
    return [lift(separation, left, right) for separation, left, right in between if left and right]
