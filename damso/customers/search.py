"""The list of customers, but for anonymous ones: who was seen last comes first, narrowed by part of a name, an address
or a phone number."""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from uuid import UUID

from msgspec import Struct

from damso.customers.shown import searchable
from damso.customers.types import INTERNAL, Proof
from damso.kernel.database import Transaction
from damso.kernel.ngrams import gram_keys, matches, query_grams
from damso.kernel.pagination import Page, decode_cursor, encode_cursor

PAGE = 50
SHOWN_IDENTITIES = 5

NEWEST = 2000
"""A search looks first at so many customers from its place on: a common word fills the page there."""
FEW = 3000
"""Then up to so many hits are fetched through the n-grams and sorted; of more, the newest are found by walking on,
where at least one in a few hundred then fits. Without these steps either a rare or a common word takes seconds."""

_TOP = (datetime(9999, 1, 1, tzinfo=UTC), UUID(int=2**128 - 1))
"""A place before the first page."""


Within = Callable[[list[object], str], str]
"""Makes the condition on who may be seen, see `CaseSource.within`."""


def everybody(_args: list[object], _customer: str) -> str:
    """For whoever may see all customers."""
    return ""


class ListedIdentity(Struct, frozen=True, kw_only=True):
    """An address as the list shows it; `strength` is how we know that it is theirs."""

    kind: str
    value: str
    strength: Proof


class ListedCustomer(Struct, frozen=True, kw_only=True):
    """A customer as the list shows it."""

    id: UUID
    name: str
    last_seen_at: datetime
    identities: list[ListedIdentity]


class _Row(Struct, frozen=True):
    id: UUID
    name: str
    last_seen_at: datetime


class _Known(Struct, frozen=True):
    """Something known of a customer; for a claim `proof` is None, as it is no address of theirs."""

    customer_id: UUID
    kind: str
    value: str
    name: str
    proof: Proof | None


async def list_customers(
    tx: Transaction, *, q: str = "", cursor: str | None = None, limit: int = PAGE, within: Within = everybody
) -> Page[ListedCustomer]:
    """A page of customers, in two statements, `within` whom the caller may see. A query that says nothing (see
    `damso.kernel.ngrams`) does not narrow.

    A searched page may be shorter than its limit though there are more: only `next` None is the end.
    """
    after = decode_cursor(cursor, datetime, UUID) if cursor else _TOP
    wanted = gram_keys(query_grams(q))
    args: list[object] = [*after, limit + 1, *((wanted, FEW, NEWEST) if wanted else ())]
    condition = within(args, "u")
    sql = (_FOUND if wanted else _ALL).format(within=f"AND {condition}" if condition else "")
    rows = await tx.all(_Row, sql, *args)
    more = len(rows) > limit
    known = await _known(tx, [row.id for row in rows[:limit]])
    return Page(
        items=[
            _listed(row, known[row.id]) for row in rows[:limit] if not wanted or matches(_text(row, known[row.id]), q)
        ],
        next=encode_cursor(rows[limit - 1].last_seen_at, rows[limit - 1].id) if more else None,
    )


class Stretch(Struct, frozen=True):
    """Customers that were come upon; `after` is where to go on, None at the end."""

    ids: Sequence[UUID]
    after: UUID | None


async def stretch(tx: Transaction, *, q: str = "", after: UUID, looked: int, within: Within = everybody) -> Stretch:
    """The next customers in the order they were made, `looked` looked at: for files, which are made while customers go
    on being seen, and shall miss none of them. Without anonymous ones, and what `q` does not find."""
    args: list[object] = [after, looked]
    condition = within(args, "u")
    rows = await tx.all(_Row, _STRETCH.format(within=f"AND {condition}" if condition else ""), *args)
    found = rows
    if wanted := gram_keys(query_grams(q)):
        with_grams: set[UUID] = set(await tx.values(_WITH_GRAMS, [row.id for row in rows], wanted))
        known = await _known(tx, with_grams)
        found = [row for row in rows if row.id in with_grams and matches(_text(row, known[row.id]), q)]
    return Stretch([row.id for row in found], rows[-1].id if len(rows) == looked else None)


_STRETCH = """
SELECT u.id, u.name, u.last_seen_at FROM customer u
WHERE u.merged_into IS NULL AND NOT u.anonymous AND u.id > $1 {within} ORDER BY u.id LIMIT $2
"""
_WITH_GRAMS = "SELECT customer_id FROM customer_search WHERE customer_id = ANY ($1) AND grams @> $2::integer[]"


