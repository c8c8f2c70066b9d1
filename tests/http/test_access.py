"""Every route is for somebody: a route that is added without a guard fails here until it is named as open."""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from uuid import uuid4

import httpx
import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute, WebSocketRoute

from damso.bootstrap import open_parts
from damso.kernel.log import SYSTEM
from damso.kernel.migrations import prepare
from damso.kernel.settings import Settings
from damso.team.access import PERMISSIONS, ROLES, Role
from damso.team.create_agent import create_agent
from damso.team.keys import create_key
from damso.team.sessions import begin_session
from damso.web import create_app
from tests.applications import routes_alone
from tests.databases import fresh_database
from tests.http.browsers import browser, running

OPEN = "open"
"""Asks for no session: it checks for itself what it needs, in tests of its own."""
VISITOR = "visitor"
"""Asks for a chat's token, which no role gives."""
OWNERS = "owners"
"""What no permission gives: it would let somebody in as anybody."""
SIGNED_IN = "signed in"
"""For a person and their own account, whatever their role."""

NEEDS: dict[str, str] = {
    "GET /": OPEN,
    "GET /healthz": OPEN,
    "GET /readyz": OPEN,
    "GET /metrics": OPEN,
    "GET /desk": OPEN,
    "GET /desk/{path:path}": OPEN,
    "GET /widget.js": OPEN,
    "GET /member/{token:str}": OPEN,
    "GET /widget/frame": OPEN,
    "GET /widget/{name:str}": OPEN,
    "GET /brands/{brand_id:uuid}/logo/{version:str}": OPEN,
    "GET /api/setup": OPEN,
    "POST /api/setup": OPEN,
    "POST /api/session": OPEN,
    "POST /api/session/link": OPEN,
    "POST /api/session/link/request": OPEN,
    "DELETE /api/session": OPEN,
    "POST /api/invitations/accept": OPEN,
    "GET /hooks/{key:str}": OPEN,
    "GET /lent/{token:str}": OPEN,
    "GET /continue/{token:str}": OPEN,
    "POST /hooks/{key:str}": OPEN,
    "POST /hooks/{key:str}/{part:path}": OPEN,
    "GET /widget/v1/{key:str}/config": OPEN,
    "POST /widget/v1/{key:str}/session": OPEN,
    "GET /widget/v1/attachments/{attachment_id:uuid}": OPEN,
    "WS /widget/v1/live": OPEN,
    "GET /api/imports": "settings.manage",
    "POST /api/imports": "settings.manage",
    "GET /api/imports/options": "settings.manage",
    "POST /api/imports/upload": "settings.manage",
    "GET /api/imports/{import_id:uuid}": "settings.manage",
    "DELETE /api/imports/{import_id:uuid}": "settings.manage",
    "POST /api/imports/{import_id:uuid}/start": "settings.manage",
    "POST /api/imports/{import_id:uuid}/stop": "settings.manage",
    "GET /api/imports/{import_id:uuid}/columns": "settings.manage",
    "PUT /api/imports/{import_id:uuid}/mapping": "settings.manage",
    "GET /api/imports/{import_id:uuid}/rejected": "settings.manage",
    "GET /api/imports/{import_id:uuid}/problems": "settings.manage",
    "POST /v1/{call:str}": OPEN,
    "POST /beacon/v1/{call:str}": OPEN,
    "GET /v1/projects/{key:str}/settings": OPEN,
    "GET /sourceConfig": OPEN,
    "GET /api/identity/matching": "settings.manage",
    "PUT /api/identity/matching/policy": "settings.manage",
    "POST /api/identity/matching/runs": "settings.manage",
    "GET /api/identity/rules": "settings.manage",
    "PUT /api/identity/rules/{kind:str}": "settings.manage",
    "DELETE /api/identity/rules/{kind:str}": "settings.manage",
    "POST /api/identity/blocked": "settings.manage",
    "DELETE /api/identity/blocked/{blocked_id:int}": "settings.manage",
    "GET /api/identity/held": "settings.manage",
    "POST /api/identity/held/{held_id:int}": "settings.manage",
    "GET /api/data-quality": "settings.manage",
    "GET /api/sources": "sources.manage",
    "POST /api/sources": "sources.manage",
    "GET /api/sources/{source_id:uuid}": "sources.manage",
    "PATCH /api/sources/{source_id:uuid}": "sources.manage",
    "DELETE /api/sources/{source_id:uuid}": "sources.manage",
    "POST /api/sources/{source_id:uuid}/keys": "sources.manage",
    "DELETE /api/sources/{source_id:uuid}/keys/{key_id:uuid}": "sources.manage",
    "POST /api/sources/{source_id:uuid}/token-secret": "sources.manage",
    "GET /api/sources/{source_id:uuid}/plan": "sources.manage",
    "PUT /api/sources/{source_id:uuid}/plan": "sources.manage",
    "DELETE /api/sources/{source_id:uuid}/plan": "sources.manage",
    "GET /api/sources/{source_id:uuid}/events": "sources.manage",
    "GET /api/sources/{source_id:uuid}/refused": "sources.manage",
    "POST /api/sources/{source_id:uuid}/refused/replay": "sources.manage",
    "POST /api/sources/{source_id:uuid}/refused/discard": "sources.manage",
    "GET /api/system": "settings.manage",
    "POST /api/system/lanes/{lane:str}/retry": "settings.manage",
    "POST /api/system/facts/{reader:str}/{place:str}/retry": "settings.manage",
    "POST /api/system/items/{item_id:int}/retry": "settings.manage",
    "POST /api/system/items/{item_id:int}/give-up": "settings.manage",
    "POST /api/system/facts/{reader:str}/{place:str}/give-up": "settings.manage",
    "GET /api/session/ways": OPEN,
    "POST /api/session/code": OPEN,
    "POST /api/session/enrolment": OPEN,
    "POST /api/session/enrolment/confirm": OPEN,
    "GET /api/session/sso": OPEN,
    "GET /api/session/sso/callback": OPEN,
    "POST /api/password-strength": OPEN,
    "DELETE /api/agents/{agent_id:uuid}/second-factor": OWNERS,
    "DELETE /api/agents/{agent_id:uuid}/sessions": "team.manage",
    "DELETE /api/agents/{agent_id:uuid}/sso-links": OWNERS,
    "GET /api/agents/{agent_id:uuid}/sessions": "team.manage",
    "DELETE /api/me/sessions": SIGNED_IN,
    "DELETE /api/me/sessions/{session_id:uuid}": SIGNED_IN,
    "GET /api/me/second-factor": SIGNED_IN,
    "GET /api/me/sessions": SIGNED_IN,
    "POST /api/me/second-factor": SIGNED_IN,
    "POST /api/me/second-factor/confirm": SIGNED_IN,
    "POST /api/me/second-factor/recovery-codes": SIGNED_IN,
    "POST /api/me/second-factor/remove": SIGNED_IN,
    "GET /api/sign-in-policy": "settings.manage",
    "PATCH /api/sign-in-policy": "settings.manage",
    "POST /api/acts": "conversations.write",
    "GET /api/acts/last": "conversations.write",
    "GET /api/acts/{act_id:uuid}": "conversations.write",
    "POST /api/acts/{act_id:uuid}/undo": "conversations.write",
    "GET /api/agents": "team.read",
    "PATCH /api/agents/{agent_id:uuid}": "team.manage",
    "GET /api/attachments/{attachment_id:uuid}": "conversations.read",
    "GET /api/attachments/{attachment_id:uuid}/preview": "conversations.read",
    "GET /api/brands": "channels.read",
    "PATCH /api/brands/{brand_id:uuid}": "settings.manage",
    "DELETE /api/brands/{brand_id:uuid}/logo": "settings.manage",
    "PUT /api/brands/{brand_id:uuid}/logo": "settings.manage",
    "GET /api/canned-answers": "conversations.read",
    "POST /api/canned-answers": "conversations.write",
    "DELETE /api/canned-answers/{answer_id:uuid}": "conversations.write",
    "PATCH /api/canned-answers/{answer_id:uuid}": "conversations.write",
    "GET /api/canned-answers/{answer_id:uuid}/render": "conversations.read",
    "GET /api/channels": "channels.read",
    "GET /api/checklist": "conversations.read",
    "GET /api/conversations": "conversations.read",
    "POST /api/conversations": "conversations.write",
    "GET /api/conversations/{conversation_id:uuid}": "conversations.read",
    "PATCH /api/conversations/{conversation_id:uuid}": "conversations.write",
    "GET /api/conversations/{conversation_id:uuid}/continuations": "conversations.read",
    "POST /api/conversations/{conversation_id:uuid}/continuations": "conversations.write",
    "POST /api/continuations/{continuation_id:uuid}/confirm": "conversations.write",
    "DELETE /api/conversations/{conversation_id:uuid}/draft": "conversations.write",
    "PUT /api/conversations/{conversation_id:uuid}/draft": "conversations.write",
    "POST /api/conversations/{conversation_id:uuid}/join": "conversations.write",
    "GET /api/conversations/{conversation_id:uuid}/join-candidates": "conversations.read",
    "GET /api/conversations/{conversation_id:uuid}/messages": "conversations.read",
    "POST /api/conversations/{conversation_id:uuid}/messages": "conversations.write",
    "POST /api/conversations/{conversation_id:uuid}/notes": "conversations.write",
    "POST /api/conversations/{conversation_id:uuid}/reminders": "conversations.write",
    "POST /api/conversations/{conversation_id:uuid}/scheduled": "conversations.write",
    "POST /api/conversations/{conversation_id:uuid}/seen": "conversations.write",
    "POST /api/conversations/{conversation_id:uuid}/split": "conversations.write",
    "POST /api/conversations/{conversation_id:uuid}/transcript": "conversations.export",
    "GET /api/lake": "settings.manage",
    "GET /api/exports": SIGNED_IN,
    "POST /api/exports/conversations": "conversations.export",
    "POST /api/exports/customers": "customers.export",
    "POST /api/exports/events": "customers.export",
    "POST /api/exports/orders": "customers.export",
    "POST /api/exports/products": "commerce.read",
    "POST /api/exports/returns": "customers.export",
    "POST /api/exports/consents": "customers.export",
    "POST /api/segments/{segment_id:uuid}/export": "customers.export",
    "DELETE /api/exports/{export_id:uuid}": SIGNED_IN,
    "GET /api/exports/{export_id:uuid}": SIGNED_IN,
    "GET /api/exports/{export_id:uuid}/file": SIGNED_IN,
    "GET /api/customers": "customers.read",
    "POST /api/customers": "customers.write",
    "GET /api/customers/{customer_id:uuid}": "customers.read",
    "PATCH /api/customers/{customer_id:uuid}": "customers.write",
    "GET /api/customers/{customer_id:uuid}/erasure": "customers.erase",
    "POST /api/customers/{customer_id:uuid}/erasure": "customers.erase",
    "GET /api/retention": "customers.erase",
    "PUT /api/retention/rules/{record_class:str}": "customers.erase",
    "POST /api/retention/rules/{record_class:str}/switch": "customers.erase",
    "POST /api/retention/dry-run": "customers.erase",
    "PUT /api/retention/technical/{kind:str}": "customers.erase",
    "GET /api/retention/runs/{run_id:uuid}": "customers.erase",
    "PUT /api/conversations/{conversation_id:uuid}/hold": "customers.erase",
    "DELETE /api/conversations/{conversation_id:uuid}/hold": "customers.erase",
    "GET /api/held-cases": "customers.erase",
    "POST /api/held-cases/{held_id:uuid}/open": "secrets.reveal",
    "GET /api/customers/{customer_id:uuid}/access-requests": "customers.erase",
    "GET /api/customers/{customer_id:uuid}/access-requests/identities": "customers.erase",
    "POST /api/customers/{customer_id:uuid}/access-requests": "customers.erase",
    "GET /api/access-requests": "customers.erase",
    "POST /api/access-requests/{request_id:uuid}/answer": "customers.erase",
    "GET /api/access-requests/{request_id:uuid}/file": "customers.erase",
    "GET /api/erasures": "customers.erase",
    "GET /api/erasures/{erasure_id:uuid}": "customers.erase",
    "GET /api/erasures/{erasure_id:uuid}/certificate": "customers.erase",
    "GET /api/erasures/{erasure_id:uuid}/certificate/page": "customers.erase",
    "GET /api/masking": "settings.manage",
    "PUT /api/masking": "settings.manage",
    "POST /api/messages/{message_id:uuid}/numbers": "secrets.reveal",
    "GET /api/customers/{customer_id:uuid}/timeline": "customers.read",
    "GET /api/customers/{customer_id:uuid}/history": "customers.read",
    "GET /api/customers/{customer_id:uuid}/suggestions": "customers.read",
    "GET /api/customers/suggestions": "customers.read",
    "GET /api/customers/{customer_id:uuid}/graph": "customers.read",
    "POST /api/customers/merge": "customers.merge",
    "POST /api/customers/merge/preview": "customers.read",
    "POST /api/customers/{customer_id:uuid}/unmerge": "customers.merge",
    "POST /api/customers/{customer_id:uuid}/unmerge/preview": "customers.read",
    "POST /api/customers/{customer_id:uuid}/separate": "customers.merge",
    "POST /api/customers/links/{link_id:int}/undo": "customers.merge",
    "GET /preferences/{token:str}": OPEN,
    "POST /preferences/{token:str}": OPEN,
    "GET /unsubscribe/{token:str}": OPEN,
    "POST /unsubscribe/{token:str}": OPEN,
    "GET /api/customers/{customer_id:uuid}/consents": "customers.read",
    "POST /api/customers/{customer_id:uuid}/consents": "customers.write",
    "POST /api/customers/{customer_id:uuid}/consents/age": "customers.write",
    "GET /api/customers/{customer_id:uuid}/consents/may-contact": "customers.read",
    "POST /api/customers/{customer_id:uuid}/preferences-link": "customers.write",
    "POST /api/consents": "customers.write",
    "GET /api/consents/notices": "customers.read",
    "POST /api/consents/notices/{notice_id:uuid}/sent": "customers.write",
    "GET /api/consent-texts": "customers.read",
    "POST /api/consent-texts": "settings.manage",
    "GET /api/analytics": "analytics.read",
    "GET /api/analytics/choices": "analytics.read",
    "GET /api/analytics/funnel": "analytics.read",
    "GET /api/enrichment": "settings.manage",
    "PUT /api/enrichment/plugs/{name:str}": "settings.manage",
    "POST /api/enrichment/services": "settings.manage",
    "PATCH /api/enrichment/services/{service_id:uuid}": "settings.manage",
    "DELETE /api/enrichment/services/{service_id:uuid}": "settings.manage",
    "POST /api/enrichment/services/{service_id:uuid}/retry": "settings.manage",
    "POST /api/enrichment/services/{service_id:uuid}/test": "settings.manage",
    "GET /api/segments": "segments.read",
    "POST /api/segments": "segments.write",
    "POST /api/segments/preview": "segments.read",
    "GET /api/segments/vocabulary": "segments.read",
    "GET /api/segments/{segment_id:uuid}": "segments.read",
    "PUT /api/segments/{segment_id:uuid}": "segments.write",
    "DELETE /api/segments/{segment_id:uuid}": "segments.write",
    "GET /api/segments/{segment_id:uuid}/members": "segments.read",
    "GET /api/segments/{segment_id:uuid}/why/{customer_id:uuid}": "segments.read",
    "GET /api/customers/{customer_id:uuid}/segments": "segments.read",
    "POST /api/segments/fitting": "segments.read",
    "POST /api/segments/fitting/export": "customers.export",
    "GET /api/computed-traits": "segments.read",
    "POST /api/computed-traits": "segments.write",
    "POST /api/computed-traits/preview": "segments.read",
    "PUT /api/computed-traits/{computed_id:uuid}": "segments.write",
    "DELETE /api/computed-traits/{computed_id:uuid}": "segments.write",
    "GET /api/customers/{customer_id:uuid}/computed": "segments.read",
    "GET /api/rfm": "segments.read",
    "POST /api/rfm": "segments.write",
    "GET /api/companies": "customers.read",
    "POST /api/companies": "customers.write",
    "DELETE /api/companies/{company_id:uuid}": "customers.write",
    "GET /api/companies/{company_id:uuid}": "customers.read",
    "PATCH /api/companies/{company_id:uuid}": "customers.write",
    "POST /api/companies/{company_id:uuid}/domains": "customers.write",
    "DELETE /api/companies/{company_id:uuid}/domains/{domain:str}": "customers.write",
    "DELETE /api/companies/{company_id:uuid}/people/{customer_id:uuid}": "customers.write",
    "PUT /api/companies/{company_id:uuid}/people/{customer_id:uuid}": "customers.write",
    "GET /api/companies/{company_id:uuid}/timeline": "customers.read",
    "GET /api/products": "commerce.read",
    "PUT /api/products": "commerce.manage",
    "GET /api/products/categories": "commerce.read",
    "GET /api/products/{product_id:uuid}": "commerce.read",
    "GET /api/products/{product_id:uuid}/picture": "commerce.read",
    "GET /api/places": "commerce.read",
    "PUT /api/places": "commerce.manage",
    "PUT /api/stock": "commerce.manage",
    "GET /api/orders": "commerce.read",
    "GET /api/orders/{order_id:uuid}": "commerce.read",
    "GET /api/customers/{customer_id:uuid}/orders": "commerce.read",
    "GET /api/orders/{order_id:uuid}/returns": "commerce.read",
    "POST /api/orders/{order_id:uuid}/returns": "commerce.returns",
    "POST /api/orders/{order_id:uuid}/returns/preview": "commerce.returns",
    "GET /api/returns": "commerce.read",
    "GET /api/returns/{return_id:uuid}": "commerce.read",
    "POST /api/returns/{return_id:uuid}/steps": "commerce.returns",
    "GET /api/return-policy": "commerce.read",
    "PUT /api/return-policy": "commerce.manage",
    "GET /api/counter/shops": "commerce.counter",
    "POST /api/counter/visits": "commerce.counter",
    "GET /api/counter/visits/{visit_id:uuid}/orders": "commerce.counter",
    "POST /api/counter/sales": "commerce.counter",
    "POST /api/counter/returns": "commerce.counter",
    "GET /api/customers/{customer_id:uuid}/member-link": "customers.read",
    "POST /api/customers/{customer_id:uuid}/member-link": "customers.write",
    "DELETE /api/customers/{customer_id:uuid}/member-link": "customers.write",
    "GET /api/deliveries": "channels.manage",
    "GET /api/deliveries/{delivery_id:uuid}/raw": "channels.manage",
    "POST /api/deliveries/{delivery_id:uuid}/replay": "channels.manage",
    "GET /api/inboxes": "channels.read",
    "POST /api/inboxes": "channels.manage",
    "POST /api/inboxes/check": "channels.manage",
    "DELETE /api/inboxes/{inbox_id:uuid}": "channels.manage",
    "PATCH /api/inboxes/{inbox_id:uuid}": "channels.manage",
    "GET /api/inboxes/{inbox_id:uuid}/attempts": "channels.manage",
    "POST /api/inboxes/{inbox_id:uuid}/replay": "channels.manage",
    "POST /api/invitations": "team.manage",
    "GET /api/keys": "keys.manage",
    "POST /api/keys": "keys.manage",
    "DELETE /api/keys/{key_id:uuid}": "keys.manage",
    "GET /api/macros": "conversations.write",
    "POST /api/macros": "conversations.write",
    "DELETE /api/macros/{macro_id:uuid}": "conversations.write",
    "PUT /api/macros/{macro_id:uuid}": "conversations.write",
    "GET /api/macros/{macro_id:uuid}/preview": "conversations.write",
    "WS /api/live": SIGNED_IN,
    "GET /api/me": SIGNED_IN,
    "PATCH /api/me": SIGNED_IN,
    "GET /api/me/key-book": SIGNED_IN,
    "GET /api/me/settings": SIGNED_IN,
    "PATCH /api/me/settings": SIGNED_IN,
    "GET /api/me/signatures": "conversations.write",
    "PUT /api/me/signatures/{brand_id:uuid}/{language:str}": "conversations.write",
    "GET /api/conversations/{conversation_id:uuid}/signature": "conversations.write",
    "GET /api/recent": "conversations.read",
    "POST /api/recent": "conversations.read",
    "DELETE /api/recent": "conversations.read",
    "DELETE /api/recent/{recent_id:uuid}": "conversations.read",
    "PUT /api/me/availability": SIGNED_IN,
    "GET /api/messages/{message_id:uuid}/html": "conversations.read",
    "POST /api/messages/{message_id:uuid}/retry": "conversations.write",
    "POST /api/messages/{message_id:uuid}/settle": "conversations.write",
    "GET /api/messages/{message_id:uuid}/source": "conversations.read",
    "POST /api/messages/{message_id:uuid}/undo": "conversations.write",
    "GET /api/records/access": "access.review",
    "GET /api/records/access/export": "access.review",
    "GET /api/records/audit": "audit.read",
    "GET /api/records/audit/export": "audit.read",
    "GET /api/records/retention": "audit.read",
    "PUT /api/records/retention": "settings.manage",
    "GET /api/records/reviews": "access.review",
    "GET /api/records/reviews/{month:str}": "access.review",
    "POST /api/records/reviews/{month:str}": "access.review",
    "POST /api/records/verify": "audit.read",
    "PATCH /api/reminders/{reminder_id:uuid}": "conversations.write",
    "PUT /api/reminders/{reminder_id:uuid}": "conversations.write",
    "PATCH /api/scheduled/{scheduled_id:uuid}": "conversations.write",
    "POST /api/scheduled/{scheduled_id:uuid}/cancel": "conversations.write",
    "POST /api/scheduled/{scheduled_id:uuid}/restore": "conversations.write",
    "POST /api/scheduled/{scheduled_id:uuid}/send": "conversations.write",
    "GET /api/search": "conversations.read",
    "GET /api/tags": "conversations.read",
    "POST /api/tags": "conversations.write",
    "DELETE /api/tags/{tag_id:uuid}": "conversations.write",
    "GET /api/teams": "team.read",
    "POST /api/teams": "team.manage",
    "DELETE /api/teams/{team_id:uuid}": "team.manage",
    "PATCH /api/teams/{team_id:uuid}": "team.manage",
    "POST /api/uploads": "conversations.write",
    "GET /api/views": "conversations.read",
    "POST /api/views": "conversations.read",
    "PUT /api/views/order": "conversations.read",
    "DELETE /api/views/{view_id:uuid}": "conversations.read",
    "PATCH /api/views/{view_id:uuid}": "conversations.read",
    "POST /widget/v1/claims": VISITOR,
    "POST /widget/v1/continue": VISITOR,
    "POST /widget/v1/continue/check": VISITOR,
    "POST /widget/v1/delivered": VISITOR,
    "GET /widget/v1/messages": VISITOR,
    "POST /widget/v1/messages": VISITOR,
    "POST /widget/v1/proof": VISITOR,
    "POST /widget/v1/proof/check": VISITOR,
    "POST /widget/v1/read": VISITOR,
    "POST /widget/v1/track": VISITOR,
    "POST /widget/v1/uploads": VISITOR,
}
"""What each route of the application takes: written down once more, so that a change of either is seen."""

