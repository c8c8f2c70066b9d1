"""Accept, then think: verified, stored once, then parsed into items."""

import msgspec
import pytest

from damso.channels.inboxes import InboxRecord
from damso.channels.intake import IN_ROW, MAX_BODY, SignatureRefused, accept
from damso.channels.items import InboundMessage
from damso.channels.types import Request
from damso.kernel.blobs import DiskBlobs
from damso.kernel.database import Database
from damso.kernel.errors import TooLarge
from tests.channels.api.system import call, said, signed
from tests.clock import ManualClock


async def count(database: Database, table: str) -> int:
    async with database.reading() as tx:
        number: int = await tx.value(f"SELECT count(*) FROM {table}")
    return number


async def test_a_delivery_is_stored_with_its_work(database, blobs, inbox, clock, found) -> None:
    answer = await accept(database, blobs, inbox, call(said("m-1", "안녕하세요"), identifier="w-1", at=clock.now()))

    assert answer.status == 200
    [item] = await found()
    assert isinstance(item.item, InboundMessage)
    assert (item.item.external_id, item.item.text, item.received_at) == ("m-1", "안녕하세요", clock.now())
    async with database.reading() as tx:
        row = await tx.row("SELECT state, items, unsupported, body_ref FROM delivery")
    assert dict(row) == {"state": "parsed", "items": 1, "unsupported": 0, "body_ref": None}


async def test_the_same_delivery_five_times_is_one(database, blobs, inbox, clock, found) -> None:
    request = call(said("m-1", "한 번만"), identifier="w-1", at=clock.now())

    for _ in range(5):
        assert (await accept(database, blobs, inbox, request)).status == 200

    assert len(await found()) == 1
    assert await count(database, "delivery") == 1


async def test_a_wrong_signature_stores_nothing(database, blobs, inbox, clock) -> None:
    request = call(said("m-1", "가짜"), identifier="w-1", at=clock.now())
    forged = msgspec.structs.replace(request, body=request.body + b" ")

    with pytest.raises(SignatureRefused):
        await accept(database, blobs, inbox, forged)

    assert await count(database, "delivery") == 0
    assert await count(database, "lane_item") == 0
    assert list(blobs.refs()) == []


async def test_a_body_over_the_limit_is_refused(database, blobs, inbox, clock) -> None:
    with pytest.raises(TooLarge):
        await accept(database, blobs, inbox, Request(body=b"x" * (MAX_BODY + 1), received_at=clock.now()))


async def test_a_long_body_is_a_file(database, blobs: DiskBlobs, inbox: InboxRecord, clock: ManualClock, found) -> None:
    request = call(said("m-1", "가" * IN_ROW), identifier="w-1", at=clock.now())

    await accept(database, blobs, inbox, request)

    async with database.reading() as tx:
        row = await tx.row("SELECT body, body_ref FROM delivery")
    assert row["body"] is None
    assert await blobs.get(row["body_ref"]) == request.body
    assert len((await found())[0].item.text) == IN_ROW


async def test_deliveries_of_an_inbox_are_parsed_in_the_order_they_came(database, blobs, inbox, clock, found) -> None:
    for number in range(40):
        await accept(
            database, blobs, inbox, call(said(f"m-{number}", "차례"), identifier=f"w-{number}", at=clock.now())
        )

    assert [item.item.external_id for item in await found()] == [f"m-{number}" for number in range(40)]


async def test_what_is_no_json_is_parked_with_its_reason(database, blobs, inbox, clock, found) -> None:
    await accept(database, blobs, inbox, signed(b"{", identifier="w-1", at=clock.now()))

    assert await found() == []
    async with database.reading() as tx:
        row = await tx.row("SELECT state, reason, attempts FROM delivery")
        left = await tx.value("SELECT count(*) FROM lane_item")
        events = await tx.values("SELECT name FROM care_event WHERE name LIKE 'delivery.%'")
    assert dict(row) == {"state": "parked", "reason": "UNPARSABLE", "attempts": 1}
    assert left == 0
    assert events == ["delivery.parked"]
