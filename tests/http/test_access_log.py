"""Whoever is shown personal data is in the access log: every route says whose it shows, or that it shows nobody's."""

import asyncio
import re
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest
from litestar import Litestar

from damso.team.access import OWNER
from tests.conversations.company import Company
from tests.conversations.postcards import postcard
from tests.http.browsers import signed_in_browser
from tests.http.test_access import NEEDS, OPEN, SIGNED_IN, VISITOR
from tests.processes import REPOSITORY

RECORD_TEXT = REPOSITORY / "web/desk/src/features/records/recordText.ts"

WHY = {"x-damso-reason": "complaint"}

VIEWED = "viewed"
SHOWS: dict[str, str] = {
    "GET /api/customers": "listed",
    "POST /api/customers": "changed",
    "GET /api/customers/{customer_id:uuid}": VIEWED,
    "PATCH /api/customers/{customer_id:uuid}": "changed",
    "GET /api/customers/{customer_id:uuid}/timeline": VIEWED,
    "GET /api/customers/{customer_id:uuid}/history": VIEWED,
    "GET /api/customers/{customer_id:uuid}/suggestions": VIEWED,
    "GET /api/customers/suggestions": "listed",
    "GET /api/customers/{customer_id:uuid}/graph": VIEWED,
    "GET /api/identity/held": "listed",
    "POST /api/customers/merge/preview": VIEWED,
    "POST /api/customers/{customer_id:uuid}/unmerge/preview": VIEWED,
    "GET /api/conversations": "listed",
    "POST /api/conversations": "changed",
    "GET /api/conversations/{conversation_id:uuid}": VIEWED,
    "PATCH /api/conversations/{conversation_id:uuid}": "changed",
    "POST /api/conversations/{conversation_id:uuid}/continuations": "changed",
    "POST /api/continuations/{continuation_id:uuid}/confirm": "changed",
    "POST /api/conversations/{conversation_id:uuid}/join": "changed",
    "GET /api/conversations/{conversation_id:uuid}/messages": VIEWED,
    "POST /api/conversations/{conversation_id:uuid}/messages": "changed",
    "POST /api/conversations/{conversation_id:uuid}/notes": "changed",
    "POST /api/messages/{message_id:uuid}/retry": "changed",
    "POST /api/messages/{message_id:uuid}/settle": "changed",
    "POST /api/messages/{message_id:uuid}/undo": "changed",
    "POST /api/scheduled/{scheduled_id:uuid}/send": "changed",
    "GET /api/conversations/{conversation_id:uuid}/join-candidates": VIEWED,
    "GET /api/messages/{message_id:uuid}/html": VIEWED,
    "GET /api/messages/{message_id:uuid}/source": "downloaded",
    "POST /api/messages/{message_id:uuid}/numbers": "revealed",
    "GET /api/attachments/{attachment_id:uuid}": VIEWED,
    "GET /api/attachments/{attachment_id:uuid}/preview": VIEWED,
    "GET /api/canned-answers/{answer_id:uuid}/render": VIEWED,
    "GET /api/search": "searched",
    "GET /api/recent": "listed",
    "GET /api/sources/{source_id:uuid}/events": "listed",
    "GET /api/sources/{source_id:uuid}/refused": "listed",
    "GET /api/deliveries/{delivery_id:uuid}/raw": "downloaded",
    "POST /api/held-cases/{held_id:uuid}/open": "revealed",
    "GET /api/customers/{customer_id:uuid}/access-requests/identities": VIEWED,
    "GET /api/access-requests/{request_id:uuid}/file": "downloaded",
    "GET /api/imports/{import_id:uuid}/rejected": "exported",
    "GET /api/imports/{import_id:uuid}/problems": "exported",
    "GET /api/records/access/export": "exported",
    "GET /api/records/audit/export": "exported",
    "POST /api/segments/preview": "listed",
    "GET /api/segments/{segment_id:uuid}/members": "listed",
    "GET /api/segments/{segment_id:uuid}/why/{customer_id:uuid}": VIEWED,
    "GET /api/customers/{customer_id:uuid}/segments": VIEWED,
    "POST /api/segments/fitting": "searched",
    "POST /api/computed-traits/preview": "listed",
    "GET /api/customers/{customer_id:uuid}/computed": VIEWED,
    "GET /api/companies/{company_id:uuid}": "listed",
    "POST /api/companies": "changed",
    "PATCH /api/companies/{company_id:uuid}": "changed",
    "POST /api/companies/{company_id:uuid}/domains": "changed",
    "GET /api/companies/{company_id:uuid}/timeline": "listed",
    "GET /api/customers/{customer_id:uuid}/consents": VIEWED,
    "POST /api/customers/{customer_id:uuid}/consents": "changed",
    "POST /api/customers/{customer_id:uuid}/consents/age": "changed",
    "GET /api/consents/notices": "listed",
    "GET /api/orders": "listed",
    "GET /api/orders/{order_id:uuid}": VIEWED,
    "GET /api/customers/{customer_id:uuid}/orders": VIEWED,
    "GET /api/orders/{order_id:uuid}/returns": VIEWED,
    "POST /api/orders/{order_id:uuid}/returns": "changed",
    "GET /api/returns": "listed",
    "GET /api/returns/{return_id:uuid}": VIEWED,
    "POST /api/returns/{return_id:uuid}/steps": "changed",
    "POST /api/counter/visits": VIEWED,
    "GET /api/counter/visits/{visit_id:uuid}/orders": VIEWED,
    "GET /api/exports/{export_id:uuid}/file": "exported",
    "POST /api/conversations/{conversation_id:uuid}/transcript": "downloaded",
}
"""What each route of the desk shows of customers. A route that is in neither table fails."""

