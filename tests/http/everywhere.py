"""A customer who left something in every place there is, and looking for it."""

import os
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx

from damso.channels.intake import store
from damso.channels.items import Address, Attachment, InboundReceipt
from damso.channels.media import keep_file
from damso.channels.types import Request
from damso.conversations.drafts import Draft, keep_draft
from damso.conversations.note import write_note
from damso.conversations.receive import Arrival, receive
from damso.customers.claim import claim
from damso.customers.consent.age import note_age
from damso.customers.consent.record import record
from damso.customers.consent.types import Said
from damso.customers.link import link
from damso.customers.traits import set_traits
from damso.kernel.database import Database, Transaction
from damso.kernel.log import Event, append
from tests.conversations.company import Company
from tests.conversations.postcards import postcard
from tests.http.browsers import Chat

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


async def leave_everywhere(company: Company, visitor: Chat) -> UUID:
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
        proof = {"note": f"{MARK}와 통화"}
        said = Said(
            identity_id=mail, purpose="marketing", channel="all", given=True, method="phone", proof=proof, ip=MARK
        )
        await record(tx, {}, [said], actor=company.agent)
        await note_age(tx, mail, under_14=True, guardian_consented=True, note=MARK, actor=company.agent)
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


async def erase(owner: httpx.AsyncClient, company: Company, customer_id: UUID) -> str:
    answer = await owner.post(f"/api/customers/{customer_id}/erasure", json={"reason": "requested"})
    assert answer.status_code == 201, answer.text
    age(company.parts.settings.data)
    await company.works()
    return str(answer.json()["id"])
