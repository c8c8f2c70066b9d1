"""One story of a customer, told by many sources: each room contributes its lines, newest first."""

import heapq
from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import islice
from typing import ClassVar, Literal, Protocol
from uuid import UUID

from msgspec import Struct

from damso.kernel.database import Transaction
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text
from damso.kernel.pagination import Page, decode_cursor, encode_cursor

Kind = Literal["conversation", "message", "page", "identity", "claim", "event", "note"]
KINDS: frozenset[Kind] = frozenset({"conversation", "message", "page", "identity", "claim", "event", "note"})
PAGE = 50


class KindInvalid(AppError):
    code = "KIND_INVALID"
    status = 422
    text = Text("타임라인에 없는 종류예요.", "There is no such kind of line in the timeline.")


class Place(Struct, frozen=True, order=True):
    """Where a line stands: by its time, then by its id in the order of its bytes (`COLLATE "C"`)."""

    at: datetime
    id: str


class TimelineEntry(Struct, frozen=True, kw_only=True):
    """A line. `id` is unique over all sources (`claim:12`); `text` is free text of whoever wrote it."""

    id: str
    at: datetime
    kind: Kind
    title: Text
    text: str = ""
    channel: str | None = None
    conversation_id: UUID | None = None
    source: str = ""

    @property
    def place(self) -> Place:
        return Place(self.at, self.id)


class TimelineSource(Protocol):
    """Contribution point: a room's lines about these identities."""

    kinds: ClassVar[frozenset[Kind]]

    async def entries(
        self, tx: Transaction, identity_ids: Sequence[int], before: Place, limit: int
    ) -> Sequence[TimelineEntry]:
        """The newest lines that stand before a place, newest first."""


TOP = Place(datetime.fromisoformat("9999-01-01T00:00:00+00:00"), "")
"""A place after the newest line."""


async def timeline(
    tx: Transaction,
    sources: Sequence[TimelineSource],
    identity_ids: Sequence[int],
    *,
    kinds: Collection[Kind] = KINDS,
    cursor: str | None = None,
    limit: int = PAGE,
) -> Page[TimelineEntry]:
    """A page of the story, one statement for each source. Raises `KindInvalid`."""
    if not KINDS.issuperset(kinds):
        raise KindInvalid(field="kinds")
    before = _place(cursor) if cursor else TOP
    told = [
        [entry for entry in await source.entries(tx, identity_ids, before, limit + 1) if entry.kind in kinds]
        for source in sources
        if source.kinds & set(kinds)
    ]
    lines = list(islice(heapq.merge(*told, key=lambda entry: entry.place, reverse=True), limit + 1))
    page = lines[:limit]
    more = len(lines) > limit
    return Page(items=page, next=encode_cursor(page[-1].at, page[-1].id) if more else None)


def _place(cursor: str) -> Place:
    at, entry_id = decode_cursor(cursor, datetime, str)
    assert isinstance(at, datetime)
    return Place(at, str(entry_id))