SHOWS_NOBODY = {
    "GET /api/imports",
    "POST /api/imports",
    "GET /api/imports/options",
    "POST /api/imports/upload",
    "GET /api/imports/{import_id:uuid}",
    "GET /api/imports/{import_id:uuid}/columns",
    "PUT /api/imports/{import_id:uuid}/mapping",
    "DELETE /api/imports/{import_id:uuid}",
    "POST /api/imports/{import_id:uuid}/start",
    "POST /api/imports/{import_id:uuid}/stop",
    "GET /api/identity/matching",
    "PUT /api/identity/matching/policy",
    "POST /api/identity/matching/runs",
    "GET /api/identity/rules",
    "PUT /api/identity/rules/{kind:str}",
    "DELETE /api/identity/rules/{kind:str}",
    "POST /api/identity/blocked",
    "DELETE /api/identity/blocked/{blocked_id:int}",
    "POST /api/identity/held/{held_id:int}",
    "GET /api/data-quality",
    "GET /api/sources",
    "POST /api/sources",
    "GET /api/sources/{source_id:uuid}",
    "PATCH /api/sources/{source_id:uuid}",
    "DELETE /api/sources/{source_id:uuid}",
    "POST /api/sources/{source_id:uuid}/keys",
    "DELETE /api/sources/{source_id:uuid}/keys/{key_id:uuid}",
    "POST /api/sources/{source_id:uuid}/token-secret",
    "GET /api/sources/{source_id:uuid}/plan",
    "PUT /api/sources/{source_id:uuid}/plan",
    "DELETE /api/sources/{source_id:uuid}/plan",
    "POST /api/sources/{source_id:uuid}/refused/replay",
    "POST /api/sources/{source_id:uuid}/refused/discard",
    "POST /api/customers/merge",
    "POST /api/customers/{customer_id:uuid}/unmerge",
    "POST /api/customers/{customer_id:uuid}/separate",
    "POST /api/customers/links/{link_id:int}/undo",
    "GET /api/conversations/{conversation_id:uuid}/continuations",
    "DELETE /api/conversations/{conversation_id:uuid}/draft",
    "PUT /api/conversations/{conversation_id:uuid}/draft",
    "POST /api/conversations/{conversation_id:uuid}/seen",
    "POST /api/uploads",
    "GET /api/views",
    "POST /api/views",
    "DELETE /api/views/{view_id:uuid}",
    "PATCH /api/views/{view_id:uuid}",
    "GET /api/canned-answers",
    "POST /api/canned-answers",
    "DELETE /api/canned-answers/{answer_id:uuid}",
    "PATCH /api/canned-answers/{answer_id:uuid}",
    "GET /api/checklist",
    "GET /api/customers/{customer_id:uuid}/erasure",
    "POST /api/customers/{customer_id:uuid}/erasure",
    "GET /api/held-cases",
    "GET /api/customers/{customer_id:uuid}/access-requests",
    "POST /api/customers/{customer_id:uuid}/access-requests",
    "GET /api/access-requests",
    "POST /api/access-requests/{request_id:uuid}/answer",
    "PUT /api/conversations/{conversation_id:uuid}/hold",
    "DELETE /api/conversations/{conversation_id:uuid}/hold",
    "GET /api/erasures",
    "GET /api/erasures/{erasure_id:uuid}",
    "GET /api/erasures/{erasure_id:uuid}/certificate",
    "GET /api/erasures/{erasure_id:uuid}/certificate/page",
    "DELETE /api/macros/{macro_id:uuid}",
    "GET /api/acts/last",
    "GET /api/acts/{act_id:uuid}",
    "GET /api/macros",
    "GET /api/macros/{macro_id:uuid}/preview",
    "PATCH /api/reminders/{reminder_id:uuid}",
    "PATCH /api/scheduled/{scheduled_id:uuid}",
    "POST /api/acts",
    "POST /api/acts/{act_id:uuid}/undo",
    "POST /api/conversations/{conversation_id:uuid}/reminders",
    "POST /api/conversations/{conversation_id:uuid}/scheduled",
    "POST /api/conversations/{conversation_id:uuid}/split",
    "POST /api/macros",
    "POST /api/scheduled/{scheduled_id:uuid}/cancel",
    "POST /api/scheduled/{scheduled_id:uuid}/restore",
    "PUT /api/macros/{macro_id:uuid}",
    "PUT /api/reminders/{reminder_id:uuid}",
    "PUT /api/views/order",
    "GET /api/customers/{customer_id:uuid}/consents/may-contact",
    "POST /api/customers/{customer_id:uuid}/preferences-link",
    "POST /api/consents",
    "POST /api/consents/notices/{notice_id:uuid}/sent",
    "GET /api/segments",
    "POST /api/segments",
    "GET /api/segments/vocabulary",
    "GET /api/segments/{segment_id:uuid}",
    "PUT /api/segments/{segment_id:uuid}",
    "DELETE /api/segments/{segment_id:uuid}",
    "GET /api/computed-traits",
    "POST /api/computed-traits",
    "PUT /api/computed-traits/{computed_id:uuid}",
    "DELETE /api/computed-traits/{computed_id:uuid}",
    "GET /api/rfm",
    "POST /api/rfm",
    "GET /api/companies",
    "DELETE /api/companies/{company_id:uuid}",
    "DELETE /api/companies/{company_id:uuid}/domains/{domain:str}",
    "DELETE /api/companies/{company_id:uuid}/people/{customer_id:uuid}",
    "PUT /api/companies/{company_id:uuid}/people/{customer_id:uuid}",
    "POST /api/orders/{order_id:uuid}/returns/preview",
    "GET /api/return-policy",
    "PUT /api/return-policy",
    "GET /api/counter/shops",
    "POST /api/counter/sales",
    "POST /api/counter/returns",
    "GET /api/customers/{customer_id:uuid}/member-link",
    "POST /api/customers/{customer_id:uuid}/member-link",
    "DELETE /api/customers/{customer_id:uuid}/member-link",
    "POST /api/exports/conversations",
    "POST /api/exports/events",
    "POST /api/exports/orders",
    "POST /api/exports/products",
    "POST /api/exports/returns",
    "POST /api/segments/fitting/export",
    "POST /api/exports/consents",
    "POST /api/segments/{segment_id:uuid}/export",
    "POST /api/exports/customers",
    "GET /api/conversations/{conversation_id:uuid}/signature",
    "GET /api/me/signatures",
    "PUT /api/me/signatures/{brand_id:uuid}/{language:str}",
    "POST /api/recent",
    "DELETE /api/recent",
    "DELETE /api/recent/{recent_id:uuid}",
    "GET /api/tags",
    "POST /api/tags",
    "DELETE /api/tags/{tag_id:uuid}",
}
"""Ids, counts, names of tags, what the agent wrote themselves."""
ROOMS_WITHOUT_CUSTOMERS = (
    "/api/agents",
    "/api/analytics",
    "/api/brands",
    "/api/consent-texts",
    "/api/channels",
    "/api/deliveries",
    "/api/enrichment",
    "/api/inboxes",
    "/api/invitations",
    "/api/keys",
    "/api/lake",
    "/api/masking",
    "/api/places",
    "/api/products",
    "/api/records",
    "/api/retention",
    "/api/sign-in-policy",
    "/api/stock",
    "/api/system",
    "/api/teams",
)
"""Settings and colleagues; the records name customers by their ids alone."""
PERSONAL = {
    "Row",
    "Entry",
    "Hit",
    "CustomerRow",
    "CustomerCard",
    "CustomerName",
    "ConversationView",
    "ParticipantView",
    "TimelineLine",
    "ListedIdentity",
    "CustomerIdentity",
    "HistoryLine",
    "PreviewSide",
    "SuggestedCustomer",
    "CompanyPerson",
    "OrderRow",
    "OrderView",
    "ReturnView",
    "CounterPerson",
    "CounterOrder",
    "OfferedIdentity",
    "HeldContent",
    "ConsentEntry",
    "DueNotice",
    "SegmentPerson",
}
"""Structs that hold somebody's name, address or words."""


