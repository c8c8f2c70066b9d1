"""The one way by which rules bring two identities together: tracking, imports, proofs and matching come through here.

What would make one person of too many is not done, and not lost: it is held for a person to decide
(`damso.customers.protection.held`). What people decide themselves goes by `damso.customers.merge`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from msgspec import Struct

from damso.customers.cluster import Cluster, lock_cluster
from damso.customers.graph import Separation, active, separations
from damso.customers.link import link
from damso.customers.protection.blocked import blocked_of
from damso.customers.protection.rules import IdentityLimit, rules_of
from damso.customers.tracking.types import USER
from damso.customers.types import INTERNAL, Evidence, Strength
from damso.kernel.database import Transaction
from damso.kernel.log import SYSTEM, Actor

Road = Literal["tracking", "import", "code", "token", "match"]
"""How two identities came together: an event, an import, a one-time code, a signed token, bulk matching."""
BLOCKED = "blocked"


class Outcome(Struct, frozen=True, kw_only=True):
    """Whether the two are one customer now. `held`: the kind of which there would be too many, or `blocked`."""

    joined: bool
    held: str = ""


async def join(
    tx: Transaction,
    one: int,
    other: int,
    *,
    strength: Strength,
    road: Road,
    evidence: Evidence,
    actor: Actor = SYSTEM,
    rules: Mapping[str, IdentityLimit] | None = None,
) -> Outcome:
    """Link two identities unless that would join strangers. A `separate` link holds as ever. `rules` None: as they are
    set. Raises `NotFound`."""
    cluster = await lock_cluster(tx, (one, other))
    sides = {row["id"]: row for row in await tx.rows(_SIDES, [one, other])}
    if sides[one]["customer_id"] != sides[other]["customer_id"]:
        blocked = await blocked_of(tx)
        if any(blocked.names_nobody(row["kind"], row["value"]) for row in sides.values() if row["kind"] != INTERNAL):
            return Outcome(joined=False, held=BLOCKED)
        customers = [row["customer_id"] for row in sides.values()]
        excess = await too_many(tx, customers, rules or await rules_of(tx))
        if excess and not await _let_through(tx, one, other, excess, road, _standing(cluster, one, other)):
            return Outcome(joined=False, held=excess.kind)
    made = await link(tx, one, other, strength=strength, evidence=evidence, actor=actor)
    return Outcome(joined=made.joined)


_SIDES = "SELECT id, kind, value, customer_id FROM identity WHERE id = ANY ($1)"


class Excess(Struct, frozen=True):
    """Of a kind there would be `count`."""

    kind: str
    count: int
    most: int


_COUNTS = """
SELECT i.kind, i.first_seen_at, i.customer_id, CASE WHEN i.kind = $2 THEN i.scope ELSE '' END AS scope
FROM identity i WHERE i.customer_id = ANY ($1) AND i.kind = ANY ($3)
"""


async def too_many(tx: Transaction, customers: Sequence[UUID], rules: Mapping[str, IdentityLimit]) -> Excess | None:
    """Of which kind one customer would get too many by joining two that both have some; users are counted in each
    namespace by itself. The most telling kind first."""
    rows = await tx.rows(_COUNTS, list(customers), USER, list(rules))
    by_kind: dict[tuple[str, str], list[tuple[UUID, datetime]]] = {}
    for row in rows:
        by_kind.setdefault((row["kind"], row["scope"]), []).append((row["customer_id"], row["first_seen_at"]))
    for (kind, _), some in sorted(by_kind.items(), key=lambda item: (rules[item[0][0]].priority, item[0])):
        rule = rules[kind]
        since = tx.now - timedelta(hours=rule.hours) if rule.hours else None
        count = sum(1 for _, at in some if since is None or at > since)
        if len({customer for customer, _ in some}) == 2 and count > rule.most:
            return Excess(kind, count, rule.most)
    return None


def _standing(cluster: Cluster, one: int, other: int) -> Sequence[str]:
    """Decisions on a held join that stand where one was made: that they are two people, or a link. What was undone is
    asked again, as is a value that was blocked and is so no longer."""
    standing = active(cluster.entries)
    if any(_between(some, one, other) or _between(some, other, one) for some in separations(standing)):
        return ("allowed", "apart", BLOCKED)
    linked = any(entry.joins and {entry.one, entry.other} == {one, other} for entry in standing)
    return ("allowed",) if linked else ()


def _between(separation: Separation, one: int, other: int) -> bool:
    return one in separation.one_side and other in separation.other_side


async def _let_through(
    tx: Transaction, one: int, other: int, excess: Excess, road: Road, standing: Sequence[str]
) -> bool:
    """Hold the join, once however often it is asked for; whether a person has let it through before. A decision that
    does not stand any more is forgotten, and the join waits for a person again."""
    state = await tx.value(
        """INSERT INTO held_join AS h (one_id, other_id, kind, count, most, road, first_at, last_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
        ON CONFLICT (one_id, other_id) DO UPDATE SET times = h.times + 1, last_at = excluded.last_at,
            kind = excluded.kind, count = excluded.count, most = excluded.most,
            state = CASE WHEN h.state = ANY ($8) THEN h.state ELSE 'waiting' END,
            decided_by = CASE WHEN h.state = ANY ($8) THEN h.decided_by END,
            decided_at = CASE WHEN h.state = ANY ($8) THEN h.decided_at END
        RETURNING state""",
        *sorted((one, other)),
        excess.kind,
        excess.count,
        excess.most,
        road,
        tx.now,
        list(standing),
    )
    return bool(state == "allowed")
