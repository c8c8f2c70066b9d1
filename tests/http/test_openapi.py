"""The API keeps to its own description, whatever is sent to it.

Schemathesis reads the OpenAPI document and calls every operation with what fits it and with what does not: always the
same calls. Ids are those of things that exist, half of the time.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from msgspec import Struct
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from damso.bootstrap import Parts, open_parts
from damso.brand.create_brand import create_brand
from damso.channels.connect import connect
from damso.channels.inboxes import InboxRecord
from damso.conversations.widget.say import say
from damso.conversations.widget.visitor import new_visitor
from damso.kernel.migrations import prepare
from damso.kernel.settings import Settings
from damso.team.create_agent import create_agent
from damso.team.sessions import COOKIE, begin_session
from tests.applications import routes_alone
from tests.databases import fresh_database
from tests.http.server import server_thread

LEFT_OUT = (
    "/api/session",  # signing out would end all calls after it
    "/api/agents/[^/]+/sessions",  # and so would ending one's own
    "/api/analytics$",  # each answer opens an engine for a second; tests/http/test_analytics.py sends them bad input
    "/api/analytics/funnel",
    "/hooks/",  # their bodies are described by adapters, see docs/channels
    "/widget/",  # a visitor calls these, below
)


GENERATED_ALONE = SchemathesisConfig.from_dict(
    {"phases": {"coverage": {"enabled": False}, "examples": {"enabled": False}}}
)
"""The systematic cases are made when tests are collected, by every process: that took half a minute of each."""
api = schemathesis.openapi.from_dict(routes_alone().openapi_schema.to_schema(), config=GENERATED_ALONE)
for_the_desk = api.exclude(path_regex="|".join(LEFT_OUT))
for_visitors = api.include(path_regex="^/widget/v1")


class World(Struct, frozen=True):
    """A served company: its address, who calls, and the ids of what is there by the names of path parameters."""

    address: str
    cookies: dict[str, str]
    token: str
    ids: dict[str, object]


@pytest.fixture(scope="module")
def world(postgres_server: str, template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("openapi")
    with asyncio.Runner() as runner:
        database = fresh_database(postgres_server, template_database)
        dsn = runner.run(database.__aenter__())
        session, ids = runner.run(_furnish(dsn, folder))
        with server_thread(dsn, folder) as address:
            chat = requests.post(f"{address}/widget/v1/{ids['key']}/session", json={}, timeout=10)
            yield World(address, {COOKIE: session}, chat.json()["visitor"], ids)
        runner.run(database.__aexit__(None, None, None))


async def _furnish(dsn: str, folder: Path) -> tuple[str, dict[str, object]]:
    """A company with a case, and its owner's session."""
    async with open_parts(Settings(data=folder), dsn) as parts:
        await prepare(parts.database)
        brand_id, chat = await _chat(parts)
        visitor = new_visitor(chat)
        async with parts.database.transaction() as tx:
            received = await say(
                tx, parts.keyring, chat, visitor, client_id=uuid4(), text="배송 언제 되나요?", attachment_ids=()
            )
            owner = await create_agent(tx, name="강하늘", email="haneul@damso.example", role="owner")
            session = await begin_session(tx, owner, user_agent="Test", address=None)
            customer = await tx.value("SELECT id FROM customer WHERE merged_into IS NULL LIMIT 1")
        return session, {
            "conversation_id": received.conversation_id,
            "message_id": received.message_id,
            "customer_id": customer,
            "inbox_id": chat.id,
            "brand_id": brand_id,
            "key": chat.key,
        }


async def _chat(parts: Parts) -> tuple[UUID, InboxRecord]:
    """A brand and its site chat."""
    async with parts.database.transaction() as tx:
        brand_id = await create_brand(tx, "달빛상점")
        inbox_id = await connect(
            tx, parts.adapters, parts.keyring, channel="chat", name="채팅", brand_id=brand_id, config={}
        )
    async with parts.database.reading() as tx:
        return brand_id, await parts.inboxes.by_id(tx, inbox_id)


def _known(case: schemathesis.Case, world: World) -> schemathesis.Case:
    """The case with ids of things that are there, where the made-up id is even."""
    for name, value in (case.path_parameters or {}).items():
        if name in world.ids and (name == "key" or _is_even(value)):
            case.path_parameters[name] = str(world.ids[name])
    return case


def _is_even(value: object) -> bool:
    try:
        return UUID(str(value)).int % 2 == 0
    except ValueError:
        return False


BOUNDED = settings(
    max_examples=6,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.mark.slow
@for_the_desk.parametrize()
@BOUNDED
def test_the_desks_api_keeps_its_word(case: schemathesis.Case, world: World) -> None:
    _known(case, world).call_and_validate(
        base_url=world.address, cookies=world.cookies, headers={"x-damso": "desk"}, checks=CHECKS
    )


@pytest.mark.slow
@for_visitors.parametrize()
@BOUNDED
def test_the_chats_api_keeps_its_word(case: schemathesis.Case, world: World) -> None:
    _known(case, world).call_and_validate(
        base_url=world.address, headers={"authorization": f"Bearer {world.token}"}, checks=CHECKS
    )


def test_every_operation_tells_its_problems() -> None:
    operations = [operation for path in api.raw_schema["paths"].values() for operation in path.values()]

    silent = [one["operationId"] for one in operations if not {"401", "404", "422", "429"} <= set(one["responses"])]
    framework = [one["operationId"] for one in operations if "400" in one["responses"]]

    assert (silent, framework) == ([], [])
