"""The lane `parse`: a delivery becomes items, each in the lane of its sender, all in one transaction.

Deliveries of one inbox are parsed in the order in which they came, so that an answer never overtakes the mail it
answers. Whatever goes wrong is kept at the delivery (`parked`, with a reason), never at the lane item: the health
page replays from there.
"""

from collections import Counter as Tally
from collections.abc import Sequence
from typing import ClassVar
from uuid import UUID

import msgspec
import structlog
from msgspec import Struct

from damso.channels import deliveries
from damso.channels.deliveries import RawDelivery
from damso.channels.found import LANE, FoundItem, lane_key
from damso.channels.inboxes import Inboxes, InboxRecord, InboxUnusable
from damso.channels.intake import PARSE_LANE
from damso.channels.media import Kept, await_media, keep_files
from damso.channels.parser import ParseFailed, Parsers
from damso.channels.turns import Turns
from damso.channels.types import InboundMessage, Item, Unsupported
from damso.kernel import lanes
from damso.kernel.blobs import BlobMissing, Blobs
from damso.kernel.database import Database
from damso.kernel.errors import NotFound
from damso.kernel.log import Event, append
from damso.kernel.notify import LOST

log = structlog.get_logger()

WAIT = 0.05
"""Seconds until a look whether another process has done the earlier deliveries of an inbox."""


class Ticket(Struct, frozen=True, kw_only=True):
    """The payload of the lane."""

    delivery_id: UUID
    inbox_id: UUID


class ParseLane:
    """Works the lane `parse`."""

    name: ClassVar[str] = PARSE_LANE
    width: ClassVar[int] = 64

    def __init__(self, database: Database, blobs: Blobs, inboxes: Inboxes, parsers: Parsers | None = None) -> None:
        self._database = database
        self._blobs = blobs
        self._inboxes = inboxes
        self._parsers = parsers or Parsers()
        self._turns = Turns()

    async def work(self, claim: lanes.Claim) -> None:
        ticket = msgspec.convert(claim.item.payload, Ticket)
        async with self._turns.turn(ticket.inbox_id, claim.item.id):
            await self._work(claim, ticket)

    async def _work(self, claim: lanes.Claim, ticket: Ticket) -> None:
        async with self._database.reading() as tx:
            delivery = await deliveries.load(tx, ticket.delivery_id)
        if delivery is None or delivery.state != "received":
            return await self._nothing_to_do(claim)
        if delivery.waits:
            raise lanes.Retry(WAIT, "an earlier delivery of this inbox is being parsed")
        try:
            await self._parse(claim, delivery)
        except ParseFailed as failure:
            await self._park(claim, delivery, failure)
        except (lanes.ClaimLost, *LOST):
            raise
        except Exception as error:
            log.exception("delivery.failed", delivery_id=str(delivery.id))
            await self._park(claim, delivery, ParseFailed("FAULT", type(error).__name__))
        return None

    async def _parse(self, claim: lanes.Claim, delivery: RawDelivery) -> None:
        try:
            async with self._database.reading() as tx:
                inbox = await self._inboxes.by_id(tx, delivery.inbox_id)
            request = await deliveries.raw_request(self._blobs, delivery)
        except (InboxUnusable, NotFound, BlobMissing) as error:
            raise ParseFailed("UNUSABLE", type(error).__name__) from error
        items = await self._parsers.parse(inbox.adapter, request, inbox.config)
        kept = [await keep_files(self._blobs, item) for item in items if not isinstance(item, Unsupported)]
        await self._store(claim, inbox, delivery, items, kept)

    async def _store(
        self,
        claim: lanes.Claim,
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
            await claim.finish(tx)

    async def _park(self, claim: lanes.Claim, delivery: RawDelivery, failure: ParseFailed) -> None:
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
            await claim.finish(tx)

    async def _nothing_to_do(self, claim: lanes.Claim) -> None:
        async with self._database.transaction() as tx:
            await claim.finish(tx)


def _told(unsupported: Sequence[Unsupported]) -> str:
    """What was not handled, for the delivery log: `poll_vote ×3: not said in the documents`."""
    tally = Tally((item.kind, item.why) for item in unsupported)
    return "; ".join(f"{kind} ×{count}: {why}" for (kind, why), count in tally.most_common(5))[:500]
