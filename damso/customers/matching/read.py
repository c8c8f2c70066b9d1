"""Everybody whom lists show, a chunk at a time, as the model compares them."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from damso.customers.likeness import Known
from damso.customers.matching.features import ADDRESS_TRAITS, BIRTHDAY_TRAITS, Features, features_of
from damso.customers.types import UNSEARCHED
from damso.kernel.database import Database

CHUNK = 2_000
_FIRST = UUID(int=0)

# Each side is one index scan for a chunk: identities by customer, claims and traits by identity.
_PEOPLE = """
WITH person AS MATERIALIZED (
    SELECT c.id, c.name FROM customer c
    WHERE c.id > $1 AND c.merged_into IS NULL AND NOT c.anonymous ORDER BY c.id LIMIT $2
), own AS MATERIALIZED (
    SELECT i.id, i.customer_id, i.kind, i.value FROM identity i WHERE i.customer_id IN (SELECT id FROM person)
), known AS (
    SELECT k.customer_id, jsonb_agg(jsonb_build_array(k.kind, k.value)) AS known FROM (
        SELECT customer_id, kind, value FROM own WHERE kind <> ALL ($3)
        UNION
        SELECT o.customer_id, l.kind, l.value FROM own o JOIN claim l ON l.identity_id = o.id
    ) k GROUP BY k.customer_id
), said AS (
    SELECT t.customer_id, jsonb_object_agg(lower(t.key), t.value) AS traits FROM (
        SELECT DISTINCT ON (o.customer_id, t.key) o.customer_id, t.key, t.value
        FROM own o JOIN trait_change t ON t.identity_id = o.id WHERE lower(t.key) = ANY ($4)
        ORDER BY o.customer_id, t.key, t.source = 'browser', coalesce(t.said_at, t.at) DESC, t.id DESC
    ) t GROUP BY t.customer_id
)
SELECT p.id, p.name, k.known, s.traits FROM person p LEFT JOIN known k ON k.customer_id = p.id
LEFT JOIN said s ON s.customer_id = p.id ORDER BY p.id
"""


async def people(database: Database) -> AsyncIterator[list[Features]]:
    """In the order of their ids; whoever is new meanwhile is compared the next time."""
    after = _FIRST
    wanted = [*BIRTHDAY_TRAITS, *ADDRESS_TRAITS]
    while True:
        async with database.reading() as tx:
            rows = await tx.rows(_PEOPLE, after, CHUNK, list(UNSEARCHED), wanted)
        if not rows:
            return
        yield [_features(row) for row in rows]
        after = rows[-1]["id"]


def _features(row: Any) -> Features:
    known = [Known(row["id"], kind, value, False) for kind, value in row["known"] or ()]
    return features_of(row["id"], row["name"], known, row["traits"] or {})