def handlers(app: Litestar) -> dict[str, Any]:
    found = {}
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            for method in getattr(handler, "http_methods", ()):
                found[f"{method} {route.path}"] = handler
    return found


def structs_in(kind: Any, seen: set[Any]) -> set[str]:
    """The names of all structs that a type holds."""
    if kind in seen:
        return set()
    seen.add(kind)
    inner = list(getattr(kind, "__args__", ()))
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        inner += [field.type for field in msgspec.structs.fields(kind)]
    name = {getattr(kind, "__name__", "")} | {getattr(getattr(kind, "__origin__", None), "__name__", "")}
    return name.union(*(structs_in(one, seen) for one in inner))


def test_every_route_of_the_desk_says_whose_data_it_shows() -> None:
    ours = {route for route, needs in NEEDS.items() if needs not in (OPEN, VISITOR, SIGNED_IN)}
    silent = {
        route for route in ours - set(SHOWS) - SHOWS_NOBODY if not route.split()[1].startswith(ROOMS_WITHOUT_CUSTOMERS)
    }

    assert silent == set()
    assert set(SHOWS) | SHOWS_NOBODY <= set(NEEDS)


def test_routes_that_answer_with_personal_data_take_a_witness(app: Litestar) -> None:
    found = handlers(app)
    witnesses = {route for route, handler in found.items() if "witness" in handler.parsed_fn_signature.parameters}
    tells = {
        route
        for route, handler in found.items()
        if route.split()[1].startswith("/api/")
        and structs_in(handler.parsed_fn_signature.return_type.raw, set()) & PERSONAL
    }

    assert witnesses == set(SHOWS)
    assert tells - witnesses == set()


