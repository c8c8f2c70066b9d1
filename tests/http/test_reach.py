"""Whoever is limited sees their side of the house, and the rest is not there for them: on every route.

A route that is added with a conversation, message, file, customer or inbox in its address fails here until a body that
fits it is written down.
"""

import re
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from litestar import Litestar
from msgspec.structs import replace

from damso.conversations.note import write_note
from damso.customers.link import separate
from damso.team.access import Limits
from tests.commerce.shop import buys, sends
from tests.conversations.company import Company
from tests.http.browsers import signed_in_browser
from tests.http.test_access import ROUTES
from tests.http.two_brands import FAR_DOMAIN, SECRET, TwoBrands, make_two_brands

LIMITS = ("brands", "inboxes", "teams")
NAMED = re.compile(
    r"\{(conversation_id|message_id|attachment_id|customer_id|company_id|inbox_id|brand_id|delivery_id):uuid\}"
)
WITHOUT_TEAMS = ("inbox_id", "brand_id", "delivery_id")
"""Teams limit none of these."""

ADDRESSED = [
    route
    for route in ROUTES
    # Masked numbers are shown to owners alone, whom nothing limits.
    if NAMED.search(route) and route.split()[1].startswith("/api/") and not route.endswith("/numbers")
]
LISTS = (
    "/api/conversations",
    "/api/conversations?view=open",
    "/api/conversations?status=open",
    "/api/conversations?assignee=none",
    "/api/views",
    f"/api/search?q={SECRET}",
    "/api/search?q=stranger",
    "/api/search?q=stranger&kind=customer",
    "/api/search?q=mina&status=open",
    "/api/customers",
    "/api/customers?q=stranger",
    "/api/customers/suggestions",
    "/api/identity/held",
    "/api/segments",
    "/api/computed-traits",
    "/api/rfm",
    "/api/companies",
    "/api/orders",
    "/api/returns",
    f"/api/companies?q={FAR_DOMAIN}",
    "/api/consents/notices",
    "/api/inboxes",
    "/api/brands",
    "/api/deliveries?state=all",
    "/api/agents",
    "/api/teams",
    "/api/keys",
    "/api/checklist",
    "/api/recent",
    "/api/me/signatures",
)


@pytest.fixture
async def world(company: Company) -> TwoBrands:
    return await make_two_brands(company)


