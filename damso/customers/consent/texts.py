"""The words that customers are asked with: versions that nobody can change, the newest of each language in use."""

from collections.abc import Mapping
from datetime import datetime
from unicodedata import normalize
from uuid import UUID

from msgspec import Struct

from damso.customers.consent.errors import ConsentTextInvalid
from damso.customers.consent.types import Purpose
from damso.kernel.database import Transaction
from damso.kernel.i18n import Locale
from damso.kernel.ids import new_id
from damso.kernel.log import Actor
from damso.team import audit

MOST = 5_000
"""Characters of a text."""
_LOCK = 0x0DA50018
"""Advisory lock of who writes a version."""


class ConsentText(Struct, frozen=True, kw_only=True):
    """A version of a text."""

    id: UUID
    purpose: Purpose
    locale: Locale
    version: int
    body: str
    created_at: datetime


_TEXTS = """
SELECT id, purpose, locale, version, body, created_at FROM consent_text
"""


async def texts(tx: Transaction) -> list[ConsentText]:
    """Every version of every text, the newest first."""
    return await tx.all(ConsentText, _TEXTS + " ORDER BY purpose, locale, version DESC")


async def write_text(tx: Transaction, purpose: Purpose, locale: Locale, body: str, *, actor: Actor) -> ConsentText:
    """A new version; the same words again are the version that is in use. Raises `ConsentTextInvalid`."""
    body = normalize("NFC", body).strip()
    if not 0 < len(body) <= MOST or "\x00" in body:
        raise ConsentTextInvalid(field="body", limit=MOST)
    await tx.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
    written = await tx.execute(
        """INSERT INTO consent_text (id, purpose, locale, version, body, created_by, created_at)
        SELECT $1, $2, $3, coalesce(max(version), 0) + 1, $4, $5, $6 FROM consent_text
        WHERE purpose = $2 AND locale = $3
        HAVING (array_agg(body ORDER BY version DESC))[1] IS DISTINCT FROM $4""",
        new_id(),
        purpose,
        locale,
        body,
        actor.id,
        tx.now,
    )
    if written:
        await audit.record(tx, actor, "consent_text.written", purpose, locale=locale)
    sql = _TEXTS + " WHERE purpose = $1 AND locale = $2 ORDER BY version DESC LIMIT 1"
    return await tx.one(ConsentText, sql, purpose, locale)


class Wording(Struct, frozen=True):
    """A text in use."""

    id: UUID
    body: str


async def wordings(tx: Transaction, locale: Locale) -> Mapping[Purpose, Wording]:
    """The texts in use; a purpose that has none in this language is shown in the other."""
    rows = await tx.rows(
        """SELECT DISTINCT ON (purpose) purpose, id, body FROM consent_text
        ORDER BY purpose, locale = $1 DESC, version DESC""",
        locale,
    )
    return {row["purpose"]: Wording(row["id"], row["body"]) for row in rows}
