"""The delivery log of what left: every try to hand a message to its provider."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from damso.kernel.database import Transaction
from damso.kernel.pagination import Page, decode_cursor, encode_cursor

PAGE = 50


class AttemptLine(Struct, frozen=True, kw_only=True):
    """One try. `error` is empty where the provider took the message; `attempt` counts from 1."""

    id: int
    message_id: UUID
    at: datetime
    outcome: str
    status_code: int | None
    error: str | None
    duration_ms: int
    attempt: int


async def list_attempts(tx: Transaction, inbox_id: UUID, cursor: str | None) -> Page[AttemptLine]:
    """The tries of an inbox, newest first."""
    at, last = decode_cursor(cursor, datetime, int) if cursor else (None, None)
    rows = await tx.all(
        AttemptLine,
        """SELECT id, message_id, at, outcome, status_code, nullif(detail, '') AS error, duration_ms,
            number AS attempt FROM attempt
        WHERE inbox_id = $1 AND ($2::timestamptz IS NULL OR (at, id) < ($2, $3::bigint))
        ORDER BY at DESC, id DESC LIMIT $4""",
        inbox_id,
        at,
        last,
        PAGE + 1,
    )
    more = len(rows) > PAGE
    return Page(rows[:PAGE], encode_cursor(rows[PAGE - 1].at, rows[PAGE - 1].id) if more else None)
