"""Every error is a problem a person can read, in their language; nothing anybody sends is our own fault."""

import importlib
import json
import pkgutil
from typing import Any
from uuid import uuid4

import httpx
import pytest
from structlog.testing import capture_logs

import damso
from damso.kernel.errors import AppError
from damso.kernel.i18n import Locale
from tests.conversations.company import Company
from tests.conversations.postcards import postcard
from tests.http.browsers import Chat

FIELDS = {
    "limit": 10,
    "length": 20,
    "seconds": 30,
    "left": 2,
    "name": "a.png",
    "address": "a@shop.example",
    "why": "x",
    "detail": "x",
}


def all_errors() -> list[type[AppError]]:
    for module in pkgutil.walk_packages(damso.__path__, "damso."):
        if not module.name.startswith("damso.commands"):
            importlib.import_module(module.name)
    found: list[type[AppError]] = []
    ahead = [AppError]
    while ahead:
        kinds = ahead.pop().__subclasses__()
        found += kinds
        ahead += kinds
    return sorted((kind for kind in found if hasattr(kind, "code")), key=lambda kind: kind.__name__)


class _AnyField(dict[str, Any]):
    def __missing__(self, name: str) -> Any:
        return FIELDS.get(name, "x")


@pytest.mark.parametrize("locale", ["ko", "en"])
@pytest.mark.parametrize("kind", all_errors(), ids=lambda kind: kind.__name__)
def test_every_error_has_a_code_a_status_and_a_sentence(kind: type[AppError], locale: Locale) -> None:
    sentence = (kind.text.ko if locale == "ko" else kind.text.en).format_map(_AnyField())

    assert kind.code.isupper()
    assert 400 <= kind.status < 600
    assert any("가" <= sign <= "힣" for sign in sentence) == (locale == "ko")


@pytest.mark.parametrize(
    ("language", "words"), [("ko", "찾을 수 없어요"), ("en-GB,en;q=0.9", "Not found"), ("fr", "찾을 수")]
)
async def test_a_problem_speaks_the_callers_language(anyone: httpx.AsyncClient, language: str, words: str) -> None:
    answer = await anyone.get("/hooks/nobody", headers={"accept-language": language})

    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.status_code == 404
    body = answer.json()
    assert set(body) == {"type", "title", "status", "code", "detail"}
    assert (body["status"], body["code"]) == (404, "NOT_FOUND")
    assert words in body["detail"]


async def test_a_payload_that_does_not_fit_names_the_fields(desk: httpx.AsyncClient) -> None:
    answer = await desk.post("/api/tags", json={"name": "", "colour": "#f00"})

    assert (answer.status_code, answer.json()["code"]) == (422, "INVALID")
    assert "name" in json.dumps(answer.json()["errors"])


async def test_a_field_called_as_a_part_of_ours_is_still_theirs(desk: httpx.AsyncClient) -> None:
    draft = {"title": "x", "shortcut": "x", "text": "x", "locale": {}}

    answer = await desk.post("/api/canned-answers", json=draft)

    assert (answer.status_code, answer.json()["code"]) == (422, "INVALID")
    assert answer.json()["errors"][0]["field"] == "locale"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/nothing", 404),
        ("GET", "/nothing", 404),
        ("DELETE", "/api/conversations", 405),
        ("GET", "/api/conversations/not-a-uuid", 404),
        ("POST", "/api/search", 405),
    ],
)
async def test_what_is_not_there_is_a_problem_too(desk: httpx.AsyncClient, method: str, path: str, status: int) -> None:
    answer = await desk.request(method, path)

    assert (answer.status_code, answer.json()["status"]) == (status, status)
    assert answer.headers["content-type"] == "application/problem+json"


