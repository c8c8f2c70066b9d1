"""The lane `parse`: a delivery becomes items, each in the lane of its sender, all in one transaction.

Deliveries of one inbox are parsed in the order in which they came, so that an answer never overtakes the mail it
answers. Whoever holds the first lane item of an inbox has the inbox to itself, and takes what follows along: one
claim for many deliveries, because a claim costs as much as parsing. Whatever goes wrong is kept at the delivery
(`parked`, with a reason), never at the lane item: the health page replays from there.
"""

from collections import Counter as Tally
from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar
from uuid import UUID

import structlog
from msgspec import Struct

from damso.channels import deliveries
from damso.channels.deliveries import RawDelivery
from damso.channels.found import LANE, FoundItem, lane_key
from damso.channels.inboxes import Inboxes, InboxRecord, InboxUnusable
from damso.channels.intake import PARSE_LANE
from damso.channels.media import Kept, await_media, keep_files
from damso.channels.parser import ParseFailed, Parsers
from damso.channels.types import InboundMessage, Item, Unsupported
from damso.kernel import lanes
from damso.kernel.blobs import BlobMissing, Blobs
from damso.kernel.database import Database, Transaction
from damso.kernel.errors import NotFound
from damso.kernel.log import Event, append
from damso.kernel.notify import LOST

log = structlog.get_logger()

ALONG = 50
"""Deliveries that are taken along with one claim; then the lane may turn to other inboxes."""


class Ticket(Struct, frozen=True, kw_only=True):
    """An item of the lane: the delivery to parse, and its place."""

    id: int
    delivery_id: UUID


Settle = Callable[[Transaction], Awaitable[None]]
"""Removes the lane item in the transaction that holds the result."""


class ParseLane:
    """Works the lane `parse`."""

    name: ClassVar[str] = PARSE_LANE
    width: ClassVar[int] = 8

    def __init__(self, database: Database, blobs: Blobs, inboxes: Inboxes, parsers: Parsers | None = None) -> None:
        self._database = database
        self._blobs = blobs
        self._inboxes = inboxes
        self._parsers = parsers or Parsers()

    async def work(self, claim: lanes.Claim) -> None:
        own = Ticket(id=claim.item.id, delivery_id=UUID(claim.item.payload["delivery_id"]))
        async with self._database.reading() as tx:
            following = await _following(tx, claim.item)
        tickets = [own, *following]
        for ticket in tickets:
            # The claim is given up last: it keeps others away from the inbox.
            await self._work(ticket.delivery_id, _settling(claim, ticket, last=ticket is tickets[-1]))

    async def _work(self, delivery_id: UUID, settle: Settle) -> None:
        async with self._database.reading() as tx:
            delivery = await deliveries.load(tx, delivery_id)
        if delivery is None or delivery.state != "received":
            async with self._database.transaction() as tx:
                return await settle(tx)
        try:
            await self._parse(settle, delivery)
        except ParseFailed as failure:
            await self._park(settle, delivery, failure)
        except (lanes.ClaimLost, *LOST):
            raise
        except Exception as error:
            log.exception("delivery.failed", delivery_id=str(delivery.id))
            await self._park(settle, delivery, ParseFailed("FAULT", type(error).__name__))

    async def _parse(self, settle: Settle, delivery: RawDelivery) -> None:
        try:
            async with self._database.reading() as tx:
                inbox = await self._inboxes.by_id(tx, delivery.inbox_id)
            request = await deliveries.raw_request(self._blobs, delivery)
        except (InboxUnusable, NotFound, BlobMissing) as error:
            raise ParseFailed("UNUSABLE", type(error).__name__) from error
        items = await self._parsers.parse(inbox.adapter, request, inbox.config)
        kept = [await keep_files(self._blobs, item) for item in items if not isinstance(item, Unsupported)]
        await self._store(settle, inbox, delivery, items, kept)

    async def _store(
        self,
        settle: Settle,
        inbox: InboxRecord,
        delivery: RawDelivery,
        items: Sequence[Item],
        kept: Sequence[Kept],
    ) -> None:
        unsupported = [item for item in items if isinstance(item, Unsupported)]
        source_ref = delivery.source_ref if sum(isinstance(k.item, InboundMessage) for k in kept) == 1 else None
        found = [
            FoundItem(
                delivery_id=delivery.id,
                inbox_id=inbox.id,
                index=index,
                received_at=delivery.received_at,
                item=part.item,
                html_ref=part.html_ref,
                source_ref=source_ref if isinstance(part.item, InboundMessage) else None,
            )
            for index, part in enumerate(kept)
        ]
        async with self._database.transaction() as tx:
            await tx.execute(
                """UPDATE delivery SET state = 'parsed', items = $2, unsupported = $3, detail = $4,
                    attempts = attempts + 1 WHERE id = $1""",
                delivery.id,
                len(found),
                len(unsupported),
                _told(unsupported),
            )
            await await_media(tx, inbox.id, [wanted for part in kept for wanted in part.wanted])
            if found:
                await lanes.enqueue(tx, LANE, [(lane_key(inbox.channel, item.item), item.encode()) for item in found])
            await settle(tx)

    async def _park(self, settle: Settle, delivery: RawDelivery, failure: ParseFailed) -> None:
        log.warning("delivery.parked", delivery_id=str(delivery.id), reason=failure.code)
        async with self._database.transaction() as tx:
            await tx.execute(
                "UPDATE delivery SET state = 'parked', reason = $2, detail = $3, attempts = attempts + 1 WHERE id = $1",
                delivery.id,
                failure.code,
                failure.detail[:500],
            )
            await append(
                tx,
                Event(
                    name="delivery.parked",
                    subject_kind="delivery",
                    subject_id=str(delivery.id),
                    inbox_id=delivery.inbox_id,
                    properties={"reason": failure.code},
                ),
            )
            await settle(tx)


async def _following(tx: Transaction, item: lanes.Item) -> list[Ticket]:
    """What waits behind an item under the same key; as long as the item is held, nobody else takes it."""
    return await tx.all(
        Ticket,
        """SELECT id, (payload->>'delivery_id')::uuid AS delivery_id FROM lane_item
        WHERE lane = $1 AND key = $2 AND id > $3 AND parked_at IS NULL AND claimed_by IS NULL
        ORDER BY id LIMIT $4""",
        item.lane,
        item.key,
        item.id,
        ALONG,
    )


def _settling(claim: lanes.Claim, ticket: Ticket, *, last: bool) -> Settle:
    async def settle(tx: Transaction) -> None:
        if ticket.id != claim.item.id and not await tx.execute(
            "DELETE FROM lane_item WHERE id = $1 AND claimed_by IS NULL", ticket.id
        ):
            raise lanes.ClaimLost
        if last:
            await claim.finish(tx)

    return settle


def _told(unsupported: Sequence[Unsupported]) -> str:
    """What was not handled, for the delivery log: `poll_vote ×3: not said in the documents`."""
    tally = Tally((item.kind, item.why) for item in unsupported)
    return "; ".join(f"{kind} ×{count}: {why}" for (kind, why), count in tally.most_common(5))[:500]
