"""How many identities of a kind may come together in one customer by what rules say: as shipped, or as administrators
have set it. What a person decides is not asked here.

A page that says `identify(null)`, a till that calls every customer 0 and a family with one e-mail address would
otherwise make one giant person of many.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Annotated

from msgspec import Meta, Struct

from damso.customers.tracking.types import USER
from damso.customers.types import ANONYMOUS, INTERNAL, VISITOR, IdentityKey
from damso.kernel.database import Transaction
from damso.kernel.errors import Invalid
from damso.kernel.log import Actor
from damso.team import audit

MOST_ALIASES = 5
"""An alias says outright that two user ids are one person: so many may come together by it."""
WAKES = "sources"
"""Whoever takes events remembers rules and blocked values for seconds, and is told here of a change."""


class IdentityLimit(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`most` identities of a kind may come together in one customer, counting those first seen in the last `hours`
    (None: ever). `refuses`: an event that would join more goes to quarantine; otherwise it is taken and the two only
    stay apart. Either way the join is held for a person. Of what one event says, a smaller `priority` is joined first:
    where all cannot be, the more telling one is."""

    most: Annotated[int, Meta(ge=1, le=100_000)]
    hours: Annotated[int, Meta(ge=1, le=8760)] | None = None
    refuses: bool = True
    priority: Annotated[int, Meta(ge=1, le=99)] = 50


SHIPPED: Mapping[str, IdentityLimit] = {
    USER: IdentityLimit(most=1, priority=10),
    "email": IdentityLimit(most=5, priority=20),
    "phone": IdentityLimit(most=5, priority=30),
    ANONYMOUS: IdentityLimit(most=1000, refuses=False, priority=40),
}


async def rules_of(tx: Transaction) -> dict[str, IdentityLimit]:
    """The rule of each kind that has one, by kind."""
    rows = await tx.rows("SELECT kind, most, hours, refuses, priority FROM identity_rule ORDER BY kind")
    own = {
        row["kind"]: IdentityLimit(
            most=row["most"], hours=row["hours"], refuses=row["refuses"], priority=row["priority"]
        )
        for row in rows
    }
    return {**SHIPPED, **own}


async def set_rule(tx: Transaction, kind: str, rule: IdentityLimit, actor: Actor) -> IdentityLimit:
    """From now on; what is one customer already stays one. Raises `Invalid` for a kind that rules do not join by."""
    if kind in (INTERNAL, VISITOR) or not 0 < len(kind) <= 40:
        raise Invalid(field="kind")
    before = (await rules_of(tx)).get(kind)
    await tx.execute(
        """INSERT INTO identity_rule (kind, most, hours, refuses, priority, changed_by, changed_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (kind) DO UPDATE SET most = excluded.most,
            hours = excluded.hours, refuses = excluded.refuses, priority = excluded.priority,
            changed_by = excluded.changed_by, changed_at = excluded.changed_at""",
        kind,
        rule.most,
        rule.hours,
        rule.refuses,
        rule.priority,
        actor.id,
        tx.now,
    )
    await audit.record(tx, actor, "identity.rule_changed", kind, before=_said(before), after=_said(rule))
    tx.wake(WAKES)
    return rule


async def reset_rule(tx: Transaction, kind: str, actor: Actor) -> None:
    """Back to what is shipped: for most kinds no rule at all."""
    before = (await rules_of(tx)).get(kind)
    if await tx.execute("DELETE FROM identity_rule WHERE kind = $1", kind):
        await audit.record(
            tx, actor, "identity.rule_changed", kind, before=_said(before), after=_said(SHIPPED.get(kind))
        )
        tx.wake(WAKES)


def keeps_to(rules: Mapping[str, IdentityLimit], keys: Iterable[IdentityKey]) -> bool:
    """Whether somebody new with all these identities has too many of none."""
    counts = Counter(key.kind for key in keys)
    return all(kind not in rules or count <= rules[kind].most for kind, count in counts.items())


def _said(rule: IdentityLimit | None) -> dict[str, object] | None:
    return {name: getattr(rule, name) for name in IdentityLimit.__struct_fields__} if rule else None
