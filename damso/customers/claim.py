"""What somebody typed about themselves. It is shown with its source and found by search, and never matched."""

from collections.abc import Collection
from datetime import datetime

from msgspec import Struct

from damso.customers.addresses import canonical
from damso.customers.lock import lock_customer
from damso.customers.shown import refresh
from damso.kernel import log
from damso.kernel.database import Transaction
from damso.kernel.log import Actor, Event


class Claim(Struct, frozen=True, kw_only=True):
    """`kind` is name, email or phone; `source` where it was typed, such as `chat`."""

    id: int
    identity_id: int
    kind: str
    value: str
    source: str
    at: datetime


_NEWEST = """
SELECT id, identity_id, kind, value, source, at FROM claim WHERE identity_id = $1 AND kind = $2
ORDER BY at DESC, id DESC LIMIT 1
"""


async def claim(tx: Transaction, identity_id: int, kind: str, typed: str, *, source: str) -> Claim:
    """Keep a claim; saying the same again changes nothing. Raises the errors of
    `canonical`, and `NotFound`.

    A claimed name is shown as the customer's as long as nobody better gave one (`Customer.name_source`).
    """
    return await keep_claim(tx, identity_id, kind, canonical(kind, typed), source=source)


async def keep_claim(tx: Transaction, identity_id: int, kind: str, value: str, *, source: str) -> Claim:
    """The same for a value that is in canonical form already."""
    customer_id = await lock_customer(tx, identity_id)
    newest = await tx.maybe(Claim, _NEWEST, identity_id, kind)
    if newest and newest.value == value:
        return newest
    made = await tx.one(
        Claim,
        """INSERT INTO claim (identity_id, kind, value, source, at) VALUES ($1, $2, $3, $4, $5)
        RETURNING id, identity_id, kind, value, source, at""",
        identity_id,
        kind,
        value,
        source,
        tx.now,
    )
    if kind == "name":
        await tx.execute(
            """UPDATE customer SET own_name = $2, own_name_source = 'claim'
            WHERE id = (SELECT home_id FROM identity WHERE id = $1) AND own_name_source IN ('none', 'claim')""",
            identity_id,
            value,
        )
    await refresh(tx, [customer_id])
    await log.append(tx, _made(made))
    return made


async def forget_claims(tx: Transaction, identity_id: int, kinds: Collection[str], *, source: str) -> int:
    """Claims of these kinds from one source go, and a name that was shown for them; how many there were."""
    customer_id = await lock_customer(tx, identity_id)
    gone = await tx.execute(
        "DELETE FROM claim WHERE identity_id = $1 AND kind = ANY ($2) AND source = $3", identity_id, list(kinds), source
    )
    if gone and "name" in kinds:
        await tx.execute(
            """UPDATE customer c SET own_name = coalesce(n.value, ''),
                own_name_source = CASE WHEN n.value IS NULL THEN 'none' ELSE 'claim' END
            FROM identity i LEFT JOIN LATERAL (SELECT l.value FROM claim l JOIN identity o ON o.id = l.identity_id
                WHERE o.home_id = i.home_id AND l.kind = 'name' ORDER BY l.at DESC, l.id DESC LIMIT 1) n ON true
            WHERE i.id = $1 AND c.id = i.home_id AND c.own_name_source = 'claim'""",
            identity_id,
        )
    if gone:
        await refresh(tx, [customer_id])
        await log.append(
            tx,
            Event(
                name="claim.withdrawn",
                subject_kind="identity",
                subject_id=str(identity_id),
                actor=Actor("customer"),
                identity_id=identity_id,
                properties={"kinds": sorted(kinds), "source": source},
            ),
        )
    return gone


def _made(claim: Claim) -> Event:
    return Event(
        name="claim.made",
        subject_kind="claim",
        subject_id=str(claim.id),
        actor=Actor("customer"),
        identity_id=claim.identity_id,
        properties={"kind": claim.kind, "source": claim.source},
    )
