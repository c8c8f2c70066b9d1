"""Who asks what is held about them gets all of it within ten days, and nothing of anybody else."""

import zipfile
from collections.abc import AsyncIterator
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest
from litestar import Litestar

from damso.bootstrap import timers_of
from damso.channels.items import Address, Attachment
from damso.channels.media import keep_file
from damso.conversations.note import write_note
from damso.customers.claim import claim
from damso.customers.merge import merge
from damso.customers.traits import set_traits
from damso.kernel.log import Actor
from damso.kernel.timers import run_due
from damso.team.create_agent import create_agent
from tests.clock import ManualClock
from tests.conversations.company import Company
from tests.conversations.postcards import postcard
from tests.http.browsers import signed_in_browser

MINA, DANA = "mina@naver.example", "dana@naver.example"
WHY = {"x-damso-reason": "customer_request"}


@pytest.fixture
async def desk(app: Litestar, company: Company) -> AsyncIterator[httpx.AsyncClient]:
    """The browser of the company's owner."""
    async with company.parts.database.transaction() as tx:
        owner = await create_agent(tx, name="서지안", email="jian@damso.example", role="owner")
    async with await signed_in_browser(app, company.parts.database, Actor("agent", str(owner))) as client:
        yield client


async def mina(company: Company) -> UUID:
    """Mina wrote with a file, Dana wrote in the same case, and we noted something down."""
    parts = company.parts
    file = await keep_file(parts.blobs, "영수증입니다".encode(), "text/plain")
    attached = Attachment(name="영수증/2026.txt", content_type=file.content_type, ref=file.ref, size=file.size)
    case = (
        await company.gets(
            postcard(
                f"{DANA} 님과 같이 주문했어요", sender=MINA, external_id="one", attachments=(attached,), cc=(_at(DANA),)
            )
        )
    ).conversation_id
    other = (await company.gets(postcard("다나의 비밀", sender=DANA, external_id="two"))).conversation_id
    await company.answers(case, "확인했어요")
    async with parts.database.transaction() as tx:
        await tx.execute("UPDATE message SET conversation_id = $1 WHERE conversation_id = $2", case, other)
        identity = await tx.value("SELECT id FROM identity WHERE value = $1", MINA)
        await claim(tx, identity, "name", "김미나", source="chat")
        await set_traits(tx, identity, {"grade": "vip"}, source="shop")
        agent = UUID(company.agent.id)
        await write_note(tx, case, agent, send_key=str(uuid4()), text="까다로운 분", mentions=[], attachment_ids=())
        return UUID(str(await tx.value("SELECT customer_id FROM identity WHERE value = $1", MINA)))


def _at(value: str) -> Address:
    return Address(kind="email", value=value)


async def ask(desk: httpx.AsyncClient, company: Company, customer: UUID, **order: Any) -> dict[str, Any]:
    offered = (await desk.get(f"/api/customers/{customer}/access-requests/identities")).json()
    order = {"way": "email", "identity_ids": [one["id"] for one in offered]} | order
    answer = await desk.post(f"/api/customers/{customer}/access-requests", json=order)
    assert answer.status_code == 201, answer.text
    await company.works()
    found: dict[str, Any] = answer.json()
    return found


