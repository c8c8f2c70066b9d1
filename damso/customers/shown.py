"""What lists and search show of a customer: derived from all customers that were joined to it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from damso.customers.types import NAME_SOURCES, UNSEARCHED, NameSource
from damso.kernel.database import Transaction
from damso.kernel.ngrams import gram_keys, grams


def searchable(kind: str, value: str, name: str) -> str:
    """The text by which an identity is found. Random ids of visitors and our own are not looked for."""
    return name if kind in UNSEARCHED else f"{value}\n{name}"


def searched_by(texts: Iterable[str]) -> list[int]:
    """What the index keeps of texts: always the same for the same words."""
    return sorted(gram_keys(grams("\n".join(texts))))


class _Own(Struct, frozen=True):
    id: UUID
    shown_id: UUID
    own_name: str
    own_name_source: NameSource
    created_at: datetime


_OWN = """
WITH shown AS MATERIALIZED (SELECT DISTINCT coalesce(merged_into, id) AS id FROM customer WHERE id = ANY ($1))
SELECT c.id, c.id AS shown_id, c.own_name, c.own_name_source, c.created_at FROM shown JOIN customer c ON c.id = shown.id
UNION ALL
SELECT c.id, shown.id, c.own_name, c.own_name_source, c.created_at FROM shown
JOIN customer c ON c.merged_into = shown.id
"""

_STORE = """
WITH derived AS (
    SELECT d.*, d.source = 'none' AND (
        SELECT bool_or(i.kind = 'anonymous') AND bool_and(i.kind IN ('anonymous', 'internal')
            AND NOT EXISTS (SELECT FROM claim c WHERE c.identity_id = i.id)) FROM identity i WHERE i.customer_id = d.id
    ) IS TRUE AS anonymous
    FROM jsonb_to_recordset($1) AS d(id uuid, name text, source text, grams integer[])
), named AS (
    UPDATE customer c SET name = d.name, name_source = d.source, anonymous = d.anonymous FROM derived d
    WHERE c.id = d.id AND (c.name, c.name_source, c.anonymous) IS DISTINCT FROM (d.name, d.source, d.anonymous)
)
INSERT INTO customer_search AS s (customer_id, grams) SELECT id, grams FROM derived
ON CONFLICT (customer_id) DO UPDATE SET grams = excluded.grams WHERE s.grams IS DISTINCT FROM excluded.grams
"""


async def refresh(tx: Transaction, customer_ids: Collection[UUID]) -> None:
    """Derive name and grams anew, in the transaction that changed what they come from and that locked them."""
    shown: defaultdict[UUID, list[_Own]] = defaultdict(list)
    for row in await tx.all(_Own, _OWN, list(customer_ids)):
        shown[row.shown_id].append(row)
    texts = await searchable_texts(tx, shown)
    await tx.execute(
        _STORE,
        [
            {"id": shown_id, "grams": searched_by([*texts[shown_id], *_names(rows)])} | _best_name(shown_id, rows)
            for shown_id, rows in shown.items()
        ],
    )


def _names(rows: Iterable[_Own]) -> Iterator[str]:
    return (row.own_name for row in rows)


def _best_name(shown_id: UUID, rows: Iterable[_Own]) -> dict[str, str]:
    """The name from the best source; where equal, the customer's own, then the oldest."""
    best = min(
        rows, key=lambda row: (-NAME_SOURCES.index(row.own_name_source), row.id != shown_id, row.created_at, row.id)
    )
    return {"name": best.own_name, "source": best.own_name_source}


async def searchable_texts(tx: Transaction, customer_ids: Collection[UUID]) -> defaultdict[UUID, list[str]]:
    """What customers are found by besides their names: addresses, names that channels gave, latest claims."""
    rows = await tx.rows(
        """SELECT customer_id, kind, value, name FROM identity WHERE customer_id = ANY ($1)
        UNION ALL
        (SELECT DISTINCT ON (c.identity_id, c.kind) i.customer_id, 'claim', c.value, ''
        FROM identity i JOIN claim c ON c.identity_id = i.id WHERE i.customer_id = ANY ($1)
        ORDER BY c.identity_id, c.kind, c.at DESC, c.id DESC)""",
        list(customer_ids),
    )
    texts: defaultdict[UUID, list[str]] = defaultdict(list)
    for row in rows:
        texts[row["customer_id"]].append(searchable(row["kind"], row["value"], row["name"]))
    return texts
