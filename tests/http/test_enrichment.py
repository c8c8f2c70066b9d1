"""Enrichment over HTTP: setting services up, trying them, and what is never told."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import msgspec
import pytest

from damso.bootstrap import Parts
from damso.kernel.http import open_http
from damso.kernel.log import Actor
from damso.team.create_agent import create_agent
from tests.applications import Applications
from tests.conversations.company import Company
from tests.conversations.postcards import postcard
from tests.enrichment.peer import Peer, listening
from tests.http.browsers import running, signed_in_browser

CARD = "mina@naver.example"


@pytest.fixture
def peer() -> Iterator[Peer]:
    with listening() as found:
        yield found


@pytest.fixture
async def reaching(
    applications: Applications, company: Company, parts: Parts, peer: Peer
) -> AsyncIterator[httpx.AsyncClient]:
    """The desk of a company whose egress may reach the peer."""
    async with parts.database.transaction() as tx:
        owner = await create_agent(tx, name="서지안", email="jian@damso.example", role="owner")
    async with (
        open_http([peer.origin]) as http,
        running(applications.on(msgspec.structs.replace(parts, http=http))) as app,
        await signed_in_browser(app, parts.database, Actor("agent", str(owner))) as client,
    ):
        yield client


def wanted(peer: Peer, **changes: Any) -> dict[str, Any]:
    return {
        "name": "Firmen",
        "url": f"{peer.origin}/of/{{email}}",
        "headers": {"X-Key": "s3cret"},
        "mapping": {"industry": "$.company.industry", "age": "$.person.age"},
    } | changes


async def test_a_service_is_made_tried_and_switched_on(
    reaching: httpx.AsyncClient, company: Company, peer: Peer
) -> None:
    made = await reaching.post("/api/enrichment/services", json=wanted(peer))
    assert made.status_code == 201, made.text
    service = made.json()
    assert (service["enabled"], service["header_names"], service["purposes"]) == (
        False,
        ["X-Key"],
        ["profiling", "third_party"],
    )
    assert "s3cret" not in made.text
    path = f"/api/enrichment/services/{service['id']}"

    tried = await reaching.post(f"{path}/test", json={"value": "me@damso.example"})
    assert tried.json() == {"state": "done", "reason": "", "traits": {"industry": "소매", "age": [30, 39]}}
    assert (peer.asked, peer.keys) == (["/of/me%40damso.example"], ["s3cret"])

    await company.gets(postcard())
    refused = await reaching.post(f"{path}/test", json={"value": CARD})
    assert (refused.status_code, refused.json()["code"]) == (409, "CONSENT_MISSING")
    unclear = await reaching.post(f"{path}/test", json={"value": "nobody"})
    assert (unclear.status_code, unclear.json()["code"]) == (422, "ADDRESS_INVALID")
    assert len(peer.asked) == 1

    on = await reaching.patch(path, json={"enabled": True, "ttl_days": 7})
    assert (on.json()["enabled"], on.json()["ttl_days"], on.json()["header_names"]) == (True, 7, ["X-Key"])
    assert (await reaching.post(f"{path}/retry")).json() == {"count": 0}
    assert (await reaching.delete(path)).status_code == 204
    assert (await reaching.get("/api/enrichment")).json()["services"] == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"url": "https://{domain}/x"}, "SERVICE_URL_INVALID"),
        ({"url": "https://api.example/x"}, "SERVICE_URL_INVALID"),
        ({"mapping": {"industry": "company.industry"}}, "MAPPING_INVALID"),
        ({"headers": {"Host": "other.example"}}, "HEADER_INVALID"),
        ({"headers": {"X-Key": "a\r\nb: c"}}, "HEADER_INVALID"),
    ],
)
async def test_what_cannot_be_asked_is_refused(
    reaching: httpx.AsyncClient, peer: Peer, changes: dict[str, Any], code: str
) -> None:
    answer = await reaching.post("/api/enrichment/services", json=wanted(peer, **changes))
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_plugs_are_switched(reaching: httpx.AsyncClient, peer: Peer) -> None:
    off = (await reaching.put("/api/enrichment/plugs/device", json={"enabled": False})).json()
    assert [one["name"] for one in off["plugs"] if not one["enabled"]] == ["device"]
    on = (await reaching.put("/api/enrichment/plugs/device", json={"enabled": True})).json()
    assert all(one["enabled"] for one in on["plugs"])
    assert (await reaching.put("/api/enrichment/plugs/other", json={"enabled": True})).status_code == 404
    await reaching.post("/api/enrichment/services", json=wanted(peer))
    again = await reaching.post("/api/enrichment/services", json=wanted(peer, name="FIRMEN"))
    assert (again.status_code, again.json()["code"]) == (409, "SERVICE_NAME_TAKEN")
