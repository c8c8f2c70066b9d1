"""From deliveries to items: what is kept where, what is counted, what is parked and replayed."""

import asyncio
import base64
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import pytest

from damso.channels import deliveries
from damso.channels.connect import connect
from damso.channels.found import FoundItem, lane_key
from damso.channels.inboxes import Inboxes, InboxRecord
from damso.channels.intake import accept
from damso.channels.items import Address, InboundEdit, InboundMessage, InboundReaction, InboundReceipt
from damso.channels.media import MEDIA
from damso.channels.parse import ParseLane
from damso.channels.parser import Parsers
from damso.channels.poll import import_raw
from damso.kernel.database import Database, open_database
from damso.kernel.errors import NotFound
from damso.kernel.ids import new_id
from damso.kernel.lanes import Claim, ClaimLost, Item
from tests.channels.api.system import SECRET, call, said, signed
from tests.channels.hostile import HostileAdapter
from tests.channels.lanes import work_all
from tests.channels.materials import recorded_api

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000030000000208020000001216f14d0000000049454e44ae426082")


async def delivery_row(database: Database) -> dict[str, object]:
    async with database.reading() as tx:
        return dict(await tx.row("SELECT state, items, unsupported, attempts, reason, detail FROM delivery"))


async def test_files_that_came_along_become_blobs(database, blobs, inbox, clock, found) -> None:
    file = {"name": "컵.png", "content_type": "text/html", "data": base64.b64encode(PNG).decode()}
    event = said("m-1", "사진", attachments=[file])

    await accept(database, blobs, inbox, call(event, identifier="w-1", at=clock.now()))

    [item] = await found()
    [kept] = item.item.attachments
    assert await blobs.get(kept.ref) == PNG
    assert (kept.data, kept.content_type, kept.size, kept.width, kept.height) == (None, "image/png", len(PNG), 3, 2)


async def test_files_the_provider_keeps_are_to_be_fetched(database, blobs, inbox, clock, found) -> None:
    file = {"name": "영수증.pdf", "content_type": "application/pdf", "url": "https://files.shop.example/88.pdf"}

    await accept(database, blobs, inbox, call(said("m", "영수증", attachments=[file]), identifier="w", at=clock.now()))

    [item] = await found()
    [kept] = item.item.attachments
    async with database.reading() as tx:
        media = await tx.row("SELECT id, ref, state FROM media")
        work = await tx.values("SELECT payload FROM lane_item WHERE lane = 'media'")
    assert kept.ref == f"{MEDIA}{media['id']}"
    assert (media["ref"], media["state"]) == (file["url"], "waiting")
    assert work == [{"media_id": str(media["id"])}]


async def test_a_broken_event_is_counted_and_drops_no_neighbour(database, blobs, inbox, clock, found) -> None:
    await accept(database, blobs, inbox, recorded_api()["batch__mixed"])

    assert [item.item.external_id for item in await found()] == ["m-4", "m-6"]
    row = await delivery_row(database)
    assert (row["state"], row["items"], row["unsupported"]) == ("parsed", 2, 3)
    assert "poll.voted ×1: no such type" in row["detail"]


async def test_imported_mail_keeps_its_source_and_its_html(database, blobs, connect, found) -> None:
    inbox = await connect("email", {"address": "help@shop.example", "imap_host": "i.example", "smtp_host": "s.example"})
    raw = (
        b"From: mina@shop.example\r\nTo: help@shop.example\r\nSubject: Hello\r\nMessage-ID: <1@shop.example>\r\n"
        b"Content-Type: text/html; charset=utf-8\r\n\r\n<p>Where is my order?</p>\r\n"
    )

    assert await import_raw(database, blobs, inbox, raw)
    assert not await import_raw(database, blobs, inbox, raw)

    [item] = await found()
    assert await blobs.get(item.source_ref) == raw
    assert b"Where is my order?" in await blobs.get(item.html_ref)
    assert item.item.html is None