async def unpacked(desk: httpx.AsyncClient, request: dict[str, Any]) -> dict[str, bytes]:
    answer = await desk.get(f"/api/access-requests/{request['id']}/file", headers=WHY)
    assert answer.status_code == 200, answer.text
    with zipfile.ZipFile(BytesIO(answer.content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


async def test_the_answer_holds_what_every_room_holds(desk: httpx.AsyncClient, company: Company) -> None:
    customer = await mina(company)
    files = await unpacked(desk, await ask(desk, company, customer))
    sections = msgspec.json.decode(files["data.json"])["sections"]

    assert [row["address"] for row in sections["identities"]] == [MINA]
    assert [row["value"] for row in sections["claims"]] == ["김미나"]
    assert [(row["kind"], row["value"], row["source"]) for row in sections["traits"]] == [("grade", "vip", "shop")]
    assert [row["text"] for row in sections["conversations"]] == ["●●● 님과 같이 주문했어요", "확인했어요"]
    assert {row["act"] for row in sections["access"]} == {"viewed"}
    (path,) = [name for name in files if name.startswith("files/")]
    assert path.endswith("/1 영수증_2026.txt")
    assert files[path].decode() == "영수증입니다"


@pytest.mark.parametrize(("locale", "title"), [("ko", "고객님의 권리"), ("en", "Your rights")])
async def test_the_page_says_what_the_law_asks_and_nothing_of_others(
    desk: httpx.AsyncClient, company: Company, locale: str, title: str
) -> None:
    page = (await unpacked(desk, await ask(desk, company, await mina(company), locale=locale)))["index.html"].decode()

    assert title in page
    assert MINA in page
    assert "김미나" in page
    assert all(secret not in page for secret in (DANA, "다나의 비밀", "까다로운 분", "<script"))


async def test_notes_are_told_where_somebody_says_so(desk: httpx.AsyncClient, company: Company) -> None:
    files = await unpacked(desk, await ask(desk, company, await mina(company), notes=True))

    assert "까다로운 분" in files["index.html"].decode()


async def test_what_nothing_proves_to_be_one_person_needs_a_persons_word(
    desk: httpx.AsyncClient, company: Company
) -> None:
    customer = await mina(company)
    async with company.parts.database.transaction() as tx:
        dana = await tx.value("SELECT customer_id FROM identity WHERE value = $1", DANA)
        await merge(tx, [customer, dana], actor=company.agent, evidence={})
        customer = await tx.value("SELECT coalesce(merged_into, id) FROM customer WHERE id = $1", customer)
    route = f"/api/customers/{customer}/access-requests"
    offered = (await desk.get(f"{route}/identities")).json()
    both = {"way": "email", "identity_ids": [one["id"] for one in offered]}
    only_mina = [one["id"] for one in offered if one["value"] == MINA]

    refused = await desk.post(route, json=both)
    files = await unpacked(desk, await ask(desk, company, customer, identity_ids=only_mina))

    assert len({one["group"] for one in offered}) == 2
    assert (refused.status_code, refused.json()["code"]) == (409, "IDENTITIES_NOT_PROVEN")
    assert (await desk.post(route, json=both | {"accept_unproven": True})).status_code == 201
    assert "다나의 비밀" not in files["data.json"].decode()


async def test_only_who_asked_gets_the_file_and_for_a_week(
    desk: httpx.AsyncClient, app: Litestar, company: Company, clock: ManualClock
) -> None:
    parts = company.parts
    request = await ask(desk, company, await mina(company))
    async with parts.database.transaction() as tx:
        await tx.execute("UPDATE agent SET role = 'owner' WHERE id = $1", UUID(company.agent.id))
    async with await signed_in_browser(app, parts.database, company.agent) as other:
        others = await other.get(f"/api/access-requests/{request['id']}/file", headers=WHY)
    without_reason = await desk.get(f"/api/access-requests/{request['id']}/file")
    clock.advance(timedelta(days=7))
    await run_due(parts.database, [timer for timer in timers_of(parts) if timer.name == "access_answers"])

    assert (others.status_code, without_reason.status_code) == (403, 422)
    assert not await company.count("access_request", "file_ref IS NOT NULL")
    assert not await company.count("sealed_file")
    assert (await company.count("access_request", "state = 'destroyed'")) == 1


async def test_the_register_says_until_when_and_what_became_of_it(
    desk: httpx.AsyncClient, company: Company, clock: ManualClock
) -> None:
    request = await ask(desk, company, await mina(company))
    (waiting,) = (await desk.get("/api/access-requests")).json()
    clock.advance(timedelta(days=8))
    (soon,) = (await desk.get("/api/access-requests")).json()
    noted = await desk.post(f"/api/access-requests/{request['id']}/answer", json={"answer": "given"})
    again = await desk.post(f"/api/access-requests/{request['id']}/answer", json={"answer": "refused"})

    assert msgspec.convert(waiting["due_at"], str)[:10] > waiting["asked_at"][:10]
    assert (waiting["urgent"], soon["urgent"], noted.json()["urgent"]) == (False, True, False)
    assert (noted.json()["answer"], again.json()["code"]) == ("given", "ACCESS_REQUEST_ANSWERED")


async def test_erasing_the_customer_destroys_the_answer(desk: httpx.AsyncClient, company: Company) -> None:
    customer = await mina(company)
    request = await ask(desk, company, customer)
    await desk.post(f"/api/customers/{customer}/erasure", json={"reason": "requested"})
    await company.works()
    gone = await desk.get(f"/api/access-requests/{request['id']}/file", headers=WHY)

    assert (gone.status_code, gone.json()["code"]) == (410, "ACCESS_ANSWER_GONE")