def test_the_desk_has_words_for_every_route_of_the_access_log(app: Litestar) -> None:
    told = set(re.findall(r'^  (\w+): "', RECORD_TEXT.read_text(), re.MULTILINE))

    assert {handler.handler_name for route, handler in handlers(app).items() if route in SHOWS} - told == set()


@pytest.fixture
async def reader(app: Litestar, company: Company) -> httpx.AsyncClient:
    """Somebody who may read the records."""
    async with company.parts.database.transaction() as tx:
        await tx.execute("UPDATE agent SET role = 'owner' WHERE id = $1", UUID(company.agent.id))
    return await signed_in_browser(app, company.parts.database, company.agent)


async def records(reader: httpx.AsyncClient, **query: Any) -> list[dict[str, Any]]:
    """What the access log holds by now, oldest first."""
    items: list[dict[str, Any]] = (await reader.get("/api/records/access", params=query)).json()["items"]
    return items[::-1]


async def until(reader: httpx.AsyncClient, count: int) -> list[dict[str, Any]]:
    """The same, once there are so many: lists come within a second."""
    async with asyncio.timeout(5):
        while True:
            if len(found := await records(reader)) >= count:
                return found
            await asyncio.sleep(0.05)


async def customer_of(company: Company) -> str:
    async with company.parts.database.reading() as tx:
        return str(await tx.value("SELECT customer_id FROM identity WHERE value = 'mina@naver.example'"))


