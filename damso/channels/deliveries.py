"""What was received, raw: read again for parsing, shown on the health page, replayed, forgotten."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from damso.channels.intake import PARSE_LANE, Origin, parse_ticket
from damso.channels.types import Request
from damso.kernel import lanes
from damso.kernel.blobs import Blobs
from damso.kernel.database import Transaction
from damso.kernel.errors import NotFound
from damso.kernel.i18n import Text
from damso.kernel.log import SYSTEM, Actor, Event, append
from damso.kernel.pagination import Page, decode_cursor, encode_cursor

PAGE = 50

REASONS: dict[str, Text] = {
    "UNPARSABLE": Text("내용을 해석할 수 없는 형식이에요.", "What arrived is in no form we understand."),
    "TIMEOUT": Text("해석하는 데 시간이 너무 오래 걸렸어요.", "Reading it took too long."),
    "MEMORY": Text("해석하는 데 메모리가 너무 많이 필요했어요.", "Reading it took too much memory."),
    "TOO_MUCH": Text("한 번에 처리하기에는 내용이 너무 많아요.", "There is too much in it for one delivery."),
    "CRASH": Text("해석하던 프로세스가 멈췄어요.", "The process that read it came to a stop."),
    "FAULT": Text("해석하는 중에 오류가 났어요.", "An error came up while it was read."),
    "UNUSABLE": Text("채널 설정을 읽을 수 없어서 멈췄어요.", "The settings of the connection cannot be read."),
}


class RawDelivery(Struct, frozen=True, kw_only=True):
    """A delivery as it was received."""

    id: UUID
    inbox_id: UUID
    origin: Origin
    headers: dict[str, str]
    query: dict[str, str]
    body: bytes | None
    body_ref: str | None
    received_at: datetime
    state: str

    @property
    def source_ref(self) -> str | None:
        """The blob of the raw message, where the delivery is one message's own source."""
        return None if self.origin == "hook" else self.body_ref


class DeliveryLine(Struct, frozen=True, kw_only=True):
    """A delivery in a list."""

    id: UUID
    inbox_id: UUID
    received_at: datetime
    state: str
    reason: str | None
    detail: str
    size: int
    items: int
    unsupported: int
    attempts: int


_FIND = """SELECT id, inbox_id, origin, headers, query, body, body_ref, received_at, state
FROM delivery WHERE id = $1"""


async def load(tx: Transaction, delivery_id: UUID) -> RawDelivery | None:
    return await tx.maybe(RawDelivery, _FIND, delivery_id)


async def raw_request(blobs: Blobs, delivery: RawDelivery) -> Request:
    """The request as it was received. Raises `BlobMissing`."""
    body = delivery.body if delivery.body is not None else await blobs.get(delivery.body_ref or "")
    return Request(body=body, headers=delivery.headers, query=delivery.query, received_at=delivery.received_at)


async def find(tx: Transaction, delivery_id: UUID) -> RawDelivery:
    """Raises `NotFound`."""
    return await tx.one(RawDelivery, _FIND, delivery_id)


async def page(
    tx: Transaction, *, inboxes: Sequence[UUID] | None, parked_only: bool, cursor: str | None
) -> Page[DeliveryLine]:
    """Deliveries of these inboxes, or of all, newest first."""
    at, last = decode_cursor(cursor, datetime, UUID) if cursor else (None, None)
    rows = await tx.all(
        DeliveryLine,
        """SELECT id, inbox_id, received_at, state, reason, detail, size, items, unsupported, attempts FROM delivery
        WHERE ($1::uuid[] IS NULL OR inbox_id = ANY ($1)) AND (NOT $2::boolean OR state = 'parked')
            AND ($3::timestamptz IS NULL OR (received_at, id) < ($3, $4))
        ORDER BY received_at DESC, id DESC LIMIT $5""",
        inboxes,
        parked_only,
        at,
        last,
        PAGE + 1,
    )
    more = len(rows) > PAGE
    return Page(rows[:PAGE], encode_cursor(rows[PAGE - 1].received_at, rows[PAGE - 1].id) if more else None)


async def replay(tx: Transaction, delivery_id: UUID, actor: Actor = SYSTEM) -> None:
    """Parse a parked delivery again. Raises `NotFound` where it is not parked."""
    if not await _replay(tx, "id = $1", delivery_id, actor):
        raise NotFound


async def replay_all(tx: Transaction, inbox_id: UUID, actor: Actor = SYSTEM) -> int:
    """Parse every parked delivery of an inbox again, oldest first, 500 at a time; how many it was."""
    return await _replay(
        tx,
        "id IN (SELECT id FROM delivery WHERE inbox_id = $1 AND state = 'parked' ORDER BY received_at, id LIMIT 500)",
        inbox_id,
        actor,
    )


async def _replay(tx: Transaction, which: str, argument: UUID, actor: Actor) -> int:
    rows = await tx.rows(
        f"UPDATE delivery SET state = 'received', reason = NULL, detail = '' WHERE {which} AND state = 'parked'"
        " RETURNING id, inbox_id, received_at",
        argument,
    )
    ordered = sorted(rows, key=lambda row: (row["received_at"], row["id"]))
    if not ordered:
        return 0
    await lanes.enqueue(tx, PARSE_LANE, [parse_ticket(row["id"], row["inbox_id"]) for row in ordered])
    await append(
        tx,
        *(
            Event(
                name="delivery.replayed",
                subject_kind="delivery",
                subject_id=str(row["id"]),
                inbox_id=row["inbox_id"],
                actor=actor,
            )
            for row in ordered
        ),
    )
    return len(ordered)


async def forget(tx: Transaction, delivery_ids: Sequence[UUID]) -> list[str]:
    """Delete deliveries of somebody who is erased; the blobs that only they held, to be deleted after commit."""
    refs = await tx.values("DELETE FROM delivery WHERE id = ANY ($1) RETURNING body_ref", list(delivery_ids))
    held = await tx.values("SELECT body_ref FROM delivery WHERE body_ref = ANY ($1)", [ref for ref in refs if ref])
    return sorted({ref for ref in refs if ref} - set(held))
