"""Forgetting a customer in what is noted of exports."""

from uuid import UUID

from damso.conversations.imports.erased import PERSON, name_of
from damso.customers.erasing.suppressed import suppress
from damso.kernel.crypto import Keyring
from damso.kernel.database import Transaction
from damso.kernel.erasure import Person

_RECORDS = """
DELETE FROM imported_record WHERE identity_id = ANY ($1) RETURNING source, kind, external_id
"""

_PROBLEMS = """
DELETE FROM import_problem p USING import_run r, jsonb_to_recordset($1) AS g(source text, external_id text)
WHERE r.id = p.run_id AND r.vendor || ':' || r.account = g.source AND p.kind = 'customer'
    AND p.external_id = g.external_id
"""

_COMPANIES = """
UPDATE imported_record SET content = '{}' WHERE kind = 'company' AND content <> '{}'
    AND source IN (SELECT DISTINCT vendor || ':' || account FROM import_run)
    AND EXISTS (SELECT FROM unnest($1::text[]) AS n(needle) WHERE position(lower(n.needle) IN lower(content::text)) > 0)
"""


async def forget_imported(tx: Transaction, keyring: Keyring, person: Person) -> int:
    """Delete what is noted of them and suppress their ids there, so that an old export does not bring them back."""
    rows = await tx.rows(_RECORDS, list(person.identity_ids))
    if rows:
        await suppress(tx, keyring, [name_of(row["source"], PERSON, row["external_id"]) for row in rows])
        named = [{"source": row["source"], "external_id": row["external_id"]} for row in rows]
        await tx.execute(_PROBLEMS, named)
    return len(rows) + (await tx.execute(_COMPANIES, person.needles) if person.needles else 0)


async def forget_case(tx: Transaction, conversation_id: UUID) -> None:
    """What is noted of a case that goes on for others: how it was called there, and what was kept with it. An empty
    subject differs from the one it has here, so a newer export does not bring the old one back."""
    await tx.execute(
        """UPDATE imported_record SET content = CASE WHEN kind = 'conversation'
            THEN content || '{"subject": ""}' ELSE '{}' END WHERE conversation_id = $1""",
        conversation_id,
    )
