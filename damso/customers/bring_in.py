"""Many customers at once whom our own systems vouch for, each with all their addresses, none of which is known yet."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from damso.customers.companies.domains import join_by_domain
from damso.customers.identify import added
from damso.customers.shown import searchable, searched_by
from damso.customers.types import INTERNAL, IdentityKey
from damso.kernel import log
from damso.kernel.database import Transaction
from damso.kernel.ids import new_id
from damso.kernel.log import Event


class Newcomer(Struct, frozen=True, kw_only=True):
    """`keys` has at least one; the first is the main one, to which facts are kept."""

    keys: tuple[IdentityKey, ...]
    name: str = ""
    locale: str | None = None
    timezone: str | None = None
    seen_at: datetime | None = None


_MAKE = """
WITH person AS (
    INSERT INTO customer (id, own_name, own_name_source, name, name_source, locale, timezone, created_at, last_seen_at)
    SELECT id, name, source, name, source, locale, timezone, $4, at FROM jsonb_to_recordset($1)
        AS p(id uuid, name text, source text, locale text, timezone text, at timestamptz)
), searched AS (
    INSERT INTO customer_search (customer_id, grams)
    SELECT id, grams FROM jsonb_to_recordset($1) AS p(id uuid, grams integer[])
), inner_self AS (
    INSERT INTO identity (kind, scope, value, customer_id, home_id, proof, source, first_seen_at, last_seen_at)
    SELECT $3, '', id::text, id, id, 'none', 'system', $4, $4 FROM jsonb_to_recordset($1) AS p(id uuid)
)
INSERT INTO identity (kind, scope, value, name, customer_id, home_id, proof, source, first_seen_at, last_seen_at)
SELECT kind, scope, value, name, customer_id, customer_id, 'asserted', $5, at, at FROM jsonb_to_recordset($2)
    AS a(kind text, scope text, value text, name text, customer_id uuid, at timestamptz)
ORDER BY kind, value, scope RETURNING id, kind, scope, value
"""


async def bring_in(tx: Transaction, newcomers: Sequence[Newcomer], *, source: str) -> list[int]:
    """Make them; the main identity of each. Raises asyncpg's `UniqueViolationError` where an address turned out to be
    known: look it up again."""
    if not newcomers:
        return []
    ids = [new_id() for _ in newcomers]
    rows = await tx.rows(
        _MAKE,
        [
            {
                "id": customer_id,
                "name": one.name,
                "source": "asserted" if one.name else "none",
                "locale": one.locale,
                "timezone": one.timezone,
                "at": one.seen_at or tx.now,
                "grams": searched_by(searchable(key.kind, key.value, one.name) for key in one.keys),
            }
            for customer_id, one in zip(ids, newcomers, strict=True)
        ],
        [
            {
                "kind": key.kind,
                "scope": key.scope,
                "value": key.value,
                "name": one.name,
                "customer_id": customer_id,
                "at": one.seen_at or tx.now,
            }
            for customer_id, one in zip(ids, newcomers, strict=True)
            for key in one.keys
        ],
        INTERNAL,
        tx.now,
        source,
    )
    found = {IdentityKey(row["kind"], row["value"], row["scope"]): int(row["id"]) for row in rows}
    pairs = zip(ids, newcomers, strict=True)
    await join_by_domain(tx, [identity_id for key, identity_id in found.items() if key.kind == "email"])
    await log.append(tx, *(event for pair in pairs for event in _created(*pair, found, source)))
    return [found[one.keys[0]] for one in newcomers]


def _created(customer_id: UUID, one: Newcomer, found: dict[IdentityKey, int], source: str) -> Iterator[Event]:
    yield Event(
        name="customer.created",
        subject_kind="customer",
        subject_id=str(customer_id),
        identity_id=found[one.keys[0]],
        occurred_at=one.seen_at,
        properties={"source": source},
    )
    for key in one.keys:
        yield added(found[key], key.kind, "asserted", source)
