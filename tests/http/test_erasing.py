"""Whoever is erased is nowhere any more: not in a table, not in a file; and what others said is still there."""

from uuid import UUID

import httpx
import pytest
from litestar import Litestar

from damso.bootstrap import erasers_of, erasure_list_of, make_ready
from damso.channels.items import Address
from damso.conversations.held import open_held
from damso.customers.erasing.person import person_of
from damso.customers.erasing.suppressed import is_suppressed
from tests.clock import ManualClock
from tests.conversations.company import Company
from tests.conversations.postcards import postcard
from tests.http.everywhere import MAIL, MARK, OTHER, age, erase, places_of, writes
from tests.http.two_brands import make_two_brands


async def test_nothing_of_an_erased_customer_is_anywhere(
    owner: httpx.AsyncClient, company: Company, everywhere: UUID
) -> None:
    data = company.parts.settings.data
    before = await places_of(company.parts.database, data, MARK)
    await erase(owner, company, everywhere)

    assert {"message.text", "identity.value", "attachment.name", "claim.value", "delivery.headers"} <= before
    assert await places_of(company.parts.database, data, MARK) == set()


async def test_the_certificate_is_genuine_and_tells_nothing_of_the_person(
    owner: httpx.AsyncClient, company: Company, everywhere: UUID
) -> None:
    erasure = await erase(owner, company, everywhere)
    address = f"/api/erasures/{erasure}/certificate"
    answer = (await owner.get(address)).json()
    page = (await owner.get(f"{address}/page")).text

    assert answer["genuine"] is True
    assert answer["certificate"]["stores"]["conversations"] > 0
    assert MARK not in str(answer) + page
    async with company.parts.database.transaction() as tx:
        await tx.execute("""UPDATE erasure SET certificate = certificate || '{"reason": "other"}'""")
    assert (await owner.get(address)).json()["genuine"] is False


async def test_the_preview_changes_nothing_and_counts(
    owner: httpx.AsyncClient, company: Company, everywhere: UUID
) -> None:
    before = await company.count("message")
    answer = (await owner.get(f"/api/customers/{everywhere}/erasure")).json()

    assert answer["stores"]["conversations"]["messages"] == 3
    assert answer["kept"] == []
    assert await company.count("message") == before


async def test_what_others_said_in_the_same_case_stays(owner: httpx.AsyncClient, company: Company) -> None:
    case = await writes(
        company, f"같이 봐 주세요 {MARK}", sender=MAIL, external_id="one", cc=(Address(kind="email", value=OTHER),)
    )
    other = await writes(
        company, f"{MAIL} 님 말씀이 맞아요", sender=OTHER, external_id="two", to=(Address(kind="email", value=MAIL),)
    )
    async with company.parts.database.transaction() as tx:
        await tx.execute("UPDATE message SET conversation_id = $1 WHERE conversation_id = $2", case, other)
        customer = await tx.value("SELECT customer_id FROM identity WHERE value = $1", MAIL)
    await erase(owner, company, customer)

    assert [line.text for line in await company.lines(case)] == ["●●● 님 말씀이 맞아요"]
    assert (await company.row(case)).customer.id != customer
    assert await places_of(company.parts.database, company.parts.settings.data, MARK) == set()


async def test_a_complaint_is_kept_apart_until_the_law_lets_it_go(
    owner: httpx.AsyncClient, company: Company, everywhere: UUID, clock: ManualClock
) -> None:
    parts = company.parts
    async with parts.database.transaction() as tx:
        await tx.execute("UPDATE conversation SET record_class = 'complaint' WHERE subject <> ''")
    kept = (await owner.get(f"/api/customers/{everywhere}/erasure")).json()["kept"]
    erasure = await erase(owner, company, everywhere)
    certificate = (await owner.get(f"/api/erasures/{erasure}/certificate")).json()["certificate"]

    assert [(one["record_class"], one["count"]) for one in kept] == [("complaint", 1)]
    assert certificate["kept"] == kept
    assert await places_of(parts.database, parts.settings.data, MARK) == set()
    async with parts.database.transaction() as tx:
        held_id = await tx.value("SELECT id FROM held_case")
        content = await open_held(tx, parts.keyring, held_id, "분쟁 조정 요청", company.agent)
    assert content.case["subject"] == f"제목 {MARK}"
    assert len(content.files) == 1


async def test_the_same_address_is_a_new_customer_afterwards(
    owner: httpx.AsyncClient, company: Company, everywhere: UUID
) -> None:
    await erase(owner, company, everywhere)
    again = await company.gets(postcard("다시 왔어요", sender=MAIL, external_id="again"))
    async with company.parts.database.reading() as tx:
        customer = await tx.value("SELECT customer_id FROM identity WHERE value = $1", MAIL)
        suppressed = await is_suppressed(tx, company.parts.keyring, "email", MAIL)

    assert customer != everywhere
    assert again.new
    assert suppressed


async def test_a_kill_in_the_middle_is_made_up_for(
    owner: httpx.AsyncClient, company: Company, everywhere: UUID
) -> None:
    parts = company.parts
    answer = await owner.post(f"/api/customers/{everywhere}/erasure", json={"reason": "requested"})
    async with parts.database.transaction() as tx:  # one step of the first store is done, and then the power fails
        person = await person_of(tx, UUID(answer.json()["id"]), [everywhere])
        await erasers_of(parts.keyring, parts.blobs)[0].erase(tx, person)
    age(parts.settings.data)
    await company.works()

    left = await places_of(parts.database, parts.settings.data, MARK)
    assert {place for place in left if "blobs" not in place} == set()
    assert (await owner.get(f"/api/erasures/{answer.json()['id']}")).json()["completed_at"]


async def test_a_start_erases_again_what_an_older_backup_brought_back(
    owner: httpx.AsyncClient, company: Company, everywhere: UUID
) -> None:
    parts = company.parts
    await owner.post(f"/api/customers/{everywhere}/erasure", json={"reason": "requested"})
    async with parts.database.transaction() as tx:  # the backup is older than the request
        await tx.execute("DELETE FROM erasure")
        await tx.execute("DELETE FROM lane_item")
    await make_ready(parts.settings, parts.database)

    left = await places_of(parts.database, parts.settings.data, MARK)
    assert {place for place in left if "blobs" not in place} == set()
    assert len(erasure_list_of(parts.settings).read()) == 1


async def test_asking_twice_is_refused(owner: httpx.AsyncClient, company: Company, everywhere: UUID) -> None:
    order = {"reason": "requested"}
    await owner.post(f"/api/customers/{everywhere}/erasure", json=order)

    again = await owner.post(f"/api/customers/{everywhere}/erasure", json=order)

    assert (again.status_code, again.json()["code"]) == (409, "ERASURE_RUNNING")


@pytest.mark.parametrize("limit", ["brands", "inboxes", "teams"])
async def test_who_sees_only_a_part_learns_no_counts_of_the_rest(app: Litestar, company: Company, limit: str) -> None:
    world = await make_two_brands(company)
    async with company.parts.database.reading() as tx:
        customer = await tx.value("SELECT customer_id FROM identity WHERE value = 'mina@naver.example'")
    async with await world.desk(app, limit) as client:
        looked = await client.get(f"/api/customers/{customer}/erasure")
        asked = await client.post(f"/api/customers/{customer}/erasure", json={"reason": "requested"})

    assert [looked.status_code, asked.status_code] == [403, 403]
    assert "stores" not in looked.json()
