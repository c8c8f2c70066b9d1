"""Inboxes as people see them: settings without secrets, and how the connection is doing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct, structs

from damso.channels import config_form
from damso.channels.doubles import is_simulated
from damso.channels.health import FAULTS, SILENT, is_silent
from damso.channels.types import Adapter
from damso.kernel.database import Transaction
from damso.kernel.errors import NotFound
from damso.kernel.i18n import Locale
from damso.kernel.settings import Settings

State = Literal["ok", "failing", "idle", "off"]


class InboxHealth(Struct, frozen=True, kw_only=True):
    """How a connection is doing. `idle`: nothing came or went yet. `problem` is the main one, in words."""

    state: State
    last_in_at: datetime | None
    last_out_at: datetime | None
    failing_since: datetime | None
    problem: str | None
    parked: int
    problems: list[str]
    facts: dict[str, str]
    checked_at: datetime | None


class InboxView(Struct, frozen=True, kw_only=True):
    """An inbox. Secrets in `config` are empty strings; `secrets_set` names those that have a value. `simulator`
    is where the customers' phones are, where one on the server's machine stands in for the provider; else empty."""

    id: UUID
    name: str
    channel: str
    brand_id: UUID
    enabled: bool
    config: dict[str, Any]
    secrets_set: list[str]
    key: str
    address: str
    simulator: str
    health: InboxHealth


def hidden(view: InboxView) -> InboxView:
    """The view for those who do not manage channels."""
    return structs.replace(view, config={}, secrets_set=[], health=structs.replace(view.health, facts={}))


class _Fault(Struct, frozen=True, kw_only=True):
    code: str
    detail: str
    since: datetime


class _Row(Struct, frozen=True, kw_only=True):
    id: UUID
    name: str
    channel: str
    brand_id: UUID
    enabled: bool
    config: dict[str, Any]
    key: str
    last_in_at: datetime | None
    last_out_at: datetime | None
    checked_at: datetime | None
    checked: dict[str, Any] | None
    parked: int
    faults: list[Any]
    arrivals: list[datetime]


_LIST = """
SELECT i.id, i.name, i.channel, i.brand_id, i.enabled, i.config, i.key, i.last_in_at, i.last_out_at, i.checked_at,
    i.checked, p.parked, f.faults, a.arrivals
FROM inbox i,
    LATERAL (SELECT count(*) AS parked FROM (
        SELECT 1 FROM delivery WHERE inbox_id = i.id AND state = 'parked' LIMIT 1000) AS few) AS p,
    LATERAL (SELECT coalesce(jsonb_agg(jsonb_build_object('code', code, 'detail', detail, 'since', since)
        ORDER BY since), '[]') AS faults FROM inbox_fault WHERE inbox_id = i.id) AS f,
    LATERAL (SELECT coalesce(array_agg(received_at), '{}') AS arrivals FROM (
        SELECT received_at FROM delivery WHERE inbox_id = i.id AND origin <> 'import'
        ORDER BY received_at DESC, id DESC LIMIT 50) AS last) AS a
WHERE $1::uuid IS NULL OR i.id = $1
ORDER BY i.created_at, i.id
"""


async def list_inboxes(
    tx: Transaction, adapters: Mapping[str, Adapter], settings: Settings, locale: Locale
) -> list[InboxView]:
    """Every inbox, the oldest first."""
    return [_view(row, adapters, settings, locale, tx.now) for row in await tx.all(_Row, _LIST, None)]


async def show_inbox(
    tx: Transaction, adapters: Mapping[str, Adapter], settings: Settings, locale: Locale, inbox_id: UUID
) -> InboxView:
    """Raises `NotFound`."""
    rows = await tx.all(_Row, _LIST, inbox_id)
    if not rows:
        raise NotFound
    return _view(rows[0], adapters, settings, locale, tx.now)


def _view(row: _Row, adapters: Mapping[str, Adapter], settings: Settings, locale: Locale, now: datetime) -> InboxView:
    adapter = adapters.get(row.channel)
    config, secrets_set = config_form.shown(adapter.config, row.config) if adapter else ({}, [])
    return InboxView(
        id=row.id,
        name=row.name,
        channel=row.channel,
        brand_id=row.brand_id,
        enabled=row.enabled,
        config=config,
        secrets_set=secrets_set,
        key=row.key,
        address=_address(row, adapter, settings.base_url),
        simulator=settings.simulator if is_simulated(adapter, settings) else "",
        health=_health(row, adapter, locale, now),
    )


def _address(row: _Row, adapter: Adapter | None, base_url: str) -> str:
    """Where customers or providers reach it: what the configuration calls its address, else our own hook."""
    if adapter is None:
        return ""
    if adapter.policy.hosted:
        return base_url
    return str(row.config.get("address") or f"{base_url}/hooks/{row.key}")


def _health(row: _Row, adapter: Adapter | None, locale: Locale, now: datetime) -> InboxHealth:
    faults = [_Fault(**fault | {"since": datetime.fromisoformat(fault["since"])}) for fault in row.faults]
    checked = row.checked or {}
    problems = [ko if locale == "ko" else en for ko, en in checked.get("problems", ())]
    problems += [fault.detail for fault in faults if fault.detail]
    if row.enabled and is_silent(row.arrivals, now):
        problems.append(SILENT.say(locale))
    known = "UNUSABLE" if adapter is None else faults[0].code if faults else None
    return InboxHealth(
        state=_state(row, failing=known is not None),
        last_in_at=row.last_in_at,
        last_out_at=row.last_out_at,
        failing_since=faults[0].since if faults else None,
        problem=FAULTS.get(known, FAULTS["FAULT"]).say(locale) if known else None,
        parked=row.parked,
        problems=problems,
        facts=checked.get("facts", {}),
        checked_at=row.checked_at,
    )


def _state(row: _Row, *, failing: bool) -> State:
    if not row.enabled:
        return "off"
    if failing:
        return "failing"
    return "ok" if row.last_in_at or row.last_out_at else "idle"