async def listed(tx: Transaction, customer_ids: Collection[UUID]) -> list[ListedCustomer]:
    """These customers as lists show them."""
    rows = await tx.all(_Row, "SELECT id, name, last_seen_at FROM customer WHERE id = ANY ($1)", list(customer_ids))
    known = await _known(tx, customer_ids)
    return [_listed(row, known[row.id]) for row in rows]


_ALL = """
SELECT id, name, last_seen_at FROM customer u
WHERE merged_into IS NULL AND NOT anonymous AND (last_seen_at, id) < ($1, $2::uuid) {within}
ORDER BY last_seen_at DESC, id DESC LIMIT $3
"""

# Three ways, of which the first that gives enough is taken: the conditions on counts are found false before a way
# starts. CASE hides the n-grams from the planner where it must walk the list in its order and not collect every hit.
_FOUND = """
WITH newest AS MATERIALIZED (
    SELECT u.id, u.name, u.last_seen_at FROM (
        SELECT id, name, last_seen_at, merged_into, created_by FROM customer
        WHERE merged_into IS NULL AND (last_seen_at, id) < ($1, $2::uuid)
        ORDER BY last_seen_at DESC, id DESC LIMIT $6
    ) u JOIN customer_search s ON s.customer_id = u.id WHERE CASE WHEN s.grams @> $4::integer[] THEN true END
        {within}
    ORDER BY u.last_seen_at DESC, u.id DESC LIMIT $3
), few AS MATERIALIZED (
    SELECT customer_id FROM customer_search
    WHERE (SELECT count(*) FROM newest) < $3 AND grams @> $4::integer[] LIMIT $5::int + 1
)
(SELECT * FROM newest WHERE (SELECT count(*) FROM newest) = $3)
UNION ALL
(SELECT u.id, u.name, u.last_seen_at FROM few f JOIN customer u ON u.id = f.customer_id
WHERE (SELECT count(*) FROM few) <= $5 AND u.merged_into IS NULL AND (u.last_seen_at, u.id) < ($1, $2::uuid)
    {within}
ORDER BY u.last_seen_at DESC, u.id DESC LIMIT $3)
UNION ALL
(SELECT u.id, u.name, u.last_seen_at FROM customer u
WHERE (SELECT count(*) FROM few) > $5 AND u.merged_into IS NULL AND (u.last_seen_at, u.id) < ($1, $2::uuid)
    AND CASE WHEN (SELECT s.grams FROM customer_search s WHERE s.customer_id = u.id) @> $4::integer[] THEN true END
    {within}
ORDER BY u.last_seen_at DESC, u.id DESC LIMIT $3)
"""


async def _known(tx: Transaction, customer_ids: Collection[UUID]) -> defaultdict[UUID, list[_Known]]:
    known: defaultdict[UUID, list[_Known]] = defaultdict(list)
    rows = await tx.all(
        _Known,
        """SELECT customer_id, kind, value, name, proof FROM (
            SELECT * FROM identity WHERE customer_id = ANY ($1) AND kind <> $2 ORDER BY last_seen_at DESC, id DESC) i
        UNION ALL
        (SELECT DISTINCT ON (c.identity_id, c.kind) i.customer_id, c.kind, c.value, '', NULL
        FROM identity i JOIN claim c ON c.identity_id = i.id WHERE i.customer_id = ANY ($1)
        ORDER BY c.identity_id, c.kind, c.at DESC, c.id DESC)""",
        list(customer_ids),
        INTERNAL,
    )
    for row in rows:
        known[row.customer_id].append(row)
    return known


def _text(row: _Row, known: Sequence[_Known]) -> str:
    """What the customer is found by; the same that `damso.customers.shown` makes the grams of."""
    return "\n".join((row.name, *(searchable(one.kind, one.value, one.name) for one in known)))


def _listed(row: _Row, known: Sequence[_Known]) -> ListedCustomer:
    identities = [
        ListedIdentity(kind=one.kind, value=one.value, strength=one.proof) for one in known if one.proof is not None
    ]
    return ListedCustomer(
        id=row.id, name=row.name, last_seen_at=row.last_seen_at, identities=identities[:SHOWN_IDENTITIES]
    )
