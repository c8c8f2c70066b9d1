"""The graph of one customer, as it is drawn: identities, and what holds each two of them together, by whom and since
when."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from damso.customers.card import internal_identity
from damso.customers.cluster import entries_between
from damso.customers.graph import Entry, active
from damso.customers.history import reason_of
from damso.customers.types import INTERNAL, Proof, Strength
from damso.kernel.database import Transaction
from damso.kernel.i18n import Locale

MOST = 500
"""Identities that are told; nobody reads a drawing of more."""
Held = Literal["home", "proven", "asserted", "matched", "merged"]
"""Why two identities are one person: they came together, proof, the company's own systems, a rule by probability, or a
person's decision."""


class GraphNode(Struct, frozen=True, kw_only=True):
    """An identity. `record` is a customer as it was first made, which its identities hang on."""

    id: int
    kind: str
    value: str
    name: str
    proof: Proof
    source: str
    record: bool
    first_seen_at: datetime


class GraphEdge(Struct, frozen=True, kw_only=True):
    """What holds two identities together. `link_id` names the decision; null for what came together from the start."""

    one: int
    other: int
    held: Held
    link_id: int | None
    at: datetime
    by: str
    reason: str
    probability: float | None


class IdentityGraph(Struct, frozen=True, kw_only=True):
    """`total` is how many identities there are; of more than `nodes` has, the first are told."""

    nodes: list[GraphNode]
    edges: list[GraphEdge]
    total: int


_NODES = """
SELECT i.id, i.kind, CASE WHEN i.kind = $2 THEN '' ELSE i.value END AS value,
    CASE WHEN i.kind = $2 THEN h.own_name ELSE i.name END AS name, i.proof, i.source, i.kind = $2 AS record,
    i.first_seen_at, i.home_id, count(*) OVER () AS total
FROM identity i JOIN customer h ON h.id = i.home_id
WHERE i.customer_id = (SELECT customer_id FROM identity WHERE id = $1) ORDER BY i.kind <> $2, i.id LIMIT $3
"""


async def identity_graph(tx: Transaction, customer_id: UUID, locale: Locale) -> IdentityGraph:
    """Four statements, however many identities there are. Raises `NotFound`."""
    inner = await internal_identity(tx, customer_id)
    rows = await tx.rows(_NODES, inner, INTERNAL, MOST)
    ids = [row["id"] for row in rows]
    record_of = {row["home_id"]: row["id"] for row in rows if row["record"]}
    homes = [
        GraphEdge(
            one=record_of[row["home_id"]],
            other=row["id"],
            held="home",
            link_id=None,
            at=row["first_seen_at"],
            by="",
            reason="",
            probability=None,
        )
        for row in rows
        if not row["record"] and row["home_id"] in record_of
    ]
    standing = [entry for entry in active(await entries_between(tx, ids)) if entry.joins]
    told = {
        row["id"]: row
        for row in await tx.rows(
            """SELECT l.id, l.evidence, l.at, l.strength, coalesce(a.name, '') AS actor_name FROM link l
            LEFT JOIN agent a ON l.actor_kind = 'agent' AND a.id::text = l.actor_id WHERE l.id = ANY ($1)""",
            [entry.id for entry in standing],
        )
    }
    return IdentityGraph(
        nodes=[_node(row) for row in rows],
        edges=homes + [_edge(entry, told[entry.id], locale) for entry in standing],
        total=rows[0]["total"] if rows else 0,
    )


def _node(row: Any) -> GraphNode:
    return GraphNode(**{field: row[field] for field in GraphNode.__struct_fields__})


def _edge(entry: Entry, row: Any, locale: Locale) -> GraphEdge:
    return GraphEdge(
        one=entry.one,
        other=entry.other,
        held="merged" if entry.kind == "merge" else _held(entry.strength),
        link_id=entry.id,
        at=row["at"],
        by=row["actor_name"],
        reason=reason_of(row, "merge" if entry.kind == "merge" else "link").say(locale),
        probability=row["evidence"].get("probability"),
    )


def _held(strength: Strength) -> Held:
    assert strength != "analytic", "a guess joins nobody"
    return strength
