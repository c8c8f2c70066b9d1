"""What can be asked for, and a job as its owner sees it."""

from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from damso.conversations.rows import Filter
from damso.team.records.reasons import ReasonKind

ExportKind = Literal["conversations", "customers", "events", "orders", "products", "members", "consents", "returns"]
ExportFormat = Literal["csv", "jsonl"]
ExportState = Literal["waiting", "done", "failed"]

KEPT = timedelta(days=1)
"""A file can be fetched as long as this."""
MOST_CHOSEN = 1_000
"""Ids that may be named one by one."""


class Chosen(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a file holds: conversations by a filter; customers, orders and products by what they are searched by, or
    those named; events by when they happened; the members of a segment, or whoever fits a rule and is found by `q`."""

    filter: Filter | None = None
    q: str = ""
    ids: list[UUID] | None = None
    since: datetime | None = None
    until: datetime | None = None
    segment_id: UUID | None = None
    rule: dict[str, Any] | None = None


class Export(Struct, frozen=True, kw_only=True):
    """A file somebody asked for, and why. `done` counts what is in it so far, `size` its bytes so far."""

    id: UUID
    kind: ExportKind
    format: ExportFormat
    reason: ReasonKind
    note: str
    state: ExportState
    done: int
    size: int
    created_at: datetime
    finished_at: datetime | None
    expires_at: datetime
