"""Whoever is erased is nowhere any more: not in a table, not in a file; and what others said is still there."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from litestar import Litestar

from damso.bootstrap import erasers_of, erasure_list_of, make_ready
from damso.channels.intake import store
from damso.channels.media import keep_file
from damso.channels.types import Address, Attachment, InboundReceipt, Request
from damso.conversations.drafts import Draft, keep_draft
from damso.conversations.held import open_held
from damso.conversations.note import write_note
from damso.conversations.receive import Arrival, receive
from damso.customers.claim import claim
from damso.customers.erasing.person import person_of
from damso.customers.erasing.suppressed import is_suppressed
from damso.customers.link import link
from damso.customers.traits import set_traits
from damso.kernel.database import Database, Transaction
from damso.kernel.log import Actor, Event, append
from damso.team.create_agent import create_agent
from tests.clock import ManualClock
from tests.conversations.company import Company
from tests.conversations.postcards import postcard
from tests.http.browsers import Chat, signed_in_browser

MARK = "zqxjkv"
"""Stands in everything that is the person's; no other word holds it."""
MAIL = f"{MARK}@naver.example"
OTHER = "dana@naver.example"

_COLUMNS = """
SELECT table_name, column_name, data_type FROM information_schema.columns
WHERE table_schema = 'public' AND (data_type IN ('text', 'jsonb', 'bytea', 'character varying') OR data_type = 'ARRAY')
"""


async def places_of(database: Database, folder: Path, mark: str) -> set[str]:
    """Every column and file that holds the mark, in the clear."""
    found = set()
    async with database.reading() as tx:
        for table, column, kind in [tuple(row) for row in await tx.rows(_COLUMNS)]:
            text = f"encode({column}, 'escape')" if kind == "bytea" else f"{column}::text"
            if await tx.value(f'SELECT true FROM "{table}" WHERE {text} ILIKE $1 LIMIT 1', f"%{mark}%"):
                found.add(f"{table}.{column}")
    return found | files_with(folder, mark)


def files_with(folder: Path, mark: str) -> set[str]:
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and (mark.encode() in path.read_bytes().lower() or mark in path.name.lower())
    }


def age(folder: Path) -> None:
    """As if every file had been stored an hour ago."""
    for path in (path for path in folder.rglob("*") if path.is_file()):
        os.utime(path, (path.stat().st_mtime - 3600,) * 2)


async def writes(company: Company, text: str, **fields: Any) -> UUID:
    """A letter with everything a letter can have."""
    parts = company.parts
    html = await parts.blobs.put(f"<p>{text}</p>".encode())
    source = await parts.blobs.put(f"From: {MAIL}\r\n\r\n{text}".encode())
    file = await keep_file(parts.blobs, text.replace(MAIL, "").encode(), "text/plain")
    item = postcard(
        text,
        attachments=(Attachment(name=f"{text}.txt", content_type=file.content_type, ref=file.ref, size=file.size),),
        **fields,
    )
    async with parts.database.transaction() as tx:
        request = Request(body=text.encode(), headers={"from": fields.get("sender", MAIL)}, received_at=tx.now)
        delivery = await store(tx, company.post, request, key=text, body_ref=source, origin="poll")
        await tx.execute("DELETE FROM lane_item")
        arrival = Arrival(item=item, received_at=tx.now, delivery_id=delivery, html_ref=html, source_ref=source)
        return (await receive(tx, parts.keyring, company.post, arrival)).conversation_id


@pytest.fixture
async def desk(app: Litestar, company: Company) -> AsyncIterator[httpx.AsyncClient]:
    """The browser of the company's owner."""
    async with company.parts.database.transaction() as tx:
        owner = await create_agent(tx, name="서지안", email="jian@damso.example", role="owner")
    async with await signed_in_browser(app, company.parts.database, Actor("agent", str(owner))) as client:
        yield client


