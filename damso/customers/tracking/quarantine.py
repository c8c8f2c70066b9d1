"""What was refused, kept as it came for thirty days: to be looked at, to be sent again once the reason is mended."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from damso.customers.tracking.types import MAX_EVENT, Parcel, Refused
from damso.kernel.database import Transaction
from damso.kernel.pagination import Page, decode_cursor, encode_cursor

PAGE = 50
CHUNK = 100
"""Events that are looked at again in one transaction."""


class RefusedEvent(Struct, frozen=True, kw_only=True):
    """An event in quarantine. `body` is what was sent, as far as it is text."""

    id: int
    received_at: datetime
    call: str | None
    name: str
    message_id: str
    code: str
    detail: str
    cut: bool
    body: bytes
    subjects: Sequence[str]


class Waiting(Struct, frozen=True):
    """An event in quarantine, to be looked at again."""

    id: int
    parcel: Parcel


_KEEP = """
INSERT INTO refused_event (source_id, key, received_at, sent_at, call, name, message_id, code, detail, historical, cut,
    body, subjects)
SELECT source_id, key, received_at, sent_at, call, name, message_id, code, detail, historical, cut, body,
    ARRAY(SELECT jsonb_array_elements_text(subjects::jsonb))
FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::timestamptz[], $5::text[], $6::text[], $7::text[],
    $8::text[], $9::text[], $10::bool[], $11::bool[], $12::bytea[], $13::text[])
    AS r(source_id, key, received_at, sent_at, call, name, message_id, code, detail, historical, cut, body, subjects)
WHERE source_id IN (SELECT id FROM source) ORDER BY source_id, key ON CONFLICT (source_id, key) DO NOTHING
"""


async def keep_refused(tx: Transaction, refused: Sequence[Refused]) -> None:
    """Keep them, each once however often it is sent. Of what is too large only the beginning is kept: it can never be
    sent again as it is."""
    if not refused:
        return
    await tx.execute(
        _KEEP,
        [one.source.id for one in refused],
        [one.key for one in refused],
        [one.parcel.received_at for one in refused],
        [one.parcel.sent_at for one in refused],
        [one.call for one in refused],
        [one.name for one in refused],
        [one.message_id for one in refused],
        [one.code for one in refused],
        [one.detail for one in refused],
        [one.parcel.historical for one in refused],
        [len(one.parcel.body) > MAX_EVENT for one in refused],
        [_with_batch(one.parcel)[: MAX_EVENT * 2] for one in refused],
        [msgspec.json.encode(list(one.subjects)).decode() for one in refused],
    )


def _with_batch(parcel: Parcel) -> bytes:
    """The event, with what its batch said for all: so that it means the same when it is looked at alone."""
    shared = {
        name: value for name, value in (("context", parcel.context), ("integrations", parcel.integrations)) if value
    }
    if not shared or len(parcel.body) > MAX_EVENT:
        return parcel.body
    try:
        own = msgspec.json.decode(parcel.body, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return parcel.body
    return msgspec.json.encode({**shared, **own})


async def refused_events(
    tx: Transaction, source_id: UUID, *, code: str = "", name: str = "", cursor: str | None = None, limit: int = PAGE
) -> Page[RefusedEvent]:
    """Quarantine of a source, the latest first."""
    before = decode_cursor(cursor, int)[0] if cursor else 2**62
    rows = await tx.all(
        RefusedEvent,
        """SELECT id, received_at, call, name, message_id, code, detail, cut, body, subjects FROM refused_event
        WHERE source_id = $1 AND id < $2 AND ($3 = '' OR code = $3) AND ($4 = '' OR name = $4)
        ORDER BY id DESC LIMIT $5""",
        source_id,
        before,
        code,
        name,
        limit + 1,
    )
    return Page(items=rows[:limit], next=encode_cursor(rows[limit - 1].id) if len(rows) > limit else None)


async def waiting(tx: Transaction, source_id: UUID, *, ids: Sequence[int], code: str, after: int) -> list[Waiting]:
    """Events to be looked at again: these, or all that were refused for a reason, the oldest first, a chunk after a
    place."""
    rows = await tx.rows(
        """SELECT id, received_at, sent_at, call, historical, body FROM refused_event
        WHERE source_id = $1 AND NOT cut AND (id = ANY ($2) OR ($3 <> '' AND code = $3)) AND id > $4
        ORDER BY id LIMIT $5""",
        source_id,
        list(ids),
        code,
        after,
        CHUNK,
    )
    return [
        Waiting(
            row["id"],
            Parcel(
                body=row["body"],
                received_at=row["received_at"],
                sent_at=row["sent_at"],
                call=row["call"],
                historical=row["historical"],
            ),
        )
        for row in rows
    ]


async def release(tx: Transaction, ids: Sequence[int]) -> set[int]:
    """Take events out of quarantine; those that nobody else has taken out meanwhile."""
    return set(await tx.values("DELETE FROM refused_event WHERE id = ANY ($1) RETURNING id", list(ids)))


async def refuse_again(tx: Transaction, refusals: Mapping[int, Refused]) -> None:
    """Note why they are still not taken."""
    await tx.execute(
        """UPDATE refused_event r SET code = n.code, detail = n.detail
        FROM unnest($1::bigint[], $2::text[], $3::text[]) AS n(id, code, detail) WHERE r.id = n.id""",
        list(refusals),
        [one.code for one in refusals.values()],
        [one.detail for one in refusals.values()],
    )


async def customers_named(tx: Transaction, subjects: Collection[str]) -> list[UUID]:
    """Customers whom refused events name, as far as we know them."""
    pairs = [one.partition(":") for one in subjects]
    return await tx.values(
        """SELECT DISTINCT i.customer_id FROM unnest($1::text[], $2::text[]) AS g(kind, value)
        JOIN identity i ON i.kind = g.kind AND i.value = g.value""",
        [kind for kind, _, _ in pairs],
        [value for _, _, value in pairs],
    )


async def discard(tx: Transaction, source_id: UUID, ids: Sequence[int]) -> int:
    """Delete events for good; how many there were."""
    return await tx.execute("DELETE FROM refused_event WHERE source_id = $1 AND id = ANY ($2)", source_id, list(ids))