async def test_a_webhook_is_nobodys_source(database, blobs, inbox, clock, found) -> None:
    await accept(database, blobs, inbox, call(said("m-1", "가" * 100_000), identifier="w-1", at=clock.now()))

    [item] = await found()
    assert item.source_ref is None


async def test_a_crash_parks_the_delivery_and_replay_parses_it(database, blobs, inbox, clock, found, inboxes) -> None:
    await accept(database, blobs, inbox, signed(b"{", identifier="w-1", at=clock.now()))
    await found()
    assert (await delivery_row(database))["state"] == "parked"
    async with database.transaction() as tx:
        await tx.execute("UPDATE delivery SET body = $1", msgspec.json.encode(said("m-1", "고쳐졌어요")))
        delivery_id = await tx.value("SELECT id FROM delivery")

    async with database.transaction() as tx:
        await deliveries.replay(tx, delivery_id)

    assert [item.item.text for item in await found()] == ["고쳐졌어요"]
    assert await delivery_row(database) == {
        "state": "parsed",
        "items": 1,
        "unsupported": 0,
        "attempts": 2,
        "reason": None,
        "detail": "",
    }


async def test_only_what_is_parked_can_be_replayed(database, blobs, inbox, clock, found) -> None:
    await accept(database, blobs, inbox, call(said("m-1", "안녕"), identifier="w-1", at=clock.now()))
    await found()
    async with database.transaction() as tx:
        delivery_id = await tx.value("SELECT id FROM delivery")

        with pytest.raises(NotFound):
            await deliveries.replay(tx, delivery_id)


async def test_all_parked_deliveries_are_replayed_in_their_order(database, blobs, inbox, clock, found) -> None:
    for number in range(3):
        await accept(database, blobs, inbox, signed(b"{", identifier=f"w-{number}", at=clock.now()))
        clock.advance(timedelta(seconds=1))
    await found()
    async with database.transaction() as tx:
        await tx.execute(
            """UPDATE delivery SET body = convert_to(
                '{"type":"message.received","data":{"sender":{"id":"u"},"id":"' || key || '"}}', 'UTF8')"""
        )
        assert await deliveries.replay_all(tx, inbox.id) == 3

    assert [item.item.external_id for item in await found()] == ["w-0", "w-1", "w-2"]


async def test_a_delivery_of_an_unusable_inbox_is_parked(database, blobs, inbox, clock, found, inboxes) -> None:
    await accept(database, blobs, inbox, call(said("m-1", "안녕"), identifier="w-1", at=clock.now()))
    async with database.transaction() as tx:
        await tx.execute("UPDATE inbox SET channel = 'uninstalled'")
    inboxes.forget()

    assert await found() == []
    assert (await delivery_row(database))["reason"] == "UNUSABLE"


async def test_two_workers_keep_the_order_of_an_inbox(
    dsn, database, keyring, blobs, inbox, inboxes, parsers, clock
) -> None:
    other = await open_database(dsn, clock=clock)
    requests = [call(said(f"m-{n}", "차례"), identifier=f"w-{n}", at=clock.now()) for n in range(150)]
    try:
        working = [
            asyncio.create_task(work_all(one, [ParseLane(one, keyring, blobs, inboxes, parsers)]))
            for one in (database, other)
        ]
        for request in requests:
            await accept(database, blobs, inbox, request)
        await asyncio.gather(*working)
        await work_all(database, [ParseLane(database, keyring, blobs, inboxes, parsers)])
    finally:
        await other.close()

    async with database.reading() as tx:
        found = [FoundItem.decode(payload) for payload in await tx.values("SELECT payload FROM lane_item ORDER BY id")]
    assert [item.item.external_id for item in found] == [f"m-{n}" for n in range(150)]


async def test_deliveries_that_come_at_once_are_all_parsed(database, blobs, inbox, clock, found) -> None:
    requests = [call(said(f"m-{n}", "한꺼번에"), identifier=f"w-{n}", at=clock.now()) for n in range(200)]

    async with asyncio.TaskGroup() as group:
        for request in requests:
            group.create_task(accept(database, blobs, inbox, request))

    assert {item.item.external_id for item in await found()} == {f"m-{n}" for n in range(200)}