async def test_a_view_of_one_customer_is_there_with_the_answer(company: Company, reader: httpx.AsyncClient) -> None:
    case = (await company.gets(postcard())).conversation_id
    customer = await customer_of(company)
    for page in (
        f"/api/customers/{customer}",
        f"/api/customers/{customer}/timeline",
        f"/api/conversations/{case}",
        f"/api/conversations/{case}/messages",
    ):
        assert (await reader.get(page)).status_code == 200

    found = await records(reader)
    assert [(one["act"], one["route"], one["customer_ids"]) for one in found] == [
        ("viewed", "get_customer", [customer]),
        ("viewed", "get_customer_timeline", [customer]),
        ("viewed", "get_conversation", [customer]),
        ("viewed", "list_messages", [customer]),
    ]
    assert {(one["who"]["kind"], one["who"]["id"], one["address"]) for one in found} == {
        ("agent", company.agent.id, "127.0.0.1")
    }


async def test_lists_and_searches_follow_within_a_second(company: Company, reader: httpx.AsyncClient) -> None:
    for number in range(3):
        await company.gets(postcard("배송 문의", sender=f"mina{number}@naver.example", external_id=str(number)))
    for page in ("/api/conversations", "/api/customers", "/api/customers?q=mina", "/api/search?q=배송"):
        assert (await reader.get(page)).status_code == 200

    found = await until(reader, 4)
    assert [(one["act"], one["route"], len(one["customer_ids"])) for one in found] == [
        ("listed", "list_conversations", 3),
        ("listed", "list_customers", 3),
        ("searched", "list_customers", 3),
        ("searched", "search_everything", 3),
    ]


async def test_a_list_without_anybody_leaves_no_record(company: Company, reader: httpx.AsyncClient) -> None:
    await reader.get("/api/customers?q=nobody")
    await company.gets(postcard())
    await reader.get("/api/customers")

    assert [one["act"] for one in await until(reader, 1)] == ["listed"]


async def test_a_file_leaves_only_for_a_reason(company: Company, reader: httpx.AsyncClient) -> None:
    received = await company.gets(postcard())
    async with company.parts.database.transaction() as tx:
        ref = await company.parts.blobs.put(b"From: mina")
        await tx.execute("UPDATE message SET source_ref = $2 WHERE id = $1", received.message_id, ref)
    source = f"/api/messages/{received.message_id}/source"

    refused = await reader.get(source)
    unexplained = await reader.get(source, headers={"x-damso-reason": "other"})
    given = await reader.get(source, headers={"x-damso-reason": "other", "x-damso-reason-note": "%EC%86%8C%EB%AA%85"})

    assert [answer.status_code for answer in (refused, unexplained, given)] == [422, 422, 200]
    assert refused.json()["code"] == "REASON_NEEDED"
    assert [(one["act"], one["reason"], one["note"]) for one in await records(reader)] == [
        ("downloaded", "other", "소명")
    ]


