"""Events that went by rule: whatever leaves said of their customers out of them is asked again.

Any answer may change, to either side: what was often enough is not any more, and the first time is another one. So the
leaves concerned are due at once, and the timer works them out anew from what is left.
"""

from collections.abc import Collection
from datetime import datetime

from damso.kernel.database import Transaction
from damso.segments.plan import load_plan, lock_segments
from damso.segments.reach import reach_of

_DUE_NOW = """
INSERT INTO leaf_state AS s (leaf_id, customer_id, holds, next_change_at)
SELECT DISTINCT g.leaf_id, i.customer_id, false, $3::timestamptz
FROM unnest($1::bigint[], $2::bigint[]) AS g(leaf_id, identity_id) JOIN identity i ON i.id = g.identity_id
ON CONFLICT (leaf_id, customer_id) DO UPDATE SET next_change_at = excluded.next_change_at
"""


async def ask_again(tx: Transaction, gone: Collection[tuple[int, str]], newest: datetime) -> None:
    """Events of these identities and names went, the newest of which was recorded at a moment. Leaves that do not look
    back so far are left alone."""
    await lock_segments(tx)
    plan = await load_plan(tx)
    age = tx.now - newest
    concerned = {number for number, leaf in plan.leaves.items() if (reach := reach_of([leaf])) is None or reach >= age}
    pairs = [
        (leaf, identity)
        for identity, name in sorted(gone)
        for leaf in sorted(plan.by_event.get(("tracked", name), frozenset()) & concerned)
    ]
    if pairs:
        await tx.execute(_DUE_NOW, [leaf for leaf, _ in pairs], [identity for _, identity in pairs], tx.now)
