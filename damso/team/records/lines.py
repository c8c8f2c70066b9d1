"""Looking through the two logs: by person, act, whose data, time and address; newest first."""

import ipaddress
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from damso.kernel.database import Transaction
from damso.kernel.errors import AppError
from damso.kernel.i18n import Text
from damso.kernel.pagination import Page, decode_cursor, encode_cursor
from damso.team.records.access_log import Act
from damso.team.records.reasons import ReasonKind

PAGE = 100
CHUNK = 1_000


class AddressInvalid(AppError):
    code = "ADDRESS_INVALID"
    status = 422
    text = Text(
        "IP 주소나 대역을 써 주세요. 예: 203.0.113.7, 10.0.0.0/8",
        "Write an IP address or a network, such as 203.0.113.7 or 10.0.0.0/8.",
    )


class RecordActor(Struct, frozen=True, kw_only=True):
    """An agent, a key, or the system. `name` is empty for somebody who is gone."""

    kind: str
    id: str | None
    name: str


class AuditLine(Struct, frozen=True, kw_only=True):
    """An administrative act."""

    id: UUID
    at: datetime
    who: RecordActor
    act: str
    subject: str
    subject_name: str
    details: dict[str, Any]
    address: str | None


class AccessLine(Struct, frozen=True, kw_only=True):
    """Personal data that was shown. `route` is the name of what was asked for."""

    id: UUID
    at: datetime
    who: RecordActor
    act: Act
    route: str
    address: str | None
    customer_ids: list[UUID]
    identity_ids: list[int]
    reason: ReasonKind | None
    note: str


class Sought(Struct, frozen=True, kw_only=True):
    """What somebody looks for. `subject` is part of what an audit line is about; `customer_id` whose data it was."""

    actor_id: str | None = None
    act: str | None = None
    subject: str | None = None
    customer_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    address: str | None = None


_WHO = """l.actor_kind, l.actor_id, coalesce(
    (SELECT a.name FROM agent a WHERE l.actor_kind = 'agent' AND a.id::text = l.actor_id),
    (SELECT k.name FROM api_key k WHERE l.actor_kind = 'key' AND k.id::text = l.actor_id), '') AS actor_name,
    host(l.address) AS address"""
_AUDIT = f"""SELECT l.id, l.at, {_WHO}, l.act, l.subject, l.details, coalesce(
    (SELECT a.name FROM agent a WHERE a.id::text = l.subject),
    (SELECT k.name FROM api_key k WHERE k.id::text = l.subject),
    (SELECT t.name FROM team t WHERE t.id::text = l.subject), '') AS subject_name
FROM audit l"""
_ACCESS = f"""SELECT l.id, l.at, {_WHO}, l.act, l.route, l.customer_ids, l.identity_ids, l.reason, l.note
FROM access_record l"""


async def audit_page(tx: Transaction, sought: Sought, cursor: str | None = None, limit: int = PAGE) -> Page[AuditLine]:
    """Raises `AddressInvalid`."""
    rows, following = await _page(tx, _AUDIT, sought, cursor, limit)
    return Page([AuditLine(who=_who(row), **row) for row in rows], following)


async def access_page(
    tx: Transaction, sought: Sought, cursor: str | None = None, limit: int = PAGE
) -> Page[AccessLine]:
    """Raises `AddressInvalid`."""
    rows, following = await _page(tx, _ACCESS, sought, cursor, limit)
    return Page([AccessLine(who=_who(row), **row) for row in rows], following)


async def all_audit_lines(tx: Transaction, sought: Sought) -> AsyncIterator[AuditLine]:
    cursor = None
    while True:
        page = await audit_page(tx, sought, cursor, CHUNK)
        for line in page.items:
            yield line
        if (cursor := page.next) is None:
            return


async def all_access_lines(tx: Transaction, sought: Sought) -> AsyncIterator[AccessLine]:
    cursor = None
    while True:
        page = await access_page(tx, sought, cursor, CHUNK)
        for line in page.items:
            yield line
        if (cursor := page.next) is None:
            return


async def _page(
    tx: Transaction, selection: str, sought: Sought, cursor: str | None, limit: int
) -> tuple[list[dict[str, Any]], str | None]:
    args: list[object] = []
    conditions = _conditions(sought, args)
    if cursor:
        args += decode_cursor(cursor, datetime, UUID)
        conditions.append(f"(l.at, l.id) < (${len(args) - 1}, ${len(args)})")
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    rows = await tx.rows(f"{selection} {where} ORDER BY l.at DESC, l.id DESC LIMIT {int(limit) + 1}", *args)
    page = [dict(row) for row in rows[:limit]]
    return page, encode_cursor(page[-1]["at"], page[-1]["id"]) if len(rows) > limit else None


def _conditions(sought: Sought, args: list[object]) -> list[str]:
    wanted: Sequence[tuple[str, object]] = (
        ("l.actor_id = {}", sought.actor_id),
        ("l.act = {}", sought.act),
        ("l.subject = {}", sought.subject),
        ("l.customer_ids @> ARRAY[{}::uuid]", sought.customer_id),
        ("l.at >= {}", sought.since),
        ("l.at < {}", sought.until),
        ("l.address <<= {}::inet", _network(sought.address)),
    )
    conditions = []
    for condition, value in wanted:
        if value is not None:
            args.append(value)
            conditions.append(condition.format(f"${len(args)}"))
    return conditions


def _network(text: str | None) -> object:
    if not text:
        return None
    try:
        return ipaddress.ip_network(text.strip(), strict=False)
    except ValueError as error:
        raise AddressInvalid(field="address") from error


def _who(row: dict[str, Any]) -> RecordActor:
    return RecordActor(kind=row.pop("actor_kind"), id=row.pop("actor_id"), name=row.pop("actor_name"))


def plain(line: AuditLine | AccessLine) -> Mapping[str, str]:
    """A line as columns of text, for a table outside of Damso."""
    fields = {name: getattr(line, name) for name in line.__struct_fields__ if name != "who"}
    return {
        "at": line.at.isoformat(),
        "who_kind": line.who.kind,
        "who_id": line.who.id or "",
        "who_name": line.who.name,
    } | {name: _cell(value) for name, value in fields.items() if name != "at"}


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, dict):
        return msgspec.json.encode(value).decode()
    if isinstance(value, list):
        return " ".join(str(one) for one in value)
    return str(value)