def body_of(route: str, world: TwoBrands) -> dict[str, Any] | None:
    """What fits the route."""
    inbox = {"inbox_id": str(world.company.post.id), "identity_id": 1, "send_key": str(uuid4()), "text": "안녕하세요"}
    bodies: dict[str, dict[str, Any]] = {
        "PATCH /api/conversations/{conversation_id:uuid}": {"priority": "high"},
        "PUT /api/conversations/{conversation_id:uuid}/draft": {"kind": "note", "text": "나중에"},
        "POST /api/conversations/{conversation_id:uuid}/join": {"into": world.near.ids["conversation_id"]},
        "POST /api/conversations/{conversation_id:uuid}/reminders": {"due_at": "2039-01-01T00:00:00Z"},
        "POST /api/conversations/{conversation_id:uuid}/scheduled": inbox | {"due_at": "2039-01-01T00:00:00Z"},
        "POST /api/conversations/{conversation_id:uuid}/split": {
            "act_id": str(uuid4()),
            "message_ids": [world.far.ids["message_id"]],
        },
        "POST /api/conversations/{conversation_id:uuid}/seen": {"message_id": world.far.ids["message_id"]},
        "POST /api/conversations/{conversation_id:uuid}/messages": inbox,
        "POST /api/conversations/{conversation_id:uuid}/notes": {"send_key": str(uuid4()), "text": "메모"},
        "POST /api/messages/{message_id:uuid}/settle": {"outcome": "arrived"},
        "POST /api/messages/{message_id:uuid}/undo": {},
        "POST /api/messages/{message_id:uuid}/retry": {},
        "POST /api/customers/{customer_id:uuid}/erasure": {"reason": "requested"},
        "POST /api/conversations/{conversation_id:uuid}/transcript": {"notes": True},
        "POST /api/customers/{customer_id:uuid}/access-requests": {"way": "email", "identity_ids": [1]},
        "PUT /api/conversations/{conversation_id:uuid}/hold": {"reason": "소송 중"},
        "PATCH /api/customers/{customer_id:uuid}": {"name": "새 이름"},
        "POST /api/customers/{customer_id:uuid}/unmerge": {"identity_ids": [1], "confirmed": True},
        "POST /api/customers/{customer_id:uuid}/unmerge/preview": {"identity_ids": [1]},
        "POST /api/customers/{customer_id:uuid}/separate": {"customer_id": str(uuid4())},
        "POST /api/customers/{customer_id:uuid}/consents": {
            "purpose": "marketing",
            "channel": "all",
            "given": True,
            "method": "phone",
        },
        "POST /api/customers/{customer_id:uuid}/consents/age": {"under_14": True},
        "POST /api/customers/{customer_id:uuid}/preferences-link": {"identity_id": 1},
        "POST /api/customers/{customer_id:uuid}/member-link": {},
        "PATCH /api/companies/{company_id:uuid}": {"name": "새 이름"},
        "POST /api/companies/{company_id:uuid}/domains": {"domain": "new.example"},
        "PUT /api/companies/{company_id:uuid}/people/{customer_id:uuid}": {"role": "대표"},
        "PATCH /api/brands/{brand_id:uuid}": {"name": "새 이름"},
        "PUT /api/me/signatures/{brand_id:uuid}/{language:str}": {"text": "이서연 드림", "version": 0},
        "PATCH /api/inboxes/{inbox_id:uuid}": {"name": "새 이름"},
        "POST /api/inboxes/{inbox_id:uuid}/replay": {},
        "POST /api/deliveries/{delivery_id:uuid}/replay": {},
        "POST /api/conversations/{conversation_id:uuid}/continuations": {"inbox_id": str(world.near.inbox.id)},
    }
    method = route.split()[0]
    if method in ("GET", "DELETE") or route.endswith("/logo"):
        return None
    return bodies[route]


async def call(desk: httpx.AsyncClient, route: str, world: TwoBrands, ids: dict[str, str]) -> httpx.Response:
    method, _, path = route.partition(" ")
    address = NAMED.sub(lambda found: ids[found[1]], path).replace("{domain:str}", FAR_DOMAIN)
    address = address.replace("{language:str}", "ko")
    if route.endswith("/may-contact"):
        address += "?purpose=marketing&channel=email"
    address = address.replace("{segment_id:uuid}", str(world.segment_id))
    if route.endswith("/logo") and method == "PUT":
        return await desk.put(address, files={"file": ("logo.png", b"\x89PNG\r\n\x1a\n", "image/png")})
    why = {"x-damso-reason": "inspection"}
    return await desk.request(method, address, json=body_of(route, world), headers=why)


@pytest.mark.parametrize("limit", LIMITS)
async def test_what_is_out_of_reach_is_not_there(limit: str, app: Litestar, world: TwoBrands) -> None:
    far = world.far.ids | {
        "customer_id": str(world.stranger_id),
        "company_id": str(world.far_company),
        "inbox_id": str(world.far.inbox.id),
        "brand_id": str(world.far.inbox.brand_id),
        "delivery_id": str(uuid4()),
    }
    async with await world.desk(app, limit) as desk:
        for route in ADDRESSED:
            named = NAMED.findall(route)
            if limit == "teams" and set(named) & set(WITHOUT_TEAMS):
                continue
            if limit == "inboxes" and "brand_id" in named:
                continue
            answer = await call(desk, route, world, far)
            assert (route, answer.status_code) == (route, 404), answer.text


