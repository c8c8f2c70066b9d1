"""What every answer says to browsers, whatever answers: each route, a wrong address, a wrong method, a refusal."""

import re
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute
from msgspec.structs import replace

from damso.bootstrap import Parts
from damso.channels.adapters.chat.config import ChatConfig
from damso.channels.config_form import decode
from damso.channels.connect import InboxChange, change
from damso.demo.routes import demo_routes
from damso.kernel.errors import Invalid
from damso.web import create_app
from tests.applications import Applications
from tests.conversations.company import Company
from tests.http.browsers import Chat, browser, running

SHOP = "https://shop.example"


@pytest.fixture
async def app(applications: Applications, parts: Parts) -> AsyncIterator[Litestar]:
    async with running(applications.on(parts, extra=demo_routes)) as application:
        yield application


@pytest.fixture
async def secure(parts: Parts) -> AsyncIterator[httpx.AsyncClient]:
    """A browser at an installation that is reached by https."""
    settings = replace(parts.settings, public_url="https://help.shop.example")
    async with running(create_app(replace(parts, settings=settings))) as application, browser(application) as client:
        yield client


def directives(answer: httpx.Response) -> dict[str, str]:
    policy = answer.headers["content-security-policy"]
    return {name: rest for name, _, rest in (part.strip().partition(" ") for part in policy.split(";")) if name}


def addresses(app: Litestar) -> list[tuple[str, str]]:
    """Every route with every method, its parameters filled with something that is not there."""
    found = []
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            path = re.sub(r"\{\w+:uuid\}", lambda _: str(uuid4()), route.path)
            path = re.sub(r"\{[^}]+\}", "7", path)
            found += [(method, path) for method in route.methods]
    return sorted(found)


async def test_every_answer_is_hardened(app: Litestar, desk: httpx.AsyncClient) -> None:
    asked = [
        *addresses(app),
        ("GET", "/nowhere"),
        ("PUT", "/healthz"),
        ("GET", "/widget/none.js"),
        ("GET", "/api/none"),
    ]
    lax = []
    for method, path in asked:
        if path.startswith("/demo/mail"):
            continue  # asks for the demo's servers
        answer = await desk.request(method, path)
        policy = directives(answer)
        kept = (
            answer.headers["x-content-type-options"] == "nosniff"
            and answer.headers["referrer-policy"]
            and "camera=()" in answer.headers["permissions-policy"]
            and answer.headers["cross-origin-opener-policy"] == "same-origin"
            and answer.headers["cross-origin-resource-policy"] in ("same-origin", "cross-origin")
            and policy["default-src"] == "'none'"
            and "frame-ancestors" in policy
            and "unsafe-inline" not in policy.get("script-src", "") + policy.get("style-src", "")
            and "server" not in answer.headers
            and (not path.startswith(("/api/", "/widget/v1/")) or "cache-control" in answer.headers)
        )
        if not kept:
            lax.append((method, path, dict(answer.headers)))
    assert len(asked) > 100
    assert not lax


async def test_answers_about_people_are_not_kept(visitor: Chat, desk: httpx.AsyncClient) -> None:
    await visitor.says("안녕하세요")
    assert (await visitor.get("messages")).headers["cache-control"] == "no-store"
    assert (await desk.get("/api/me")).headers["cache-control"] == "no-store"


async def test_the_desk_runs_only_its_own_files(anyone: httpx.AsyncClient) -> None:
    first, second = await anyone.get("/desk"), await anyone.get("/desk/inbox/mine")
    policy = directives(first)
    nonce = re.fullmatch(r"'self' 'nonce-([\w-]{22})'", policy["style-src"])

    assert policy["script-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["object-src"] == policy["base-uri"] == "'none'"
    assert nonce
    assert f'<meta property="csp-nonce" nonce="{nonce[1]}">' in first.text
    assert nonce[1] not in second.text, "a nonce counts for one answer"
    assert first.headers["cache-control"] == "no-store"


async def restrict(company: Company, *origins: str) -> None:
    parts = company.parts
    async with parts.database.transaction() as tx:
        wanted = InboxChange(config={"origins": list(origins)})
        await change(tx, parts.adapters, parts.keyring, company.chat.id, wanted)
    parts.inboxes.forget()


async def test_only_the_sites_of_an_inbox_may_show_its_chat(company: Company, anyone: httpx.AsyncClient) -> None:
    address = f"/widget/frame?inbox={company.chat.key}"
    anywhere = directives(await anyone.get(address))
    await restrict(company, SHOP)
    restricted = directives(await anyone.get(address))

    assert anywhere["frame-ancestors"] == "*"
    assert restricted["frame-ancestors"] == f"'self' {SHOP}"
    assert restricted["script-src"] == restricted["style-src"] == "'self'"


@pytest.mark.parametrize("origin", [f"{SHOP};script-src", f"{SHOP},*", f"{SHOP}/path", "javascript:1", f"{SHOP} *"])
def test_a_site_cannot_carry_a_directive(origin: str) -> None:
    with pytest.raises(Invalid):
        decode(ChatConfig, {"origins": [origin]})


async def test_strict_transport_is_told_where_https_is_configured(
    anyone: httpx.AsyncClient, secure: httpx.AsyncClient
) -> None:
    told = await secure.get("/nowhere")
    claimed = await anyone.get("/healthz", headers={"x-forwarded-proto": "https"})

    assert told.headers["strict-transport-security"] == "max-age=31536000"
    assert "strict-transport-security" not in claimed.headers


COLLECTS = ("/v1/", "/beacon/v1/", "/sourceConfig")
"""Open to pages of any site, and no cookie counts there: tests/http/test_tracking.py."""


async def test_other_sites_may_read_how_the_button_looks_and_nothing_else(
    app: Litestar, company: Company, desk: httpx.AsyncClient
) -> None:
    open_to_all = {f"/widget/v1/{company.chat.key}/config", "/widget.js"}
    for path in sorted({path for method, path in addresses(app) if method == "GET"} | open_to_all):
        if path.startswith("/demo/mail"):
            continue
        if path.startswith(COLLECTS):
            continue
        answer = await desk.get(path, headers={"origin": "https://evil.example"})
        assert "access-control-allow-credentials" not in answer.headers
        assert answer.headers.get("access-control-allow-origin") == ("*" if path in open_to_all else None), path


async def test_a_foreign_script_gets_no_preflight(app: Litestar, anyone: httpx.AsyncClient) -> None:
    asks = {"origin": "https://evil.example", "access-control-request-method": "POST"}
    for path in sorted({path for method, path in addresses(app) if method not in ("GET", "OPTIONS")}):
        if path.startswith(COLLECTS):
            continue
        answer = await anyone.options(path, headers=asks)
        assert not [name for name in answer.headers if name.startswith("access-control-")], path


async def test_signing_out_empties_the_browsers_store(desk: httpx.AsyncClient) -> None:
    assert (await desk.delete("/api/session")).headers["clear-site-data"] == '"cache"'


async def test_the_description_of_the_api_is_data_and_no_page(anyone: httpx.AsyncClient) -> None:
    for path in (
        "/api/schema",
        "/api/schema/swagger",
        "/api/schema/redoc",
        "/api/schema/elements",
        "/api/schema/scalar",
    ):
        answer = await anyone.get(path)
        assert "html" not in answer.headers.get("content-type", "") or answer.status_code == 404, path
