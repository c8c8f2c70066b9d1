"""Who is in a segment, or fits a rule that nobody keeps, with what is known of them: as CSV and as JSON Lines. The room
of segments says who that is."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from msgspec import Struct

from damso.conversations.exports.customer_file import COLUMNS, customer_lines, in_cells, next_stretch, told
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


class Fits(Protocol):
    """Contribution point: who of some customers fits a rule by now. Raises what a rule that makes no sense raises."""

    async def __call__(self, tx: Transaction, rule: Mapping[str, Any], asked: Sequence[UUID]) -> Collection[UUID]: ...


class Segmenting(Struct, frozen=True):
    """What the room of segments contributes."""

    members: Members
    fits: Fits


async def member_part(
    tx: Transaction, caller: Caller, chosen: Chosen, fmt: ExportFormat, place: str | None, segmenting: Segmenting
) -> Part:
    """The next members whom the caller may see, who came last first; of a rule, in the order they were made."""
    if chosen.rule is not None:
        found = await next_stretch(tx, caller, chosen, place)
        fitting = await segmenting.fits(tx, chosen.rule, found.ids)
        ids = [one for one in found.ids if one in fitting]
        return await told(tx, ids, fmt, place, str(found.after) if found.after else None)
    assert chosen.segment_id is not None
    page = await segmenting.members(
        tx, chosen.segment_id, lambda args, u: customer_reach(caller, args, u), cursor=place, limit=CHUNK
    )
    since = dict(page.items)
    records = [line | {"member_since": since[line["id"]]} for line in await customer_lines(tx, list(since))]
    if fmt == "csv":
        records = [in_cells(line) for line in records]
    return Part(
        text=records_text(fmt, (*COLUMNS, "member_since"), records, first=place is None),
        count=len(records),
        customers=list(since),
        next_place=page.next,
    )
