"""The lane `parse`: a delivery becomes items, each in the lane of its sender, all in one transaction.

Deliveries of one inbox are parsed in the order in which they came, so that an answer never overtakes the mail it
answers. Whoever holds the first lane item of an inbox has the inbox to itself, and takes what follows along: one
claim for many deliveries, because a claim costs as much as parsing. Whatever goes wrong is kept at the delivery
(`parked`, with a reason), never at the lane item: the health page replays from there.
"""

import asyncio
from collections import Counter as Tally
from collections.abc import Iterator, Sequence
from typing import ClassVar
from uuid import UUID

import structlog
from msgspec import Struct

from damso.channels import deliveries
from damso.channels.deliveries import RawDelivery
from damso.channels.found import LANE, FoundItem, lane_key
from damso.channels.inboxes import Inboxes, InboxUnusable
from damso.channels.intake import PARSE_LANE
from damso.channels.items import InboundMessage, Item, Unsupported
from damso.channels.masking import SealedNumber, holds_numbers, mask_item
from damso.channels.media import Kept, Wanted, await_media, keep_files
from damso.channels.parser import ParseFailed, Parsers
from damso.kernel import lanes
from damso.kernel.blob_collection import discard_soon
from damso.kernel.blobs import BlobMissing, Blobs
from damso.kernel.crypto import Keyring
from damso.kernel.database import Database, Transaction
from damso.kernel.errors import NotFound
from damso.kernel.i18n import Text
from damso.kernel.log import Event, append
from damso.kernel.masking import masked_kinds
from damso.kernel.notify import LOST
from damso.kernel.sealed_files import SealedFile, note_sealed, seal_file

log = structlog.get_logger()

ALONG = 50
"""Deliveries that are taken along with one claim; then the lane may turn to other inboxes."""
TOGETHER = 10
"""Results that are stored in one transaction, which may take 100 ms at most."""
PATIENCE = 0.1
"""Seconds for which results wait for the next one."""


class Ticket(Struct, frozen=True, kw_only=True):
    """An item of the lane, and the delivery to parse; None where there is nothing left to do."""

    id: int
    delivery: RawDelivery | None


class Outcome(Struct, frozen=True, kw_only=True):
    """What became of a delivery."""

    ticket: Ticket
    found: tuple[FoundItem, ...] = ()
    keys: tuple[str | None, ...] = ()
    wanted: tuple[tuple[UUID, Wanted], ...] = ()
    unsupported: tuple[Unsupported, ...] = ()
    failure: ParseFailed | None = None
    sealed: SealedFile | None = None
    """The raw bytes, where they hold numbers that were masked."""


