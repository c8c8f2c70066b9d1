"""The shop counter: who is known by what, what a till is told, and that nothing it sends counts twice."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from litestar import Litestar

from damso.bootstrap import member_codes_of
from damso.commerce.catalogue import NewPlace, put_places
from damso.conversations.counter.erase import CounterEraser
from damso.kernel.crypto import Keyring
from damso.kernel.erasure import Person
from damso.kernel.log import SYSTEM
from damso.team.keys import create_key
from tests.commerce.shop import OPENED, buys, follows, says, sends
from tests.conversations.company import Company
from tests.conversations.postcards import postcard
from tests.http.browsers import browser


class Till:
    """A till in Seochon with a key that may do nothing else, and a customer who wrote once."""

    def __init__(self, company: Company, client: httpx.AsyncClient, customer: str) -> None:
        self.company = company
        self.client = client
        self.customer = customer

    async def sends(self, what: str, **fields: Any) -> httpx.Response:
        return await self.client.post(f"/api/counter/{what}", json={"key": str(uuid4()), "place": "s1"} | fields)

    async def visit(self, **fields: Any) -> dict[str, Any]:
        answer = await self.sends("visits", **fields)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def sale(self, visit_id: str, **fields: Any) -> httpx.Response:
        return await self.sends("sales", visit_id=visit_id, **{"number": "0412", "total": "12,000"} | fields)


@pytest.fixture
async def till(company: Company, app: Litestar) -> AsyncIterator[Till]:
    await company.gets(postcard())
    async with company.parts.database.transaction() as tx:
        await put_places(
            tx, [NewPlace(key=key, name=name, kind="shop") for key, name in (("s1", "서촌점"), ("s2", "연남점"))]
        )
        _, secret = await create_key(tx, "till", ["commerce.counter"], SYSTEM)
        customer = await tx.value("SELECT customer_id FROM identity WHERE value = 'mina@naver.example'")
        await tx.execute("UPDATE customer SET name = '김민아' WHERE id = $1", customer)
    async with browser(app, authorization=f"Bearer {secret}") as client:
        yield Till(company, client, str(customer))


async def shown_code(company: Company, link: str) -> str:
    """What the page behind a link shows at this moment."""
    async with company.parts.database.reading() as tx:
        codes = member_codes_of(company.parts)
        opened = await codes.open_page(tx, link.rsplit("/", 1)[1])
        return codes.code(opened.link_id, tx.now)


@pytest.fixture
async def link(desk: httpx.AsyncClient, till: Till) -> str:
    """The address of the customer's page."""
    made = await desk.post(f"/api/customers/{till.customer}/member-link")
    assert made.status_code == 201, made.text
    return str(made.json()["url"])


async def test_a_shown_code_is_proof_and_a_till_is_told_little(till: Till, company: Company, link: str) -> None:
    came = await till.visit(code=await shown_code(company, link))

    assert came["person"] == {"name": "김○○", "phone": "", "known_by": "code"}
    assert till.customer not in str(came)
    for path in (f"/api/customers/{till.customer}", "/api/orders", "/api/products", "/api/customers?q=김"):
        assert (await till.client.get(path)).status_code == 403


async def test_a_code_works_once_and_a_forged_late_or_revoked_one_never(
    till: Till, company: Company, desk: httpx.AsyncClient, link: str
) -> None:
    code = await shown_code(company, link)
    ended = await asyncio.gather(*(till.sends("visits", code=code) for _ in range(3)))
    assert sorted(answer.status_code for answer in ended) == [201, 409, 409]
    assert {answer.json()["code"] for answer in ended if answer.status_code == 409} == {"MEMBER_CODE_USED"}

    for respelled in (f"{code}=", f"{code[:-1]}{chr(ord(code[-1]) + 1)}", code.replace(".", "=.")):
        answer = await till.sends("visits", code=respelled)
        assert (respelled, answer.json()["code"]) == (respelled, "MEMBER_CODE_INVALID")

    late = await shown_code(company, link)
    forged = Keyring(bytes(32)).sign("member code", {"m": 1, "n": "x"})
    page = link.rsplit("/", 1)[1]
    company.parts.database.clock.advance(timedelta(minutes=4))  # type: ignore[attr-defined]
    fresh = await shown_code(company, link)
    await desk.delete(f"/api/customers/{till.customer}/member-link")
    for wrong in (late, forged, page, fresh, "없는 코드", "a.b"):
        answer = await till.sends("visits", code=wrong)
        assert (wrong, answer.status_code, answer.json()["code"]) == (wrong, 422, "MEMBER_CODE_INVALID")
    assert await company.count("counter_act") == 1


