"""Sources on the desk: set up, watched, planned; what was refused is mended, and forgotten with its customer."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import jwt
import pytest
from litestar import Litestar

from damso.customers.tracking.erase import QuarantineEraser
from damso.kernel.clock import Clock
from damso.kernel.erasure import Person
from tests.conversations.company import Company
from tests.http.browsers import browser, signed_in_browser
from tests.http.senders import Sender, event, identify

SCHEMA = {"type": "object", "properties": {"total": {"type": "number"}}, "required": ["total"]}


@pytest.fixture
async def admin(app: Litestar, company: Company) -> AsyncIterator[httpx.AsyncClient]:
    """The desk of an administrator."""
    async with company.parts.database.transaction() as tx:
        await tx.execute("UPDATE agent SET role = 'administrator' WHERE id = $1", UUID(company.agent.id))
    async with await signed_in_browser(app, company.parts.database, company.agent) as client:
        yield client


async def made(app: Litestar, admin: httpx.AsyncClient, kind: str = "server") -> Sender:
    answer = (await admin.post("/api/sources", json={"name": "Shop", "kind": kind})).json()
    return Sender(answer["detail"]["source"]["id"], answer["write_key"]).at(browser(app))


async def test_a_key_is_replaced_without_a_gap(app: Litestar, admin: httpx.AsyncClient) -> None:
    sender = await made(app, admin)
    path = f"/api/sources/{sender.source_id}"
    [old] = (await admin.get(path)).json()["keys"]
    assert sender.key not in (await admin.get(path)).text
    assert (await admin.delete(f"{path}/keys/{old['id']}")).json()["code"] == "LAST_KEY"
    new = (await admin.post(f"{path}/keys")).json()["write_key"]
    assert (await sender.send(event())).status_code == 200
    await admin.delete(f"{path}/keys/{old['id']}")
    sender.client = browser(app)
    async with asyncio.timeout(5):
        while (await sender.send(event())).status_code != 401:
            pass
    sender.key = new
    assert (await sender.send(event())).status_code == 200


async def test_the_debugger_shows_what_came_and_what_was_refused(app: Litestar, admin: httpx.AsyncClient) -> None:
    sender = await made(app, admin)
    await sender.send(event("Good"), event("Bad", userId="null"))
    path = f"/api/sources/{sender.source_id}/events"
    lines = {line["name"]: line for line in (await admin.get(path)).json()}
    assert (lines["Good"]["code"], lines["Bad"]["code"]) == ("", "BLOCKED_VALUE")
    assert "null" in lines["Bad"]["reason"]
    assert [line["name"] for line in (await admin.get(path, params={"shown": "refused"})).json()] == ["Bad"]


async def test_a_plan_reports_or_blocks_and_what_it_blocked_comes_back(
    app: Litestar, admin: httpx.AsyncClient, company: Company
) -> None:
    sender = await made(app, admin)
    path = f"/api/sources/{sender.source_id}"
    for name, mode in (("Reported", "report"), ("Blocked", "block")):
        assert (await admin.put(f"{path}/plan", json={"name": name, "schema": SCHEMA, "mode": mode})).status_code == 200
    wrong = {"total": "mina@damso.example"}
    answer = await sender.send(event("Reported", properties=wrong), event("Blocked", properties=wrong))
    assert [one["code"] for one in answer.json()["rejected"]] == ["PLAN_BROKEN"]
    assert "mina" not in answer.text
    lines = {line["name"]: line for line in (await admin.get(f"{path}/events")).json()}
    assert lines["Reported"]["violations"]
    await admin.put(f"{path}/plan", json={"name": "Blocked", "schema": {"type": "object"}, "mode": "block"})
    replayed = (await admin.post(f"{path}/refused/replay", json={"code": "PLAN_BROKEN"})).json()
    assert replayed == {"taken": 1, "refused": 0}
    assert (await admin.get(f"{path}/refused")).json()["items"] == []
    assert (await sender.send(event("Blocked", messageId=lines["Blocked"]["message_id"]))).json()["duplicates"] == 1


async def test_a_schema_that_is_none_is_refused(app: Litestar, admin: httpx.AsyncClient) -> None:
    path = f"/api/sources/{(await made(app, admin)).source_id}/plan"
    for schema in ({"type": "objct"}, {"$ref": "https://shop.example/schema.json"}):
        answer = await admin.put(path, json={"name": "A", "schema": schema, "mode": "block"})
        assert (answer.status_code, answer.json()["code"]) == (422, "SCHEMA_INVALID")


async def test_a_signed_token_proves_who_is_signed_in(
    app: Litestar, admin: httpx.AsyncClient, company: Company
) -> None:
    page = await made(app, admin, "browser")
    secret = (await admin.post(f"/api/sources/{page.source_id}/token-secret")).json()["secret"]
    company.parts.database.notifier.wake("sources")
    now = _seconds(company.parts.database.clock)
    claims = {"sub": "member-7", "aud": page.source_id, "iat": now, "exp": now + 600}
    claims |= {"email": "mina@damso.example", "email_verified": True}
    token = jwt.encode(claims, secret, algorithm="HS256")
    said = {"userId": "member-7", "anonymousId": "browser-1"}
    forged = await page.send(identify(**said, context={"damso": {"user_token": token[:-4] + "AAAA"}}))
    assert [one["code"] for one in forged.json()["rejected"]] == ["TOKEN_INVALID"]
    assert (await page.send(identify(**said, context={"damso": {"user_token": token}}))).json()["accepted"] == 1
    async with company.parts.database.reading() as tx:
        proofs = dict(await tx.rows("SELECT kind, proof FROM identity WHERE kind IN ('user', 'email')"))  # type: ignore[arg-type]
        assert await tx.value("SELECT count(DISTINCT customer_id) FROM identity WHERE kind <> 'internal'") == 1
        assert token not in str(await tx.values("SELECT properties::text FROM tracked_event"))
    assert proofs == {"user": "proven", "email": "proven"}


def _seconds(clock: Clock) -> int:
    return int(clock.now().timestamp())


async def test_what_was_refused_is_forgotten_with_its_customer(
    app: Litestar, admin: httpx.AsyncClient, company: Company
) -> None:
    sender = await made(app, admin)
    await sender.send(
        event("Mine", userId="member-7", properties=1),
        event("Named", userId="member-9", properties=["mina@damso.example"]),
        event("Another", userId="member-8", properties=1),
    )
    person = Person(
        erasure_id=uuid4(),
        customer_ids=(),
        identity_ids=(),
        since=company.parts.database.clock.now() - timedelta(days=1),
        addresses=(("user", "member-7"), ("email", "mina@damso.example")),
    )
    async with company.parts.database.transaction() as tx:
        assert await QuarantineEraser().count(tx, person) == {"refused_events": 2}
        await QuarantineEraser().erase(tx, person)
        assert await tx.values("SELECT name FROM refused_event") == [""]


async def test_who_may_not_see_all_customers_watches_nothing(
    app: Litestar, admin: httpx.AsyncClient, company: Company
) -> None:
    sender = await made(app, admin)
    async with company.parts.database.transaction() as tx:
        limits = {"brands": [str(company.brand_id)]}
        await tx.execute("UPDATE agent SET limits = $2 WHERE id = $1", UUID(company.agent.id), limits)
    for part in ("events", "refused"):
        assert (await admin.get(f"/api/sources/{sender.source_id}/{part}")).status_code == 403