class ParseLane:
    """Works the lane `parse`."""

    name: ClassVar[str] = PARSE_LANE
    title: ClassVar[Text] = Text("받은 데이터를 읽어 메시지로 나누기", "Reading what arrived")
    width: ClassVar[int] = 8

    def __init__(
        self, database: Database, keyring: Keyring, blobs: Blobs, inboxes: Inboxes, parsers: Parsers | None = None
    ) -> None:
        self._database = database
        self._keyring = keyring
        self._blobs = blobs
        self._inboxes = inboxes
        self._parsers = parsers or Parsers()

    async def work(self, claim: lanes.Claim) -> None:
        """Parse the delivery and those behind it. What is ready never waits long for what is not."""
        async with self._database.reading() as tx:
            tickets = await _tickets(tx, claim.item)
        ready: list[Outcome] = []
        for ticket in tickets:
            reading = asyncio.create_task(self._read(ticket))
            try:
                if ready and not (await asyncio.wait([reading], timeout=PATIENCE))[0]:
                    await self._store(claim, ready, last=False)
                    ready.clear()
                ready.append(await reading)
            finally:
                reading.cancel()
            if len(ready) == TOGETHER and ticket is not tickets[-1]:
                await self._store(claim, ready, last=False)
                ready.clear()
        await self._store(claim, ready, last=True)

    async def give_up(self, tx: Transaction, item: lanes.Item) -> None:
        """The delivery is not lost: it stands with its inbox's parked ones, to be replayed from there."""
        await tx.execute(
            "UPDATE delivery SET state = 'parked', reason = 'FAULT' WHERE id = $1 AND state = 'received'",
            UUID(item.payload["delivery_id"]),
        )

    async def _read(self, ticket: Ticket) -> Outcome:
        if ticket.delivery is None:
            return Outcome(ticket=ticket)
        try:
            return await self._parse(ticket, ticket.delivery)
        except ParseFailed as failure:
            return Outcome(ticket=ticket, failure=failure)
        except LOST:
            raise
        except Exception as error:
            log.exception("delivery.failed", delivery_id=str(ticket.delivery.id))
            return Outcome(ticket=ticket, failure=ParseFailed("FAULT", type(error).__name__))

    async def _parse(self, ticket: Ticket, delivery: RawDelivery) -> Outcome:
        try:
            async with self._database.reading() as tx:
                inbox = await self._inboxes.by_id(tx, delivery.inbox_id)
            request = await deliveries.raw_request(self._blobs, delivery)
        except (InboxUnusable, NotFound, BlobMissing) as error:
            raise ParseFailed("UNUSABLE", type(error).__name__) from error
        items = await self._parsers.parse(inbox.adapter, request, inbox.config)
        masked, numbers = await self._mask([item for item in items if not isinstance(item, Unsupported)])
        sealed = await seal_file(self._blobs, self._keyring, request.body) if masked is not None else None
        kept = [
            await keep_files(self._blobs, item)
            for item in masked or [item for item in items if not isinstance(item, Unsupported)]
        ]
        return Outcome(
            ticket=ticket,
            found=tuple(_found(delivery, kept, numbers, sealed)),
            sealed=sealed,
            keys=tuple(lane_key(inbox.channel, part.item) for part in kept),
            wanted=tuple((inbox.id, wanted) for part in kept for wanted in part.wanted),
            unsupported=tuple(item for item in items if isinstance(item, Unsupported)),
        )

    async def _mask(self, items: Sequence[Item]) -> tuple[list[Item] | None, list[tuple[SealedNumber, ...]]]:
        """Items without numbers, and these sealed, for each item; None where there is nothing to mask."""
        if not any(holds_numbers(item) for item in items):
            return None, [()] * len(items)
        async with self._database.reading() as tx:
            kinds = await masked_kinds(tx)
        results = [mask_item(item, kinds) for item in items]
        if [item for item, _ in results] == list(items):
            return None, [()] * len(items)
        sealed = [
            tuple(
                SealedNumber(kind=one.kind, place=one.place, sealed=self._keyring.encrypt(one.value)) for one in numbers
            )
            for _, numbers in results
        ]
        return [item for item, _ in results], sealed

    async def _store(self, claim: lanes.Claim, outcomes: Sequence[Outcome], *, last: bool) -> None:
        """Store results and remove their lane items. The claim is given up last: it keeps others away meanwhile."""
        async with self._database.transaction() as tx:
            await _mark(tx, outcomes)
            await _seal_raw(tx, outcomes)
            await await_media(tx, [wanted for outcome in outcomes for wanted in outcome.wanted])
            found = [pair for outcome in outcomes for pair in zip(outcome.keys, outcome.found, strict=True)]
            if found:
                await lanes.enqueue(tx, LANE, [(key, item.encode()) for key, item in found])
            if parked := [outcome for outcome in outcomes if outcome.failure]:
                await append(tx, *map(_parked, parked))
            await _remove(tx, [outcome.ticket.id for outcome in outcomes if outcome.ticket.id != claim.item.id])
            if last:
                await claim.finish(tx)


async def _seal_raw(tx: Transaction, outcomes: Sequence[Outcome]) -> None:
    """What numbers were masked in is kept encrypted alone; the file in the clear goes as soon as it may."""
    sealed = [(one.ticket.delivery, one.sealed) for one in outcomes if one.ticket.delivery and one.sealed]
    for delivery, file in sealed:
        await note_sealed(tx, file)
        await tx.execute("UPDATE delivery SET body = NULL, body_ref = $2 WHERE id = $1", delivery.id, file.ref)
    if clear := [delivery.body_ref for delivery, _ in sealed if delivery.body_ref]:
        await discard_soon(tx, clear)