async def test_a_new_link_ends_the_old_one(
    till: Till, desk: httpx.AsyncClient, anyone: httpx.AsyncClient, link: str
) -> None:
    address = link.removeprefix(link.split("/member/")[0])
    page = await anyone.get(address)
    assert (page.status_code, "<svg" in page.text, page.headers["cache-control"]) == (200, True, "no-store")
    assert "김민아" not in page.text

    await desk.post(f"/api/customers/{till.customer}/member-link")
    assert (await anyone.get(address)).status_code == 404
    assert (await anyone.get("/member/x.y")).status_code == 404
    state = await desk.get(f"/api/customers/{till.customer}/member-link")
    assert state.json()["made_at"]


async def test_a_said_number_is_a_claim_and_opens_nothing(till: Till, company: Company) -> None:
    async with company.parts.database.transaction() as tx:
        await tx.execute(
            """INSERT INTO identity (kind, scope, value, customer_id, home_id, proof, source, first_seen_at,
                last_seen_at)
            VALUES ('phone', '', '+821012345678', $1, $1, 'proven', 'test', now(), now())""",
            UUID(till.customer),
        )
    came = await till.visit(phone="010-1234-5678")
    again = await till.visit(phone="+82 10 1234 5678")

    assert came["person"] == again["person"] == {"name": "", "phone": "***-****-5678", "known_by": "phone"}
    orders = await till.client.get(f"/api/counter/visits/{came['id']}/orders")
    assert (orders.status_code, orders.json()["code"]) == (403, "COUNTER_PROOF_NEEDED")
    async with company.parts.database.reading() as tx:
        rows = await tx.rows("SELECT proof, customer_id FROM identity WHERE kind = 'counter'")
        assert [(row["proof"], str(row["customer_id"]) == till.customer) for row in rows] == [("none", False)]
        assert await tx.values("SELECT value FROM claim WHERE source = 'counter'") == ["+821012345678"]
    wrong = await till.sends("visits", phone="12")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "PHONE_INVALID")


async def test_a_sale_is_an_order_with_its_shop(
    till: Till, company: Company, desk: httpx.AsyncClient, link: str
) -> None:
    came = await till.visit(code=await shown_code(company, link))
    mug = {"sku": "MUG", "name": "머그컵", "price": 12000}
    answers = [await till.sale(came["id"], key="receipt-0412", products=[mug]) for _ in range(2)]
    assert [(answer.status_code, answer.json()["order_number"]) for answer in answers] == [(201, "s1/0412")] * 2
    for fields, code in (
        ({}, "SALE_KNOWN"),
        ({"number": "0413", "place": "s2"}, "VISIT_OVER"),
        ({"number": "0414", "total": "공짜"}, "AMOUNT_INVALID"),
        ({"number": "0415", "currency": "WON"}, "CURRENCY_UNKNOWN"),
        ({"number": "0416", "total": None}, "NOTHING_SOLD"),
        ({"key": "receipt-0412", "number": "0417"}, "REQUEST_KEY_USED"),
        ({"number": "0418", "place": "s9"}, "SHOP_UNKNOWN"),
    ):
        refused = await till.sale(came["id"], **fields)
        assert (fields, refused.json()["code"]) == (fields, code)
    await follows(company.parts.database)

    [order] = (await desk.get(f"/api/customers/{till.customer}/orders")).json()["orders"]
    assert (order["number"], order["place"], order["trust"], order["total"]["minor"]) == (
        "s1/0412",
        "서촌점",
        "asserted",
        12000,
    )
    told = (await desk.get(f"/api/customers/{till.customer}/timeline?kinds=event")).json()["items"]
    assert {(one["title"], one["text"]) for one in told} >= {
        ("매장 방문", "서촌점"),
        ("매장 구매 · 12,000원", "서촌점 · s1/0412 · 머그컵"),
    }