BODIES = [
    b"",
    b"{",
    b"null",
    b"[]",
    b'"text"',
    b"\xff\xfe",
    b'{"name": "\\ud800"}',
    b'{"name": "\\u0000", "colour": "red"}',
    b'{"name": ' + b"[" * 100_000,
    b'{"name": 1e999}',
    b'{"name": ' + b"9" * 5000 + b"}",
    b"a" * 1_100_000,
]


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body[:24].decode("latin-1"))
@pytest.mark.parametrize("path", ["/api/tags", "/api/views", "/api/customers"])
async def test_a_malformed_body_is_refused(desk: httpx.AsyncClient, path: str, body: bytes) -> None:
    answer = await desk.post(path, content=body, headers={"content-type": "application/json"})

    assert answer.status_code in (400, 413, 422), answer.text
    assert answer.json()["detail"]


@pytest.mark.parametrize(
    "path",
    [
        "/api/conversations?cursor=nonsense",
        "/api/conversations?cursor=W10",
        "/api/conversations?assignee=somebody",
        "/api/conversations?status=gone",
        "/api/conversations?channel=%00",
        "/api/conversations?inbox_id=7",
        "/api/customers?q=%00",
        "/api/customers?cursor=%F0%9F%98%80",
        "/api/search?q=%00",
        "/api/search?q=a&since=yesterday",
        "/api/search?q=a&since=0001-01-01T00:00:00%2B14:00",
        "/api/search?q=a&cursor=WyIyMDI2LTAxLTAxVDAwOjAwOjAwWiIsMV0",
        "/api/search",
        "/api/deliveries?state=some",
    ],
)
async def test_a_query_that_makes_no_sense_is_no_fault_of_ours(desk: httpx.AsyncClient, path: str) -> None:
    answer = await desk.get(path)

    assert answer.status_code in (200, 403, 422), answer.text


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("track", {"name": "a", "properties": {"a": "\u0000"}}),
        ("track", {"name": "\u0000", "properties": {}}),
        ("claims", {"name": "\u0000"}),
        ("claims", {"email": "x" * 400}),
        ("read", {"message_id": "x"}),
        ("proof", {"email": "a\u0000@b.example"}),
        ("proof/check", {"email": "mina@naver.example", "code": "\u0000"}),
        ("messages", {"client_id": str(uuid4()), "text": "a", "page": {"url": "\u0000"}}),
    ],
)
async def test_what_a_visitor_sends_is_no_fault_of_ours(visitor: Chat, path: str, body: dict[str, Any]) -> None:
    answer = await visitor.post(path, body)

    assert answer.status_code < 500, answer.text


@pytest.mark.parametrize("key", ["%00", "%FF%FE", "a" * 3000, "..%2F..", "é"])
async def test_a_strange_address_leads_nowhere(anyone: httpx.AsyncClient, key: str) -> None:
    config = await anyone.get(f"/widget/v1/{key}/config")
    hook = await anyone.post(f"/hooks/{key}", content=b"{}")

    assert config.status_code in (404, 422)
    assert hook.status_code in (404, 422)


async def test_our_own_fault_is_told_without_its_insides(
    company: Company, desk: httpx.AsyncClient, visitor: Chat
) -> None:
    received = await company.gets(postcard())
    async with company.parts.database.transaction() as tx:
        await tx.execute("ALTER TABLE draft RENAME TO elsewhere")

    answer = await desk.get(f"/api/conversations/{received.conversation_id}")

    assert (answer.status_code, answer.json()["code"]) == (500, "BROKEN")
    assert "elsewhere" not in answer.text
    assert "draft" not in answer.text


async def test_who_is_refused_is_noted_without_personal_data(company: Company, desk: httpx.AsyncClient) -> None:
    with capture_logs() as lines:
        refused = await desk.post("/api/keys", json={"name": "김민아의 열쇠", "scopes": ["customers.read"]})

    assert refused.status_code == 403
    [line] = [one for one in lines if one["event"] == "request.refused"]
    assert line == {
        "event": "request.refused",
        "log_level": "warning",
        "code": "FORBIDDEN",
        "method": "POST",
        "route": "/api/keys",
        "actor": f"agent:{company.agent.id}",
    }
