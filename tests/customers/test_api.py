"""The routes of customers."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

import httpx
import pytest
from litestar import Litestar, Request, Response
from litestar.datastructures import State
from litestar.di import Provide
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from damso.customers.api import CONTROLLERS
from damso.customers.claim import claim
from damso.customers.timeline_sources import SOURCES
from damso.customers.types import CaseTotals, CompanyCase, CustomerCase
from damso.kernel.database import Database, Transaction
from damso.kernel.errors import AppError
from damso.kernel.ids import new_id
from damso.kernel.settings import Settings
from damso.team.access import AGENT, Caller, Permission
from damso.team.records.access_log import AccessLog
from damso.team.records.witness import witness_of
from tests.clock import ManualClock
from tests.customers.people import email, seen

CASE = new_id()


class Cases:
    """Everybody has one open case."""

    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock

    def within(self, args: list[object], u: str) -> str:
        return ""

    async def check(self, tx: Transaction, customer_id: UUID) -> None:
        """Nobody is out of reach."""

    async def open_counts(self, tx: Transaction, customer_ids: Sequence[UUID]) -> Mapping[UUID, int]:
        return dict.fromkeys(customer_ids, 1)

    async def cases(self, tx: Transaction, customer_id: UUID, limit: int) -> Sequence[CustomerCase]:
        return [
            CustomerCase(id=CASE, subject="배송 문의", status="open", channel="chat", last_message_at=self._clock.now())
        ]

    async def cases_of_all(self, tx: Transaction, customer_ids: Sequence[UUID], limit: int) -> Sequence[CompanyCase]:
        """Not asked here."""
        return ()

    async def totals(self, tx: Transaction, customer_ids: Sequence[UUID]) -> CaseTotals:
        return CaseTotals(open=len(customer_ids), all=len(customer_ids))


def desk(database: Database, clock: ManualClock, permissions: frozenset[Permission]) -> httpx.AsyncClient:
    """The routes as somebody with these permissions sees them."""
    caller = Caller(permissions=permissions, locale="ko", agent_id=new_id(), role="agent")

    def signed_in(app: ASGIApp) -> ASGIApp:
        async def middleware(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == ScopeType.HTTP:
                scope["user"] = caller
            await app(scope, receive, send)

        return middleware

    given = {
        "database": database,
        "caller": caller,
        "locale": "ko",
        "cases": Cases(clock),
        "timeline_sources": SOURCES,
        "access_log": AccessLog(database),
        "settings": Settings(),
    }
    app = Litestar(
        CONTROLLERS,
        middleware=[signed_in],
        dependencies={name: Provide(_giving(part), sync_to_thread=False) for name, part in given.items()}
        | {"witness": Provide(witness_of, sync_to_thread=False)},
        exception_handlers={AppError: _problem},
    )
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk.example")  # type: ignore[arg-type]


def _giving(part: object) -> Callable[[], Any]:
    return lambda: part


def _problem(_: Request[Any, Any, State], error: AppError) -> Response[dict[str, Any]]:
    return Response({"code": error.code, "field": error.field, **error.extra}, status_code=error.status)


@pytest.fixture
async def agent(database: Database, clock: ManualClock) -> AsyncIterator[httpx.AsyncClient]:
    async with desk(database, clock, AGENT) as client:
        yield client


@pytest.fixture
async def nobody(database: Database, clock: ManualClock) -> AsyncIterator[httpx.AsyncClient]:
    async with desk(database, clock, frozenset()) as client:
        yield client


MINA = {"name": "김민지", "email": "Mina@damso.example", "phone": "010-1234-5678"}


async def test_a_customer_made_by_hand_is_shown_listed_and_found(agent: httpx.AsyncClient) -> None:
    made = await agent.post("/api/customers", json=MINA)
    assert made.status_code == 201
    card = made.json()
    assert (card["name"], card["initials"], card["name_source"], card["merged_into"]) == (
        "김민지",
        "민지",
        "agent",
        None,
    )
    assert [(one["kind"], one["value"], one["proof"], one["reachable"]) for one in card["identities"]] == [
        ("email", "mina@damso.example", "asserted", True),
        ("phone", "+821012345678", "asserted", True),
    ]
    assert [case["id"] for case in card["conversations"]] == [str(CASE)]
    assert (await agent.get(f"/api/customers/{card['id']}")).json() == card
    [row] = (await agent.get("/api/customers", params={"q": "ㄱㅁㅈ 5678"})).json()["items"]
    assert row == {
        "id": card["id"],
        "name": "김민지",
        "initials": "민지",
        "colour": card["colour"],
        "identities": row["identities"],
        "last_seen_at": card["last_seen_at"],
        "open_conversations": 1,
    }
    assert row["identities"][0].keys() == {"kind", "value", "strength"}


async def test_a_name_and_traits_can_be_changed(agent: httpx.AsyncClient) -> None:
    card = (await agent.post("/api/customers", json=MINA)).json()
    path = f"/api/customers/{card['id']}"
    changed = (await agent.patch(path, json={"name": "김민주", "traits": {"등급": "VIP", "points": 3}})).json()
    assert changed["name"] == "김민주"
    assert {trait["key"]: (trait["value"], trait["source"]) for trait in changed["traits"]} == {
        "등급": ("VIP", "agent"),
        "points": (3, "agent"),
    }
    changed = (await agent.patch(path, json={"traits": {"points": None}})).json()
    assert (changed["name"], [trait["key"] for trait in changed["traits"]]) == ("김민주", ["등급"])


async def test_the_timeline_speaks_the_callers_language(database: Database, agent: httpx.AsyncClient) -> None:
    async with database.transaction() as tx:
        guest = await seen(tx, email())
        await claim(tx, guest.identity_id, "name", "미나", source="chat")
    path = f"/api/customers/{guest.customer_id}/timeline"
    lines = (await agent.get(path, params={"kinds": "claim,identity"})).json()["items"]
    assert {(line["kind"], line["title"], line["text"]) for line in lines} == {
        ("claim", "이름 직접 입력", "미나"),
        ("identity", "이메일 추가", "mina@damso.example"),
    }
    assert (await agent.get(path, params={"kinds": "gossip"})).json()["code"] == "KIND_INVALID"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"name": ""}, "NAME_INVALID"),
        ({"name": "김민지", "email": "mina@"}, "EMAIL_INVALID"),
        ({"name": "김민지", "phone": "119"}, "PHONE_INVALID"),
    ],
)
async def test_bad_input_is_told_by_code_and_field(agent: httpx.AsyncClient, body: dict[str, str], code: str) -> None:
    answer = await agent.post("/api/customers", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.json()["field"]


async def test_an_address_that_is_taken_is_a_conflict(agent: httpx.AsyncClient) -> None:
    owner = (await agent.post("/api/customers", json=MINA)).json()
    answer = await agent.post("/api/customers", json=MINA)
    assert answer.status_code == 409
    assert answer.json() == {"code": "ADDRESS_TAKEN", "field": "email", "customer_id": owner["id"]}


@pytest.mark.parametrize("path", ["", "/timeline"])
async def test_who_is_not_there_is_not_found(agent: httpx.AsyncClient, path: str) -> None:
    assert (await agent.get(f"/api/customers/{new_id()}{path}")).status_code == 404
    assert (await agent.patch(f"/api/customers/{new_id()}", json={"name": "누구"})).status_code == 404


async def test_without_permission_nothing_is_shown_or_changed(nobody: httpx.AsyncClient) -> None:
    path = f"/api/customers/{new_id()}"
    answers = [
        await nobody.get("/api/customers"),
        await nobody.get(path),
        await nobody.get(f"{path}/timeline"),
        await nobody.post("/api/customers", json=MINA),
        await nobody.patch(path, json={"name": "x"}),
    ]
    assert {answer.status_code for answer in answers} == {403}