@pytest.mark.parametrize("limit", LIMITS)
async def test_what_is_in_reach_is_there(limit: str, app: Litestar, world: TwoBrands) -> None:
    async with world.company.parts.database.reading() as tx:
        customer = await tx.value("SELECT customer_id FROM identity WHERE value = 'mina@naver.example'")
    near = world.near.ids | {
        "customer_id": str(customer),
        "company_id": str(world.near_company),
        "inbox_id": str(world.near.inbox.id),
        "brand_id": str(world.near.inbox.brand_id),
    }
    readable = [route for route in ADDRESSED if route.startswith("GET ") and "delivery" not in route]
    async with await world.desk(app, limit) as desk:
        for route in readable:
            # An erasure and an answer reach everywhere: whoever is limited is refused, see test_erasing.
            if not route.endswith(("/preview", "/render", "/erasure")) and "/access-requests" not in route:
                assert (route, (await call(desk, route, world, near)).status_code) == (route, 200)


@pytest.mark.parametrize("limit", LIMITS)
async def test_no_answer_holds_what_is_out_of_reach(limit: str, app: Litestar, world: TwoBrands) -> None:
    case = world.near.ids["conversation_id"]
    async with world.company.parts.database.reading() as tx:
        customer = await tx.value("SELECT customer_id FROM identity WHERE value = 'mina@naver.example'")
    pages = (
        *LISTS,
        f"/api/conversations/{case}",
        f"/api/conversations/{case}/messages",
        f"/api/customers/{customer}",
        f"/api/customers/{customer}/timeline",
        f"/api/customers/{customer}/history",
        f"/api/customers/{customer}/suggestions",
        f"/api/customers/{customer}/graph",
        f"/api/segments/{world.segment_id}",
        f"/api/segments/{world.segment_id}/members",
        f"/api/customers/{customer}/segments",
        f"/api/customers/{customer}/computed",
        f"/api/companies/{world.near_company}",
        f"/api/companies/{world.near_company}/timeline",
        f"/api/inboxes/{world.near.inbox.id}/attempts",
    )
    async with await world.desk(app, limit) as desk:
        answers = {page: await desk.get(page) for page in pages}

    assert {page: answer.status_code for page, answer in answers.items() if answer.status_code != 200} == {}
    found = {(page, id_) for page, answer in answers.items() for id_ in world.hidden if id_ in answer.text}
    assert found == set()


@pytest.mark.parametrize("limit", LIMITS)
async def test_segments_count_and_name_only_whom_the_caller_may_see(
    limit: str, app: Litestar, world: TwoBrands, desk: httpx.AsyncClient
) -> None:
    async with await world.desk(app, limit) as limited:
        seen = (await limited.get(f"/api/segments/{world.segment_id}")).json()
        tried = (await limited.post("/api/segments/preview", json={"rule": {"kind": "and", "rules": []}})).json()

        fitting = (await limited.post("/api/segments/fitting", json={"rule": {"kind": "and", "rules": []}})).json()
        sample = await limited.post(
            "/api/computed-traits/preview",
            json={"computation": {"measure": "count", "event": {"name": "message.received", "stream": "care"}}},
        )

    everybody = (await desk.get(f"/api/segments/{world.segment_id}")).json()
    assert (seen["members"], seen["sizes"][-1]["members"], tried["members"]) == (1, 1, 1)
    assert (everybody["members"], everybody["sizes"][-1]["members"]) == (2, 2)
    assert str(world.stranger_id) not in str(tried)
    assert (len(fitting["items"]), fitting["looked"], len(sample.json()["sample"])) == (1, 1, 1)
    assert str(world.stranger_id) not in str(fitting) + sample.text


async def test_without_limits_the_same_pages_hold_it(desk: httpx.AsyncClient, world: TwoBrands) -> None:
    held = "".join([(await desk.get(page)).text for page in LISTS[:-7]])

    assert {id_ for id_ in world.hidden if id_ not in held} == {world.far.ids["attachment_id"]}


@pytest.mark.parametrize("limit", LIMITS)
async def test_views_count_what_is_in_reach(limit: str, app: Litestar, world: TwoBrands) -> None:
    async with await world.desk(app, limit) as desk:
        views = {view["id"]: view["count"] for view in (await desk.get("/api/views")).json()}

    assert (views["open"], views["unassigned"]) == (1, 1)