@pytest.fixture
async def everywhere(company: Company, visitor: Chat) -> UUID:
    """A customer who left something in every place there is; their id."""
    parts = company.parts
    case = await writes(company, f"편지 {MARK}", sender=MAIL, external_id="one", subject=f"제목 {MARK}")
    uploaded = (await visitor.upload(f"{MARK}.txt", MARK.encode(), "text/plain")).json()
    await visitor.says(f"채팅 {MARK}", attachment_ids=[uploaded["id"]])
    await company.answers(case, f"{MARK} 고객님, 확인했어요")
    await company.delivers()
    await company.hears(
        InboundReceipt(status="delivered", external_id="later", recipient=Address(kind="email", value=MAIL))
    )
    async with parts.database.transaction() as tx:
        mail = await tx.value("SELECT id FROM identity WHERE value = $1", MAIL)
        chat = await tx.value("SELECT id FROM identity WHERE kind = 'visitor'")
        await link(tx, mail, chat, strength="proven", evidence={"by": MARK})
        await claim(tx, chat, "name", f"{MARK} 님", source="chat")
        await set_traits(tx, mail, {"address": f"{MARK}로 1"}, source="shop")
        agent = UUID(company.agent.id)
        await write_note(
            tx,
            case,
            agent,
            send_key=str(uuid4()),
            text=f"메모 {MARK}",
            mentions=[UUID(company.colleague.id)],
            attachment_ids=(),
        )
        await keep_draft(tx, case, agent, Draft(kind="message", text=f"쓰는 중 {MARK}"))
        await append(
            tx,
            Event(
                stream="tracked",
                name="Page Viewed",
                subject_kind="page",
                subject_id="/",
                identity_id=mail,
                properties={"url": f"https://shop.example/{MARK}"},
            ),
        )
        await lost_bounce(tx, company)
        return UUID(str(await tx.value("SELECT customer_id FROM identity WHERE id = $1", mail)))


async def lost_bounce(tx: Transaction, company: Company) -> None:
    """Something that was received, names the person, and became no message."""
    request = Request(body=f'{{"failed": "{MAIL}"}}'.encode(), headers={"x-failed": MAIL}, received_at=tx.now)
    await store(tx, company.post, request, key="bounce", body_ref=None, origin="hook")
    await tx.execute("DELETE FROM lane_item")


async def erase(desk: httpx.AsyncClient, company: Company, customer_id: UUID) -> str:
    answer = await desk.post(f"/api/customers/{customer_id}/erasure", json={"reason": "requested"})
    assert answer.status_code == 201, answer.text
    age(company.parts.settings.data)
    await company.works()
    return str(answer.json()["id"])


async def test_nothing_of_an_erased_customer_is_anywhere(
    desk: httpx.AsyncClient, company: Company, everywhere: UUID
) -> None:
    data = company.parts.settings.data
    before = await places_of(company.parts.database, data, MARK)
    await erase(desk, company, everywhere)

    assert {"message.text", "identity.value", "attachment.name", "claim.value", "delivery.headers"} <= before
    assert await places_of(company.parts.database, data, MARK) == set()


async def test_the_certificate_is_genuine_and_tells_nothing_of_the_person(
    desk: httpx.AsyncClient, company: Company, everywhere: UUID
) -> None:
    erasure = await erase(desk, company, everywhere)
    address = f"/api/erasures/{erasure}/certificate"
    answer = (await desk.get(address)).json()
    page = (await desk.get(f"{address}/page")).text

    assert answer["genuine"] is True
    assert answer["certificate"]["stores"]["conversations"] > 0
    assert MARK not in str(answer) + page
    async with company.parts.database.transaction() as tx:
        await tx.execute("""UPDATE erasure SET certificate = certificate || '{"reason": "other"}'""")
    assert (await desk.get(address)).json()["genuine"] is False


async def test_the_preview_changes_nothing_and_counts(
    desk: httpx.AsyncClient, company: Company, everywhere: UUID
) -> None:
    before = await company.count("message")
    answer = (await desk.get(f"/api/customers/{everywhere}/erasure")).json()

    assert answer["stores"]["conversations"]["messages"] == 3
    assert answer["kept"] == []
    assert await company.count("message") == before


