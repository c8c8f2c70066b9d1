"""What an administrator decided about possible duplicates: from which probability a pair is proposed, and whether a
rule joins some by itself. Off as shipped: a person decides."""

from typing import Annotated

from msgspec import Meta, Struct

from damso.kernel.database import Transaction
from damso.kernel.log import Actor
from damso.team import audit

LEAST_JOIN = 0.95
"""Below this no rule may join: one in twenty would be a stranger."""


class MatchPolicy(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`join_at` None: no rule joins anybody."""

    propose_at: Annotated[float, Meta(ge=0.5, le=1)]
    join_at: Annotated[float, Meta(ge=LEAST_JOIN, le=1)] | None


SHIPPED = MatchPolicy(propose_at=0.7, join_at=None)


async def policy_of(tx: Transaction) -> MatchPolicy:
    return await tx.maybe(MatchPolicy, "SELECT propose_at, join_at FROM match_policy") or SHIPPED


async def set_policy(tx: Transaction, policy: MatchPolicy, actor: Actor) -> MatchPolicy:
    """From the next run on. What was joined before stays, and can be undone."""
    before = await policy_of(tx)
    await tx.execute(
        """INSERT INTO match_policy (propose_at, join_at, changed_by, changed_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (one) DO UPDATE SET propose_at = excluded.propose_at, join_at = excluded.join_at,
            changed_by = excluded.changed_by, changed_at = excluded.changed_at""",
        policy.propose_at,
        policy.join_at,
        actor.id,
        tx.now,
    )
    await audit.record(
        tx,
        actor,
        "identity.match_policy_changed",
        "match_policy",
        before={"propose_at": before.propose_at, "join_at": before.join_at},
        after={"propose_at": policy.propose_at, "join_at": policy.join_at},
    )
    return policy