async def test_a_case_is_in_reach_of_whom_it_is_given_to(app: Litestar, world: TwoBrands) -> None:
    agent = await world.agent("teams", "agent")
    case = f"/api/conversations/{world.far.ids['conversation_id']}"
    async with await signed_in_browser(app, world.company.parts.database, agent) as desk:
        before = (await desk.get(case)).status_code
        async with world.company.parts.database.transaction() as tx:
            await tx.execute(
                "UPDATE conversation SET assignee_id = $2 WHERE id = $1", world.far.case.conversation_id, UUID(agent.id)
            )
        after = (await desk.get(case)).status_code

    assert (before, after) == (404, 200)


async def test_a_case_is_in_reach_of_whom_a_note_names(app: Litestar, world: TwoBrands) -> None:
    agent = await world.agent("teams", "agent")
    async with world.company.parts.database.transaction() as tx:
        await write_note(
            tx,
            world.far.case.conversation_id,
            UUID(world.company.agent.id),
            send_key=str(uuid4()),
            text="봐 주세요",
            mentions=[UUID(agent.id)],
            attachment_ids=(),
        )
    async with await signed_in_browser(app, world.company.parts.database, agent) as desk:
        listed = (await desk.get("/api/conversations?view=mentions")).json()["items"]

    assert [row["id"] for row in listed] == [world.far.ids["conversation_id"]]


async def test_who_made_a_customer_sees_them_and_nobody_else_who_is_limited(app: Litestar, world: TwoBrands) -> None:
    async with await world.desk(app, "brands") as desk, await world.desk(app, "inboxes") as other:
        made = (await desk.post("/api/customers", json={"name": "박하늘", "email": "haneul@naver.example"})).json()
        own = (await desk.get(f"/api/customers/{made['id']}")).status_code
        others = (await other.get(f"/api/customers/{made['id']}")).status_code

    assert (own, others) == (200, 404)


async def test_an_address_that_is_taken_out_of_reach_names_nobody(app: Litestar, world: TwoBrands) -> None:
    async with await world.desk(app, "brands") as desk:
        answer = await desk.post("/api/customers", json={"name": "박하늘", "email": "stranger@naver.example"})

    assert (answer.status_code, answer.json().get("customer_id")) == (409, None)


@pytest.mark.parametrize("limit", LIMITS)
async def test_acts_leave_alone_what_is_out_of_reach(limit: str, app: Litestar, world: TwoBrands) -> None:
    far = world.far.ids["conversation_id"]
    acts = (
        {"cases": [{"id": far}], "change": {"priority": "urgent"}},
        {"view": "open", "change": {"priority": "urgent"}},
    )
    async with await world.desk(app, limit) as desk:
        answers = [(await desk.post("/api/acts", json={"id": str(uuid4())} | act)).json() for act in acts]

    assert [answer["done"] for answer in answers] == [0, 1]
    assert (await world.company.row(UUID(far))).priority == "normal"


async def test_handing_a_case_on_is_the_last_one_sees_of_it(app: Litestar, world: TwoBrands) -> None:
    case = f"/api/conversations/{world.near.ids['conversation_id']}"
    async with await world.desk(app, "teams") as desk:
        handed_on = (await desk.patch(case, json={"team_id": None})).status_code
        after = (await desk.get(case)).status_code

    assert (handed_on, after) == (200, 404)


async def test_nobody_answers_through_an_inbox_out_of_reach(app: Litestar, world: TwoBrands) -> None:
    message = {"inbox_id": str(world.far.inbox.id), "identity_id": 1, "send_key": str(uuid4()), "text": "안녕하세요"}
    async with await world.desk(app, "inboxes") as desk:
        answer = await desk.post(f"/api/conversations/{world.near.ids['conversation_id']}/messages", json=message)

    assert answer.status_code == 404


async def test_the_room_limit_takes_other_rooms_away(app: Litestar, world: TwoBrands) -> None:
    world.limits["rooms"] = Limits(rooms=("customers",))  # type: ignore[index]
    async with world.company.parts.database.reading() as tx:
        customer = await tx.value("SELECT customer_id FROM identity WHERE value = 'mina@naver.example'")
    async with await world.desk(app, "rooms") as desk:
        refused = [(await desk.get(page)).status_code for page in ("/api/conversations", "/api/keys", "/api/inboxes")]
        card = (await desk.get(f"/api/customers/{customer}")).json()
        story = (await desk.get(f"/api/customers/{customer}/timeline")).json()["items"]

    assert refused == [403, 403, 403]
    assert card["conversations"] == []
    assert {line["kind"] for line in story}.isdisjoint({"conversation", "message", "note"})