async def test_what_a_desk_is_pushed_counts_as_listed(
    company: Company, reader: httpx.AsyncClient, app: Litestar
) -> None:
    log = app.dependencies["access_log"].dependency()  # type: ignore[union-attr]
    ids = [uuid4(), uuid4()]
    log.pushed(company.agent, None, "live", ids[:1])
    log.pushed(company.agent, None, "live", ids)

    assert [(one["act"], one["route"], sorted(one["customer_ids"])) for one in await until(reader, 1)] == [
        ("listed", "live", sorted(map(str, ids)))
    ]


async def test_records_are_found_by_person_customer_act_time_and_address(
    company: Company, reader: httpx.AsyncClient, desk: httpx.AsyncClient
) -> None:
    await company.gets(postcard())
    customer = await customer_of(company)
    await desk.get(f"/api/customers/{customer}")

    for query, count in (
        ({"actor": company.agent.id}, 1),
        ({"actor": str(uuid4())}, 0),
        ({"customer": customer}, 1),
        ({"customer": str(uuid4())}, 0),
        ({"act": "viewed"}, 1),
        ({"act": "downloaded"}, 0),
        ({"address": "127.0.0.0/8"}, 1),
        ({"address": "10.0.0.1"}, 0),
        ({"until": "2020-01-01T00:00:00Z"}, 0),
    ):
        assert (query, len(await records(reader, **query))) == (query, count)
    assert (await reader.get("/api/records/access", params={"address": "here"})).json()["code"] == "ADDRESS_INVALID"


@pytest.mark.parametrize("form", ["csv", "jsonl"])
async def test_records_leave_for_a_reason_and_that_is_a_record(
    form: str, company: Company, reader: httpx.AsyncClient
) -> None:
    await company.gets(postcard())
    await reader.get(f"/api/customers/{await customer_of(company)}")
    refused = await reader.get(f"/api/records/access/export?form={form}")
    file = await reader.get(f"/api/records/access/export?form={form}", headers=WHY)
    acts = await reader.get(f"/api/records/audit/export?form={form}", headers=WHY)

    assert [answer.status_code for answer in (refused, file, acts)] == [422, 200, 200]
    assert len(file.text.splitlines()) == (3 if form == "csv" else 2)
    assert "records.exported" in acts.text
    assert [(one["route"], one["reason"]) for one in await records(reader, act="exported")] == [
        ("export_access", "complaint"),
        ("export_audit", "complaint"),
    ]


async def test_who_is_limited_sees_no_records(company: Company, reader: httpx.AsyncClient) -> None:
    async with company.parts.database.transaction() as tx:
        await tx.execute(
            "UPDATE agent SET role = 'administrator', limits = $2 WHERE id = $1",
            UUID(company.agent.id),
            {"brands": [str(company.brand_id)]},
        )
    pages = ("/api/records/access", "/api/records/audit", "/api/records/reviews", "/api/records/reviews/2026-11")

    assert [(await reader.get(page)).status_code for page in pages] == [403] * len(pages)


async def test_signing_in_and_failing_to_are_acts(company: Company, anyone: httpx.AsyncClient, reader: Any) -> None:
    assert "access.review" in OWNER
    for email in ("nobody@damso.example", "not an address"):
        await anyone.post("/api/session", json={"email": email, "password": "wrong wrong"})

    found = (await reader.get("/api/records/audit", params={"act": "sign_in.failed"})).json()["items"]
    assert [(one["who"]["kind"], one["subject"], one["address"]) for one in found] == [
        ("unknown", "unknown", "127.0.0.1")
    ]