async def test_what_others_said_in_the_same_case_stays(desk: httpx.AsyncClient, company: Company) -> None:
    case = await writes(
        company, f"같이 봐 주세요 {MARK}", sender=MAIL, external_id="one", cc=(Address(kind="email", value=OTHER),)
    )
    other = await writes(
        company, f"{MAIL} 님 말씀이 맞아요", sender=OTHER, external_id="two", to=(Address(kind="email", value=MAIL),)
    )
    async with company.parts.database.transaction() as tx:
        await tx.execute("UPDATE message SET conversation_id = $1 WHERE conversation_id = $2", case, other)
        customer = await tx.value("SELECT customer_id FROM identity WHERE value = $1", MAIL)
    await erase(desk, company, customer)

    assert [line.text for line in await company.lines(case)] == ["●●● 님 말씀이 맞아요"]
    assert (await company.row(case)).customer.id != customer
    assert await places_of(company.parts.database, company.parts.settings.data, MARK) == set()


async def test_a_complaint_is_kept_apart_until_the_law_lets_it_go(
    desk: httpx.AsyncClient, company: Company, everywhere: UUID, clock: ManualClock
) -> None:
    parts = company.parts
    async with parts.database.transaction() as tx:
        await tx.execute("UPDATE conversation SET record_class = 'complaint' WHERE subject <> ''")
    kept = (await desk.get(f"/api/customers/{everywhere}/erasure")).json()["kept"]
    erasure = await erase(desk, company, everywhere)
    certificate = (await desk.get(f"/api/erasures/{erasure}/certificate")).json()["certificate"]

    assert [(one["record_class"], one["count"]) for one in kept] == [("complaint", 1)]
    assert certificate["kept"] == kept
    assert await places_of(parts.database, parts.settings.data, MARK) == set()
    async with parts.database.transaction() as tx:
        held_id = await tx.value("SELECT id FROM held_case")
        content = await open_held(tx, parts.keyring, held_id, "분쟁 조정 요청", company.agent)
    assert content.case["subject"] == f"제목 {MARK}"
    assert len(content.files) == 1


async def test_the_same_address_is_a_new_customer_afterwards(
    desk: httpx.AsyncClient, company: Company, everywhere: UUID
) -> None:
    await erase(desk, company, everywhere)
    again = await company.gets(postcard("다시 왔어요", sender=MAIL, external_id="again"))
    async with company.parts.database.reading() as tx:
        customer = await tx.value("SELECT customer_id FROM identity WHERE value = $1", MAIL)
        suppressed = await is_suppressed(tx, company.parts.keyring, "email", MAIL)

    assert customer != everywhere
    assert again.new
    assert suppressed


async def test_a_kill_in_the_middle_is_made_up_for(desk: httpx.AsyncClient, company: Company, everywhere: UUID) -> None:
    parts = company.parts
    answer = await desk.post(f"/api/customers/{everywhere}/erasure", json={"reason": "requested"})
    async with parts.database.transaction() as tx:  # one step of the first store is done, and then the power fails
        person = await person_of(tx, UUID(answer.json()["id"]), [everywhere])
        await erasers_of(parts.keyring, parts.blobs)[0].erase(tx, person)
    age(parts.settings.data)
    await company.works()

    left = await places_of(parts.database, parts.settings.data, MARK)
    assert {place for place in left if "blobs" not in place} == set()
    assert (await desk.get(f"/api/erasures/{answer.json()['id']}")).json()["completed_at"]


async def test_a_start_erases_again_what_an_older_backup_brought_back(
    desk: httpx.AsyncClient, company: Company, everywhere: UUID
) -> None:
    parts = company.parts
    await desk.post(f"/api/customers/{everywhere}/erasure", json={"reason": "requested"})
    async with parts.database.transaction() as tx:  # the backup is older than the request
        await tx.execute("DELETE FROM erasure")
        await tx.execute("DELETE FROM lane_item")
    await make_ready(parts.settings, parts.database)

    left = await places_of(parts.database, parts.settings.data, MARK)
    assert {place for place in left if "blobs" not in place} == set()
    assert len(erasure_list_of(parts.settings).read()) == 1


async def test_asking_twice_is_refused_and_so_is_who_sees_only_a_part(
    desk: httpx.AsyncClient, company: Company, everywhere: UUID
) -> None:
    order = {"reason": "requested"}
    await desk.post(f"/api/customers/{everywhere}/erasure", json=order)

    again = await desk.post(f"/api/customers/{everywhere}/erasure", json=order)

    assert (again.status_code, again.json()["code"]) == (409, "ERASURE_RUNNING")