def _found(
    delivery: RawDelivery, kept: Sequence[Kept], numbers: Sequence[tuple[SealedNumber, ...]], sealed: SealedFile | None
) -> Iterator[FoundItem]:
    source_ref = sealed.ref if sealed and delivery.source_ref else delivery.source_ref
    is_source = sum(isinstance(part.item, InboundMessage) for part in kept) == 1
    for index, part in enumerate(kept):
        yield FoundItem(
            delivery_id=delivery.id,
            inbox_id=delivery.inbox_id,
            index=index,
            received_at=delivery.received_at,
            item=part.item,
            html_ref=part.html_ref,
            numbers=numbers[index],
            source_ref=source_ref if is_source and isinstance(part.item, InboundMessage) else None,
        )


_FOLLOWING = """
SELECT i.id AS item_id, d.id, d.inbox_id, d.origin, d.headers, d.query, d.body, d.body_ref, d.received_at, d.state
FROM lane_item i LEFT JOIN delivery d ON d.id = (i.payload->>'delivery_id')::uuid AND d.state = 'received'
WHERE i.lane = $1 AND i.key = $2 AND i.parked_at IS NULL AND (i.id = $3 OR (i.id > $3 AND i.claimed_by IS NULL))
ORDER BY i.id LIMIT $4
"""


async def _tickets(tx: Transaction, item: lanes.Item) -> list[Ticket]:
    """The item and what waits behind it under the same key; as long as it is held, nobody else takes those."""
    rows = await tx.rows(_FOLLOWING, item.lane, item.key, item.id, ALONG)
    return [
        Ticket(
            id=row["item_id"],
            delivery=RawDelivery(**{name: row[name] for name in RawDelivery.__struct_fields__}) if row["id"] else None,
        )
        for row in rows
    ]


_MARK = """
UPDATE delivery SET state = m.state, items = m.items, unsupported = m.unsupported, reason = m.reason,
    detail = m.detail, attempts = attempts + 1
FROM jsonb_to_recordset($1) AS m(id uuid, state text, items smallint, unsupported smallint, reason text, detail text)
WHERE delivery.id = m.id AND delivery.state = 'received'
"""


async def _mark(tx: Transaction, outcomes: Sequence[Outcome]) -> None:
    """Raises `ClaimLost` where somebody else has parsed one: then our hold on the inbox is gone."""
    marks = [
        {
            "id": outcome.ticket.delivery.id,
            "state": "parked" if outcome.failure else "parsed",
            "items": len(outcome.found),
            "unsupported": len(outcome.unsupported),
            "reason": outcome.failure.code if outcome.failure else None,
            "detail": outcome.failure.detail[:500] if outcome.failure else _told(outcome.unsupported),
        }
        for outcome in outcomes
        if outcome.ticket.delivery
    ]
    if await tx.execute(_MARK, marks) != len(marks):
        raise lanes.ClaimLost


async def _remove(tx: Transaction, item_ids: Sequence[int]) -> None:
    """Raises `ClaimLost` where somebody else took one."""
    if await tx.execute("DELETE FROM lane_item WHERE id = ANY ($1) AND claimed_by IS NULL", item_ids) != len(item_ids):
        raise lanes.ClaimLost


def _parked(outcome: Outcome) -> Event:
    assert outcome.ticket.delivery is not None
    assert outcome.failure is not None
    delivery, reason = outcome.ticket.delivery, outcome.failure.code
    log.warning("delivery.parked", delivery_id=str(delivery.id), reason=reason)
    return Event(
        name="delivery.parked",
        subject_kind="delivery",
        subject_id=str(delivery.id),
        inbox_id=delivery.inbox_id,
        properties={"reason": reason},
    )


def _told(unsupported: Sequence[Unsupported]) -> str:
    """What was not handled, for the delivery log: `poll_vote ×3: not said in the documents`."""
    tally = Tally((item.kind, item.why) for item in unsupported)
    return "; ".join(f"{kind} ×{count}: {why}" for (kind, why), count in tally.most_common(5))[:500]
