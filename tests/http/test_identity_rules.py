"""Matching, protection, the graph and data quality over HTTP: what is set, asked and decided, and by whom."""

from typing import Any

import httpx
import pytest
from litestar import Litestar

from damso.kernel.database import Database
from tests.conversations.company import Company
from tests.http.browsers import browser
from tests.http.senders import Sender, event, identify, made_source


@pytest.fixture
async def server(app: Litestar, database: Database) -> Any:
    async with browser(app) as client:
        yield (await made_source(database)).at(client)


async def held(owner: httpx.AsyncClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await owner.get("/api/identity/held")).json()["items"]
    return found


async def test_a_shared_address_is_held_and_let_through_so_that_its_event_can_be_sent_again(
    owner: httpx.AsyncClient, server: Sender
) -> None:
    await server.send(identify(userId="member-1", traits={"email": "family@damso.example"}))
    await server.send(identify(userId="member-2", traits={"email": "family@damso.example"}))

    [one] = await held(owner)
    assert (one["kind"], one["count"], one["most"], one["road"]) == ("user", 2, 1, "tracking")
    quality = (await owner.get("/api/data-quality")).json()
    assert [(row["code"], row["count"]) for row in quality["refused"]] == [("TOO_MANY_IDENTITIES", 1)]
    assert [(row["kind"], row["count"]) for row in quality["held"]] == [("user", 1)]

    decided = await owner.post(f"/api/identity/held/{one['id']}", json={"verdict": "allow"})
    assert decided.status_code == 200
    assert await held(owner) == []
    again = await owner.post(f"/api/identity/held/{one['id']}", json={"verdict": "apart"})
    assert (again.status_code, again.json()["code"]) == (409, "ALREADY_DECIDED")
    graph = (await owner.get(f"/api/customers/{one['one']['customer']['id']}/graph")).json()
    assert {node["value"] for node in graph["nodes"]} >= {"member-1", "member-2", "family@damso.example"}
    assert [edge["held"] for edge in graph["edges"] if edge["held"] != "home"] == ["asserted"]

    source = quality["refused"][0]["source_id"]
    waiting = (await owner.get(f"/api/sources/{source}/refused")).json()["items"]
    sent = await owner.post(f"/api/sources/{source}/refused/replay", json={"ids": [waiting[0]["id"]]})
    assert sent.json() == {"taken": 1, "refused": 0}


async def test_rules_and_blocked_values_hold_from_the_next_event_on(owner: httpx.AsyncClient, server: Sender) -> None:
    rules = (await owner.get("/api/identity/rules")).json()
    assert [(rule["kind"], rule["most"], rule["shipped"]) for rule in rules["rules"]][:2] == [
        ("user", 1, True),
        ("email", 5, True),
    ]
    limit = {"most": 2, "hours": 24, "refuses": False, "priority": 5}
    changed = (await owner.put("/api/identity/rules/user", json=limit)).json()["rules"][0]
    assert changed == {"kind": "user", "shipped": False, **limit}
    assert (await owner.put("/api/identity/rules/user", json={"most": 0})).status_code == 422
    reset = (await owner.delete("/api/identity/rules/user")).json()["rules"][0]
    assert (reset["most"], reset["shipped"]) == (1, True)

    blocked = (await owner.post("/api/identity/blocked", json={"pattern": "kiosk-*"})).json()
    answer = await server.send(event("Page Viewed", userId="kiosk-3"))
    assert answer.json()["rejected"][0]["code"] == "BLOCKED_VALUE"
    assert (await owner.delete(f"/api/identity/blocked/{blocked['id']}")).status_code == 204
    wide = await owner.post("/api/identity/blocked", json={"pattern": "*@*"})
    assert (wide.status_code, wide.json()["code"]) == (422, "PATTERN_TOO_WIDE")


async def test_a_blocked_address_stays_a_trait_and_joins_nobody(
    owner: httpx.AsyncClient, server: Sender, database: Database
) -> None:
    for member in ("member-1", "member-2"):
        await server.send(identify(userId=member, traits={"email": "test@damso.example"}))

    async with database.reading() as tx:
        kinds = await tx.values("SELECT DISTINCT kind FROM identity WHERE kind <> 'internal'")
        kept = await tx.value("SELECT count(*) FROM trait_change WHERE key = 'email'")
    assert (kinds, kept, await held(owner)) == (["user"], 2, [])


async def test_a_run_is_asked_for_and_only_within_limits_may_a_rule_join(
    company: Company, owner: httpx.AsyncClient
) -> None:
    made = await owner.post("/api/identity/matching/runs")
    assert (made.status_code, made.json()["state"]) == (201, "waiting")
    twice = await owner.post("/api/identity/matching/runs")
    assert (twice.status_code, twice.json()["code"]) == (409, "MATCH_RUNNING")

    too_low = await owner.put("/api/identity/matching/policy", json={"propose_at": 0.7, "join_at": 0.9})
    assert too_low.status_code == 422
    policy = {"propose_at": 0.8, "join_at": 0.99}
    assert (await owner.put("/api/identity/matching/policy", json=policy)).json() == policy
    stands = (await owner.get("/api/identity/matching")).json()
    assert (stands["policy"], [run["state"] for run in stands["runs"]]) == (policy, ["waiting"])
    async with company.parts.database.reading() as tx:
        acts = await tx.values("SELECT act FROM audit WHERE act LIKE 'identity.%' ORDER BY at, id")
    assert acts == ["identity.match_started", "identity.match_policy_changed"]


async def test_an_empty_part_says_whether_there_was_anything_to_look_at(
    company: Company, owner: httpx.AsyncClient, server: Sender
) -> None:
    first = (await owner.get("/api/data-quality")).json()["looked_at"]
    await server.send(identify(userId="member-1", traits={"points": 7, "email": "mina@damso.example"}))
    plan = {"name": "Page Viewed", "mode": "report", "schema": {"type": "object"}}
    assert (await owner.put(f"/api/sources/{server.source_id}/plan", json=plan)).status_code == 200
    await owner.post("/api/identity/matching/runs")
    async with company.parts.database.transaction() as tx:
        await tx.execute("UPDATE match_run SET state = 'done', finished_at = $1", tx.now)
    then = (await owner.get("/api/data-quality")).json()["looked_at"]

    nothing = {"plans": False, "compared_at": None, "traits": False, "addresses": False, "orders": False}
    assert first == {"sources": True, **nothing}
    assert [what for what, was in then.items() if was] == ["sources", "plans", "compared_at", "traits", "addresses"]


async def test_traits_of_mixed_types_and_unknown_events_are_counted(owner: httpx.AsyncClient, server: Sender) -> None:
    for points in (7, "seven"):
        await server.send(identify(userId="member-1", traits={"points": points}))

    quality = (await owner.get("/api/data-quality")).json()

    [mixed] = quality["mixed_traits"]
    assert (mixed["key"], sorted(mixed["types"])) == ("points", ["number", "string"])
    assert quality["unknown_events"] == []
    assert quality["order_problems"] == []