VALUES = {"uuid": str(uuid4()), "str": "x", "int": "7", "path": "x"}


def _routes() -> Sequence[str]:
    """Every `METHOD /path` of the application."""
    routes = routes_alone().routes
    plain = {
        f"{method} {route.path}"
        for route in routes
        if isinstance(route, HTTPRoute) and not route.path.startswith("/api/schema")
        for method in route.methods - {"OPTIONS", "HEAD"}
    }
    sockets = {f"WS {route.path}" for route in routes if isinstance(route, WebSocketRoute)}
    return sorted(plain | sockets)


ROUTES = _routes()
ASKED = [route for route in ROUTES if NEEDS.get(route) != OPEN and not route.startswith("WS ")]
FOR_VISITORS = [route for route in ASKED if NEEDS.get(route) == VISITOR]
FOR_THE_TEAM = [route for route in ASKED if route not in FOR_VISITORS]


async def call(client: httpx.AsyncClient, route: str) -> httpx.Response:
    method, _, path = route.partition(" ")
    address = re.sub(r"\{\w+:(\w+)\}", lambda found: VALUES[found[1]], path)
    if address.endswith("/uploads"):
        return await client.request(method, address, files={"file": ("note.txt", b"hello", "text/plain")})
    return await client.request(method, address, json={} if method in ("POST", "PUT", "PATCH") else None)


