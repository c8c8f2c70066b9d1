"""Taking a customer apart again, and taking any decision about the graph back.

Two ways. `unmerge` says that these are two people: what joined them is taken back and a separation keeps rules from
joining them again. `undo` takes a decision back as if it had never been made, whichever it was: a merge, an un-merge,
"not the same customer", or an undoing. Undoing leaves nothing behind, so decisions may be undone in any order.
"""

from collections.abc import Collection, Sequence
from uuid import UUID

from msgspec import Struct

from damso.customers.card import internal_identity
from damso.customers.cluster import Cluster, lock_cluster, read_cluster
from damso.customers.derive import derive
from damso.customers.entries import append_entries, take_back
from damso.customers.graph import Entry, active
from damso.customers.parting import Plan, act_of, part, part_by_act
from damso.customers.types import INTERNAL, Evidence
from damso.kernel.database import Transaction
from damso.kernel.errors import AppError, NotFound
from damso.kernel.i18n import Text
from damso.kernel.log import Actor


class LeavingInvalid(AppError):
    code = "LEAVING_INVALID"
    status = 422
    text = Text(
        "이 고객의 연락처 중에서 나눌 것을 고르고, 하나 이상은 남겨 주세요.",
        "Choose addresses of this customer to take away, and leave at least one.",
    )


class StillJoined(AppError):
    code = "STILL_JOINED"
    status = 409
    text = Text(
        "다른 이유로도 같은 고객으로 묶여 있어요. 나눌 연락처를 직접 골라 주세요.",
        "They are joined for another reason too. Choose the addresses to take away.",
    )


class ProofStands(AppError):
    code = "PROOF_STANDS"
    status = 409
    text = Text(
        "고객이 직접 확인한 연결은 취소할 수 없어요. 잘못 이어졌다면 연락처를 골라 나눠 주세요.",
        "What the customer proved cannot be undone. If it is wrong, choose the addresses to take away.",
    )


class Unmerged(Struct, frozen=True):
    """`customer_ids` are whom the identities belong to now, the one they left first; `link_id` names the act."""

    customer_ids: Sequence[UUID]
    link_id: int


async def unmerge(
    tx: Transaction,
    customer_id: UUID,
    *,
    actor: Actor,
    evidence: Evidence,
    identity_ids: Collection[int] = (),
    link_id: int | None = None,
) -> Unmerged:
    """Let these identities, or what one merge joined, become a customer of their own.

    Raises `NotFound`, `LeavingInvalid`, `StillJoined`.
    """
    inner = await internal_identity(tx, customer_id)
    cluster = await lock_cluster(tx, [inner])
    plan = _plan(cluster, inner, identity_ids, link_id)
    numbers = await append_entries(tx, plan.entries, evidence={**evidence, "act": "unmerge"}, actor=actor)
    left = cluster.customer_of[inner]
    after = await derive(tx, cluster, actor)
    touched = {one for one, customer in cluster.customer_of.items() if customer == left}
    others = sorted({after[one] for one in touched} - {left})
    return Unmerged([left, *others], numbers[0])


async def plan_unmerge(
    tx: Transaction, customer_id: UUID, *, identity_ids: Collection[int] = (), link_id: int | None = None
) -> tuple[Cluster, Plan]:
    """What `unmerge` would do. Raises the same."""
    inner = await internal_identity(tx, customer_id)
    cluster = await read_cluster(tx, [inner])
    return cluster, _plan(cluster, inner, identity_ids, link_id)


def _plan(cluster: Cluster, inner: int, identity_ids: Collection[int], link_id: int | None) -> Plan:
    return _plan_leaving(cluster, inner, set(identity_ids)) if link_id is None else _plan_act(cluster, inner, link_id)


def _plan_leaving(cluster: Cluster, inner: int, leaving: set[int]) -> Plan:
    shown = cluster.customer_of[inner]
    addresses = {node.id for node in cluster.nodes if node.customer_id == shown and node.kind != INTERNAL}
    if not leaving or not leaving < addresses:
        raise LeavingInvalid(field="identity_ids")
    return part(cluster, leaving)


def _plan_act(cluster: Cluster, inner: int, link_id: int) -> Plan:
    if link_id not in {entry.id for entry in cluster.entries}:
        raise NotFound
    customer_of, shown = cluster.customer_of, cluster.customer_of[inner]
    act = [
        entry
        for entry in act_of(cluster.entries, link_id)
        if entry.joins and entry.strength != "proven" and customer_of[entry.one] == customer_of[entry.other] == shown
    ]
    plan = part_by_act(cluster, act)
    if len({plan.partition[one] for one, customer in cluster.customer_of.items() if customer == shown}) < 2:
        raise StillJoined(field="link_id")
    return plan


async def customers_of_act(tx: Transaction, link_id: int) -> set[UUID]:
    """Whom undoing this would concern. Raises `NotFound`."""
    pair = await tx.row("SELECT identity_id, other_id FROM link WHERE id = $1", link_id)
    if pair is None:
        raise NotFound
    cluster = await read_cluster(tx, tuple(pair))
    customer_of = cluster.customer_of
    return {customer_of[one] for entry in act_of(cluster.entries, link_id) for one in entry.about}


async def undo(tx: Transaction, link_id: int, *, actor: Actor, evidence: Evidence) -> None:
    """Take the decision back that wrote this entry, as if it had not been made. Once undone it stays so, until the
    undoing is undone. Raises `NotFound`, `ProofStands`."""
    pair = await tx.row("SELECT identity_id, other_id FROM link WHERE id = $1", link_id)
    if pair is None:
        raise NotFound
    cluster = await lock_cluster(tx, tuple(pair))
    act = act_of(cluster.entries, link_id)
    if any(entry.joins and entry.strength == "proven" for entry in act):
        raise ProofStands
    if not is_undone(cluster.entries, act):
        await append_entries(tx, [take_back(entry) for entry in act], evidence={**evidence, "act": "undo"}, actor=actor)
        await derive(tx, cluster, actor)


def is_undone(entries: Sequence[Entry], act: Sequence[Entry]) -> bool:
    """Whether a decision that does nothing else took all of this one back, and stands."""
    wanted = {entry.id for entry in act}
    return any(
        {entry.revokes for entry in act_of(entries, standing.id)} == wanted
        for standing in active(entries)
        if standing.kind == "unlink" and standing.revokes in wanted
    )
