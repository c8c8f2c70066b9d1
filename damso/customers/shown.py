"""What lists and search show of a customer: derived from all customers that were joined to it."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from uuid import UUID

from msgspec import Struct

from damso.customers.types import NAME_SOURCES, UNSEARCHED, NameSource
from damso.kernel.database import Transaction
from damso.kernel.ngrams import grams


def searchable(kind: str, value: str, name: str) -> str:
    """The text by which an identity is found. Random ids of visitors and our own are not looked for."""
    return name if kind in UNSEARCHED else f"{value}\n{name}"


class _Own(Struct, frozen=True):
    id: UUID
    shown_id: UUID
    own_name: str
    own_name_source: NameSource


async def refresh(tx: Transaction, customer_ids: Collection[UUID]) -> None:
    """Derive name and grams anew, in the transaction that changed what they come from and that locked them."""
    own = await tx.all(
        _Own,
        """WITH shown AS (SELECT DISTINCT coalesce(merged_into, id) AS id FROM customer WHERE id = ANY ($1))
        SELECT id, coalesce(merged_into, id) AS shown_id, own_name, own_name_source FROM customer
        WHERE id IN (SELECT id FROM shown) OR merged_into IN (SELECT id FROM shown) ORDER BY created_at, id""",
        list(customer_ids),
    )
    texts = await searchable_texts(tx, {row.shown_id for row in own})
    shown: defaultdict[UUID, list[_Own]] = defaultdict(list)
    for row in own:
        shown[row.shown_id].append(row)
        texts[row.shown_id].append(row.own_name)
    await tx.execute(
        """UPDATE customer c SET name = n.name, name_source = n.source, grams = string_to_array(n.grams, E'\\n')
        FROM jsonb_to_recordset($1) AS n(id uuid, name text, source text, grams text) WHERE c.id = n.id""",
        [
            {"id": shown_id, "grams": "\n".join(grams("\n".join(texts[shown_id])))} | _best_name(shown_id, rows)
            for shown_id, rows in shown.items()
        ],
    )


def _best_name(shown_id: UUID, rows: Iterable[_Own]) -> dict[str, str]:
    """The name from the best source; where equal, the customer's own, then the oldest."""
    best = max(rows, key=lambda row: (NAME_SOURCES.index(row.own_name_source), row.id == shown_id))
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
