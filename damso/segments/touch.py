"""Which leaves of which customers a fact touches."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from msgspec import Struct

from damso.kernel.database import Transaction
from damso.kernel.log import Recorded
from damso.segments.evaluate import Pair
from damso.segments.plan import Plan
from damso.segments.rule import Leaf, Performed

WHOLE = frozenset({"identity.linked", "identity.unlinked", "customer.merged", "customer.unmerged", "customer.erased"})
"""Facts after which everything about a customer is another, since identities came or went."""
_OF_IDENTITIES = frozenset({"identity.added", "identity.proven", "customer.created"})
_OF_CONSENTS = frozenset({"consent.given", "consent.withdrawn"})
_OF_CUSTOMERS = frozenset({"customer.created", "customer.merged", "customer.unmerged", "customer.erased"})
_APPEARING = frozenset({"customer.created", *WHOLE})


class Touched(Struct, frozen=True, kw_only=True):
    """Pairs to work out anew, and customers that came or went."""

    pairs: set[Pair]
    appeared: set[UUID]


async def touched(tx: Transaction, plan: Plan, events: Sequence[Recorded]) -> Touched:
    """What these facts touch. Two statements, and one more where leaves may be left alone."""
    customer_of = await _customers(tx, {event.identity_id for event in events if event.identity_id is not None})
    anchored = await _anchors(tx, plan, {event.conversation_id for event in events if event.conversation_id})
    pairs: set[Pair] = set()
    appeared: set[UUID] = set()
    for event in events:
        customers = _concerned(event, customer_of)
        pairs |= {(leaf, customer) for leaf in _leaves(plan, event) for customer in customers}
        if anchor := anchored.get(event.conversation_id):
            pairs |= {(leaf, anchor) for leaf in plan.of_conversations}
        if event.name in _APPEARING and event.stream == "care":
            appeared |= customers
    return Touched(pairs=await _worth_asking(tx, plan, pairs, appeared), appeared=appeared)


def _leaves(plan: Plan, event: Recorded) -> Iterable[int]:
    if event.stream == "care" and event.name in WHOLE:
        return plan.leaves.keys()
    found = plan.by_event.get((event.stream, event.name), frozenset())
    if event.stream == "care" and event.name == "trait.changed":
        return found.union(*(plan.by_trait.get(str(key), frozenset()) for key in event.properties.get("keys", ())))
    if event.stream == "care" and event.name in _OF_CONSENTS:
        return found | plan.of_consents
    return found | plan.of_identities if event.stream == "care" and event.name in _OF_IDENTITIES else found


def _concerned(event: Recorded, customer_of: Mapping[int | None, UUID]) -> set[UUID]:
    """Whom a fact is about: its identity's customer, of one about a customer also that one, of a merge both sides."""
    found = {customer for customer in [customer_of.get(event.identity_id)] if customer}
    if event.stream == "care" and event.name in _OF_CUSTOMERS:
        other = event.properties.get("into") or event.properties.get("from")
        found |= {UUID(event.subject_id), *([UUID(str(other))] if other else [])}
    return found


async def _customers(tx: Transaction, identity_ids: Collection[int]) -> dict[int | None, UUID]:
    if not identity_ids:
        return {}
    rows = await tx.rows("SELECT id, customer_id FROM identity WHERE id = ANY ($1)", sorted(identity_ids))
    return {row["id"]: row["customer_id"] for row in rows}


async def _anchors(tx: Transaction, plan: Plan, conversation_ids: Collection[UUID]) -> dict[UUID | None, UUID]:
    """Whose these cases are; of one that was joined into another, whose it was and is."""
    if not conversation_ids or not plan.of_conversations:
        return {}
    rows = await tx.rows(
        """SELECT c.id, i.customer_id FROM conversation c JOIN identity i ON i.id = c.anchor_identity_id
        WHERE c.id = ANY ($1)""",
        sorted(conversation_ids),
    )
    return {row["id"]: row["customer_id"] for row in rows}


async def _worth_asking(tx: Transaction, plan: Plan, pairs: set[Pair], appeared: set[UUID]) -> set[Pair]:
    """Without those that another fact cannot change: what happened often enough has not happened less often now.
    When its time comes, its next change is worked out from what there is by then."""
    lasting = sorted(pair for pair in pairs if _only_grows(plan.leaves[pair[0]]) and pair[1] not in appeared)
    if not lasting:
        return pairs
    rows = await tx.rows(
        """SELECT leaf_id, customer_id FROM leaf_state JOIN unnest($1::bigint[], $2::uuid[]) AS p(leaf_id, customer_id)
        USING (leaf_id, customer_id) WHERE holds AND (next_change_at IS NULL OR next_change_at > $3)""",
        [leaf for leaf, _ in lasting],
        [customer for _, customer in lasting],
        tx.now,
    )
    return pairs - {(row["leaf_id"], row["customer_id"]) for row in rows}


def _only_grows(leaf: Leaf) -> bool:
    return isinstance(leaf, Performed) and not leaf.window.before
