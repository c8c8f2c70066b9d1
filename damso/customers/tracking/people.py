"""Whose events these are: identities found or made for a whole batch in one statement.

A site's random ids come by the thousand, and most are never more than that. So a new one makes a customer that lists
leave out (`customer.anonymous`), and no fact in the stream `care`: its first tracked event tells of it.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from msgspec import Struct

from damso.customers.identify import Sighting, identify_all
from damso.customers.types import INTERNAL, PROOFS, IdentityKey, Proof
from damso.kernel.database import Transaction
from damso.kernel.ids import new_id

REFRESH = timedelta(minutes=5)
"""`last_seen_at` is at most this much behind, so that a visitor costs no write for each click."""
SOURCE = "tracking"


class Found(Struct, frozen=True):
    """An identity, and whose it is now."""

    id: int
    customer_id: UUID


async def sight(
    tx: Transaction, anonymous: Collection[IdentityKey], users: Mapping[IdentityKey, Proof]
) -> dict[IdentityKey, Found]:
    """Find or make everybody: those a site knows by a random id alone, and those it knows by name."""
    found = await _known(tx, [*anonymous, *users], users)
    news = {key: proof for key, proof in users.items() if key not in found}
    if news:
        # Seldom many: a user is new once, and then somebody whom lists show.
        sightings = [Sighting(key=key, proof=proof, source=SOURCE) for key, proof in news.items()]
        named = await identify_all(tx, sightings)
        found |= {one.key: Found(who.identity_id, who.customer_id) for one, who in zip(sightings, named, strict=True)}
    while missing := [key for key in anonymous if key not in found]:
        found |= await _make(tx, sorted(missing))
        # Whoever else made one of them first has committed by now.
        if missing := [key for key in missing if key not in found]:
            found |= await _known(tx, missing, {})
    return found


# Nobody is waited for: a customer whom somebody else is changing is marked as seen the next time.
_KNOWN = """
WITH known AS MATERIALIZED (
    SELECT g.n, i.id, i.customer_id, i.proof, i.last_seen_at < $4::timestamptz - $5::interval AS stale
    FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS g(kind, value, scope, n)
    JOIN identity i ON i.kind = g.kind AND i.scope = g.scope AND i.value = g.value
), held AS MATERIALIZED (
    SELECT c.id FROM customer c WHERE c.id IN (SELECT customer_id FROM known WHERE stale)
    ORDER BY c.id FOR NO KEY UPDATE SKIP LOCKED
), seen AS (
    UPDATE customer c SET last_seen_at = greatest(c.last_seen_at, $4) FROM held WHERE c.id = held.id
), used AS (
    UPDATE identity i SET last_seen_at = greatest(i.last_seen_at, $4) FROM known k JOIN held ON held.id = k.customer_id
    WHERE i.id = k.id AND k.stale
)
SELECT n, id, customer_id, proof FROM known
"""


async def _known(
    tx: Transaction, keys: Sequence[IdentityKey], users: Mapping[IdentityKey, Proof]
) -> dict[IdentityKey, Found]:
    """Those we know, marked as seen; one that is to be believed more than before is left out."""
    found = {}
    for place, identity_id, customer_id, proof in await tx.rows(_KNOWN, *_columns(keys), tx.now, REFRESH):
        key = keys[place - 1]
        if key not in users or PROOFS.index(proof) >= PROOFS.index(users[key]):
            found[key] = Found(identity_id, customer_id)
    return found


_MAKE = """
WITH given AS (
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::uuid[]) AS g(kind, value, scope, customer_id)
), made AS (
    INSERT INTO identity (kind, scope, value, customer_id, home_id, proof, source, first_seen_at, last_seen_at)
    SELECT kind, scope, value, customer_id, customer_id, 'none', $7, $5, $5 FROM given ORDER BY kind, value, scope
    ON CONFLICT (kind, scope, value) DO NOTHING RETURNING id, customer_id, kind, scope, value
), person AS (
    INSERT INTO customer (id, anonymous, created_at, last_seen_at) SELECT customer_id, true, $5, $5 FROM made
), inner_self AS (
    INSERT INTO identity (kind, scope, value, customer_id, home_id, proof, source, first_seen_at, last_seen_at)
    SELECT $6, '', customer_id::text, customer_id, customer_id, 'none', 'system', $5, $5 FROM made
)
SELECT id, customer_id, kind, scope, value FROM made
"""


async def _make(tx: Transaction, keys: Collection[IdentityKey]) -> dict[IdentityKey, Found]:
    """New ones, in the order of their keys; those somebody else just made are left out."""
    rows = await tx.rows(_MAKE, *_columns(keys), [new_id() for _ in keys], tx.now, INTERNAL, SOURCE)
    return {IdentityKey(row["kind"], row["value"], row["scope"]): Found(row["id"], row["customer_id"]) for row in rows}


def _columns(keys: Collection[IdentityKey]) -> tuple[list[str], list[str], list[str]]:
    return [key.kind for key in keys], [key.value for key in keys], [key.scope for key in keys]