async def test_what_was_bought_online_comes_back_to_a_shop(
    till: Till, company: Company, desk: httpx.AsyncClient, link: str
) -> None:
    mina = await company.identity("mina@naver.example")
    now = int((company.parts.database.clock.now() - OPENED) / timedelta(minutes=1))
    delivered = says("Order Delivered", mina, minute=now - 1440, order_id="2026-1")
    await sends(company.parts.database, buys(mina, minute=now - 2880), delivered)
    came = await till.visit(code=await shown_code(company, link))
    [order] = (await till.client.get(f"/api/counter/visits/{came['id']}/orders")).json()
    assert (order["number"], [line["open"] for line in order["lines"]]) == ("2026-1", [2, 1])

    back = {"visit_id": came["id"], "order_number": "2026-1", "lines": [{"line": 0, "quantity": 2}], "key": "return-01"}
    ended = await asyncio.gather(*(till.sends("returns", **back) for _ in range(3)))
    assert [(answer.status_code, answer.json()["state"]) for answer in ended] == [(201, "received")] * 3
    assert await company.count("return_case") == 1
    again = await till.sends("returns", **back | {"key": "return-02"})
    assert again.json()["code"] == "RETURN_TOO_MANY"
    [case] = (await desk.get("/api/returns?in_state=received")).json()["items"]
    assert (case["place"], case["return_to"], case["steps"][0]["by"]) == ("서촌점", "shop", "till")


async def test_a_number_said_at_a_till_returns_nobodys_order(till: Till, company: Company) -> None:
    mina = await company.identity("mina@naver.example")
    await sends(company.parts.database, buys(mina))
    came = await till.visit(phone="010-1234-5678")
    back = {"visit_id": came["id"], "order_number": "2026-1", "lines": [{"line": 0, "quantity": 1}]}
    assert (await till.sends("returns", **back)).status_code == 404

    await till.sale(came["id"], products=[{"sku": "MUG", "price": 12000}])
    await follows(company.parts.database)
    own = await till.sends("returns", **back | {"order_number": "s1/0412"})
    assert (own.json()["state"], own.json()["judged"]["why"]) == ("asked", "PERSON_UNPROVEN")


async def test_a_visit_ends_and_what_tills_sent_is_forgotten(till: Till, company: Company, link: str) -> None:
    came = await till.visit(code=await shown_code(company, link))
    company.parts.database.clock.advance(timedelta(hours=3))  # type: ignore[attr-defined]
    assert (await till.sale(came["id"])).json()["code"] == "VISIT_OVER"

    database = company.parts.database
    async with database.transaction() as tx:
        ids = tuple(await tx.values("SELECT id FROM identity WHERE customer_id = $1", UUID(till.customer)))
        person = Person(erasure_id=uuid4(), customer_ids=(), identity_ids=ids, since=OPENED)
        assert (await CounterEraser().count(tx, person)) == {"counter_acts": 1}
        await CounterEraser().erase(tx, person)
        assert await tx.value("SELECT (SELECT count(*) FROM counter_act) + (SELECT count(*) FROM member_link)") == 0


async def test_either_a_code_or_a_number(till: Till) -> None:
    for fields in ({}, {"code": "x.y", "phone": "010-1234-5678"}):
        answer = await till.sends("visits", **fields)
        assert (answer.status_code, answer.json()["code"]) == (422, "CODE_OR_PHONE")