class Doorstep:
    """The application on a database of its own that all these tests share, with a browser for each role."""

    def __init__(self, app: Litestar, sessions: Mapping[Role, str], key: str) -> None:
        self.anyone = browser(app)
        self.roles = {role: browser(app, session=session) for role, session in sessions.items()}
        self.program = browser(app, authorization=f"Bearer {key}")


@pytest.fixture(scope="module")
async def doorstep(
    postgres_server: str, template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Doorstep]:
    settings = Settings(data=tmp_path_factory.mktemp("doorstep"))
    async with fresh_database(postgres_server, template_database) as dsn, open_parts(settings, dsn) as parts:
        await prepare(parts.database)
        async with parts.database.transaction() as tx:
            sessions = {
                role: await begin_session(
                    tx,
                    await create_agent(tx, name=role, email=f"{role}@damso.example", role=role),
                    user_agent="Test",
                    address=None,
                )
                for role in ROLES
            }
            _, key = await create_key(tx, "narrow", [], SYSTEM)
        async with running(create_app(parts)) as app:
            yield Doorstep(app, sessions, key)


def test_every_route_says_what_it_takes() -> None:
    assert set(NEEDS) == set(ROUTES)


def test_what_routes_take_are_permissions() -> None:
    assert set(NEEDS.values()) - {OPEN, VISITOR, OWNERS, SIGNED_IN} <= PERMISSIONS


