"""Who is in a segment, with what is known of them: as CSV and as JSON Lines. The room of segments says who is in."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

from damso.conversations.exports.customer_file import COLUMNS, customer_lines
from damso.conversations.exports.part import CHUNK, Part, records_text
from damso.conversations.exports.types import Chosen, ExportFormat
from damso.conversations.reach import customer_reach
from damso.customers.search import Within
from damso.kernel.database import Transaction
from damso.kernel.pagination import Page
from damso.team.access import Caller


class Members(Protocol):
    """Contribution point: members of a segment with since when, a page at a time."""

    async def __call__(
        self, tx: Transaction, segment_id: UUID, within: Within, *, cursor: str | None = None, limit: int = CHUNK
    ) -> Page[tuple[UUID, datetime]]: ...


async def member_part(
    tx: Transaction, caller: Caller, chosen: Chosen, fmt: ExportFormat, place: str | None, members: Members
) -> Part:
    """The next members whom the caller may see, who came last first."""
    assert chosen.segment_id is not None
    page = await members(
        tx, chosen.segment_id, lambda args, u: customer_reach(caller, args, u), cursor=place, limit=CHUNK
    )
    since = dict(page.items)
    records = [line | {"member_since": since[line["id"]]} for line in await customer_lines(tx, list(since))]
    if fmt == "csv":
        records = [line | {"traits": msgspec.json.encode(line["traits"]).decode()} for line in records]
    return Part(
        text=records_text(
            fmt, (*COLUMNS, "member_since"), [_listed(line, fmt) for line in records], first=place is None
        ),
        count=len(records),
        customers=list(since),
        next_place=page.next,
    )


def _listed(line: dict[str, object], fmt: ExportFormat) -> dict[str, object]:
    """In a cell several addresses stand beside each other, as in the file of customers."""
    if fmt == "jsonl":
        return line
    return {key: tuple(value) if isinstance(value, list) else value for key, value in line.items()}