async def test_a_crash_among_many_parks_one_delivery_only(database, blobs, inbox, clock, found) -> None:
    for number in range(5):
        body = b"{" if number == 2 else msgspec.json.encode(said(f"m-{number}", "옆"))
        await accept(database, blobs, inbox, signed(body, identifier=f"w-{number}", at=clock.now()))

    assert [item.item.external_id for item in await found()] == ["m-0", "m-1", "m-3", "m-4"]


async def test_what_is_ready_does_not_wait_for_a_bomb(database, blobs, keyring, brand_id, clock) -> None:
    inboxes = Inboxes(database, {"hostile": HostileAdapter()}, keyring)
    inbox = await connect_hostile(database, inboxes, brand_id)
    for number, body in enumerate((b"say \xed\x95\x98\xeb\x82\x98", b"sleep", b"say \xeb\x91\x98")):
        await accept(database, blobs, inbox, signed(body, identifier=f"w-{number}", at=clock.now()))

    async with Parsers(seconds=5) as parsers:
        working = asyncio.create_task(work_all(database, [ParseLane(database, keyring, blobs, inboxes, parsers)]))
        async with asyncio.timeout(4):
            while await states(database) != ["parsed", "received", "received"]:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        await working

    assert await states(database) == ["parsed", "parked", "parsed"]


async def states(database: Database) -> list[str]:
    async with database.reading() as tx:
        return await tx.values("SELECT state FROM delivery ORDER BY key")


async def connect_hostile(database: Database, inboxes: Inboxes, brand_id: UUID) -> InboxRecord:
    config = {"system": "shop", "url": "https://shop.example", "secret": SECRET}
    async with database.transaction() as tx:
        inbox_id = await connect(
            tx, inboxes.adapters, inboxes.keyring, channel="hostile", name="적", brand_id=brand_id, config=config
        )
    async with database.reading() as tx:
        return await inboxes.by_id(tx, inbox_id)


async def test_a_claim_that_was_lost_stores_nothing(database, keyring, blobs, inbox, inboxes, parsers, clock) -> None:
    await accept(database, blobs, inbox, call(said("m-1", "안녕"), identifier="w-1", at=clock.now()))
    async with database.reading() as tx:
        item = await tx.one(Item, "SELECT id, lane, key, payload, attempts, created_at FROM lane_item")

    with pytest.raises(ClaimLost):
        await ParseLane(database, keyring, blobs, inboxes, parsers).work(Claim(item, worker=12345))

    async with database.reading() as tx:
        assert await tx.value("SELECT state FROM delivery") == "received"
        assert await tx.values("SELECT lane FROM lane_item") == ["parse"]


def test_what_one_sender_does_shares_a_key() -> None:
    sender = Address(kind="user", scope="shop", value="u-7")
    at = datetime(2026, 3, 2, tzinfo=UTC)
    message = InboundMessage(external_id="m-1", dedupe_scope="api:shop", sender=sender, text="")
    edit = InboundEdit(external_id="m-1", dedupe_scope="api:shop", text=None, provider_at=at, sender=sender)
    reaction = InboundReaction(external_id="a", dedupe_scope="api:shop", sender=sender, emoji="👍", provider_at=at)

    assert {lane_key("api", item) for item in (message, edit, reaction)} == {"api:shop:u-7"}
    assert lane_key("api", InboundReceipt(status="read", external_id="shop-1")) == "api#shop-1"
    assert lane_key("api", msgspec.structs.replace(edit, sender=None)) == "api#m-1"


def test_a_found_item_survives_the_lane() -> None:
    item = FoundItem(
        delivery_id=new_id(),
        inbox_id=new_id(),
        index=3,
        received_at=datetime(2026, 3, 2, tzinfo=UTC),
        item=InboundReceipt(status="read", external_id="shop-1"),
    )

    assert FoundItem.decode(msgspec.json.decode(msgspec.json.encode(item.encode()))) == item