@pytest.mark.parametrize("route", ASKED)
async def test_without_a_session_nobody_gets_in(route: str, doorstep: Doorstep) -> None:
    answer = await call(doorstep.anyone, route)

    assert (answer.status_code, answer.json()["status"]) == (401, 401)


@pytest.mark.parametrize("route", FOR_THE_TEAM)
async def test_a_key_without_the_scope_is_refused(route: str, doorstep: Doorstep) -> None:
    answer = await call(doorstep.program, route)

    assert (answer.status_code, answer.json()["code"]) == (403, "FORBIDDEN")


@pytest.mark.parametrize("route", FOR_THE_TEAM)
async def test_those_roles_get_in_that_have_the_permission(route: str, doorstep: Doorstep) -> None:
    let_in = {role for role, desk in doorstep.roles.items() if (await call(desk, route)).status_code != 403}

    needed = NEEDS[route]
    assert let_in == {
        role
        for role, may in ROLES.items()
        if needed == SIGNED_IN or needed in may or (needed, role) == (OWNERS, "owner")
    }


@pytest.mark.parametrize("route", FOR_VISITORS)
async def test_a_desks_session_is_no_visitor(route: str, doorstep: Doorstep) -> None:
    answer = await call(doorstep.roles["owner"], route)

    assert (answer.status_code, answer.json()["code"]) == (401, "VISITOR_UNKNOWN")
