"""Orders over HTTP: for whom they are, whose they are, and what is told of them."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from litestar import Litestar

from damso.kernel.log import Actor
from damso.team.create_agent import create_agent
from tests.commerce.shop import MUG, buys, follows, says, sends
from tests.conversations.company import Company
from tests.conversations.postcards import postcard
from tests.http.browsers import browser, signed_in_browser
from tests.http.senders import event, made_source

CARD = "mina@naver.example"


@pytest.fixture
async def mina(company: Company) -> int:
    """The identity of somebody who wrote."""
    await company.gets(postcard())
    async with company.parts.database.reading() as tx:
        return int(await tx.value("SELECT id FROM identity WHERE value = $1", CARD))


async def customer_of(company: Company, identity_id: int) -> UUID:
    async with company.parts.database.reading() as tx:
        return UUID(str(await tx.value("SELECT customer_id FROM identity WHERE id = $1", identity_id)))


async def told(desk: httpx.AsyncClient, path: str) -> Any:
    answer = await desk.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_customers_orders_and_cart_are_told(company: Company, desk: httpx.AsyncClient, mina: int) -> None:
    cart = says("Cart Viewed", mina, minute=9, cart_id="c2", currency="KRW", products=[MUG])
    await sends(company.parts.database, buys(mina), buys(mina, "2026-2", minute=5, total=9900), cart)
    customer = await customer_of(company, mina)

    found = await told(desk, f"/api/customers/{customer}/orders")
    assert [(one["number"], one["total"]) for one in found["orders"]] == [
        ("2026-2", {"minor": 9900, "digits": 0, "currency": "KRW"}),
        ("2026-1", {"minor": 35000, "digits": 0, "currency": "KRW"}),
    ]
    assert [(one["state"], one["total"]["minor"]) for one in found["carts"]] == [("cart", 24000)]
    view = await told(desk, f"/api/orders/{found['orders'][0]['id']}")
    assert [line["name"] for line in view["lines"]] == ["달빛 머그컵", "우롱차"]
    assert (view["customer"]["id"], view["problems"]) == (str(customer), [])


async def test_orders_are_found_by_number_product_and_state(
    company: Company, desk: httpx.AsyncClient, mina: int
) -> None:
    off = says("Order Cancelled", mina, minute=9, order_id="A-2")
    await sends(company.parts.database, buys(mina, "A-1"), buys(mina, "A-2", products=[MUG]), off)

    for query, numbers in (
        ("q=a-1", ["A-1"]),
        ("q=우롱", ["A-1"]),
        ("q=mug", ["A-2", "A-1"]),
        ("in_state=cancelled", ["A-2"]),
        ("q=nothing", []),
    ):
        page = await told(desk, f"/api/orders?{query}")
        assert (query, sorted(one["number"] for one in page["items"])) == (query, sorted(numbers))
    assert (await desk.get("/api/orders?in_state=cart")).status_code == 422
    assert (await desk.get(f"/api/orders/{uuid4()}")).status_code == 404


async def test_a_page_of_orders_goes_on_where_it_ended(company: Company, desk: httpx.AsyncClient, mina: int) -> None:
    await sends(company.parts.database, *(buys(mina, f"N-{number:02}", minute=number) for number in range(60)))

    first = await told(desk, "/api/orders")
    rest = await told(desk, f"/api/orders?cursor={first['next']}")
    numbers = [one["number"] for one in (*first["items"], *rest["items"])]
    assert numbers == [f"N-{number:02}" for number in reversed(range(60))]
    assert rest["next"] is None


async def test_a_shops_server_asserts_an_order_and_its_page_only_claims_it(
    app: Litestar, company: Company, desk: httpx.AsyncClient
) -> None:
    database = company.parts.database
    ordered = {"order_id": "2026-7", "total": 35000, "currency": "KRW", "products": [MUG]}
    async with browser(app) as site:
        server, page = (await made_source(database)).at(site), (await made_source(database, "browser")).at(site)
        await server.send(event(properties=ordered))
        await page.send(event(userId=None, anonymousId="a-1", properties=ordered | {"total": 1}))
        await page.send(event("Order Cancelled", userId=None, anonymousId="a-1", properties={"order_id": "2026-7"}))
    await follows(database)

    found = (await told(desk, "/api/orders?q=2026-7"))["items"]
    assert sorted((one["trust"], one["state"], one["total"]["minor"]) for one in found) == [
        ("asserted", "placed", 35000),
        ("claimed", "cancelled", 1),
    ]


async def test_who_is_limited_to_another_inbox_sees_no_order(app: Litestar, company: Company, mina: int) -> None:
    await sends(company.parts.database, buys(mina))
    async with company.parts.database.transaction() as tx:
        agent_id = await create_agent(tx, name="한이든", email="idn@damso.example")
        limits = {"inboxes": [str(company.chat.id)]}
        await tx.execute("UPDATE agent SET limits = $2 WHERE id = $1", agent_id, limits)
        order_id = await tx.value("SELECT id FROM customer_order")
    customer = await customer_of(company, mina)
    async with await signed_in_browser(app, company.parts.database, Actor("agent", str(agent_id))) as narrow:
        assert (await told(narrow, "/api/orders"))["items"] == []
        assert (await narrow.get(f"/api/orders/{order_id}")).status_code == 404
        assert (await narrow.get(f"/api/customers/{customer}/orders")).status_code == 404


async def test_orders_follow_their_customer_when_two_are_one(
    company: Company, desk: httpx.AsyncClient, mina: int
) -> None:
    await company.gets(postcard(sender="dana@naver.example", external_id="2"))
    async with company.parts.database.reading() as tx:
        dana = await tx.value("SELECT id FROM identity WHERE value = 'dana@naver.example'")
    await sends(company.parts.database, buys(mina), buys(dana, "2026-2"))
    ids = [str(await customer_of(company, one)) for one in (mina, dana)]

    joined = await desk.post("/api/customers/merge", json={"customer_ids": ids, "confirmed": True})
    assert joined.status_code in (200, 201), joined.text
    remains = joined.json()["customer_id"]
    assert len((await told(desk, f"/api/customers/{remains}/orders"))["orders"]) == 2


async def test_the_catalogue_is_told_and_kept_by_who_may(desk: httpx.AsyncClient, owner: httpx.AsyncClient) -> None:
    mug = {"sku": "MUG", "name": "달빛 머그컵", "price": "12,000", "currency": "krw", "version": 1}
    refused = await desk.put("/api/products", json=[mug])
    put = await owner.put("/api/products", json=[mug])
    wrong = await owner.put("/api/products", json=[mug | {"url": "javascript:alert(1)"}])
    await owner.put("/api/places", json=[{"key": "s1", "name": "서촌점", "kind": "shop"}])
    await owner.put("/api/stock", json=[{"sku": "MUG", "place": "s1", "quantity": 4, "version": 1}])

    assert [answer.status_code for answer in (refused, put, wrong)] == [403, 200, 422]
    assert put.json() == {"written": 1, "unchanged": 0}
    [row] = (await told(desk, "/api/products?q=머그"))["items"]
    assert (row["price"], row["stock"]) == ({"minor": 12000, "digits": 0, "currency": "KRW"}, 4)
    card = await told(desk, f"/api/products/{row['id']}")
    assert [(one["place"], one["quantity"]) for one in card["places"]] == [("서촌점", 4)]


async def test_a_picture_that_is_none_is_not_given(desk: httpx.AsyncClient, owner: httpx.AsyncClient) -> None:
    mug = {"sku": "MUG", "name": "머그컵", "version": 1, "image_url": "http://127.0.0.1:9/mug.png"}
    await owner.put("/api/products", json=[mug, {"sku": "TEA", "name": "우롱차", "version": 1}])
    ids = [one["id"] for one in (await told(desk, "/api/products"))["items"]]

    answers = [await desk.get(f"/api/products/{one}/picture") for one in ids]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [
        (404, "PICTURE_UNAVAILABLE"),
        (404, "NOT_FOUND"),
    ]