@pytest.mark.parametrize(
    ("limit", "seen"), [("brands", ["near"]), ("inboxes", ["far", "near"]), ("rooms", []), ("none", ["far", "near"])]
)
async def test_a_timeline_tells_of_the_orders_that_the_caller_may_see(
    limit: str, seen: list[str], app: Litestar, world: TwoBrands
) -> None:
    """A room that is taken away takes its events along; a brand that is out of reach takes those of its sources."""
    limits = {"rooms": Limits(rooms=("customers",)), "none": Limits()}
    world.limits.update(limits)  # type: ignore[attr-defined]
    mina = await world.company.identity("mina@naver.example")
    for number, side in (("near", world.near), ("far", world.far)):
        await sends(world.company.parts.database, replace(buys(mina, number), brand_id=side.inbox.brand_id))
    async with world.company.parts.database.reading() as tx:
        customer = await tx.value("SELECT customer_id FROM identity WHERE id = $1", mina)
    async with await world.desk(app, limit) as desk:
        story = (await desk.get(f"/api/customers/{customer}/timeline?kinds=event")).json()["items"]
    ordered = [line["text"].split(" · ")[0] for line in story if line["title"].startswith("주문했어요")]
    assert sorted(ordered) == seen


@pytest.mark.parametrize("limit", LIMITS)
async def test_who_is_out_of_reach_is_neither_merged_nor_named(limit: str, app: Litestar, world: TwoBrands) -> None:
    async with world.company.parts.database.transaction() as tx:
        near = await tx.value("SELECT customer_id FROM identity WHERE value = 'mina@naver.example'")
        one = await tx.value("SELECT id FROM identity WHERE customer_id = $1 AND kind = 'email'", near)
        far = await tx.value(
            "SELECT id FROM identity WHERE customer_id = $1 AND kind <> 'internal' LIMIT 1", world.stranger_id
        )
        apart = await separate(tx, one, far, evidence={}, actor=world.company.agent)
    body = {"customer_ids": [str(near), str(world.stranger_id)], "confirmed": True}
    async with await world.desk(app, limit) as desk:
        asked = [
            await desk.post("/api/customers/merge", json=body),
            await desk.post("/api/customers/merge/preview", json=body),
            await desk.post(f"/api/customers/{near}/separate", json={"customer_id": str(world.stranger_id)}),
            await desk.post(f"/api/customers/links/{apart}/undo"),
        ]
        [line] = (await desk.get(f"/api/customers/{near}/history")).json()
    assert {answer.status_code for answer in asked} == {404}
    assert [party["label"] for party in line["parties"]] == ["mina@naver.example", ""]
    assert line["can_undo"] is False


@pytest.mark.parametrize("limit", LIMITS)
async def test_nobody_confirms_who_goes_on_out_of_reach(limit: str, app: Litestar, world: TwoBrands) -> None:
    company, case = world.company, UUID(world.far.ids["conversation_id"])
    async with company.parts.database.transaction() as tx:
        made = await tx.value(
            """INSERT INTO continuation (id, conversation_id, from_identity_id, from_inbox_id, inbox_id, secret_mac,
                tries_left, visitor, created_at, expires_at)
            SELECT $2, id, anchor_identity_id, inbox_id, inbox_id, 'x', 5, 'visitor:x:y', $3,
                $3::timestamptz + interval '1 hour'
            FROM conversation WHERE id = $1 RETURNING id""",
            case,
            uuid4(),
            tx.now,
        )
    async with await world.desk(app, limit) as desk:
        assert (await desk.post(f"/api/continuations/{made}/confirm")).status_code == 404
    assert await company.count("continuation", "confirmed_at IS NULL") == 1
